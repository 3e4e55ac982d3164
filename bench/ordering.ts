import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type OfferId,
  type OrderId,
  type StoreId,
  type UserId,
  ScaledClock,
  basisPoints,
  circlePolygon,
  createIdSource,
  currency,
  epochMs,
  seededRandom,
  systemNow,
  systemTicker,
} from '@halfhour/kernel';
import { insertArticles, insertOffers } from '@halfhour/platform/catalogue';
import { setOnHand } from '@halfhour/platform/inventory';
import { selectImbalance } from '@halfhour/platform/ledger';
import { createMarkets, insertMarket } from '@halfhour/platform/markets';
import { type OrderChange, createOrdering } from '@halfhour/platform/ordering';
import { createTestProvider } from '@halfhour/platform/payments';
import { type Database, migrate, openDatabase, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';
import { MODULES_FOLDER } from '@halfhour/platform/testing';
import type { BenchOptions } from './run.ts';

/**
 * Orders a second through the command layer, on a durable Postgres (fsync and synchronous_commit on), load
 * generator in the same process: placements alone, then whole life cycles (place two lines with stock, pay,
 * accept, ready, pick up, deliver with ledger). The peer is the same code with one command at a time, which
 * is one transaction an order.
 */
const STORES = 20;
const PLACE = { lat: -34.9, lng: -56.16 };

export async function run({ json, full }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-bench-'));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({
    folder,
    settings: { shared_buffers: '2GB', max_wal_size: '8GB' },
  });
  const db = openDatabase({ connection: server.connection, maxConnections: 6 });
  try {
    const migrated = await migrate(db, MODULES_FOLDER);
    if (!migrated.ok) throw new Error(migrated.error.message);
    const bench = await setUp(db);
    const seconds = full ? 20 : 6;
    const serverPid = Number(
      (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0],
    );
    await measure(bench, 'warm up', 512, 3, false, serverPid);
    const placements = await measure(bench, 'placements', 1_024, seconds, false, serverPid);
    const lifecycles = await measure(bench, 'life cycles', 1_024, seconds, true, serverPid);
    const oneByOne = await measure(bench, 'one at a time', 1, seconds, true, serverPid);
    const { sumMinor, unbalanced } = await selectImbalance(db, bench.marketId);
    if (sumMinor !== 0 || unbalanced !== 0) throw new Error('the ledger does not balance');
    const ratioToOneByOne = lifecycles.perSecond / oneByOne.perSecond;
    if (json) {
      console.log(
        JSON.stringify({
          placementsPerSecond: Math.round(placements.perSecond),
          lifecyclesPerSecond: Math.round(lifecycles.perSecond),
          cpuMicrosPerLifecycle: Math.round(lifecycles.cpuMicros),
          ratioToOneByOne: Math.round(ratioToOneByOne * 10) / 10,
        }),
      );
    } else {
      console.table(
        [placements, lifecycles, oneByOne].map((each) => ({
          what: each.what,
          'per second': Math.round(each.perSecond),
          'CPU µs each': Math.round(each.cpuMicros),
          'of it app': Math.round(each.appMicros),
          'p50 ms': each.p50.toFixed(1),
          'p99 ms': each.p99.toFixed(1),
        })),
      );
      console.log(`grouped life cycles are ${ratioToOneByOne.toFixed(1)} times as many as one at a time`);
    }
  } finally {
    await db.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function setUp(db: Database) {
  const clock = new ScaledClock(systemTicker, systemNow());
  const ids = createIdSource(() => systemNow(), 1);
  const marketId = ids.next('mkt');
  const merchantId = ids.next('mer');
  const stores = Array.from({ length: STORES }, () => {
    const storeId = ids.next('sto');
    return {
      storeId,
      offers: Array.from({ length: 40 }, () => ({ offerId: ids.next('off'), articleId: ids.next('art') })),
    };
  });
  await db.transaction(async (tx) => {
    await insertMarket(tx, {
      id: marketId,
      slug: 'bench',
      name: 'Bench',
      currency: currency('UYU'),
      timeZone: 'UTC',
      languages: ['en'],
      centre: PLACE,
      bounds: { south: -35, west: -57, north: -34, east: -56 },
      attribution: '',
      mapSource: 'synthetic:1',
      policy: {
        commissionBp: basisPoints(2_000),
        serviceFeeBp: basisPoints(400),
        deliveryFeeMinor: 300,
        deliveryFeePerKmMinor: 100,
        freeDistanceMetres: 2_000,
        taxBp: { standard: basisPoints(2_200), reduced: basisPoints(1_000), exempt: basisPoints(0) },
        courierPayPerOrderMinor: 400,
        courierPayPerKmMinor: 50,
        promiseWindowSeconds: 900,
        paymentExpirySeconds: 600,
      },
    });
    await insertMerchants(tx, marketId, [{ id: merchantId, name: 'Bench' }]);
    await insertStores(
      tx,
      marketId,
      stores.map(({ storeId }, index) => ({
        id: storeId,
        marketId,
        merchantId,
        name: `Store ${index}`,
        kind: 'shop' as const,
        address: { label: `Street ${index}`, ...PLACE },
        status: 'open' as const,
        hours: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 })),
        zone: circlePolygon(PLACE, 3_000),
        preparationSeconds: 600,
        minimumOrderMinor: 0,
      })),
    );
    const all = stores.flatMap(({ storeId, offers }) => offers.map((offer) => ({ storeId, ...offer })));
    await insertArticles(
      tx,
      marketId,
      all.map(({ articleId }) => ({
        id: articleId,
        names: { en: 'Article' },
        category: 'All',
        taxClass: 'standard' as const,
      })),
    );
    await insertOffers(
      tx,
      marketId,
      all.map(({ offerId, storeId, articleId }) => ({
        id: offerId,
        storeId,
        articleId,
        priceMinor: 1_000,
        available: true,
        countsStock: true,
        optionGroups: [],
      })),
    );
    await setOnHand(
      tx,
      marketId,
      clock.now(),
      all.map(({ storeId, articleId }) => ({ storeId, articleId, onHand: 10_000_000 })),
    );
  });
  const ordering = createOrdering({
    db,
    clock,
    ticker: systemTicker,
    ids,
    random: seededRandom('codes'),
    markets: createMarkets({ db }),
    estimate: () => ({ metres: 1_200, seconds: 240 }),
    provider: createTestProvider({ clock, secret: 'bench', notify: () => {} }),
    onCommit: () => {},
  });
  return {
    db,
    ids,
    marketId,
    stores,
    ordering,
    courierId: ids.next('cou'),
    shoppers: Array.from({ length: 1_000 }, () => ids.next('usr')),
  };
}

