import type { Clock, CourierId, IdSource, MarketId, Result, Ticker } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { EventFeed } from '../events/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Ordering } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import {
  type AssignRefusal,
  type Assignment,
  type PlanOptions,
  type StaleFence,
  assignRoutes,
} from './assign-routes.ts';
import { followOrders, takeOrderEvents } from './follow-orders.ts';
import { type RouteRecord, currentRoute } from './route.ts';
import { passFence, selectOpenRoutes } from './route-store.ts';
import { type RouteUpdate, type UpdateRefusal, updateRoutes } from './update-routes.ts';
import { type StopCommand, createStopWorker } from './work-stops.ts';

export interface DeliveryDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Real time. */
  readonly ticker: Ticker;
  readonly ids: IdSource;
  readonly ordering: Pick<Ordering, 'applyChanges' | 'knownOrders' | 'lockOrders'>;
  readonly markets: Pick<Markets, 'get'>;
  /** Told after each commit that wrote events, so that readers look at once. */
  readonly onCommit: (marketId: MarketId) => void;
}

export type StopWork = Omit<StopCommand, 'kind'>;

export interface Delivery {
  /** Gives couriers new routes; see `assignRoutes`. */
  assign(
    marketId: MarketId,
    assignments: readonly Assignment[],
    options?: PlanOptions,
  ): Promise<Result<Result<RouteRecord, AssignRefusal>[], StaleFence>>;
  /** Changes what routes hold until their pickup; see `updateRoutes`. */
  update(
    marketId: MarketId,
    updates: readonly RouteUpdate[],
    options?: PlanOptions,
  ): Promise<Result<Result<RouteRecord, UpdateRefusal>[], StaleFence>>;
  /** Shuts out every writer with a lower fencing token from now on; false where this one is itself too low. */
  fence(marketId: MarketId, fencingToken: number): Promise<boolean>;
  /** The route that a courier carries out, undefined where it is idle. */
  current(marketId: MarketId, courierId: CourierId): Promise<RouteRecord | undefined>;
  /** Errors: `not_found`, `wrong_state`, `idempotency_key_reused`. Throws GroupOverloaded when too many wait. */
  arrive(marketId: MarketId, work: StopWork): Promise<Result<RouteRecord, ApiError>>;
  /**
   * Picks up all orders of the route, or hands one over. Errors: as `arrive`, and `not_ready` with the
   * `orderIds` that are not, and `wrong_code` with `triesLeft`.
   */
  complete(marketId: MarketId, work: StopWork): Promise<Result<RouteRecord, ApiError>>;
  /** Takes orders off routes that were cancelled since the last call, gives others their new door, and tops up shifts that ended. Returns how many events were read. */
  takeOrderEvents(marketId: MarketId): Promise<number>;
  /** Does so for as long as `signal` lets it. One process or many: each event takes effect once. */
  followOrders(
    marketId: MarketId,
    feed: EventFeed,
    options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
  ): Promise<void>;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const workStop = createStopWorker(deps);
  return {
    assign: (marketId, assignments, options) => assignRoutes(deps, marketId, assignments, options),
    update: (marketId, updates, options) => updateRoutes(deps, marketId, updates, options),
    fence: (marketId, token) => deps.db.transaction((tx) => passFence(tx, marketId, token)),
    current: async (marketId, courierId) =>
      currentRoute(await selectOpenRoutes(deps.db, marketId, [courierId])),
    arrive: (marketId, work) => workStop(marketId, { ...work, kind: 'arrive' }),
    complete: (marketId, work) => workStop(marketId, { ...work, kind: 'complete' }),
    takeOrderEvents: (marketId) => takeOrderEvents(deps, marketId),
    followOrders: (marketId, feed, options) => followOrders(deps, marketId, feed, options),
  };
}
