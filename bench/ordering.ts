import {
  type OrderId,
  createIdSource,
  epochMs,
  idFromKey,
  keyOf,
  seededRandom,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import { setOnHand } from '@halfhour/platform/inventory';
import { selectImbalance } from '@halfhour/platform/ledger';
import { createMarkets } from '@halfhour/platform/markets';
import { type OrderChange, type Ordering, createOrdering } from '@halfhour/platform/ordering';
import { createTestProvider } from '@halfhour/platform/payments';
import { LIFE_CYCLES, PLACEMENTS, startPlatform } from './http.ts';
import { postgresCpuMicros } from './lib/cpu.ts';
import type { LoadPlan } from './lib/http-load.ts';
import { copyIntoPast, makePastMonths } from './lib/past-orders.ts';
import { COUNTED_STATEMENTS, resetStatements, tellStatements } from './lib/statements.ts';
import type { BenchOptions } from './run.ts';

/**
 * Orders a second on a durable Postgres (fsync and synchronous_commit on), load generator on the same machine.
 *
 * Through the command layer: whole life cycles (place two or three lines with stock, fees and tax, authorise, accept,
 * assign, ready, pick up, deliver with ledger, capture; every event in the outbox, every command with its key). The
 * peer is the same code with a command a transaction, eight at a time. Then over HTTP, each step by its own role.
 *
 * `npm run bench -- ordering [--json]` takes under two minutes. With `commands` or `http` it runs that part alone; with
 * `statements` as well it says where Postgres' time goes, which costs some of it. `--full [orders]` adds 2,000 stores, a sell-out, and the
 * growth up to that many past orders (10 million where none is given).
 */
const IN_FLIGHT = 1_024;
const PEER_IN_FLIGHT = 8;
const SWEEP_MS = 500;
const SIZE = { stores: 20, offersPerStore: 40, shoppers: 2_500, couriers: 1_000 };
const SELL_OUT = 300;
const PAST_DAYS = 365;
const PARTS = ['commands', 'http', 'statements'];

type Platform = Awaited<ReturnType<typeof startPlatform>>;

export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const seconds = full ? 15 : 8;
  const say = (line: string): void => void (json || console.log(line));
  if (args.some((each) => PARTS.includes(each))) return runParts(args, seconds, say);
  const platform = await startPlatform(SIZE);
  const figures = await withPlatform(platform, async () => {
    const grouped = openBench(platform, 1);
    await measure(grouped, 'warm up', IN_FLIGHT, 3);
    const lifecycles = await measure(grouped, 'life cycles', IN_FLIGHT, seconds);
    const oneByOne = await measure(openBench(platform, PEER_IN_FLIGHT), 'a command a transaction', 8, 5);
    const ratioToOneByOne = lifecycles.perSecond / oneByOne.perSecond;
    await requireSound(platform);
    say('Through the command layer:');
    if (!json) {
      console.table([lifecycles, oneByOne].map(row));
      say(
        `Grouped life cycles are ${ratioToOneByOne.toFixed(1)} times as many as a command a transaction.\n`,
      );
    }
    const http = await measureHttp(platform, seconds, say);
    return { lifecycles, ratioToOneByOne, ...http };
  });
  if (full) await runFull(Number(args[0] ?? 10_000_000), seconds, say);
  if (json) {
    console.log(
      JSON.stringify({
        lifecyclesPerSecond: Math.round(figures.lifecycles.perSecond),
        httpLifecyclesPerSecond: Math.round(figures.httpLifecyclesPerSecond),
        httpPlacementsPerSecond: Math.round(figures.httpPlacementsPerSecond),
        p99MsAtHalfLoad: Math.round(figures.p99MsAtHalfLoad * 10) / 10,
        cpuMicrosPerLifecycle: Math.round(figures.cpuMicrosPerLifecycle),
        ratioToOneByOne: Math.round(figures.ratioToOneByOne * 10) / 10,
      }),
    );
  }
}

/** What `run` measures, part by part, to see what a change does and why. */
async function runParts(
  parts: readonly string[],
  seconds: number,
  say: (line: string) => void,
): Promise<void> {
  const counts = parts.includes('statements');
  const platform = await startPlatform(SIZE, undefined, counts ? COUNTED_STATEMENTS : {});
  const counted = async (run: () => Promise<{ done: number; seconds: number }>): Promise<void> => {
    if (counts) await resetStatements(platform.db);
    const { done, seconds: took } = await run();
    if (counts) await tellStatements(platform.db, done, took);
  };
  await withPlatform(platform, async () => {
    if (parts.includes('commands')) {
      const bench = openBench(platform, 1);
      await measure(bench, 'warm up', IN_FLIGHT, 3);
      await counted(async () => {
        const figure = await measure(bench, 'life cycles', IN_FLIGHT, seconds);
        console.table([row(figure)]);
        return { done: figure.perSecond * seconds, seconds };
      });
    }
    if (parts.includes('http')) await measureHttp(platform, seconds, say, counted);
  });
}

