import { parentPort, workerData } from 'node:worker_threads';
import {
  contractStreets,
  type StreetHierarchyOptions,
  type StreetLinks,
  type VehicleProfile,
} from '@halfhour/engines/streets';

/** What `contractInWorker` sends. */
export interface ContractOrder {
  readonly links: StreetLinks;
  readonly profile: VehicleProfile;
  readonly options: StreetHierarchyOptions;
}

// The whole of a thread: contracts once, answers once, ends. Copies, because some of the arrays are in there twice.
const { links, profile, options } = workerData as ContractOrder;
parentPort?.postMessage(contractStreets(links, profile, options), []);
