import type { Slot, SlotPlan } from '@halfhour/contract';
import type { EpochMs, StoreId } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { StoreRecord } from '../stores/index.ts';
import { type PlannedSlot, toSlot, upcomingSlots } from './slot-plan.ts';
import { selectTaken, slotName } from './slot-store.ts';

/** Somebody wanted a slot of a store, which cannot be had. */
export interface SlotWish {
  readonly store: StoreRecord;
  readonly plan: SlotPlan | undefined;
  readonly start: EpochMs;
}

const OFFERED = 3;
/** How many slots after the wished one are looked at. */
const LOOKED_AT = 24;

/**
 * For each wish the next slots that have a place: at most three after it, or after now where none comes later. One
 * statement for all of them.
 */
export async function nextFreeSlots(
  db: Queryable,
  market: Pick<MarketRecord, 'id' | 'timeZone'>,
  wishes: readonly SlotWish[],
  now: EpochMs,
): Promise<Slot[][]> {
  const slotsOf = new Map<StoreId, PlannedSlot[]>();
  for (const { store, plan } of wishes) {
    if (!slotsOf.has(store.id)) slotsOf.set(store.id, upcomingSlots(store, plan, now, market.timeZone));
  }
  const looked = wishes.map(({ store, start }) => {
    const slots = slotsOf.get(store.id)!;
    const later = slots.filter((slot) => slot.start > start);
    return (later.length > 0 ? later : slots)
      .slice(0, LOOKED_AT)
      .map((slot) => ({ slot, storeId: store.id, start: slot.start }));
  });
  const keys = new Map(looked.flat().map((each) => [slotName(each), each]));
  const taken = await selectTaken(db, market.id, [...keys.values()]);
  return looked.map((slots) =>
    slots
      .map((each) => toSlot(each.slot, taken.get(slotName(each)) ?? 0))
      .filter(({ left }) => left > 0)
      .slice(0, OFFERED),
  );
}
