import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceMetres } from '@halfhour/kernel';
import { STREET_KINDS, syntheticCity, type CityMap, type Street } from '@halfhour/engines/city';
import { findRoute } from './find-route.ts';
import { VEHICLE_PROFILES, type VehicleProfile } from './profiles.ts';
import { Labels, pairCost } from './labels.ts';
import { costMetres, costSeconds } from './path-cost.ts';
import { buildStreetGraph, nearestNode, nodePlace, type StreetGraph } from './street-graph.ts';
import { buildStreetHierarchy } from './street-hierarchy.ts';
import { PERIODS } from './periods.ts';
import { streetPlane } from './street-plane.ts';
import { createTravelTimes } from './travel-times.ts';

const profiles = fc.constantFrom(...VEHICLE_PROFILES);
const emptyCity = syntheticCity('empty', { blocks: 1, doorsPerBlock: 0 });

/** Tangled streets on a grid of 5 × 5 points, one-way or not, of any class. */
const tangledCities: fc.Arbitrary<CityMap> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...STREET_KINDS),
      oneway: fc.boolean(),
      points: fc.array(
        fc.record({
          lat: fc.integer({ min: 0, max: 4 }).map((row) => row / 1000),
          lng: fc.integer({ min: 0, max: 4 }).map((column) => column / 1000),
        }),
        { minLength: 2, maxLength: 6 },
      ),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((streets) => ({ ...emptyCity, streets }));

test('the graph is the largest set of crossings that all reach each other', () => {
  fc.assert(
    fc.property(tangledCities, (tangled) => {
      // One street a step, so that each point is a crossing and none only a bend.
      const streets = tangled.streets.flatMap((street) =>
        street.points.slice(1).map((point, index) => ({ ...street, points: [street.points[index]!, point] })),
      );
      const city = { ...tangled, streets };
      const expected = largestMutualReach(streets.filter((street) => street.kind !== 'pedestrian'));
      if (expected < 2) {
        assert.throws(() => buildStreetGraph(city), RangeError);
        return;
      }
      const graph = buildStreetGraph(city);
      assert.equal(graph.nodeCount, expected);
      assert.ok(plainCosts(graph, 0, 'car').every(({ milliseconds }) => milliseconds < Infinity));
    }),
    { numRuns: 150 },
  );
});

test('bends are no nodes, but the far side of a loop is one', () => {
  const at = (lat: number, lng: number) => ({ lat: lat / 1000, lng: lng / 1000 });
  const bent: Street = {
    kind: 'residential',
    oneway: false,
    points: [at(0, 0), at(1, 0), at(1, 1), at(2, 1)],
  };
  assert.equal(buildStreetGraph({ ...emptyCity, streets: [bent] }).nodeCount, 2);
  const loop: Street = { ...bent, points: [at(2, 1), at(3, 1), at(3, 2), at(2, 2), at(2, 1)] };
  const graph = buildStreetGraph({ ...emptyCity, streets: [bent, loop] });
  assert.equal(graph.nodeCount, 3);
  assert.deepEqual(nodePlace(graph, nearestNode(graph, at(4, 2))), at(3, 2));
});

