import { type EpochMs, type MarketId, type OrderId, idFromKey, keyOf, toRfc3339 } from '@halfhour/kernel';
import { type Queryable, type Tx, keyArray } from '../postgres/index.ts';
import type { Booked } from './compare-operations.ts';
import type { PaymentState } from './payment-machine.ts';

interface PaymentRow {
  readonly order_id: string;
  readonly state: PaymentState;
  readonly captured_minor: string;
}

interface RefundRow {
  readonly refund_id: string;
  readonly order_id: string;
  readonly amount_minor: string;
  readonly state: string;
}

/** Up to which moment a provider's list was compared; undefined before the first time. */
export async function selectReconciled(
  db: Queryable,
  marketId: MarketId,
  provider: string,
): Promise<EpochMs | undefined> {
  const rows = await db.query<{ up_to: EpochMs }>(
    `select up_to from payments.reconciled where market_id = $1 and provider = $2`,
    [keyOf(marketId), provider],
  );
  return rows[0]?.up_to;
}

export async function advanceReconciled(
  tx: Tx,
  marketId: MarketId,
  provider: string,
  upTo: EpochMs,
): Promise<void> {
  await tx.query(
    `insert into payments.reconciled as reconciled (market_id, provider, up_to) values ($1, $2, $3)
     on conflict (market_id, provider) do update set up_to = greatest(reconciled.up_to, excluded.up_to)`,
    [keyOf(marketId), provider, toRfc3339(upTo)],
  );
}

/** What the provider's answers have settled in a span of time. */
export async function selectSettled(
  db: Queryable,
  marketId: MarketId,
  provider: string,
  from: EpochMs,
  to: EpochMs,
): Promise<Booked & { readonly length: number }> {
  const given = [keyOf(marketId), provider, toRfc3339(from), toRfc3339(to)];
  const payments = await db.query<PaymentRow>(
    `select order_id, state, captured_minor from payments.payment
     where market_id = $1 and provider = $2 and updated_at >= $3::timestamptz and updated_at < $4::timestamptz
       and state = 'captured'`,
    given,
  );
  const refunds = await db.query<RefundRow>(
    `select refund_id, order_id, refund.amount_minor, refund.state
     from payments.refund as refund join payments.payment using (market_id, order_id)
     where market_id = $1 and provider = $2 and refund.state = 'done' and done_at >= $3::timestamptz
       and done_at < $4::timestamptz`,
    given,
  );
  return { ...toBooked(payments, refunds), length: payments.length + refunds.length };
}

/** What we have of these orders. */
export async function selectBooked(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Booked> {
  const given = [keyOf(marketId), keyArray(orderIds)];
  const payments = await db.query<PaymentRow>(
    `select order_id, state, captured_minor from payments.payment
     where market_id = $1 and order_id = any($2::bigint[])`,
    given,
  );
  const refunds = await db.query<RefundRow>(
    `select refund_id, order_id, amount_minor, state from payments.refund
     where market_id = $1 and order_id = any($2::bigint[])`,
    given,
  );
  return toBooked(payments, refunds);
}

function toBooked(payments: readonly PaymentRow[], refunds: readonly RefundRow[]): Booked {
  return {
    payments: payments.map((row) => ({
      orderId: idFromKey('ord', row.order_id),
      state: row.state,
      capturedMinor: Number(row.captured_minor),
    })),
    refunds: refunds.map((row) => ({
      refundId: idFromKey('ref', row.refund_id),
      orderId: idFromKey('ord', row.order_id),
      amountMinor: Number(row.amount_minor),
      isDone: row.state === 'done',
    })),
  };
}
