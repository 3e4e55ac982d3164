import {
  type CourierId,
  type LatLng,
  type MarketId,
  type Ticker,
  createGroupExecutor,
} from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { CourierPosition } from './courier.ts';
import { selectCouriers, writePositions } from './courier-store.ts';
import {
  type NearbyCourier,
  type NearbyCouriers,
  type NearbyQuery,
  createNearbyCouriers,
} from './nearby-couriers.ts';

export interface PositionBoardDeps {
  readonly db: Queryable;
  readonly ticker: Ticker;
  /** Real milliseconds between two writes of a market's positions. */
  readonly flushMs: number;
  /** Told when positions could not be written; they are kept and tried again. */
  readonly onError: (error: unknown) => void;
}

export type PositionListener = (marketId: MarketId, courierId: CourierId, position: CourierPosition) => void;

export interface PositionReport {
  readonly courierId: CourierId;
  readonly position: CourierPosition;
}

/** What became of reports. */
export interface Reported {
  readonly taken: number;
  /** No newer than what was known, and passed over. */
  readonly older: number;
  /** Not on shift, or unknown, each once: nothing was taken of them. */
  readonly offShift: readonly CourierId[];
}

/** Where couriers are, in memory, written behind in groups; as this process was told, and as it learns of others. */
export interface PositionBoard {
  /**
   * Takes reports, in their order; at once where all couriers are known to be on shift. Rejects with GroupOverloaded
   * where too many wait for Postgres to say so.
   */
  report(marketId: MarketId, reports: readonly PositionReport[]): Reported | Promise<Reported>;
  /** Takes what other processes were told, by message or from Postgres; one that is not newer is passed over. */
  receive(marketId: MarketId, positions: ReadonlyMap<CourierId, CourierPosition>): void;
  /** The courier is not on shift any more. */
  forget(marketId: MarketId, courierId: CourierId): void;
  /** Forgets a market that has moved away. */
  drop(marketId: MarketId): void;
  /** The latest positions of couriers on shift; a live view. */
  positions(marketId: MarketId): ReadonlyMap<CourierId, CourierPosition>;
  /** Who of those whom `accepts` accepts is near a place, as this process knows. */
  nearby(market: MarketRecord, place: LatLng, query: NearbyQuery): NearbyCourier[];
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
  /** Made when somebody asks who is near a place, and kept from then on. */
  nearby?: NearbyCouriers;
}

interface LookUp {
  readonly marketId: MarketId;
  readonly courierIds: readonly CourierId[];
}

/** Requests whose couriers are looked up by one statement. */
const MAX_LOOK_UPS = 1_000;
const MAX_QUEUE = 10_000;
/** Positions that one statement writes. */
const MAX_WRITTEN = 5_000;

/**
 * A report costs two map writes. Whether a courier is on shift is asked of Postgres only when memory does not
 * know it to be, one statement at a time for all who ask meanwhile; that another process ended the shift is learned
 * with the next write.
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

  const lookUps = createGroupExecutor<LookUp, undefined>({
    maxGroup: MAX_LOOK_UPS,
    maxQueue: MAX_QUEUE,
    lanes: 1,
    laneOf: () => 0,
    run: lookUpAll,
    isItemFault: () => false,
  });

  /** Learns which couriers are on shift, and where they were last: late points must not take that back. */
  async function lookUpAll(items: readonly LookUp[]): Promise<undefined[]> {
    for (const [marketId, asked] of Map.groupBy(items, (item) => item.marketId)) {
      const courierIds = [...new Set(asked.flatMap((item) => item.courierIds))];
      for (const { id, status, position, positionAt } of await selectCouriers(db, marketId, courierIds)) {
        if (status === 'off_shift') continue;
        boardOf(marketId).onShift.add(id);
        if (position !== undefined && positionAt !== undefined) {
          receive(marketId, id, { place: position, at: positionAt });
        }
      }
    }
    return items.map(() => undefined);
  }

  function take(
    marketId: MarketId,
    board: MarketBoard,
    courierId: CourierId,
    position: CourierPosition,
  ): void {
    board.latest.set(courierId, position);
    board.nearby?.put(courierId, position.place);
    for (const listener of listeners) listener(marketId, courierId, position);
  }

  function receive(marketId: MarketId, courierId: CourierId, position: CourierPosition): void {
    const board = boardOf(marketId);
    const known = board.latest.get(courierId);
    if (known === undefined || position.at > known.at) take(marketId, board, courierId, position);
  }

  function takeReports(marketId: MarketId, board: MarketBoard, reports: readonly PositionReport[]): Reported {
    let taken = 0;
    let older = 0;
    const offShift = new Set<CourierId>();
    for (const { courierId, position } of reports) {
      const known = board.latest.get(courierId);
      if (!board.onShift.has(courierId)) offShift.add(courierId);
      // As new is newer: of two reports at one moment the later one counts.
      else if (known !== undefined && position.at < known.at) older += 1;
      else {
        taken += 1;
        take(marketId, board, courierId, position);
        board.dirty.set(courierId, position);
        for (const listener of reportListeners) listener(marketId, courierId, position);
      }
    }
    if (taken > 0) schedule();
    return { taken, older, offShift: [...offShift] };
  }

  function forget(board: MarketBoard, courierId: CourierId): void {
    board.onShift.delete(courierId);
    board.latest.delete(courierId);
    board.dirty.delete(courierId);
    board.nearby?.remove(courierId);
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
      const waiting = [...board.dirty];
      board.dirty = new Map();
      for (let start = 0; start < waiting.length; start += MAX_WRITTEN) {
        const writing = waiting.slice(start, start + MAX_WRITTEN);
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
  }

  function listen(to: Set<PositionListener>, listener: PositionListener): () => void {
    to.add(listener);
    return () => to.delete(listener);
  }

  return {
    report(marketId, reports) {
      const board = boardOf(marketId);
      const unknown = reports.filter(({ courierId }) => !board.onShift.has(courierId));
      return unknown.length === 0
        ? takeReports(marketId, board, reports)
        : lookUps
            .submit({ marketId, courierIds: unknown.map(({ courierId }) => courierId) })
            .then(() => takeReports(marketId, boardOf(marketId), reports));
    },
    receive(marketId, positions) {
      for (const [courierId, position] of positions) receive(marketId, courierId, position);
    },
    drop: (marketId) => void markets.delete(marketId),
    forget: (marketId, courierId) => forget(boardOf(marketId), courierId),
    positions: (marketId) => boardOf(marketId).latest,
    nearby(market, place, query) {
      const board = boardOf(market.id);
      board.nearby ??= createNearbyCouriers(market, board.latest);
      return board.nearby.nearest(place, query);
    },
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
