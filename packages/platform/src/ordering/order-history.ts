import type { CancelReason } from '@halfhour/contract';
import { type CourierId, type MarketId, type OrderId, fromRfc3339, momentOf } from '@halfhour/kernel';
import { type StoredEvent, readHistory } from '../events/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { Previous } from './revise-order.ts';
import type { OrderRecord, Progress } from './order.ts';
import { selectBatches } from './order-store.ts';

type History = readonly Pick<StoredEvent, 'type' | 'at' | 'data'>[];

/** All events of an order, oldest first. */
export async function readOrderHistory(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
): Promise<StoredEvent[]> {
  return readHistory(db, marketId, orderId, await selectBatches(db, marketId, orderId), momentOf(orderId));
}

/**
 * The order as it was at `version`, told again from its events: what a command that led there answered. Undefined
 * where the history does not reach so far. What no such answer shows, the charges and what is reserved, stays as it is now.
 */
export function orderAt(order: OrderRecord, history: History, version: number): OrderRecord | undefined {
  if (version < 1 || version > history.length) return undefined;
  const first: Progress = { version: 1, state: 'pending_payment', refundedMinor: 0 };
  const past = history.slice(1, version).reduce((before, event) => advance(before, event, order), first);
  return { ...placedBefore(order, history.slice(version)), ...NOTHING_YET, ...past };
}

/** What was ordered before these events: what the first of them that changed it took the place of. */
function placedBefore(order: OrderRecord, later: History): OrderRecord {
  const previous = later.find(({ data }) => data['previous'] !== undefined)?.data['previous'];
  if (previous === undefined) return order;
  const { lines, promise, ...rest } = previous as Previous;
  return {
    ...order,
    otherMinor: undefined,
    ...rest,
    lines: lines.map((line) => ({ ...line, reserved: false })),
    promise: { earliest: fromRfc3339(promise.earliest)!, latest: fromRfc3339(promise.latest)! },
  };
}

/** Said of every order, so that all of them have one shape, which V8 copies fastest. */
export const NOTHING_YET = {
  acceptedAt: undefined,
  expectedReadyAt: undefined,
  readyAt: undefined,
  pickedUpAt: undefined,
  deliveredAt: undefined,
  cancelledAt: undefined,
  cancelReason: undefined,
  courierId: undefined,
  expectedDeliveryAt: undefined,
} satisfies Partial<Progress>;

function advance(
  before: Progress,
  { type, at, data }: History[number],
  { totalMinor }: OrderRecord,
): Progress {
  const progress = { ...before, version: before.version + 1 };
  const moment = (name: string) => fromRfc3339(data[name] as string);
  const courierId = data['courierId'] as CourierId;
  switch (type) {
    case 'OrderPlaced':
      return { ...progress, state: 'placed' };
    case 'OrderAccepted':
      return { ...progress, state: 'accepted', acceptedAt: at, expectedReadyAt: moment('expectedReadyAt') };
    case 'OrderReady':
      return { ...progress, state: 'ready', readyAt: at };
    case 'OrderAssigned':
      return { ...progress, courierId, expectedDeliveryAt: moment('expectedDeliveryAt') };
    case 'OrderUnassigned':
      return { ...progress, courierId: undefined };
    case 'OrderExpected':
      return { ...progress, expectedDeliveryAt: moment('expectedDeliveryAt') };
    case 'OrderPickedUp':
      return { ...progress, state: 'picked_up', pickedUpAt: at, courierId };
    case 'OrderDelivered':
      return { ...progress, state: 'delivered', deliveredAt: at, courierId };
    case 'OrderCancelled':
      return {
        ...progress,
        state: 'cancelled',
        cancelledAt: at,
        cancelReason: data['reason'] as CancelReason,
      };
    case 'OrderRefunded': {
      const refundedMinor = before.refundedMinor + (data['amountMinor'] as number);
      return { ...progress, refundedMinor, state: refundedMinor === totalMinor ? 'refunded' : before.state };
    }
    default:
      return progress;
  }
}
