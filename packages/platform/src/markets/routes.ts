import { err, ok } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import type { Markets } from './create-markets.ts';
import { toMarket } from './market.ts';

export function createMarketRoutes(markets: Markets): Handlers<'listMarkets' | 'getMarket'> {
  return {
    async listMarkets() {
      return ok({ items: (await markets.list()).map(toMarket) });
    },

    async getMarket({ params }) {
      const market = await markets.get(params.marketId);
      return market === undefined ? err({ code: 'not_found' }) : ok(toMarket(market));
    },
  };
}
