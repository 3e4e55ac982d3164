import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Basket } from '@halfhour/contract';
import type { ShortagePolicy } from '@halfhour/engines/shortage';
import { type OrderId, MINUTE_MS, SECOND_MS, addMs, fromRfc3339, ok } from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { createMarkets } from '../markets/index.ts';
import { selectOrders } from '../ordering/index.ts';
import { setPlan } from '../slots/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { type Promises, createPromiseRoutes, createPromises } from './index.ts';

const db = await createTestDatabase();

const CALM = { openOrders: 20, couriersOnShift: 20, readyWaitSeconds: 0 };
const policy: ShortagePolicy = {
  measures: [
    { kind: 'longer_promises', seconds: 600 },
    { kind: 'pause_far_orders', maxTripSeconds: 100 },
    { kind: 'smaller_zones', reachBp: 1_000 },
    { kind: 'surge_pay', courierPayBp: 15_000, deliveryFeeBp: 12_000 },
  ],
  beginsAtBp: 3_000,
  endsAtBp: 1_500,
  beginsAfterSeconds: 60,
  endsAfterSeconds: 60,
  minOpenOrders: 10,
};

/** A market whose orders are promised by what it learns. */
async function setUp() {
  const promisesOf = new Map<string, Promises>();
  const t = await createTestOrdering(db, {
    couriers: 1,
    promises: {
      promise: (market, question) => promisesOf.get('here')!.promise(market, question),
      measures: (market) => promisesOf.get('here')!.measures(market),
    },
  });
  const { marketId } = t.market;
  const markets = createMarkets({ db });
  const create = (): Promises => createPromises({ db, clock: t.clock, markets, onCommit: () => {} });
  const promises = create();
  promisesOf.set('here', promises);
  const operator: Authority = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };

  /** Places an order and brings it to the door so long after. */
  async function deliver(seconds: number): Promise<OrderId> {
    const orderId = await t.place();
    const courierId = t.market.courierIds[0]!;
    const step = async (change: Parameters<typeof t.ordering.change>[1]): Promise<void> => {
      const changed = await t.ordering.change(marketId, change);
      assert.ok(changed.ok, JSON.stringify(changed));
    };
    await step({ kind: 'accept', orderId, by: 'merchant' });
    await step({ kind: 'ready', orderId, by: 'merchant' });
    await step({ kind: 'assign', orderId, courierId, expectedDeliveryAt: t.clock.now(), by: 'system' });
    await step({ kind: 'pick_up', orderId, courierId, by: 'courier' });
    t.clock.advanceBy(seconds * SECOND_MS);
    await step({ kind: 'deliver', orderId, courierId, by: 'courier' });
    return orderId;
  }

  /** Rounds of dispatch with so many of 20 orders breaking, until so many seconds are over. */
  async function rounds(breakingOrders: number, seconds: number): Promise<void> {
    for (let passed = 0; passed <= seconds; passed += 20) {
      await promises.observe(marketId, { load: CALM, breakingOrders });
      t.clock.advanceBy(20 * SECOND_MS);
    }
  }

  async function windowOf(basket: Basket = t.market.basket()) {
    const quote = await t.ordering.quote(marketId, basket);
    if (!quote.ok) return quote;
    const minutes = (moment: string): number => (fromRfc3339(moment)! - t.clock.now()) / MINUTE_MS;
    const { earliest, latest } = quote.value.promise;
    return ok({ earliest: minutes(earliest), latest: minutes(latest), fee: quote.value.deliveryFeeMinor });
  }
  return { ...t, marketId, markets, create, promises, operator, deliver, rounds, windowOf };
}

test('a new market promises by its policy, and what it delivers moves its promises, after a restart too', async () => {
  const t = await setUp();
  const before = await t.windowOf();
  assert.ok(before.ok);
  // 600 s of preparation, 60 to accept, 111 s of way, a window of 900 s.
  assert.ok(Math.abs(before.value.latest - before.value.earliest - 15) < 0.001);
  for (let count = 0; count < 40; count++) await t.deliver(1_500);
  await t.promises.learn(t.marketId);
  await t.promises.follow(t.marketId);
  const after = await t.windowOf();
  assert.ok(after.ok);
  assert.ok(
    after.value.latest - after.value.earliest < 12,
    `${after.value.earliest} to ${after.value.latest}`,
  );
  assert.ok(after.value.latest > 24.9 && after.value.latest < 33, `${after.value.latest}`);

  const restarted = t.create();
  await restarted.follow(t.marketId);
  const market = (await t.markets.get(t.marketId))!;
  const question = {
    storeId: t.market.storeId,
    preparationSeconds: 600,
    tripSeconds: 111,
    now: t.clock.now(),
  };
  assert.deepEqual(restarted.promise(market, question), t.promises.promise(market, question));
});

