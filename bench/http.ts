import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { type Order, ROUTES } from '@halfhour/contract';
import { ScaledClock, createIdSource, ok, systemNow, systemTicker } from '@halfhour/kernel';
import { type Database, openDatabase, migrate, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import { MODULES_FOLDER } from '@halfhour/platform/testing';
import { openCityMap } from '../apps/server/src/city-maps.ts';
import { bodySchema } from '../apps/server/src/http/schemas.ts';
import { createLog } from '../apps/server/src/log.ts';
import { createPlatform } from '../apps/server/src/platform.ts';
import { startServer } from '../apps/server/src/start-server.ts';
import { createAssigner } from './lib/assigner.ts';
import { type BenchMarket, type BenchMarketSize, insertBenchMarket } from './lib/bench-market.ts';
import { postgresCpuMicros, postgresPidOf } from './lib/cpu.ts';
import { type LoadGenerator, type LoadPlan, type LoadReport, startLoadGenerator } from './lib/http-load.ts';
import type { BenchOptions } from './run.ts';
import type { PlacementParameters } from './scenarios/placements.ts';

/**
 * Orders a second over HTTP, with the load generator in a process of its own on the same machine and Postgres
 * durable (fsync and synchronous_commit on). The layer alone: authentication, access, validation, Idempotency-Key,
 * log, metrics and answer around a handler that answers the same order at once. Then placements, then whole life
 * cycles, each step by its own role, then life cycles at half that rate for the percentiles.
 *
 * `npm run bench -- http [layer] [placements] [lifecycles]` runs the parts named, all where none is.
 */
export const PLACEMENTS = new URL('scenarios/placements.ts', import.meta.url).href;
export const LIFE_CYCLES = new URL('scenarios/life-cycles.ts', import.meta.url).href;
const SIZE = { stores: 20, offersPerStore: 40, shoppers: 2_500, couriers: 1_000 };
const PARTS = ['layer', 'placements', 'lifecycles'];

interface Figures {
  readonly what: string;
  readonly perSecond: number;
  readonly appMicros: number;
  readonly postgresMicros: number;
  readonly generatorMicros: number;
  readonly report: LoadReport;
}

export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const parts = args.length === 0 ? PARTS : args;
  const seconds = full ? 20 : 6;
  const platform = await startPlatform();
  try {
    const figures: Figures[] = [];
    const closed = (sessions: number): LoadPlan => ({
      arrivals: { kind: 'closed', sessions },
      connections: sessions,
      warmUpSeconds: 3,
      seconds,
      patienceSeconds: 20,
    });
    const show = (each: Figures): Figures => {
      figures.push(each);
      if (!json) print(each);
      return each;
    };
    if (parts.includes('layer')) {
      await platform.serve('plain', (plain) =>
        platform.serve('stubbed', async (layer) => {
          // By turns and the least of each: what else the machine does meanwhile shows in all others.
          const turns: { plain: Figures; layer: Figures }[] = [];
          for (let turn = 0; turn < (full ? 30 : 8); turn++) {
            const plan = { ...closed(64), warmUpSeconds: turn === 0 ? 3 : 0.3, seconds: 0.7 };
            turns.push({
              plain: await plain.measure('plain Fastify with ajv, placements', PLACEMENTS, plan),
              layer: await layer.measure('HTTP layer alone, placements', PLACEMENTS, plan),
            });
          }
          const least = (each: Figures[]): Figures =>
            each.toSorted((one, other) => one.appMicros - other.appMicros)[0]!;
          show(least(turns.map((turn) => turn.plain)));
          show(least(turns.map((turn) => turn.layer)));
        }),
      );
    }
    await platform.serve('real', async (bench) => {
      if (parts.includes('placements')) show(await bench.measure('placements', PLACEMENTS, closed(1_024)));
      if (parts.includes('lifecycles')) {
        // Long enough for sessions that begin together to spread over the steps of their lives.
        const plan = { ...closed(1_024), warmUpSeconds: 6 };
        const whole = show(await bench.measure('life cycles', LIFE_CYCLES, plan));
        const half: LoadPlan = {
          ...plan,
          arrivals: { kind: 'open', perSecond: whole.perSecond / 2 },
        };
        show(await bench.measure('life cycles at half the rate', LIFE_CYCLES, half));
      }
    });
    if (json) console.log(JSON.stringify(figures.map(({ report, ...each }) => ({ ...each, ...report }))));
  } finally {
    await platform.close();
  }
}

