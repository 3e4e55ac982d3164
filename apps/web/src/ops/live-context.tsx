import { type Courier, type MarketEvent, type OrderSummary, ROUTES } from '@halfhour/contract';
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react';
import { call, pathOf } from '../api/index.ts';
import type { MarketId } from '@halfhour/kernel';
import { browserTicker } from '../ui/browser-ticker.ts';
import { LiveConnection, type LiveView } from './live-connection.ts';
import { type LiveState, type LiveStoreEntry, marketNowMs } from './live-state.ts';

/**
 * The live view outside React, so that a position report redraws the map and nothing else: components
 * take the part that they show, the map takes all of it.
 */
export class LiveStore {
  private current: LiveView = { status: 'loading' };
  private readonly listeners = new Set<() => void>();
  private readonly connection: LiveConnection;

  constructor(marketId: MarketId) {
    const params = { marketId };
    this.connection = new LiveConnection({
      loadSnapshot: (signal) => call('getLive', { params, signal }),
      openStream: (after) => new EventSource(pathOf(ROUTES.streamMarket.path, params, { after })),
      ticker: browserTicker,
      onChange: (view) => {
        this.current = view;
        for (const listener of this.listeners) listener();
      },
    });
  }

  readonly start = (): void => this.connection.start();
  readonly stop = (): void => this.connection.stop();
  readonly retryNow = (): void => this.connection.retryNow();
  readonly apply = (event: MarketEvent): void => this.connection.apply(event);
  readonly view = (): LiveView => this.current;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const LiveContext = createContext<LiveStore | undefined>(undefined);

export function useLiveStore(): LiveStore {
  const store = use(LiveContext);
  if (store === undefined) throw new Error('outside of LiveProvider');
  return store;
}

export function LiveProvider({ marketId, children }: { marketId: MarketId; children: ReactNode }) {
  const [store] = useState(() => new LiveStore(marketId));
  useEffect(() => {
    store.start();
    addEventListener('online', store.retryNow);
    return () => {
      removeEventListener('online', store.retryNow);
      store.stop();
    };
  }, [store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

/** A part of the view. `pick` must give the same object while its part has not changed. */
export function useLiveView<T>(pick: (view: LiveView) => T): T {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => pick(store.view()));
}

/** A part of the market; only below `MarketFormat`, where a state is there. */
export function useLive<T>(pick: (state: LiveState) => T): T {
  return useLiveView((view) => {
    if (!('state' in view)) throw new Error('no live state yet');
    return pick(view.state);
  });
}

/** The market's time, looked at again every `everyMs` of the page's time. */
export function useMarketNow(everyMs = 1_000): number {
  const clock = useLive((state) => state.clock);
  const clockAtMs = useLive((state) => state.clockAtMs);
  const [elapsedMs, setElapsedMs] = useState(browserTicker.elapsedMs);
  useEffect(() => {
    let cancel = (): void => {};
    const look = (): void => {
      setElapsedMs(browserTicker.elapsedMs());
      cancel = browserTicker.after(everyMs, look);
    };
    cancel = browserTicker.after(everyMs, look);
    return () => cancel();
  }, [everyMs]);
  return marketNowMs({ clock, clockAtMs }, Math.max(elapsedMs, clockAtMs));
}

export function useOrder(id: string | undefined): OrderSummary | undefined {
  return useLive((state) => (id === undefined ? undefined : state.orders.get(id)));
}

export function useCourier(id: string | undefined): Courier | undefined {
  return useLive((state) => (id === undefined ? undefined : state.couriers.get(id)));
}

export function useStore(id: string | undefined): LiveStoreEntry | undefined {
  return useLive((state) => (id === undefined ? undefined : state.stores.get(id)));
}
