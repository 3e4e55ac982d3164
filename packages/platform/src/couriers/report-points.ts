import {
  type Clock,
  type CourierId,
  type EpochMs,
  type MarketId,
  type Result,
  DAY_MS,
  MINUTE_MS,
  epochMs,
  err,
  fromRfc3339,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { maySteer } from './courier.ts';
import type { PositionBoard, PositionReport, Reported } from './position-board.ts';

export interface ReportDeps {
  readonly clock: Clock;
  readonly board: Pick<PositionBoard, 'report'>;
}

/** A place and when a courier was there, in RFC 3339. */
export interface TimedPoint {
  readonly lat: number;
  readonly lng: number;
  readonly at: string;
}

export interface PointsReported {
  readonly taken: number;
  /** No newer than what was known. */
  readonly older: number;
  /** Too far in the future, and not taken. */
  readonly ahead: number;
}

export interface FleetReported {
  readonly taken: number;
  readonly older: number;
  /** Each courier once a code. */
  readonly refused: {
    readonly courierId: CourierId;
    readonly code: 'not_found' | 'courier_off_shift' | 'point_ahead_of_time';
  }[];
}

/** Clocks of devices may be so much ahead; what is further would keep out all that its courier reports until then. */
const MAX_AHEAD_MS = MINUTE_MS;
/** A shift lasts a day at most, so what is older was not on it. */
const MAX_AGE_MS = DAY_MS;

/**
 * Takes where a courier was at several moments; the newest counts. At once where the courier is known to be on shift.
 * Errors: `courier_off_shift`, also for one who is unknown; `point_ahead_of_time` where all points are;
 * `invalid_request` where a moment is none, and then nothing is taken.
 */
export function reportPoints(
  { clock, board }: ReportDeps,
  marketId: MarketId,
  courierId: CourierId,
  points: readonly TimedPoint[],
): Result<PointsReported, ApiError> | Promise<Result<PointsReported, ApiError>> {
  const now = clock.now();
  const reports: PositionReport[] = [];
  let ahead = 0;
  let older = 0;
  for (const [index, point] of points.entries()) {
    const at = fromRfc3339(point.at);
    if (at === undefined) return noMoment(`points.${index}.at`);
    if (at > now + MAX_AHEAD_MS) ahead += 1;
    else if (at < now - MAX_AGE_MS) older += 1;
    else reports.push(toReport(courierId, point, at, now));
  }
  if (ahead === points.length) return err({ code: 'point_ahead_of_time', now: toRfc3339(now) });
  const finish = (reported: Reported): Result<PointsReported, ApiError> =>
    reported.offShift.length > 0
      ? err({ code: 'courier_off_shift' })
      : ok({ taken: reported.taken, older: older + reported.older, ahead });
  const reported = board.report(marketId, reports);
  return reported instanceof Promise ? reported.then(finish) : finish(reported);
}

/**
 * Takes where many couriers are: those that the caller may steer. What is refused of one keeps back no other.
 * Error: `invalid_request` where a moment is none, and then nothing is taken.
 */
export async function reportFleet(
  { clock, board }: ReportDeps,
  marketId: MarketId,
  positions: readonly (TimedPoint & { readonly courierId: CourierId })[],
  authority: Authority,
): Promise<Result<FleetReported, ApiError>> {
  const now = clock.now();
  const reports: PositionReport[] = [];
  const [hidden, ahead] = [new Set<CourierId>(), new Set<CourierId>()];
  let older = 0;
  for (const [index, position] of positions.entries()) {
    const { courierId } = position;
    const at = fromRfc3339(position.at);
    if (at === undefined) return noMoment(`positions.${index}.at`);
    if (!maySteer(authority, courierId)) hidden.add(courierId);
    else if (at > now + MAX_AHEAD_MS) ahead.add(courierId);
    else if (at < now - MAX_AGE_MS) older += 1;
    else reports.push(toReport(courierId, position, at, now));
  }
  const reported = await board.report(marketId, reports);
  const refused = (courierIds: Iterable<CourierId>, code: FleetReported['refused'][number]['code']) =>
    [...courierIds].map((courierId) => ({ courierId, code }));
  return ok({
    taken: reported.taken,
    older: older + reported.older,
    refused: [
      ...refused(hidden, 'not_found'),
      ...refused(reported.offShift, 'courier_off_shift'),
      ...refused(ahead, 'point_ahead_of_time'),
    ],
  });
}

/** A moment that is a little ahead is now: the next report must not count as older. */
function toReport(courierId: CourierId, { lat, lng }: TimedPoint, at: EpochMs, now: EpochMs): PositionReport {
  return { courierId, position: { place: { lat, lng }, at: epochMs(Math.min(at, now)) } };
}

function noMoment(field: string): Result<never, ApiError> {
  return err({ code: 'invalid_request', detail: `\`${field}\` is no moment.` });
}