function print({ what, perSecond, appMicros, postgresMicros, generatorMicros, report }: Figures): void {
  const micros = (value: number): string => value.toFixed(1);
  console.log(
    `${what}: ${Math.round(perSecond)} a second; CPU µs each: app ${micros(appMicros)}, ` +
      `Postgres ${micros(postgresMicros)}, generator ${micros(generatorMicros)}`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(report.latency).map(([kind, { count, p50Ms, p99Ms, maxMs }]) => [
        kind,
        { count, 'p50 ms': p50Ms.toFixed(1), 'p99 ms': p99Ms.toFixed(1), 'max ms': maxMs.toFixed(1) },
      ]),
    ),
  );
  const { statuses, sessionsFailed, broken, unanswered, withoutRetryAfter } = report;
  console.log({ statuses, sessionsFailed, broken, unanswered, withoutRetryAfter });
}

interface Measuring {
  readonly url: string;
  /** `more` goes to the scenario with what it always gets. */
  measure(what: string, scenario: string, plan: LoadPlan, more?: object): Promise<Figures>;
}

/** The peer of the layer: Fastify with the body's schema in ajv, and none of the rest. */
async function servePlain(market: BenchMarket, use: (url: string) => Promise<void>): Promise<void> {
  const app = fastify();
  const answer = exampleOrder(market);
  app.post(
    '/v1/markets/:marketId/orders',
    { schema: { body: bodySchema(ROUTES.placeOrder.body) } },
    async (_, reply) => reply.code(201).send(answer),
  );
  try {
    await use(await app.listen({ host: '127.0.0.1', port: 0 }));
  } finally {
    await app.close();
  }
}

/**
 * The platform on a durable Postgres of its own, with a market for benchmarks.
 *
 * @param prepare runs on the empty, migrated database
 * @param settings of Postgres, beside those of a server of its size
 */
