import {
  type Clock,
  type CourierId,
  type EpochMs,
  type IdSource,
  type LatLng,
  type MarketId,
  type Result,
  type Ticker,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import type { CourierPosition, CourierRecord } from './courier.ts';
import { endDueShifts, endShift } from './end-shift.ts';
import { followPositions } from './follow-positions.ts';
import type { NearbyCourier, NearbyQuery } from './nearby-couriers.ts';
import { type PositionListener, createPositionBoard } from './position-board.ts';
import {
  type FleetReported,
  type PointsReported,
  type TimedPoint,
  reportFleet,
  reportPoints,
} from './report-points.ts';
import { setBreak } from './set-break.ts';
import { startShift } from './start-shift.ts';

export interface CourierDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface CouriersOptions extends CourierDeps {
  readonly ticker: Ticker;
  /** Told when positions could not be written; they are kept and tried again. */
  readonly onError: (error: unknown) => void;
  /** Real milliseconds between two writes of a market's positions. */
  readonly flushMs?: number;
}

export interface Couriers {
  startShift(
    marketId: MarketId,
    courierId: CourierId,
    shift: { readonly position: LatLng; readonly endsAt: EpochMs },
    authority: Authority,
    command?: CommandKey,
  ): Promise<Result<CourierRecord, ApiError>>;
  endShift(
    marketId: MarketId,
    courierId: CourierId,
    authority: Authority,
    command?: CommandKey,
  ): Promise<Result<CourierRecord, ApiError>>;
  setBreak(
    marketId: MarketId,
    courierId: CourierId,
    onBreak: boolean,
    authority: Authority,
    command?: CommandKey,
  ): Promise<Result<CourierRecord, ApiError>>;
  /** Ends, or marks as ending, all shifts that are due. @returns couriers who went off shift */
  endDueShifts(marketId: MarketId): Promise<CourierId[]>;
  /** Where a courier on shift is now. Error: `courier_off_shift`, also for one who is unknown. */
  reportPosition(
    marketId: MarketId,
    courierId: CourierId,
    place: LatLng,
  ): Promise<Result<CourierPosition, ApiError>>;
  /** Where a courier was at several moments: see report-points.ts. */
  reportPoints(
    marketId: MarketId,
    courierId: CourierId,
    points: readonly TimedPoint[],
  ): Result<PointsReported, ApiError> | Promise<Result<PointsReported, ApiError>>;
  /** Where many couriers are: see report-points.ts. */
  reportFleet(
    marketId: MarketId,
    positions: readonly (TimedPoint & { readonly courierId: CourierId })[],
    authority: Authority,
  ): Promise<Result<FleetReported, ApiError>>;
  /** Who of those whom `accepts` accepts is near a place, nearest first, as this process knows. */
  nearby(market: MarketRecord, place: LatLng, query: NearbyQuery): NearbyCourier[];
  /** Latest positions of couriers on shift that this process knows; a live view. */
  positions(marketId: MarketId): ReadonlyMap<CourierId, CourierPosition>;
  /** Told of each position at once, whichever process took it. @returns a function that ends the listening */
  onPosition(listener: PositionListener): () => void;
  /** Told of each position that was reported to this process. @returns a function that ends the listening */
  onReport(listener: PositionListener): () => void;
  /** Takes positions that were reported to another process. */
  receivePositions(marketId: MarketId, positions: ReadonlyMap<CourierId, CourierPosition>): void;
  /** Reads what other processes have written of a market, every `everyMs()` of real time, until `signal` aborts. */
  followPositions(
    marketId: MarketId,
    options: {
      readonly signal: AbortSignal;
      readonly everyMs: () => number;
      readonly onError: (error: unknown) => void;
    },
  ): Promise<void>;
  /** Forgets what is only in memory of a market that has moved away. */
  drop(marketId: MarketId): void;
  /** Writes the positions that are not written yet, and stops. */
  close(): Promise<void>;
}

const FLUSH_MS = 1_000;

export function createCouriers(options: CouriersOptions): Couriers {
  const { db, clock, ids, ticker, onError, flushMs = FLUSH_MS } = options;
  const deps: CourierDeps = { db, clock, ids };
  const board = createPositionBoard({ db, ticker, flushMs, onError });

  return {
    async startShift(marketId, courierId, shift, authority, command) {
      const started = await startShift(deps, marketId, courierId, shift, authority, command);
      if (started.ok) {
        // Asks whether the shift runs: a retried command may be answered after it has ended.
        const { position: place = shift.position, positionAt: at = clock.now() } = started.value;
        await board.report(marketId, [{ courierId, position: { place, at } }]);
      }
      return started;
    },
    async endShift(marketId, courierId, authority, command) {
      const ended = await endShift(deps, marketId, courierId, authority, command);
      if (ended.ok && ended.value.status === 'off_shift') board.forget(marketId, courierId);
      return ended;
    },
    setBreak: (marketId, courierId, onBreak, authority, command) =>
      setBreak(deps, marketId, courierId, onBreak, authority, command),
    async endDueShifts(marketId) {
      const ended = await endDueShifts(deps, marketId);
      for (const courierId of ended) board.forget(marketId, courierId);
      return ended;
    },
    async reportPosition(marketId, courierId, place) {
      const position = { place, at: clock.now() };
      const { offShift } = await board.report(marketId, [{ courierId, position }]);
      return offShift.length === 0 ? ok(position) : err({ code: 'courier_off_shift' });
    },
    reportPoints: (marketId, courierId, points) =>
      reportPoints({ clock, board }, marketId, courierId, points),
    reportFleet: (marketId, positions, authority) =>
      reportFleet({ clock, board }, marketId, positions, authority),
    nearby: board.nearby,
    positions: board.positions,
    onPosition: board.onPosition,
    onReport: board.onReport,
    receivePositions: board.receive,
    drop: board.drop,
    followPositions: (marketId, follow) => followPositions({ db, ticker, board }, marketId, follow),
    close: board.close,
  };
}
