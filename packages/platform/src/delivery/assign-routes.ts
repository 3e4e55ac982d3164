import type { Address } from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type Result,
  type StoreId,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { Tx } from '../postgres/index.ts';
import { commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { unwritten } from './kept-route.ts';
import { type Drop, type RouteRecord, createRoute, isOpen, moveOrders } from './route.ts';
import { lockRoutes, passFence } from './route-store.ts';

/** A route that somebody wants a courier to carry out. */
export interface Assignment {
  readonly courierId: CourierId;
  readonly storeId: StoreId;
  readonly pickupPlace: Address;
  readonly expectedPickupAt: EpochMs;
  /** In delivery sequence. */
  readonly drops: readonly Drop[];
  readonly payMinor: number;
}

export interface PlanOptions {
  /** Of the dispatcher's lease. A person who assigns by hand has none. */
  readonly fencingToken?: number;
}

/** Another dispatcher has taken the market over; nothing was changed. */
export interface StaleFence {
  readonly code: 'stale_fence';
}

export type AssignRefusal =
  | { readonly code: 'courier_off_shift' }
  | { readonly code: 'courier_busy' }
  /** These are on a route already. */
  | { readonly code: 'order_taken'; readonly orderIds: readonly OrderId[] }
  /** Cancelled, delivered or otherwise beyond assigning; `cause` is ordering's answer for the first. */
  | {
      readonly code: 'order_not_assignable';
      readonly orderIds: readonly OrderId[];
      readonly cause: ApiError;
    };

/** Open routes of one courier at most; a plan that needs more is not a plan for half an hour. */
export const MAX_OPEN_ROUTES = 8;

interface Again {
  readonly code: 'again';
}

/**
 * Gives couriers new routes, all in one transaction, each whole or not at all. Where ordering refuses a part
 * of an assignment the transaction is rolled back and run again without it; each run refuses at least one
 * more, so there are at most as many runs as assignments.
 *
 * @returns for each assignment its route, or why it was left out
 */
export async function assignRoutes(
  deps: DeliveryDeps,
  marketId: MarketId,
  assignments: readonly Assignment[],
  { fencingToken }: PlanOptions = {},
): Promise<Result<Result<RouteRecord, AssignRefusal>[], StaleFence>> {
  const refused = new Map<number, AssignRefusal>();
  for (;;) {
    const run = await deps.db.transact<(RouteRecord | undefined)[], StaleFence | Again>(async (tx) => {
      if (fencingToken !== undefined && !(await passFence(tx, marketId, fencingToken))) {
        return err({ code: 'stale_fence' });
      }
      return assign(tx, deps, marketId, assignments, refused);
    });
    if (run.ok) {
      deps.onCommit(marketId);
      return ok(
        run.value.map((route, index) => (route === undefined ? err(refused.get(index)!) : ok(route))),
      );
    }
    if (run.error.code === 'stale_fence') return err(run.error);
  }
}

async function assign(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  assignments: readonly Assignment[],
  refused: Map<number, AssignRefusal>,
): Promise<Result<(RouteRecord | undefined)[], Again>> {
  const at = deps.clock.now();
  const courierIds = [...new Set(assignments.map((assignment) => assignment.courierId))];
  const held = await lockRoutes(tx, marketId, [], courierIds);
  const open = [...held.values()].filter(({ route }) => isOpen(route));
  const openCount = new Map<CourierId, number>();
  for (const { route } of open) openCount.set(route.courierId, (openCount.get(route.courierId) ?? 0) + 1);
  const given = new Set<OrderId>();

  const routes = assignments.map((assignment, index): RouteRecord | undefined => {
    if (refused.has(index)) return undefined;
    const refuse = (refusal: AssignRefusal): undefined => void refused.set(index, refusal);
    const { courierId, drops } = assignment;
    const count = openCount.get(courierId) ?? 0;
    if (count >= MAX_OPEN_ROUTES) return refuse({ code: 'courier_busy' });
    const orderIds = drops.map((drop) => drop.orderId);
    const twice = orderIds.filter((orderId) => given.has(orderId));
    if (twice.length > 0) return refuse({ code: 'order_taken', orderIds: twice });
    for (const orderId of orderIds) given.add(orderId);
    openCount.set(courierId, count + 1);
    return createRoute({ ...assignment, id: deps.ids.next('rte'), marketId, assignedAt: at });
  });

  const drops = routes.flatMap((route, index) =>
    (route?.dropoffs ?? []).map((dropoff) => ({ index, courierId: route!.courierId, ...dropoff })),
  );
  const answers = await deps.ordering.applyChanges(
    tx,
    marketId,
    drops.map(({ orderId, courierId, expectedAt }) => ({
      kind: 'assign' as const,
      orderId,
      by: 'system' as const,
      courierId,
      expectedDeliveryAt: expectedAt,
    })),
  );
  const failed = new Map<number, { orderIds: OrderId[]; cause: ApiError }>();
  answers.forEach((answer, position) => {
    if (answer.ok) return;
    const { index, orderId } = drops[position]!;
    const before = failed.get(index);
    if (before === undefined) failed.set(index, { orderIds: [orderId], cause: answer.error });
    else before.orderIds.push(orderId);
  });
  if (failed.size > 0) {
    for (const [index, reason] of failed) refused.set(index, { code: 'order_not_assignable', ...reason });
    return err({ code: 'again' });
  }
  // The doors as the orders have them, which are held now: the plan may have been made before one was changed.
  const places = new Map<OrderId, Address>();
  for (const answer of answers) if (answer.ok) places.set(answer.value.id, answer.value.address);
  const settled = routes.map((route) => (route === undefined ? undefined : moveOrders(route, places)));
  const busy = new Set(settled.map((route) => route?.courierId));
  const { taken, available } = await commitRoutes(tx, deps, marketId, at, held, [
    // Written as they are: who waits for one of them must see that there is another route now (`lockRoutes`).
    ...open
      .filter(({ route }) => busy.has(route.courierId))
      .map((before) => ({ before, after: { ...before }, by: 'system' })),
    ...settled.flatMap((route) => (route === undefined ? [] : [{ after: unwritten(route), by: 'system' }])),
  ]);
  let fits = true;
  routes.forEach((route, index) => {
    if (route === undefined) return;
    const orderIds = route.dropoffs
      .map(({ orderId }) => orderId)
      .filter((orderId) => taken.includes(orderId));
    if (orderIds.length > 0) refused.set(index, { code: 'order_taken', orderIds });
    // The couriers' rows are held now, so none of them ends a shift any more.
    else if (!available.has(route.courierId)) refused.set(index, { code: 'courier_off_shift' });
    else return;
    fits = false;
  });
  return fits ? ok(settled) : err({ code: 'again' });
}
