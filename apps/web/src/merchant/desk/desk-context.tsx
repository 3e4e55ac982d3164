import { type Order, ROUTES, type StoreDesk, type StoreEvent } from '@halfhour/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { call, pathOf, Unreachable } from '../../api/index.ts';
import { browserTicker } from '../../ui/browser-ticker.ts';
import { useStoreParams } from '../store-context.tsx';
import { applyStoreEvent, type DeskState, deskNowMs, lacksCourier } from './desk-state.ts';

/** The server tells the time every two seconds; a stream that is silent for so long is dead. */
const SILENCE_MS = 15_000;
const AGAIN_MS = 3_000;

export interface Desk {
  readonly desk: DeskState | undefined;
  readonly error: unknown;
  /** Whether what is shown is up to date. */
  readonly live: boolean;
  /** Shows at once what the answer to a command says. */
  readonly show: (event: StoreEvent) => void;
  readonly showOrder: (order: Order) => void;
  readonly readAgain: () => Promise<void>;
}

const DeskContext = createContext<Desk | undefined>(undefined);

/** The desk of the store: read once, then kept up by its stream; read again after each gap. */
export function DeskProvider({ children }: { children: ReactNode }) {
  const { marketId, storeId } = useStoreParams();
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  const key = useMemo(() => ['desk', marketId, storeId], [marketId, storeId]);
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<DeskState> => {
      const read: StoreDesk = await call('getStoreDesk', { params: { marketId, storeId }, signal });
      return { ...read, clockAtMs: browserTicker.elapsedMs() };
    },
    staleTime: Infinity,
    refetchInterval: ({ state }) => (state.error instanceof Unreachable ? AGAIN_MS : false),
  });
  const show = useCallback(
    (event: StoreEvent) =>
      queries.setQueryData<DeskState>(key, (desk) =>
        desk === undefined ? desk : applyStoreEvent(desk, event, browserTicker.elapsedMs()),
      ),
    [queries, key],
  );
  const readAgain = useCallback(() => queries.invalidateQueries({ queryKey: key }), [queries, key]);
  // What was read anew begins a stream of its own; commands and events keep the position.
  const position = query.data?.position;
  useEffect(() => {
    if (position === undefined) return undefined;
    return listen(pathOf(ROUTES.streamStore.path, { marketId, storeId }, { after: position }), {
      hear: show,
      live: setLive,
      lost: () => void readAgain(),
    });
  }, [position, marketId, storeId, show, readAgain]);
  const nameless = query.data !== undefined && lacksCourier(query.data);
  useEffect(() => {
    if (nameless) void readAgain();
  }, [nameless, readAgain]);
  const value = useMemo<Desk>(
    () => ({
      desk: query.data,
      error: query.error,
      live: live && !query.isError,
      show: (event) => void show(event),
      showOrder: (order) => void show({ type: 'order', event: 'Answered', at: order.placedAt, order }),
      readAgain,
    }),
    [query.data, query.error, query.isError, live, show, readAgain],
  );
  return <DeskContext value={value}>{children}</DeskContext>;
}

/** Listens until it is told to stop, opening the stream again when it ends or falls silent. */
function listen(
  path: string,
  to: { hear: (event: StoreEvent) => void; live: (live: boolean) => void; lost: () => void },
): () => void {
  let stream: EventSource | undefined;
  let cancel = (): void => {};
  const watch = (): void => {
    cancel();
    cancel = browserTicker.after(SILENCE_MS, () => {
      to.live(false);
      open();
      to.lost();
    });
  };
  const open = (): void => {
    stream?.close();
    stream = new EventSource(path);
    stream.onopen = () => to.live(true);
    stream.onmessage = (message: MessageEvent<string>) => {
      watch();
      to.live(true);
      to.hear(JSON.parse(message.data) as StoreEvent);
    };
    stream.addEventListener('reset', () => to.lost());
    stream.onerror = () => {
      to.live(false);
      // Closed for good, such as by a proxy's error page: the browser tries no more by itself.
      if (stream?.readyState === EventSource.CLOSED) {
        cancel();
        cancel = browserTicker.after(AGAIN_MS, () => {
          open();
          to.lost();
        });
      }
    };
    watch();
  };
  open();
  addEventListener('online', open);
  return () => {
    removeEventListener('online', open);
    cancel();
    stream?.close();
  };
}

export function useDesk(): Desk {
  const value = use(DeskContext);
  if (value === undefined) throw new Error('outside of DeskProvider');
  return value;
}

/** The market's time, looked at again every second of the page's time. */
export function useDeskNow(desk: DeskState): number {
  const [elapsedMs, setElapsedMs] = useState(browserTicker.elapsedMs);
  useEffect(() => {
    let cancel = (): void => {};
    const look = (): void => {
      setElapsedMs(browserTicker.elapsedMs());
      cancel = browserTicker.after(1_000, look);
    };
    cancel = browserTicker.after(1_000, look);
    return () => cancel();
  }, []);
  return deskNowMs(desk, Math.max(elapsedMs, desk.clockAtMs));
}
