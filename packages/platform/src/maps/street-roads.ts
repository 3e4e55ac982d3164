import { createTravelTimes, findRoute, routeSteps } from '@halfhour/engines/streets';
import type { EpochMs } from '@halfhour/kernel';
import type { MarketMap } from './market-map.ts';
import type { Roads } from './roads.ts';

/** Ways through the market's own streets, as they are at the moment. */
export function streetRoads(map: MarketMap, now: () => EpochMs): Roads {
  return {
    async route(vehicle, from, to) {
      await map.prepare(vehicle);
      const streets = map.streetsAt(vehicle, now());
      const route = findRoute(streets, map.nodeOf(from), map.nodeOf(to));
      return {
        seconds: route.seconds,
        metres: route.metres,
        // From door to door, though the streets begin at crossings.
        points: [from, ...route.points, to],
        steps: routeSteps(streets.graph, route),
      };
    },
    async matrix(vehicle, from, to) {
      await map.prepare(vehicle);
      const travel = createTravelTimes(map.streetsAt(vehicle, now()));
      const { seconds, metres } = travel.matrix(from.map(map.nodeOf), to.map(map.nodeOf));
      return { seconds: Float64Array.from(seconds), metres: Float64Array.from(metres) };
    },
  };
}
