import { randomBytes, randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { ClockState } from '@halfhour/contract';
import type { CityMap } from '@halfhour/engines/city';
import { createDispatchEngine, defaultPolicy } from '@halfhour/engines/dispatch';
import {
  type Clock,
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  type IdSource,
  MINUTE_MS,
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
import { createAuditRoutes } from '@halfhour/platform/audit';
import { createCatalogue, createCatalogueRoutes, createHandlingRoutes } from '@halfhour/platform/catalogue';
import { forgetCommands } from '@halfhour/platform/commands';
import { createDiscoveryRoutes } from '@halfhour/platform/discovery';
import { createCourierRoutes, createCouriers, createEquipmentRoutes } from '@halfhour/platform/couriers';
import { type Delivery, createDelivery, createDeliveryRoutes } from '@halfhour/platform/delivery';
import { createDispatchRoutes, createDispatcher } from '@halfhour/platform/dispatch';
import { createEventFeed } from '@halfhour/platform/events';
import { type Identity, createIdentity, createIdentityRoutes } from '@halfhour/platform/identity';
import { createLedgerRoutes, rollUp } from '@halfhour/platform/ledger';
import { createLive, createLiveRoutes } from '@halfhour/platform/live';
import { type Maps, type Roads, RoadTable, createMapRoutes, createMaps } from '@halfhour/platform/maps';
import {
  type MarketRecord,
  createMarketRoutes,
  createMarkets,
  selectMoved,
} from '@halfhour/platform/markets';
import { createOrdering, createOrderingRoutes } from '@halfhour/platform/ordering';
import {
  createCashProvider,
  createCashRoutes,
  createPaymentRoutes,
  createPostgresBooks,
  createStripeProvider,
  createTestProvider,
  createWalletProvider,
  recheckDifferences,
  reconcile,
  reconcilePayouts,
  watchFloats,
} from '@halfhour/platform/payments';
import { type Database, ensurePartitions } from '@halfhour/platform/postgres';
import { createPromiseRoutes, createPromises, readMarket } from '@halfhour/platform/promises';
import { releaseWork, takeWork } from '@halfhour/platform/processes';
import { createSandboxRoutes } from '@halfhour/platform/sandbox';
import {
  createEmbeddedPayoutProvider,
  createSettlementRoutes,
  createSettlements,
} from '@halfhour/platform/settlements';
import { createSlotRoutes, forgetSlots } from '@halfhour/platform/slots';
import { createStoreRoutes, createStores, selectAllStores } from '@halfhour/platform/stores';
import { createSupportRoutes, expireCompensations } from '@halfhour/platform/support';
import { createWalletRoutes, createWallets } from '@halfhour/platform/wallet';
import { createTariffRoutes, createTariffs } from '@halfhour/platform/tariffs';
import { createWayRoutes } from '@halfhour/platform/ways';
import { createWebhookRoutes, createWebhooks } from '@halfhour/platform/webhooks';
import { type BetweenProcesses, joinProcesses } from './between-processes.ts';
import type { ModuleHandlers } from './http/bind-routes.ts';
import type { GaugeSource } from './http/metrics.ts';
import type { ReadinessChecks } from './http/operations.ts';
import type { Link } from './nats-link.ts';
import type { Role } from './settings.ts';

export interface PlatformOptions {
  readonly db: Database;
  /** The markets' clock: the wall's, or a simulated one. */
  readonly clock: Clock;
  /** The wall's: sessions and keys belong to people. */
  readonly wallClock: Clock;
  /** 0 to 1023, another one for each process on one database. */
  readonly node: number;
  /** `api` leaves the work that nobody asks for to others, `worker` keeps no live views; `all` unless given. */
  readonly role?: Role;
  /** To other processes on this database; they find all in Postgres where absent. */
  readonly link?: Link;
  readonly openCityMap: (source: string) => Promise<CityMap>;
  /** A service that knows ways, asked before the own streets. */
  readonly outsideRoads?: Roads;
  /** Present where the clock is a simulated one that the operator may change. */
  readonly clockControl?: { readonly speed: () => number; readonly setSpeed: (speed: number) => void };
  /** Whether webhooks may go over http and into private networks: for development. */
  readonly privateWebhooks?: boolean;
  /** Payments go through Stripe; through the embedded test provider where absent. */
  readonly stripe?: { readonly secretKey: string; readonly webhookSecret: string };
  /** Whether the embedded payment provider keeps books, to be reconciled with ours: a row for each capture. */
  readonly testBooks?: boolean;
  readonly log: Logger;
}

/** The platform over its database, ready to be served. */
export interface Platform {
  readonly ids: IdSource;
  readonly identity: Identity;
  readonly maps: Maps;
  readonly delivery: Delivery;
  readonly handlers: ModuleHandlers;
  readonly checks: ReadinessChecks;
  readonly gauges: readonly GaugeSource[];
  /** Begins what the role does for all markets, and within seconds for each that is made later. */
  startMarkets(): Promise<void>;
  /** Ends the work, lets running commands commit, writes what is only in memory. The database stays open. */
  close(): Promise<void>;
}

const FEED_POLL_MS = 100;
/** How long the positions that another process was told may take to be seen here; with a link they come at once. */
const POSITIONS_MS = SECOND_MS;
const POSITIONS_WITH_LINK_MS = 10 * SECOND_MS;
const MARKETS_SECONDS = 2;
const LEAST_WORK_LEASE_SECONDS = 15;
const SWEEP_SECONDS = 5;
const RECONCILE_SECONDS = 600;
const SHIFT_SECONDS = 30;
const CREDIT_SECONDS = 60;
const PROPOSAL_SECONDS = 60;
/** Credits and proposals that expire in one transaction; what is left is taken back the next time. */
const CREDIT_LIMIT = 500;
const ROLL_UP_SECONDS = 5;
/** Runs by schedule begin, and payouts are sent, so soon. */
const SETTLE_SECONDS = 30;
const LEARN_SECONDS = 10;
/** What was learned and decided elsewhere is known here so many real seconds later. */
const PROMISES_SECONDS = 5;
/** A tariff is known everywhere long before it starts, a minute after it was made at the earliest. */
const TARIFFS_SECONDS = 5;
/** A courier of whom nothing was heard for so long is taken to have lost the phone, or the will. */
const SILENT_MS = 10 * MINUTE_MS;
const DISPATCH_SECONDS = 20;
/** How long a round of dispatch may search: a process that also answers requests must not let them wait for long. */
const SEARCH_MS = { all: 100, worker: 1_000 };
/** The partitions of next month are there for a month before they are needed. */
const PARTITIONS_SECONDS = 6 * 3_600;
/** Idempotency keys are promised for 24 hours. */
const COMMANDS_KEPT_MS = DAY_MS + HOUR_MS;
const FORGET_SECONDS = 3_600;
const FORGET_LIMIT = 50_000;

/** Puts the modules together: the one place that knows them all. */
export function createPlatform(options: PlatformOptions): Platform {
  const { db, clock, wallClock, log, link } = options;
  const role = options.role ?? 'all';
  // The same after a crash where the number is, so that the process that is started again need not wait for leases
  // to expire; the new fencing token of a dispatcher shuts out whatever the one before has sent.
  const holder = `node-${options.node}`;
  const ticker = systemTicker;
  const ids = createIdSource(systemNow, options.node);
  const failed = (what: string) => (error: unknown) =>
    log.error({ event: 'work_failed', what, err: error }, `could not ${what}`);

  const feed = createEventFeed(db, ticker, FEED_POLL_MS);
  const onCommit = (marketId?: MarketId): void => {
    feed.poke(marketId);
    others?.committed(marketId);
  };
  const markets = createMarkets({ db });
  const { outsideRoads } = options;
  const maps = createMaps({
    markets,
    open: options.openCityMap,
    clock,
    onError: failed('make streets'),
    ...(outsideRoads === undefined
      ? {}
      : {
          outside: {
            roads: outsideRoads,
            elapsedMs: () => ticker.elapsedMs(),
            onError: (error: unknown) =>
              log.warn(
                { event: 'roads_failed', err: error },
                'the own streets stand in for the road service',
              ),
          },
        }),
  });
  const identity = createIdentity({ db, clock: wallClock, ids, secrets: { bytes: randomBytes } });
  const stores = createStores({ db, clock, ids });
  const catalogue = createCatalogue({ db, clock, ids });
  const couriers = createCouriers({ db, clock, ids, ticker, onError: failed('write positions') });
  const others: BetweenProcesses | undefined =
    link === undefined
      ? undefined
      : joinProcesses({
          link,
          clock,
          ticker,
          feed,
          couriers,
          serves: (marketId) => started.has(marketId),
        });
  const testProvider = createTestProvider({
    clock,
    // The provider lives in this process, so its signatures need not outlive it.
    secret: randomBytes(32).toString('hex'),
    ...(options.testBooks === true ? { books: createPostgresBooks(db, clock) } : {}),
    notify: (marketId, body) => {
      ordering.receiveNotification(marketId, 'test', body).catch(failed('take a payment notification'));
    },
  });
  // Where real money is taken nothing is given for a test method.
  const provider =
    options.stripe === undefined
      ? testProvider
      : createStripeProvider({ ...options.stripe, clock: wallClock, ticker, send: fetch });
  const promises = createPromises({ db, clock, markets, onCommit });
  const tariffs = createTariffs({ db, clock, ids, markets, estimate: maps.estimate, onCommit });
  const wallets = createWallets({ db, clock, ids });
  const ordering = createOrdering({
    db,
    clock,
    ticker,
    ids,
    random: secureRandom,
    markets,
    estimate: maps.estimate,
    promises,
    tariffs,
    provider,
    otherProviders: [createCashProvider(db), createWalletProvider(db, wallets)],
    onCommit,
  });
  const delivery = createDelivery({ db, clock, ticker, ids, ordering, markets, onCommit });
  const support = { db, clock, ids, markets, ordering, wallets, onCommit };
  const settlements = createSettlements({
    db,
    clock,
    ids,
    markets,
    // Nobody is told that they were paid by one that moves no money, where real money is taken.
    provider: options.stripe === undefined ? createEmbeddedPayoutProvider() : undefined,
    onCommit,
  });
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
    shortage: promises.shown,
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

  const reconciling = { db, clock, ticker, ids, providers: [provider], onCommit };

  const moved = new Map<MarketId, string>();
  const handlers = refuseMoved(moved, {
    ...createMarketRoutes(markets),
    ...createMapRoutes({ maps, markets }),
    ...createDiscoveryRoutes({
      db,
      clock,
      markets,
      promises,
      tariffs,
      estimate: maps.estimate,
      cards: options.stripe === undefined ? 'test' : 'stripe',
    }),
    ...createStoreRoutes({ db, clock, markets, stores }),
    ...createSlotRoutes({ db, clock, markets }),
    ...createCatalogueRoutes({ db, catalogue }),
    ...createHandlingRoutes({ db, clock, onCommit }),
    ...createEquipmentRoutes({ db, clock, onCommit }),
    ...createOrderingRoutes({ db, clock, ordering }),
    ...createPaymentRoutes(reconciling),
    ...createCashRoutes({ ...reconciling, markets }),
    ...createPromiseRoutes({ db, promises }),
    ...createTariffRoutes({ clock, tariffs }),
    ...createCourierRoutes({ db, couriers }),
    ...createDeliveryRoutes({
      db,
      clock,
      ids,
      ordering,
      markets: promises.paying,
      onCommit,
      delivery,
      estimate: maps.estimate,
    }),
    ...createDispatchRoutes({ db, clock, markets, onCommit }),
    ...createWayRoutes({ db, couriers, delivery, maps }),
    ...createLiveRoutes({ db, clock, live }),
    ...createWalletRoutes({ db, markets }),
    ...createAuditRoutes({ db }),
    ...createLedgerRoutes({ db, clock, ids, markets, onCommit }),
    ...createSupportRoutes(support),
    ...createSettlementRoutes(settlements),
    ...createIdentityRoutes(identity),
    ...createWebhookRoutes(webhooks),
    ...createSandboxRoutes({ db, clock, markets, ordering, delivery, couriers, estimate: maps.estimate }),
    async getClock({ params }) {
      const market = await markets.get(params.marketId);
      return market === undefined ? err({ code: 'not_found' }) : ok(clockState());
    },
    async getMarketTime({ params }) {
      const market = await markets.get(params.marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const { now, speed } = clockState();
      return ok({ now, speed });
    },
    async setClockSpeed({ params, body }) {
      if ((await markets.get(params.marketId)) === undefined) return err({ code: 'not_found' });
      if (options.clockControl === undefined) {
        return err({ code: 'wrong_state', detail: 'This market runs on the wall clock.' });
      }
      options.clockControl.setSpeed(body.speed);
      return ok(clockState());
    },
  });

  const working = new AbortController();
  const work: Promise<void>[] = [];
  const started = new Set<MarketId>();
  /** Ends the work of a market that has moved away. */
  const stops = new Map<MarketId, AbortController>();

  /** Repeats `run` in `by`'s time until the platform closes; a failure is logged and tried again. */
  function every(
    by: Clock,
    seconds: number,
    what: string,
    run: () => Promise<unknown>,
    signal: AbortSignal = working.signal,
  ): void {
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        await run().catch(failed(what));
        // Rejects only when the work ends.
        await sleep(by, seconds * SECOND_MS, signal).catch(() => undefined);
      }
    };
    work.push(loop());
  }

  /** Like `every`, in one process at a time; what is done must bear that two do it at once all the same. */
  function everyAlone(
    by: Clock,
    seconds: number,
    what: string,
    marketId: MarketId | undefined,
    run: () => Promise<unknown>,
  ): void {
    const claim = { marketId, name: what, holder, seconds: Math.max(2 * seconds, LEAST_WORK_LEASE_SECONDS) };
    every(
      by,
      seconds,
      what,
      async () => {
        if (await takeWork(db, claim)) await run();
      },
      marketId === undefined ? undefined : stops.get(marketId)?.signal,
    );
  }

  async function dispatch(market: MarketRecord, signal: AbortSignal): Promise<void> {
    const map = await maps.load(market.id);
    const streetsAt = (now: EpochMs) => {
      const { seconds, metres } = map.travelAt(now);
      return { nodeOf: map.nodeOf, seconds, metres, plane: map.plane };
    };
    const table =
      outsideRoads === undefined ? undefined : new RoadTable(outsideRoads, () => ticker.elapsedMs());
    const dispatcher = createDispatcher({
      db,
      clock,
      marketId: market.id,
      holder,
      // Couriers are paid as a shortage says.
      markets: promises.paying,
      ordering,
      delivery,
      couriers,
      // How fast anybody is at most is known of the own streets alone.
      travelAt: (now) => table?.over(streetsAt(now)) ?? streetsAt(now),
      ...(table === undefined
        ? {}
        : { learnWays: (now, ways) => table.learn(streetsAt(now), now, ways).catch(failed('learn ways')) }),
      // Where couriers wait for work is theirs to choose.
      policy: { ...defaultPolicy, prepositionWithinSeconds: 0 },
      createEngine: (policy) => createDispatchEngine(policy, seededRandom(market.id)),
      searchTime: { ticker, milliseconds: role === 'worker' ? SEARCH_MS.worker : SEARCH_MS.all },
      onCommit,
      onError: failed('dispatch'),
      onLeftOut: (subject, message) =>
        log.warn(
          { event: 'left_out', marketId: market.id, subject, message },
          'dispatch cannot plan with it',
        ),
      onViolations: (violations) =>
        log.error(
          { event: 'plan_refused', marketId: market.id, violations: violations.slice(0, 5) },
          'plan refused',
        ),
      options: {
        tickSeconds: DISPATCH_SECONDS,
        // A phone reports by real seconds, however fast the market's day goes.
        silentAfterMs: () => SILENT_MS * Math.max(1, options.clockControl?.speed() ?? 1),
      },
    });
    // One after the other; the database stays open until the last one is done.
    let observed = Promise.resolve();
    const running = dispatcher.run(signal, (report) => {
      const { memory } = dispatcher;
      if (report.role === 'leader' && memory !== undefined) {
        const { orders, couriers: onShift } = memory;
        const reading = readMarket(orders.values(), onShift.size, report.unassigned, report.at);
        observed = observed
          .then(() => promises.observe(market.id, reading))
          .catch(failed('look for a shortage'));
      }
      if (report.assigned + report.updated + report.refused > 0) {
        log.debug({ event: 'dispatched', marketId: market.id, ...report }, 'dispatched');
      }
    });
    // At its end it gives its lease back, which a market that has moved refuses.
    work.push(running.catch(failed('end dispatch')).then(() => observed));
  }

  /** Begins what the role does for a market, once; what can fail comes first, so that a failure begins nothing. */
  async function startMarket(market: MarketRecord): Promise<void> {
    const { id: marketId } = market;
    if (started.has(marketId)) return;
    const all = await selectAllStores(db, marketId);
    await maps.pin(
      marketId,
      all.map((store) => store.address),
    );
    await promises.follow(marketId);
    await tariffs.follow(marketId);
    if (role !== 'worker') await live.view(marketId);
    if (working.signal.aborted) return;
    started.add(marketId);
    const stop = new AbortController();
    stops.set(marketId, stop);
    const { signal } = stop;
    work.push(
      couriers.followPositions(marketId, {
        signal,
        everyMs: () => (link?.connected === true ? POSITIONS_WITH_LINK_MS : POSITIONS_MS),
        onError: failed('follow positions'),
      }),
    );
    every(wallClock, PROMISES_SECONDS, 'follow promises', () => promises.follow(marketId), signal);
    every(wallClock, TARIFFS_SECONDS, 'follow tariffs', () => tariffs.follow(marketId), signal);
    if (role === 'api') return;
    everyAlone(clock, LEARN_SECONDS, 'learn from deliveries', marketId, () => promises.learn(marketId));
    everyAlone(clock, SWEEP_SECONDS, 'settle payments', marketId, () => ordering.sweep(marketId));
    everyAlone(wallClock, ROLL_UP_SECONDS, 'roll up the ledger', marketId, () => rollUp(db, ids, marketId));
    everyAlone(clock, SETTLE_SECONDS, 'settle', marketId, () => settlements.sweep(marketId));
    everyAlone(clock, RECONCILE_SECONDS, 'reconcile payments', marketId, async () => {
      await reconcile(reconciling, marketId);
      await reconcilePayouts({ ...reconciling, markets }, marketId);
      await recheckDifferences(reconciling, marketId);
      await watchFloats(reconciling, marketId);
    });
    everyAlone(wallClock, PARTITIONS_SECONDS, 'make partitions', marketId, () =>
      ensurePartitions(db, marketId),
    );
    everyAlone(clock, SHIFT_SECONDS, 'end shifts', marketId, () => couriers.endDueShifts(marketId));
    everyAlone(clock, CREDIT_SECONDS, 'take back expired credit', marketId, () =>
      wallets.expire(marketId, CREDIT_LIMIT),
    );
    everyAlone(clock, PROPOSAL_SECONDS, 'end proposals of support', marketId, () =>
      expireCompensations(support, marketId, CREDIT_LIMIT),
    );
    work.push(
      delivery.followOrders(marketId, feed, {
        signal,
        onError: failed('follow changes of orders on routes'),
      }),
    );
    work.push(webhooks.run(marketId, signal));
    // In a sandbox nothing moves that its integrator does not drive.
    if (!market.sandbox) await dispatch(market, signal);
  }

  /** Looks for markets that were made meanwhile, here or elsewhere; one that cannot be started keeps none of the others. */
  async function startNewMarkets(): Promise<void> {
    for (const [marketId, where] of await selectMoved(db)) {
      if (!moved.has(marketId))
        log.info({ event: 'market_moved', marketId, where }, 'market is elsewhere now');
      moved.set(marketId, where);
      stops.get(marketId)?.abort();
      couriers.drop(marketId);
      await live.drop(marketId);
    }
    for (const market of await markets.list()) {
      await startMarket(market).catch(failed(`start the market ${market.slug}`));
    }
  }

  return {
    ids,
    identity,
    maps,
    delivery,
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
      ...(link === undefined ? [] : linkGauges(link)),
    ],
    async startMarkets() {
      // What cannot be started now stops the start; later it is logged and tried again.
      for (const [marketId, where] of await selectMoved(db)) moved.set(marketId, where);
      for (const market of await markets.list()) await startMarket(market);
      every(wallClock, MARKETS_SECONDS, 'start new markets', startNewMarkets);
      if (role === 'api') return;
      everyAlone(wallClock, FORGET_SECONDS, 'forget what is old', undefined, async () => {
        await db.transaction((tx) => forgetCommands(tx, addMs(clock.now(), -COMMANDS_KEPT_MS), FORGET_LIMIT));
        await identity.forgetExpired(FORGET_LIMIT);
        for (const marketId of started) {
          await forgetSlots(db, marketId, addMs(clock.now(), -DAY_MS), FORGET_LIMIT);
          while ((await webhooks.forget(marketId, FORGET_LIMIT)) >= FORGET_LIMIT && !working.signal.aborted);
        }
      });
    },
    async close() {
      working.abort();
      for (const stop of stops.values()) stop.abort();
      others?.close();
      await Promise.allSettled(work);
      await releaseWork(db, holder).catch(failed('give back what only one process does'));
      await ordering.drained();
      await live.close();
      await couriers.close();
      webhooks.close();
    },
  };
}

