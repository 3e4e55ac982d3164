import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticCity } from '@halfhour/engines/city';
import { type CourierId, HOUR_MS, addMs, distanceMetres, systemTicker } from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { createCouriers } from '../couriers/index.ts';
import { createDelivery } from '../delivery/index.ts';
import { createMaps } from '../maps/index.ts';
import { createMarkets } from '../markets/index.ts';
import { TEST_PLACE, createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { createWayRoutes } from './index.ts';

const db = await createTestDatabase();

async function setUp() {
  const t = await createTestOrdering(db, { couriers: 2 });
  const { marketId, courierIds } = t.market;
  const markets = createMarkets({ db });
  const onError = (error: unknown) => assert.fail(String(error));
  const delivery = createDelivery({
    db,
    clock: t.clock,
    ticker: systemTicker,
    ids: t.ids,
    ordering: t.ordering,
    markets,
    onCommit: () => {},
  });
  const couriers = createCouriers({ db, clock: t.clock, ids: t.ids, ticker: systemTicker, onError });
  const maps = createMaps({
    markets,
    clock: t.clock,
    open: () => Promise.resolve(syntheticCity(1)),
    onError,
  });
  const by = (more: Partial<Authority>): Authority => ({
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
    ...more,
  });
  for (const courierId of courierIds) {
    const endsAt = addMs(t.clock.now(), 4 * HOUR_MS);
    assert.ok((await couriers.startShift(marketId, courierId, { position: TEST_PLACE, endsAt }, by({}))).ok);
  }
  const orderIds = [await t.place(), await t.place()];
  for (const orderId of orderIds) {
    for (const kind of ['accept', 'ready'] as const) {
      assert.ok((await t.ordering.change(marketId, { orderId, kind, by: 'merchant' })).ok);
    }
  }
  assert.ok(await delivery.fence(marketId, 1));
  const routes = createWayRoutes({ db, couriers, delivery, maps });
  const asked = {
    query: undefined,
    body: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  };
  return {
    ...t,
    marketId,
    courierId: courierIds[0]!,
    other: courierIds[1]!,
    orderIds,
    delivery,
    close: () => couriers.close(),
    by,
    courierWay: (courierId: CourierId, authority: Authority) =>
      routes.getCourierWay({ ...asked, params: { marketId, courierId }, authority }),
    orderWay: (orderId: (typeof orderIds)[number], authority: Authority) =>
      routes.getOrderWay({ ...asked, params: { marketId, orderId }, authority }),
    async assign() {
      const expectedAt = addMs(t.clock.now(), HOUR_MS);
      const outcome = await delivery.assign(
        marketId,
        [
          {
            courierId: courierIds[0]!,
            storeId: t.market.storeId,
            pickupPlace: { label: 'Store', lat: TEST_PLACE.lat + 0.002, lng: TEST_PLACE.lng },
            expectedPickupAt: expectedAt,
            drops: orderIds.map((orderId) => ({
              orderId,
              place: t.market.basket().address,
              expectedAt,
            })),
            payMinor: 100,
          },
        ],
        { fencingToken: 1 },
      );
      assert.ok(outcome.ok && outcome.value[0]!.ok);
      return outcome.value[0].value;
    },
    async stop(routeId: Parameters<typeof delivery.arrive>[1]['routeId'], stopNumber: number) {
      const work = { routeId, stopNumber, by: { role: 'operator' as const } };
      assert.ok((await delivery.complete(marketId, work)).ok);
    },
  };
}

test('a courier sees the line and the steps to each stop that is left, and others do not', async () => {
  const t = await setUp();
  const itself = t.by({ role: 'courier', scope: 'own', courierIds: [t.courierId] });
  assert.deepEqual(await t.courierWay(t.courierId, itself), { ok: true, value: { legs: [] } });
  const route = await t.assign();
  const way = await t.courierWay(t.courierId, itself);
  assert.ok(way.ok);
  assert.equal(way.value.routeId, route.id);
  assert.deepEqual(
    way.value.legs.map(({ stopNumber }) => stopNumber),
    [0, 1, 2],
  );
  for (const { points, metres, steps } of way.value.legs) {
    assert.ok(points.length >= 2 && metres >= 0);
    assert.ok(steps.length === 0 || steps[0]!.turn === 'depart');
  }
  assert.deepEqual(way.value.legs[0]!.points[0], TEST_PLACE);
  assert.deepEqual(await t.courierWay(t.courierId, t.by({})), way, 'an operator sees the same');
  const other = t.by({ role: 'courier', scope: 'own', courierIds: [t.other] });
  const refused = await t.courierWay(t.courierId, other);
  assert.ok(!refused.ok && refused.error.code === 'not_found');
  await t.close();
});

test('a shopper sees the line to the own door and no other, from when the courier comes there next', async () => {
  const t = await setUp();
  const [first, second] = t.orderIds as [(typeof t.orderIds)[number], (typeof t.orderIds)[number]];
  const shopper = t.by({ role: 'shopper', scope: 'own' });
  const route = await t.assign();
  const early = await t.orderWay(first, shopper);
  assert.ok(!early.ok && early.error.code === 'wrong_state');
  await t.stop(route.id, 0);
  const next = await t.orderWay(first, shopper);
  assert.ok(next.ok && next.value.stopsBefore === 0 && next.value.way !== undefined);
  const { lat, lng } = t.market.basket().address;
  assert.ok(distanceMetres(next.value.way.points.at(-1)!, { lat, lng }) < 1);
  assert.ok(!('steps' in next.value.way));
  assert.deepEqual(await t.orderWay(second, shopper), { ok: true, value: { stopsBefore: 1 } });
  const stranger = await t.orderWay(first, { ...shopper, userId: t.ids.next('usr') });
  assert.ok(!stranger.ok && stranger.error.code === 'not_found');
  await t.stop(route.id, 1);
  const after = await t.orderWay(second, shopper);
  assert.ok(after.ok && after.value.stopsBefore === 0 && after.value.way !== undefined);
  const done = await t.orderWay(first, shopper);
  assert.ok(!done.ok && done.error.code === 'wrong_state');
  await t.close();
});
