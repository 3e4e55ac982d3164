import type { SlotPlan } from '@halfhour/contract';
import { type EpochMs, type MarketId, type StoreId, idFromKey, keyOf, toRfc3339 } from '@halfhour/kernel';
import { type Queryable, type Tx, int4Array, keyArray, momentArray } from '../postgres/index.ts';

/** One slot of one store. */
export interface SlotKey {
  readonly storeId: StoreId;
  readonly start: EpochMs;
}

export function slotName({ storeId, start }: SlotKey): string {
  return `${storeId} ${start}`;
}

/** The plans of those stores that have one. */
export async function selectPlans(
  db: Queryable,
  marketId: MarketId,
  storeIds: readonly StoreId[],
): Promise<Map<StoreId, SlotPlan>> {
  if (storeIds.length === 0) return new Map();
  const rows = await db.query<{ store_id: string; document: SlotPlan }>(
    `select store_id, document from slots.plan where market_id = $1 and store_id = any($2::bigint[])`,
    [keyOf(marketId), keyArray(storeIds)],
  );
  return new Map(rows.map((row) => [idFromKey('sto', row.store_id), row.document]));
}

export async function upsertPlan(
  tx: Tx,
  marketId: MarketId,
  storeId: StoreId,
  plan: SlotPlan,
): Promise<void> {
  await tx.query(
    `insert into slots.plan (market_id, store_id, document) values ($1, $2, $3::jsonb)
     on conflict (market_id, store_id) do update set document = excluded.document`,
    [keyOf(marketId), keyOf(storeId), JSON.stringify(plan)],
  );
}

/** How many places are taken of each slot, by `slotName`; slots that nobody has ordered for are absent. */
export async function selectTaken(
  db: Queryable,
  marketId: MarketId,
  slots: readonly SlotKey[],
): Promise<Map<string, number>> {
  if (slots.length === 0) return new Map();
  const rows = await db.query<{ n: number; taken: number }>(
    `select asked.n::int, slot.taken
     from unnest($2::bigint[], $3::timestamptz[]) with ordinality as asked (store_id, starts_at, n)
     cross join lateral (
       select taken from slots.slot
       where market_id = $1 and store_id = asked.store_id and starts_at = asked.starts_at limit 1
     ) as slot`,
    [keyOf(marketId), ...keyArrays(slots)],
  );
  return new Map(rows.map(({ n, taken }) => [slotName(slots[n - 1]!), taken]));
}

/**
 * Locks slots until the transaction ends, in key order, so that groups never wait for each other in a ring.
 * @returns how many places are left of each, by `slotName`
 */
export async function lockSlots(
  tx: Tx,
  marketId: MarketId,
  slots: readonly (SlotKey & { readonly capacity: number })[],
): Promise<Map<string, number>> {
  const sorted = inKeyOrder(slots);
  if (sorted.length === 0) return new Map();
  const rows = await tx.query<{ store_id: string; starts_at: EpochMs; taken: number }>(
    `insert into slots.slot as slot (market_id, store_id, starts_at, capacity)
     select $1, given.* from unnest($2::bigint[], $3::timestamptz[], $4::int[]) as given
     on conflict (market_id, store_id, starts_at) do update
       set capacity = greatest(excluded.capacity, slot.taken)
     returning store_id, starts_at, taken`,
    [keyOf(marketId), ...keyArrays(sorted), int4Array(sorted.map(({ capacity }) => capacity))],
  );
  const taken = new Map(
    rows.map((row) => [
      slotName({ storeId: idFromKey('sto', row.store_id), start: row.starts_at }),
      row.taken,
    ]),
  );
  return new Map(sorted.map((slot) => [slotName(slot), slot.capacity - taken.get(slotName(slot))!]));
}

/** Takes a place of a locked slot for each of `slots`, several of one slot together. */
export async function takePlaces(tx: Tx, marketId: MarketId, slots: readonly SlotKey[]): Promise<void> {
  await changeTaken(tx, marketId, slots, 'set taken = slot.taken + excluded.taken');
}

/** Gives back a place for each of `slots`; what was forgotten since is passed over. */
export async function releasePlaces(tx: Tx, marketId: MarketId, slots: readonly SlotKey[]): Promise<void> {
  await changeTaken(tx, marketId, slots, 'set taken = slot.taken - excluded.taken');
}

/** Rows that there are, in key order, each found by its key whatever the planner believes (see ordering/order-store). */
async function changeTaken(
  tx: Tx,
  marketId: MarketId,
  slots: readonly SlotKey[],
  assignment: string,
): Promise<void> {
  if (slots.length === 0) return;
  const places = new Map<string, number>();
  for (const slot of slots) places.set(slotName(slot), (places.get(slotName(slot)) ?? 0) + 1);
  const sorted = inKeyOrder(slots);
  await tx.query(
    `insert into slots.slot as slot (market_id, store_id, starts_at, capacity, taken)
     select $1, given.store_id, given.starts_at, given.places, given.places
     from unnest($2::bigint[], $3::timestamptz[], $4::int[]) as given (store_id, starts_at, places)
     cross join lateral (
       select 1 from slots.slot
       where market_id = $1 and store_id = given.store_id and starts_at = given.starts_at limit 1 for update
     ) as found
     on conflict (market_id, store_id, starts_at) do update ${assignment}`,
    [keyOf(marketId), ...keyArrays(sorted), int4Array(sorted.map((slot) => places.get(slotName(slot))!))],
  );
}

/** Forgets slots that began before `before`, at most `limit` at a time. @returns how many */
export async function forgetSlots(
  db: Queryable,
  marketId: MarketId,
  before: EpochMs,
  limit: number,
): Promise<number> {
  const rows = await db.query(
    `delete from slots.slot
     where market_id = $1 and ctid in (
       select ctid from slots.slot where market_id = $1 and starts_at < $2::timestamptz limit $3 for update skip locked
     )
     returning 1 as one`,
    [keyOf(marketId), toRfc3339(before), limit],
  );
  return rows.length;
}

/** Each slot once, in the order of its key: the order of all locks. */
function inKeyOrder<Slot extends SlotKey>(slots: readonly Slot[]): Slot[] {
  const once = new Map(slots.map((slot) => [slotName(slot), slot]));
  return [...once.values()].sort((a, b) =>
    a.storeId === b.storeId ? a.start - b.start : a.storeId < b.storeId ? -1 : 1,
  );
}

function keyArrays(slots: readonly SlotKey[]): [Buffer, Buffer] {
  return [keyArray(slots.map(({ storeId }) => storeId)), momentArray(slots.map(({ start }) => start))];
}
