import { distanceMetres, seededRandom } from '@halfhour/kernel';
import { addressAt, streetsGeoJson } from '@halfhour/engines/city';
import { createPlaceIndex } from '@halfhour/engines/places';
import {
  buildStreetGraph,
  createTravelTimes,
  findRoute,
  nearestNode,
  nodePlace,
  type StreetGraph,
} from '@halfhour/engines/streets';
import { openCityMap } from '../apps/server/src/city-maps.ts';
import { createMinHeap } from '../packages/engines/src/streets/min-heap.ts';

/** What a bench is told: `--json` prints one JSON line alone, `--full` measures longer, `args` is the rest. */
export interface BenchOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly args: readonly string[];
}

/**
 * Streets and places of a city: opening, graph, travel times, routes, search. The peer is a plain Dijkstra
 * search a pair (typed arrays, the same heap, stopping at the goal), measured in the same run.
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

  const pairs = Array.from({ length: 200 * scale }, () => ({
    from: random.below(graph.nodeCount),
    to: random.below(graph.nodeCount),
  }));
  const trips = Array.from({ length: 1_000 * scale }, () => {
    const from = random.below(graph.nodeCount);
    // Most deliveries are within three kilometres; a hundred draws are plenty in a city that is larger.
    for (let draw = 0; draw < 100; draw++) {
      const to = random.below(graph.nodeCount);
      if (distanceMetres(nodePlace(graph, from), nodePlace(graph, to)) < 3_000) return { from, to };
    }
    return { from, to: from };
  });
  const stores = pairs.slice(0, 120).map(({ from }) => from);
  const times = createTravelTimes(graph, 'motorcycle', { maxRows: 8 });
  const rowMicros = eachMicros(stores, (store) => times.pin(store)) / 2;
  const lookups = Array.from({ length: 1_000_000 }, () => ({
    store: random.pick(stores),
    node: random.below(graph.nodeCount),
  }));
  const best = new Float64Array(graph.nodeCount);
  let checksum = 0;
  const lookupMicros = eachMicros(lookups, ({ store, node }) => (checksum += times.seconds(store, node)));
  const plainMicros = eachMicros(pairs, ({ from, to }) => (checksum += plainSeconds(graph, from, to, best)));
  const routeMicros = eachMicros(pairs, ({ from, to }) => {
    checksum -= findRoute(graph, from, to, 'motorcycle').seconds;
  });
  const plainTripMicros = eachMicros(
    trips,
    ({ from, to }) => (checksum += plainSeconds(graph, from, to, best)),
  );
  const tripMicros = eachMicros(trips, ({ from, to }) => {
    checksum -= findRoute(graph, from, to, 'motorcycle').seconds;
  });
  const disagreeing = pairs
    .slice(0, 50)
    .filter(
      ({ from, to }) =>
        plainSeconds(graph, from, to, best) !== findRoute(graph, from, to, 'motorcycle').seconds,
    ).length;

  const doors = Array.from({ length: 4_000 * scale }, () =>
    addressAt(city.addresses, random.below(city.addresses.length)),
  );
  const queries = doors.map(({ street, houseNumber }, index) =>
    index % 2 === 0 ? `${street} ${houseNumber}` : misspell(street, random.below(street.length)),
  );
  const searchMicros = eachMicros(queries, (query) => (checksum += places.search(query).length));
  const reverseMicros = eachMicros(doors, (door) => (checksum += places.reverse(door) === undefined ? 0 : 1));
  const snapMicros = eachMicros(doors, (door) => (checksum += nearestNode(graph, door)));
  const mapping = performance.now();
  const geoJsonBytes = JSON.stringify(streetsGeoJson(city)).length;
  const geoJsonSeconds = (performance.now() - mapping) / 1000;

  const figures = {
    bench: 'streets',
    source,
    nodes: graph.nodeCount,
    edges: graph.edgeCount,
    addresses: city.addresses.length,
    places: city.places.length,
    decodeSeconds: round(decodeSeconds),
    graphSeconds: round(graphSeconds),
    placeIndexSeconds: round(placeIndexSeconds),
    geoJsonSeconds: round(geoJsonSeconds),
    geoJsonBytes,
    oneToAllMillis: round(rowMicros / 1000),
    cachedLookupsPerSecond: Math.round(1e6 / lookupMicros),
    acrossTheCityMicros: round(routeMicros),
    acrossTheCityPlainMicros: round(plainMicros),
    acrossTheCityVersusPlain: round(plainMicros / routeMicros),
    withinThreeKilometresMicros: round(tripMicros),
    withinThreeKilometresPlainMicros: round(plainTripMicros),
    withinThreeKilometresVersusPlain: round(plainTripMicros / tripMicros),
    cachedLookupVersusPlain: Math.round(plainMicros / lookupMicros),
    nearestNodeMicros: round(snapMicros),
    searchMicros: round(searchMicros),
    reverseMicros: round(reverseMicros),
    disagreeing,
    checksum: Math.round(checksum),
  };
  if (json) console.log(JSON.stringify(figures));
  else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(34)} ${value}`);
  if (disagreeing > 0) throw new Error(`${disagreeing} of 50 routes differ from a plain search`);
}

/** Mean over all items after one warm-up pass over a tenth of them. */
function eachMicros<T>(items: readonly T[], work: (item: T) => void): number {
  for (const item of items.slice(0, Math.ceil(items.length / 10))) work(item);
  const start = performance.now();
  for (const item of items) work(item);
  return ((performance.now() - start) * 1000) / items.length;
}

/** The plain way: Dijkstra (1959) from one node until the other is reached. */
function plainSeconds(graph: StreetGraph, from: number, to: number, best: Float64Array): number {
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

function misspell(text: string, at: number): string {
  return `${text.slice(0, at)}x${text.slice(at + 1)}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
