import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type CourierId,
  type OrderId,
  type RouteId,
  HOUR_MS,
  MINUTE_MS,
  addMs,
  currency,
  keyOf,
  systemTicker,
} from '@halfhour/kernel';
import type { Authority, CommandKey } from '../api/index.ts';
import { createCouriers, selectCouriers } from '../couriers/index.ts';
import {
  TIPS_UNASSIGNED,
  courierPayable,
  postTransactions,
  selectBalances,
  selectImbalance,
  selectTransactions,
} from '../ledger/index.ts';
import { type MarketPolicy, createMarkets } from '../markets/index.ts';
import { type OrderChange, selectOrders } from '../ordering/index.ts';
import { TEST_PLACE, createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import {
  type Assignment,
  type StopWork,
  MAX_WRONG_CODES,
  assignByHand,
  createDelivery,
  createDeliveryRoutes,
  declineRoute,
  releaseByHand,
  selectDeclines,
  selectOpenRoutes,
  selectRoutes,
  toRoute,
} from './index.ts';

const checked: (() => Promise<void>)[] = [];
// Registered before the database is made, so that it runs before the database is dropped.
after(async () => {
  for (const check of checked) await check();
});

const db = await createTestDatabase();

const PICKUP = { label: 'Plaza 1', ...TEST_PLACE };
const DOOR = { label: 'Calle 2', lat: TEST_PLACE.lat + 0.005, lng: TEST_PLACE.lng };

/** A market with couriers on shift; after all tests its books must balance. */
async function setUp(couriers = 2) {
  const t = await createTestOrdering(db, { couriers });
  const { marketId, courierIds, storeId } = t.market;
  checked.push(async () =>
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 }),
  );
  const deps = {
    db,
    clock: t.clock,
    ticker: systemTicker,
    ids: t.ids,
    ordering: t.ordering,
    markets: createMarkets({ db }),
    onCommit: () => {},
  };
  const delivery = createDelivery(deps);
  const shifts = createCouriers({
    db,
    clock: t.clock,
    ids: t.ids,
    ticker: systemTicker,
    onError: (error) => assert.fail(String(error)),
  });
  checked.push(() => shifts.close());
  const authority: Authority = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  for (const courierId of courierIds) {
    const shift = { position: TEST_PLACE, endsAt: addMs(t.clock.now(), 4 * HOUR_MS) };
    assert.ok((await shifts.startShift(marketId, courierId, shift, authority)).ok);
  }
  const change = (
    orderId: OrderId,
    rest:
      | { readonly kind: 'accept' | 'ready' }
      | { readonly kind: 'cancel'; readonly reason: 'operator' }
      | { readonly kind: 'change_address'; readonly address: typeof DOOR },
  ) => t.ordering.change(marketId, { by: 'operator', ...rest, orderId } as OrderChange);
  return {
    ...t,
    marketId,
    deps,
    delivery,
    /** Delivery where the market has further terms for couriers. */
    async withTerms(courierTerms: NonNullable<MarketPolicy['courierTerms']>) {
      const market = (await deps.markets.get(marketId))!;
      const policy = { ...market.policy, courierTerms };
      return createDelivery({ ...deps, markets: { get: async () => ({ ...market, policy }) } });
    },
    hand: { ...deps, estimate: () => ({ metres: 1_000, seconds: 300 }) },
    shifts,
    authority,
    courierIds,
    change,
    async order(state: 'placed' | 'ready' = 'ready'): Promise<OrderId> {
      const id = await t.place();
      if (state === 'ready') {
        assert.ok((await change(id, { kind: 'accept' })).ok);
        assert.ok((await change(id, { kind: 'ready' })).ok);
      }
      return id;
    },
    assignment: (courierId: CourierId, orderIds: readonly OrderId[], payMinor = 400): Assignment => ({
      courierId,
      storeId,
      pickupPlace: PICKUP,
      expectedPickupAt: addMs(t.clock.now(), 5 * MINUTE_MS),
      drops: orderIds.map((orderId) => ({
        orderId,
        place: DOOR,
        expectedAt: addMs(t.clock.now(), 15 * MINUTE_MS),
      })),
      payMinor,
    }),
    async assign(courierId: CourierId, orderIds: readonly OrderId[]): Promise<RouteId> {
      const outcome = await delivery.assign(marketId, [this.assignment(courierId, orderIds)]);
      assert.ok(outcome.ok && outcome.value[0]!.ok, JSON.stringify(outcome));
      return outcome.value[0].value.id;
    },
    read: async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!,
    courier: async (id: CourierId) => (await selectCouriers(db, marketId, [id]))[0]!,
    route: async (id: RouteId) => (await selectRoutes(db, marketId, [id]))[0]!,
    types: async (id: RouteId) => (await eventsOf(db, marketId, id)).map((event) => event.type),
    complete: (routeId: RouteId, stopNumber: number, rest: Partial<StopWork> = {}) =>
      delivery.complete(marketId, { routeId, stopNumber, by: { role: 'operator' }, ...rest }),
    arrive: (routeId: RouteId, stopNumber: number, rest: Partial<StopWork> = {}) =>
      delivery.arrive(marketId, { routeId, stopNumber, by: { role: 'operator' }, ...rest }),
  };
}

