import type { LatLng } from '@halfhour/kernel';
import type { Route } from './find-route.ts';

export interface MovingPosition extends LatLng {
  /** Compass direction of travel: 0 north, 90 east; 0 where the route has no length. */
  readonly headingDegrees: number;
}

/** Where someone is who started the route `seconds` ago; before the start at its start, after its end at its end. */
export function positionAlong(
  route: Pick<Route, 'points' | 'pointSeconds'>,
  seconds: number,
): MovingPosition {
  const { points, pointSeconds } = route;
  if (points.length === 0) throw new RangeError('a route has at least one point');
  if (points.length === 1) return { ...points[0]!, headingDegrees: 0 };
  // The last point that has been passed, by bisection; never the very last, so that there is a next one.
  let passed = 0;
  let beyond = points.length - 1;
  while (beyond - passed > 1) {
    const middle = (passed + beyond) >> 1;
    if (pointSeconds[middle]! <= seconds) passed = middle;
    else beyond = middle;
  }
  const from = points[passed]!;
  const to = points[passed + 1]!;
  const duration = pointSeconds[passed + 1]! - pointSeconds[passed]!;
  const share = duration > 0 ? Math.min(1, Math.max(0, (seconds - pointSeconds[passed]!) / duration)) : 1;
  return {
    lat: from.lat + (to.lat - from.lat) * share,
    lng: from.lng + (to.lng - from.lng) * share,
    headingDegrees: headingDegrees(from, to),
  };
}

/** On the scale of a street the earth is flat. */
function headingDegrees(from: LatLng, to: LatLng): number {
  const north = to.lat - from.lat;
  const east = (to.lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}
