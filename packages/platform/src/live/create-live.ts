import type { MarketId } from '@halfhour/kernel';
import type { Markets } from '../markets/index.ts';
import { type MarketView, type ViewDeps, openMarketView } from './market-view.ts';

export interface LiveDeps extends ViewDeps {
  readonly markets: Pick<Markets, 'get'>;
}

export interface Live {
  /** The market's view, opened when it is first asked for; undefined where there is no such market. */
  view(marketId: MarketId): Promise<MarketView | undefined>;
  /** Ends the streams of a market that has moved away; who comes again is told where. */
  drop(marketId: MarketId): Promise<void>;
  /** Ends all streams and stops following. */
  close(): Promise<void>;
}

/** The markets that somebody watches, in memory: one view each for all who do. */
export function createLive(deps: LiveDeps): Live {
  const views = new Map<MarketId, Promise<MarketView | undefined>>();

  async function open(marketId: MarketId): Promise<MarketView | undefined> {
    const market = await deps.markets.get(marketId);
    return market === undefined ? undefined : openMarketView(deps, market);
  }

  return {
    async view(marketId) {
      let opening = views.get(marketId);
      if (opening === undefined) {
        opening = open(marketId);
        views.set(marketId, opening);
      }
      const forget = (): void => {
        if (views.get(marketId) === opening) views.delete(marketId);
      };
      try {
        const view = await opening;
        if (view === undefined) forget();
        return view;
      } catch (error) {
        forget();
        throw error;
      }
    },
    async drop(marketId) {
      const opening = views.get(marketId);
      views.delete(marketId);
      (await opening?.catch(() => undefined))?.close();
    },
    async close() {
      const opened = await Promise.allSettled(views.values());
      views.clear();
      for (const each of opened) if (each.status === 'fulfilled') each.value?.close();
    },
  };
}