test('a route goes from assignment to the last door, with the orders, the courier, the pay and the events', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId];
  const orders = [await t.order(), await t.order()];
  const id = await t.assign(courierId, orders);
  assert.equal((await t.read(orders[0]!)).courierId, courierId);
  const work = async () => {
    const { status, load } = await t.courier(courierId);
    return `${status} ${load}`;
  };
  assert.equal(await work(), 'to_store 2');
  const by = { role: 'courier' as const, courierIds: [courierId] };
  assert.ok((await t.arrive(id, 0, { by })).ok);
  assert.equal(await work(), 'at_store 2');
  assert.ok((await t.complete(id, 0, { by })).ok);
  assert.equal(await work(), 'to_shopper 2');
  assert.equal((await t.read(orders[1]!)).state, 'picked_up');
  for (const [index, orderId] of orders.entries()) {
    const { deliveryCode } = await t.read(orderId);
    assert.ok((await t.complete(id, index + 1, { by, code: deliveryCode })).ok);
    assert.equal((await t.read(orderId)).state, 'delivered');
  }
  assert.equal(await work(), 'idle 0');
  assert.equal((await t.route(id)).state, 'done');
  assert.deepEqual(await t.types(id), [
    'RouteAssigned',
    'StopArrived',
    'StopCompleted',
    'StopArrived',
    'StopCompleted',
    'StopArrived',
    'StopCompleted',
    'RouteDone',
  ]);
  const balances = new Map(
    (await selectBalances(db, t.marketId, '', 50)).map((each) => [each.code, each.balanceMinor]),
  );
  assert.equal(balances.get('platform:courier-pay'), 400);
  assert.equal(balances.get(`courier:${courierId}:payable`), -400 - 50 - 50, 'pay and two tips');
});

test('a pickup waits until all orders are ready, and says which are not', async () => {
  const t = await setUp();
  const orders = [await t.order('ready'), await t.order('placed')];
  const id = await t.assign(t.courierIds[0]!, orders);
  const early = await t.complete(id, 0);
  assert.ok(!early.ok && early.error.code === 'not_ready');
  assert.deepEqual(early.error['orderIds'], [orders[1]]);
  assert.equal((await t.read(orders[0]!)).state, 'ready');
  assert.ok((await t.change(orders[1]!, { kind: 'accept' })).ok);
  assert.ok((await t.change(orders[1]!, { kind: 'ready' })).ok);
  assert.ok((await t.complete(id, 0)).ok);
});

test('waiting beyond the free minutes and the promised time is paid with the route, and told from the pickup on', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId];
  const delivery = await t.withTerms({ waiting: { freeMinutes: 5, perMinuteMinor: 20 } });
  const order = await t.order('placed');
  assert.ok((await t.change(order, { kind: 'accept' })).ok);
  const { expectedReadyAt } = await t.read(order);
  assert.equal(expectedReadyAt, addMs(t.clock.now(), 10 * MINUTE_MS));
  const id = await t.assign(courierId, [order]);
  const by = { role: 'operator' as const };
  const command = (key: string): CommandKey => ({ caller: courierId, key, bodyHash: key });
  const arriving = { routeId: id, stopNumber: 0, by, command: command('arrive') };
  const arrived = await delivery.arrive(t.marketId, arriving);
  t.clock.advanceBy(25 * MINUTE_MS);
  assert.ok((await t.change(order, { kind: 'ready' })).ok);
  const picked = await delivery.complete(t.marketId, { routeId: id, stopNumber: 0, by });
  assert.ok(picked.ok);
  assert.equal(toRoute(picked.value).payMinor, 400 + 15 * 20);
  assert.deepEqual(await delivery.arrive(t.marketId, arriving), arrived, 'as it was answered then');
  assert.deepEqual(await t.route(id), picked.value);
  assert.ok((await delivery.complete(t.marketId, { routeId: id, stopNumber: 1, by })).ok);
  const done = (await eventsOf(db, t.marketId, id)).find(({ type }) => type === 'RouteDone');
  assert.equal(done?.data['payMinor'], 700);
  const balances = await selectBalances(db, t.marketId, '', 50);
  assert.equal(balances.find(({ code }) => code === 'platform:courier-pay')?.balanceMinor, 700);
});

