import { type CloseId, type EpochMs, type MarketId, idFromKey, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

/** A period that finance has closed: everything up to the end of a day. */
export interface PeriodClose {
  readonly id: CloseId;
  /** The last day, of the market's calendar: `2026-11-23`. */
  readonly throughDay: string;
  /** The end of that day: what is posted later than this is of the open period. */
  readonly closedUntil: EpochMs;
  readonly closedAt: EpochMs;
  /** A user's id. */
  readonly closedBy: string;
  readonly note: string;
}

/** When a day of the market's calendar ends. */
export async function selectEndOfDay(db: Queryable, day: string, timeZone: string): Promise<EpochMs> {
  const [row] = await db.query<{ ends: EpochMs }>(
    `select ($1::date + 1)::timestamp at time zone $2 as ends`,
    [day, timeZone],
  );
  return row!.ends;
}

/** When a day of the market's calendar begins. */
export async function selectStartOfDay(db: Queryable, day: string, timeZone: string): Promise<EpochMs> {
  const [row] = await db.query<{ starts: EpochMs }>(`select $1::date::timestamp at time zone $2 as starts`, [
    day,
    timeZone,
  ]);
  return row!.starts;
}

/** Periods, the last one closed first. */
export async function selectPeriodCloses(
  db: Queryable,
  marketId: MarketId,
  before: EpochMs | undefined,
  limit: number,
): Promise<PeriodClose[]> {
  const rows = await db.query<{
    close_id: string;
    day: string;
    closed_until: EpochMs;
    closed_at: EpochMs;
    closed_by: string;
    note: string;
  }>(
    `select close_id, through_day::text as day, closed_until, closed_at, closed_by, note
     from ledger.period_close
     where market_id = $1 and ($2::timestamptz is null or closed_until < $2::timestamptz)
     order by closed_until desc
     limit $3`,
    [keyOf(marketId), before === undefined ? null : toRfc3339(before), limit],
  );
  return rows.map((row) => ({
    id: idFromKey('cls', row.close_id),
    throughDay: row.day,
    closedUntil: row.closed_until,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    note: row.note,
  }));
}

/** One who closes at a time, and nobody posts meanwhile: held to the end of the transaction. */
export async function lockPostings(tx: Queryable, marketId: MarketId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(ledger.posting_lock($1))`, [keyOf(marketId)]);
}

export async function insertPeriodClose(
  tx: Queryable,
  marketId: MarketId,
  close: PeriodClose,
): Promise<void> {
  await tx.query(
    `insert into ledger.period_close (market_id, close_id, through_day, closed_until, closed_at, closed_by, note)
     values ($1, $2, $3::date, $4::timestamptz, $5::timestamptz, $6, $7)`,
    [
      keyOf(marketId),
      keyOf(close.id),
      close.throughDay,
      toRfc3339(close.closedUntil),
      toRfc3339(close.closedAt),
      close.closedBy,
      close.note,
    ],
  );
}
