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
import { type Queryable, type Tx, int8Array, keyArray, momentArray, textArray } from '../postgres/index.ts';

export type PaymentState =
  'authorising' | 'authorised' | 'declined' | 'capture_due' | 'captured' | 'void_due' | 'voided';

export interface PaymentRecord {
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

const COLUMNS = `order_id, provider, method, currency, amount_minor, state, provider_reference,
  created_at, attempts`;

/** An order has one payment, of the order's key; this is what a provider calls it by. */
export function paymentIdOf(orderId: OrderId): PaymentId {
  return `pay_${orderId.slice(4)}` as PaymentId;
}

export interface PaymentDraft extends Pick<
  PaymentRecord,
  'orderId' | 'provider' | 'method' | 'currency' | 'amountMinor'
> {
  /** An authorisation that has no answer by then is given up. */
  readonly expiresAt: EpochMs;
}

/** The order of a payment, by the id that providers have of it. */
export function orderIdOf(paymentId: PaymentId): OrderId {
  return `ord_${paymentId.slice(4)}` as OrderId;
}

/** Keeps that providers have to be asked about authorisations at `askAgainAt`; payments that there are stay. */
export function insertPayments(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  askAgainAt: EpochMs,
  drafts: readonly PaymentDraft[],
): void {
  if (drafts.length === 0) return;
  tx.write(
    `insert into payments.payment (market_id, order_id, provider, method, currency, amount_minor, expires_at, state,
       created_at, updated_at, next_attempt_at)
     select $1, draft.*, 'authorising', $2::timestamptz, $2::timestamptz, $3::timestamptz
     from unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::timestamptz[]) as draft
     on conflict (market_id, order_id) do nothing`,
    [keyOf(marketId), toRfc3339(at), toRfc3339(askAgainAt), ...draftArrays(drafts)],
  );
}

/** The order in which rows are locked, so that groups and sweeps never wait for each other in a ring. */
function byOrder(a: { readonly orderId: OrderId }, b: { readonly orderId: OrderId }): number {
  return a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0;
}

/** An insert that conflicts where there is the payment, because it finds each row by its key: see ordering/order-store. */
const UPSERT = `insert into payments.payment as payment (market_id, order_id, provider, method, currency, amount_minor,
       expires_at, state, provider_reference, created_at, updated_at, next_attempt_at)
     select $1, given.*, $2::timestamptz, $2::timestamptz, $2::timestamptz
     from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::timestamptz[], $9::text[],
       $10::text[]) as given
     on conflict (market_id, order_id) do update`;

/** Where the payment of an order goes; the rest of it as it was drawn up. */
export interface PaymentMove extends PaymentDraft {
  readonly to: 'authorised' | 'capture_due' | 'void_due';
  /** What the provider calls it, once it has told. */
  readonly reference?: string | undefined;
}

/**
 * Moves payments on, each once; those that are authorised already, or beyond, stay, save that an authorised one takes
 * another amount. Of two moves of one order the
 * later holds.
 */
export function movePayments(tx: Tx, marketId: MarketId, at: EpochMs, moves: readonly PaymentMove[]): void {
  if (moves.length === 0) return;
  const last = [...new Map(moves.map((move) => [move.orderId, move])).values()].sort(byOrder);
  const references = new Map(
    moves.flatMap(({ orderId, reference }) =>
      reference === undefined ? [] : [[orderId, reference] as const],
    ),
  );
  tx.write(
    `${UPSERT}
       set state = excluded.state, amount_minor = excluded.amount_minor,
         provider_reference = coalesce(excluded.provider_reference, payment.provider_reference),
         updated_at = excluded.updated_at, next_attempt_at = excluded.next_attempt_at, attempts = 0
       where payment.state = 'authorising' or (payment.state = 'authorised'
         and (excluded.state <> 'authorised' or excluded.amount_minor <> payment.amount_minor))`,
    [
      keyOf(marketId),
      toRfc3339(at),
      ...draftArrays(last),
      textArray(last.map((move) => move.to)),
      textArray(last.map((move) => references.get(move.orderId))),
    ],
  );
}

function draftArrays(drafts: readonly PaymentDraft[]): Buffer[] {
  return [
    keyArray(drafts.map((draft) => draft.orderId)),
    textArray(drafts.map((draft) => draft.provider)),
    textArray(drafts.map((draft) => draft.method)),
    textArray(drafts.map((draft) => draft.currency)),
    int8Array(drafts.map((draft) => draft.amountMinor)),
    momentArray(drafts.map((draft) => draft.expiresAt)),
  ];
}

export interface FinishedPayment {
  readonly payment: PaymentRecord;
  readonly reference: string;
}

/** What the provider answered to captures and voids. */
export function finishPayments(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  given: readonly FinishedPayment[],
): void {
  if (given.length === 0) return;
  const finished = given.toSorted((a, b) => byOrder(a.payment, b.payment));
  tx.write(
    `${UPSERT}
       set state = case payment.state when 'capture_due' then 'captured' else 'voided' end,
         updated_at = excluded.updated_at, provider_reference = excluded.provider_reference,
         captured_minor = case payment.state when 'capture_due' then payment.amount_minor else 0 end
       where payment.state in ('capture_due', 'void_due')`,
    [
      keyOf(marketId),
      toRfc3339(at),
      ...draftArrays(finished.map(({ payment }) => ({ ...payment, expiresAt: at }))),
      textArray(finished.map(({ payment }) => payment.state)),
      textArray(finished.map(({ reference }) => reference)),
    ],
  );
}

/** The payment of an order; undefined before there is one. */
export async function selectPayment(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
): Promise<PaymentRecord | undefined> {
  const rows = await db.query<PaymentRow>(
    `select ${COLUMNS} from payments.payment where market_id = $1 and order_id = $2`,
    [keyOf(marketId), keyOf(orderId)],
  );
  return rows[0] === undefined ? undefined : toPayment(rows[0]);
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

/** Orders whose authorisation has had no answer in time, at most `limit`. */
export async function selectExpired(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<OrderId[]> {
  const rows = await db.query<{ order_id: string }>(
    `select order_id from payments.payment
     where market_id = $1 and state = 'authorising' and expires_at <= $2::timestamptz
     order by next_attempt_at limit $3`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return rows.map((row) => idFromKey('ord', row.order_id));
}

/** The next tries after failed ones. */
export async function postponePayments(
  db: Queryable,
  marketId: MarketId,
  given: readonly { readonly orderId: OrderId; readonly nextAttemptAt: EpochMs }[],
): Promise<void> {
  if (given.length === 0) return;
  const postponed = given.toSorted(byOrder);
  await db.query(
    `update payments.payment set attempts = attempts + 1,
       next_attempt_at = ($3::timestamptz[])[array_position($2::bigint[], order_id)]
     where market_id = $1 and order_id = any($2::bigint[])`,
    [
      keyOf(marketId),
      keyArray(postponed.map(({ orderId }) => orderId)),
      momentArray(postponed.map(({ nextAttemptAt }) => nextAttemptAt)),
    ],
  );
}

export interface RefundRecord {
  readonly id: RefundId;
  readonly amountMinor: number;
  readonly attempts: number;
  readonly payment: PaymentRecord;
}

export function insertRefunds(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  refunds: readonly { readonly id: RefundId; readonly orderId: OrderId; readonly amountMinor: number }[],
): void {
  if (refunds.length === 0) return;
  tx.write(
    `insert into payments.refund (market_id, refund_id, order_id, amount_minor, state, created_at, next_attempt_at)
     select $1, draft.refund_id, draft.order_id, draft.amount_minor, 'due', $2::timestamptz, $2::timestamptz
     from unnest($3::bigint[], $4::bigint[], $5::bigint[]) as draft (refund_id, order_id, amount_minor)`,
    [
      keyOf(marketId),
      toRfc3339(at),
      keyArray(refunds.map((refund) => refund.id)),
      keyArray(refunds.map((refund) => refund.orderId)),
      int8Array(refunds.map((refund) => refund.amountMinor)),
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
       order_id, provider, method, currency, payment.amount_minor, payment.state,
       provider_reference, payment.created_at, payment.attempts
     from payments.refund join payments.payment using (market_id, order_id)
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

export async function finishRefunds(
  db: Queryable,
  marketId: MarketId,
  refundIds: readonly RefundId[],
): Promise<void> {
  if (refundIds.length === 0) return;
  await db.query(
    `update payments.refund set state = 'done'
     where market_id = $1 and refund_id = any($2::bigint[]) and state = 'due'`,
    [keyOf(marketId), keyArray(refundIds.toSorted())],
  );
}

/** The next tries after failed ones. */
export async function postponeRefunds(
  db: Queryable,
  marketId: MarketId,
  given: readonly { readonly id: RefundId; readonly nextAttemptAt: EpochMs }[],
): Promise<void> {
  if (given.length === 0) return;
  await db.query(
    `update payments.refund set attempts = attempts + 1,
       next_attempt_at = ($3::timestamptz[])[array_position($2::bigint[], refund_id)]
     where market_id = $1 and refund_id = any($2::bigint[]) and state = 'due'`,
    [
      keyOf(marketId),
      keyArray(given.map(({ id }) => id)),
      momentArray(given.map(({ nextAttemptAt }) => nextAttemptAt)),
    ],
  );
}

function toPayment(row: PaymentRow): PaymentRecord {
  return {
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
