import type { ClockState, Courier, Figures, LatenessRisk, LiveSnapshot } from '@halfhour/contract';
import {
  type Clock,
  type CourierId,
  type EpochMs,
  type LatLng,
  type MarketId,
  type OrderId,
  type StoreId,
  type Ticker,
  invariant,
} from '@halfhour/kernel';
import {
  type CourierRecord,
  type Couriers,
  selectCouriers,
  selectShiftSeconds,
  toCourier,
  withPosition,
} from '../couriers/index.ts';
import { currentRoute, selectOpenRoutes, toRoute } from '../delivery/index.ts';
import type { EventFeed, StoredEvent } from '../events/index.ts';
import { type MarketRecord, toMarket } from '../markets/index.ts';
import { selectOrders } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { isOpenAt, selectStores } from '../stores/index.ts';
import { type ChangeQueue, createChangeQueue } from './change-queue.ts';
import { startOfDay, toFigures } from './day-figures.ts';
import { lateness } from './lateness.ts';
import { loadMarket } from './load-market.ts';
import {
  type MarketProjection,
  applyEvents,
  courierOf,
  isAnotherDay,
  shownOrders,
  touchedBy,
} from './market-projection.ts';
import { toSummary } from './order-summary.ts';
import type { Topic, ViewChange } from './view-change.ts';

export interface ViewDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Real time, for how often is told what changes all the time. */
  readonly ticker: Ticker;
  readonly feed: EventFeed;
  readonly couriers: Pick<Couriers, 'positions' | 'onPosition' | 'nearby'>;
  readonly clockState: (marketId: MarketId) => ClockState;
  /** What is done about a shortage of couriers, where that is known. */
  readonly shortage?: (marketId: MarketId) => NonNullable<LiveSnapshot['shortage']>;
  /** Told what went wrong while following; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** One market in memory, kept up with its events, and those who follow it. */
export interface MarketView {
  readonly market: MarketRecord;
  readonly projection: MarketProjection;
  snapshot(): Promise<LiveSnapshot>;
  /** The market's time now, and how fast it goes. */
  clock(): ClockState;
  /** Couriers on shift near a place, nearest first; only those who are idle where `free`. */
  nearby(
    place: LatLng,
    query: { readonly limit: number; readonly withinMetres: number; readonly free: boolean },
  ): { readonly courier: Courier; readonly distanceMetres: number }[];
  /** Changes of a topic from now on, until `signal` aborts or the reader falls too far behind. */
  subscribe(topic: Topic, signal: AbortSignal): ChangeQueue<ViewChange>;
  /** The changes of a topic that these events made, for one who missed them; with the rows as they are now. */
  replay(events: readonly StoredEvent[], topic: 'market' | StoreId): Promise<ViewChange[]>;
  close(): void;
}

/** Positions are gathered for half a second: smooth on a map, and a message for all couriers together. */
const COURIERS_MS = 500;
const FIGURES_MS = 2_000;
const RETRY_MS = 1_000;
const QUEUE_CAPACITY = 1_000;
/** Events that wait to be applied before the feed is held back. */
const MAX_WAITING = 5_000;