async function withPlatform<T>(platform: Platform, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await platform.close();
  }
}

/** Over HTTP: placements, whole life cycles, and those at half of their rate. */
async function measureHttp(
  platform: Platform,
  seconds: number,
  say: (line: string) => void,
  counted: (run: () => Promise<{ done: number; seconds: number }>) => Promise<void> = async (run) =>
    void (await run()),
) {
  const closed: LoadPlan = {
    arrivals: { kind: 'closed', sessions: IN_FLIGHT },
    connections: IN_FLIGHT,
    warmUpSeconds: 3,
    seconds,
    patienceSeconds: 20,
  };
  const tell = (
    what: string,
    each: Awaited<ReturnType<Parameters<Parameters<Platform['serve']>[1]>[0]['measure']>>,
  ) =>
    say(
      `${what}: ${Math.round(each.perSecond)} a second; CPU µs each: app ${each.appMicros.toFixed(0)}, ` +
        `Postgres ${each.postgresMicros.toFixed(0)} (generator, not counted: ${each.generatorMicros.toFixed(0)})`,
    );
  let figures: { httpPlacementsPerSecond: number; httpLifecyclesPerSecond: number } & {
    p99MsAtHalfLoad: number;
    cpuMicrosPerLifecycle: number;
  } = {
    httpPlacementsPerSecond: 0,
    httpLifecyclesPerSecond: 0,
    p99MsAtHalfLoad: 0,
    cpuMicrosPerLifecycle: 0,
  };
  await platform.serve('real', async ({ measure: measureLoad }) => {
    const bench = {
      async measure(what: string, scenario: string, plan: LoadPlan) {
        let figures: Awaited<ReturnType<typeof measureLoad>> | undefined;
        await counted(async () => {
          figures = await measureLoad(what, scenario, plan);
          // With the warm-up, which is counted too.
          const whole = plan.warmUpSeconds + plan.seconds;
          return { done: figures.perSecond * whole, seconds: whole };
        });
        return figures!;
      },
    };
    const placements = await bench.measure('placements', PLACEMENTS, closed);
    tell('Placements over HTTP', placements);
    // Long enough for sessions that begin together to spread over the steps of their lives.
    const plan = { ...closed, warmUpSeconds: 6 };
    const whole = await bench.measure('life cycles', LIFE_CYCLES, plan);
    tell('Life cycles over HTTP', whole);
    const half = await bench.measure('half', LIFE_CYCLES, {
      ...plan,
      arrivals: { kind: 'open', perSecond: whole.perSecond / 2 },
    });
    tell('Life cycles over HTTP at half of that rate', half);
    const p99MsAtHalfLoad = Math.max(...Object.values(half.report.latency).map(({ p99Ms }) => p99Ms));
    say(`  the slowest step's p99 is ${p99MsAtHalfLoad.toFixed(1)} ms`);
    for (const { report } of [placements, whole, half]) {
      if (report.sessionsFailed + report.broken + report.unanswered > 0) {
        throw new Error(`not all were answered: ${JSON.stringify(report.statuses)}`);
      }
    }
    figures = {
      httpPlacementsPerSecond: placements.perSecond,
      httpLifecyclesPerSecond: whole.perSecond,
      p99MsAtHalfLoad,
      cpuMicrosPerLifecycle: whole.appMicros + whole.postgresMicros,
    };
  });
  return figures;
}

async function runFull(pastOrders: number, seconds: number, say: (line: string) => void): Promise<void> {
  const many = await startPlatform({ ...SIZE, stores: 2_000 });
  await withPlatform(many, async () => {
    const bench = openBench(many, 1);
    await measure(bench, 'warm up', IN_FLIGHT, 3);
    const figure = await measure(bench, '2,000 stores', IN_FLIGHT, seconds);
    console.table([row(figure)]);
    await requireSound(many);
    await sellOut(bench, say);
  });

  const marketId = createIdSource(systemNow, 901).next('mkt');
  const grown = await startPlatform({ ...SIZE, marketId }, (db) =>
    makePastMonths(db, marketId, Math.ceil(PAST_DAYS / 30) + 2),
  );
  await withPlatform(grown, async () => {
    const bench = openBench(grown, 1);
    await measure(bench, 'warm up', IN_FLIGHT, 3);
    const seeds = bench.delivered.slice(0, 500);
    const rows = [row(await measure(bench, 'no past orders', IN_FLIGHT, seconds))];
    let copies = 0;
    let there = 0;
    for (const wanted of [pastOrders / 10, pastOrders]) {
      const started = performance.now();
      const made = await copyIntoPast(grown.db, marketId, seeds, wanted - there, PAST_DAYS, copies);
      copies = made.copies;
      there += made.orders;
      // Else Postgres does it by itself while it is measured.
      await grown.db.query('vacuum analyze');
      await grown.db.query('checkpoint');
      const [size] = await grown.db.query<{ bytes: string }>(
        'select pg_database_size(current_database()) as bytes',
      );
      const gigabytes = Number(size!.bytes) / 1e9;
      say(
        `${there} past orders made in ${((performance.now() - started) / 1_000).toFixed(0)} s, ${gigabytes.toFixed(1)} GB`,
      );
      rows.push(row(await measure(bench, `${there} past orders`, IN_FLIGHT, seconds)));
    }
    console.table(rows);
  });
}

