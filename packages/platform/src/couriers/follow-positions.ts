import { type EpochMs, type MarketId, type Ticker } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import { selectPositionsSince } from './courier-store.ts';
import type { PositionBoard } from './position-board.ts';

/** Reads what was written of a market's positions, at once and every `everyMs()`, until `signal` aborts. */
export async function followPositions(
  { db, ticker, board }: { readonly db: Queryable; readonly ticker: Ticker; readonly board: PositionBoard },
  marketId: MarketId,
  options: {
    readonly signal: AbortSignal;
    readonly everyMs: () => number;
    readonly onError: (error: unknown) => void;
  },
): Promise<void> {
  const { signal, everyMs, onError } = options;
  let since: EpochMs | undefined;
  while (!signal.aborted) {
    try {
      const { positions, upTo } = await selectPositionsSince(db, marketId, since);
      board.receive(marketId, positions);
      since = upTo;
    } catch (error) {
      onError(error);
    }
    await pause(ticker, everyMs(), signal);
  }
}

function pause(ticker: Ticker, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = ticker.after(milliseconds, wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
