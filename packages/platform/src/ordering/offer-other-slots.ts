import type { Basket, SlotPlan } from '@halfhour/contract';
import { type EpochMs, type Result, type StoreId, err } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { type SlotWish, nextFreeSlots } from '../slots/index.ts';
import type { StoreRecord } from '../stores/index.ts';
import { slotOf } from './quote-basket.ts';

/** Adds to answers that say `slot_closed` or `slot_full` the `next` slots that are free; changes no other. */
export async function offerOtherSlots(
  db: Queryable,
  market: MarketRecord,
  stores: ReadonlyMap<StoreId, StoreRecord>,
  plans: ReadonlyMap<StoreId, SlotPlan>,
  baskets: readonly Basket[],
  answers: (Result<unknown, ApiError> | undefined)[],
  now: EpochMs,
): Promise<void> {
  const refused: { readonly index: number; readonly error: ApiError; readonly wish: SlotWish }[] = [];
  answers.forEach((answer, index) => {
    if (answer === undefined || answer.ok) return;
    const { error } = answer;
    if (error.code !== 'slot_closed' && error.code !== 'slot_full') return;
    const basket = baskets[index]!;
    const store = stores.get(basket.storeId)!;
    refused.push({
      index,
      error,
      wish: { store, plan: plans.get(store.id), start: slotOf(basket) ?? now },
    });
  });
  if (refused.length === 0) return;
  const next = await nextFreeSlots(
    db,
    market,
    refused.map(({ wish }) => wish),
    now,
  );
  refused.forEach(({ index, error }, position) => {
    answers[index] = err({ ...error, next: next[position]! });
  });
}