interface Bench {
  readonly platform: Platform;
  readonly orderings: readonly Ordering[];
  readonly courierId: Platform['market']['courierIds'][number];
  readonly shopperIds: readonly Parameters<Ordering['placeOrder']>[1]['shopperId'][];
  readonly delivered: OrderId[];
}

let benches = 0;

/** Several orderings share a database as several processes do; each with commands of its own. */
function openBench(platform: Platform, count: number): Bench {
  const { db, clock, estimate } = platform;
  const ids = createIdSource(systemNow, 910 + benches++);
  const orderings = Array.from({ length: count }, (_, index) =>
    createOrdering({
      db,
      clock,
      ticker: systemTicker,
      ids: count === 1 ? ids : createIdSource(systemNow, 920 + 10 * benches + index),
      random: seededRandom('codes'),
      markets: createMarkets({ db }),
      estimate,
      provider: createTestProvider({ clock, secret: 'bench', notify: () => {} }),
      onCommit: () => {},
    }),
  );
  return {
    platform,
    orderings,
    courierId: platform.market.courierIds[0]!,
    shopperIds: Array.from({ length: 1_000 }, () => ids.next('usr')),
    delivered: [],
  };
}

interface Figure {
  readonly what: string;
  readonly perSecond: number;
  readonly appMicros: number;
  readonly postgresMicros: number;
  readonly walBytes: number;
  readonly p50: number;
  readonly p99: number;
}

function row(figure: Figure): Record<string, string | number> {
  return {
    what: figure.what,
    'per second': Math.round(figure.perSecond),
    'CPU µs each': Math.round(figure.appMicros + figure.postgresMicros),
    app: Math.round(figure.appMicros),
    Postgres: Math.round(figure.postgresMicros),
    'WAL bytes each': Math.round(figure.walBytes),
    'placement p50 ms': figure.p50.toFixed(1),
    'p99 ms': figure.p99.toFixed(1),
  };
}