test('a courier needs the code and has ten tries; then only the operator can complete', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId];
  const order = await t.order();
  const id = await t.assign(courierId, [order]);
  const by = { role: 'courier' as const, courierIds: [courierId] };
  assert.ok((await t.complete(id, 0, { by })).ok);
  const { deliveryCode } = await t.read(order);
  const wrong = deliveryCode === '0000' ? '0001' : '0000';
  for (let left = MAX_WRONG_CODES - 1; left >= 0; left--) {
    const answer = await t.complete(id, 1, { by, ...(left % 2 === 0 ? { code: wrong } : {}) });
    assert.ok(!answer.ok && answer.error.code === 'wrong_code');
    assert.equal(answer.error['triesLeft'], left);
  }
  const right = await t.complete(id, 1, { by, code: deliveryCode });
  assert.ok(!right.ok && right.error.code === 'wrong_code');
  assert.ok((await t.complete(id, 1)).ok);
  assert.equal((await t.read(order)).state, 'delivered');
});

test('another courier’s route is not found, and nothing is told of it', async () => {
  const t = await setUp();
  const id = await t.assign(t.courierIds[0]!, [await t.order()]);
  const by = { role: 'courier' as const, courierIds: [t.courierIds[1]!] };
  for (const answer of [await t.arrive(id, 0, { by }), await t.complete(id, 0, { by })]) {
    assert.ok(!answer.ok && answer.error.code === 'not_found');
  }
});

test('the same command acts once and answers the same, also at the same time; another body is refused', async () => {
  const t = await setUp();
  const id = await t.assign(t.courierIds[0]!, [await t.order()]);
  const command = t.key();
  const answers = await Promise.all([
    t.complete(id, 0, { command }),
    t.complete(id, 0, { command }),
    createDelivery(t.deps).complete(t.marketId, {
      routeId: id,
      stopNumber: 0,
      by: { role: 'operator' },
      command,
    }),
  ]);
  answers.push(await t.complete(id, 0, { command }));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.ok(answers[0]!.ok);
  assert.deepEqual(await t.types(id), ['RouteAssigned', 'StopArrived', 'StopCompleted']);
  const other = await t.complete(id, 0, { command: { ...command, bodyHash: 'other' } });
  assert.ok(!other.ok && other.error.code === 'idempotency_key_reused');
});

test('a repeat is answered as the command was, whatever has become of the route since', async () => {
  const t = await setUp(1);
  const [courierId] = t.courierIds as [CourierId];
  const orders = [await t.order(), await t.order(), await t.order()] as const;
  const id = await t.assign(courierId, orders);
  const by = { role: 'courier' as const, courierIds: [courierId] };
  const { deliveryCode: code } = await t.read(orders[0]);
  const wrong = code === '0000' ? '0001' : '0000';
  const commands: (() => ReturnType<typeof t.complete>)[] = [];
  const answers: Awaited<ReturnType<typeof t.complete>>[] = [];
  const send = async (run: (command: CommandKey) => ReturnType<typeof t.complete>) => {
    const command = t.key();
    commands.push(() => run(command));
    answers.push(await run(command));
  };
  await send((command) => t.arrive(id, 0, { by, command }));
  const fewer = { routeId: id, ...t.assignment(courierId, orders.slice(0, 2), 250) };
  assert.ok((await t.delivery.update(t.marketId, [fewer])).ok);
  await send((command) => t.arrive(id, 0, { by, command }));
  await send((command) => t.complete(id, 0, { by, command }));
  await send((command) => t.complete(id, 1, { by, command, code: wrong }));
  await send((command) => t.complete(id, 1, { by, command, code: wrong }));
  await send((command) => t.complete(id, 1, { by, command, code }));
  assert.ok((await t.change(orders[1], { kind: 'cancel', reason: 'operator' })).ok);
  while ((await t.route(id)).state !== 'done') await t.delivery.takeOrderEvents(t.marketId);
  assert.deepEqual(
    answers.map((answer) =>
      answer.ok
        ? [answer.value.state, answer.value.dropoffs.length, answer.value.payMinor]
        : answer.error['triesLeft'],
    ),
    [['started', 3, 400], ['started', 2, 250], ['started', 2, 250], 9, 8, ['started', 2, 250]],
  );
  const route = await t.route(id);
  const told = (each: (typeof answers)[number]) => (each.ok ? toRoute(each.value) : each.error);
  const repeats = await Promise.all(commands.map((again) => again()));
  assert.deepEqual(repeats.map(told), answers.map(told));
  assert.deepEqual(await t.route(id), route);
});

