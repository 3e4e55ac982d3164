import type { AbuseSignal, SupportPolicy } from '@halfhour/contract';
import { type EpochMs, type MarketId, type UserId, DAY_MS, addMs, momentOf } from '@halfhour/kernel';
import { type OrderRecord, listOrders } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { countGiven } from './compensation-store.ts';

/** Of a shopper's orders the latest so many are looked at. */
const MAX_ORDERS = 100;
/** A share of fewer orders says nothing. */
const MIN_ORDERS = 4;
const SHARE_DAYS = 90;
const RECENT_DAYS = 30;
/** An account is new for so many days. */
const NEW_DAYS = 7;

/** The door of an order to about ten metres, as it is compared. */
export function placeOf({ address }: Pick<OrderRecord, 'address'>): string {
  return `${address.lat.toFixed(4)},${address.lng.toFixed(4)}`;
}

/**
 * What about a shopper's past makes a person look twice. They are shown, and may demand a second person; nothing is ever
 * refused because of them, since each has innocent explanations: a bad store, a house of many flats, a first order.
 */
export async function readSignals(
  db: Queryable,
  marketId: MarketId,
  order: OrderRecord,
  policy: SupportPolicy['signals'],
  now: EpochMs,
): Promise<AbuseSignal[]> {
  const { shopperId } = order;
  const since = addMs(now, -RECENT_DAYS * DAY_MS);
  const [orders, given] = await Promise.all([
    listOrders(db, marketId, {
      shopperId,
      storeIds: undefined,
      state: undefined,
      before: undefined,
      limit: MAX_ORDERS,
    }),
    countGiven(db, marketId, { shopperId, place: placeOf(order), since }),
  ]);
  const values: Record<keyof SupportPolicy['signals'], number> = {
    refundedShare: refundedShareBp(orders, now),
    compensations30Days: given.ofShopper,
    newAccountDays: daysLeftNew(shopperId, now),
    othersAtAddress: given.othersAtPlace,
  };
  return (Object.keys(values) as (keyof typeof values)[]).map((name) => {
    const isRaised = values[name] > policy[name].above;
    return { name, value: values[name], raised: isRaised, needsSecond: isRaised && policy[name].needsSecond };
  });
}

/** Of the orders of 90 days that were delivered: how many had a refund, in basis points. */
function refundedShareBp(orders: readonly OrderRecord[], now: EpochMs): number {
  const since = addMs(now, -SHARE_DAYS * DAY_MS);
  const delivered = orders.filter(
    ({ placedAt, state }) => placedAt >= since && (state === 'delivered' || state === 'refunded'),
  );
  if (delivered.length < MIN_ORDERS) return 0;
  const refunded = delivered.filter(({ refundedMinor }) => refundedMinor > 0).length;
  return Math.round((refunded * 10_000) / delivered.length);
}

/** For how many days more an account counts as new; 0 when it does not. Its id tells when it was made. */
function daysLeftNew(shopperId: UserId, now: EpochMs): number {
  return Math.max(0, NEW_DAYS - Math.floor((now - momentOf(shopperId)) / DAY_MS));
}
