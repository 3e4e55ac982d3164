import type { Plan, Assignment as PlannedBundle } from '@halfhour/engines/dispatch';
import type { CourierId, EpochMs, OrderId } from '@halfhour/kernel';
import type { Assignment, Drop, RouteRecord, RouteUpdate } from '../delivery/index.ts';
import type { DispatchOrder, DispatchStore } from './market-memory.ts';
import type { Snapshot } from './snapshot.ts';

/** What has to be written so that the world follows a plan. */
export interface Enactment {
  /** Routes to change first: an order that moves to a new route must have left its old one. */
  readonly updates: readonly RouteUpdate[];
  readonly assignments: readonly Assignment[];
  /** When orders are expected at the door, but for those that an assignment or update tells of. */
  readonly expectations: readonly { readonly orderId: OrderId; readonly expectedDeliveryAt: EpochMs }[];
}

export interface EnactmentOptions {
  readonly payMinor: (store: DispatchStore, orders: readonly DispatchOrder[]) => number;
}

/**
 * What of a plan must be committed now. A courier that is to leave gets its bundle as a route; a route that
 * is not picked up follows what the plan now holds for its store. A courier whose bundle went elsewhere
 * keeps, until somebody else sets out for them, the orders that it has: a plan that only waits costs
 * nothing yet. What the plan leaves for later stays uncommitted.
 */
export function enactPlan(snapshot: Snapshot, plan: Plan, options: EnactmentOptions): Enactment {
  const firsts = new Map<CourierId, PlannedBundle>();
  for (const bundle of plan.assignments) {
    const courierId = snapshot.courierOf.get(bundle.courierKey)!.id;
    if (!firsts.has(courierId)) firsts.set(courierId, bundle);
  }
  const wanted = new Map<CourierId, PlannedBundle>();
  const claimed = new Map<OrderId, CourierId>();
  for (const [courierId, bundle] of firsts) {
    const route = snapshot.openRoute.get(courierId);
    const sameStore = route?.storeId === snapshot.storeOf.get(bundle.storeNode)!.id;
    if (bundle.action === 'wait' && !sameStore) continue;
    wanted.set(courierId, bundle);
    for (const key of bundle.orderKeys) claimed.set(snapshot.orderOf.get(key)!.id, courierId);
  }

  const updates: RouteUpdate[] = [];
  const assignments: Assignment[] = [];
  const told = new Set<OrderId>();
  const onOpenRoute = new Set<CourierId>(snapshot.openRoute.keys());
  for (const courierId of new Set([...onOpenRoute, ...wanted.keys()])) {
    const route = snapshot.openRoute.get(courierId);
    const bundle = wanted.get(courierId);
    const store = bundle === undefined ? undefined : snapshot.storeOf.get(bundle.storeNode)!;
    const follows = route !== undefined && store?.id === route.storeId;
    if (route !== undefined) {
      const update =
        follows && bundle !== undefined
          ? follow(route, bundle, store)
          : bundle === undefined
            ? keepUnclaimed(route, courierId)
            : empty(route);
      if (update !== undefined) updates.push(update);
    }
    if (bundle !== undefined && store !== undefined && !follows) {
      const orders = ordersOf(bundle);
      for (const order of orders) told.add(order.id);
      assignments.push({
        courierId,
        storeId: store.id,
        pickupPlace: store.address,
        expectedPickupAt: snapshot.momentOf(bundle.pickupAtSeconds),
        drops: dropsOf(bundle),
        payMinor: options.payMinor(store, orders),
      });
    }
  }
  return { updates, assignments, expectations: expectations() };

  function follow(route: RouteRecord, bundle: PlannedBundle, store: DispatchStore): RouteUpdate | undefined {
    const drops = dropsOf(bundle);
    if (sequenceOf(route) === drops.map((drop) => drop.orderId).join()) return undefined;
    const had = new Set(route.dropoffs.map((dropoff) => dropoff.orderId));
    for (const drop of drops) if (!had.has(drop.orderId)) told.add(drop.orderId);
    return {
      routeId: route.id,
      expectedPickupAt: snapshot.momentOf(bundle.pickupAtSeconds),
      drops,
      payMinor: options.payMinor(store, ordersOf(bundle)),
    };
  }

  function keepUnclaimed(route: RouteRecord, courierId: CourierId): RouteUpdate | undefined {
    const kept = route.dropoffs.filter(({ orderId }) => (claimed.get(orderId) ?? courierId) === courierId);
    if (kept.length === route.dropoffs.length) return undefined;
    const store = [...snapshot.storeOf.values()].find((each) => each.id === route.storeId)!;
    const known = new Map([...snapshot.orderOf.values()].map((order) => [order.id, order]));
    return {
      routeId: route.id,
      expectedPickupAt: route.pickup.expectedAt,
      drops: kept.map(({ orderId, place, expectedAt }) => ({ orderId, place, expectedAt })),
      payMinor: options.payMinor(
        store,
        kept.flatMap(({ orderId }) => known.get(orderId) ?? []),
      ),
    };
  }

  function empty(route: RouteRecord): RouteUpdate {
    return { routeId: route.id, expectedPickupAt: route.pickup.expectedAt, drops: [], payMinor: 0 };
  }

  function expectations(): Enactment['expectations'] {
    const expected = new Map(snapshot.underway);
    for (const bundle of plan.assignments) {
      bundle.orderKeys.forEach((key, index) => {
        expected.set(snapshot.orderOf.get(key)!.id, snapshot.momentOf(bundle.dropAtSeconds[index]!));
      });
    }
    return [...expected]
      .filter(([orderId]) => !told.has(orderId))
      .map(([orderId, expectedDeliveryAt]) => ({ orderId, expectedDeliveryAt }));
  }

  function ordersOf(bundle: PlannedBundle): DispatchOrder[] {
    return bundle.orderKeys.map((key) => snapshot.orderOf.get(key)!);
  }

  function dropsOf(bundle: PlannedBundle): Drop[] {
    return ordersOf(bundle).map((order, index) => ({
      orderId: order.id,
      place: order.address,
      expectedAt: snapshot.momentOf(bundle.dropAtSeconds[index]!),
    }));
  }
}

function sequenceOf(route: RouteRecord): string {
  return route.dropoffs.map((dropoff) => dropoff.orderId).join();
}
