import { type Clock, err, localTime, ok } from '@halfhour/kernel';
import type { SlotPlan } from '@halfhour/contract';
import type { Handlers } from '../api/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import { mayChange, selectStores } from '../stores/index.ts';
import { setPlan } from './set-plan.ts';
import { orderableSlots, toSlot } from './slot-plan.ts';
import { selectPlans, selectTaken, slotName } from './slot-store.ts';

export interface SlotRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly markets: Markets;
}

const NO_SLOTS: SlotPlan = { slots: [], cutoffMinutes: 0, daysAhead: 0 };

export function createSlotRoutes(deps: SlotRouteDeps): Handlers<'getSlotPlan' | 'setSlotPlan' | 'listSlots'> {
  const { db, clock, markets } = deps;
  return {
    async getSlotPlan({ params: { marketId, storeId }, authority }) {
      const store = (await selectStores(db, marketId, [storeId])).get(storeId);
      if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
      return ok((await selectPlans(db, marketId, [storeId])).get(storeId) ?? NO_SLOTS);
    },

    async setSlotPlan({ params: { marketId, storeId }, body, authority }) {
      if (authority === undefined) return err({ code: 'not_found' });
      return setPlan(deps, marketId, storeId, body, authority);
    },

    async listSlots({ params: { marketId, storeId }, query }) {
      const market = await markets.get(marketId);
      const store = (await selectStores(db, marketId, [storeId])).get(storeId);
      if (market === undefined || store === undefined) return err({ code: 'not_found' });
      const now = clock.now();
      const plan = (await selectPlans(db, marketId, [storeId])).get(storeId);
      const day = query.day ?? localTime(now, market.timeZone).date;
      const slots = orderableSlots(store, plan, day, now, market.timeZone);
      const keys = slots.map(({ start }) => ({ storeId, start }));
      const taken = await selectTaken(db, marketId, keys);
      return ok({
        items: slots.map((slot, index) => toSlot(slot, taken.get(slotName(keys[index]!)) ?? 0)),
      });
    },
  };
}