test('travel times and routes are exactly those of a plain search, in time and in length', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        tangledCities,
        fc.integer({ min: 1, max: 6 }).map((blocks) => syntheticCity(`exact-${blocks}`, { blocks })),
      ),
      profiles,
      fc.nat(),
      (city, profile, pick) => {
        let graph: StreetGraph;
        try {
          graph = buildStreetGraph(city);
        } catch (error) {
          assert.ok(error instanceof RangeError);
          return;
        }
        const from = pick % graph.nodeCount;
        const streets = buildStreetHierarchy(graph, profile);
        const times = createTravelTimes(streets);
        const fromPinned = createTravelTimes(streets);
        fromPinned.pin(from);
        const toPinned = createTravelTimes(streets);
        const everyNode = Array.from({ length: graph.nodeCount }, (_, node) => node);
        const matrix = times.matrix([from, from], everyNode);
        const expected = plainCosts(graph, from, profile);
        for (let to = 0; to < graph.nodeCount; to++) {
          const seconds = Math.round(expected[to]!.milliseconds / 1000);
          const metres = Math.round(expected[to]!.decimetres / 10);
          const route = findRoute(streets, from, to);
          assert.equal(route.seconds, seconds);
          assert.equal(route.metres, metres);
          toPinned.pin(to);
          for (const asked of [times, fromPinned, toPinned]) {
            assert.equal(asked.seconds(from, to), seconds);
            assert.equal(asked.metres(from, to), metres);
          }
          toPinned.unpin(to);
          assert.equal(matrix.seconds[graph.nodeCount + to], seconds);
          assert.equal(matrix.metres[to], metres);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a route is a line through the streets from node to node, whose times rise to its duration', () => {
  const graph = buildStreetGraph(syntheticCity('lines', { blocks: 9 }));
  const hierarchies = new Map(VEHICLE_PROFILES.map((each) => [each, buildStreetHierarchy(graph, each)]));
  fc.assert(
    fc.property(fc.nat(graph.nodeCount - 1), fc.nat(graph.nodeCount - 1), profiles, (from, to, profile) => {
      const { seconds, metres, points, pointSeconds } = findRoute(hierarchies.get(profile)!, from, to);
      assert.deepEqual(points[0], nodePlace(graph, from));
      assert.deepEqual(points.at(-1), nodePlace(graph, to));
      assert.equal(pointSeconds.length, points.length);
      assert.equal(Math.round(pointSeconds.at(-1)!), seconds);
      let length = 0;
      for (let index = 1; index < points.length; index++) {
        assert.ok(pointSeconds[index]! >= pointSeconds[index - 1]!);
        length += distanceMetres(points[index - 1]!, points[index]!);
      }
      assert.ok(Math.abs(length - metres) <= 1 + points.length * 0.05);
    }),
    { numRuns: 100 },
  );
});

test('a one-way street is not ridden against its direction', () => {
  const a = { lat: 0, lng: 0 };
  const b = { lat: 0, lng: 0.001 };
  const c = { lat: 0.002, lng: 0.0005 };
  const streets: Street[] = [
    { kind: 'residential', oneway: true, points: [a, b] },
    { kind: 'residential', oneway: false, points: [b, c, a] },
  ];
  const graph = buildStreetGraph({ ...emptyCity, streets });
  const [nodeA, nodeB] = [nearestNode(graph, a), nearestNode(graph, b)];
  const riding = buildStreetHierarchy(graph, 'bicycle');
  assert.deepEqual(findRoute(riding, nodeA, nodeB).points, [a, b]);
  assert.deepEqual(findRoute(riding, nodeB, nodeA).points, [b, c, a]);
});

test('the nearest node is the nearest, whatever the latitude', () => {
  const graph = buildStreetGraph(syntheticCity('nearest', { blocks: 8 }));
  const near = fc.record({
    lat: fc.double({ min: 39.99, max: 40.01, noNaN: true }),
    lng: fc.double({ min: 19.99, max: 20.01, noNaN: true }),
  });
  fc.assert(
    fc.property(near, (place) => {
      const found = distanceMetres(place, nodePlace(graph, nearestNode(graph, place)));
      for (let node = 0; node < graph.nodeCount; node++) {
        assert.ok(found <= distanceMetres(place, nodePlace(graph, node)) + 0.5);
      }
    }),
    { numRuns: 100 },
  );
});

