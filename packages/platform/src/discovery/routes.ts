import { err, ok } from '@halfhour/kernel';
import type { PaymentOption } from '@halfhour/contract';
import type { Handlers } from '../api/index.ts';
import type { Markets } from '../markets/index.ts';
import { selectCashPolicy } from '../payments/index.ts';
import { type ReachDeps, readReach } from './read-reach.ts';

export interface DiscoveryDeps extends ReachDeps {
  readonly markets: Markets;
  /** Whose cards are taken. */
  readonly cards: 'test' | 'stripe';
}

/** What a shop shows before anybody is signed in. */
export function createDiscoveryRoutes(deps: DiscoveryDeps): Handlers<'listReach' | 'listPaymentOptions'> {
  const { db, markets, cards } = deps;
  return {
    async listReach({ params, query }) {
      const market = await markets.get(params.marketId);
      if (market === undefined) return err({ code: 'not_found' });
      return ok({ items: await readReach(deps, market, query) });
    },

    async listPaymentOptions({ params }) {
      const market = await markets.get(params.marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const cash = await selectCashPolicy(db, market.id);
      const items: PaymentOption[] = [{ kind: 'card', provider: cards }, { kind: 'wallet' }];
      if (cash !== undefined && cash.orderLimitMinor > 0) {
        items.push({ kind: 'cash', orderLimitMinor: cash.orderLimitMinor });
      }
      return ok({ items });
    },
  };
}