type Bench = Awaited<ReturnType<typeof setUp>>;

async function measure(
  bench: Bench,
  what: string,
  inFlight: number,
  seconds: number,
  whole: boolean,
  serverPid: number,
) {
  const random = seededRandom(what);
  const started = performance.now();
  const until = started + seconds * 1_000;
  const appBefore = process.cpuUsage();
  const postgresBefore = await postgresCpuMicros(serverPid);
  const latencies: number[] = [];
  let done = 0;
  let key = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const begin = performance.now();
      const orderId = await place(bench, random, `${what}-${key++}`);
      latencies.push(performance.now() - begin);
      if (whole) await finish(bench, orderId);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const elapsed = (performance.now() - started) / 1_000;
  const app = process.cpuUsage(appBefore);
  const appMicros = (app.user + app.system) / done;
  const postgresMicros = ((await postgresCpuMicros(serverPid)) - postgresBefore) / done;
  latencies.sort((a, b) => a - b);
  return {
    what,
    perSecond: done / elapsed,
    cpuMicros: appMicros + postgresMicros,
    appMicros,
    p50: latencies[Math.floor(latencies.length * 0.5)]!,
    p99: latencies[Math.floor(latencies.length * 0.99)]!,
  };
}

async function place(bench: Bench, random: ReturnType<typeof seededRandom>, key: string): Promise<OrderId> {
  const store: { storeId: StoreId; offers: { offerId: OfferId }[] } = random.pick(bench.stores);
  const shopperId: UserId = random.pick(bench.shoppers);
  const first = random.below(40);
  const lines = [first, (first + 1 + random.below(38)) % 40].map((index) => ({
    offerId: store.offers[index]!.offerId,
    quantity: 1,
    options: [],
  }));
  const placed = await bench.ordering.placeOrder(bench.marketId, {
    shopperId,
    command: { caller: shopperId, key, bodyHash: 'bench' },
    basket: {
      storeId: store.storeId,
      lines,
      address: { label: 'Door', lat: PLACE.lat + 0.004, lng: PLACE.lng },
      tipMinor: 0,
    },
    expectedTotalMinor: 2_000 + 300 + 80,
    paymentMethod: 'test_approve',
  });
  if (!placed.ok) throw new Error(`refused: ${JSON.stringify(placed.error)}`);
  return placed.value.id;
}

async function finish({ ordering, marketId, courierId }: Bench, orderId: OrderId): Promise<void> {
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
    const changed = await ordering.change(marketId, change, {
      caller: courierId,
      key: `${orderId}-${change.kind}`,
      bodyHash: 'b',
    });
    if (!changed.ok) throw new Error(`refused: ${JSON.stringify(changed.error)}`);
  }
}

/** CPU time of Postgres, its ended backends included. Linux: /proc in ticks of 10 ms. */
async function postgresCpuMicros(serverPid: number): Promise<number> {
  let ticks = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isServer = Number(entry) === serverPid;
    if (!isServer && Number(fields[1]) !== serverPid) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
    if (isServer) ticks += Number(fields[13]) + Number(fields[14]);
  }
  return ticks * 10_000;
}
