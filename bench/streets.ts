import { distanceMetres, seededRandom, type Random } from '@halfhour/kernel';
import { addressAt, streetsGeoJson, syntheticCity } from '@halfhour/engines/city';
import { createPlaceIndex } from '@halfhour/engines/places';
import {
  buildStreetGraph,
  buildStreetHierarchy,
  createTravelTimes,
  findRoute,
  nearestNode,
  nodePlace,
  type StreetGraph,
  type StreetHierarchy,
} from '@halfhour/engines/streets';
import { openCityMap } from '../apps/server/src/city-maps.ts';
import { createMinHeap } from '../packages/engines/src/streets/min-heap.ts';

/** What a bench is told: `--json` prints one JSON line alone, `--full` measures longer, `args` is the rest. */
export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

/** A made-up grid of 62,001 crossings: harder than a real city of that size, because nothing in it is a bottleneck. */
const LARGE_BLOCKS = 248;

/**
 * Streets and places of a city, then the streets of a large made-up one: hierarchy, travel times, routes,
 * search. The peer is plain Dijkstra in typed arrays with the same heap, in the same run: a search a pair that
 * stops at its goal, a search a row for matrices. Every row and pair that the peer computes is compared.
 *
 * `npm run bench -- streets [montevideo|synthetic:<seed>] [--full] [--json]`
 */
export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const source = args.find((arg) => !arg.startsWith('-')) ?? 'montevideo';
  const random = seededRandom('bench-streets');
  const scale = full ? 10 : 1;

  const opening = performance.now();
  const city = await openCityMap(source);
  const decodeSeconds = (performance.now() - opening) / 1000;
  const building = performance.now();
  const graph = buildStreetGraph(city);
  const graphSeconds = (performance.now() - building) / 1000;
  const indexing = performance.now();
  const places = createPlaceIndex(city);
  const placeIndexSeconds = (performance.now() - indexing) / 1000;
  const streets = measureStreets(graph, random, scale);
  const largeCity = syntheticCity('bench', { blocks: LARGE_BLOCKS, doorsPerBlock: 0 });
  const large = measureStreets(buildStreetGraph(largeCity), random, scale);

  const doors = Array.from({ length: 1_000 * scale }, () =>
    addressAt(city.addresses, random.below(city.addresses.length)),
  );
  const queries = doors.map(({ street, houseNumber }, index) =>
    index % 2 === 0 ? `${street} ${houseNumber}` : misspell(street, random.below(street.length)),
  );
  let found = 0;
  const searchMicros = eachMicros(queries, (query) => (found += places.search(query).length));
  const reverseMicros = eachMicros(doors, (door) => (found += places.reverse(door) === undefined ? 0 : 1));
  const snapMicros = eachMicros(doors, (door) => (found += nearestNode(graph, door)));
  const mapping = performance.now();
  const geoJsonBytes = JSON.stringify(streetsGeoJson(city)).length;
  const geoJsonSeconds = (performance.now() - mapping) / 1000;

  const figures = {
    bench: 'streets',
    source,
    ...streets,
    large,
    addresses: city.addresses.length,
    places: city.places.length,
    decodeSeconds: round(decodeSeconds),
    graphSeconds: round(graphSeconds),
    placeIndexSeconds: round(placeIndexSeconds),
    geoJsonSeconds: round(geoJsonSeconds),
    geoJsonBytes,
    nearestNodeMicros: round(snapMicros),
    searchMicros: round(searchMicros),
    reverseMicros: round(reverseMicros),
    found,
  };
  if (json) console.log(JSON.stringify(figures));
  else {
    const { large: _, ...others } = figures;
    for (const [name, value] of Object.entries(others)) console.log(`${name.padEnd(34)} ${value}`);
    console.log(`\nA made-up grid of ${LARGE_BLOCKS} × ${LARGE_BLOCKS} blocks`);
    for (const [name, value] of Object.entries(large)) console.log(`${name.padEnd(34)} ${value}`);
  }
  const disagreeing = streets.disagreeing + large.disagreeing;
  if (disagreeing > 0) throw new Error(`${disagreeing} travel times differ from those of a plain search`);
}

