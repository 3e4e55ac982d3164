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

/** A place in a market's events: the number of the last one read. Rises in reading order, which is commit order. */
export type Position = string & { readonly __unit: 'position' };

export const BEGINNING = '0' as Position;

export function parsePosition(text: string): Position | undefined {
  return /^\d{1,18}$/.test(text) ? (text as Position) : undefined;
}

/** Which of two positions comes first: negative, zero or positive. */
export function comparePositions(a: Position, b: Position): number {
  return Number(BigInt(a) - BigInt(b));
}

const gathered = new WeakMap<Tx, Map<MarketId, EventDraft[]>>();

/**
 * Adds events to the caller's transaction: they exist exactly if the change does. They are written together
 * just before its commit, when it needs no other lock any more: from then to the end of the commit it holds the
 * lock of the market's numbers, for which other commits of the market wait.
 */
export function appendEvents(tx: Tx, marketId: MarketId, drafts: readonly EventDraft[]): void {
  if (drafts.length === 0) return;
  let markets = gathered.get(tx);
  if (markets === undefined) {
    markets = new Map();
    gathered.set(tx, markets);
  }
  const before = markets.get(marketId);
  if (before !== undefined) {
    before.push(...drafts);
    return;
  }
  const all = [...drafts];
  markets.set(marketId, all);
  tx.beforeCommit(() => insertEvents(tx, marketId, all));
}

async function insertEvents(tx: Tx, marketId: MarketId, drafts: readonly EventDraft[]): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [keyOf(marketId)]);
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
  readonly seq: string;
  readonly type: string;
  readonly subject: string;
  readonly at: EpochMs;
  readonly by: string;
  readonly data: Record<string, unknown>;
}

/** The next events of a market after `after`, at most `limit`, in order, without gaps. One range of the primary key. */
export async function readEvents(
  db: Queryable,
  marketId: MarketId,
  after: Position,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await db.query<EventRow>(
    `select seq, type, subject, at, by, data
     from events.event
     where market_id = $1 and seq > $2
     order by seq
     limit $3`,
    [keyOf(marketId), after, limit],
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
    `select seq, type, subject, at, by, data
     from events.event
     where market_id = $1 and subject = $2
     order by seq
     limit 500`,
    [keyOf(marketId), subject],
  );
  return rows.map((row) => toEvent(marketId, row));
}

/** The position of the latest event: where a reader begins that has just read the state, or is about to. */
export async function readHead(db: Queryable, marketId: MarketId): Promise<Position> {
  const rows = await db.query<{ seq: string }>(
    `select seq from events.event where market_id = $1 order by seq desc limit 1`,
    [keyOf(marketId)],
  );
  return (rows[0]?.seq ?? BEGINNING) as Position;
}

/** Where the reader `name` is; locks the row so that one process at a time reads under that name. */
export async function lockReader(tx: Tx, marketId: MarketId, name: string): Promise<Position> {
  await tx.query(
    `insert into events.reader (market_id, name, seq) values ($1, $2, 0) on conflict do nothing`,
    [keyOf(marketId), name],
  );
  const rows = await tx.query<{ seq: string }>(
    `select seq from events.reader where market_id = $1 and name = $2 for update`,
    [keyOf(marketId), name],
  );
  return rows[0]!.seq as Position;
}

export async function moveReader(tx: Tx, marketId: MarketId, name: string, to: Position): Promise<void> {
  await tx.query(`update events.reader set seq = $3 where market_id = $1 and name = $2`, [
    keyOf(marketId),
    name,
    to,
  ]);
}

function toEvent(marketId: MarketId, row: EventRow): StoredEvent {
  return {
    marketId,
    position: row.seq as Position,
    type: row.type,
    subject: row.subject,
    at: row.at,
    by: row.by,
    data: row.data,
  };
}

/** When the latest event of a market happened; undefined before the first. */
export async function selectLatestMoment(db: Queryable, marketId: MarketId): Promise<EpochMs | undefined> {
  const rows = await db.query<{ at: EpochMs }>(
    `select at from events.event where market_id = $1 order by seq desc limit 1`,
    [keyOf(marketId)],
  );
  return rows[0]?.at;
}
