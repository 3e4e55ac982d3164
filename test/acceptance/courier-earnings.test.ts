import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goOnShift, newKey, quoteAndPlace, routeFromStream, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';

const platform = await servePlatform();
const { market } = platform;
const { marketId } = market;

test('a courier reads what the day has brought, by route and by shift, and nobody else’s', async () => {
  const courierId = market.courierIds[0]!;
  const merchant = platform.clientOf(market.merchants[0]);
  const courier = await goOnShift(platform, 0);
  const earnings = async () =>
    valueOf(await courier.call('getCourierEarnings', { params: { marketId, courierId } }));
  const before = await earnings();
  assert.deepEqual([before.today.totalMinor, before.routes, before.owedMinor], [0, [], 0]);

  const order = await quoteAndPlace(platform.clientOf(market.shoppers[0]), market);
  const params = { marketId, orderId: order.id };
  valueOf(
    await merchant.call('acceptOrder', {
      params,
      body: { preparationSeconds: 60 },
      idempotencyKey: newKey(),
    }),
  );
  const route = await routeFromStream(platform, courier, 0, [order]);
  valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
  for (const body of [{}, { code: order.deliveryCode! }]) {
    const stopNumber = 'code' in body ? 1 : 0;
    valueOf(
      await courier.call('completeStop', {
        params: { marketId, routeId: route.id, stopNumber },
        body,
        idempotencyKey: newKey(),
      }),
    );
  }

  const after = await earnings();
  assert.ok(route.payMinor > 0);
  const [done] = after.routes;
  assert.deepEqual([done?.routeId, done?.orderIds, done?.tipsMinor], [route.id, [order.id], 50]);
  assert.equal(after.today.payMinor, done!.payMinor);
  assert.equal(after.today.tipsMinor, 50);
  assert.equal(after.today.totalMinor, done!.payMinor + 50);
  assert.equal(after.today.orders, 1);
  assert.deepEqual(after.week, after.today);
  assert.equal(after.owedMinor, after.today.totalMinor);
  assert.equal(after.shifts.length, 1);
  assert.deepEqual(after.shifts[0]!.earned, after.today);

  const other = platform.clientOf(market.couriers[1]);
  const refused = await other.call('getCourierEarnings', { params: { marketId, courierId } });
  assert.equal(!refused.ok && refused.error.code, 'not_found');
});

test('a courier on break is given no route until it is back', async () => {
  const courierId = market.courierIds[0]!;
  const courier = platform.clientOf(market.couriers[0]);
  const rest = async (onBreak: boolean) =>
    valueOf(
      await courier.call('setBreak', {
        params: { marketId, courierId },
        body: { onBreak },
        idempotencyKey: newKey(),
      }),
    );
  assert.equal((await rest(true)).onBreak, true);
  const order = await quoteAndPlace(platform.clientOf(market.shoppers[0]), market);
  const params = { marketId, orderId: order.id };
  const merchant = platform.clientOf(market.merchants[0]);
  valueOf(
    await merchant.call('acceptOrder', {
      params,
      body: { preparationSeconds: 60 },
      idempotencyKey: newKey(),
    }),
  );
  // Another courier on shift, so that the market’s mind has looked at the order: it goes there and not to who rests.
  const other = await goOnShift(platform, 1);
  const route = await routeFromStream(platform, other, 1, [order]);
  assert.equal(route.courierId, market.courierIds[1]);
  assert.equal((await rest(false)).onBreak, undefined);
});
