import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticCity } from '@halfhour/engines/city';
import { findRoute } from './find-route.ts';
import { periodAt, PERIODS, SPEED_PERCENT } from './periods.ts';
import { VEHICLE_PROFILES } from './profiles.ts';
import { buildStreetGraph } from './street-graph.ts';
import { buildStreetHierarchy } from './street-hierarchy.ts';
import { createTravelTimes } from './travel-times.ts';

test('a working day has two rushes, a weekend none, and nights begin at ten', () => {
  const at = (weekday: number, hour: number, minute = 0) =>
    periodAt({ weekday, minuteOfDay: hour * 60 + minute });
  assert.deepEqual(
    [at(1, 5, 59), at(1, 6), at(1, 7, 30), at(1, 9, 29), at(1, 9, 30), at(5, 18), at(5, 19, 30), at(5, 22)],
    ['night', 'usual', 'rush', 'rush', 'usual', 'rush', 'usual', 'night'],
  );
  assert.deepEqual([at(6, 8), at(0, 18), at(0, 6, 59), at(6, 23)], ['usual', 'usual', 'night', 'night']);
});

test('a period changes every edge by its percentage, and times and routes agree in each', () => {
  const graph = buildStreetGraph(syntheticCity('periods', { blocks: 7 }));
  for (const profile of VEHICLE_PROFILES) {
    for (const period of PERIODS) {
      const streets = buildStreetHierarchy(graph, profile, { period });
      const times = createTravelTimes(streets);
      for (let to = 1; to < graph.nodeCount; to++) {
        const route = findRoute(streets, 0, to);
        const milliseconds = route.edges.reduce((sum, edge) => {
          const usual = graph.edgeMilliseconds[profile][edge]!;
          return sum + Math.round((usual * 100) / SPEED_PERCENT[period][profile]);
        }, 0);
        assert.equal(route.seconds, Math.round(milliseconds / 1000));
        assert.equal(times.seconds(0, to), route.seconds);
      }
    }
  }
});
