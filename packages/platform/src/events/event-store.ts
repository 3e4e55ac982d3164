import { type EpochMs, type Id, type IdPrefix, type MarketId, idFromKey, keyOf } from '@halfhour/kernel';
import { type Queryable, type Tx, jsonArray, keyArray, momentArray, textArray } from '../postgres/index.ts';

/** What happened, in the past tense: `OrderPlaced`. `subject` is the id of what it happened to. */
export interface EventDraft {
  readonly type: string;
  readonly subject: Id<IdPrefix>;
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
  tx.beforeCommit('outbox', () => insertEvents(tx, marketId, all));
}

async function insertEvents(tx: Tx, marketId: MarketId, drafts: readonly EventDraft[]): Promise<void> {
  tx.write(INSERT, [
    keyOf(marketId),
    drafts.length,
    textArray(drafts.map((draft) => draft.type)),
    textArray(drafts.map((draft) => draft.subject.slice(0, 3))),
    keyArray(drafts.map((draft) => draft.subject)),
    momentArray(drafts.map((draft) => draft.at)),
    textArray(drafts.map((draft) => draft.by)),
    jsonArray(drafts.map((draft) => toJson(draft.data))),
  ]);
}

/** 2024-01-01T00:00Z, where keys begin to count; see kernel/ids. */
const INSERT = `with head as (
    insert into events.head as head (market_id, seq)
    values ($1, (extract(epoch from clock_timestamp()) * 1000 - 1704067200000)::bigint * 4096 + $2::int)
    on conflict (market_id) do update set seq = greatest(head.seq + $2::int, excluded.seq)
    returning seq
  )
  insert into events.batch (market_id, seq, count, transaction, types, subject_kinds, subjects, ats, bys, data)
  select $1, head.seq, $2::int, halfhour.transaction(), $3::text[], $4::text[], $5::bigint[], $6::timestamptz[],
    $7::text[], $8::json[]
  from head`;

/** Undefined, which is null in the table, for the many events that say all by their type. */
function toJson(data: Readonly<Record<string, unknown>>): string | undefined {
  for (const _ in data) return JSON.stringify(data);
  return undefined;
}

interface EventRow {
  readonly seq: string;
  readonly type: string;
  readonly subject_kind: IdPrefix;
  readonly subject: string;
  readonly at: EpochMs;
  readonly by: string;
  readonly data: Record<string, unknown> | null;
}

/** The events in the batches of `batch`, in order. */
const eventsOf = (batch: string): string =>
  `select seq - count + n as seq, type, subject_kind, subject, at, by, event.data
   from (${batch}) as batch,
     unnest(types, subject_kinds, subjects, ats, bys, data) with ordinality
       as event (type, subject_kind, subject, at, by, data, n)`;

const AFTER = `${eventsOf(
  // As many batches as hold that many events; of the first some may be read already.
  `select * from (
     select *, sum(count) over (order by seq) - count - first_value(count) over (order by seq) as before
     from events.batch where market_id = $1 and seq > $2 order by seq limit $3
   ) as next where before < $3`,
)}
  where seq - count + n > $2
  order by 1
  limit $3`;

/** The next events of a market after `after`, at most `limit`, in order, without gaps. One range of the primary key. */
export async function readEvents(
  db: Queryable,
  marketId: MarketId,
  after: Position,
  limit: number,
): Promise<StoredEvent[]> {
  const rows = await db.query<EventRow>(AFTER, [keyOf(marketId), after, limit]);
  return rows.map((row) => toEvent(marketId, row));
}

/**
 * Those of the next batches' events that are of some types, and up to where that is; undefined where there is no batch
 * after `after`. Rows without such an event are passed over, and of the others only these events are sent.
 */
export async function readEventsOfTypes(
  db: Queryable,
  marketId: MarketId,
  after: Position,
  types: readonly string[],
  batches: number,
): Promise<{ readonly events: StoredEvent[]; readonly upTo: Position } | undefined> {
  const [range] = await db.query<{ up_to: string | null }>(
    `select max(seq) as up_to
     from (select seq from events.batch where market_id = $1 and seq > $2 order by seq limit $3) as next`,
    [keyOf(marketId), after, batches],
  );
  const upTo = range?.up_to ?? undefined;
  if (upTo === undefined) return undefined;
  const rows = await db.query<EventRow>(OF_TYPES, [keyOf(marketId), after, upTo, textArray(types)]);
  return { events: rows.map((row) => toEvent(marketId, row)), upTo: upTo as Position };
}

const OF_TYPES = `${eventsOf(
  `select * from events.batch where market_id = $1 and seq > $2 and seq <= $3 and types && $4::text[]`,
)}
  where type = any($4::text[]) and seq - count + n > $2
  order by 1`;

/** Where the events of one subject are: what `halfhour.transaction()` gave to those who appended them. */
export type Batches = readonly string[];

const HISTORY = `${eventsOf(
  `select * from events.batch
   where market_id = $1 and transaction = any($3::bigint[]) and seq > $4`,
)}
  where subject = $2
  order by 1
  limit 500`;

/**
 * All events of one subject in order, oldest first; at most 500. Who changes a subject keeps in which batches its events
 * are: an index of all subjects would cost more than the events.
 *
 * @param since no event of it is older
 */
export async function readHistory(
  db: Queryable,
  marketId: MarketId,
  subject: Id<IdPrefix>,
  batches: Batches,
  since: EpochMs,
): Promise<StoredEvent[]> {
  const rows = await db.query<EventRow>(HISTORY, [
    keyOf(marketId),
    keyOf(subject),
    batches,
    String(Math.max(0, since - KEY_EPOCH_MS - CLOCKS_MS) * 4096),
  ]);
  return rows.map((row) => toEvent(marketId, row));
}

const KEY_EPOCH_MS = Date.UTC(2024, 0, 1);
/** What the clocks of a process and its database may differ by. */
const CLOCKS_MS = 3_600_000;

/** The position of the latest event: where a reader begins that has just read the state, or is about to. */
export async function readHead(db: Queryable, marketId: MarketId): Promise<Position> {
  const rows = await db.query<{ seq: string }>(
    // Not the head: an idle reader would wait there for whoever commits. (A market's newest month is read alone.)
    `select seq from events.batch where market_id = $1 order by seq desc limit 1`,
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

const NOTHING = {};

function toEvent(marketId: MarketId, row: EventRow): StoredEvent {
  return {
    marketId,
    position: row.seq as Position,
    type: row.type,
    subject: idFromKey(row.subject_kind, row.subject),
    at: row.at,
    by: row.by,
    data: row.data ?? NOTHING,
  };
}

/** When the latest event of a market happened; undefined before the first. */
export async function selectLatestMoment(db: Queryable, marketId: MarketId): Promise<EpochMs | undefined> {
  const rows = await db.query<{ at: EpochMs }>(
    `select ats[count] as at from events.batch where market_id = $1 order by seq desc limit 1`,
    [keyOf(marketId)],
  );
  return rows[0]?.at;
}
