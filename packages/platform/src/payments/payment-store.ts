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
import { type PaymentState, type PaymentStep, DUE, after, statesBefore } from './payment-machine.ts';
import { type Queryable, type Tx, int8Array, keyArray, momentArray, textArray } from '../postgres/index.ts';

export interface PaymentRecord {
  readonly orderId: OrderId;
  readonly provider: string;
  readonly method: string;
  readonly currency: string;
  readonly amountMinor: number;
  /** What the provider has taken of it. */
  readonly capturedMinor: number;
  readonly state: PaymentState;
  readonly reference: string | undefined;
  /** What the shopper has to do before the provider approves. */
  readonly challenge: Challenge | undefined;
  readonly createdAt: EpochMs;
  readonly attempts: number;
}

/** Where the shopper proves who pays, and the provider's name for the attempt. */
export interface Challenge {
  readonly url: string;
  readonly token: string;
}

interface PaymentRow {
  readonly order_id: string;
  readonly provider: string;
  readonly method: string;
  readonly currency: string;
  readonly amount_minor: string;
  readonly captured_minor: string;
  readonly state: PaymentState;
  readonly provider_reference: string | null;
  readonly challenge: Challenge | null;
  readonly created_at: EpochMs;
  readonly attempts: number;
}

const COLUMNS = `order_id, provider, method, currency, amount_minor, captured_minor, state, provider_reference,
  challenge, created_at, attempts`;

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

