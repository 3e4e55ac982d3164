import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type ShiftId,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

export interface CourierShift {
  readonly id: ShiftId;
  readonly startedAt: EpochMs;
  /** As it was planned. */
  readonly endsAt: EpochMs;
  /** Absent while it runs. */
  readonly endedAt: EpochMs | undefined;
}

/** Shifts of a courier, the newest first: the one asked for, or those before `before`. */
export async function selectShifts(
  db: Queryable,
  marketId: MarketId,
  courierId: CourierId,
  filter: {
    readonly id?: ShiftId | undefined;
    readonly before?: ShiftId | undefined;
    readonly limit: number;
  },
): Promise<CourierShift[]> {
  const rows = await db.query<{
    shift_id: string;
    started_at: EpochMs;
    ends_at: EpochMs;
    ended_at: EpochMs | null;
  }>(
    `select shift_id, started_at, ends_at, ended_at from couriers.shift
     where market_id = $1 and courier_id = $2
       and ($3::bigint is null or shift_id = $3) and ($4::bigint is null or shift_id < $4)
     order by shift_id desc limit $5`,
    [
      keyOf(marketId),
      keyOf(courierId),
      filter.id === undefined ? null : keyOf(filter.id),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('shf', row.shift_id),
    startedAt: row.started_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at ?? undefined,
  }));
}
