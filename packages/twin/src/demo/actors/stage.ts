import {
  type Clock,
  type EpochMs,
  type LocalTime,
  localTime,
  type OrderId,
  type Random,
  type StoreId,
  type Ticker,
} from '@halfhour/kernel';
import type { StreetHierarchy, VehicleProfile } from '@halfhour/engines/streets';
import { type ApiClient, createApiClient } from '../../http/index.ts';
import type { DemoMarket, DemoStore } from '../demo-market.ts';
import type { ActorRef, DemoCast } from './cast.ts';
import { createReportPace, type ReportPace } from './report-pace.ts';
import { createGate, type Gate } from './gate.ts';

export interface PlayDayOptions {
  /** Of the public API, without a path. */
  readonly baseUrl: string;
  readonly demo: DemoMarket;
  readonly cast: DemoCast;
  /** As a vehicle rides them that leaves at a moment. */
  readonly streets: (vehicle: VehicleProfile, departAt: EpochMs) => StreetHierarchy;
  /** The market's clock: all that people do takes its time. */
  readonly clock: Clock;
  /** Of the host, for time-outs, retries and the limit of reports a second. */
  readonly ticker: Ticker;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: (event: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly ordersPerDay?: number;
  /** For all couriers together. */
  readonly reportsPerSecond?: number;
}

/** What the actors share. */
export interface Stage extends PlayDayOptions {
  readonly integrator: ApiClient;
  readonly storeById: ReadonlyMap<StoreId, DemoStore>;
  readonly shoppingGate: Gate;
  readonly kitchenGate: Gate;
  readonly pace: ReportPace;
  /** What shoppers would tell at the door: who ordered, and the code where it is known already. */
  readonly doorbell: Map<OrderId, { readonly shopperKey: string; readonly code?: string }>;
  client(actor: ActorRef): Promise<ApiClient>;
  local(): LocalTime;
  count(what: string): void;
  /** Counts since the last call. */
  takeCounts(): Record<string, number>;
}

const DOORBELL_LIMIT = 5_000;

export async function setStage(options: PlayDayOptions): Promise<Stage> {
  const { baseUrl, cast, clock, demo, ticker, random } = options;
  const clients = new Map<string, Promise<ApiClient>>();
  const client = (actor: ActorRef): Promise<ApiClient> => {
    const name = 'key' in actor ? actor.key : actor.role;
    let found = clients.get(name);
    if (found === undefined) {
      found = cast
        .tokenOf(actor)
        .then((token) => createApiClient({ baseUrl, token, ticker, random: random.fork(`retries ${name}`) }));
      // A token that could not be had is asked for again by the next who needs it.
      found.catch(() => clients.delete(name));
      clients.set(name, found);
    }
    return found;
  };
  const storeById = new Map<StoreId, DemoStore>();
  for (const store of demo.stores) {
    const id = cast.stores.get(store.key);
    if (id !== undefined) storeById.set(id, store);
  }
  let counts: Record<string, number> = {};
  return {
    ...options,
    integrator: await client({ role: 'integrator' }),
    storeById,
    shoppingGate: createGate(12, 200),
    kitchenGate: createGate(8, 5_000),
    pace: createReportPace(clock, ticker, options.reportsPerSecond ?? 18),
    doorbell: new Map(),
    client,
    local: () => localTime(clock.now(), demo.timeZone),
    count: (what) => (counts[what] = (counts[what] ?? 0) + 1),
    takeCounts: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}

/** Remembers who ordered; the oldest are forgotten, since their order is long delivered. */
export function rememberShopper(
  stage: Stage,
  orderId: OrderId,
  shopperKey: string,
  code: string | undefined,
): void {
  stage.doorbell.set(orderId, { shopperKey, ...(code === undefined ? {} : { code }) });
  if (stage.doorbell.size > DOORBELL_LIMIT) stage.doorbell.delete(stage.doorbell.keys().next().value!);
}
