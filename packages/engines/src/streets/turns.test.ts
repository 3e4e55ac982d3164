import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { syntheticCity, type CityMap, type Street, type TurnRestriction } from '@halfhour/engines/city';
import type { LatLng } from '@halfhour/kernel';
import { findRoute } from './find-route.ts';
import { VEHICLE_PROFILES, type VehicleProfile } from './profiles.ts';
import { routeSteps } from './route-steps.ts';
import { buildStreetGraph, nearestNode, NOT_ENTERED, type StreetGraph } from './street-graph.ts';
import { buildStreetHierarchy } from './street-hierarchy.ts';
import { createTravelTimes } from './travel-times.ts';
import { edgeHeadings, TURN_COSTS, turnBetween, type TurnCosts } from './turns.ts';

const emptyCity = syntheticCity('empty', { blocks: 1, doorsPerBlock: 0 });
const at = (north: number, east: number): LatLng => ({ lat: north / 1000, lng: east / 1000 });

/**
 * A crossing with an arm in each direction, and a detour from south to west beside it:
 *
 *        N
 *        |
 *   W ---X--- E
 *   |    |
 *   .----S
 */
const [N, E, S, W, X] = [at(1, 0), at(0, 1), at(-1, 0), at(0, -1), at(0, 0)];
const street = (name: string, points: LatLng[], more: Partial<Street> = {}): Street => ({
  name,
  kind: 'residential',
  oneway: false,
  points,
  ...more,
});
const crossing: Street[] = [
  street('High Street', [S, X, N]),
  street('Cross Road', [W, X, E]),
  street('Detour', [S, at(-2, -1), W]),
];

function lineOf(city: Partial<CityMap>, from: LatLng, to: LatLng, vehicle: VehicleProfile = 'car'): LatLng[] {
  const graph = buildStreetGraph({ ...emptyCity, streets: crossing, ...city });
  const streets = buildStreetHierarchy(graph, vehicle);
  const route = findRoute(streets, nearestNode(graph, from), nearestNode(graph, to));
  assert.equal(Math.round(route.pointSeconds.at(-1)!), route.seconds);
  return [...route.points];
}

const noLeft: TurnRestriction = { kind: 'no', via: X, from: S, to: W };

test('a forbidden turn is driven around, and only that turn', () => {
  assert.deepEqual(lineOf({}, S, W), [S, X, W]);
  const city = { turnRestrictions: [noLeft] };
  assert.deepEqual(lineOf(city, S, W), [S, at(-2, -1), W]);
  assert.deepEqual(lineOf(city, W, S), [W, X, S]);
  assert.deepEqual(lineOf(city, S, E), [S, X, E]);
  assert.deepEqual(lineOf(city, N, W), [N, X, W]);
});

test('turning back beyond the crossing counts as what it costs', () => {
  // Without the detour the way is straight on, back at the end, and then right.
  const streets = crossing.slice(0, 2);
  assert.deepEqual(lineOf({ streets, turnRestrictions: [noLeft] }, S, W), [S, X, N, X, W]);
});

test('a commanded turn forbids all others from there', () => {
  const city = { turnRestrictions: [{ kind: 'only', via: X, from: S, to: N }] as const };
  assert.deepEqual(lineOf(city, S, N), [S, X, N]);
  assert.deepEqual(lineOf(city, S, W), [S, at(-2, -1), W]);
  assert.deepEqual(lineOf(city, E, W), [E, X, W]);
});

test('a restriction that excepts bicycles does not bind them', () => {
  const city = { turnRestrictions: [{ ...noLeft, exceptBicycles: true }] };
  assert.deepEqual(lineOf(city, S, W, 'bicycle'), [S, X, W]);
  assert.deepEqual(lineOf(city, S, W, 'motorcycle'), [S, at(-2, -1), W]);
});

test('a restriction that fits no street restricts nothing, and one that closes a street cuts nobody off', () => {
  assert.deepEqual(lineOf({ turnRestrictions: [{ ...noLeft, via: at(5, 5) }] }, S, W), [S, X, W]);
  assert.deepEqual(lineOf({ turnRestrictions: [{ kind: 'only', via: X, from: S, to: at(9, 9) }] }, S, W), [
    S,
    X,
    W,
  ]);
  const closed = [S, W, E].map((from): TurnRestriction => ({ kind: 'no', via: X, from, to: N }));
  assert.deepEqual(lineOf({ turnRestrictions: closed }, S, N), [S, X, N]);
});

test('where turns across the oncoming traffic cost more than the way around, three rights are taken', () => {
  const streets = [street('Ring', [N, at(1, 1), E]), ...crossing.slice(0, 2)];
  const graph = buildStreetGraph({ ...emptyCity, streets });
  const pass = (turnCosts: TurnCosts): LatLng[] => {
    const hierarchy = buildStreetHierarchy(graph, 'car', { turnCosts });
    return [...findRoute(hierarchy, nearestNode(graph, S), nearestNode(graph, W)).points];
  };
  assert.deepEqual(pass({ uTurnSeconds: 600, acrossSeconds: 5 }), [S, X, W]);
  assert.deepEqual(pass({ uTurnSeconds: 600, acrossSeconds: 300 }), [S, X, N, at(1, 1), E, X, W]);
});

test('only bicycles ride against a one-way street, and only where they may', () => {
  const oneway = (contraflow: boolean): Street[] => [
    street('One Way', [W, X], { oneway: true, contraflow }),
    street('Around', [X, S, W]),
  ];
  for (const vehicle of VEHICLE_PROFILES) {
    assert.deepEqual(lineOf({ streets: oneway(false) }, X, W, vehicle), [X, S, W]);
    const expected = vehicle === 'bicycle' ? [X, W] : [X, S, W];
    assert.deepEqual(lineOf({ streets: oneway(true) }, X, W, vehicle), expected);
    assert.deepEqual(lineOf({ streets: oneway(true) }, W, X, vehicle), [W, X]);
  }
});

