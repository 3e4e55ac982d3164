import {
  type EpochMs,
  type IdSource,
  type MarketId,
  type PaymentExceptionId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { appendEvents } from '../events/index.ts';
import { type Queryable, type Tx, int8Array, keyArray, textArray } from '../postgres/index.ts';
import {
  type ExceptionDraft,
  type ExceptionKind,
  type ExceptionRecord,
  type Resolution,
  EXCEPTION_KINDS,
  isOfReconciliation,
} from './exception.ts';

interface ExceptionRow {
  readonly exception_id: string;
  readonly kind: ExceptionKind;
  readonly subject: string;
  readonly provider: string;
  readonly order_id: string | null;
  readonly refund_id: string | null;
  readonly ours_minor: string | null;
  readonly theirs_minor: string | null;
  readonly detail: string;
  readonly state: 'open' | 'resolved';
  readonly found_at: EpochMs;
  readonly seen_at: EpochMs;
  readonly resolution: Resolution | null;
  readonly reason: string | null;
  readonly resolved_by: string | null;
  readonly resolved_at: EpochMs | null;
}

const COLUMNS = `exception_id, kind, subject, provider, order_id, refund_id, ours_minor, theirs_minor, detail, state,
  found_at, seen_at, resolution, reason, resolved_by, resolved_at`;

/**
 * Puts what was found into the queue. What is open there already is seen again; what a person has resolved stays so
 * while the amounts are those that the person saw, and is open again where they are others, or where a provider that
 * was asked once more has said no once more.
 */
export async function openExceptions(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  ids: IdSource,
  drafts: readonly ExceptionDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  const found = [...new Map(drafts.map((draft) => [`${draft.kind} ${draft.subject}`, draft])).values()];
  const rows = await tx.query<ExceptionRow>(
    `insert into payments.exception as exception (market_id, exception_id, kind, subject, provider, order_id, refund_id,
       ours_minor, theirs_minor, detail, found_at, seen_at)
     select $1, draft.*, $2::timestamptz, $2::timestamptz
     from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
       $10::bigint[], $11::text[]) as draft (exception_id, kind, subject)
     order by kind, subject
     on conflict (market_id, kind, subject) do update
       set seen_at = excluded.seen_at, ours_minor = excluded.ours_minor, theirs_minor = excluded.theirs_minor,
         detail = excluded.detail, state = 'open', resolution = null, reason = null, resolved_by = null,
         resolved_at = null
       where exception.state = 'open' or exception.resolution = 'ask_again'
         or (exception.ours_minor, exception.theirs_minor) is distinct from (excluded.ours_minor, excluded.theirs_minor)
     returning ${COLUMNS}`,
    [
      keyOf(marketId),
      toRfc3339(at),
      keyArray(found.map(() => ids.next('exc'))),
      textArray(found.map((draft) => draft.kind)),
      textArray(found.map((draft) => draft.subject)),
      textArray(found.map((draft) => draft.provider)),
      keyArray(found.map((draft) => draft.orderId)),
      keyArray(found.map((draft) => draft.refundId)),
      int8Array(found.map((draft) => draft.oursMinor)),
      int8Array(found.map((draft) => draft.theirsMinor)),
      textArray(found.map((draft) => draft.detail)),
    ],
  );
  appendEvents(
    tx,
    marketId,
    rows
      .map(toException)
      .filter(({ foundAt }) => foundAt === at)
      .map(({ id, kind, provider, orderId, oursMinor, theirsMinor }) => ({
        type: 'PaymentExceptionOpened',
        subject: id,
        at,
        by: 'system',
        data: { kind, provider, orderId, oursMinor, theirsMinor },
      })),
  );
}

/** Exceptions newest first. */
export async function selectExceptions(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly state?: 'open' | 'resolved' | undefined;
    readonly before?: PaymentExceptionId | undefined;
    readonly limit: number;
  },
): Promise<ExceptionRecord[]> {
  const rows = await db.query<ExceptionRow>(
    `select ${COLUMNS} from payments.exception
     where market_id = $1 and ($2::text is null or state = $2) and ($3::bigint is null or exception_id < $3)
     order by exception_id desc limit $4`,
    [
      keyOf(marketId),
      filter.state ?? null,
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map(toException);
}

export async function selectException(
  db: Queryable,
  marketId: MarketId,
  id: PaymentExceptionId,
): Promise<ExceptionRecord | undefined> {
  const rows = await db.query<ExceptionRow>(
    `select ${COLUMNS} from payments.exception where market_id = $1 and exception_id = $2`,
    [keyOf(marketId), keyOf(id)],
  );
  return rows[0] === undefined ? undefined : toException(rows[0]);
}

/** Ends those of a kind that were not found any more. */
export async function closeGone(
  tx: Tx,
  marketId: MarketId,
  kind: ExceptionKind,
  stillThere: readonly string[],
  at: EpochMs,
  reason: string,
): Promise<void> {
  await tx.query(
    `update payments.exception set state = 'resolved', resolution = 'agreed', reason = $4, resolved_by = 'system',
       resolved_at = $5::timestamptz
     where market_id = $1 and state = 'open' and kind = $2 and subject <> all($3::text[])`,
    [keyOf(marketId), kind, stillThere, reason, toRfc3339(at)],
  );
}

/** Open differences that reconciliation has found, oldest first. */
export async function selectOpenDifferences(
  db: Queryable,
  marketId: MarketId,
  limit: number,
): Promise<PaymentExceptionId[]> {
  const rows = await db.query<{ exception_id: string }>(
    `select exception_id from payments.exception
     where market_id = $1 and state = 'open' and kind = any($2::text[]) order by exception_id limit $3`,
    [keyOf(marketId), EXCEPTION_KINDS.filter(isOfReconciliation), limit],
  );
  return rows.map((row) => idFromKey('exc', row.exception_id));
}

/** The same, held until the transaction ends. */
export async function lockException(
  tx: Tx,
  marketId: MarketId,
  id: PaymentExceptionId,
): Promise<ExceptionRecord | undefined> {
  const rows = await tx.query<ExceptionRow>(
    `select ${COLUMNS} from payments.exception where market_id = $1 and exception_id = $2 for update`,
    [keyOf(marketId), keyOf(id)],
  );
  return rows[0] === undefined ? undefined : toException(rows[0]);
}

/** Ends an open exception. Who did it and why stays with it. */
export async function closeException(
  tx: Tx,
  marketId: MarketId,
  id: PaymentExceptionId,
  how: {
    readonly resolution: Resolution;
    readonly reason: string;
    readonly by: string;
    readonly at: EpochMs;
  },
): Promise<void> {
  await tx.query(
    `update payments.exception set state = 'resolved', resolution = $3, reason = $4, resolved_by = $5,
       resolved_at = $6::timestamptz
     where market_id = $1 and exception_id = $2 and state = 'open'`,
    [keyOf(marketId), keyOf(id), how.resolution, how.reason, how.by, toRfc3339(how.at)],
  );
}

function toException(row: ExceptionRow): ExceptionRecord {
  const amount = (minor: string | null): number | undefined => (minor === null ? undefined : Number(minor));
  return {
    id: idFromKey('exc', row.exception_id),
    kind: row.kind,
    subject: row.subject,
    provider: row.provider,
    orderId: row.order_id === null ? undefined : idFromKey('ord', row.order_id),
    refundId: row.refund_id === null ? undefined : idFromKey('ref', row.refund_id),
    oursMinor: amount(row.ours_minor),
    theirsMinor: amount(row.theirs_minor),
    detail: row.detail,
    state: row.state,
    foundAt: row.found_at,
    seenAt: row.seen_at,
    resolution: row.resolution ?? undefined,
    reason: row.reason ?? undefined,
    resolvedBy: row.resolved_by ?? undefined,
    resolvedAt: row.resolved_at ?? undefined,
  };
}