export async function startPlatform(
  size: BenchMarketSize = SIZE,
  prepare: (db: Database) => Promise<void> = () => Promise.resolve(),
  settings: Readonly<Record<string, string>> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-bench-'));
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({
    folder,
    settings: { shared_buffers: '2GB', max_wal_size: '8GB', ...settings },
  });
  const db = openDatabase({ connection: postgres.connection, maxConnections: 10 });
  const migrated = await migrate(db, MODULES_FOLDER);
  if (!migrated.ok) throw new Error(migrated.error.message);
  await prepare(db);
  const clock = new ScaledClock(systemTicker, systemNow());
  const market = await insertBenchMarket(db, createIdSource(systemNow, 901), clock, size);
  const log = createLog({
    level: 'info',
    destination: createWriteStream(join(folder, 'log')),
  });
  const composed = createPlatform({ db, clock, wallClock: clock, node: 902, openCityMap, log });
  await composed.maps.pin(
    market.marketId,
    market.stores.map(({ place }) => place),
  );
  const assigner = createAssigner({ clock, market, delivery: composed.delivery });
  const postgresPid = await postgresPidOf(folder);
  let runs = 0;

  async function measure(
    load: LoadGenerator,
    what: string,
    scenario: string,
    plan: LoadPlan,
    more: object = {},
  ): Promise<Figures> {
    let app = process.cpuUsage();
    let appMicros = 0;
    let postgresBefore = Promise.resolve(0);
    let postgresAfter = Promise.resolve(0);
    const report = await load.run({
      scenario,
      plan,
      parameters: { ...parametersOf(market, `run-${runs++}`), ...more },
      onMessage: assigner,
      onCounting: () => {
        app = process.cpuUsage();
        postgresBefore = postgresCpuMicros(postgresPid);
      },
      onCounted: () => {
        const { user, system } = process.cpuUsage(app);
        appMicros = user + system;
        postgresAfter = postgresCpuMicros(postgresPid);
      },
    });
    const each = (micros: number): number => micros / report.sessionsEnded;
    return {
      what,
      perSecond: report.sessionsEnded / report.seconds,
      appMicros: each(appMicros),
      postgresMicros: each((await postgresAfter) - (await postgresBefore)),
      generatorMicros: each(report.generatorCpuMicros),
      report,
    };
  }

  async function withLoad(url: string, use: (bench: Measuring) => Promise<void>): Promise<void> {
    const load = await startLoadGenerator(url);
    try {
      await use({ url, measure: (what, scenario, plan, more) => measure(load, what, scenario, plan, more) });
    } finally {
      await load.close();
    }
  }

  return {
    db,
    clock,
    market,
    postgresPid,
    estimate: composed.maps.estimate,
    startMarkets: composed.startMarkets,
    async serve(
      handler: 'real' | 'stubbed' | 'plain',
      use: (bench: Measuring) => Promise<void>,
    ): Promise<void> {
      if (handler === 'plain') return servePlain(market, (url) => withLoad(url, use));
      // Made once, as for the peer: what putting it together takes is not the layer's.
      const order = exampleOrder(market);
      const handlers =
        handler === 'real'
          ? composed.handlers
          : { ...composed.handlers, placeOrder: () => Promise.resolve(ok(order)) };
      const server = await startServer(
        { role: 'all', host: '127.0.0.1', port: 0, webFolder: folder, trustProxy: undefined, traces: false },
        { ...composed, handlers },
        log,
      );
      try {
        await withLoad(server.url, use);
      } finally {
        await server.stop();
      }
    },
    async close(): Promise<void> {
      await composed.close();
      await db.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function parametersOf(market: BenchMarket, runName: string): PlacementParameters {
  return {
    path: market.path,
    run: `${runName}-${Date.now().toString(36)}`,
    shoppers: market.shopperTokens,
    stores: market.stores.map(({ storeId, offerIds }) => ({ storeId, offerIds })),
    address: market.address,
    expectedTotalMinor: 2_000 + 300 + 80,
    merchants: market.merchantTokens,
    couriers: market.courierTokens,
  } as PlacementParameters;
}

/** What a placement of two lines answers. */
function exampleOrder({ marketId, stores, address }: BenchMarket): Order {
  const { storeId, offerIds } = stores[0]!;
  const line = {
    offerId: offerIds[0]!,
    articleId: offerIds[0]!.replace('off', 'art') as never,
    names: { en: 'Article' },
    quantity: 1,
    unitPriceMinor: 1_000,
    options: [],
    totalMinor: 1_000,
    taxMinor: 180,
  };
  return {
    id: storeId.replace('sto', 'ord') as never,
    marketId,
    storeId,
    storeName: 'Store 0',
    shopperId: storeId.replace('sto', 'usr') as never,
    state: 'placed',
    lines: [line, line],
    address,
    currency: 'EUR',
    itemsMinor: 2_000,
    deliveryFeeMinor: 300,
    serviceFeeMinor: 80,
    tipMinor: 0,
    taxMinor: 428,
    totalMinor: 2_380,
    promise: { earliest: '2026-11-23T12:10:00.000Z', latest: '2026-11-23T12:25:00.000Z' },
    placedAt: '2026-11-23T12:00:00.000Z',
    refundedMinor: 0,
    deliveryCode: '0000',
  };
}
