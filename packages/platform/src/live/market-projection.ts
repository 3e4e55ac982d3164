import type { CourierId, EpochMs, OrderId, StoreId } from '@halfhour/kernel';
import type { CourierRecord } from '../couriers/index.ts';
import { type Position, type StoredEvent, comparePositions } from '../events/index.ts';
import type { OrderRecord } from '../ordering/index.ts';
import type { StoreRecord } from '../stores/index.ts';
import { moveShare } from './day-figures.ts';
import type { LoadedMarket } from './load-market.ts';

/** Which rows a batch of events has touched. */
export interface Touched {
  readonly orderIds: OrderId[];
  readonly courierIds: CourierId[];
  readonly storeIds: StoreId[];
}

/** Those rows as they are now. */
export interface Reloaded {
  readonly orders: ReadonlyMap<OrderId, OrderRecord>;
  readonly couriers: readonly CourierRecord[];
  readonly stores: ReadonlyMap<StoreId, StoreRecord>;
}

/** What is known of a market in memory. Changed only by `apply`. */
export interface MarketProjection extends LoadedMarket {
  /** The last event that is in it. */
  position: Position;
  figures: LoadedMarket['figures'];
}

export function touchedBy(events: readonly StoredEvent[]): Touched {
  const orderIds = new Set<OrderId>();
  const courierIds = new Set<CourierId>();
  const storeIds = new Set<StoreId>();
  for (const { subject, data } of events) {
    if (subject.startsWith('ord_')) orderIds.add(subject as OrderId);
    else if (subject.startsWith('sto_')) storeIds.add(subject as StoreId);
    const courierId = courierOf(subject, data);
    if (courierId !== undefined) courierIds.add(courierId);
  }
  return { orderIds: [...orderIds], courierIds: [...courierIds], storeIds: [...storeIds] };
}

/**
 * Brings the projection up to a batch of events with the rows that they touched. Applying events again, or with
 * rows that are newer than they are, does no harm: rows replace rows, and figures move by the difference.
 *
 * An order that is not held is counted only at its first event, and only when that is not in the projection;
 * any other event of such an order comes after it was closed and moves no figure.
 */
export function applyEvents(
  projection: MarketProjection,
  events: readonly StoredEvent[],
  reloaded: Reloaded,
): void {
  const { orders, couriers, stores, dayStart, position } = projection;
  const fresh = new Set(
    events
      .filter((event) => event.type === 'OrderReceived' && comparePositions(event.position, position) > 0)
      .map((event) => event.subject),
  );
  for (const after of reloaded.orders.values()) {
    const before = orders.get(after.id);
    if (before !== undefined || fresh.has(after.id)) {
      projection.figures = {
        ...projection.figures,
        ...moveShare(projection.figures, before, after, dayStart),
      };
    }
    if (isOpenState(after)) orders.set(after.id, after);
    else orders.delete(after.id);
  }
  for (const courier of reloaded.couriers) couriers.set(courier.id, courier);
  for (const store of reloaded.stores.values()) stores.set(store.id, store);
  const last = events.at(-1);
  // Behind it where the projection was read again meanwhile.
  if (last !== undefined && comparePositions(last.position, projection.position) > 0) {
    projection.position = last.position;
  }
}

/** Orders that the live map shows, oldest first. */
export function shownOrders(projection: MarketProjection): OrderRecord[] {
  return [...projection.orders.values()].filter((order) => order.state !== 'pending_payment');
}

/** Whether a stored day is over at `dayStart`, so that all has to be read again. */
export function isAnotherDay(projection: MarketProjection, dayStart: EpochMs): boolean {
  return dayStart > projection.dayStart;
}

function isOpenState(order: OrderRecord): boolean {
  return order.state !== 'delivered' && order.state !== 'cancelled' && order.state !== 'refunded';
}

/** The courier that an event is about, whatever its subject. */
export function courierOf(subject: string, data: StoredEvent['data']): CourierId | undefined {
  if (subject.startsWith('cou_')) return subject as CourierId;
  const named = data['courierId'];
  return typeof named === 'string' ? (named as CourierId) : undefined;
}
