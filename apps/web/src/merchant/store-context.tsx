import type { Market, Store } from '@halfhour/contract';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { MarketFormat } from '../ui/market-format.tsx';
import { storePaths } from './paths.ts';

interface StoreScope {
  readonly market: Market;
  /** As it was when the page opened: its id, name and merchant. What changes is at the desk. */
  readonly store: Store;
  readonly paths: ReturnType<typeof storePaths>;
}

const StoreContext = createContext<StoreScope | undefined>(undefined);

/** The store whose pages are shown, for all below. */
export function StoreProvider(props: { market: Market; store: Store; children: ReactNode }) {
  const { market, store, children } = props;
  const value = useMemo(() => ({ market, store, paths: storePaths(market.slug, store.id) }), [market, store]);
  return (
    <StoreContext value={value}>
      <MarketFormat market={market}>{children}</MarketFormat>
    </StoreContext>
  );
}

export function useStoreScope(): StoreScope {
  const value = use(StoreContext);
  if (value === undefined) throw new Error('outside of StoreProvider');
  return value;
}

/** What the routes of the store need in their path. */
export function useStoreParams() {
  const { market, store } = useStoreScope();
  return { marketId: market.id, storeId: store.id };
}
