import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type OrderId, ScaledClock, createIdSource, keyOf, systemNow, systemTicker } from '@halfhour/kernel';
import { type Database, openDatabase } from '@halfhour/platform/postgres';
import { type LoadPlan, type LoadReport, startLoadGenerator } from '../../bench/lib/http-load.ts';
import type { Placed, PlacementParameters } from '../../bench/scenarios/placements.ts';
import { migrateDatabase, startDatabase } from '../../apps/server/src/database.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { readSettings } from '../../apps/server/src/settings.ts';
import { type CityMarket, DOOR, insertCityMarket } from '../acceptance/city-market.ts';
import { send } from '../acceptance/platform.ts';
import { dataFolder, startHalfhour } from '../halfhour-process.ts';

/** `HALFHOUR_TEST_OVERLOAD_SECONDS=60` for a longer look at memory, `…_TIMES=10` for more of it. */
const SECONDS = Number(process.env['HALFHOUR_TEST_OVERLOAD_SECONDS'] ?? 5);
const TIMES = Number(process.env['HALFHOUR_TEST_OVERLOAD_TIMES'] ?? 3);
const START_MS = 60_000;
/** More than the server lets in (2,000), so that it is the server that refuses. */
const CONNECTIONS = 3_000;
const PATIENCE_SECONDS = 60;
/** What 2,000 requests in flight with their bodies and answers, 3,000 connections and the log may take. */
const MAX_GROWTH_MEGABYTES = 512;

const folder = await dataFolder();
const market = await prepare();
const server = startHalfhour(['serve', '--data', folder, '--port', '0']);
const [url] = await server.printed(/http:\/\/127\.0\.0\.1:\d+/, START_MS);
const load = await startLoadGenerator(url);
const placed: (readonly [key: string, orderId: string])[] = [];
let expectedTotalMinor = 0;
after(async () => {
  await load.close();
  server.send('SIGTERM');
  await server.ended(START_MS);
});

test('under more than it can carry the server serves what it can and refuses the rest at once', async (t) => {
  expectedTotalMinor = await askTotal();
  const before = await run('before', { kind: 'closed', sessions: 256 });
  const megabytesBefore = await peakMegabytes(server.pid);
  assertAllPlaced(before);
  const capacity = goodput(before);

  const probing = new AbortController();
  const probes = probe(probing.signal);
  const over = await run('over', { kind: 'open', perSecond: capacity * TIMES });
  probing.abort();
  const refusals = (await probes).filter(({ status }) => status === 503).map(({ ms }) => ms);
  refusals.sort((a, b) => a - b);
  const megabytes = await peakMegabytes(server.pid);
  const afterwards = await run('after', { kind: 'closed', sessions: 256 });
  t.diagnostic(
    JSON.stringify({
      capacity: Math.round(capacity),
      goodput: Math.round(goodput(over)),
      capacityAfterwards: Math.round(goodput(afterwards)),
      statuses: over.statuses,
      latency: over.latency,
      refusedMs: [refusals.length, refusals[Math.floor(refusals.length / 2)]],
      megabytes: [megabytesBefore, megabytes],
    }),
  );

  assert.deepEqual([over.broken, over.unanswered], [0, 0], 'every request is answered');
  assert.equal(over.withoutRetryAfter, 0, 'whoever is refused is told when to come back');
  assert.deepEqual(
    Object.keys(over.statuses).filter((status) => !['201', '429', '503'].includes(status)),
    [],
  );
  assert.ok((over.statuses['503'] ?? 0) > 0, 'it was more than the server lets in');
  // The machine may have got slower for another reason meanwhile, which the load afterwards tells.
  // A collapse is what this finds. How much is served beside the refusals depends on what else the machine does: the
  // line above tells.
  const least = Math.min(capacity, goodput(afterwards)) / 10;
  assert.ok(goodput(over) >= least, `${goodput(over)} a second are fewer than ${least}`);
  const refusedMs = refusals[Math.floor(refusals.length / 2)];
  assert.ok(refusedMs !== undefined, 'a request of somebody else was refused, too');
  assert.ok(refusedMs < over.latency['place']!.p50Ms, 'to be refused takes less time than to be served');
  assert.ok(megabytes < megabytesBefore + MAX_GROWTH_MEGABYTES, `${megabytesBefore} grew to ${megabytes} MB`);
  assertAllPlaced(afterwards);
  const health = await send<{ status: string }>(url, { method: 'GET', path: '/health/ready' });
  assert.equal(health.body.status, 'ready');
});

