import type { OrderSummary } from '@halfhour/contract';
import { type EpochMs, toRfc3339 } from '@halfhour/kernel';
import type { OrderRecord } from '../ordering/index.ts';
import { lateness } from './lateness.ts';

/** What the live map needs of an order, with its risk at `now`. */
export function toSummary(order: OrderRecord, now: EpochMs): OrderSummary {
  return {
    id: order.id,
    state: order.state,
    storeId: order.storeId,
    ...(order.courierId === undefined ? {} : { courierId: order.courierId }),
    address: order.address,
    lineCount: order.lines.length,
    totalMinor: order.totalMinor,
    placedAt: toRfc3339(order.placedAt),
    ...(order.prepareAt === undefined ? {} : { prepareAt: toRfc3339(order.prepareAt) }),
    promiseLatest: toRfc3339(order.promise.latest),
    ...(order.expectedDeliveryAt === undefined
      ? {}
      : { expectedDeliveryAt: toRfc3339(order.expectedDeliveryAt) }),
    ...(order.deliveredAt === undefined ? {} : { deliveredAt: toRfc3339(order.deliveredAt) }),
    risk: lateness(order, now),
  };
}
