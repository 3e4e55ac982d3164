import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MarketEvent, OrderEvent, StoreEvent } from '@halfhour/contract';
import {
  type CourierId,
  type OrderId,
  type Ticker,
  HOUR_MS,
  MINUTE_MS,
  addMs,
  epochMs,
  invariant,
  seededRandom,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority, StreamMessage } from '../api/index.ts';
import { createCouriers } from '../couriers/index.ts';
import { createDelivery } from '../delivery/index.ts';
import { type Position, comparePositions, createEventFeed, readHead } from '../events/index.ts';
import { createMarkets } from '../markets/index.ts';
import { type OrderChange, selectDayFigures, selectOrders } from '../ordering/index.ts';
import { createStores } from '../stores/index.ts';
import { TEST_PLACE, createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { createLive, createLiveRoutes } from './index.ts';
import { streamMarket } from './market-stream.ts';

const db = await createTestDatabase();
const feed = createEventFeed(db, systemTicker, 20);
type WithoutId<C> = C extends unknown ? Omit<C, 'orderId'> : never;

/** Real time that passes when the test says so. */
function manualTicker(): Ticker & { fire(): void } {
  let waiting: (() => void)[] = [];
  return {
    elapsedMs: () => 0,
    after(_, callback) {
      waiting.push(callback);
      return () => {
        waiting = waiting.filter((each) => each !== callback);
      };
    },
    fire() {
      const due = waiting;
      waiting = [];
      for (const callback of due) callback();
    },
  };
}

/** A market with all real modules around the live view. */
async function setUp() {
  const t = await createTestOrdering(db, { couriers: 3 });
  const { clock, ids, ordering } = t;
  const { marketId, storeId, merchantId, courierIds } = t.market;
  const ticker = manualTicker();
  const onError = (error: unknown): never => {
    throw error;
  };
  const markets = createMarkets({ db });
  const couriers = createCouriers({ db, clock, ids, ticker, onError });
  const delivery = createDelivery({
    db,
    clock,
    ticker: systemTicker,
    ids,
    ordering,
    markets,
    onCommit: feed.poke,
  });
  const clockState = () => ({ now: toRfc3339(clock.now()), speed: 1, adjustable: false });
  const live = createLive({ db, clock, ticker, feed, markets, couriers, clockState, onError });
  const routes = createLiveRoutes({ db, clock, live });
  const leaving = new AbortController();
  after(async () => {
    leaving.abort();
    await live.close();
    await couriers.close();
  });
  const operator: Authority = {
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  const request = {
    query: {},
    body: undefined,
    command: undefined,
    requestId: 'r',
    signal: leaving.signal,
    authority: operator,
  };
  const change = async (orderId: OrderId, wanted: WithoutId<OrderChange>): Promise<void> => {
    const changed = await ordering.change(marketId, { ...wanted, orderId } as OrderChange);
    assert.ok(changed.ok, JSON.stringify(changed));
  };
  return {
    ...t,
    marketId,
    storeId,
    merchantId,
    couriers,
    delivery,
    live,
    ticker,
    operator,
    request,
    routes,
    change,
    stores: createStores({ db, clock, ids }),
    snapshot: async () => {
      const answer = await routes.getLive({ ...request, query: undefined, params: { marketId } });
      assert.ok(answer.ok);
      return answer.value;
    },
    watch: async (position?: string) =>
      opened(await routes.streamMarket({ ...request, params: { marketId }, after: position })),
    async onShift(courierId: CourierId) {
      const shift = { position: TEST_PLACE, endsAt: addMs(clock.now(), 8 * HOUR_MS) };
      assert.ok((await couriers.startShift(marketId, courierId, shift, operator)).ok);
    },
    async assign(courierId: CourierId, orderId: OrderId) {
      const order = (await selectOrders(db, marketId, [orderId])).get(orderId)!;
      const assigned = await delivery.assign(marketId, [
        {
          courierId,
          storeId,
          pickupPlace: { label: 'Plaza 1', ...TEST_PLACE },
          expectedPickupAt: addMs(clock.now(), 5 * MINUTE_MS),
          drops: [{ orderId, place: order.address, expectedAt: addMs(clock.now(), 15 * MINUTE_MS) }],
          payMinor: 400,
        },
      ]);
      assert.ok(assigned.ok && assigned.value[0]?.ok, JSON.stringify(assigned));
      return assigned.value[0].value;
    },
    courierIds,
  };
}

function opened(
  answer: { ok: true; value: AsyncIterable<StreamMessage> } | { ok: false; error: ApiError },
): AsyncIterator<StreamMessage> {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value[Symbol.asyncIterator]();
}

/** Reads on until a message is wanted, and gives it with all before it. */
async function until(
  stream: AsyncIterator<StreamMessage>,
  wanted: (message: StreamMessage) => boolean,
): Promise<StreamMessage[]> {
  const seen: StreamMessage[] = [];
  for (;;) {
    const { value, done } = await stream.next();
    invariant(done !== true, 'the stream ended');
    seen.push(value);
    if (wanted(value)) return seen;
  }
}

const isEvent = (name: string) => (message: StreamMessage) =>
  (message.data as { event?: string }).event === name;
const isKind = (kind: string) => (message: StreamMessage) =>
  (message.data as { type?: string }).type === kind;
const eventsOf = (messages: readonly StreamMessage[]) =>
  messages.flatMap((message) => (message.data as { event?: string }).event ?? []);

test('the live market shows what is there, and its stream what happens next, in order', async () => {
  const t = await setUp();
  const first = await t.place();
  const snapshot = await t.snapshot();
  assert.deepEqual(
    snapshot.orders.map((order) => [order.id, order.state, order.risk, order.lineCount]),
    [[first, 'placed', 'on_time', 1]],
  );
  assert.deepEqual(
    snapshot.stores.map((store) => [store.id, store.openNow]),
    [[t.storeId, true]],
  );
  assert.equal(snapshot.figures.orders, 1);
  const stream = await t.watch(snapshot.position);
  await t.change(first, { kind: 'accept', by: 'merchant' });
  await t.change(first, { kind: 'ready', by: 'merchant' });
  const second = await t.place();
  const messages = await until(stream, (message) => {
    const data = message.data as MarketEvent;
    return data.type === 'order' && data.order.id === second && data.event === 'OrderPlaced';
  });
  assert.deepEqual(eventsOf(messages).slice(0, 2), ['OrderAccepted', 'OrderReady']);
  const positions = messages.flatMap(({ id }) => (id === undefined ? [] : [id as Position]));
  positions.reduce((before, position) => {
    assert.ok(comparePositions(before, position) < 0);
    return position;
  });
});

test('a reader who comes back misses nothing and sees nothing twice, wherever it was cut off', async () => {
  const t = await setUp();
  const { position } = await t.snapshot();
  const whole = await t.watch(position);
  for (let count = 0; count < 4; count++) {
    const id = await t.place();
    await t.change(id, { kind: 'accept', by: 'merchant' });
  }
  await t.change(await t.place(), { kind: 'cancel', reason: 'shopper', by: 'shopper' });
  const all = (await until(whole, isEvent('OrderCancelled'))).flatMap(({ id }) => id ?? []);
  for (let cut = 0; cut < all.length - 1; cut++) {
    const again = await t.watch(all[cut]);
    const rest = (await until(again, isEvent('OrderCancelled'))).flatMap(({ id }) => id ?? []);
    assert.deepEqual(rest, all.slice(cut + 1));
    await again.return?.();
  }
});

test('a reader who missed too much is told to begin again, and goes on from there', async () => {
  const t = await setUp();
  const { position } = await t.snapshot();
  const stream = await t.watch();
  for (let count = 0; count < 3; count++) await t.place();
  const last = await t.place();
  await until(stream, (message) => {
    const data = message.data as MarketEvent;
    return data.type === 'order' && data.order.id === last && data.event === 'OrderPlaced';
  });
  const view = await t.live.view(t.marketId);
  assert.ok(view !== undefined);
  const late = streamMarket({ db, clock: t.clock }, view, position as Position, t.request.signal, 3);
  assert.equal((await late.next()).value?.event, 'reset');
  await t.change(last, { kind: 'accept', by: 'merchant' });
  const next = await until(late, isEvent('OrderAccepted'));
  assert.equal(next.filter(({ id }) => id !== undefined).length, 1);
  const wrong = await t.routes.streamMarket({
    ...t.request,
    params: { marketId: t.marketId },
    after: 'nonsense',
  });
  assert.ok(!wrong.ok && wrong.error.code === 'invalid_request');
});

test('the figures that follow the events are those that the orders add up to', async () => {
  const t = await setUp();
  const random = seededRandom('figures');
  const courierId = t.courierIds[0]!;
  await t.onShift(courierId);
  const open: OrderId[] = [];
  for (let count = 0; count < 6; count++) open.push(await t.place());
  const stream = await t.watch();
  await stream.next();
  for (let step = 0; step < 60; step++) {
    t.clock.advanceBy(random.below(4 * MINUTE_MS));
    if (random.next() < 0.3 || open.length === 0) {
      const placed = await t.place();
      open.push(placed);
      continue;
    }
    const id = random.pick(open);
    const { state } = (await selectOrders(db, t.marketId, [id])).get(id)!;
    if (state === 'delivered')
      await t.change(id, { kind: 'refund', amountMinor: 1, reason: 'r', by: 'operator' });
    else if (state === 'cancelled') continue;
    else if (random.next() < 0.1) await t.change(id, { kind: 'cancel', reason: 'operator', by: 'operator' });
    else if (state === 'placed') await t.change(id, { kind: 'accept', by: 'merchant' });
    else if (state === 'accepted') await t.change(id, { kind: 'ready', by: 'merchant' });
    else if (state === 'ready') await t.change(id, { kind: 'pick_up', by: 'courier', courierId });
    else await t.change(id, { kind: 'deliver', by: 'courier', courierId });
  }
  const head = await readHead(db, t.marketId);
  await until(stream, (message) => message.id === head);
  const { figures, orders } = await t.snapshot();
  const counted = await selectDayFigures(db, t.marketId, epochMs(0), addMs(t.clock.now(), HOUR_MS));
  assert.deepEqual(
    {
      ...figures,
      onTimePercent: undefined,
      minutesToDoorMean: undefined,
      ordersPerCourierHour: undefined,
    },
    {
      orders: counted.orders,
      open: counted.open,
      delivered: counted.delivered,
      cancelled: counted.cancelled,
      onTimePercent: undefined,
      minutesToDoorMean: undefined,
      ordersPerCourierHour: undefined,
      couriersOnShift: 1,
      couriersBusy: 0,
      grossMinor: counted.grossMinor,
    },
  );
  assert.ok(counted.delivered > 0 && counted.cancelled > 0);
  const mean = counted.minutesToDoorSum / counted.delivered;
  assert.ok(Math.abs(figures.minutesToDoorMean! - mean) <= 0.06, `${figures.minutesToDoorMean} for ${mean}`);
  assert.equal(figures.onTimePercent, Number(((100 * counted.onTime) / counted.delivered).toFixed(1)));
  assert.equal(orders.length, counted.open);
});

test('a new day begins its figures at nothing, and open orders stay open', async () => {
  const t = await setUp();
  await t.place();
  assert.equal((await t.snapshot()).figures.orders, 1);
  t.clock.advanceBy(24 * HOUR_MS);
  const { figures, orders } = await t.snapshot();
  assert.deepEqual([figures.orders, figures.open, figures.grossMinor, orders.length], [0, 1, 0, 1]);
  const stream = await t.watch();
  await t.place();
  await until(stream, isEvent('OrderPlaced'));
  assert.equal((await t.snapshot()).figures.orders, 1);
});

test('couriers who moved are gathered into one message, the others are left out', async () => {
  const t = await setUp();
  const [one, two, three] = t.courierIds as [CourierId, CourierId, CourierId];
  for (const courier of t.courierIds) await t.onShift(courier);
  const stream = await t.watch();
  const head = await readHead(db, t.marketId);
  const view = (await t.live.view(t.marketId))!;
  const all = (await stream.next()).value;
  assert.equal(all.data.couriers.length, 3);
  assert.equal(view.projection.position, head);
  t.clock.advanceBy(1_000);
  for (const lng of [-56.1, -56.2]) {
    await t.couriers.reportPosition(t.marketId, one, { lat: -34.9, lng });
    await t.couriers.reportPosition(t.marketId, three, { lat: -34.8, lng });
  }
  t.ticker.fire();
  const moved = (await until(stream, isKind('couriers'))).at(-1)!;
  assert.equal(moved.id, undefined);
  const { couriers } = moved.data as Extract<MarketEvent, { type: 'couriers' }>;
  assert.deepEqual(
    couriers.map((courier) => [courier.id, courier.position?.lng]),
    [
      [one, -56.2],
      [three, -56.2],
    ],
  );
  assert.ok(!couriers.some((courier) => courier.id === two));
});

test('an order that becomes late by waiting is told without an event', async () => {
  const t = await setUp();
  await t.place();
  const stream = await t.watch();
  await stream.next();
  t.ticker.fire();
  await until(stream, isKind('figures'));
  t.clock.advanceBy(3 * HOUR_MS);
  t.ticker.fire();
  const told = (await until(stream, isEvent('RiskChanged'))).at(-1)!;
  assert.equal(told.id, undefined);
  assert.equal((told.data as Extract<MarketEvent, { type: 'order' }>).order.risk, 'late');
});

test('a pause of a store is told', async () => {
  const t = await setUp();
  const stream = await t.watch();
  await stream.next();
  await t.stores.changeStatus(t.marketId, t.storeId, 'paused', t.operator);
  const told = (await until(stream, isKind('store'))).at(-1)!;
  assert.deepEqual(told.data, {
    type: 'store',
    store: { id: t.storeId, status: 'paused', openNow: false },
  });
  assert.ok(told.id !== undefined);
});

test('a shopper follows the own order to the door, with the courier on the way; a stranger nothing', async () => {
  const t = await setUp();
  const courierId = t.courierIds[0]!;
  await t.onShift(courierId);
  const orderId = await t.place();
  const shopper: Authority = { ...t.operator, role: 'shopper', scope: 'own', userId: t.shopperId };
  const params = { marketId: t.marketId, orderId };
  const follow = (authority: Authority, after?: string) =>
    t.routes.streamOrder({ ...t.request, authority, params, after });
  const stranger = await follow({ ...shopper, userId: t.ids.next('usr') });
  assert.ok(!stranger.ok && stranger.error.code === 'not_found');
  const stream = opened(await follow(shopper));
  const first = (await stream.next()).value as StreamMessage;
  assert.equal((first.data as { event: string }).event, 'OrderPlaced');
  assert.match((first.data as Extract<OrderEvent, { type: 'order' }>).order.deliveryCode!, /^\d{4}$/);
  await t.change(orderId, { kind: 'accept', by: 'merchant' });
  await t.change(orderId, { kind: 'ready', by: 'merchant' });
  await t.change(orderId, { kind: 'pick_up', by: 'courier', courierId });
  const events = await until(stream, isEvent('OrderPickedUp'));
  assert.deepEqual(eventsOf(events), ['OrderAccepted', 'OrderReady', 'OrderPickedUp']);
  t.clock.advanceBy(1_000);
  const place = { lat: -34.897, lng: -56.161 };
  await t.couriers.reportPosition(t.marketId, courierId, place);
  t.ticker.fire();
  const seen = (await until(stream, isKind('courier'))).at(-1)!;
  assert.deepEqual(seen.data, { type: 'courier', position: place, at: toRfc3339(t.clock.now()) });
  await t.change(orderId, { kind: 'deliver', by: 'courier', courierId });
  await until(stream, isEvent('OrderDelivered'));
  const merchant = { ...shopper, role: 'merchant' as const, merchantIds: [t.merchantId] };
  const resumed = opened(await follow(merchant, first.id));
  const missed = await until(resumed, isEvent('OrderDelivered'));
  assert.deepEqual(eventsOf(missed), ['OrderAccepted', 'OrderReady', 'OrderPickedUp', 'OrderDelivered']);
  assert.ok(!JSON.stringify(missed).includes('deliveryCode'), 'the store does not see the code');
});

test('a courier is told of new work and of ready orders, and begins with the work as it is', async () => {
  const t = await setUp();
  const [courierId, other] = t.courierIds as [CourierId, CourierId];
  await t.onShift(courierId);
  const authority: Authority = { ...t.operator, role: 'courier', scope: 'own', courierIds: [courierId] };
  const params = { marketId: t.marketId, courierId };
  const follow = async () =>
    opened(await t.routes.streamCourier({ ...t.request, authority, params, after: undefined }));
  const stream = await follow();
  const idle = (await stream.next()).value as StreamMessage;
  assert.deepEqual(
    [(idle.data as { type: string }).type, (idle.data as { route: unknown }).route],
    ['route', null],
  );
  const orderId = await t.place();
  await t.change(orderId, { kind: 'accept', by: 'merchant' });
  const route = await t.assign(courierId, orderId);
  const assigned = (await until(stream, isEvent('RouteAssigned'))).at(-1)!;
  assert.equal((assigned.data as { route: { id: string } }).route.id, route.id);
  await t.change(orderId, { kind: 'ready', by: 'merchant' });
  const ready = (await until(stream, isKind('order_ready'))).at(-1)!;
  assert.equal((ready.data as { orderId: string }).orderId, orderId);
  const again = await follow();
  const [current, readyAgain] = [(await again.next()).value, (await again.next()).value];
  assert.equal(current.data.route.id, route.id);
  assert.equal(readyAgain.data.orderId, orderId);
  const stranger = await t.routes.streamCourier({
    ...t.request,
    authority,
    params: { marketId: t.marketId, courierId: other },
    after: undefined,
  });
  assert.ok(!stranger.ok && stranger.error.code === 'not_found');
});

test('closing ends all streams, and there is no view of a market that is not there', async () => {
  const t = await setUp();
  const stream = await t.watch();
  await stream.next();
  await t.live.close();
  while (!(await stream.next()).done);
  const none = await t.routes.getLive({
    ...t.request,
    query: undefined,
    params: { marketId: t.ids.next('mkt') },
  });
  assert.ok(!none.ok && none.error.code === 'not_found');
});

test('a store is told of its own orders and status and of no other’s, and resumes without loss', async () => {
  const t = await setUp();
  const { marketId, storeId, routes, request } = t;
  const params = { marketId, storeId };
  const owner: Authority = { ...t.operator, role: 'merchant', scope: 'own', merchantIds: [t.merchantId] };
  const stranger: Authority = { ...owner, merchantIds: [t.ids.next('mer')] };
  const refused = await routes.getStoreDesk({ ...request, query: undefined, authority: stranger, params });
  assert.ok(!refused.ok && refused.error.code === 'not_found');
  const closed = await routes.streamStore({ ...request, authority: stranger, params, after: undefined });
  assert.ok(!closed.ok && closed.error.code === 'not_found');

  const first = await t.place();
  const desk = await routes.getStoreDesk({ ...request, query: undefined, authority: owner, params });
  assert.ok(desk.ok);
  assert.deepEqual(
    desk.value.orders.map(({ id, state, deliveryCode }) => [id, state, deliveryCode]),
    [[first, 'placed', undefined]],
  );
  const watch = async (after: string) =>
    opened(await routes.streamStore({ ...request, authority: owner, params, after }));
  const stream = await watch(desk.value.position);
  const elsewhere = await t.stores.create(
    marketId,
    {
      merchantId: t.merchantId,
      name: 'Another',
      kind: 'shop',
      address: { label: 'Plaza 2', ...TEST_PLACE },
      hours: [],
      zone: [TEST_PLACE, { ...TEST_PLACE, lat: 1 }, { ...TEST_PLACE, lng: 1 }],
      preparationSeconds: 60,
      minimumOrderMinor: 0,
    },
    owner,
  );
  assert.ok(elsewhere.ok);
  await t.change(first, { kind: 'accept', by: 'merchant' });
  await t.stores.changeStatus(marketId, elsewhere.value.id, 'paused', owner);
  await t.stores.changeStatus(marketId, storeId, 'paused', owner);
  const told = await until(stream, isKind('store'));
  const positioned = told.filter(({ id }) => id !== undefined);
  assert.deepEqual(
    positioned.map(({ data }) => (data as StoreEvent).type),
    ['order', 'store'],
  );
  const again = await until(await watch(desk.value.position), isKind('store'));
  assert.deepEqual(
    again.filter(({ id }) => id !== undefined).map(({ id }) => id),
    positioned.map(({ id }) => id),
  );
});
