import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS, MINUTE_MS, addMs, epochMs, fromRfc3339, toRfc3339 } from '@halfhour/kernel';
import { newKey, pizzaBasket, routeFromStream, valueOf } from './order-steps.ts';
import { START, servePlatform } from './platform.ts';
import { assertSound } from './soundness.ts';

const platform = await servePlatform();
const { db, market, clock } = platform;
const { marketId, kitchenId: storeId } = market;
const inStore = { params: { marketId, storeId } };
const shopper = platform.clientOf(market.shoppers[0]);
const merchant = platform.clientOf(market.merchants[0]);

/** The clock of the market begins on a Monday at 12:00; the market is in UTC. */
const slot = (startsMinute: number) => ({ weekday: 1, startsMinute, lengthMinutes: 30, capacity: 1 });
const plan = { slots: [slot(745), slot(840)], cutoffMinutes: 10, daysAhead: 0 };
const [first, second] = [745, 840].map((minute) => epochMs(START + (minute - 720) * MINUTE_MS));

test('a scheduled order goes from a slot that the store offers, through a basket, to the door in that slot', async () => {
  assert.deepEqual(valueOf(await merchant.call('getSlotPlan', inStore)).slots, []);
  assert.deepEqual(valueOf(await merchant.call('setSlotPlan', { ...inStore, body: plan })), plan);
  assert.deepEqual(valueOf(await merchant.call('getSlotPlan', inStore)), plan);
  const twice = { ...plan, slots: [slot(745), slot(745)] };
  const unsound = await merchant.call('setSlotPlan', { ...inStore, body: twice });
  assert.equal(!unsound.ok && unsound.error.code, 'invalid_request');

  const nobody = platform.clientOf();
  const { items } = valueOf(await nobody.call('listSlots', { ...inStore, query: { day: '2026-06-01' } }));
  assert.deepEqual(
    items.map(({ start, left }) => [start, left]),
    [
      [toRfc3339(first!), 1],
      [toRfc3339(second!), 1],
    ],
  );
  assert.deepEqual(
    valueOf(await nobody.call('listSlots', { ...inStore, query: { day: '2026-06-02' } })).items,
    [],
  );

  const basket = { ...pizzaBasket(market), slot: items[0]!.start };
  const params = { marketId };
  const quote = valueOf(await shopper.call('createQuote', { params, body: basket }));
  assert.deepEqual(quote.promise, { earliest: items[0]!.start, latest: items[0]!.end });
  const body = { ...basket, expectedTotalMinor: quote.totalMinor, payment: { method: 'test_approve' } };
  const placed = valueOf(await shopper.call('placeOrder', { params, body, idempotencyKey: newKey() }));
  assert.deepEqual([placed.state, placed.slot, placed.promise], ['placed', items[0]!.start, quote.promise]);

  const other = platform.clientOf(market.shoppers[1]);
  const full = await other.call('placeOrder', { params, body, idempotencyKey: newKey() });
  assert.ok(!full.ok && full.error.code === 'slot_full');
  assert.deepEqual(full.error['next'], [items[1]], 'what can be had instead');

  // The store sees it at once, and begins at its time; no courier is sent before.
  const inOrder = { params: { marketId, orderId: placed.id } };
  const accepted = valueOf(
    await merchant.call('acceptOrder', { ...inOrder, body: {}, idempotencyKey: newKey() }),
  );
  const prepareAt = fromRfc3339(placed.prepareAt!)!;
  assert.ok(prepareAt > addMs(START, 5 * MINUTE_MS) && prepareAt < first!);
  assert.equal(accepted.expectedReadyAt, toRfc3339(addMs(prepareAt, 5 * MINUTE_MS)));
  const courier = platform.clientOf(market.couriers[0]);
  const courierId = market.courierIds[0]!;
  const shift = { position: { lat: 40.001, lng: 20 }, endsAt: toRfc3339(addMs(START, 2 * HOUR_MS)) };
  valueOf(
    await courier.call('startShift', {
      params: { marketId, courierId },
      body: shift,
      idempotencyKey: newKey(),
    }),
  );
  clock.setSpeed(60);
  await clock.until(addMs(prepareAt, -MINUTE_MS));
  clock.setSpeed(0);
  const waiting = valueOf(await shopper.call('getOrder', inOrder));
  assert.deepEqual([waiting.state, waiting.courierId], ['accepted', undefined]);

  const route = await routeFromStream(platform, courier, 0, [placed]);
  assert.ok(fromRfc3339(route.assignedAt)! >= prepareAt);
  valueOf(await merchant.call('markOrderReady', { ...inOrder, body: {}, idempotencyKey: newKey() }));
  const stop = async (stopNumber: number, done: object) => {
    const at = { params: { marketId, routeId: route.id, stopNumber } };
    valueOf(await courier.call('arriveAtStop', { ...at, body: {}, idempotencyKey: newKey() }));
    valueOf(await courier.call('completeStop', { ...at, body: done, idempotencyKey: newKey() }));
  };
  const [pickup, dropoff] = route.stops.map(({ number }) => number);
  await stop(pickup!, {});
  clock.setSpeed(60);
  await clock.until(addMs(first!, MINUTE_MS));
  clock.setSpeed(0);
  await stop(dropoff!, { code: placed.deliveryCode! });

  const delivered = valueOf(await shopper.call('getOrder', inOrder));
  assert.equal(delivered.state, 'delivered');
  const { items: told } = valueOf(await shopper.call('getOrderTimeline', inOrder));
  const { data } = told.find(({ type }) => type === 'OrderDelivered')!;
  const minutes = (fromRfc3339(delivered.deliveredAt!)! - prepareAt) / MINUTE_MS;
  assert.equal(data['onTime'], true);
  assert.ok(Math.abs((data['minutesToDoor'] as number) - minutes) <= 0.05, JSON.stringify(data));
  await assertSound(db, marketId);
});

test('what is too late to order for says so, and what else there is', async () => {
  const body = { ...pizzaBasket(market), slot: toRfc3339(first!) };
  const late = await shopper.call('createQuote', { params: { marketId }, body });
  assert.ok(!late.ok && late.error.code === 'slot_closed');
  assert.deepEqual(
    (late.error['next'] as { start: string }[]).map(({ start }) => start),
    [toRfc3339(second!)],
  );
  for (const wrong of ['tomorrow', '2026-06-01T12:25:00', '2026-13-01T00:00:00Z']) {
    const answer = await shopper.call('createQuote', {
      params: { marketId },
      body: { ...body, slot: wrong },
    });
    assert.equal(!answer.ok && answer.error.code, 'invalid_request');
  }
  for (const far of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-06-01T14:00:00.12345678901234Z']) {
    const answer = await shopper.call('createQuote', { params: { marketId }, body: { ...body, slot: far } });
    assert.equal(!answer.ok && answer.error.code, 'slot_closed', far);
  }
});
