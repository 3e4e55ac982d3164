import type { CourierId, MarketId, Ticker } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import type { CourierPosition } from './courier.ts';
import { selectCouriers, writePositions } from './courier-store.ts';

export interface PositionBoardDeps {
  readonly db: Queryable;
  readonly ticker: Ticker;
  /** Real milliseconds between two writes of a market's positions. */
  readonly flushMs: number;
  /** Told when positions could not be written; they are kept and tried again. */
  readonly onError: (error: unknown) => void;
}

export type PositionListener = (marketId: MarketId, courierId: CourierId, position: CourierPosition) => void;

/** Where couriers are, in memory, written behind in groups; as this process was told, and as it learns of others. */
export interface PositionBoard {
  /** Takes a report. @returns false where the courier is not on shift, or unknown */
  report(marketId: MarketId, courierId: CourierId, position: CourierPosition): Promise<boolean>;
  /** Takes what other processes were told, by message or from Postgres; one that is not newer is passed over. */
  receive(marketId: MarketId, positions: ReadonlyMap<CourierId, CourierPosition>): void;
  /** The courier is not on shift any more. */
  forget(marketId: MarketId, courierId: CourierId): void;
  /** Forgets a market that has moved away. */
  drop(marketId: MarketId): void;
  /** The latest positions of couriers on shift; a live view. */
  positions(marketId: MarketId): ReadonlyMap<CourierId, CourierPosition>;
  /** Told of each position, whoever took it. @returns a function that ends the listening */
  onPosition(listener: PositionListener): () => void;
  /** Told of what was reported here, for the other processes. @returns a function that ends the listening */
  onReport(listener: PositionListener): () => void;
  /** Writes what is not written yet, and stops. */
  close(): Promise<void>;
}

interface MarketBoard {
  /** Couriers on shift, with their latest position where one is known. */
  readonly onShift: Set<CourierId>;
  readonly latest: Map<CourierId, CourierPosition>;
  /** Reported and not written yet: at most one a courier. */
  dirty: Map<CourierId, CourierPosition>;
}

/**
 * A report costs two map writes. Whether a courier is on shift is asked of Postgres only when memory does not
 * know it to be; that another process ended the shift is learned with the next write.
 */
export function createPositionBoard({ db, ticker, flushMs, onError }: PositionBoardDeps): PositionBoard {
  const markets = new Map<MarketId, MarketBoard>();
  const listeners = new Set<PositionListener>();
  const reportListeners = new Set<PositionListener>();
  let cancelTimer: (() => void) | undefined;
  let flushing: Promise<void> = Promise.resolve();
  let closed = false;

  function boardOf(marketId: MarketId): MarketBoard {
    let board = markets.get(marketId);
    if (board === undefined) {
      board = { onShift: new Set(), latest: new Map(), dirty: new Map() };
      markets.set(marketId, board);
    }
    return board;
  }

  function take(marketId: MarketId, courierId: CourierId, position: CourierPosition): void {
    const board = boardOf(marketId);
    if (position.at < (board.latest.get(courierId)?.at ?? 0)) return;
    board.latest.set(courierId, position);
    for (const listener of listeners) listener(marketId, courierId, position);
  }

  function forget(board: MarketBoard, courierId: CourierId): void {
    board.onShift.delete(courierId);
    board.latest.delete(courierId);
    board.dirty.delete(courierId);
  }

  function schedule(): void {
    if (closed) return;
    cancelTimer ??= ticker.after(flushMs, () => {
      cancelTimer = undefined;
      flushing = flush();
    });
  }

  async function flush(): Promise<void> {
    for (const [marketId, board] of markets) {
      if (board.dirty.size === 0) continue;
      const writing = board.dirty;
      board.dirty = new Map();
      try {
        for (const courierId of await writePositions(db, marketId, writing)) forget(board, courierId);
      } catch (error) {
        for (const [courierId, position] of writing) {
          if (!board.dirty.has(courierId)) board.dirty.set(courierId, position);
        }
        schedule();
        onError(error);
      }
    }
  }

  function listen(to: Set<PositionListener>, listener: PositionListener): () => void {
    to.add(listener);
    return () => to.delete(listener);
  }

  return {
    async report(marketId, courierId, position) {
      const board = boardOf(marketId);
      if (!board.onShift.has(courierId)) {
        const [courier] = await selectCouriers(db, marketId, [courierId]);
        if (courier === undefined || courier.status === 'off_shift') return false;
        board.onShift.add(courierId);
      }
      take(marketId, courierId, position);
      const latest = board.latest.get(courierId)!;
      board.dirty.set(courierId, latest);
      for (const listener of reportListeners) listener(marketId, courierId, latest);
      schedule();
      return true;
    },
    receive(marketId, positions) {
      const { latest } = boardOf(marketId);
      for (const [courierId, position] of positions) {
        if (position.at > (latest.get(courierId)?.at ?? 0)) take(marketId, courierId, position);
      }
    },
    drop: (marketId) => void markets.delete(marketId),
    forget: (marketId, courierId) => forget(boardOf(marketId), courierId),
    positions: (marketId) => boardOf(marketId).latest,
    onPosition: (listener) => listen(listeners, listener),
    onReport: (listener) => listen(reportListeners, listener),
    async close() {
      closed = true;
      cancelTimer?.();
      cancelTimer = undefined;
      await flushing;
      await flush();
    },
  };
}