/** The same handlers, for markets that are here: of one that has moved they say where it is. */
function refuseMoved(moved: ReadonlyMap<MarketId, string>, handlers: ModuleHandlers): ModuleHandlers {
  type Any = (request: { readonly params?: { readonly marketId?: MarketId } }) => unknown;
  const guarded = Object.entries(handlers as unknown as Record<string, Any>).map(([name, handler]) => {
    const guard: Any = (request) => {
      const marketId = request.params?.marketId;
      const movedTo = marketId === undefined ? undefined : moved.get(marketId);
      return movedTo === undefined
        ? handler(request)
        : Promise.resolve(err({ code: 'market_moved', movedTo }));
    };
    return [name, guard] as const;
  });
  return Object.fromEntries(guarded) as unknown as ModuleHandlers;
}

function linkGauges(link: Link): GaugeSource[] {
  return [
    {
      name: 'halfhour_nats_connected',
      help: '1 while messages reach the other processes',
      read: () => [{ value: link.connected ? 1 : 0 }],
    },
    {
      name: 'halfhour_nats_dropped_messages',
      help: 'Messages to other processes that were dropped since the start',
      read: () => [{ value: link.dropped }],
    },
  ];
}

/** Randomness of the operating system, for delivery codes: nobody can foresee them. */
const secureRandom: Random = {
  next: () => randomInt(2 ** 47) / 2 ** 47,
  below: (limit) => randomInt(limit),
  pick: (items) => items[randomInt(items.length)]!,
  fork: () => secureRandom,
};
