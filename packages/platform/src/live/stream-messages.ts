import type { CourierEvent, MarketEvent, OrderEvent, StoreEvent } from '@halfhour/contract';
import { type EpochMs, toRfc3339, unreachable } from '@halfhour/kernel';
import type { StreamMessage } from '../api/index.ts';
import { type OrderRecord, toOrder } from '../ordering/index.ts';
import { isOpenAt, toStore } from '../stores/index.ts';
import { toSummary } from './order-summary.ts';
import type { ViewChange } from './view-change.ts';

/** Told where so much was missed that asking for the snapshot again is cheaper than replaying it. */
export const RESET: StreamMessage = { event: 'reset', data: { type: 'reset' } };

/** A change as the market's stream shows it. */
export function toMarketMessage(
  change: ViewChange,
  now: EpochMs,
  timeZone: string,
): StreamMessage | undefined {
  switch (change.kind) {
    case 'order':
      return message<MarketEvent>(change, {
        type: 'order',
        event: change.event,
        at: toRfc3339(change.at),
        order: toSummary(change.order, now),
      });
    case 'store': {
      const { id, status } = change.store;
      const openNow = isOpenAt(change.store, now, timeZone);
      return message<MarketEvent>(change, { type: 'store', store: { id, status, openNow } });
    }
    case 'couriers':
      return message<MarketEvent>({}, { type: 'couriers', couriers: [...change.couriers] });
    case 'figures':
      return message<MarketEvent>({}, { type: 'figures', figures: change.figures, clock: change.clock });
    case 'clock':
    case 'route':
    case 'order_ready':
    case 'courier':
      return undefined;
    default:
      return unreachable(change);
  }
}

/** A change as the stream of one store shows it. */
export function toStoreMessage(
  change: ViewChange,
  now: EpochMs,
  timeZone: string,
): StreamMessage | undefined {
  if (change.kind === 'order') {
    const { event, at, order } = change;
    return message<StoreEvent>(change, {
      type: 'order',
      event,
      at: toRfc3339(at),
      order: toOrder(order, { seesDeliveryCode: false }),
    });
  }
  if (change.kind === 'store') {
    return message<StoreEvent>(change, { type: 'store', store: toStore(change.store, now, timeZone) });
  }
  return change.kind === 'clock'
    ? message<StoreEvent>({}, { type: 'clock', clock: change.clock })
    : undefined;
}

/** A change as the stream of one order shows it. */
export function toOrderMessage(
  change: ViewChange,
  viewer: { readonly seesDeliveryCode: boolean },
): StreamMessage | undefined {
  if (change.kind === 'order') return orderMessage(change, viewer);
  if (change.kind !== 'courier') return undefined;
  return message<OrderEvent>({}, { type: 'courier', position: change.place, at: toRfc3339(change.at) });
}

export function orderMessage(
  change: {
    readonly position?: string;
    readonly event: string;
    readonly at: EpochMs;
    readonly order: OrderRecord;
  },
  viewer: { readonly seesDeliveryCode: boolean },
): StreamMessage {
  const { event, at, order } = change;
  return message<OrderEvent>(change, {
    type: 'order',
    event,
    at: toRfc3339(at),
    order: toOrder(order, viewer),
  });
}

/** A change as the stream of one courier shows it. */
export function toCourierMessage(change: ViewChange): StreamMessage | undefined {
  if (change.kind === 'order_ready') {
    const { orderId, at } = change;
    return message<CourierEvent>(change, { type: 'order_ready', orderId, at: toRfc3339(at) });
  }
  if (change.kind !== 'route') return undefined;
  const { event, at, route } = change;
  return message<CourierEvent>(change, { type: 'route', event, at: toRfc3339(at), route });
}

function message<Data extends { readonly type: string }>(
  { position }: { readonly position?: string },
  data: Data,
): StreamMessage {
  // No name: a plain EventSource hears unnamed events with one listener, and `type` tells them apart.
  return { ...(position === undefined ? {} : { id: position }), data };
}