test('each delivery is learned once, however often and in however many processes', async () => {
  const t = await setUp();
  for (let count = 0; count < 5; count++) await t.deliver(3_000);
  const other = t.create();
  await Promise.all([t.promises.learn(t.marketId), other.learn(t.marketId)]);
  await t.promises.learn(t.marketId);
  const rows = await db.query<{ learned: { learned: number } }>(
    `select learned from promises.history where learned->>'spreadSeconds' is not null
     order by version desc limit 1`,
  );
  assert.equal(rows[0]!.learned.learned, 5);
});

test('an order keeps why it was promised what it was', async () => {
  const t = await setUp();
  await t.promises.observe(t.marketId, { load: { ...CALM, readyWaitSeconds: 30 }, breakingOrders: 0 });
  const orderId = await t.place();
  const order = (await selectOrders(db, t.marketId, [orderId])).get(orderId)!;
  const { parts, load, shortageSeconds } = order.promiseBasis!;
  const sum = Object.values(parts).reduce((total, part) => total + part, shortageSeconds);
  assert.equal(sum * SECOND_MS, order.promise.latest - order.placedAt);
  assert.equal(parts.preparationSeconds, 600);
  assert.deepEqual(load, { ...CALM, readyWaitSeconds: 30 });
});

test('the window that the shopper saw is kept, unless it is no longer near to what can be', async () => {
  const t = await setUp();
  const basket = t.market.basket();
  const quote = await t.ordering.quote(t.marketId, basket);
  assert.ok(quote.ok);
  const seen = {
    earliest: fromRfc3339(quote.value.promise.earliest)!,
    latest: fromRfc3339(quote.value.promise.latest)!,
  };
  const place = (expectedPromise: typeof seen) =>
    t.ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command: t.key(),
      basket,
      expectedTotalMinor: quote.value.totalMinor,
      expectedPromise,
      paymentMethod: 'test_approve',
    });
  t.clock.advanceBy(4 * MINUTE_MS);
  const kept = await place(seen);
  assert.deepEqual(kept.ok && kept.value.promise, seen);
  const routes = createPromiseRoutes({ db, promises: t.promises });
  const why = await routes.getOrderPromise({
    params: { marketId: t.marketId, orderId: (kept.ok && kept.value.id) as OrderId },
    authority: t.operator,
    query: undefined,
    body: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  });
  assert.equal(why.ok && why.value.parts.movedSeconds, -240);
  const invented = await place({ earliest: seen.earliest, latest: addMs(seen.latest, 60 * MINUTE_MS) });
  assert.deepEqual(invented.ok && invented.value.promise, {
    earliest: addMs(seen.earliest, 4 * MINUTE_MS),
    latest: addMs(seen.latest, 4 * MINUTE_MS),
  });
  t.clock.advanceBy(2 * MINUTE_MS);
  const tooLate = await place(seen);
  assert.ok(!tooLate.ok && tooLate.error.code === 'promise_changed' && tooLate.error['quote'] !== undefined);
});

test('by default a shortage makes new promises longer, and its end makes them as they were', async () => {
  const t = await setUp();
  await t.rounds(0, 0);
  const before = await t.windowOf();
  await t.rounds(10, 140);
  const during = await t.windowOf();
  assert.ok(before.ok && during.ok);
  assert.ok(Math.abs(during.value.latest - before.value.latest - 10) < 0.001);
  assert.equal(during.value.earliest, before.value.earliest);
  await t.rounds(0, 620);
  assert.deepEqual(await t.windowOf(), before);
});

