import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderEvent } from '@halfhour/contract';
import { type OrderId, MINUTE_MS, addMs, fromRfc3339 } from '@halfhour/kernel';
import { selectBalances } from '@halfhour/platform/ledger';
import type { ApiClient } from '@halfhour/twin/http';
import { goOnShift, newKey, pizzaBasket, quoteAndPlace, routeFromStream, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';
import { assertSound } from './soundness.ts';

const platform = await servePlatform();
const { db, clock, market } = platform;
const { marketId } = market;
const PATIENCE_MS = 15_000;

/** Reads the stream of an order until it tells of the event `until`; gives what it told and where to go on. */
async function followOrder(
  client: ApiClient,
  orderId: OrderId,
  until: string,
  after?: string,
): Promise<{ readonly told: Extract<OrderEvent, { type: 'order' }>[]; readonly position: string }> {
  const told: Extract<OrderEvent, { type: 'order' }>[] = [];
  const input = {
    params: { marketId, orderId },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(after === undefined ? {} : { after }),
  };
  for await (const item of client.stream('streamOrder', input)) {
    if (item.kind !== 'event' || item.data.type !== 'order') continue;
    told.push(item.data);
    if (item.data.event === until) return { told, position: item.id };
  }
  throw new Error('the stream ended');
}

test('an order goes from the basket to the door over HTTP, each step by the one whose step it is', async () => {
  const shopper = platform.clientOf(market.shoppers[0]);
  const merchant = platform.clientOf(market.merchants[0]);
  const operator = platform.clientOf(market.operator);
  const courierId = market.courierIds[0]!;

  const placed = await quoteAndPlace(shopper, market);
  assert.equal(placed.state, 'placed');
  assert.match(placed.deliveryCode ?? '', /^\d{4}$/);
  const params = { marketId, orderId: placed.id };
  const idempotencyKey = newKey();
  const accept = { params, body: { preparationSeconds: 120 }, idempotencyKey };
  const accepted = valueOf(await merchant.call('acceptOrder', accept));
  assert.equal(accepted.deliveryCode, undefined, 'the code is not for the store');
  assert.equal(
    fromRfc3339(accepted.expectedReadyAt!),
    addMs(fromRfc3339(accepted.acceptedAt!)!, 2 * MINUTE_MS),
  );
  assert.deepEqual(valueOf(await merchant.call('acceptOrder', accept)), accepted, 'a retry answers the same');

  // Up to here, then away, and back later with the position of the last event.
  const first = await followOrder(shopper, placed.id, 'OrderAccepted');

  const courier = await goOnShift(platform, 0);
  const route = await routeFromStream(platform, courier, 0, [placed]);
  assert.deepEqual(
    route.stops.map(({ kind }) => kind),
    ['pickup', 'dropoff'],
  );
  const stop = (stopNumber: number) => ({ params: { marketId, routeId: route.id, stopNumber } });
  const [pickup, dropoff] = route.stops.map(({ number }) => number) as [number, number];

  valueOf(await courier.call('arriveAtStop', { ...stop(pickup), body: {}, idempotencyKey: newKey() }));
  const early = await courier.call('completeStop', { ...stop(pickup), body: {}, idempotencyKey: newKey() });
  assert.equal(!early.ok && early.error.code, 'not_ready');
  valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
  valueOf(await courier.call('completeStop', { ...stop(pickup), body: {}, idempotencyKey: newKey() }));
  const position = { params: { marketId, courierId }, body: { lat: 40.003, lng: 20.002 } };
  valueOf(await courier.call('reportPosition', position));
  const late = await shopper.call('cancelOrder', { params, body: {}, idempotencyKey: newKey() });
  assert.equal(
    !late.ok && late.error.code,
    'wrong_state',
    'what is on its way is not cancelled by the shopper',
  );

  valueOf(await courier.call('arriveAtStop', { ...stop(dropoff), body: {}, idempotencyKey: newKey() }));
  const handOver = { ...stop(dropoff), body: { code: placed.deliveryCode! }, idempotencyKey: newKey() };
  const done = valueOf(await courier.call('completeStop', handOver));
  assert.equal(done.state, 'done');
  assert.deepEqual(valueOf(await courier.call('completeStop', handOver)), done, 'a retry answers the same');

  const delivered = valueOf(await shopper.call('getOrder', { params }));
  assert.equal(delivered.state, 'delivered');
  assert.equal(delivered.courierId, courierId);

  // The timeline is complete, and the stream told it once, in order, over the interruption.
  const { items } = valueOf(await shopper.call('getOrderTimeline', { params }));
  const steps = items.map(({ type }) => type).filter((type) => type !== 'OrderExpected');
  assert.deepEqual(steps, [
    'OrderReceived',
    'OrderPlaced',
    'OrderAccepted',
    'OrderAssigned',
    'OrderReady',
    'OrderPickedUp',
    'OrderDelivered',
  ]);
  assert.deepEqual(
    items.filter(({ type }) => type !== 'OrderExpected').map(({ by }) => by),
    ['shopper', 'system', 'merchant', 'system', 'merchant', 'courier', 'courier'],
  );
  const second = await followOrder(shopper, placed.id, 'OrderDelivered', first.position);
  const told = [...first.told, ...second.told].map(({ event }) => event);
  assert.deepEqual(
    told,
    items.slice(-told.length).map(({ type }) => type),
  );
  assert.equal(first.told.at(-1)?.event, 'OrderAccepted');

  // Everyone has a share of the shopper's money, and the courier the pay of the route.
  await assertSound(db, marketId);
  const balances = new Map(
    (await selectBalances(db, marketId, '', 100)).map(({ code, balanceMinor }) => [code, balanceMinor]),
  );
  // The sweep captures when it comes to it.
  const owed = balances.get('shoppers:receivable') ?? 0;
  assert.equal(owed + (balances.get('payments:test:clearing') ?? 0), placed.totalMinor);
  assert.equal(balances.get(`courier:${courierId}:payable`), -(route.payMinor + placed.tipMinor));
  const shown = valueOf(await operator.call('listLedgerTransactions', { params: { marketId } })).items;
  const kinds = shown.map(({ kind }) => kind).filter((kind) => kind !== 'capture');
  assert.deepEqual(kinds.sort(), ['courier_pay', 'sale']);
  for (const { postings } of shown) {
    assert.equal(
      postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      0,
    );
  }
  const { figures } = valueOf(await operator.call('getLive', { params: { marketId } }));
  assert.deepEqual(
    [figures.orders, figures.delivered, figures.open, figures.cancelled],
    [1, 1, 0, 0],
    'the figures of the day agree',
  );

  const shift = { params: { marketId, courierId }, body: {}, idempotencyKey: newKey() };
  assert.equal(valueOf(await courier.call('endShift', shift)).status, 'off_shift');
  const refund = { params, body: { amountMinor: 300, reason: 'cold' }, idempotencyKey: newKey() };
  assert.equal(valueOf(await operator.call('refundOrder', refund)).refundedMinor, 300);
  valueOf(await operator.call('refundOrder', refund));
  await assertSound(db, marketId);
});

test('a payment that the provider answers late becomes an order, and one that it never answers is given up', async () => {
  const shopper = platform.clientOf(market.shoppers[1]);
  const params = { marketId };
  const basket = pizzaBasket(market);
  const { totalMinor } = valueOf(await shopper.call('createQuote', { params, body: basket }));
  const place = async (method: string) =>
    shopper.call('placeOrder', {
      params,
      body: { ...basket, expectedTotalMinor: totalMinor, payment: { method } },
      idempotencyKey: newKey(),
    });
  const methods = ['test_late', 'test_timeout', 'test_decline'];
  const [answeredLate, neverAnswered, declined] = await Promise.all(methods.map(place));
  assert.equal(!declined!.ok && declined!.error.code, 'payment_declined');
  const [late, lost] = [valueOf(answeredLate!), valueOf(neverAnswered!)];
  assert.deepEqual([late.state, lost.state], ['pending_payment', 'pending_payment']);

  clock.setSpeed(120);
  try {
    await followOrder(shopper, late.id, 'OrderPlaced');
    const { told } = await followOrder(shopper, lost.id, 'OrderCancelled');
    assert.equal(told.at(-1)?.order.cancelReason, 'payment_expired');
  } finally {
    clock.setSpeed(0);
  }
  await assertSound(db, marketId);
});