test('a wrong code that two processes are sent at the same time is one try', async () => {
  const t = await setUp(1);
  const [courierId] = t.courierIds as [CourierId];
  const order = await t.order();
  const id = await t.assign(courierId, [order]);
  assert.ok((await t.complete(id, 0)).ok);
  const { deliveryCode } = await t.read(order);
  const code = deliveryCode === '0000' ? '0001' : '0000';
  const by = { role: 'courier' as const, courierIds: [courierId] };
  const work = { routeId: id, stopNumber: 1, code, by, command: t.key() };
  const processes = [t.delivery, createDelivery(t.deps), createDelivery(t.deps)];
  const answers = await Promise.all(processes.map((each) => each.complete(t.marketId, work)));
  for (const answer of answers) assert.ok(!answer.ok && answer.error['triesLeft'] === MAX_WRONG_CODES - 1);
  assert.equal((await t.route(id)).dropoffs[0]!.wrongCodes, 1);
});

test('who waits for a route sees the route that its courier was given meanwhile', async () => {
  const t = await setUp(1);
  const [courierId] = t.courierIds as [CourierId];
  const [one, two] = [await t.order(), await t.order()];
  const first = await t.assign(courierId, [one]);
  assert.ok((await t.complete(first, 0)).ok);
  let done: ReturnType<typeof t.complete> | undefined;
  // The commit of the assignment is held up until the completion waits for the row of the first route.
  const held = createDelivery({
    ...t.deps,
    db: {
      ...db,
      transact: (run) =>
        db.transact(async (tx) => {
          const outcome = await run(tx);
          done = t.complete(first, 1);
          while (
            (await db.query(`select 1 from pg_locks where not granted and locktype = 'transactionid'`))
              .length === 0
          );
          return outcome;
        }),
    },
  });
  const assigned = await held.assign(t.marketId, [t.assignment(courierId, [two])]);
  assert.ok(assigned.ok && assigned.value[0]!.ok);
  assert.ok((await done!).ok);
  const { status, load } = await t.courier(courierId);
  assert.deepEqual([status, load], ['to_store', 1], 'the new route is what it carries out now');
  assert.equal((await t.delivery.current(t.marketId, courierId))?.id, assigned.value[0].value.id);
});

test('couriers who work at the same time are gathered without harm to each other', async () => {
  const t = await setUp(12);
  const routes = await Promise.all(
    t.courierIds.map(async (courierId) => t.assign(courierId, [await t.order()])),
  );
  const answers = await Promise.all([
    ...routes.map((id) => t.complete(id, 0)),
    ...routes.map((id) => t.complete(id, 1)),
    t.complete(t.ids.next('rte'), 0),
  ]);
  assert.equal(answers.filter((answer) => answer.ok).length, 24);
  const missing = answers.at(-1)!;
  assert.ok(!missing.ok && missing.error.code === 'not_found');
  assert.deepEqual(await selectOpenRoutes(db, t.marketId), []);
});

test('an assignment that cannot be is left out whole, the others are made', async () => {
  const t = await setUp(3);
  const [a, b, off] = t.courierIds as [CourierId, CourierId, CourierId];
  assert.ok((await t.shifts.endShift(t.marketId, off, t.authority)).ok);
  const orders = await Promise.all(Array.from({ length: 6 }, () => t.order('placed')));
  const [one, two, gone, with2, held, free] = orders as [
    OrderId,
    OrderId,
    OrderId,
    OrderId,
    OrderId,
    OrderId,
  ];
  assert.ok((await t.change(gone, { kind: 'cancel', reason: 'operator' })).ok);
  await t.assign(b, [held]);
  const outcome = await t.delivery.assign(t.marketId, [
    t.assignment(a, [one, two]),
    t.assignment(a, [gone, with2]),
    t.assignment(off, [free]),
    t.assignment(b, [held]),
    t.assignment(b, [two]),
  ]);
  assert.ok(outcome.ok);
  assert.deepEqual(
    outcome.value.map((each) => (each.ok ? 'assigned' : each.error.code)),
    ['assigned', 'order_not_assignable', 'courier_off_shift', 'order_taken', 'order_taken'],
  );
  assert.equal((await t.read(with2)).courierId, undefined);
  assert.equal((await t.courier(a)).load, 2);
});

