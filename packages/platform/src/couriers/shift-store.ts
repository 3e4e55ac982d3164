import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type ShiftId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

export interface ShiftRecord {
  readonly id: ShiftId;
  readonly startedAt: EpochMs;
  /** As it was planned. */
  readonly endsAt: EpochMs;
  /** Absent while it runs. */
  readonly endedAt: EpochMs | undefined;
  /** Of breaks that are over. */
  readonly breakMs: number;
}

/** Shifts of a courier, the newest first: the one asked for, those before `before`, or those that began from `from` on. */
export async function selectShifts(
  db: Queryable,
  marketId: MarketId,
  courierId: CourierId,
  filter: {
    readonly id?: ShiftId | undefined;
    readonly before?: ShiftId | undefined;
    readonly from?: EpochMs | undefined;
    readonly limit: number;
  },
): Promise<ShiftRecord[]> {
  const rows = await db.query<{
    shift_id: string;
    started_at: EpochMs;
    ends_at: EpochMs;
    ended_at: EpochMs | null;
    break_ms: string;
  }>(
    `select shift_id, started_at, ends_at, ended_at, break_ms from couriers.shift
     where market_id = $1 and courier_id = $2
       and ($3::bigint is null or shift_id = $3) and ($4::bigint is null or shift_id < $4)
       and ($5::timestamptz is null or started_at >= $5)
     order by shift_id desc limit $6`,
    [
      keyOf(marketId),
      keyOf(courierId),
      filter.id === undefined ? null : keyOf(filter.id),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.from === undefined ? null : toRfc3339(filter.from),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('shf', row.shift_id),
    startedAt: row.started_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at ?? undefined,
    breakMs: Number(row.break_ms),
  }));
}
