import type { MarketId } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import type { MarketRecord } from './market.ts';
import { selectMarkets } from './market-store.ts';

export interface Markets {
  /** The market, from memory after the first time; undefined where there is none. */
  get(marketId: MarketId): Promise<MarketRecord | undefined>;
  list(): Promise<MarketRecord[]>;
}

/** Markets are few and never change, so each is read once; one that is not found is looked for again. */
export function createMarkets({ db }: { readonly db: Queryable }): Markets {
  const known = new Map<MarketId, MarketRecord>();
  return {
    async get(marketId) {
      const before = known.get(marketId);
      if (before !== undefined) return before;
      const [market] = await selectMarkets(db, marketId);
      if (market !== undefined) known.set(marketId, market);
      return market;
    },
    async list() {
      const markets = await selectMarkets(db);
      for (const market of markets) known.set(market.id, market);
      return markets;
    },
  };
}
