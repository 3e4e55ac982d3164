import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type LatLng, distanceMetres, normal, seededRandom } from '@halfhour/kernel';
import { type Contender, geokdbushContender, h3Contender, indexContender } from './lib/nearest-contenders.ts';
import { startPlatform } from './http.ts';
import { postgresCpuMicros } from './lib/cpu.ts';
import type { LoadPlan } from './lib/http-load.ts';
import { runSocketLoad } from './lib/socket-load.ts';
import type { BenchOptions } from './run.ts';
import { FLEET, POINTS } from './scenarios/points.ts';

/**
 * Where couriers are. `index`: 100,000 of them in a city of 40 km, half of them around twenty centres, who move by up
 * to 30 m a report: updates a second, nearest-ten queries a second, and ten updates to a query, of the index and of two
 * peers on the same places, on one core.
 *
 * `intake`: points of 2,500 couriers on shift into the real server on a durable Postgres with dispatch and live view
 * running and an operator's map open, 20,000 a second over each way and as many as come in over HTTP, with the CPU time
 * of server, Postgres and clients apart.
 *
 * `npm run bench -- positions [index] [intake] [--full] [--json]`
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
  const parts = args.length === 0 ? ['index', 'intake'] : args;
  const figures: Record<string, unknown> = {};
  if (parts.includes('index')) figures['index'] = measureIndexes(full ? 10 : 3, json);
  if (parts.includes('intake')) figures['intake'] = await measureIntake(full ? 20 : 6, json);
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

const POINTS_SCENARIO = new URL('scenarios/points.ts', import.meta.url).href;
const RATE = 20_000;

interface IntakeFigures {
  readonly way: string;
  readonly pointsPerSecond: number;
  /** CPU time of a point, in microseconds. */
  readonly serverMicros: number;
  readonly postgresMicros: number;
  readonly clientMicros: number;
  /** Requests or sockets that failed, and messages that were not taken. */
  readonly failed: number;
}

async function measureIntake(seconds: number, json: boolean): Promise<IntakeFigures[]> {
  const platform = await startPlatform({ stores: 20, offersPerStore: 1, shoppers: 10, couriers: 2_500 });
  const { market, db, postgresPid } = platform;
  const figures: IntakeFigures[] = [];
  const show = (each: IntakeFigures): void => {
    figures.push(each);
    if (json) return;
    const core = (micros: number): string => ((micros * each.pointsPerSecond) / 10_000).toFixed(0);
    console.log(
      `${each.way}: ${Math.round(each.pointsPerSecond).toLocaleString('en')} points a second, ${each.failed} failed; ` +
        `CPU µs each: server ${each.serverMicros.toFixed(1)}, Postgres ${each.postgresMicros.toFixed(1)}, ` +
        `clients ${each.clientMicros.toFixed(1)}; the server has ${core(each.serverMicros)} % of a core`,
    );
  };
  try {
    await platform.startMarkets();
    await platform.serve('real', async ({ url, measure }) => {
      const watcher = fork(join(import.meta.dirname, 'lib/market-watcher.ts'), [
        `${url}${market.path}/stream`,
        market.operatorToken,
      ]);
      const overHttp = async (way: 'courier' | 'fleet', arrivals: LoadPlan['arrivals'], what: string) => {
        const points = way === 'fleet' ? FLEET : POINTS;
        const plan = { arrivals, connections: 256, warmUpSeconds: 5, seconds, patienceSeconds: 10 };
        const { courierIds, courierTokens, operatorToken } = market;
        const more = { way, courierIds, couriers: courierTokens, operator: operatorToken };
        const each = await measure(what, POINTS_SCENARIO, plan, more);
        const { statuses, broken, unanswered } = each.report;
        const refused = Object.entries(statuses).map(([status, count]) => (status === '200' ? 0 : count));
        show({
          way: what,
          pointsPerSecond: each.perSecond * points,
          serverMicros: each.appMicros / points,
          postgresMicros: each.postgresMicros / points,
          clientMicros: each.generatorMicros / points,
          failed: refused.reduce((sum, count) => sum + count, broken + unanswered),
        });
      };
      const open = (perSecond: number) => ({ kind: 'open' as const, perSecond });
      // First without a rate, so that keys and couriers are known by the time that one is kept.
      const closed = (sessions: number) => ({ kind: 'closed' as const, sessions });
      await overHttp('courier', closed(256), `HTTP, ${POINTS} points, all that come in`);
      await overHttp('fleet', closed(4), `HTTP, ${FLEET} couriers, all that come in`);
      await overHttp('courier', open(RATE / POINTS), `HTTP, ${POINTS} points of a courier a request`);
      await overHttp('fleet', open(RATE / FLEET), `HTTP, ${FLEET} couriers a request`);
      show(await overSockets(url, seconds));
      watcher.kill();
    });
    const [row] = await db.query<{ stale: number }>(
      `select count(*)::int as stale from couriers.position where written_at < clock_timestamp() - interval '10 seconds'`,
    );
    if (row!.stale > 0) throw new Error(`${row!.stale} positions were not written`);
  } finally {
    await platform.close();
  }
  return figures;

  async function overSockets(url: string, counted: number): Promise<IntakeFigures> {
    let app = process.cpuUsage();
    let appMicros = 0;
    let postgresBefore = Promise.resolve(0);
    let postgresAfter = Promise.resolve(0);
    const report = await runSocketLoad(
      {
        url: url.replace('http', 'ws'),
        sockets: market.courierIds.map((courierId, index) => ({
          path: `${market.path}/couriers/${courierId}/positions/socket`,
          token: market.courierTokens[index]!,
        })),
        messagesPerSecond: RATE,
        warmUpSeconds: 5,
        seconds: counted,
      },
      {
        onCounting() {
          app = process.cpuUsage();
          postgresBefore = postgresCpuMicros(postgresPid);
        },
        onCounted() {
          const { user, system } = process.cpuUsage(app);
          appMicros = user + system;
          postgresAfter = postgresCpuMicros(postgresPid);
        },
      },
    );
    const each = (micros: number): number => micros / report.sent;
    return {
      way: `WebSocket, ${market.courierIds.length} sockets, a point a message`,
      // Where it lags behind, what it takes is less than what was sent.
      pointsPerSecond: report.sent / Math.max(report.seconds, report.seconds + report.drainSeconds - 1),
      serverMicros: each(appMicros),
      postgresMicros: each((await postgresAfter) - (await postgresBefore)),
      clientMicros: each(report.generatorCpuMicros),
      failed: report.told + report.closed,
    };
  }
}