test('every order that was acknowledged is there once, and none of those that were refused', async () => {
  assert.equal(new Set(placed.map(([key]) => key)).size, placed.length);
  const ids = new Set(placed.map(([, orderId]) => keyOf(orderId as OrderId)));
  assert.equal(ids.size, placed.length, 'no two placements share an order');
  const db = openFolder();
  try {
    const rows = await db.query<{ order_id: string }>(
      'select order_id from ordering.order where market_id = $1',
      [keyOf(market.marketId)],
    );
    assert.deepEqual(
      rows.filter(({ order_id }) => !ids.has(order_id)),
      [],
      'refused means that nothing was changed',
    );
    assert.equal(rows.length, ids.size, 'an acknowledged order is lost');
  } finally {
    await db.close();
  }
});

/**
 * What somebody meets who comes by a connection of its own while the load runs, one request after the other. (In the load
 * itself requests wait for each other's connections, whatever becomes of them.)
 */
async function probe(signal: AbortSignal): Promise<{ readonly status: number; readonly ms: number }[]> {
  const answers: { status: number; ms: number }[] = [];
  while (!signal.aborted) {
    const began = performance.now();
    const { status } = await send(url, { method: 'GET', path: market.path });
    answers.push({ status, ms: performance.now() - began });
  }
  return answers;
}

async function prepare(): Promise<CityMarket> {
  const log = createLog({ level: 'silent' });
  const database = await startDatabase(readSettings({ data: folder }, {}), log);
  try {
    await migrateDatabase(database.db, log);
    const clock = new ScaledClock(systemTicker, systemNow());
    // The server is node 0; ids of both must not meet.
    return await insertCityMarket(database.db, createIdSource(systemNow, 1), clock.now(), {
      shoppers: 500,
      riceOnHand: 10_000_000,
      oilOnHand: 10_000_000,
    });
  } finally {
    await database.close();
  }
}

async function askTotal(): Promise<number> {
  const lines = [market.rice, market.oil].map(({ offerId }) => ({ offerId, quantity: 1 }));
  const body = { storeId: market.shopId, lines, address: DOOR };
  const quoted = await send<{ totalMinor: number }>(url, {
    method: 'POST',
    path: `${market.path}/quotes`,
    body,
  });
  assert.equal(quoted.status, 200, JSON.stringify(quoted.body));
  return quoted.body.totalMinor;
}

function run(name: string, arrivals: LoadPlan['arrivals']): Promise<LoadReport> {
  const parameters: PlacementParameters = {
    path: market.path,
    run: `${name}-${process.pid}`,
    shoppers: market.shoppers.map(({ token }) => token),
    stores: [{ storeId: market.shopId, offerIds: [market.rice.offerId, market.oil.offerId] }],
    address: DOOR,
    expectedTotalMinor,
    tellPlaced: true,
  };
  return load.run({
    scenario: new URL('../../bench/scenarios/placements.ts', import.meta.url).href,
    parameters,
    plan: {
      arrivals,
      connections: arrivals.kind === 'closed' ? arrivals.sessions : CONNECTIONS,
      warmUpSeconds: 2,
      seconds: SECONDS,
      patienceSeconds: PATIENCE_SECONDS,
    },
    onMessage: (message) => placed.push(...(message as Placed).placed),
  });
}

/** Orders a second. */
function goodput(report: LoadReport): number {
  return (report.latency['place']?.count ?? 0) / report.seconds;
}

function assertAllPlaced(report: LoadReport): void {
  assert.deepEqual(Object.keys(report.statuses), ['201']);
  assert.deepEqual([report.broken, report.unanswered], [0, 0]);
}

/** The most memory that a process has had so far. Linux. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1_024);
}

function openFolder(): Database {
  return openDatabase({
    connection: { host: join(folder, 'postgres'), database: 'halfhour', user: 'halfhour' },
    maxConnections: 2,
  });
}
