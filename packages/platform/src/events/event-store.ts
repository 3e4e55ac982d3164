import { type EpochMs, type MarketId, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';

/** What happened, in the past tense: `OrderPlaced`. `subject` is the id of what it happened to. */
export interface EventDraft {
  readonly type: string;
  readonly subject: string;
  readonly at: EpochMs;
  /** Who caused it: a role, or `system`. */
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StoredEvent extends EventDraft {
  readonly marketId: MarketId;
  readonly position: Position;
}

/** A place in a market's events, `txid-seq`; rises in reading order. */
export type Position = string & { readonly __unit: 'position' };

export const BEGINNING = '0-0' as Position;

export function parsePosition(text: string): Position | undefined {
  return /^\d{1,19}-\d{1,19}$/.test(text) ? (text as Position) : undefined;
}

/** Which of two positions comes first: negative, zero or positive. */
export function comparePositions(a: Position, b: Position): number {
  const [aTxid, aSeq] = a.split('-').map(BigInt) as [bigint, bigint];
  const [bTxid, bSeq] = b.split('-').map(BigInt) as [bigint, bigint];
  const difference = aTxid === bTxid ? aSeq - bSeq : aTxid - bTxid;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Writes events in the order given, in the caller's transaction: they exist exactly if the change does. */
export async function appendEvents(tx: Tx, marketId: MarketId, drafts: readonly EventDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into events.event (market_id, type, subject, at, by, data)
     select $1, type, subject, at, by, data
     from unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[])
       with ordinality as draft (type, subject, at, by, data, n)
     order by n`,
    [
      keyOf(marketId),
      drafts.map((draft) => draft.type),
      drafts.map((draft) => draft.subject),
      drafts.map((draft) => toRfc3339(draft.at)),
      drafts.map((draft) => draft.by),
      drafts.map((draft) => JSON.stringify(draft.data)),
    ],
  );
}

interface EventRow {
  readonly txid: string;
  readonly seq: string;
  readonly type: string;
  readonly subject: string;
  readonly at: EpochMs;
  readonly by: string;
  readonly data: Record<string, unknown>;
}

/**
 * The next events of a market after `after`, at most `limit`, in order, without gaps: an event whose
 * transaction is older than one still running waits for it. Plan: one range of the primary key.
 */
export async function readEvents(
  db: Queryable,
  marketId: MarketId,
  after: Position,
  limit: number,
): Promise<StoredEvent[]> {
  const [txid, seq] = after.split('-');
  const rows = await db.query<EventRow>(
    `select txid, seq, type, subject, at, by, data
     from events.event
     where market_id = $1 and (txid, seq) > ($2, $3)
       and txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
     order by txid, seq
     limit $4`,
    [keyOf(marketId), txid, seq, limit],
  );
  return rows.map((row) => toEvent(marketId, row));
}

/** All events of one subject in order, oldest first; at most 500. */
export async function readHistory(
  db: Queryable,
  marketId: MarketId,
  subject: string,
): Promise<StoredEvent[]> {
  const rows = await db.query<EventRow>(
    `select txid, seq, type, subject, at, by, data
     from events.event
     where market_id = $1 and subject = $2
     order by txid, seq
     limit 500`,
    [keyOf(marketId), subject],
  );
  return rows.map((row) => toEvent(marketId, row));
}

/** The position up to which `readEvents` could read now: where a reader begins that has just read the state. */
export async function readHead(db: Queryable, marketId: MarketId): Promise<Position> {
  const rows = await db.query<{ txid: string; seq: string }>(
    `select txid, seq from events.event
     where market_id = $1 and txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
     order by txid desc, seq desc limit 1`,
    [keyOf(marketId)],
  );
  return rows[0] === undefined ? BEGINNING : (`${rows[0].txid}-${rows[0].seq}` as Position);
}

/** Where the reader `name` is; locks the row so that one process at a time reads under that name. */
export async function lockReader(tx: Tx, marketId: MarketId, name: string): Promise<Position> {
  await tx.query(
    `insert into events.reader (market_id, name, txid, seq) values ($1, $2, 0, 0) on conflict do nothing`,
    [keyOf(marketId), name],
  );
  const rows = await tx.query<{ txid: string; seq: string }>(
    `select txid, seq from events.reader where market_id = $1 and name = $2 for update`,
    [keyOf(marketId), name],
  );
  return `${rows[0]!.txid}-${rows[0]!.seq}` as Position;
}

export async function moveReader(tx: Tx, marketId: MarketId, name: string, to: Position): Promise<void> {
  const [txid, seq] = to.split('-');
  await tx.query(`update events.reader set txid = $3, seq = $4 where market_id = $1 and name = $2`, [
    keyOf(marketId),
    name,
    txid,
    seq,
  ]);
}

function toEvent(marketId: MarketId, row: EventRow): StoredEvent {
  return {
    marketId,
    position: `${row.txid}-${row.seq}` as Position,
    type: row.type,
    subject: row.subject,
    at: row.at,
    by: row.by,
    data: row.data,
  };
}

/** When the latest event of any market happened; undefined before the first. Asked at a start, not often. */
export async function selectLatestMoment(db: Queryable): Promise<EpochMs | undefined> {
  const rows = await db.query<{ at: EpochMs | null }>(
    `select max(latest.at) as at
     from (select distinct market_id from events.event) as market,
       lateral (select at from events.event where event.market_id = market.market_id
                order by txid desc, seq desc limit 500) as latest`,
  );
  return rows[0]?.at ?? undefined;
}