/** The states in which a step is taken, as SQL. */
function list(step: PaymentStep): string {
  return `(${statesBefore(step)
    .map((state) => `'${state}'`)
    .join(', ')})`;
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
  readonly to: 'authorised' | 'capture_due' | 'captured' | 'void_due';
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
         captured_minor = case excluded.state when 'captured' then excluded.amount_minor else 0 end,
         provider_reference = coalesce(excluded.provider_reference, payment.provider_reference),
         updated_at = excluded.updated_at, next_attempt_at = excluded.next_attempt_at, attempts = 0
       where (excluded.state = 'authorised' and payment.state in ${list('approve')})
         or (excluded.state = 'capture_due' and payment.state in ${list('hand_over')})
         or (excluded.state = 'captured' and payment.state in ${list('collect')})
         or (excluded.state = 'void_due' and payment.state in ${list('give_up')})
         or (excluded.state = 'authorised' and payment.state = 'authorised'
           and excluded.amount_minor <> payment.amount_minor)`,
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
  /** What the provider has taken, of a capture; zero of a void. */
  readonly capturedMinor: number;
}

/** What the provider answered to captures and voids. @returns those that were not finished before */
export async function finishPayments(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  given: readonly FinishedPayment[],
): Promise<FinishedPayment[]> {
  if (given.length === 0) return [];
  const finished = given.toSorted((a, b) => byOrder(a.payment, b.payment));
  const rows = await tx.query<{ order_id: string }>(
    `${UPSERT}
       set state = case payment.state when 'capture_due' then '${after('capture_due', 'capture')}'
           else '${after('void_due', 'void')}' end,
         updated_at = excluded.updated_at,
         -- A void tells nothing of an approval: see takeLateApproval.
         provider_reference = case payment.state when 'capture_due' then excluded.provider_reference
           else payment.provider_reference end,
         captured_minor = case payment.state when 'capture_due' then excluded.amount_minor else 0 end
       where payment.state in ('capture_due', 'void_due') and payment.state = excluded.state
     returning order_id`,
    [
      keyOf(marketId),
      toRfc3339(at),
      ...draftArrays(
        finished.map(({ payment, capturedMinor }) => ({
          ...payment,
          amountMinor: capturedMinor,
          expiresAt: at,
        })),
      ),
      textArray(finished.map(({ payment }) => payment.state)),
      textArray(finished.map(({ reference }) => reference)),
    ],
  );
  const moved = new Set(rows.map((row) => idFromKey('ord', row.order_id)));
  return finished.filter(({ payment }) => moved.has(payment.orderId));
}

/** What the provider has said no to for good: nothing is asked any more. */
export async function refusePayments(
  db: Queryable,
  marketId: MarketId,
  at: EpochMs,
  orderIds: readonly OrderId[],
): Promise<void> {
  if (orderIds.length === 0) return;
  await db.query(
    `update payments.payment set updated_at = $3::timestamptz,
       state = case state when 'capture_due' then '${after('capture_due', 'refuse_capture')}'
         else '${after('void_due', 'refuse_void')}' end
     where market_id = $1 and order_id = any($2::bigint[]) and state in ('capture_due', 'void_due')`,
    [keyOf(marketId), keyArray(orderIds.toSorted()), toRfc3339(at)],
  );
}

/** Has the provider asked once more. @returns whether there was something to ask */
export async function askPaymentAgain(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
  at: EpochMs,
): Promise<boolean> {
  const rows = await db.query(
    `update payments.payment set updated_at = $3::timestamptz, next_attempt_at = $3::timestamptz, attempts = 0,
       state = case state when 'capture_refused' then '${after('capture_refused', 'ask_again')}'
         else '${after('void_refused', 'ask_again')}' end
     where market_id = $1 and order_id = $2 and state in ${list('ask_again')}
     returning 1`,
    [keyOf(marketId), keyOf(orderId), toRfc3339(at)],
  );
  return rows.length > 0;
}

/** The shopper has to prove who pays. @returns whether that is new */
export async function challengePayment(
  tx: Tx,
  marketId: MarketId,
  orderId: OrderId,
  at: EpochMs,
  challenge: Challenge,
): Promise<boolean> {
  const rows = await tx.query(
    `update payments.payment set state = 'challenged', challenge = $4, updated_at = $3::timestamptz
     where market_id = $1 and order_id = $2 and state in ${list('challenge')}
     returning 1`,
    [keyOf(marketId), keyOf(orderId), toRfc3339(at), JSON.stringify(challenge)],
  );
  return rows.length > 0;
}

/**
 * An approval of a payment that was given up, of which nobody knew until now: it is released at once. What was
 * approved before it was given up has its reference, and stays.
 * @returns the payment where it was such a one
 */
export async function takeLateApproval(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
  reference: string,
  at: EpochMs,
): Promise<PaymentRecord | undefined> {
  const rows = await db.query<PaymentRow>(
    `update payments.payment set state = 'void_due', provider_reference = $4, updated_at = $3::timestamptz,
       next_attempt_at = $3::timestamptz, attempts = 0
     where market_id = $1 and order_id = $2 and provider_reference is null
       and state in ('void_due', 'void_refused', ${list('approve_late').slice(1, -1)})
     returning ${COLUMNS}`,
    [keyOf(marketId), keyOf(orderId), toRfc3339(at), reference],
  );
  return rows[0] === undefined ? undefined : toPayment(rows[0]);
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
     where market_id = $1 and state in (${DUE.map((state) => `'${state}'`).join(', ')})
       and next_attempt_at <= $2::timestamptz
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
     where market_id = $1 and state in ('authorising', 'challenged') and expires_at <= $2::timestamptz
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
       order_id, provider, method, currency, payment.amount_minor, captured_minor, payment.state,
       provider_reference, challenge, payment.created_at, payment.attempts
     from payments.refund join payments.payment using (market_id, order_id)
     where market_id = $1 and refund.state = 'due' and refund.next_attempt_at <= $2::timestamptz
       -- Money that was not captured yet cannot be given back: the capture goes first, or is refused.
       and payment.state in ('captured', 'capture_refused')
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

/** What was refunded of an order, and what is still to be paid to the shopper. */
export async function selectRefunded(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
): Promise<{ readonly doneMinor: number; readonly dueMinor: number }> {
  const rows = await db.query<{ done: string; due: string }>(
    `select coalesce(sum(amount_minor) filter (where state = 'done'), 0) as done,
       coalesce(sum(amount_minor) filter (where state <> 'done'), 0) as due
     from payments.refund where market_id = $1 and order_id = $2`,
    [keyOf(marketId), keyOf(orderId)],
  );
  return { doneMinor: Number(rows[0]!.done), dueMinor: Number(rows[0]!.due) };
}

/** What the provider has paid. @returns those that were not finished before */
export async function finishRefunds(
  db: Queryable,
  marketId: MarketId,
  at: EpochMs,
  refunds: readonly RefundRecord[],
): Promise<RefundRecord[]> {
  if (refunds.length === 0) return [];
  const rows = await db.query<{ refund_id: string }>(
    `update payments.refund set state = 'done', done_at = $3::timestamptz
     where market_id = $1 and refund_id = any($2::bigint[]) and state = 'due'
     returning refund_id`,
    [keyOf(marketId), keyArray(refunds.map(({ id }) => id).toSorted()), toRfc3339(at)],
  );
  const moved = new Set(rows.map((row) => idFromKey('ref', row.refund_id)));
  return refunds.filter(({ id }) => moved.has(id));
}

/** What the provider has said no to for good, or is to be asked about once more. @returns how many were moved */
export async function moveRefunds(
  db: Queryable,
  marketId: MarketId,
  at: EpochMs,
  to: 'refused' | 'due',
  refundIds: readonly RefundId[],
): Promise<number> {
  if (refundIds.length === 0) return 0;
  const rows = await db.query(
    `update payments.refund set state = $3, attempts = 0, next_attempt_at = $4::timestamptz
     where market_id = $1 and refund_id = any($2::bigint[])
       and state = case $3 when 'refused' then 'due' else 'refused' end
     returning 1`,
    [keyOf(marketId), keyArray(refundIds.toSorted()), to, toRfc3339(at)],
  );
  return rows.length;
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
    capturedMinor: Number(row.captured_minor),
    state: row.state,
    reference: row.provider_reference ?? undefined,
    challenge: row.challenge ?? undefined,
    createdAt: row.created_at,
    attempts: row.attempts,
  };
}
