import {
  type EpochMs,
  type MarketId,
  type OrderId,
  type PaymentId,
  type RefundId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';

export type PaymentState =
  'authorising' | 'authorised' | 'declined' | 'capture_due' | 'captured' | 'void_due' | 'voided';

export interface PaymentRecord {
  readonly id: PaymentId;
  readonly orderId: OrderId;
  readonly provider: string;
  readonly method: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly state: PaymentState;
  readonly reference: string | undefined;
  readonly createdAt: EpochMs;
  readonly attempts: number;
}

interface PaymentRow {
  readonly payment_id: string;
  readonly order_id: string;
  readonly provider: string;
  readonly method: string;
  readonly currency: string;
  readonly amount_minor: string;
  readonly state: PaymentState;
  readonly provider_reference: string | null;
  readonly created_at: EpochMs;
  readonly attempts: number;
}

const COLUMNS = `payment_id, order_id, provider, method, currency, amount_minor, state, provider_reference,
  created_at, attempts`;

export type PaymentDraft = Pick<
  PaymentRecord,
  'id' | 'orderId' | 'provider' | 'method' | 'currency' | 'amountMinor'
>;

/** Starts payments in the transaction of their orders; `askAgainAt` is when the sweep looks if nobody has answered. */
export async function insertPayments(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  askAgainAt: EpochMs,
  drafts: readonly PaymentDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into payments.payment (market_id, payment_id, order_id, provider, method, currency, amount_minor, state,
       created_at, updated_at, next_attempt_at)
     select $1, payment_id, order_id, provider, method, currency, amount_minor, 'authorising',
       $2::timestamptz, $2::timestamptz, $3::timestamptz
     from unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bigint[])
       as draft (payment_id, order_id, provider, method, currency, amount_minor)`,
    [
      keyOf(marketId),
      toRfc3339(at),
      toRfc3339(askAgainAt),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => keyOf(draft.orderId)),
      drafts.map((draft) => draft.provider),
      drafts.map((draft) => draft.method),
      drafts.map((draft) => draft.currency),
      drafts.map((draft) => draft.amountMinor),
    ],
  );
}

/**
 * Moves the payments of orders from one of the states in `from` to `to`; those in another state stay.
 * @returns orders whose payment was moved
 */
export async function movePayments(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  orderIds: readonly OrderId[],
  from: readonly PaymentState[],
  to: PaymentState,
): Promise<OrderId[]> {
  if (orderIds.length === 0) return [];
  const keys = [keyOf(marketId), orderIds.map(keyOf)];
  // In a statement of its own: found by place (ctid), a payment that the sweep changed after the snapshot of the
  // statement below would be passed over in silence.
  await tx.query(
    `select 1 as one
     from unnest($2::bigint[]) as given (order_id)
     cross join lateral (
       select 1 as held from payments.payment
       where market_id = $1 and order_id = given.order_id
       limit 1 for update
     ) as payment`,
    keys,
  );
  const rows = await tx.query<{ order_id: string }>(
    `with found as materialized (
       select payment.place
       from unnest($2::bigint[]) as given (order_id)
       cross join lateral (
         select ctid as place from payments.payment
         where market_id = $1 and order_id = given.order_id
         limit 1
       ) as payment
     )
     update payments.payment
     set state = $4, updated_at = $5::timestamptz, next_attempt_at = $5::timestamptz, attempts = 0
     from found
     where payment.ctid = found.place and payment.market_id = $1 and state = any($3::text[])
     returning order_id`,
    [...keys, from, to, toRfc3339(at)],
  );
  return rows.map((row) => idFromKey('ord', row.order_id));
}

/** What the provider answered to capture or void. */
export async function finishPayment(
  db: Queryable,
  marketId: MarketId,
  at: EpochMs,
  payment: PaymentRecord,
  to: 'captured' | 'voided',
  reference: string,
): Promise<void> {
  await db.query(
    `update payments.payment
     set state = $4, provider_reference = $5, updated_at = $6::timestamptz,
       captured_minor = case when $4 = 'captured' then amount_minor else 0 end
     where market_id = $1 and payment_id = $2 and state = $3`,
    [keyOf(marketId), keyOf(payment.id), payment.state, to, reference, toRfc3339(at)],
  );
}

/** Keeps what the provider calls these payments; it asks for it at capture. */
export async function noteReferences(
  tx: Tx,
  marketId: MarketId,
  references: readonly { readonly orderId: OrderId; readonly reference: string }[],
): Promise<void> {
  if (references.length === 0) return;
  await tx.query(
    `with found as materialized (
       select payment.place, told.reference
       from unnest($2::bigint[], $3::text[]) as told (order_id, reference)
       cross join lateral (
         select ctid as place from payments.payment where market_id = $1 and order_id = told.order_id limit 1
       ) as payment
     )
     update payments.payment set provider_reference = found.reference
     from found
     where payment.ctid = found.place and payment.market_id = $1`,
    [
      keyOf(marketId),
      references.map((each) => keyOf(each.orderId)),
      references.map((each) => each.reference),
    ],
  );
}

/** Payments with something to ask the provider whose time has come, oldest first. */
export async function selectDuePayments(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<PaymentRecord[]> {
  const rows = await db.query<PaymentRow>(
    `select ${COLUMNS} from payments.payment
     where market_id = $1 and state in ('authorising', 'capture_due', 'void_due') and next_attempt_at <= $2::timestamptz
     order by next_attempt_at limit $3`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return rows.map(toPayment);
}

export async function selectPayment(
  db: Queryable,
  marketId: MarketId,
  paymentId: PaymentId,
): Promise<PaymentRecord | undefined> {
  const rows = await db.query<PaymentRow>(
    `select ${COLUMNS} from payments.payment where market_id = $1 and payment_id = $2`,
    [keyOf(marketId), keyOf(paymentId)],
  );
  return rows.map(toPayment)[0];
}

/** The next try after `attempts` failed ones. */
export async function postponePayment(
  db: Queryable,
  marketId: MarketId,
  paymentId: PaymentId,
  nextAttemptAt: EpochMs,
): Promise<void> {
  await db.query(
    `update payments.payment set attempts = attempts + 1, next_attempt_at = $3::timestamptz
     where market_id = $1 and payment_id = $2`,
    [keyOf(marketId), keyOf(paymentId), toRfc3339(nextAttemptAt)],
  );
}

export interface RefundRecord {
  readonly id: RefundId;
  readonly amountMinor: number;
  readonly attempts: number;
  readonly payment: PaymentRecord;
}

export async function insertRefunds(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  refunds: readonly { readonly id: RefundId; readonly orderId: OrderId; readonly amountMinor: number }[],
): Promise<void> {
  if (refunds.length === 0) return;
  await tx.query(
    `insert into payments.refund (market_id, refund_id, payment_id, amount_minor, state, created_at, next_attempt_at)
     select $1, draft.refund_id, payment.payment_id, draft.amount_minor, 'due', $2::timestamptz, $2::timestamptz
     from unnest($3::bigint[], $4::bigint[], $5::bigint[]) as draft (refund_id, order_id, amount_minor)
     join payments.payment on payment.market_id = $1 and payment.order_id = draft.order_id`,
    [
      keyOf(marketId),
      toRfc3339(at),
      refunds.map((refund) => keyOf(refund.id)),
      refunds.map((refund) => keyOf(refund.orderId)),
      refunds.map((refund) => refund.amountMinor),
    ],
  );
}

export async function selectDueRefunds(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<RefundRecord[]> {
  const rows = await db.query<
    PaymentRow & { refund_id: string; refund_minor: string; refund_attempts: number }
  >(
    `select refund_id, refund.amount_minor as refund_minor, refund.attempts as refund_attempts,
       payment.payment_id, order_id, provider, method, currency, payment.amount_minor, payment.state,
       provider_reference, payment.created_at, payment.attempts
     from payments.refund join payments.payment using (market_id, payment_id)
     where market_id = $1 and refund.state = 'due' and refund.next_attempt_at <= $2::timestamptz
       -- Money that was not captured yet cannot be given back: the capture goes first.
       and payment.state = 'captured'
     order by refund.next_attempt_at limit $3`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return rows.map((row) => ({
    id: idFromKey('ref', row.refund_id),
    amountMinor: Number(row.refund_minor),
    attempts: row.refund_attempts,
    payment: toPayment(row),
  }));
}

export async function finishRefund(db: Queryable, marketId: MarketId, refundId: RefundId): Promise<void> {
  await db.query(`update payments.refund set state = 'done' where market_id = $1 and refund_id = $2`, [
    keyOf(marketId),
    keyOf(refundId),
  ]);
}

export async function postponeRefund(
  db: Queryable,
  marketId: MarketId,
  refundId: RefundId,
  nextAttemptAt: EpochMs,
): Promise<void> {
  await db.query(
    `update payments.refund set attempts = attempts + 1, next_attempt_at = $3::timestamptz
     where market_id = $1 and refund_id = $2`,
    [keyOf(marketId), keyOf(refundId), toRfc3339(nextAttemptAt)],
  );
}

function toPayment(row: PaymentRow): PaymentRecord {
  return {
    id: idFromKey('pay', row.payment_id),
    orderId: idFromKey('ord', row.order_id),
    provider: row.provider,
    method: row.method,
    currency: row.currency,
    amountMinor: Number(row.amount_minor),
    state: row.state,
    reference: row.provider_reference ?? undefined,
    createdAt: row.created_at,
    attempts: row.attempts,
  };
}