test('a writer with a lower fencing token is refused and changes nothing', async () => {
  const t = await setUp();
  const order = await t.order();
  const assignment = t.assignment(t.courierIds[0]!, [order]);
  assert.equal(await t.delivery.fence(t.marketId, 7), true);
  const stale = await t.delivery.assign(t.marketId, [assignment], { fencingToken: 6 });
  assert.ok(!stale.ok && stale.error.code === 'stale_fence');
  assert.equal(await t.delivery.fence(t.marketId, 6), false);
  assert.equal((await t.read(order)).courierId, undefined);
  const made = await t.delivery.assign(t.marketId, [assignment], { fencingToken: 7 });
  assert.ok(made.ok && made.value[0]!.ok);
});

test('two who assign the same orders at the same time: each order gets one route', async () => {
  const t = await setUp();
  const [a, b] = t.courierIds as [CourierId, CourierId];
  const orders = await Promise.all(Array.from({ length: 4 }, () => t.order()));
  await Promise.allSettled([
    t.delivery.assign(
      t.marketId,
      orders.map((order) => t.assignment(a, [order])),
    ),
    t.delivery.assign(
      t.marketId,
      orders.toReversed().map((order) => t.assignment(b, [order])),
    ),
  ]);
  const routes = await selectOpenRoutes(db, t.marketId);
  assert.deepEqual(
    routes.flatMap((route) => route.dropoffs.map((each) => each.orderId)).sort(),
    orders.sort(),
  );
  for (const courierId of [a, b]) {
    const load = routes.filter((route) => route.courierId === courierId).length;
    assert.equal((await t.courier(courierId)).load, load);
  }
});

test('orders move between routes until the pickup; an emptied route is cancelled and its courier free', async () => {
  const t = await setUp();
  const [a, b] = t.courierIds as [CourierId, CourierId];
  const [one, two, three] = [await t.order(), await t.order(), await t.order()];
  const first = await t.assign(a, [one, two]);
  const second = await t.assign(b, [three]);
  const to = (routeId: RouteId, orderIds: readonly OrderId[]) => ({
    routeId,
    ...t.assignment(a, orderIds, 100 * orderIds.length),
  });
  const moved = await t.delivery.update(t.marketId, [to(second, [two, three, one]), to(first, [])]);
  assert.ok(moved.ok && moved.value.every((each) => each.ok), JSON.stringify(moved));
  assert.equal((await t.route(first)).state, 'cancelled');
  assert.deepEqual(
    (await t.route(second)).dropoffs.map((each) => [each.number, each.orderId]),
    [
      [1, two],
      [2, three],
      [3, one],
    ],
  );
  assert.deepEqual([(await t.courier(a)).status, (await t.courier(b)).load], ['idle', 3]);
  assert.equal((await t.read(one)).courierId, b);

  const swapped = await t.delivery.update(t.marketId, [to(second, [one, two])]);
  assert.ok(swapped.ok && swapped.value[0]!.ok);
  assert.equal((await t.read(three)).courierId, undefined, 'who leaves for nowhere has no courier');

  assert.ok((await t.complete(second, 0)).ok);
  const late = await t.delivery.update(t.marketId, [to(second, [one])]);
  assert.ok(late.ok && !late.value[0]!.ok && late.value[0].error.code === 'wrong_state');
});

test('a cancelled order leaves its route exactly once, whoever reads the event', async () => {
  const t = await setUp();
  const [a, b] = t.courierIds as [CourierId, CourierId];
  const [one, two, three] = [await t.order(), await t.order(), await t.order()];
  const first = await t.assign(a, [one, two]);
  const second = await t.assign(b, [three]);
  for (const order of [one, three])
    assert.ok((await t.change(order, { kind: 'cancel', reason: 'operator' })).ok);
  // Events of transactions that still run elsewhere on the server hold readers up, so read until it is done.
  while ((await t.route(second)).state !== 'cancelled') {
    await Promise.all([
      t.delivery.takeOrderEvents(t.marketId),
      createDelivery(t.deps).takeOrderEvents(t.marketId),
    ]);
  }
  assert.deepEqual(
    (await t.route(first)).dropoffs.map((each) => each.orderId),
    [two],
  );
  assert.deepEqual(await t.types(first), ['RouteAssigned', 'RouteChanged']);
  assert.deepEqual(await t.types(second), ['RouteAssigned', 'RouteChanged', 'RouteCancelled']);
  assert.deepEqual([(await t.courier(a)).load, (await t.courier(b)).status], [1, 'idle']);
  const balances = await selectBalances(db, t.marketId, '', 50);
  assert.equal(
    balances.find((each) => each.code === 'platform:courier-pay'),
    undefined,
  );
});

