import type { CourierStatus } from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type ShiftId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { type Queryable, type Tx, int4Array, keyArray, momentArray, textArray } from '../postgres/index.ts';
import type { CourierDraft, CourierPosition, CourierRecord, Vehicle } from './courier.ts';

/** Inserts couriers, off shift. */
export async function insertCouriers(
  tx: Tx,
  marketId: MarketId,
  drafts: readonly CourierDraft[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into couriers.courier (market_id, courier_id, name, vehicle)
     select $1, courier_id, name, vehicle
     from unnest($2::bigint[], $3::text[], $4::text[]) as draft (courier_id, name, vehicle)`,
    [
      keyOf(marketId),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => draft.name),
      drafts.map((draft) => draft.vehicle),
    ],
  );
}

interface CourierRow {
  readonly courier_id: string;
  readonly name: string;
  readonly vehicle: Vehicle;
  readonly status: CourierStatus;
  readonly load: number;
  readonly shift_ends_at: EpochMs | null;
  readonly shift_ending: boolean;
  readonly on_break: boolean;
  readonly lat: number | null;
  readonly lng: number | null;
  readonly at: EpochMs | null;
}

const SELECT = `select courier.courier_id, name, vehicle, status, load, shift_ends_at, shift_ending,
    on_break, lat, lng, at
  from couriers.courier
  left join couriers.position on position.market_id = $1 and position.courier_id = courier.courier_id`;

/** Couriers with their written position, in id order: those of `courierIds`, or all of the market. */
export async function selectCouriers(
  db: Queryable,
  marketId: MarketId,
  courierIds?: readonly CourierId[],
): Promise<CourierRecord[]> {
  const rows = await db.query<CourierRow>(
    `${SELECT}
     where courier.market_id = $1 and ($2::bigint[] is null or courier.courier_id = any($2))
     order by courier.courier_id`,
    [keyOf(marketId), courierIds?.map(keyOf) ?? null],
  );
  return rows.map((row) => toRecord(marketId, row));
}

/** Couriers in id order after `after`. */
export async function selectCourierPage(
  db: Queryable,
  marketId: MarketId,
  after: CourierId | undefined,
  limit: number,
): Promise<CourierRecord[]> {
  const rows = await db.query<CourierRow>(
    `${SELECT}
     where courier.market_id = $1 and ($2::bigint is null or courier.courier_id > $2)
     order by courier.courier_id
     limit $3`,
    [keyOf(marketId), after === undefined ? null : keyOf(after), limit],
  );
  return rows.map((row) => toRecord(marketId, row));
}

/** The courier, held until the transaction ends. */
export async function lockCourier(
  tx: Tx,
  marketId: MarketId,
  courierId: CourierId,
): Promise<CourierRecord | undefined> {
  const rows = await tx.query<CourierRow>(
    `${SELECT} where courier.market_id = $1 and courier.courier_id = $2 for update of courier`,
    [keyOf(marketId), keyOf(courierId)],
  );
  return rows[0] === undefined ? undefined : toRecord(marketId, rows[0]);
}

/** Begins a shift of a courier who is off shift and held by `tx`. */
export async function insertShift(
  tx: Tx,
  marketId: MarketId,
  shift: {
    readonly id: ShiftId;
    readonly courierId: CourierId;
    readonly startedAt: EpochMs;
    readonly endsAt: EpochMs;
  },
): Promise<void> {
  const { id, courierId, startedAt, endsAt } = shift;
  await tx.query(
    `with shift as (
       insert into couriers.shift (market_id, shift_id, courier_id, started_at, ends_at)
       values ($1, $2, $3, $4::timestamptz, $5::timestamptz)
     )
     update couriers.courier
     set status = 'idle', load = 0, shift_id = $2, shift_ends_at = $5::timestamptz, shift_ending = false,
       on_break = false, break_since = null
     where market_id = $1 and courier_id = $3`,
    [keyOf(marketId), keyOf(id), keyOf(courierId), toRfc3339(startedAt), toRfc3339(endsAt)],
  );
}

/**
 * Marks shifts as ending: of `courierIds`, or all that were due to end by `at`. Rows are locked in key order.
 * @returns couriers whose shift is ending now and who have no work in hand
 */
export async function markShiftsEnding(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  courierIds?: readonly CourierId[],
): Promise<CourierId[]> {
  const rows = await tx.query<{ courier_id: string; load: number }>(
    `with ending as materialized (
       select courier_id from couriers.courier
       where market_id = $1 and shift_id is not null
         and case when $3::bigint[] is null then shift_ends_at <= $2::timestamptz and not shift_ending
           else courier_id = any($3) end
       order by courier_id
       for update
     )
     update couriers.courier set shift_ending = true
     from ending
     where courier.market_id = $1 and courier.courier_id = ending.courier_id
     returning courier.courier_id, courier.load`,
    [keyOf(marketId), toRfc3339(at), courierIds?.map(keyOf) ?? null],
  );
  return rows.filter((row) => row.load === 0).map((row) => idFromKey('cou', row.courier_id));
}

/** A shift that is over. */
export interface ClosedShift {
  readonly id: ShiftId;
  readonly courierId: CourierId;
  readonly startedAt: EpochMs;
  /** How much of it were breaks. */
  readonly breakMs: number;
}

/** Ends the running shifts of couriers held by `tx`, in the order of their keys. */
export async function closeShifts(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  courierIds: readonly CourierId[],
): Promise<ClosedShift[]> {
  if (courierIds.length === 0) return [];
  const rows = await tx.query<{
    shift_id: string;
    courier_id: string;
    started_at: EpochMs;
    break_ms: string;
  }>(
    `with over as (
       update couriers.shift set ended_at = $2::timestamptz,
         break_ms = shift.break_ms + ${BREAK_MS}
       from couriers.courier
       where courier.market_id = $1 and courier.courier_id = any($3::bigint[])
         and shift.market_id = $1 and shift.shift_id = courier.shift_id
       returning shift.shift_id, shift.courier_id, shift.started_at, shift.break_ms
     ), off as (
       update couriers.courier
       set status = 'off_shift', load = 0, shift_id = null, shift_ends_at = null, shift_ending = false,
         on_break = false, break_since = null
       where market_id = $1 and courier_id = any($3::bigint[])
     )
     select shift_id, courier_id, started_at, break_ms from over order by courier_id`,
    [keyOf(marketId), toRfc3339(at), courierIds.map(keyOf)],
  );
  return rows.map((row) => ({
    id: idFromKey('shf', row.shift_id),
    courierId: idFromKey('cou', row.courier_id),
    startedAt: row.started_at,
    breakMs: Number(row.break_ms),
  }));
}

/** How long a break that runs has lasted by $2, in milliseconds. */
const BREAK_MS = `coalesce(greatest(extract(epoch from $2::timestamptz - courier.break_since) * 1000, 0), 0)::bigint`;

/** Lets a courier on shift who is held by `tx` go on break, which begins when there is no work in hand, or come back. */
export async function writeBreak(
  tx: Tx,
  marketId: MarketId,
  courierId: CourierId,
  onBreak: boolean,
  at: EpochMs,
): Promise<void> {
  await tx.query(
    `with ended as (
       update couriers.shift set break_ms = shift.break_ms + ${BREAK_MS}
       from couriers.courier
       where courier.market_id = $1 and courier.courier_id = $3 and courier.break_since is not null and not $4
         and shift.market_id = $1 and shift.shift_id = courier.shift_id
     )
     update couriers.courier
     set on_break = $4, break_since = case when $4 and load = 0 then coalesce(break_since, $2::timestamptz) end
     where market_id = $1 and courier_id = $3`,
    [keyOf(marketId), toRfc3339(at), keyOf(courierId), onBreak],
  );
}

/** What a courier is doing, as delivery says. */
export interface CourierWork {
  readonly courierId: CourierId;
  readonly status: Exclude<CourierStatus, 'off_shift'>;
  readonly load: number;
}

/**
 * Writes what couriers on shift are doing; rows are locked in key order.
 * @returns of those on shift, who takes new work, and whose shift was waiting for this work to end, and did
 */
export async function updateWork(
  tx: Tx,
  marketId: MarketId,
  rows: readonly CourierWork[],
  at: EpochMs,
): Promise<{ readonly available: CourierId[]; readonly over: CourierId[] }> {
  // Ids sort as their keys do, and rows are locked in the order of the array.
  const sorted = rows.toSorted((a, b) => (a.courierId < b.courierId ? -1 : 1));
  const updated = await tx.query<{ n: number; load: number; shift_ending: boolean; on_break: boolean }>(
    `with held as materialized (
       select work.n, work.courier_id, work.status, work.load
       from unnest($2::bigint[], $3::text[], $4::int[]) with ordinality as work (courier_id, status, load, n)
       cross join lateral (
         select from couriers.courier
         where market_id = $1 and courier_id = work.courier_id and shift_id is not null
         limit 1 for update
       ) as courier
     )
     update couriers.courier set status = held.status, load = held.load,
       break_since = case when on_break and held.load = 0 then coalesce(break_since, $5::timestamptz) end
     from held
     where courier.market_id = $1 and courier.courier_id = held.courier_id
     returning held.n::int, courier.load, courier.shift_ending, courier.on_break`,
    [
      keyOf(marketId),
      keyArray(sorted.map((row) => row.courierId)),
      textArray(sorted.map((row) => row.status)),
      int4Array(sorted.map((row) => row.load)),
      toRfc3339(at),
    ],
  );
  const available: CourierId[] = [];
  const over: CourierId[] = [];
  for (const { n, load, shift_ending, on_break } of updated) {
    const { courierId } = sorted[n - 1]!;
    if (!shift_ending && !on_break) available.push(courierId);
    if (shift_ending && load === 0) over.push(courierId);
  }
  return { available, over };
}

/**
 * Writes positions of many couriers in one statement; one that is older than what is written is passed over.
 * @returns couriers of these who are not on shift: their positions are not wanted
 */
export async function writePositions(
  db: Queryable,
  marketId: MarketId,
  positions: readonly (readonly [CourierId, CourierPosition])[],
): Promise<CourierId[]> {
  // Rows are locked in the order of the array, and ids sort as their keys do.
  const entries = positions.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const off = await db.query<{ courier_id: string }>(
    `with reported as materialized (
       select r.courier_id, r.lat, r.lng, r.at, coalesce(courier.status, 'off_shift') as status
       from unnest($2::bigint[], $3::float8[], $4::float8[], $5::timestamptz[]) as r (courier_id, lat, lng, at)
       left join couriers.courier on courier.market_id = $1 and courier.courier_id = r.courier_id
     ), written as (
       insert into couriers.position (market_id, courier_id, lat, lng, at)
       select $1, courier_id, lat, lng, at from reported where status <> 'off_shift' order by courier_id
       on conflict (market_id, courier_id) do update
         set lat = excluded.lat, lng = excluded.lng, at = excluded.at, written_at = clock_timestamp()
         where position.at < excluded.at or position.at = excluded.at
           and (position.lat, position.lng) is distinct from (excluded.lat, excluded.lng)
     )
     select courier_id from reported where status = 'off_shift'`,
    [
      keyOf(marketId),
      keyArray(entries.map(([courierId]) => courierId)),
      entries.map(([, position]) => position.place.lat),
      entries.map(([, position]) => position.place.lng),
      momentArray(entries.map(([, position]) => position.at)),
    ],
  );
  return off.map((row) => idFromKey('cou', row.courier_id));
}

/**
 * Positions of couriers on shift that were written after `since`, or all of them; and up to when has been looked,
 * to be given back the next time. Looks a little further back than that, for writes that were being committed then.
 */
export async function selectPositionsSince(
  db: Queryable,
  marketId: MarketId,
  since: EpochMs | undefined,
): Promise<{ readonly positions: ReadonlyMap<CourierId, CourierPosition>; readonly upTo: EpochMs }> {
  const rows = await db.query<{
    courier_id: string | null;
    lat: number;
    lng: number;
    at: EpochMs;
    now: EpochMs;
  }>(
    // One row in any case, since it also tells the time.
    `select found.*, looked.now
     from (select clock_timestamp() as now) as looked
     left join (
       select position.courier_id, position.lat, position.lng, position.at
       from couriers.position
       join couriers.courier on courier.market_id = $1 and courier.courier_id = position.courier_id
       where position.market_id = $1 and courier.status <> 'off_shift'
         and ($2::timestamptz is null or position.written_at > $2::timestamptz - $3 * interval '1 second')
     ) as found on true`,
    [keyOf(marketId), since === undefined ? null : toRfc3339(since), COMMIT_SECONDS],
  );
  const positions = new Map<CourierId, CourierPosition>();
  for (const { courier_id: key, lat, lng, at } of rows) {
    if (key !== null) positions.set(idFromKey('cou', key), { place: { lat, lng }, at });
  }
  return { positions, upTo: rows[0]!.now };
}

/** From the write of a position to its commit; one that takes longer is seen with the courier's next position. */
const COMMIT_SECONDS = 5;

/** Seconds that couriers were on shift between two moments, up to `to` for shifts that run. */
export async function selectShiftSeconds(
  db: Queryable,
  marketId: MarketId,
  from: EpochMs,
  to: EpochMs,
): Promise<number> {
  const rows = await db.query<{ seconds: string }>(
    // A shift lasts a day at most, so those that could reach into the span are a range of the index.
    `select coalesce(sum(greatest(extract(epoch from
       least(coalesce(ended_at, $3::timestamptz), $3::timestamptz) - greatest(started_at, $2::timestamptz)), 0)), 0)
       as seconds
     from couriers.shift
     where market_id = $1 and started_at < $3::timestamptz and started_at > $2::timestamptz - interval '1 day'`,
    [keyOf(marketId), toRfc3339(from), toRfc3339(to)],
  );
  return Number(rows[0]!.seconds);
}

function toRecord(marketId: MarketId, row: CourierRow): CourierRecord {
  return {
    id: idFromKey('cou', row.courier_id),
    marketId,
    name: row.name,
    vehicle: row.vehicle,
    status: row.status,
    load: row.load,
    shiftEnding: row.shift_ending,
    onBreak: row.on_break,
    ...(row.shift_ends_at === null ? {} : { shiftEndsAt: row.shift_ends_at }),
    ...(row.lat === null || row.lng === null || row.at === null
      ? {}
      : { position: { lat: row.lat, lng: row.lng }, positionAt: row.at }),
  };
}