interface StreetFigures {
  readonly nodes: number;
  readonly edges: number;
  readonly buildSeconds: number;
  /** Of the whole build, for comparing cities. */
  readonly buildMicrosPerNode: number;
  /** Of a matrix among nodes that nobody asked about before, and once more among the same. */
  readonly matrix500Millis: number;
  readonly matrix500AgainMillis: number;
  readonly matrix2000Millis: number;
  readonly matrix2000AgainMillis: number;
  /** 500 plain searches, from a sample of them. */
  readonly matrix500PlainMillis: number;
  readonly matrix500VersusPlain: number;
  /** Nodes that nobody asked about before; once more; from a pinned node. */
  readonly pairMicros: number;
  readonly pairAgainMicros: number;
  readonly pinnedPairMicros: number;
  readonly pinMillis: number;
  readonly pairPlainMicros: number;
  readonly pairVersusPlain: number;
  readonly routeMicros: number;
  readonly routeWithinThreeKilometresMicros: number;
  readonly withinThreeKilometresPlainMicros: number;
  /** The same where one turn is forbidden at every twentieth crossing. */
  readonly turnsBuildSeconds: number;
  readonly turnsMatrix500Millis: number;
  readonly turnsMatrix500AgainMillis: number;
  readonly turnsMatrix500PlainMillis: number;
  readonly turnsPairMicros: number;
  readonly turnsPairAgainMicros: number;
  readonly compared: number;
  readonly disagreeing: number;
}