test('an order on a route gets its new door, and the courier is told; a plan made before does not take it back', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId, CourierId];
  const [one, two, three] = [await t.order(), await t.order(), await t.order()];
  const id = await t.assign(courierId, [one, two]);
  const near = { label: 'Near', ...TEST_PLACE };
  for (const order of [two, three]) {
    assert.ok((await t.change(order, { kind: 'change_address', address: near })).ok);
  }
  while ((await t.route(id)).dropoffs[1]!.place.label !== 'Near')
    await t.delivery.takeOrderEvents(t.marketId);
  assert.deepEqual(
    (await t.route(id)).dropoffs.map(({ place }) => place),
    [DOOR, near],
  );
  assert.deepEqual(await t.types(id), ['RouteAssigned', 'RouteChanged']);
  // As a dispatcher plans that has not read the event: with the door that it remembers.
  const updated = await t.delivery.update(t.marketId, [
    { routeId: id, ...t.assignment(courierId, [two, one, three], 300) },
  ]);
  assert.ok(updated.ok && updated.value[0]!.ok);
  const later = await t.order();
  assert.ok((await t.change(later, { kind: 'change_address', address: near })).ok);
  const second = await t.assign(t.courierIds[1]!, [later]);
  assert.deepEqual(
    [...(await t.route(id)).dropoffs, ...(await t.route(second)).dropoffs].map((each) => each.place),
    [near, DOOR, near, near],
  );
});

test('a pickup does not wait for the event of a cancellation', async () => {
  const t = await setUp();
  const [one, two] = [await t.order(), await t.order()];
  const id = await t.assign(t.courierIds[0]!, [one, two]);
  assert.ok((await t.change(one, { kind: 'cancel', reason: 'operator' })).ok);
  const picked = await t.complete(id, 0);
  assert.ok(picked.ok);
  assert.deepEqual(
    picked.value.dropoffs.map((each) => each.orderId),
    [two],
  );
});

test('queued routes are carried out one after the other', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId];
  const first = await t.assign(courierId, [await t.order()]);
  const second = await t.assign(courierId, [await t.order()]);
  assert.equal((await t.delivery.current(t.marketId, courierId))?.id, first);
  const early = await t.arrive(second, 0);
  assert.ok(!early.ok && early.error.code === 'wrong_state');
  const answers = await Promise.all([t.complete(first, 0), t.complete(first, 1), t.complete(second, 0)]);
  assert.ok(
    answers.every((answer) => answer.ok),
    'also when all of it falls into one group',
  );
  assert.equal((await t.delivery.current(t.marketId, courierId))?.id, second);
  await assert.rejects(
    db.query(
      `insert into delivery.route
         (market_id, route_id, version, courier_id, store_id, state, assigned_at, pay_minor, document)
       values ($1, 1, 1, $2, 1, 'started', now(), 0, '{}')`,
      [keyOf(t.marketId), keyOf(courierId)],
    ),
    /route_started/,
  );
});

test('a shift that was asked to end takes no new work and ends with the last door', async () => {
  const t = await setUp();
  const [courierId] = t.courierIds as [CourierId];
  const id = await t.assign(courierId, [await t.order()]);
  assert.ok((await t.shifts.endShift(t.marketId, courierId, t.authority)).ok);
  const more = await t.delivery.assign(t.marketId, [t.assignment(courierId, [await t.order()])]);
  assert.ok(more.ok && !more.value[0]!.ok && more.value[0].error.code === 'courier_off_shift');
  await t.complete(id, 0);
  assert.equal((await t.courier(courierId)).status, 'to_shopper');
  await t.complete(id, 1);
  assert.equal((await t.courier(courierId)).status, 'off_shift');
});

