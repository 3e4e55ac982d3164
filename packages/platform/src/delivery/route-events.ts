import { isDeepStrictEqual } from 'node:util';
import type { EpochMs, OrderId } from '@halfhour/kernel';
import type { EventDraft } from '../events/index.ts';
import { type PickupRecord, type RouteRecord, PICKUP_NUMBER, isOpen, payOf } from './route.ts';

/**
 * What happened to a route between two of its states, in order. Read from the difference, so that no way of
 * changing a route can forget to tell:
 * - `RouteAssigned` { courierId, storeId, orderIds }, `RouteChanged` { courierId, orderIds }: other orders, another
 *   sequence or another door;
 * - `StopArrived`, `StopCompleted` { courierId, number, kind, orderIds };
 * - `RouteDone` { courierId, payMinor }, `RouteCancelled` { courierId }.
 */
export function routeEvents(
  before: RouteRecord | undefined,
  after: RouteRecord,
  at: EpochMs,
  by: string,
): EventDraft[] {
  const { courierId } = after;
  const events: EventDraft[] = [];
  const tell = (type: string, moment: EpochMs, data: EventDraft['data']): void => {
    events.push({ type, subject: after.id, at: moment, by, data: { courierId, ...data } });
  };
  const orderIds = ordersOf(after);
  if (before === undefined) {
    tell('RouteAssigned', at, { storeId: after.storeId, orderIds });
  } else if (ordersOf(before).join() !== orderIds.join() || isMoved(before, after)) {
    tell('RouteChanged', at, { orderIds });
  }
  tellStop(PICKUP_NUMBER, before?.pickup, after.pickup, orderIds);
  for (const dropoff of after.dropoffs) {
    const old = before?.dropoffs.find(
      (each) => each.number === dropoff.number && each.orderId === dropoff.orderId,
    );
    tellStop(dropoff.number, old, dropoff, [dropoff.orderId]);
  }
  if (before !== undefined && isOpen(before) && !isOpen(after)) {
    if (after.state === 'done') tell('RouteDone', after.closedAt ?? at, { payMinor: payOf(after) });
    else tell('RouteCancelled', after.closedAt ?? at, {});
  }
  return events;

  function tellStop(
    number: number,
    old: PickupRecord | undefined,
    stop: PickupRecord,
    orders: readonly OrderId[],
  ): void {
    const data = { number, kind: number === PICKUP_NUMBER ? 'pickup' : 'dropoff', orderIds: orders };
    if (stop.arrivedAt !== undefined && old?.arrivedAt === undefined) {
      tell('StopArrived', stop.arrivedAt, data);
    }
    if (stop.completedAt !== undefined && old?.completedAt === undefined) {
      tell('StopCompleted', stop.completedAt, data);
    }
  }
}

function isMoved(before: RouteRecord, after: RouteRecord): boolean {
  const places = new Map(before.dropoffs.map(({ orderId, place }) => [orderId, place]));
  return after.dropoffs.some(({ orderId, place }) => !isDeepStrictEqual(places.get(orderId), place));
}

function ordersOf(route: RouteRecord): OrderId[] {
  return route.dropoffs.map((dropoff) => dropoff.orderId);
}