async function measure(bench: Bench, what: string, inFlight: number, seconds: number): Promise<Figure> {
  const { platform, orderings } = bench;
  const random = seededRandom(what);
  const walAt = async (): Promise<number> => {
    const [at] = await platform.db.query<{ bytes: string }>(
      `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`,
    );
    return Number(at!.bytes);
  };
  const walBefore = await walAt();
  const postgresBefore = await postgresCpuMicros(platform.postgresPid);
  const appBefore = process.cpuUsage();
  const started = performance.now();
  const until = started + seconds * 1_000;
  const latencies: number[] = [];
  let done = 0;
  let key = 0;
  let working = true;
  // What `serve` does every five seconds: captures.
  const sweeping = (async () => {
    while (working) {
      await orderings[0]!.sweep(platform.market.marketId);
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
    }
  })();
  const worker = async (_: unknown, index: number): Promise<void> => {
    const ordering = orderings[index % orderings.length]!;
    while (performance.now() < until) {
      const begin = performance.now();
      const orderId = await place(bench, ordering, random, `${what}-${key++}`);
      latencies.push(performance.now() - begin);
      await finish(bench, ordering, orderId);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  working = false;
  await sweeping;
  await orderings[0]!.sweep(platform.market.marketId);
  const elapsed = (performance.now() - started) / 1_000;
  const app = process.cpuUsage(appBefore);
  const postgres = (await postgresCpuMicros(platform.postgresPid)) - postgresBefore;
  latencies.sort((a, b) => a - b);
  return {
    what,
    perSecond: done / elapsed,
    appMicros: (app.user + app.system) / done,
    postgresMicros: postgres / done,
    walBytes: ((await walAt()) - walBefore) / done,
    p50: latencies[Math.floor(latencies.length * 0.5)]!,
    p99: latencies[Math.floor(latencies.length * 0.99)]!,
  };
}

async function place(
  { platform: { market }, shopperIds }: Bench,
  ordering: Ordering,
  random: ReturnType<typeof seededRandom>,
  key: string,
): Promise<OrderId> {
  const store = random.pick(market.stores);
  const shopperId = random.pick(shopperIds);
  const first = random.below(SIZE.offersPerStore - 3);
  const count = 2 + random.below(2);
  const placed = await ordering.placeOrder(market.marketId, {
    shopperId,
    command: { caller: shopperId, key, bodyHash: 'bench' },
    basket: {
      storeId: store.storeId,
      lines: store.offerIds
        .slice(first, first + count)
        .map((offerId) => ({ offerId, quantity: 1, options: [] })),
      address: market.address,
      tipMinor: 100,
    },
    // The prices of the bench market: 1,000 an article, 300 for delivery, 4 % for service; and a tip.
    expectedTotalMinor: count * 1_040 + 300 + 100,
    paymentMethod: 'test_approve',
  });
  if (!placed.ok) throw new Error(`refused: ${JSON.stringify(placed.error)}`);
  return placed.value.id;
}

async function finish(
  { platform: { market }, courierId, delivered }: Bench,
  ordering: Ordering,
  orderId: OrderId,
): Promise<void> {
  const changes: OrderChange[] = [
    { orderId, kind: 'accept', by: 'merchant' },
    {
      orderId,
      kind: 'assign',
      by: 'system',
      courierId,
      expectedDeliveryAt: epochMs(systemNow() + 1_200_000),
    },
    { orderId, kind: 'ready', by: 'merchant' },
    { orderId, kind: 'pick_up', by: 'courier', courierId },
    { orderId, kind: 'deliver', by: 'courier', courierId },
  ];
  for (const change of changes) {
    const changed = await ordering.change(market.marketId, change, {
      caller: courierId,
      key: `${orderId}-${change.kind}`,
      bodyHash: 'b',
    });
    if (!changed.ok) throw new Error(`refused: ${JSON.stringify(changed.error)}`);
  }
  delivered.push(orderId);
}

/** The books balance, and what was delivered is captured. */
async function requireSound({ db, market: { marketId } }: Platform): Promise<void> {
  const { sumMinor, unbalanced } = await selectImbalance(db, marketId);
  if (sumMinor !== 0 || unbalanced !== 0) throw new Error('the ledger does not balance');
  const [left] = await db.query<{ count: number }>(
    `select count(*)::int as count from payments.payment where state in ('authorising', 'capture_due', 'void_due')`,
  );
  if (left!.count > 0) throw new Error(`${left!.count} payments are not settled`);
}

/** 25,000 shoppers at an article with 300 left: how many decisions a second, and whether each was right. */
async function sellOut(bench: Bench, say: (line: string) => void): Promise<void> {
  const { platform, orderings, shopperIds } = bench;
  const { market, db, clock } = platform;
  const { storeId, offerIds } = market.stores[0]!;
  const [offer] = await db.query<{ article_id: string }>(
    `select article_id from catalogue.offer where market_id = $1 and offer_id = $2`,
    [keyOf(market.marketId), keyOf(offerIds[0]!)],
  );
  const articleId = idFromKey('art', offer!.article_id);
  await db.transaction((tx) =>
    setOnHand(tx, market.marketId, clock.now(), [{ storeId, articleId, onHand: SELL_OUT }]),
  );
  const shoppers = 25_000;
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 1_024 }, async (_, worker) => {
      const outcomes: string[] = [];
      for (let index = worker; index < shoppers; index += 1_024) {
        const shopperId = shopperIds[index % shopperIds.length]!;
        const placed = await orderings[0]!.placeOrder(market.marketId, {
          shopperId,
          command: { caller: shopperId, key: `sell-out-${index}`, bodyHash: 'bench' },
          basket: {
            storeId,
            lines: [{ offerId: offerIds[0]!, quantity: 1, options: [] }],
            address: market.address,
            tipMinor: 0,
          },
          expectedTotalMinor: 1_040 + 300,
          paymentMethod: 'test_approve',
        });
        outcomes.push(placed.ok ? 'sold' : placed.error.code);
      }
      return outcomes;
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  const counts = new Map<string, number>();
  for (const outcome of answers.flat()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (counts.get('sold') !== SELL_OUT || counts.get('out_of_stock') !== shoppers - SELL_OUT) {
    throw new Error(`sell-out: ${JSON.stringify([...counts])}`);
  }
  say(
    `Sell-out: ${Math.round(shoppers / seconds)} decisions a second, ${SELL_OUT} of ${SELL_OUT} sold, none refused before.`,
  );
}