test('a shift that paid less than its hours guarantee is topped up once, whoever reads the event; tips are beside it', async () => {
  const t = await setUp(3);
  const [busy, late, idle] = t.courierIds as [CourierId, CourierId, CourierId];
  const terms = { hourlyGuaranteeMinor: 1_000 };
  const [delivery, second] = [await t.withTerms(terms), await t.withTerms(terms)];
  const by = { role: 'operator' as const };
  const carry = async (courierId: CourierId, payMinor: number, ending = false) => {
    const given = await delivery.assign(t.marketId, [t.assignment(courierId, [await t.order()], payMinor)]);
    assert.ok(given.ok && given.value[0]!.ok);
    const routeId = given.value[0].value.id;
    if (ending) assert.ok((await t.shifts.endShift(t.marketId, courierId, t.authority)).ok);
    for (const stopNumber of [0, 1]) {
      assert.ok((await delivery.complete(t.marketId, { routeId, stopNumber, by })).ok);
    }
  };
  t.clock.advanceBy(HOUR_MS);
  await carry(busy, 1_600);
  await carry(late, 300);
  // More than is read at once lies behind what the first route paid.
  const tips = Array.from({ length: 250 }, () => ({
    kind: 'sale',
    reference: t.ids.next('ord'),
    currency: currency('UYU'),
    postedAt: t.clock.now(),
    postings: [
      { account: TIPS_UNASSIGNED, amountMinor: 1 },
      { account: courierPayable(busy), amountMinor: -1 },
    ],
  }));
  await db.transaction(async (tx) => postTransactions(tx, t.marketId, t.ids, tips));
  t.clock.advanceBy(HOUR_MS / 2);
  // The last door ends this shift, in the same moment; its pay counts.
  await carry(late, 200, true);
  for (const courierId of [busy, idle]) {
    assert.ok((await t.shifts.endShift(t.marketId, courierId, t.authority)).ok);
  }
  // The next shift, begun in that moment, is looked at by itself: what the one before has paid is not its pay.
  const shift = { position: TEST_PLACE, endsAt: addMs(t.clock.now(), 4 * HOUR_MS) };
  assert.ok((await t.shifts.startShift(t.marketId, late, shift, t.authority)).ok);
  t.clock.advanceBy(HOUR_MS);
  assert.ok((await t.shifts.endShift(t.marketId, late, t.authority)).ok);
  const guarantees = async () =>
    (await selectTransactions(db, t.marketId, { limit: 100 })).filter(
      ({ kind }) => kind === 'shift-guarantee',
    );
  while ((await guarantees()).length < 3) {
    await Promise.all([delivery.takeOrderEvents(t.marketId), second.takeOrderEvents(t.marketId)]);
  }
  const balances = new Map(
    (await selectBalances(db, t.marketId, '', 50)).map((each) => [each.code, each.balanceMinor]),
  );
  assert.equal(balances.get(`courier:${busy}:payable`), -1_600 - 50 - 250, 'its pay is above 1,500');
  assert.equal(balances.get(`courier:${late}:payable`), -1_500 - 2 * 50 - 1_000, 'two shifts');
  assert.equal(balances.get(`courier:${idle}:payable`), -1_500);
  assert.equal(balances.get('platform:courier-pay'), 1_600 + 1_500 + 1_000 + 1_500);
});

test('a courier sees its own work over the API and nobody else’s', async () => {
  const t = await setUp();
  const [own, other] = t.courierIds as [CourierId, CourierId];
  const id = await t.assign(own, [await t.order()]);
  const routes = createDeliveryRoutes({ ...t.hand, delivery: t.delivery });
  const authority: Authority = { ...t.authority, role: 'courier', scope: 'own', courierIds: [own] };
  const request = {
    query: undefined,
    authority,
    command: t.key(),
    requestId: 'r',
    signal: new AbortController().signal,
  };
  const seen = await routes.getCourierRoute({
    ...request,
    body: undefined,
    params: { marketId: t.marketId, courierId: own },
  });
  assert.ok(seen.ok && seen.value.route?.id === id && seen.value.route.stops.length === 2);
  const foreign = await routes.getCourierRoute({
    ...request,
    body: undefined,
    params: { marketId: t.marketId, courierId: other },
  });
  assert.ok(!foreign.ok && foreign.error.code === 'not_found');
  const params = { marketId: t.marketId, routeId: id, stopNumber: 0 };
  const arrived = await routes.arriveAtStop({ ...request, body: {}, params });
  assert.ok(arrived.ok && arrived.value.state === 'started');
  const completed = await routes.completeStop({ ...request, body: {}, params, command: t.key() });
  assert.ok(completed.ok && completed.value.stops[0]!.completedAt !== undefined);
  assert.doesNotMatch(JSON.stringify(completed.value), /code/i);
});

