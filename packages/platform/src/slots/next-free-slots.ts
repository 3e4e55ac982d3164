import type { Slot, SlotPlan } from '@halfhour/contract';
import type { EpochMs } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { StoreRecord } from '../stores/index.ts';
import { type PlannedSlot, slotsAfter, toSlot } from './slot-plan.ts';
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
  const looked = new Map<string, { readonly store: StoreRecord; readonly slots: readonly PlannedSlot[] }>();
  for (const { store, plan, start } of wishes) {
    const name = slotName({ storeId: store.id, start });
    if (looked.has(name)) continue;
    const later = slotsAfter(store, plan, start, now, market.timeZone, LOOKED_AT);
    const slots = later.length > 0 ? later : slotsAfter(store, plan, now, now, market.timeZone, LOOKED_AT);
    looked.set(name, { store, slots });
  }
  const keys = [...looked.values()].flatMap(({ store, slots }) =>
    slots.map(({ start }) => ({ storeId: store.id, start })),
  );
  const taken = await selectTaken(db, market.id, keys);
  return wishes.map(({ store, start }) =>
    looked
      .get(slotName({ storeId: store.id, start }))!
      .slots.map((slot) => toSlot(slot, taken.get(slotName({ storeId: store.id, start: slot.start })) ?? 0))
      .filter(({ left }) => left > 0)
      .slice(0, OFFERED),
  );
}
