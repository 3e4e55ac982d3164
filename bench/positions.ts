import { type LatLng, distanceMetres, normal, seededRandom } from '@halfhour/kernel';
import { type Contender, geokdbushContender, h3Contender, indexContender } from './lib/nearest-contenders.ts';
import type { BenchOptions } from './run.ts';

/**
 * Where couriers are. `index`: 100,000 of them in a city of 40 km, half of them around twenty centres, who move by up
 * to 30 m a report: updates a second, nearest-ten queries a second, and ten updates to a query, of the index and of two
 * peers on the same places, on one core.
 *
 * `npm run bench -- positions [index] [--full] [--json]`
 */
const COURIERS = 100_000;
const SPAN_METRES = 40_000;
const CENTRE: LatLng = { lat: -34.88, lng: -56.16 };
const METRES_PER_DEGREE = 111_195;
const MOVES = 2 ** 18;
const LIMIT = 10;
const UPDATES_A_QUERY = 10;
const CHECKED = 200;
const CHUNK = 200;

interface IndexFigures {
  readonly name: string;
  readonly updatesPerSecond: number;
  readonly queriesPerSecond: number;
  /** Operations a second, ten updates to each query. */
  readonly mixPerSecond: number;
  /** Queries whose answers are as near as those that looking at all gives. */
  readonly exactPercent: number;
}

export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const parts = args.length === 0 ? ['index'] : args;
  const figures: Record<string, unknown> = {};
  if (parts.includes('index')) figures['index'] = measureIndexes(full ? 10 : 3, json);
  if (json) console.log(JSON.stringify(figures));
}

function measureIndexes(seconds: number, json: boolean): IndexFigures[] {
  const { places, moves, asked } = drawCity();
  const figures = [
    indexContender(CENTRE, SPAN_METRES, places),
    h3Contender(places),
    geokdbushContender(places),
  ].map((contender) => measureIndex(contender, places, moves, asked, seconds));
  if (!json) {
    const ours = figures[0]!;
    const rate = (value: number, of: number): string =>
      `${Math.round(value).toLocaleString('en')} (${(of / value).toFixed(1)})`;
    console.log(`${COURIERS} couriers; in brackets how many times as many the position index does`);
    console.table(
      Object.fromEntries(
        figures.map((each) => [
          each.name,
          {
            'updates/s': rate(each.updatesPerSecond, ours.updatesPerSecond),
            'nearest ten/s': rate(each.queriesPerSecond, ours.queriesPerSecond),
            'ten to one/s': rate(each.mixPerSecond, ours.mixPerSecond),
            'exact %': each.exactPercent.toFixed(1),
          },
        ]),
      ),
    );
  }
  return figures;
}

interface Moves {
  readonly things: Int32Array;
  readonly places: readonly LatLng[];
}

function measureIndex(
  contender: Contender,
  start: readonly LatLng[],
  moves: Moves,
  asked: readonly LatLng[],
  seconds: number,
): IndexFigures {
  let moved = 0;
  let answered = 0;
  const update = (): void => {
    const at = moved++ % MOVES;
    contender.move(moves.things[at]!, moves.places[at]!);
  };
  const ask = (): void => void contender.nearest(asked[answered++ % asked.length]!, LIMIT);

  for (let at = 0; at < MOVES; at++) update();
  contender.rebuild?.();
  const now = [...start];
  for (let at = 0; at < MOVES; at++) now[moves.things[at]!] = moves.places[at]!;
  let exact = 0;
  for (const place of asked.slice(0, CHECKED)) {
    const metres = now.map((each) => distanceMetres(each, place));
    const truth = Float64Array.from(metres).sort()[LIMIT - 1]!;
    const found = contender.nearest(place, LIMIT).map((thing) => metres[thing]!);
    // The index counts in whole metres of a plane.
    if (found.length === LIMIT && Math.max(...found) <= truth * 1.005 + 2) exact += 1;
  }
  return {
    name: contender.name,
    updatesPerSecond: rateOf(contender, seconds, 1, update),
    queriesPerSecond: rateOf(contender, seconds, 1, ask),
    mixPerSecond: rateOf(contender, seconds, UPDATES_A_QUERY + 1, () => {
      for (let each = 0; each < UPDATES_A_QUERY; each++) update();
      ask();
    }),
    exactPercent: (100 * exact) / CHECKED,
  };
}

/** Operations a second, the rebuilds of each second among them; the first second is not counted. */
function rateOf(contender: Contender, seconds: number, operations: number, once: () => void): number {
  let done = 0;
  let began = 0;
  for (let second = 0; second <= seconds; second++) {
    const until = performance.now() + 1_000;
    if (second === 1) [done, began] = [0, until - 1_000];
    contender.rebuild?.();
    while (performance.now() < until) {
      for (let each = 0; each < CHUNK; each++) once();
      done += CHUNK * operations;
    }
  }
  return (done / (performance.now() - began)) * 1_000;
}

function drawCity() {
  const random = seededRandom('bench-positions');
  const place = (north: number, east: number): LatLng => ({
    lat: CENTRE.lat + north / METRES_PER_DEGREE,
    lng: CENTRE.lng + east / METRES_PER_DEGREE / Math.cos((CENTRE.lat * Math.PI) / 180),
  });
  const anywhere = (): number => (random.next() - 0.5) * SPAN_METRES;
  const centres = Array.from({ length: 20 }, () => [anywhere(), anywhere()] as const);
  const draw = (): LatLng => {
    if (random.below(2) === 0) return place(anywhere(), anywhere());
    const [north, east] = random.pick(centres);
    return place(north + normal(random, 0, 2_000), east + normal(random, 0, 2_000));
  };
  const places = Array.from({ length: COURIERS }, draw);
  const now = [...places];
  const things = new Int32Array(MOVES);
  const step = (): number => (random.next() - 0.5) * (60 / METRES_PER_DEGREE);
  const moved = Array.from({ length: MOVES }, (_, at): LatLng => {
    const thing = random.below(COURIERS);
    things[at] = thing;
    const { lat, lng } = now[thing]!;
    return (now[thing] = { lat: lat + step(), lng: lng + step() });
  });
  return { places, moves: { things, places: moved }, asked: Array.from({ length: 5_000 }, draw) };
}
