import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Equipment } from '@halfhour/contract';
import { type DispatchPolicy, createDispatchEngine, defaultPolicy } from '@halfhour/engines/dispatch';
import {
  type CourierId,
  type LatLng,
  type OrderId,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  addMs,
  distanceMetres,
  keyOf,
  localTime,
  seededRandom,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { createHandlingRoutes } from '../catalogue/index.ts';
import { createCouriers, createEquipmentRoutes, selectCouriers } from '../couriers/index.ts';
import { createDelivery, isPickedUp, nextStopNumber, selectOpenRoutes } from '../delivery/index.ts';
import { selectImbalance } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { selectOrders } from '../ordering/index.ts';
import { setPlan } from '../slots/index.ts';
import { TEST_PLACE, createTestDatabase, createTestOrdering } from '../testing/index.ts';
import {
  type DispatcherDeps,
  type MarketMemory,
  type Travel,
  createDispatchRoutes,
  createDispatcher,
  selectDecision,
  readMemory,
} from './index.ts';

const checked: (() => Promise<void>)[] = [];
// Registered before the database is made, so that it runs before the database is dropped.
after(async () => {
  for (const check of checked) await check();
});

const db = await createTestDatabase();
const METRES_PER_SECOND = 6;

/** As the crow flies; nodes are places in the order in which they were asked for. */
function straightLine(): Travel {
  const nodes = new Map<string, number>();
  const places: LatLng[] = [];
  const metres = (from: number, to: number): number => Math.round(distanceMetres(places[from]!, places[to]!));
  return {
    nodeOf(place) {
      const name = `${place.lat} ${place.lng}`;
      if (!nodes.has(name)) nodes.set(name, places.push(place) - 1);
      return nodes.get(name)!;
    },
    seconds: (from, to) => Math.ceil(metres(from, to) / METRES_PER_SECOND),
    metres,
  };
}

/** A market with couriers on shift around its store, and a world that does what it is told. */
async function setUp(couriers = 3) {
  const t = await createTestOrdering(db, { couriers });
  const { marketId, courierIds } = t.market;
  const markets = createMarkets({ db });
  const onCommit = (): void => {};
  const delivery = createDelivery({
    db,
    clock: t.clock,
    ticker: systemTicker,
    ids: t.ids,
    ordering: t.ordering,
    markets,
    onCommit,
  });
  const fleet = createCouriers({
    db,
    clock: t.clock,
    ids: t.ids,
    ticker: systemTicker,
    onError: (error) => assert.fail(String(error)),
  });
  checked.push(async () => {
    await fleet.close();
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
  });
  const authority: Authority = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  for (const [index, courierId] of courierIds.entries()) {
    const position = { lat: TEST_PLACE.lat - 0.004 * (index + 1), lng: TEST_PLACE.lng };
    const endsAt = addMs(t.clock.now(), 4 * HOUR_MS);
    assert.ok((await fleet.startShift(marketId, courierId, { position, endsAt }, authority)).ok);
  }
  const travel = straightLine();
  const deps = (holder: string): DispatcherDeps => ({
    db,
    clock: t.clock,
    marketId,
    holder,
    markets,
    ordering: t.ordering,
    delivery,
    couriers: fleet,
    travelAt: () => travel,
    policy: defaultPolicy,
    createEngine: (policy) => createDispatchEngine(policy, seededRandom('dispatch')),
    onCommit,
    onError: (error) => assert.fail(String(error)),
    onViolations: (violations) => assert.fail(JSON.stringify(violations)),
  });

  /** When each courier gets to where its next stop is. */
  const arrivals = new Map<string, number>();
  return {
    ...t,
    marketId,
    courierIds,
    delivery,
    fleet,
    authority,
    deps,
    read: async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!,
    accept: async (id: OrderId) =>
      assert.ok((await t.ordering.change(marketId, { orderId: id, kind: 'accept', by: 'merchant' })).ok),
    async cook(ids: readonly OrderId[]) {
      for (const order of (await selectOrders(db, marketId, ids)).values()) {
        if (order.state !== 'accepted' || order.expectedReadyAt! > t.clock.now()) continue;
        await t.ordering.change(marketId, { orderId: order.id, kind: 'ready', by: 'merchant' });
      }
    },
    /** Couriers ride to their next stop, arrive, wait for the kitchen, pick up and hand over. */
    async ride() {
      for (const route of await selectOpenRoutes(db, marketId)) {
        if ((await delivery.current(marketId, route.courierId))?.id !== route.id) continue;
        const number = nextStopNumber(route)!;
        const stop = number === 0 ? route.pickup : route.dropoffs.find((each) => each.number === number)!;
        const leg = `${route.id} ${number} ${stop.place.lat}`;
        const from = fleet.positions(marketId).get(route.courierId)!.place;
        const seconds = Math.ceil(distanceMetres(from, stop.place) / METRES_PER_SECOND);
        if (!arrivals.has(leg)) arrivals.set(leg, t.clock.now() + seconds * SECOND_MS);
        if (arrivals.get(leg)! > t.clock.now()) continue;
        await fleet.reportPosition(marketId, route.courierId, stop.place);
        const work = { routeId: route.id, stopNumber: number, by: { role: 'courier' as const } };
        assert.ok((await delivery.arrive(marketId, work)).ok);
        const order =
          number === 0
            ? undefined
            : await this.read(route.dropoffs.find((each) => each.number === number)!.orderId);
        const done = await delivery.complete(marketId, { ...work, code: order?.deliveryCode });
        assert.ok(done.ok || done.error.code === 'not_ready', JSON.stringify(done));
      }
    },
  };
}

/** Positions have no events: they are taken from the couriers module at each tick, not kept here. */
function comparable(memory: MarketMemory | undefined): object {
  assert.ok(memory !== undefined);
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const couriers = new Map(
    [...memory.couriers].map(([id, { position: _, positionAt: __, ...courier }]) => [id, courier]),
  );
  return {
    orders: sorted(memory.orders),
    couriers: sorted(couriers),
    routes: sorted(memory.routes),
    stores: sorted(memory.stores),
  };
}

test('orders go from the kitchen to the door by ticks alone, and the memory kept is the memory rebuilt', async () => {
  const t = await setUp();
  const dispatcher = createDispatcher(t.deps('one'));
  const ids: OrderId[] = [];
  for (let second = 0; second < 90 * 60; second += 20) {
    if (second % 180 === 0 && ids.length < 8) {
      const id = await t.place();
      ids.push(id);
      if (ids.length % 2 === 0) await t.accept(id);
    }
    for (const id of ids) if ((await t.read(id)).state === 'placed' && second % 60 === 0) await t.accept(id);
    await t.cook(ids);
    await t.ride();
    const tick = await dispatcher.tick();
    assert.equal(tick.role, 'leader');
    if (second % 600 === 0) {
      await dispatcher.tick();
      assert.deepEqual(comparable(dispatcher.memory), comparable(await readMemory(db, t.marketId)));
    }
    if (second === 600) {
      const planned = await selectDecision(db, t.marketId, ids[0]!);
      assert.ok(planned?.chosen !== undefined && planned.alternatives.length > 0);
      for (const { extraCost } of planned.alternatives) {
        const { total, ...terms } = extraCost!;
        const sum = Object.values(terms).reduce((all, each) => all + each, 0);
        assert.ok(Math.abs(total - sum) < 1e-6);
      }
      assert.ok(planned.alternatives.every(({ courierId }) => courierId !== planned.chosen!.courierId));
    }
    t.clock.advanceBy(20 * SECOND_MS);
    const orders = [...(await selectOrders(db, t.marketId, ids)).values()];
    if (ids.length === 8 && orders.every((order) => order.state === 'delivered')) break;
  }
  for (const id of ids) {
    const order = await t.read(id);
    assert.equal(order.state, 'delivered', id);
    assert.ok(order.deliveredAt! <= addMs(order.placedAt, 40 * MINUTE_MS), 'in good time');
    assert.ok(Math.abs(order.deliveredAt! - order.expectedDeliveryAt!) < 6 * MINUTE_MS, 'as expected');
  }
  await dispatcher.tick();
  assert.equal(dispatcher.memory!.orders.size, 0);
  assert.equal(dispatcher.memory!.routes.size, 0);
});

test('whom the engine cannot plan with is told once, and the others are planned', async () => {
  const t = await setUp(2);
  const [lost, found] = t.courierIds;
  const place = t.fleet.positions(t.marketId).get(lost!)!.place;
  const deps = t.deps('one');
  const { nodeOf, ...ways } = deps.travelAt(t.clock.now());
  const told: unknown[][] = [];
  const dispatcher = createDispatcher({
    ...deps,
    travelAt: () => ({ ...ways, nodeOf: (at) => (at.lat === place.lat ? Number.NaN : nodeOf(at)) }),
    onLeftOut: (...each) => told.push(each),
  });
  const id = await t.place();
  await t.accept(id);
  for (let second = 0; second < 20 * 60; second += 20) {
    await dispatcher.tick();
    t.clock.advanceBy(20 * SECOND_MS);
  }
  assert.deepEqual(told, [
    [lost, 'courier 0: has no position: give the node where it stands or will be free'],
  ]);
  assert.equal((await t.read(id)).courierId, found);
});

test('what the operator sets is in force from the next round, and the search may end by the clock', async () => {
  const t = await setUp(2);
  const made: DispatchPolicy[] = [];
  const progress: number[] = [];
  let elapsed = 0;
  const deps = t.deps('one');
  const dispatcher = createDispatcher({
    ...deps,
    createEngine(policy) {
      made.push(policy);
      const engine = deps.createEngine(policy);
      return {
        plan(state, given) {
          if (given !== undefined) progress.push(given(0), given(1_000_000));
          elapsed += 60;
          if (given !== undefined) progress.push(given(0));
          return engine.plan(state, given);
        },
      };
    },
    searchTime: { ticker: { elapsedMs: () => elapsed }, milliseconds: 60 },
  });
  const routes = createDispatchRoutes({ db, clock: t.clock, markets: deps.markets, onCommit: () => {} });
  const asked = {
    params: { marketId: t.marketId },
    query: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
    authority: t.authority,
  };
  const before = await routes.getDispatchPolicy({ ...asked, body: undefined });
  assert.ok(before.ok && before.value.version === 0);
  await dispatcher.tick();
  assert.equal(made.length, 1);
  const body = { ...before.value.policy, fairnessCostSeconds: 90, dropServiceSeconds: 30 };
  const set = await routes.setDispatchPolicy({ ...asked, body });
  assert.ok(set.ok && set.value.version === 1 && set.value.policy.fairnessCostSeconds === 90);
  const again = await routes.setDispatchPolicy({ ...asked, body });
  assert.ok(again.ok && again.value.version === 1, 'the same again is no new version');
  const after = await routes.getDispatchPolicy({ ...asked, body: undefined });
  assert.deepEqual(after, again);
  await dispatcher.tick();
  await dispatcher.tick();
  assert.equal(made.length, 2);
  assert.deepEqual(made[1], { ...made[0], fairnessCostSeconds: 90, dropServiceSeconds: 30 });
  assert.deepEqual(progress.slice(0, 3), [0, 1_000_000, 1]);
});

test('wine goes to the courier who may check ages, though others are nearer, and to nobody who has no room', async () => {
  const t = await setUp(4);
  const [near, , skilled, small] = t.courierIds;
  const { articleId } = t.market.dish;
  const deps = { db, clock: t.clock, onCommit: () => {} };
  const asked = {
    query: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
    authority: t.authority,
  };
  const handling = { grams: 1_300, millilitres: 1_500, keep: 'ambient' as const, minimumAge: 18 };
  const articles = createHandlingRoutes(deps);
  const wine = { ...asked, params: { marketId: t.marketId, articleId } };
  assert.ok((await articles.setArticleHandling({ ...wine, body: handling })).ok);
  assert.deepEqual(await articles.getArticleHandling({ ...wine, body: undefined }), {
    ok: true,
    value: { articleId, handling },
  });
  const couriers = createEquipmentRoutes(deps);
  const equip = async (courierId: CourierId, body: Equipment): Promise<void> => {
    const courier = { ...asked, params: { marketId: t.marketId, courierId } };
    assert.ok((await couriers.setCourierEquipment({ ...courier, body })).ok);
    const read = await couriers.getCourierEquipment({ ...courier, body: undefined });
    assert.deepEqual(read, { ok: true, value: { courierId, equipment: body } });
  };
  const dispatcher = createDispatcher(t.deps('one'));
  await dispatcher.tick();
  // After the memory was read, so that the events tell of it.
  await equip(skilled!, { skills: ['age_check'] });
  await equip(small!, { litres: 0, skills: ['age_check'] });
  const id = await t.place();
  await t.accept(id);
  for (let second = 0; second < 30 * 60; second += 20) {
    await dispatcher.tick();
    t.clock.advanceBy(20 * SECOND_MS);
  }
  assert.equal((await t.read(id)).courierId, skilled);
  const decision = (await selectDecision(db, t.marketId, id))!;
  assert.ok(decision.alternatives.every(({ courierId }) => courierId !== near && courierId !== small));
  assert.deepEqual(comparable(dispatcher.memory), comparable(await readMemory(db, t.marketId)));
});

test('a scheduled order waits for its time, and is at the door in its slot though it was packed early', async () => {
  const t = await setUp();
  const dispatcher = createDispatcher(t.deps('one'));
  const slot = addMs(t.clock.now(), 90 * MINUTE_MS);
  const { weekday, minuteOfDay } = localTime(slot, 'America/Montevideo');
  const planned = await setPlan(
    { db, clock: t.clock },
    t.marketId,
    t.market.storeId,
    {
      slots: [{ weekday, startsMinute: minuteOfDay, lengthMinutes: 15, capacity: 1 }],
      cutoffMinutes: 30,
      daysAhead: 1,
    },
    t.authority,
  );
  assert.ok(planned.ok);
  const basket = { ...t.market.basket(), slot: toRfc3339(slot) };
  const placed = await t.ordering.placeOrder(t.marketId, {
    shopperId: t.shopperId,
    command: t.key(),
    basket,
    expectedTotalMinor: 1_390,
    paymentMethod: 'test_approve',
  });
  assert.ok(placed.ok);
  const { id, prepareAt } = placed.value;
  await t.accept(id);
  assert.ok((await t.ordering.change(t.marketId, { orderId: id, kind: 'ready', by: 'merchant' })).ok);
  const soon = await t.place();
  await t.accept(soon);
  let deliveredAt: number | undefined;
  while (deliveredAt === undefined && t.clock.now() < addMs(slot, HOUR_MS)) {
    await t.cook([soon]);
    await t.ride();
    const tick = await dispatcher.tick();
    if (t.clock.now() < prepareAt!) {
      assert.equal((await t.read(id)).courierId, undefined);
      assert.ok(tick.orders <= 1, 'the other order alone');
    }
    ({ deliveredAt } = await t.read(id));
    t.clock.advanceBy(20 * SECOND_MS);
  }
  assert.ok((await t.read(soon)).deliveredAt! < prepareAt!);
  // These couriers take no time at the store and at the door, so they are up to that much earlier than planned.
  const service = (defaultPolicy.pickupServiceSeconds + defaultPolicy.dropServiceSeconds) * SECOND_MS;
  assert.ok(deliveredAt! >= slot - service, `${slot - deliveredAt!} ms early`);
  assert.ok(deliveredAt! <= placed.value.promise.latest);
});

test('of two dispatchers one assigns; after its lease the other takes over and late work of the first is refused', async () => {
  const t = await setUp();
  let shut: (() => Promise<void>) | undefined;
  const firstDeps = t.deps('first');
  const first = createDispatcher({
    ...firstDeps,
    delivery: {
      ...firstDeps.delivery,
      // The first stalls between its plan and its commit, as a process does that is paused.
      async assign(...given) {
        await shut?.();
        return t.delivery.assign(...given);
      },
    },
  });
  const second = createDispatcher(t.deps('second'));
  const one = await t.place();
  await t.accept(one);
  t.clock.advanceBy(10 * MINUTE_MS);
  assert.deepEqual([(await first.tick()).role, (await second.tick()).role], ['leader', 'standby']);
  assert.notEqual((await t.read(one)).courierId, undefined);

  const two = await t.place();
  await t.accept(two);
  t.clock.advanceBy(10 * MINUTE_MS);
  let taken: string | undefined;
  shut = async () => {
    shut = undefined;
    await db.query(
      `update dispatch.lease set expires_at = clock_timestamp() - interval '1 second' where market_id = $1`,
      [keyOf(t.marketId)],
    );
    taken = (await second.tick()).role;
  };
  const late = await first.tick();
  assert.equal(taken, 'leader');
  assert.equal(late.role, 'deposed');
  const routes = await selectOpenRoutes(db, t.marketId);
  const held = routes.flatMap((route) => route.dropoffs.map((dropoff) => dropoff.orderId));
  assert.deepEqual(held.sort(), [one, two].sort(), 'each order on one route');
  assert.equal((await first.tick()).role, 'standby');
  assert.equal((await second.tick()).role, 'leader');
});

test('a dispatcher that gives up its lease lets another lead at once, who knows all that is open', async () => {
  const t = await setUp();
  const first = createDispatcher(t.deps('first'));
  const order = await t.place();
  await t.accept(order);
  t.clock.advanceBy(10 * MINUTE_MS);
  await first.tick();
  await first.tick();
  const kept = comparable(first.memory);
  await first.stop();
  const second = createDispatcher(t.deps('second'));
  const tick = await second.tick();
  assert.equal(tick.role, 'leader');
  assert.equal(tick.assigned, 0, 'what was assigned stays');
  assert.deepEqual(comparable(second.memory), kept);
});

test('the same holder started again gets a new token, so what it sent before it died is refused', async () => {
  const t = await setUp();
  await createDispatcher(t.deps('same')).tick();
  const again = createDispatcher(t.deps('same'));
  assert.equal((await again.tick()).role, 'leader');
  const stale = await t.delivery.assign(t.marketId, [], { fencingToken: 1 });
  assert.ok(!stale.ok && stale.error.code === 'stale_fence');
});

test('a courier who wants to go gets no more work, and its order goes to another', async () => {
  const t = await setUp(2);
  const dispatcher = createDispatcher(t.deps('one'));
  const [near, far] = t.courierIds as [CourierId, CourierId];
  const first = await t.place();
  await t.accept(first);
  t.clock.advanceBy(8 * MINUTE_MS);
  await dispatcher.tick();
  const chosen = (await t.read(first)).courierId;
  assert.equal(chosen, near);
  assert.ok((await t.fleet.endShift(t.marketId, near, t.authority)).ok);
  for (let minute = 0; minute < 30; minute++) {
    await t.cook([first]);
    await t.ride();
    await dispatcher.tick();
    t.clock.advanceBy(MINUTE_MS);
  }
  assert.equal((await t.read(first)).state, 'delivered');
  const [courier] = await selectCouriers(db, t.marketId, [near]);
  assert.equal(courier!.status, 'off_shift');
  const second = await t.place();
  await t.accept(second);
  t.clock.advanceBy(10 * MINUTE_MS);
  await dispatcher.tick();
  assert.equal((await t.read(second)).courierId, far);
});

test('an order cancelled on a route frees the courier, and the dispatcher forgets it', async () => {
  const t = await setUp(1);
  const dispatcher = createDispatcher(t.deps('one'));
  const order = await t.place();
  await t.accept(order);
  t.clock.advanceBy(10 * MINUTE_MS);
  await dispatcher.tick();
  assert.equal((await selectOpenRoutes(db, t.marketId)).length, 1);
  const cancel = { orderId: order, kind: 'cancel', reason: 'operator', by: 'operator' } as const;
  assert.ok((await t.ordering.change(t.marketId, cancel)).ok);
  t.clock.advanceBy(MINUTE_MS);
  while ((await selectOpenRoutes(db, t.marketId)).length > 0) {
    await t.delivery.takeOrderEvents(t.marketId);
    await dispatcher.tick();
  }
  await dispatcher.tick();
  assert.deepEqual([dispatcher.memory!.orders.size, dispatcher.memory!.routes.size], [0, 0]);
  assert.equal([...dispatcher.memory!.couriers.values()][0]!.status, 'idle');
});

test('an order that goes elsewhere is planned for its new door, before and after it has a route', async () => {
  const t = await setUp(1);
  const dispatcher = createDispatcher(t.deps('one'));
  const order = await t.place();
  await dispatcher.tick();
  const moveTo = async (label: string) => {
    const address = { label, ...TEST_PLACE };
    const move = { orderId: order, kind: 'change_address', address, by: 'shopper' } as const;
    assert.ok((await t.ordering.change(t.marketId, move)).ok);
    await t.delivery.takeOrderEvents(t.marketId);
    await dispatcher.tick();
    assert.deepEqual(dispatcher.memory!.orders.get(order)!.address, address);
  };
  const doors = async () =>
    (await selectOpenRoutes(db, t.marketId)).flatMap(({ dropoffs }) =>
      dropoffs.map(({ place }) => place.label),
    );
  await moveTo('Calle 7');
  await t.accept(order);
  t.clock.advanceBy(10 * MINUTE_MS);
  await dispatcher.tick();
  assert.deepEqual(await doors(), ['Calle 7']);
  await moveTo('Calle 8');
  assert.deepEqual(await doors(), ['Calle 8']);
  assert.deepEqual(
    [...dispatcher.memory!.routes.values()].map((route) => route.dropoffs[0]!.place.label),
    ['Calle 8'],
  );
});

test('two orders of one store that are ready together ride together when that is quickest for both', async () => {
  const t = await setUp(1);
  const dispatcher = createDispatcher(t.deps('one'));
  const orders = [await t.place(), await t.place()];
  for (const id of orders) await t.accept(id);
  const pickedUp = async () => (await selectOpenRoutes(db, t.marketId)).filter(isPickedUp);
  while ((await pickedUp()).length === 0) {
    t.clock.advanceBy(20 * SECOND_MS);
    await t.cook(orders);
    await dispatcher.tick();
    await t.ride();
  }
  const [route, ...others] = await pickedUp();
  assert.deepEqual([route!.dropoffs.length, others.length], [2, 0]);
  await dispatcher.tick();
  const before = await t.read(orders[0]!);
  assert.ok(before.expectedDeliveryAt! > t.clock.now());
  // Nobody moves for ten minutes: the order is expected later, and the shopper is told.
  t.clock.advanceBy(10 * MINUTE_MS);
  assert.ok((await dispatcher.tick()).expected > 0);
  assert.ok((await t.read(orders[0]!)).expectedDeliveryAt! >= t.clock.now());
});

test('a courier sent ahead is on its way there until it is seen, and is sent once', async () => {
  const t = await setUp(3);
  const sent: [CourierId, string][] = [];
  const dispatcher = createDispatcher({
    ...t.deps('one'),
    // A policy that thinks a minute of way worth saving for the next order.
    policy: { ...defaultPolicy, prepositionWithinSeconds: 900 },
    onPreposition: (courierId, store) => sent.push([courierId, store.id]),
  });
  // Demand is learnt from orders; each is gone again before anybody sets out for it.
  for (let count = 0; count < 3; count++) {
    const id = await t.place();
    await dispatcher.tick();
    assert.ok(
      (
        await t.ordering.change(t.marketId, {
          orderId: id,
          kind: 'cancel',
          reason: 'operator',
          by: 'operator',
        })
      ).ok,
    );
    t.clock.advanceBy(20 * SECOND_MS);
    await dispatcher.tick();
  }
  assert.ok(sent.length > 0);
  const ids = sent.map(([courierId]) => courierId);
  assert.equal(new Set(ids).size, ids.length, 'nobody is sent again on the way');
  assert.ok(sent.every(([, storeId]) => storeId === t.market.storeId));
});

test('the loop ticks by the clock, passes over ticks it is late for, and gives the lease back when told to end', async () => {
  const t = await setUp();
  const dispatcher = createDispatcher(t.deps('loop'));
  const stop = new AbortController();
  const ticks: number[] = [];
  let wake: (() => void) | undefined;
  const started = t.clock.now();
  const ended = dispatcher.run(stop.signal, (report) => {
    ticks.push((report.at - started) / SECOND_MS);
    wake?.();
  });
  const tickAfter = async (seconds: number): Promise<void> => {
    const ticked = new Promise<void>((resolve) => (wake = resolve));
    if (seconds > 0) t.clock.advanceBy(seconds * SECOND_MS);
    await ticked;
    // The loop goes to sleep in the turns after its tick.
    await new Promise((resolve) => setImmediate(resolve));
  };
  await tickAfter(0);
  await tickAfter(20);
  await tickAfter(70);
  await tickAfter(10);
  assert.deepEqual(ticks, [0, 20, 90, 100]);
  stop.abort();
  await ended;
  const next = createDispatcher(t.deps('next'));
  assert.equal((await next.tick()).role, 'leader');
});
