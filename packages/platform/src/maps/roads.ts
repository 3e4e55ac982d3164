import type { RouteStep, VehicleProfile } from '@halfhour/engines/streets';
import { type LatLng, invariant } from '@halfhour/kernel';

/** A way along streets with what to tell the rider. */
export interface Way {
  readonly seconds: number;
  readonly metres: number;
  readonly points: readonly LatLng[];
  readonly steps: readonly RouteStep[];
}

/** Row by row: the pair of `from[i]` and `to[j]` is at `i * to.length + j`; NaN where there is no way. */
export interface RoadMatrix {
  readonly seconds: Float64Array;
  readonly metres: Float64Array;
}

/** Who knows ways between places: the market's own streets, or a service that an operator runs. */
export interface Roads {
  route(vehicle: VehicleProfile, from: LatLng, to: LatLng): Promise<Way>;
  /** Rejects what is larger than the service takes. */
  matrix(vehicle: VehicleProfile, from: readonly LatLng[], to: readonly LatLng[]): Promise<RoadMatrix>;
}

/**
 * Asks `first`, and `second` where that fails; after a failure `first` is left alone for `restMs`, so that a service
 * that is down makes nobody wait for its timeout. `onError` is told of each failure.
 */
export function fallBack(
  first: Roads,
  second: Roads,
  { now, restMs, onError }: { now: () => number; restMs: number; onError: (error: unknown) => void },
): Roads {
  invariant(restMs >= 0, `rests ${restMs} ms`);
  let restsUntil = -Infinity;
  const attempt = async <Value>(ask: (roads: Roads) => Promise<Value>): Promise<Value> => {
    if (now() < restsUntil) return ask(second);
    try {
      return await ask(first);
    } catch (error) {
      restsUntil = now() + restMs;
      onError(error);
      return ask(second);
    }
  };
  return {
    route: (vehicle, from, to) => attempt((roads) => roads.route(vehicle, from, to)),
    matrix: (vehicle, from, to) => attempt((roads) => roads.matrix(vehicle, from, to)),
  };
}