test('steps tell the turns and the streets, and their lengths add up', () => {
  const graph = buildStreetGraph({ ...emptyCity, streets: crossing });
  const streets = buildStreetHierarchy(graph, 'car');
  const node = (place: LatLng): number => nearestNode(graph, place);
  const told = (from: LatLng, to: LatLng) =>
    routeSteps(graph, findRoute(streets, node(from), node(to))).map(({ turn, street: name }) => [turn, name]);
  assert.deepEqual(told(S, N), [['depart', 'High Street']]);
  assert.deepEqual(told(S, E), [
    ['depart', 'High Street'],
    ['right', 'Cross Road'],
  ]);
  assert.deepEqual(told(N, E), [
    ['depart', 'High Street'],
    ['left', 'Cross Road'],
  ]);
  assert.deepEqual(told(X, X), []);
});

/** Streets on a grid of 4 × 4 points, with forbidden and commanded turns anywhere. */
const place = fc.tuple(fc.nat(3), fc.nat(3)).map(([row, column]) => at(row, column));
const tangled: fc.Arbitrary<CityMap> = fc
  .record({
    streets: fc.array(
      fc.record({
        kind: fc.constantFrom('residential' as const, 'primary' as const),
        oneway: fc.boolean(),
        contraflow: fc.boolean(),
        points: fc.array(place, { minLength: 2, maxLength: 5 }),
      }),
      { minLength: 2, maxLength: 10 },
    ),
    turnRestrictions: fc.array(
      fc.record({
        kind: fc.constantFrom('no' as const, 'no' as const, 'only' as const),
        via: place,
        from: place,
        to: place,
        exceptBicycles: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
  })
  .map((city) => ({ ...emptyCity, ...city }));

test('with turns, too, travel times, matrices and routes are exactly those of a plain search', () => {
  let withTurns = 0;
  fc.assert(
    fc.property(
      tangled,
      fc.constantFrom(...VEHICLE_PROFILES),
      fc.constantFrom(0, 0, 7, 45),
      fc.nat(),
      (city, profile, acrossSeconds, pick) => {
        let graph: StreetGraph;
        try {
          graph = buildStreetGraph(city);
        } catch (error) {
          assert.ok(error instanceof RangeError);
          return;
        }
        const turnCosts = { ...TURN_COSTS[profile], acrossSeconds };
        const streets = buildStreetHierarchy(graph, profile, { turnCosts });
        if (acrossSeconds > 0 || graph.forbiddenTurns.length > 0) withTurns += 1;
        const from = pick % graph.nodeCount;
        const expected = plainTurnSeconds(graph, profile, turnCosts, from);
        const times = createTravelTimes(streets);
        const fromPinned = createTravelTimes(streets);
        fromPinned.pin(from);
        const nodes = expected.map((_, node) => node);
        const matrix = times.matrix([from], nodes);
        for (const to of nodes) {
          const toPinned = createTravelTimes(streets);
          toPinned.pin(to);
          assert.equal(findRoute(streets, from, to).seconds, expected[to]);
          assert.equal(matrix.seconds[to], expected[to]);
          for (const asked of [times, fromPinned, toPinned]) {
            assert.equal(asked.seconds(from, to), expected[to]);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(withTurns > 50);
});

/** Bellman-Ford over pairs of edges, from the restrictions of the graph. */
function plainTurnSeconds(
  graph: StreetGraph,
  profile: VehicleProfile,
  { uTurnSeconds, acrossSeconds }: TurnCosts,
  source: number,
): number[] {
  const headings = edgeHeadings(graph);
  const milliseconds = graph.edgeMilliseconds[profile];
  // Turning back costs at crossings with forbidden turns and next to them, and everywhere if turns do.
  const signs = new Set(graph.forbiddenTurns.map((each) => graph.edgeTo[each.from]!));
  const near = new Set(signs);
  graph.edgeFrom.forEach((from, edge) => {
    if (signs.has(from)) near.add(graph.edgeTo[edge]!);
    if (signs.has(graph.edgeTo[edge]!)) near.add(from);
  });
  const best = Array.from(milliseconds, (each, edge) =>
    graph.edgeFrom[edge] === source && each !== NOT_ENTERED ? each : Infinity,
  );
  for (let changed = true; changed;) {
    changed = false;
    for (let from = 0; from < graph.edgeCount; from++) {
      for (let to = 0; to < graph.edgeCount; to++) {
        if (graph.edgeTo[from] !== graph.edgeFrom[to] || milliseconds[to] === NOT_ENTERED) continue;
        const turn = turnBetween(graph, headings, from, to);
        const isForbidden = graph.forbiddenTurns.some(
          (each) => each.from === from && each.to === to && !(each.exceptBicycles && profile === 'bicycle'),
        );
        const seconds =
          (turn === 'left'
            ? acrossSeconds
            : turn === 'u_turn' && (acrossSeconds > 0 || near.has(graph.edgeTo[from]!))
              ? uTurnSeconds
              : 0) + (isForbidden ? 3_600 : 0);
        const total = best[from]! + seconds * 1000 + milliseconds[to]!;
        if (total >= best[to]!) continue;
        best[to] = total;
        changed = true;
      }
    }
  }
  return Array.from({ length: graph.nodeCount }, (_, node) => {
    if (node === source) return 0;
    const arrivals = best.filter((_cost, edge) => graph.edgeTo[edge] === node);
    return Math.round(Math.min(...arrivals) / 1000);
  });
}