test('measures begin in the order of the policy, each with its effect, and end in the opposite one', async () => {
  const t = await setUp();
  const set = await t.promises.setPolicy(t.marketId, policy, t.operator);
  assert.ok(set.ok && set.value.policyVersion === 1);
  const near = t.market.basket();
  const market = (await t.markets.get(t.marketId))!;
  const before = await t.windowOf(near);
  assert.ok(before.ok);

  await t.rounds(10, 60);
  const longer = await t.windowOf(near);
  assert.ok(longer.ok && longer.value.latest > before.value.latest + 9);

  await t.rounds(10, 40);
  const far = await t.windowOf(near);
  assert.ok(!far.ok && far.error.code === 'delivery_paused', 'a way of 111 s is too far');
  const atDoor: Basket = { ...near, address: { ...near.address, lat: near.address.lat - 0.003 } };
  assert.ok((await t.windowOf(atDoor)).ok);

  await t.rounds(10, 40);
  const zone = await t.windowOf({ ...near, address: { ...near.address, lat: near.address.lat - 0.001 } });
  assert.ok(!zone.ok && zone.error.code === 'delivery_paused', 'beyond 300 m');
  assert.ok((await t.windowOf(atDoor)).ok);

  await t.rounds(10, 40);
  const surged = await t.windowOf(atDoor);
  assert.ok(surged.ok);
  assert.equal(surged.value.fee, Math.round(before.value.fee * 1.2));
  const paying = (await t.promises.paying.get(t.marketId))!;
  assert.equal(paying.policy.courierPayPerOrderMinor, 1.5 * market.policy.courierPayPerOrderMinor);
  const inForce = t.promises.shown(t.marketId).measures.map(({ kind }) => kind);
  assert.deepEqual(
    inForce,
    policy.measures.map(({ kind }) => kind),
  );

  await t.rounds(0, 400);
  assert.deepEqual(await t.windowOf(near), before);
  assert.equal(
    (await t.promises.paying.get(t.marketId))!.policy.courierPayPerOrderMinor,
    market.policy.courierPayPerOrderMinor,
  );
  const told = (await eventsOf(db, t.marketId, t.marketId)).filter(({ type }) => type.startsWith('Shortage'));
  const levels = told
    .filter(({ type }) => type === 'ShortageMeasuresChanged')
    .map(({ data }) => (data['measures'] as unknown[]).length);
  assert.deepEqual(levels, [1, 2, 3, 4, 3, 2, 1, 0]);
  assert.equal(told[0]!.type, 'ShortagePolicyChanged');
});

test('a slot is promised and priced as ever while couriers are short, and what was promised stays', async () => {
  const t = await setUp();
  const orderId = await t.place();
  const promised = (await selectOrders(db, t.marketId, [orderId])).get(orderId)!.promise;
  // Slots of Monday 12:00 in Montevideo, three hours from now.
  const slots = [{ weekday: 1, startsMinute: 720, lengthMinutes: 30, capacity: 5 }];
  const plan = { slots, cutoffMinutes: 0, daysAhead: 1 };
  assert.ok((await setPlan({ db, clock: t.clock }, t.marketId, t.market.storeId, plan, t.operator)).ok);
  const basket = { ...t.market.basket(), slot: '2026-06-01T15:00:00.000Z' };
  const before = await t.ordering.quote(t.marketId, basket);
  assert.ok(before.ok);
  await t.promises.setPolicy(t.marketId, policy, t.operator);
  await t.rounds(10, 400);
  assert.equal(t.promises.inForce(t.marketId).maxTripSeconds, 100);
  assert.deepEqual(await t.ordering.quote(t.marketId, basket), before);
  assert.deepEqual((await selectOrders(db, t.marketId, [orderId])).get(orderId)!.promise, promised);
});

test('a policy that would flap is refused and changes nothing', async () => {
  const t = await setUp();
  const refused = await t.promises.setPolicy(t.marketId, { ...policy, endsAtBp: 5_000 }, t.operator);
  assert.ok(!refused.ok && refused.error.code === 'invalid_request');
  const shown = await t.promises.shortage(t.marketId);
  assert.ok(shown.ok && shown.value.policyVersion === 0);
});

test('every version of a policy is kept, the same again is none, and other processes follow', async () => {
  const t = await setUp();
  const other = t.create();
  await t.promises.setPolicy(t.marketId, policy, t.operator);
  const again = await t.promises.setPolicy(t.marketId, { ...policy }, t.operator);
  assert.ok(again.ok && again.value.policyVersion === 1);
  const next = await t.promises.setPolicy(t.marketId, { ...policy, measures: [] }, t.operator);
  assert.ok(next.ok && next.value.policyVersion === 2);
  await t.promises.setPolicy(t.marketId, policy, t.operator);
  await t.rounds(10, 60);
  await other.follow(t.marketId);
  assert.equal(other.inForce(t.marketId).longerSeconds, 600);
  const shown = await other.shortage(t.marketId);
  assert.ok(shown.ok && shown.value.policyVersion === 3 && shown.value.breakingOrders === 10);
  assert.equal((await other.shortage(t.ids.next('mkt'))).ok, false);
});
