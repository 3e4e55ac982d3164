import type { PaymentAttention } from '@halfhour/contract';
import { type EpochMs, type MarketId, HOUR_MS, addMs, toRfc3339 } from '@halfhour/kernel';
import { selectOverdue } from '../payments/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectOpenOrders } from './order-store.ts';

/** Less than that is work in hand: the sweep runs every few seconds, and asks again for up to an hour. */
const OVERDUE_MS = HOUR_MS;
const LIMIT = 200;

/**
 * Where money and goods have parted for more than an hour, oldest first. A delivered order that is not paid has a capture
 * that is due or was refused, since both are written in one transaction; those that were refused are exceptions.
 */
export async function readPaymentAttention(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
): Promise<PaymentAttention[]> {
  const before = addMs(now, -OVERDUE_MS);
  const open = await selectOpenOrders(db, marketId);
  const undelivered = open
    .filter(({ state, promise }) => state !== 'pending_payment' && promise.latest <= before)
    .toSorted((a, b) => a.promise.latest - b.promise.latest)
    .slice(0, LIMIT)
    .map(({ id, state, totalMinor, promise }): PaymentAttention => ({
      kind: 'paid_undelivered',
      orderId: id,
      amountMinor: totalMinor,
      since: toRfc3339(promise.latest),
      detail: `The order is ${state}.`,
    }));
  return [...(await selectOverdue(db, marketId, before, LIMIT)), ...undelivered].toSorted((a, b) =>
    a.since < b.since ? -1 : a.since > b.since ? 1 : 0,
  );
}