function measureStreets(graph: StreetGraph, random: Random, scale: number): StreetFigures {
  const building = performance.now();
  const streets = buildStreetHierarchy(graph, 'motorcycle');
  const buildSeconds = (performance.now() - building) / 1000;
  const nodes = (count: number): number[] =>
    Array.from({ length: count }, () => random.below(graph.nodeCount));
  const best = new Float64Array(graph.nodeCount);

  // Once for the compiler, with travel times of their own.
  createTravelTimes(streets).matrix(nodes(500), nodes(500));
  const times = createTravelTimes(streets);
  const [starts500, goals500] = [nodes(500), nodes(500)];
  const cold500 = millis(() => times.matrix(starts500, goals500));
  const warm500 = millis(() => times.matrix(starts500, goals500));
  const other = createTravelTimes(streets);
  const [starts2000, goals2000] = [nodes(2_000), nodes(2_000)];
  const cold2000 = millis(() => other.matrix(starts2000, goals2000));
  const warm2000 = millis(() => other.matrix(starts2000, goals2000));

  const matrix = times.matrix(starts500, goals500);
  const rows = 10 * scale;
  let compared = 0;
  let disagreeing = 0;
  const plainRows = millis(() => {
    for (let row = 0; row < rows; row++) {
      plainSearch(graph, starts500[row]!, -1, best);
      for (let column = 0; column < goals500.length; column++, compared++) {
        const seconds = Math.round(best[goals500[column]!]! / 1000);
        if (matrix.seconds[row * goals500.length + column] !== seconds) disagreeing += 1;
      }
    }
  });

  const fresh = createTravelTimes(streets);
  const pairs = nodes(2_000).map((from) => ({ from, to: random.below(graph.nodeCount) }));
  let checksum = 0;
  const ask = ({ from, to }: { from: number; to: number }): number => (checksum += fresh.seconds(from, to));
  const pairMicros = (millis(() => pairs.forEach(ask)) * 1000) / pairs.length;
  const pairAgainMicros = eachMicros(repeat(pairs, 100), ask);
  const few = pairs.slice(0, 100 * scale);
  const plainMicros = eachMicros(few, ({ from, to }) => (checksum += plainSearch(graph, from, to, best)));
  for (const { from, to } of few) {
    compared += 1;
    const seconds = plainSearch(graph, from, to, best);
    if (seconds !== fresh.seconds(from, to) || seconds !== findRoute(streets, from, to).seconds)
      disagreeing += 1;
  }
  const stores = nodes(100);
  const pinMillis =
    eachMicros(stores, (store) => {
      fresh.pin(store);
      checksum += fresh.seconds(store, 0);
    }) / 1000;
  const legs = Array.from({ length: 200_000 }, () => ({
    from: random.pick(stores),
    to: random.below(graph.nodeCount),
  }));
  const pinnedPairMicros = eachMicros(legs, ask);

  const routeMicros = eachMicros(pairs, ({ from, to }) => (checksum += findRoute(streets, from, to).seconds));
  const trips = nodes(500 * scale).map((from) => shortTrip(graph, from, random));
  const tripMicros = eachMicros(trips, ({ from, to }) => (checksum += findRoute(streets, from, to).seconds));
  const plainTripMicros = eachMicros(
    trips,
    ({ from, to }) => (checksum += plainSearch(graph, from, to, best)),
  );
  const turning = performance.now();
  const withTurns = buildStreetHierarchy(forbidTurns(graph, random), 'motorcycle');
  const turnsBuildSeconds = (performance.now() - turning) / 1000;
  const turnTimes = createTravelTimes(withTurns);
  const turns500 = millis(() => turnTimes.matrix(starts500, goals500));
  const turns500Again = millis(() => turnTimes.matrix(starts500, goals500));
  const turnMatrix = turnTimes.matrix(starts500, goals500);
  const plainTurns = millis(() => {
    for (let row = 0; row < rows; row++) {
      const reached = plainTurnSearch(withTurns, starts500[row]!);
      for (let column = 0; column < goals500.length; column++, compared++) {
        const isHere = starts500[row] === goals500[column];
        const seconds = isHere ? 0 : Math.round(reached[goals500[column]!]! / 1000);
        if (turnMatrix.seconds[row * goals500.length + column] !== seconds) disagreeing += 1;
      }
    }
  });
  const turnFresh = createTravelTimes(withTurns);
  const askTurns = ({ from, to }: { from: number; to: number }): number =>
    (checksum += turnFresh.seconds(from, to));
  const turnsPairMicros = (millis(() => pairs.forEach(askTurns)) * 1000) / pairs.length;
  const turnsPairAgainMicros = eachMicros(repeat(pairs, 20), askTurns);
  if (checksum < 0) throw new Error('travel times are never negative');
  const matrix500PlainMillis = (plainRows / rows) * 500;
  return {
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    buildSeconds: round(buildSeconds),
    buildMicrosPerNode: round((buildSeconds * 1e6) / graph.nodeCount),
    matrix500Millis: round(cold500),
    matrix500AgainMillis: round(warm500),
    matrix2000Millis: round(cold2000),
    matrix2000AgainMillis: round(warm2000),
    matrix500PlainMillis: round(matrix500PlainMillis),
    matrix500VersusPlain: round(matrix500PlainMillis / cold500),
    pairMicros: round(pairMicros),
    pairAgainMicros: round(pairAgainMicros),
    pinnedPairMicros: round(pinnedPairMicros),
    pinMillis: round(pinMillis),
    pairPlainMicros: round(plainMicros),
    pairVersusPlain: round(plainMicros / pairMicros),
    routeMicros: round(routeMicros),
    routeWithinThreeKilometresMicros: round(tripMicros),
    withinThreeKilometresPlainMicros: round(plainTripMicros),
    turnsBuildSeconds: round(turnsBuildSeconds),
    turnsMatrix500Millis: round(turns500),
    turnsMatrix500AgainMillis: round(turns500Again),
    turnsMatrix500PlainMillis: round((plainTurns / rows) * 500),
    turnsPairMicros: round(turnsPairMicros),
    turnsPairAgainMicros: round(turnsPairAgainMicros),
    compared,
    disagreeing,
  };
}