/** Reads a market from Postgres and follows it from there: one reader of its events for all who watch. */
export async function openMarketView(deps: ViewDeps, market: MarketRecord): Promise<MarketView> {
  const { db, clock, ticker, feed, couriers, clockState, onError } = deps;
  const marketId = market.id;
  const today = (): EpochMs => startOfDay(clock.now(), market.timeZone);
  const projection: MarketProjection = await loadMarket(db, marketId, today());

  const closing = new AbortController();
  const topics = new Map<Topic, Set<ChangeQueue<ViewChange>>>();
  let waiting: StoredEvent[] = [];
  let pumping: Promise<void> | undefined;
  const movedCouriers = new Set<CourierId>();
  const told = {
    figures: '',
    risks: new Map<OrderId, LatenessRisk>(),
    openStores: new Map<StoreId, boolean>(),
    places: new Map<OrderId, EpochMs>(),
  };
  const timers = new Map<'couriers' | 'figures', () => void>();

  function publish(topic: Topic, change: ViewChange): void {
    for (const queue of topics.get(topic) ?? []) queue.push(change);
  }

  // Following the events

  function take(event: StoredEvent): void | Promise<void> {
    waiting.push(event);
    pumping ??= pump();
    return waiting.length >= MAX_WAITING ? pumping : undefined;
  }

  async function pump(): Promise<void> {
    // Waits a turn, so that events read together are applied together.
    await Promise.resolve();
    do {
      const events = waiting;
      waiting = [];
      try {
        await apply(events);
      } catch (error) {
        onError(error);
        waiting = [...events, ...waiting];
        await pause(RETRY_MS);
      }
    } while (waiting.length > 0 && !closing.signal.aborted);
    pumping = undefined;
  }

  /** Begins the market's new day, also when nothing happens in it. */
  async function keepToday(): Promise<void> {
    if (isAnotherDay(projection, today())) await (pumping ??= pump());
  }

  async function apply(events: readonly StoredEvent[]): Promise<void> {
    if (isAnotherDay(projection, today())) {
      Object.assign(projection, await loadMarket(db, marketId, today()));
    }
    const { orderIds, courierIds, storeIds } = touchedBy(events);
    const reloaded = {
      orders: await selectOrders(db, marketId, orderIds),
      couriers: courierIds.length === 0 ? [] : await selectCouriers(db, marketId, courierIds),
      stores: storeIds.length === 0 ? new Map() : await selectStores(db, marketId, storeIds),
    };
    const changes = await changesOf(events, reloaded);
    applyEvents(projection, events, reloaded);
    for (const [topic, change] of changes) publish(topic, change);
    for (const courierId of courierIds) courierMoved(courierId);
  }

  /** What events come to, for each topic that somebody follows. */
  async function changesOf(
    events: readonly StoredEvent[],
    reloaded: Pick<Parameters<typeof applyEvents>[2], 'orders' | 'stores'>,
  ): Promise<[Topic, ViewChange][]> {
    const followed = events.flatMap((event) => {
      const courierId = event.subject.startsWith('rte_') ? courierOf(event.subject, event.data) : undefined;
      return courierId !== undefined && topics.has(courierId) ? [courierId] : [];
    });
    const routes = followed.length === 0 ? [] : await selectOpenRoutes(db, marketId, [...new Set(followed)]);
    const changes: [Topic, ViewChange][] = [];
    for (const { type, at, subject, position, data } of events) {
      const order = reloaded.orders.get(subject as OrderId);
      const store = reloaded.stores.get(subject as StoreId);
      const courierId = courierOf(subject, data);
      if (order !== undefined) {
        const change: ViewChange = { kind: 'order', position, event: type, at, order };
        changes.push([order.id, change]);
        if (order.state !== 'pending_payment') changes.push(['market', change], [order.storeId, change]);
        // Also the courier who is given an order that is ready already.
        const ready = type === 'OrderReady' || (type === 'OrderAssigned' && order.state === 'ready');
        if (ready && order.courierId !== undefined) {
          changes.push([order.courierId, { kind: 'order_ready', position, orderId: order.id, at }]);
        }
      } else if (store !== undefined) {
        const change: ViewChange = { kind: 'store', position, store };
        changes.push(['market', change], [store.id, change]);
      } else if (courierId !== undefined && subject.startsWith('rte_')) {
        const current = currentRoute(routes.filter((route) => route.courierId === courierId));
        const route = current === undefined ? null : toRoute(current);
        changes.push([courierId, { kind: 'route', position, event: type, at, route }]);
      }
    }
    return changes;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        closing.signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = ticker.after(milliseconds, wake);
      closing.signal.addEventListener('abort', wake, { once: true });
    });
  }

  // What changes all the time: told now and then, and only while somebody listens

  function schedule(name: 'couriers' | 'figures', milliseconds: number, run: () => void): void {
    if (closing.signal.aborted || timers.has(name)) return;
    const cancel = ticker.after(milliseconds, () => {
      timers.delete(name);
      run();
    });
    timers.set(name, cancel);
  }

  function courierMoved(courierId: CourierId): void {
    if (!topics.has('market')) return;
    movedCouriers.add(courierId);
    schedule('couriers', COURIERS_MS, tellCouriers);
  }

  function tellCouriers(): void {
    const moved = [...movedCouriers].flatMap((id) => projection.couriers.get(id) ?? []);
    movedCouriers.clear();
    if (moved.length > 0) publish('market', { kind: 'couriers', couriers: shown(moved) });
  }

  function tick(): void {
    if (topics.size === 0) return;
    schedule('figures', FIGURES_MS, tick);
    tellPlaces();
    tellOpenStores();
    tellClock();
    if (topics.has('market')) {
      tellRisks();
      tellFigures().catch(onError);
    }
  }

  async function tellFigures(): Promise<void> {
    await keepToday();
    const figures = figuresWith(await shiftSeconds());
    const text = JSON.stringify(figures);
    if (text === told.figures) return;
    told.figures = text;
    publish('market', { kind: 'figures', figures, clock: clockState(marketId) });
  }

  /** An order becomes late by waiting, without any event. */
  function tellRisks(): void {
    const now = clock.now();
    const risks = new Map<OrderId, LatenessRisk>();
    for (const order of shownOrders(projection)) {
      const risk = lateness(order, now);
      risks.set(order.id, risk);
      const before = told.risks.get(order.id);
      if (before !== undefined && before !== risk) {
        publish('market', { kind: 'order', event: 'RiskChanged', at: now, order });
      }
    }
    told.risks = risks;
  }

  /** A store opens and closes by its hours, without any event. */
  function tellOpenStores(): void {
    const now = clock.now();
    for (const store of projection.stores.values()) {
      const open = isOpenAt(store, now, market.timeZone);
      const before = told.openStores.get(store.id);
      if (before !== undefined && before !== open) {
        for (const topic of ['market', store.id] as const) publish(topic, { kind: 'store', store });
      }
      told.openStores.set(store.id, open);
    }
  }

  /** Those who follow the whole market have it with the figures. */
  function tellClock(): void {
    const clock = clockState(marketId);
    for (const topic of topics.keys()) {
      if (topic.startsWith('sto_')) publish(topic, { kind: 'clock', clock });
    }
  }

  /** Where the courier of an order is, for those who wait for it: from the pickup to the door. */
  function tellPlaces(): void {
    const places = new Map<OrderId, EpochMs>();
    for (const topic of topics.keys()) {
      const order = projection.orders.get(topic as OrderId);
      if (order?.state !== 'picked_up' || order.courierId === undefined) continue;
      const courier = projection.couriers.get(order.courierId);
      const { position, positionAt } = courier === undefined ? {} : latest(courier);
      if (position === undefined || positionAt === undefined) continue;
      places.set(order.id, positionAt);
      if (told.places.get(order.id) !== positionAt) {
        publish(topic, { kind: 'courier', place: position, at: positionAt });
      }
    }
    told.places = places;
  }

  function latest(courier: CourierRecord): CourierRecord {
    return withPosition(courier, couriers.positions(marketId).get(courier.id));
  }

  function shown(records: readonly CourierRecord[]): Courier[] {
    return records.map((courier) => toCourier(latest(courier)));
  }

  function onShift(): CourierRecord[] {
    return [...projection.couriers.values()].filter((courier) => courier.status !== 'off_shift');
  }

  function shiftSeconds(): Promise<number> {
    return selectShiftSeconds(db, marketId, projection.dayStart, clock.now());
  }

  function figuresWith(seconds: number): Figures {
    const open = shownOrders(projection).length;
    return toFigures(projection.figures, open, projection.couriers.values(), seconds);
  }

  const stopListening = couriers.onPosition((of, courierId) => {
    if (of === marketId) courierMoved(courierId);
  });
  const following = feed.follow(marketId, take, {
    from: projection.position,
    signal: closing.signal,
    onError,
  });
  following.catch(onError);

  return {
    market,
    projection,
    clock: () => clockState(marketId),

    async snapshot() {
      await keepToday();
      const seconds = await shiftSeconds();
      // From here on without a pause, so that all of it is at one position.
      const now = clock.now();
      return {
        market: toMarket(market),
        clock: clockState(marketId),
        stores: [...projection.stores.values()].map((store) => ({
          id: store.id,
          name: store.name,
          kind: store.kind,
          address: store.address,
          status: store.status,
          openNow: isOpenAt(store, now, market.timeZone),
        })),
        couriers: shown(onShift()),
        orders: shownOrders(projection).map((order) => toSummary(order, now)),
        figures: figuresWith(seconds),
        ...(deps.shortage === undefined ? {} : { shortage: deps.shortage(marketId) }),
        position: projection.position,
      };
    },

    nearby(place, { limit, withinMetres, free }) {
      const accepts = (courierId: CourierId): boolean => {
        const status = projection.couriers.get(courierId)?.status ?? 'off_shift';
        return free ? status === 'idle' : status !== 'off_shift';
      };
      const found = couriers.nearby(market, place, { limit, withinMetres, accepts });
      return found.map(({ courierId, distanceMetres }) => ({
        courier: toCourier(latest(projection.couriers.get(courierId)!)),
        distanceMetres,
      }));
    },

    subscribe(topic, signal) {
      invariant(!closing.signal.aborted, 'the view is closed');
      const queue = createChangeQueue<ViewChange>(QUEUE_CAPACITY);
      const queues = topics.get(topic) ?? new Set();
      topics.set(topic, queues.add(queue));
      const leave = (): void => {
        queue.end();
        queues.delete(queue);
        if (queues.size === 0) topics.delete(topic);
        signal.removeEventListener('abort', leave);
        closing.signal.removeEventListener('abort', leave);
      };
      signal.addEventListener('abort', leave, { once: true });
      closing.signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      else if (topic === 'market') {
        // Positions and figures have no place in the events: one who joins or comes back begins with all of them.
        queue.push({ kind: 'couriers', couriers: shown(onShift()) });
        told.figures = '';
      }
      schedule('figures', FIGURES_MS, tick);
      return queue;
    },

    async replay(events, topic) {
      const { orderIds, storeIds } = touchedBy(events);
      const orders = await selectOrders(db, marketId, orderIds);
      const stores = await selectStores(db, marketId, storeIds);
      const changes = await changesOf(events, { orders, stores });
      return changes.filter(([of]) => of === topic).map(([, change]) => change);
    },

    close() {
      closing.abort();
      stopListening();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
