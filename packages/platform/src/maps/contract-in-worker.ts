import { Worker } from 'node:worker_threads';
import type {
  ContractedStreets,
  StreetGraph,
  StreetHierarchy,
  StreetHierarchyOptions,
  VehicleProfile,
} from '@halfhour/engines/streets';
import type { ContractOrder } from './contract-worker.ts';

/**
 * Contracts the streets in a thread of its own, which takes a second for a city and would hold up every
 * request meanwhile. Rejects where the thread fails.
 */
export function contractInWorker(
  graph: StreetGraph,
  profile: VehicleProfile,
  options: StreetHierarchyOptions,
): Promise<StreetHierarchy> {
  const { nodeIndex: _, ...links } = graph;
  return new Promise((resolve, reject) => {
    const order: ContractOrder = { links, profile, options };
    const worker = new Worker(new URL('contract-worker.ts', import.meta.url), { workerData: order });
    worker.once('message', (contracted: ContractedStreets) => resolve({ graph, ...contracted }));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that contracts streets ended with ${code}`)));
  });
}