test('labels are bounded: when memory is full they are forgotten and made again', () => {
  const graph = buildStreetGraph(syntheticCity('labels', { blocks: 6 }));
  const streets = buildStreetHierarchy(graph, 'motorcycle');
  const times = createTravelTimes(streets);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.tuple(fc.nat(graph.nodeCount - 1), fc.nat(graph.nodeCount - 1)), { maxLength: 40 }),
      (maxEntries, pairs) => {
        const forward = new Labels(streets, 'forward', maxEntries);
        const backward = new Labels(streets, 'backward', maxEntries);
        for (const [from, to] of pairs) {
          const cost = pairCost(forward, backward, from, to);
          assert.equal(costSeconds(cost), times.seconds(from, to));
          assert.equal(costMetres(cost), times.metres(from, to));
          // A single label may be larger than the bound.
          assert.ok(forward.endOf(from) <= Math.max(maxEntries, graph.nodeCount));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a route names the edges that it follows, and their times and lengths add up to its own', () => {
  const graph = buildStreetGraph(syntheticCity('edges', { blocks: 9 }));
  const streets = buildStreetHierarchy(graph, 'car');
  fc.assert(
    fc.property(fc.nat(graph.nodeCount - 1), fc.nat(graph.nodeCount - 1), (from, to) => {
      const route = findRoute(streets, from, to);
      let at = from;
      let milliseconds = 0;
      let decimetres = 0;
      for (const edge of route.edges) {
        assert.equal(graph.edgeFrom[edge], at);
        at = graph.edgeTo[edge]!;
        milliseconds += graph.edgeMilliseconds.car[edge]!;
        decimetres += graph.edgeDecimetres[edge]!;
      }
      assert.equal(at, to);
      assert.equal(route.seconds, Math.round(milliseconds / 1000));
      assert.equal(route.metres, Math.round(decimetres / 10));
    }),
    { numRuns: 200 },
  );
});

test('a node that does not exist is refused', () => {
  const graph = buildStreetGraph(syntheticCity('bounds', { blocks: 2 }));
  const streets = buildStreetHierarchy(graph, 'car');
  const times = createTravelTimes(streets);
  for (const node of [-1, graph.nodeCount, 0.5, Number.NaN]) {
    assert.throws(() => times.seconds(0, node), RangeError);
    assert.throws(() => times.metres(node, 0), RangeError);
    assert.throws(() => times.pin(node), RangeError);
    assert.throws(() => times.matrix([node], [0]), RangeError);
    assert.throws(() => findRoute(streets, node, 0), RangeError);
    assert.throws(() => nodePlace(graph, node), RangeError);
  }
});

/** Bellman-Ford over the list of edges: slow, short, and shares nothing with what it checks. */
function plainCosts(
  graph: StreetGraph,
  source: number,
  profile: VehicleProfile,
): { milliseconds: number; decimetres: number }[] {
  const best = Array.from({ length: graph.nodeCount }, () => ({
    milliseconds: Infinity,
    decimetres: Infinity,
  }));
  best[source] = { milliseconds: 0, decimetres: 0 };
  for (let changed = true; changed;) {
    changed = false;
    for (let edge = 0; edge < graph.edgeCount; edge++) {
      const from = best[graph.edgeFrom[edge]!]!;
      const to = best[graph.edgeTo[edge]!]!;
      const milliseconds = from.milliseconds + graph.edgeMilliseconds[profile][edge]!;
      const decimetres = from.decimetres + graph.edgeDecimetres[edge]!;
      if (milliseconds > to.milliseconds) continue;
      if (milliseconds === to.milliseconds && decimetres >= to.decimetres) continue;
      best[graph.edgeTo[edge]!] = { milliseconds, decimetres };
      changed = true;
    }
  }
  return best;
}

/** How many points the largest set of points has that all reach each other, by closure over single steps. */
function largestMutualReach(streets: readonly Street[]): number {
  const index = new Map<string, number>();
  const id = ({ lat, lng }: { lat: number; lng: number }): number => {
    const key = `${lat},${lng}`;
    if (!index.has(key)) index.set(key, index.size);
    return index.get(key)!;
  };
  const reaches: boolean[][] = Array.from({ length: 25 }, () => Array.from({ length: 25 }, () => false));
  for (const { points, oneway } of streets) {
    for (let at = 1; at < points.length; at++) {
      const [from, to] = [id(points[at - 1]!), id(points[at]!)];
      reaches[from]![to] = true;
      if (!oneway) reaches[to]![from] = true;
    }
  }
  for (let via = 0; via < 25; via++) {
    for (let from = 0; from < 25; from++) {
      for (let to = 0; to < 25; to++) reaches[from]![to] ||= reaches[from]![via]! && reaches[via]![to]!;
    }
  }
  let largest = 0;
  for (let from = 0; from < index.size; from++) {
    let size = 1;
    for (let to = 0; to < index.size; to++)
      if (to !== from && reaches[from]![to]! && reaches[to]![from]!) size++;
    largest = Math.max(largest, size);
  }
  return largest;
}

test('no way is quicker than the plane of its streets allows, in any period', () => {
  fc.assert(
    fc.property(tangledCities, profiles, fc.constantFrom(...PERIODS), (city, profile, period) => {
      let graph: StreetGraph;
      try {
        graph = buildStreetGraph(city);
      } catch {
        return;
      }
      const { x, y, fastestMetresPerSecond } = streetPlane(graph, profile);
      const streets = buildStreetHierarchy(graph, profile, { period });
      for (let to = 1; to < graph.nodeCount; to++) {
        const { pointSeconds } = findRoute(streets, 0, to);
        const straight = Math.hypot(x(0) - x(to), y(0) - y(to));
        // A stretch is rounded to milliseconds in its period.
        const rounding = pointSeconds.length / 1_000;
        assert.ok(straight <= (pointSeconds.at(-1)! + rounding) * fastestMetresPerSecond);
      }
    }),
    { numRuns: 100 },
  );
});
