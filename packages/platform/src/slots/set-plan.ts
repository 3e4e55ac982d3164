import type { SlotPlan } from '@halfhour/contract';
import { type Clock, type MarketId, type Result, type StoreId, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Database } from '../postgres/index.ts';
import { lockStore, mayChange } from '../stores/index.ts';
import { isPlanSound } from './slot-plan.ts';
import { upsertPlan } from './slot-store.ts';

/**
 * Replaces what slots a store offers. Orders that have a place keep it, also where the new plan has fewer or none.
 * Errors: `not_found` (store, or not the caller's), `invalid_request` (two slots that begin at the same minute).
 */
export async function setPlan(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  marketId: MarketId,
  storeId: StoreId,
  plan: SlotPlan,
  authority: Authority,
): Promise<Result<SlotPlan, ApiError>> {
  return db.transact<SlotPlan, ApiError>(async (tx) => {
    const store = await lockStore(tx, marketId, storeId);
    if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
    if (!isPlanSound(plan)) {
      return err({
        code: 'invalid_request',
        detail: 'Two of `slots` begin at the same minute of the same weekday.',
      });
    }
    await upsertPlan(tx, marketId, storeId, plan);
    appendEvents(tx, marketId, [
      {
        type: 'SlotPlanChanged',
        subject: storeId,
        at: clock.now(),
        by: authority.role,
        data: {
          storeId,
          slotsAWeek: plan.slots.length,
          cutoffMinutes: plan.cutoffMinutes,
          daysAhead: plan.daysAhead,
        },
      },
    ]);
    return ok(plan);
  });
}
