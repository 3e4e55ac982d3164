import type { Assignment as Planned, Plan } from '@halfhour/engines/dispatch';
import { type CourierId, type OrderId, SECOND_MS, epochMs } from '@halfhour/kernel';
import { type RouteRecord, type RouteUpdate, isPickedUp } from '../delivery/index.ts';
import type { OrderRecord } from '../ordering/index.ts';

/** What a plan means for the routes that there are: some change, some are taken back, some are new. */
export interface Reconciled {
  readonly updates: readonly Omit<RouteUpdate, 'payMinor'>[];
  readonly additions: readonly {
    readonly courierId: CourierId;
    readonly planned: Planned;
    readonly orders: readonly OrderRecord[];
  }[];
}

/** A stop expected this much earlier or later is told; less would be noise. */
const TELL_MS = 90 * SECOND_MS;

/**
 * Compares the first committed assignment of each courier with its route that is not picked up yet. Routes
 * that the plan has no use for are emptied, which gives their orders back.
 */
export function reconcile(
  plan: Plan,
  routes: ReadonlyMap<CourierId, readonly RouteRecord[]>,
  storeNodeOf: (route: RouteRecord) => number,
  courierOf: (key: number) => CourierId,
  orderOf: (key: number) => OrderRecord,
): Reconciled {
  const committed = new Map<CourierId, Planned>();
  for (const planned of plan.assignments) {
    if (planned.action !== 'wait') committed.set(courierOf(planned.courierKey), planned);
  }
  const updates: Omit<RouteUpdate, 'payMinor'>[] = [];
  const additions: Reconciled['additions'][number][] = [];
  for (const [courierId, list] of routes) {
    const open = list.find((route) => !isPickedUp(route));
    if (open === undefined) continue;
    const planned = committed.get(courierId);
    if (planned === undefined || planned.storeNode !== storeNodeOf(open)) {
      updates.push({ routeId: open.id, expectedPickupAt: open.pickup.expectedAt, drops: [] });
      continue;
    }
    committed.delete(courierId);
    const orders = planned.orderKeys.map(orderOf);
    const expectedPickupAt = epochMs(planned.pickupAtSeconds * SECOND_MS);
    const isSame =
      sequence(open.dropoffs) === orders.map((order) => order.id).join() &&
      Math.abs(expectedPickupAt - open.pickup.expectedAt) < TELL_MS;
    if (!isSame) updates.push({ routeId: open.id, expectedPickupAt, drops: dropsOf(planned, orders) });
  }
  for (const [courierId, planned] of committed) {
    additions.push({ courierId, planned, orders: planned.orderKeys.map(orderOf) });
  }
  return { updates, additions };
}

export function dropsOf(planned: Planned, orders: readonly OrderRecord[]): RouteUpdate['drops'] {
  return orders.map((order, index) => ({
    orderId: order.id,
    place: order.address,
    expectedAt: epochMs(planned.dropAtSeconds[index]! * SECOND_MS),
  }));
}

function sequence(dropoffs: readonly { readonly orderId: OrderId }[]): string {
  return dropoffs.map((dropoff) => dropoff.orderId).join();
}
