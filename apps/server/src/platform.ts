import { randomBytes, randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { ClockState } from '@halfhour/contract';
import type { CityMap } from '@halfhour/engines/city';
import { createDispatchEngine, defaultPolicy } from '@halfhour/engines/dispatch';
import {
  type Clock,
  DAY_MS,
  HOUR_MS,
  type IdSource,
  type MarketId,
  type Random,
  SECOND_MS,
  addMs,
  createIdSource,
  err,
  ok,
  seededRandom,
  sleep,
  systemNow,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import { createCatalogue, createCatalogueRoutes } from '@halfhour/platform/catalogue';
import { forgetCommands } from '@halfhour/platform/commands';
import { createCourierRoutes, createCouriers } from '@halfhour/platform/couriers';
import { createDelivery, createDeliveryRoutes } from '@halfhour/platform/delivery';
import { createDispatcher } from '@halfhour/platform/dispatch';
import { createEventFeed } from '@halfhour/platform/events';
import { type Identity, createIdentity, createIdentityRoutes } from '@halfhour/platform/identity';
import { createLedgerRoutes } from '@halfhour/platform/ledger';
import { createLive, createLiveRoutes } from '@halfhour/platform/live';
import { type Maps, createMapRoutes, createMaps } from '@halfhour/platform/maps';
import { type MarketRecord, createMarketRoutes, createMarkets } from '@halfhour/platform/markets';
import { createOrdering, createOrderingRoutes } from '@halfhour/platform/ordering';
import { createTestProvider } from '@halfhour/platform/payments';
import type { Database } from '@halfhour/platform/postgres';
import { createStoreRoutes, createStores, selectAllStores } from '@halfhour/platform/stores';
import { createWebhookRoutes, createWebhooks } from '@halfhour/platform/webhooks';
import type { ModuleHandlers } from './http/bind-routes.ts';
import type { GaugeSource } from './http/metrics.ts';
import type { ReadinessChecks } from './http/operations.ts';

export interface PlatformOptions {
  readonly db: Database;
  /** The markets' clock: the wall's, or a simulated one. */
  readonly clock: Clock;
  /** The wall's: sessions and keys belong to people. */
  readonly wallClock: Clock;
  /** 0 to 1023, another one for each process on one database. */
  readonly node: number;
  readonly openCityMap: (source: string) => Promise<CityMap>;
  /** Present where the clock is a simulated one that the operator may change. */
  readonly clockControl?: { readonly speed: () => number; readonly setSpeed: (speed: number) => void };
  /** Whether webhooks may go over http and into private networks: for development. */
  readonly privateWebhooks?: boolean;
  readonly log: Logger;
}

/** The platform over its database, ready to be served. */
export interface Platform {
  readonly ids: IdSource;
  readonly identity: Identity;
  readonly maps: Maps;
  readonly handlers: ModuleHandlers;
  readonly checks: ReadinessChecks;
  readonly gauges: readonly GaugeSource[];
  /** Begins the work of a market that nobody asks for: dispatch, payments, ends of shifts. */
  startMarket(marketId: MarketId): Promise<void>;
  /** Does so for all markets. */
  startMarkets(): Promise<void>;
  /** Ends the work, lets running commands commit, writes what is only in memory. The database stays open. */
  close(): Promise<void>;
}

const FEED_POLL_MS = 100;
const SWEEP_SECONDS = 5;
const SHIFT_SECONDS = 30;
const DISPATCH_SECONDS = 20;
/** Idempotency keys are promised for 24 hours. */
const COMMANDS_KEPT_MS = DAY_MS + HOUR_MS;
const FORGET_LIMIT = 50_000;

/** Puts the modules together: the one place that knows them all. */
export function createPlatform(options: PlatformOptions): Platform {
  const { db, clock, wallClock, log } = options;
  const ticker = systemTicker;
  const ids = createIdSource(systemNow, options.node);
  const failed = (what: string) => (error: unknown) =>
    log.error({ event: 'work_failed', what, err: error }, `could not ${what}`);

  const feed = createEventFeed(db, ticker, FEED_POLL_MS);
  const onCommit = feed.poke;
  const markets = createMarkets({ db });
  const maps = createMaps({ markets, open: options.openCityMap });
  const identity = createIdentity({ db, clock: wallClock, ids, secrets: { bytes: randomBytes } });
  const stores = createStores({ db, clock, ids });
  const catalogue = createCatalogue({ db, clock, ids });
  const couriers = createCouriers({ db, clock, ids, ticker, onError: failed('write positions') });
  const provider = createTestProvider({
    clock,
    // The provider lives in this process, so its signatures need not outlive it.
    secret: randomBytes(32).toString('hex'),
    notify: (marketId, body) => {
      ordering.receiveNotification(marketId, 'test', body).catch(failed('take a payment notification'));
    },
  });
  const ordering = createOrdering({
    db,
    clock,
    ticker,
    ids,
    random: secureRandom,
    markets,
    estimate: maps.estimate,
    provider,
    onCommit,
  });
  const delivery = createDelivery({ db, clock, ids, ordering, markets, onCommit });
  const clockState = (): ClockState => ({
    now: toRfc3339(clock.now()),
    speed: options.clockControl?.speed() ?? 1,
    adjustable: options.clockControl !== undefined,
  });
  const live = createLive({
    db,
    clock,
    ticker,
    feed,
    couriers,
    markets,
    clockState,
    onError: failed('follow a market'),
  });

  const webhooks = createWebhooks({
    db,
    clock,
    wallClock,
    ticker,
    ids,
    random: secureRandom,
    secrets: { bytes: randomBytes },
    development: options.privateWebhooks === true,
    onCommit,
    onError: failed('send webhooks'),
  });

  const handlers: ModuleHandlers = {
    ...createMarketRoutes(markets),
    ...createMapRoutes({ maps, markets }),
    ...createStoreRoutes({ db, clock, markets, stores }),
    ...createCatalogueRoutes({ db, catalogue }),
    ...createOrderingRoutes({ db, ordering }),
    ...createCourierRoutes({ db, couriers }),
    ...createDeliveryRoutes({ db, delivery }),
    ...createLiveRoutes({ db, clock, live }),
    ...createLedgerRoutes(db),
    ...createIdentityRoutes(identity),
    ...createWebhookRoutes(webhooks),
    async getClock({ params }) {
      const market = await markets.get(params.marketId);
      return market === undefined ? err({ code: 'not_found' }) : ok(clockState());
    },
    async setClockSpeed({ params, body }) {
      if ((await markets.get(params.marketId)) === undefined) return err({ code: 'not_found' });
      if (options.clockControl === undefined) {
        return err({ code: 'wrong_state', detail: 'This market runs on the wall clock.' });
      }
      options.clockControl.setSpeed(body.speed);
      return ok(clockState());
    },
  };

  const working = new AbortController();
  const work: Promise<void>[] = [];
  const started = new Set<MarketId>();

  /** Repeats `run` in `by`'s time until the platform closes; a failure is logged and tried again. */
  function every(by: Clock, seconds: number, what: string, run: () => Promise<unknown>): void {
    const loop = async (): Promise<void> => {
      while (!working.signal.aborted) {
        await run().catch(failed(what));
        // Rejects only when the work ends.
        await sleep(by, seconds * SECOND_MS, working.signal).catch(() => undefined);
      }
    };
    work.push(loop());
  }

  every(wallClock, 3_600, 'forget what is old', async () => {
    await db.transaction((tx) => forgetCommands(tx, addMs(clock.now(), -COMMANDS_KEPT_MS), FORGET_LIMIT));
    await identity.forgetExpired(FORGET_LIMIT);
    for (const marketId of started) {
      while ((await webhooks.forget(marketId, FORGET_LIMIT)) >= FORGET_LIMIT && !working.signal.aborted);
    }
  });

  async function dispatch(market: MarketRecord): Promise<void> {
    const map = await maps.load(market.id);
    const dispatcher = createDispatcher({
      db,
      clock,
      marketId: market.id,
      // The same after a crash, so that the process that is started again need not wait for the lease to expire;
      // its new fencing token shuts out whatever the one before has sent.
      holder: `node-${options.node}`,
      markets,
      ordering,
      delivery,
      couriers,
      travel: { nodeOf: map.nodeOf, seconds: map.travel.seconds, metres: map.travel.metres },
      // Where couriers wait for work is theirs to choose.
      policy: { ...defaultPolicy, prepositionWithinSeconds: 0 },
      createEngine: (policy) => createDispatchEngine(policy, seededRandom(market.id)),
      onCommit,
      onError: failed('dispatch'),
      onViolations: (violations) =>
        log.error(
          { event: 'plan_refused', marketId: market.id, violations: violations.slice(0, 5) },
          'plan refused',
        ),
      options: { tickSeconds: DISPATCH_SECONDS },
    });
    work.push(
      dispatcher.run(working.signal, (report) => {
        if (report.assigned + report.updated + report.refused > 0) {
          log.debug({ event: 'dispatched', marketId: market.id, ...report }, 'dispatched');
        }
      }),
    );
  }

  async function startMarket(marketId: MarketId): Promise<void> {
    const market = await markets.get(marketId);
    if (market === undefined || started.has(marketId)) return;
    started.add(marketId);
    const all = await selectAllStores(db, marketId);
    await maps.pin(
      marketId,
      all.map((store) => store.address),
    );
    every(clock, SWEEP_SECONDS, 'settle payments', () => ordering.sweep(marketId));
    every(clock, SHIFT_SECONDS, 'end shifts', () => couriers.endDueShifts(marketId));
    work.push(
      delivery.followCancellations(marketId, feed, {
        signal: working.signal,
        onError: failed('take cancelled orders off routes'),
      }),
    );
    work.push(webhooks.run(marketId, working.signal));
    await dispatch(market);
    await live.view(marketId);
  }

  return {
    ids,
    identity,
    maps,
    handlers,
    checks: { postgres: async () => (await db.query('select 1 as one')).length === 1 },
    gauges: [
      {
        name: 'halfhour_ordering_commands_pending',
        help: 'Ordering commands that wait or run',
        read: () => [{ value: ordering.pending }],
      },
      {
        name: 'halfhour_database_connections',
        help: 'Connections of the pool',
        labelNames: ['state'],
        read: () => [
          { labels: { state: 'idle' }, value: db.pool.idleCount },
          { labels: { state: 'busy' }, value: db.pool.totalCount - db.pool.idleCount },
        ],
      },
      {
        name: 'halfhour_database_waiting',
        help: 'Statements that wait for a connection',
        read: () => [{ value: db.pool.waitingCount }],
      },
    ],
    startMarket,
    async startMarkets() {
      for (const market of await markets.list()) await startMarket(market.id);
    },
    async close() {
      working.abort();
      await Promise.allSettled(work);
      await ordering.drained();
      await live.close();
      await couriers.close();
      webhooks.close();
    },
  };
}

/** Randomness of the operating system, for delivery codes: nobody can foresee them. */
const secureRandom: Random = {
  next: () => randomInt(2 ** 47) / 2 ** 47,
  below: (limit) => randomInt(limit),
  pick: (items) => items[randomInt(items.length)]!,
  fork: () => secureRandom,
};