/** Most deliveries are within three kilometres; a hundred draws are plenty in a city that is larger. */
function shortTrip(graph: StreetGraph, from: number, random: Random): { from: number; to: number } {
  for (let draw = 0; draw < 100; draw++) {
    const to = random.below(graph.nodeCount);
    if (distanceMetres(nodePlace(graph, from), nodePlace(graph, to)) < 3_000) return { from, to };
  }
  return { from, to: from };
}

function repeat<T>(items: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => items).flat();
}

function millis(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Mean over all items after one warm-up pass over a tenth of them. */
function eachMicros<T>(items: readonly T[], work: (item: T) => void): number {
  for (const item of items.slice(0, Math.ceil(items.length / 10))) work(item);
  const start = performance.now();
  for (const item of items) work(item);
  return ((performance.now() - start) * 1000) / items.length;
}

/** The plain way: Dijkstra (1959) from one node until the other is reached, or all are; leaves milliseconds in `best`. */
function plainSearch(graph: StreetGraph, from: number, to: number, best: Float64Array): number {
  const { first, node, edge } = graph.out;
  const milliseconds = graph.edgeMilliseconds.motorcycle;
  best.fill(Infinity);
  const heap = createMinHeap(1024);
  best[from] = 0;
  heap.push(0, from);
  while (heap.size() > 0) {
    const cost = heap.topKey();
    const at = heap.pop();
    if (at === to) return Math.round(cost / 1000);
    if (cost > best[at]!) continue;
    for (let link = first[at]!, end = first[at + 1]!; link < end; link++) {
      const reached = cost + milliseconds[edge[link]!]!;
      if (reached >= best[node[link]!]!) continue;
      best[node[link]!] = reached;
      heap.push(reached, node[link]!);
    }
  }
  return Infinity;
}

function forbidTurns(graph: StreetGraph, random: Random): StreetGraph {
  const forbiddenTurns = Array.from({ length: Math.ceil(graph.nodeCount / 20) }, () => {
    const from = random.below(graph.edgeCount);
    const { first, edge } = graph.out;
    const node = graph.edgeTo[from]!;
    const to = edge[first[node]! + random.below(first[node + 1]! - first[node]!)]!;
    return { from, to, exceptBicycles: false };
  });
  return { ...graph, forbiddenTurns };
}

/** Dijkstra (1959) over what was contracted, turns included; milliseconds to each node. */
function plainTurnSearch({ graph, arcs, seeds, hierarchy }: StreetHierarchy, from: number): Float64Array {
  const stateAt = new Uint32Array(hierarchy.position.length);
  hierarchy.position.forEach((position, state) => (stateAt[position] = state));
  const best = new Float64Array(stateAt.length).fill(Infinity);
  const heap = createMinHeap(1024);
  for (let seed = seeds.forward.first[from]!; seed < seeds.forward.first[from + 1]!; seed++) {
    const state = stateAt[seeds.forward.position[seed]!]!;
    best[state] = Math.min(best[state]!, Math.floor(seeds.forward.cost[seed]! / 2 ** 23));
    heap.push(best[state]!, state);
  }
  while (heap.size() > 0) {
    const cost = heap.topKey();
    const at = heap.pop();
    if (cost > best[at]!) continue;
    for (let arc = arcs.first[at]!, end = arcs.first[at + 1]!; arc < end; arc++) {
      const reached = cost + Math.floor(arcs.cost[arc]! / 2 ** 23);
      const next = arcs.head[arc]!;
      if (reached >= best[next]!) continue;
      best[next] = reached;
      heap.push(reached, next);
    }
  }
  return Float64Array.from({ length: graph.nodeCount }, (_, node) => {
    let least = Infinity;
    const { first, position } = seeds.backward;
    for (let seed = first[node]!; seed < first[node + 1]!; seed++) {
      least = Math.min(least, best[stateAt[position[seed]!]!]!);
    }
    return least;
  });
}

function misspell(text: string, at: number): string {
  return `${text.slice(0, at)}x${text.slice(at + 1)}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
