import type { Address } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  type OrderId,
  type Result,
  type RouteId,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { OrderChange } from '../ordering/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { AssignRefusal, PlanOptions, StaleFence } from './assign-routes.ts';
import { commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { relaid } from './kept-route.ts';
import { type Drop, type RouteRecord, type RouteRefusal, changeDrops, moveOrders } from './route.ts';
import { lockRoutes, passFence } from './route-store.ts';

/** What a route that is not picked up is to hold from now on; without drops it is cancelled. */
export interface RouteUpdate {
  readonly routeId: RouteId;
  readonly expectedPickupAt: EpochMs;
  readonly drops: readonly Drop[];
  readonly payMinor: number;
}

export type UpdateRefusal =
  RouteRefusal | Extract<AssignRefusal, { code: 'order_taken' | 'order_not_assignable' }>;

interface Again {
  readonly code: 'again';
}

/**
 * Changes what routes hold until their pickup (the assignment update of Reyes et al. 2018), all in one
 * transaction, each whole or not at all. An order may move from one of the routes to another; what leaves
 * and goes nowhere is without a courier again.
 *
 * @returns for each update its route, or why it was left out
 */
export async function updateRoutes(
  deps: DeliveryDeps,
  marketId: MarketId,
  updates: readonly RouteUpdate[],
  { fencingToken }: PlanOptions = {},
): Promise<Result<Result<RouteRecord, UpdateRefusal>[], StaleFence>> {
  invariant(new Set(updates.map((each) => each.routeId)).size === updates.length, 'a route is updated twice');
  const refused = new Map<number, UpdateRefusal>();
  for (;;) {
    const run = await deps.db.transact<(RouteRecord | undefined)[], StaleFence | Again>(async (tx) => {
      if (fencingToken !== undefined && !(await passFence(tx, marketId, fencingToken))) {
        return err({ code: 'stale_fence' });
      }
      return update(tx, deps, marketId, updates, refused);
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

async function update(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  updates: readonly RouteUpdate[],
  refused: Map<number, UpdateRefusal>,
): Promise<Result<(RouteRecord | undefined)[], Again>> {
  const at = deps.clock.now();
  const routeIds = updates.map((each) => each.routeId);
  const held = await lockRoutes(tx, marketId, routeIds, []);
  const routes = new Map<RouteId, RouteRecord>();
  const routeOf = new Map<OrderId, RouteId>();
  for (const routeId of routeIds) {
    const route = held.get(routeId)?.route;
    if (route === undefined) continue;
    routes.set(routeId, route);
    for (const { orderId } of route.dropoffs) routeOf.set(orderId, routeId);
  }

  const changed = updates.map((wanted, index): RouteRecord | undefined => {
    if (refused.has(index)) return undefined;
    const before = routes.get(wanted.routeId);
    const after: Result<RouteRecord, RouteRefusal> =
      before === undefined
        ? err({ code: 'not_found', detail: 'There is no such route.' })
        : changeDrops(before, wanted, at);
    if (after.ok) return after.value;
    refused.set(index, after.error);
    return undefined;
  });
  refuseTaken(changed, routeOf, refused);

  const { changes, indexes } = orderChanges(routes, changed);
  const answers = await deps.ordering.applyChanges(tx, marketId, changes);
  let again = false;
  answers.forEach((answer, position) => {
    // An order that left was cancelled meanwhile: it is off the route, which is what was wanted.
    if (answer.ok || changes[position]!.kind === 'unassign') return;
    again = true;
    const orderIds = [changes[position]!.orderId];
    refused.set(indexes[position]!, {
      code: 'order_not_assignable',
      orderIds,
      cause: answer.error satisfies ApiError,
    });
  });
  if (again) return err({ code: 'again' });
  // Doors as the orders that come have them, and as the routes have those that stay: never as the plan remembers them.
  const places = new Map<OrderId, Address>();
  for (const route of routes.values()) {
    for (const { orderId, place } of route.dropoffs) places.set(orderId, place);
  }
  for (const answer of answers) if (answer.ok) places.set(answer.value.id, answer.value.address);
  const { taken } = await commitRoutes(
    tx,
    deps,
    marketId,
    at,
    held,
    changed.flatMap((route) => {
      if (route === undefined) return [];
      const before = held.get(route.id)!;
      return [{ before, after: relaid(before, moveOrders(route, places)), by: 'system' }];
    }),
  );
  changed.forEach((route, index) => {
    const orderIds = route?.dropoffs
      .map(({ orderId }) => orderId)
      .filter((orderId) => taken.includes(orderId));
    if (orderIds !== undefined && orderIds.length > 0) refused.set(index, { code: 'order_taken', orderIds });
  });
  return taken.length === 0 ? ok(changed) : err({ code: 'again' });
}

/** Refuses what needs an order that is, and stays, on another route; again until nothing more falls. */
function refuseTaken(
  changed: (RouteRecord | undefined)[],
  routeOf: ReadonlyMap<OrderId, RouteId>,
  refused: Map<number, UpdateRefusal>,
): void {
  for (let fell = true; fell;) {
    fell = false;
    const holder = new Map<OrderId, RouteId>();
    for (const route of changed) {
      for (const { orderId } of route?.dropoffs ?? []) {
        if (!holder.has(orderId)) holder.set(orderId, route!.id);
      }
    }
    const moving = new Set(changed.flatMap((route) => (route === undefined ? [] : [route.id])));
    changed.forEach((route, index) => {
      if (route === undefined) return;
      const orderIds = route.dropoffs
        .map((dropoff) => dropoff.orderId)
        .filter((orderId) => {
          const from = routeOf.get(orderId);
          if (holder.get(orderId) !== route.id) return true;
          return from !== undefined && from !== route.id && !moving.has(from);
        });
      if (orderIds.length === 0) return;
      changed[index] = undefined;
      refused.set(index, { code: 'order_taken', orderIds });
      fell = true;
    });
  }
}

/** Orders that leave for nowhere are unassigned; those that come are assigned to their new courier. */
function orderChanges(
  routes: ReadonlyMap<RouteId, RouteRecord>,
  changed: readonly (RouteRecord | undefined)[],
): { changes: OrderChange[]; indexes: number[] } {
  const kept = new Set(changed.flatMap((route) => (route?.dropoffs ?? []).map((dropoff) => dropoff.orderId)));
  const changes: OrderChange[] = [];
  const indexes: number[] = [];
  changed.forEach((route, index) => {
    if (route === undefined) return;
    const had = new Set(routes.get(route.id)!.dropoffs.map((dropoff) => dropoff.orderId));
    for (const orderId of had) {
      if (kept.has(orderId)) continue;
      changes.push({ kind: 'unassign', orderId, by: 'system' });
      indexes.push(index);
    }
    for (const { orderId, expectedAt } of route.dropoffs) {
      if (had.has(orderId)) continue;
      changes.push({
        kind: 'assign',
        orderId,
        by: 'system',
        courierId: route.courierId,
        expectedDeliveryAt: expectedAt,
      });
      indexes.push(index);
    }
  });
  return { changes, indexes };
}