test('an order given by hand leaves its courier, and no plan touches it', async () => {
  const t = await setUp(3);
  const [one, two, three] = t.courierIds as [CourierId, CourierId, CourierId];
  const [moved, stays, meant] = [await t.order(), await t.order(), await t.order()];
  const from = await t.assign(one, [moved, stays]);
  const planned = await t.assign(two, [meant]);
  const command = t.key();
  const give = (orderId: OrderId, courierId: CourierId, key = t.key()) =>
    assignByHand(t.hand, t.marketId, { orderId, courierId, by: 'operator', command: key });
  const given = await give(moved, two, command);
  assert.ok(given.ok);
  assert.deepEqual([given.value.courierId, given.value.byHand], [two, true]);
  assert.deepEqual(
    (await t.route(from)).dropoffs.map(({ orderId }) => orderId),
    [stays],
  );
  assert.equal((await t.route(planned)).state, 'cancelled');
  assert.deepEqual(
    [(await t.read(moved)).courierId, (await t.read(stays)).courierId, (await t.read(meant)).courierId],
    [two, one, undefined],
  );
  assert.deepEqual([(await t.courier(one)).load, (await t.courier(two)).load], [1, 1]);
  assert.deepEqual(await give(moved, two, command), given);
  const reused = await give(stays, two, { ...command, bodyHash: 'another' });
  assert.ok(!reused.ok && reused.error.code === 'idempotency_key_reused');

  // Another order of the store joins; what one has already becomes its own for good.
  const joined = await give(meant, two);
  assert.ok(joined.ok && joined.value.id === given.value.id && joined.value.stops.length === 3);
  const kept = await give(stays, one);
  assert.ok(kept.ok && kept.value.id === from && kept.value.byHand === true);

  const released = await releaseByHand(t.hand, t.marketId, {
    orderId: meant,
    by: 'operator',
    command: t.key(),
  });
  assert.ok(released.ok);
  assert.equal((await t.read(meant)).courierId, undefined);
  assert.equal((await t.route(given.value.id)).dropoffs.length, 1);
  const again = await releaseByHand(t.hand, t.marketId, { orderId: meant, by: 'operator', command: t.key() });
  assert.ok(again.ok, 'no courier has it: nothing to do');

  // Two people at once: one of them is last, and the order is on one route.
  const both = await Promise.all([give(meant, one), give(meant, three)]);
  assert.ok(both.every(({ ok }) => ok));
  const routes = await selectOpenRoutes(db, t.marketId);
  const holders = routes.filter(({ dropoffs }) => dropoffs.some(({ orderId }) => orderId === meant));
  assert.deepEqual([holders.length, holders[0]!.courierId], [1, (await t.read(meant)).courierId]);

  // Carried out like any other.
  await t.complete(given.value.id, 0);
  const late = await give(moved, three);
  assert.ok(!late.ok && late.error.code === 'wrong_state');
  await t.complete(given.value.id, 1);
  assert.equal((await t.read(moved)).state, 'delivered');
});

test('nobody gives an order by hand to a courier who cannot take it, and nothing is changed then', async () => {
  const t = await setUp(2);
  const [one, two] = t.courierIds as [CourierId, CourierId];
  const order = await t.order();
  const from = await t.assign(one, [order]);
  assert.ok((await t.shifts.endShift(t.marketId, two, t.authority)).ok);
  const give = (orderId: OrderId, courierId: CourierId) =>
    assignByHand(t.hand, t.marketId, { orderId, courierId, by: 'operator', command: t.key() });
  const codes = await Promise.all([
    give(order, two),
    give(order, t.ids.next('cou')),
    give(t.ids.next('ord'), one),
  ]);
  assert.deepEqual(
    codes.map((outcome) => !outcome.ok && outcome.error.code),
    ['courier_off_shift', 'not_found', 'not_found'],
  );
  assert.deepEqual(
    (await t.route(from)).dropoffs.map(({ orderId }) => orderId),
    [order],
  );
  assert.equal((await t.read(order)).courierId, one);
});

test('a courier declines a route until it is at the store, and its orders are nobody’s again', async () => {
  const t = await setUp(2);
  const [one, two] = t.courierIds as [CourierId, CourierId];
  const [first, second] = [await t.order(), await t.order()];
  const id = await t.assign(one, [first, second]);
  const command = t.key();
  const decline = (courierId: CourierId, key = t.key(), routeId = id) =>
    declineRoute(t.hand, t.marketId, {
      routeId,
      reason: 'too_far',
      by: { role: 'courier', courierIds: [courierId] },
      command: key,
    });
  const foreign = await decline(two);
  assert.ok(!foreign.ok && foreign.error.code === 'not_found');
  const declined = await decline(one, command);
  assert.ok(declined.ok && declined.value.state === 'cancelled');
  assert.deepEqual(await decline(one, command), declined);
  const twice = await decline(one);
  assert.ok(!twice.ok && twice.error.code === 'wrong_state');
  assert.deepEqual([(await t.read(first)).courierId, (await t.courier(one)).load], [undefined, 0]);
  assert.deepEqual(
    [...(await selectDeclines(db, t.marketId, [first, second]))],
    [
      [first, [one]],
      [second, [one]],
    ],
  );
  const events = await eventsOf(db, t.marketId, id);
  assert.deepEqual(
    events.filter(({ type }) => type === 'RouteDeclined').map(({ by, data }) => [by, data['reason']]),
    [['courier', 'too_far']],
  );

  const again = await t.assign(two, [first]);
  await t.arrive(again, 0);
  const late = await decline(two, t.key(), again);
  assert.ok(!late.ok && late.error.code === 'wrong_state');
});
