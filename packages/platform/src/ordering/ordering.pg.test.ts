import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type MarketId, type OrderId, MINUTE_MS, createIdSource, keyOf } from '@halfhour/kernel';
import { createCatalogue } from '../catalogue/index.ts';
import { countUnexplainedStock, selectStock } from '../inventory/index.ts';
import { selectBalances, selectImbalance } from '../ledger/index.ts';
import { LATE_MS, paymentIdOf } from '../payments/index.ts';
import { openDatabase } from '../postgres/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { type OrderChange, selectOpenOrders, selectOrders, toOrder } from './index.ts';

type WithoutId<C> = C extends unknown ? Omit<C, 'orderId'> : never;

const checked: (() => Promise<void>)[] = [];
// Registered before the database is made, so that it runs before the database is dropped.
after(async () => {
  for (const check of checked) await check();
});

const db = await createTestDatabase();

/** A market of its own for a test; after all of them its books and its stock are checked. */
async function setUp(options: { cans?: number; couriers?: number } = {}) {
  const t = await createTestOrdering(db, { couriers: 1, ...options });
  const { marketId, storeId, can } = t.market;
  checked.push(async () => {
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
    assert.equal(await countUnexplainedStock(db, marketId), 0);
  });
  return {
    ...t,
    marketId,
    stock: async () => (await selectStock(db, marketId, storeId, [can.articleId])).get(can.articleId)!,
    read: async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!,
    types: async (id: OrderId) => (await eventsOf(db, marketId, id)).map((event) => event.type),
    change: (orderId: OrderId, change: WithoutId<OrderChange>) =>
      t.ordering.change(marketId, { ...change, orderId } as OrderChange),
    async placeCans(
      quantity: number,
      command = t.key(),
      over: { expectedTotalMinor?: number; method?: string } = {},
    ) {
      const basket = t.market.basket([{ offerId: can.offerId, quantity }]);
      const expectedTotalMinor = 500 * quantity + 300 + Math.round(500 * quantity * 0.04) + 50;
      return t.ordering.placeOrder(marketId, {
        shopperId: t.shopperId,
        command,
        basket,
        expectedTotalMinor: over.expectedTotalMinor ?? expectedTotalMinor,
        paymentMethod: over.method ?? 'test_approve',
      });
    },
    async count(table: string) {
      const rows = await db.query<{ n: string }>(`select count(*) as n from ${table} where market_id = $1`, [
        keyOf(marketId),
      ]);
      return Number(rows[0]!.n);
    },
  };
}

test('an order goes from basket to the door, with its stock, money and events', async () => {
  const t = await setUp();
  const placed = await t.placeCans(3);
  assert.ok(placed.ok);
  const { id } = placed.value;
  assert.equal(placed.value.state, 'placed');
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 3 });
  const courierId = t.market.courierIds[0]!;
  t.clock.advanceBy(MINUTE_MS);
  assert.ok((await t.change(id, { kind: 'accept', by: 'merchant' })).ok);
  t.clock.advanceBy(10 * MINUTE_MS);
  assert.ok((await t.change(id, { kind: 'ready', by: 'merchant' })).ok);
  assert.ok((await t.change(id, { kind: 'pick_up', by: 'courier', courierId })).ok);
  assert.deepEqual(await t.stock(), { onHand: 97, reserved: 0 });
  t.clock.advanceBy(5 * MINUTE_MS);
  const delivered = await t.change(id, { kind: 'deliver', by: 'courier', courierId });
  assert.ok(delivered.ok && delivered.value.state === 'delivered');
  assert.deepEqual(await t.types(id), [
    'OrderReceived',
    'OrderPlaced',
    'OrderAccepted',
    'OrderReady',
    'OrderPickedUp',
    'OrderDelivered',
  ]);
  const balance = await balancesOf(t.marketId);
  assert.equal(balance.get('shoppers:receivable'), delivered.value.totalMinor);
  assert.equal(balance.get('payments:test:clearing'), undefined);
  assert.equal(balance.get(`courier:${courierId}:payable`), -50);
  assert.equal(balance.get('platform:commission'), -300);
  const [payment] = await db.query<{ provider_reference: string }>(
    'select provider_reference from payments.payment where market_id = $1',
    [keyOf(t.marketId)],
  );
  assert.equal(payment?.provider_reference, `test_${paymentIdOf(delivered.value.id)}`);
  await t.ordering.sweep(t.marketId);
  assert.deepEqual(await paymentStates(t.marketId), ['captured']);
  const settled = await balancesOf(t.marketId);
  assert.equal(settled.get('shoppers:receivable'), 0);
  assert.equal(settled.get('payments:test:clearing'), delivered.value.totalMinor);
});

test('a hundred shoppers race for the last ten: exactly ten get one, the others are told out_of_stock', async () => {
  const t = await setUp({ cans: 10 });
  const answers = await Promise.all(Array.from({ length: 100 }, () => t.placeCans(1)));
  const codes = answers.map((answer) => (answer.ok ? 'placed' : answer.error.code)).sort();
  assert.deepEqual(codes, [...Array<string>(90).fill('out_of_stock'), ...Array<string>(10).fill('placed')]);
  assert.deepEqual(await t.stock(), { onHand: 10, reserved: 10 });
  assert.equal(await t.count('ordering.order'), 10);
});

test('the same key and body act once and answer the same, also at the same time', async () => {
  const t = await setUp();
  const command = t.key();
  const answers = await Promise.all([
    t.placeCans(1, command),
    t.placeCans(1, command),
    t.placeCans(1, command),
  ]);
  const later = await t.placeCans(1, command);
  const ids = [...answers, later].map((answer) => (answer.ok ? answer.value.id : answer.error.code));
  assert.equal(new Set(ids).size, 1);
  assert.equal(await t.count('ordering.order'), 1);
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 1 });
});

test('the same key at the same time from two processes acts once', async () => {
  const t = await setUp();
  const other = await createTestOrdering(db);
  const command = t.key();
  const place = {
    shopperId: t.shopperId,
    command,
    basket: t.market.basket(),
    expectedTotalMinor: 1_000 + 300 + 40 + 50,
    paymentMethod: 'test_approve',
  };
  const answers = await Promise.all([
    t.ordering.placeOrder(t.marketId, place),
    other.ordering.placeOrder(t.marketId, place),
  ]);
  assert.equal(new Set(answers.map((answer) => (answer.ok ? answer.value.id : answer.error.code))).size, 1);
  assert.equal(await t.count('ordering.order'), 1);
});

test('a key that comes again with another body is refused and changes nothing', async () => {
  const t = await setUp();
  const command = t.key('one');
  assert.ok((await t.placeCans(1, command)).ok);
  const again = await t.placeCans(2, { ...command, bodyHash: 'two' });
  assert.ok(!again.ok && again.error.code === 'idempotency_key_reused');
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 1 });
});

test('a retried change answers the same and does not act again', async () => {
  const t = await setUp();
  const id = await t.place();
  const command = t.key();
  const accept: OrderChange = { orderId: id, kind: 'accept', by: 'merchant' };
  const answers = await Promise.all([
    t.ordering.change(t.marketId, accept, command),
    t.ordering.change(t.marketId, accept, command),
  ]);
  const later = await t.ordering.change(t.marketId, accept, command);
  assert.ok([...answers, later].every((answer) => answer.ok && answer.value.state === 'accepted'));
  assert.equal((await t.types(id)).filter((type) => type === 'OrderAccepted').length, 1);
});

test('a total that is not the one the shopper saw is refused with the new quote', async () => {
  const t = await setUp();
  const answer = await t.placeCans(1, t.key(), { expectedTotalMinor: 1 });
  assert.ok(!answer.ok && answer.error.code === 'price_changed');
  assert.equal((answer.error['quote'] as { totalMinor: number }).totalMinor, 870);
  assert.equal(await t.count('ordering.order'), 0);
  assert.equal(await t.count('commands.command'), 0);
});

test('bad baskets are told apart, and each leaves no trace', async () => {
  const t = await setUp();
  const basket = t.market.basket();
  const elsewhere = { ...basket, address: { label: 'Far', lat: -34.0, lng: -56.16 } };
  const unknown = { ...basket, lines: [{ ...basket.lines[0]!, offerId: t.ids.next('off') }] };
  const otherStore = { ...basket, storeId: t.ids.next('sto') };
  const place = (given: typeof basket) =>
    t.ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command: t.key(),
      basket: given,
      expectedTotalMinor: 1_390,
      paymentMethod: 'test_approve',
    });
  const answers = await Promise.all([place(elsewhere), place(unknown), place(otherStore), place(basket)]);
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? 'placed' : answer.error.code)),
    ['outside_zone', 'unknown_article', 'not_found', 'placed'],
  );
  assert.equal(await t.count('ordering.order'), 1);
});

test('a declined payment cancels the order, frees the stock and is told again to a retry', async () => {
  const t = await setUp();
  const command = t.key();
  for (const _ of [1, 2]) {
    const answer = await t.placeCans(2, command, { method: 'test_decline' });
    assert.ok(!answer.ok && answer.error.code === 'payment_declined');
  }
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
  assert.equal(await t.count('ordering.order'), 1);
});

test('a placement that is sent again is answered as it was, whatever has become of the order since', async () => {
  const t = await setUp();
  const courierId = t.market.courierIds[0]!;
  const command = t.key();
  const place = () =>
    t.ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command,
      basket: { ...t.market.basket(), tipMinor: 50 },
      expectedTotalMinor: 1_390,
      paymentMethod: 'test_approve',
    });
  const first = await place();
  assert.ok(first.ok && first.value.state === 'placed');
  const answer = toOrder(first.value, { seesDeliveryCode: true });
  const orderId = first.value.id;
  for (const change of [
    { kind: 'accept', by: 'merchant' },
    { kind: 'assign', by: 'system', courierId, expectedDeliveryAt: t.clock.now() },
    { kind: 'ready', by: 'merchant' },
    { kind: 'cancel', by: 'operator', reason: 'operator' },
  ] as const) {
    assert.ok((await t.change(orderId, change)).ok, change.kind);
    const again = await place();
    assert.ok(again.ok);
    assert.deepEqual(toOrder(again.value, { seesDeliveryCode: true }), answer, change.kind);
  }
});

test('a payment that is answered late places the order then, and a repeated answer changes nothing', async () => {
  const t = await setUp();
  const answer = await t.placeCans(1, t.key(), { method: 'test_late' });
  assert.ok(answer.ok && answer.value.state === 'pending_payment');
  t.clock.advanceBy(LATE_MS);
  await new Promise(setImmediate);
  assert.equal(t.notifications.length, 1);
  for (const _ of [1, 2])
    assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', t.notifications[0]!));
  assert.equal((await t.read(answer.value.id)).state, 'placed');
  assert.equal((await t.types(answer.value.id)).filter((type) => type === 'OrderPlaced').length, 1);
});

test('a notification that the provider did not sign is not taken', async () => {
  const t = await setUp();
  const answer = await t.placeCans(1, t.key(), { method: 'test_late' });
  assert.ok(answer.ok);
  const forged = {
    paymentId: paymentIdOf(answer.value.id),
    outcome: 'authorised',
    reference: 'x',
    signature: '00',
  };
  assert.equal(await t.ordering.receiveNotification(t.marketId, 'test', forged), false);
  assert.equal((await t.read(answer.value.id)).state, 'pending_payment');
});

test('an order that nobody pays expires, frees its stock, and a later approval is voided', async () => {
  const t = await setUp();
  const answer = await t.placeCans(4, t.key(), { method: 'test_late' });
  assert.ok(answer.ok);
  t.clock.advanceBy(LATE_MS);
  t.clock.advanceBy(10 * MINUTE_MS);
  await t.ordering.sweep(t.marketId);
  assert.equal((await t.read(answer.value.id)).cancelReason, 'payment_expired');
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
  assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', t.notifications[0]!));
  assert.equal((await t.read(answer.value.id)).state, 'cancelled');
  await t.ordering.sweep(t.marketId);
  assert.deepEqual(await paymentStates(t.marketId), ['voided']);
});

test('an order whose process died before asking the provider is picked up by the sweep', async () => {
  const t = await setUp();
  const id = await t.place();
  // As the crash leaves it: written, not paid.
  await db.query(`update ordering.progress set state = 'pending_payment' where market_id = $1`, [
    keyOf(t.marketId),
  ]);
  await db.query(`update payments.payment set state = 'authorising' where market_id = $1`, [
    keyOf(t.marketId),
  ]);
  t.clock.advanceBy(MINUTE_MS);
  await t.ordering.sweep(t.marketId);
  assert.equal((await t.read(id)).state, 'placed');
});

test('one refused change does not touch the others of its group', async () => {
  const t = await setUp();
  const orders = await Promise.all([t.place(), t.place(), t.place()]);
  const answers = await Promise.all([
    t.change(orders[0]!, { kind: 'accept', by: 'merchant' }),
    t.change(orders[1]!, { kind: 'deliver', by: 'courier', courierId: t.market.courierIds[0]! }),
    t.change(orders[2]!, { kind: 'cancel', by: 'shopper', reason: 'shopper' }),
  ]);
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? answer.value.state : answer.error.code)),
    ['accepted', 'wrong_state', 'cancelled'],
  );
  assert.deepEqual(
    (await selectOpenOrders(db, t.marketId)).map((order) => order.id).sort(),
    [orders[0]!, orders[1]!].sort(),
  );
});

test('a command that cannot be written is rejected alone; the rest of its group is placed', async () => {
  const t = await setUp();
  const place = (tipMinor: number) =>
    t.ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command: t.key(),
      basket: { ...t.market.basket(), tipMinor },
      expectedTotalMinor: 1_340 + tipMinor,
      paymentMethod: 'test_approve',
    });
  // Half a minor unit: the contract refuses it; here it stands for whatever nobody has thought of.
  const answers = await Promise.allSettled([place(50), place(0.5), place(50), place(50)]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal(await t.count('ordering.order'), 3);
});

test('a store may begin to count an article while orders of it are open: they neither give back nor sell any', async () => {
  const t = await setUp();
  const courierId = t.market.courierIds[0]!;
  const { articleId } = t.market.dish;
  const [cancelled, sold] = [await t.place(), await t.place()];
  const catalogue = createCatalogue({ db, clock: t.clock, ids: createIdSource(() => t.clock.now(), 77) });
  const set = await catalogue.setStock(t.marketId, t.market.storeId, articleId, 5, {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  });
  assert.ok(set.ok);
  const counted = await t.place();
  for (const [id, change] of [
    [cancelled, { kind: 'cancel', by: 'shopper', reason: 'shopper' }],
    [sold, { kind: 'accept', by: 'merchant' }],
    [sold, { kind: 'ready', by: 'merchant' }],
    [sold, { kind: 'pick_up', by: 'courier', courierId }],
  ] as const) {
    assert.ok((await t.change(id, change)).ok, change.kind);
  }
  const level = async () => (await selectStock(db, t.marketId, t.market.storeId, [articleId])).get(articleId);
  assert.deepEqual(await level(), { onHand: 5, reserved: 1 });
  assert.ok((await t.change(counted, { kind: 'cancel', by: 'shopper', reason: 'shopper' })).ok);
  assert.deepEqual(await level(), { onHand: 5, reserved: 0 });
});

test('a refund after delivery is paid back by the provider and balances', async () => {
  const t = await setUp();
  const id = await t.place();
  const courierId = t.market.courierIds[0]!;
  for (const change of [
    { kind: 'accept', by: 'merchant' },
    { kind: 'ready', by: 'merchant' },
    { kind: 'pick_up', by: 'courier', courierId },
    { kind: 'deliver', by: 'courier', courierId },
    { kind: 'refund', by: 'operator', amountMinor: 400, reason: 'cold' },
  ] as const) {
    assert.deepEqual((await t.change(id, change)).ok, true, change.kind);
  }
  const { totalMinor } = await t.read(id);
  const decided = await balancesOf(t.marketId);
  assert.equal(decided.get('payments:refunds-due'), -400);
  // Two at once: each capture and refund is asked twice, and posted once.
  await Promise.all([t.ordering.sweep(t.marketId), t.ordering.sweep(t.marketId)]);
  await Promise.all([t.ordering.sweep(t.marketId), t.ordering.sweep(t.marketId)]);
  const paid = await balancesOf(t.marketId);
  assert.equal(paid.get('payments:refunds-due'), 0);
  assert.equal(paid.get('shoppers:receivable'), 0);
  assert.equal(paid.get('payments:test:clearing'), totalMinor - 400);
  const refunds = await db.query<{ state: string }>(
    'select state from payments.refund where market_id = $1',
    [keyOf(t.marketId)],
  );
  assert.deepEqual(refunds, [{ state: 'done' }]);
  assert.equal((await t.read(id)).refundedMinor, 400);
  const tooMuch = await t.change(id, {
    kind: 'refund',
    by: 'operator',
    amountMinor: 10_000,
    reason: 'x',
  });
  assert.ok(!tooMuch.ok && tooMuch.error.code === 'wrong_state');
  assert.deepEqual((await t.types(id)).slice(-2), ['OrderRefunded', 'PaymentRefunded']);
});

async function balancesOf(marketId: MarketId): Promise<Map<string, number>> {
  const balances = await selectBalances(db, marketId, '', 50);
  return new Map(balances.map((account) => [account.code, account.balanceMinor]));
}

async function paymentStates(marketId: Parameters<typeof keyOf>[0]): Promise<string[]> {
  const rows = await db.query<{ state: string }>('select state from payments.payment where market_id = $1', [
    keyOf(marketId),
  ]);
  return rows.map((row) => row.state);
}

test('a retry that comes to another process is answered as before, also where it would be refused by now', async () => {
  const t = await setUp({ cans: 10 });
  const { host, database, user } = db.pool.options;
  const memoryOfItsOwn = openDatabase({ connection: { host: host!, database: database!, user: user! } });
  const other = await createTestOrdering(memoryOfItsOwn);
  const place = (ordering: typeof t.ordering, key: ReturnType<typeof t.key>, quantity = 1) =>
    ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command: key,
      basket: t.market.basket([{ offerId: t.market.can.offerId, quantity }]),
      expectedTotalMinor: 520 * quantity + 350,
      paymentMethod: 'test_approve',
    });
  const [first, dearer] = [t.key(), t.key()];
  const placed = await place(t.ordering, first);
  const again = await place(other.ordering, first);
  assert.ok(placed.ok && again.ok && placed.value.id === again.value.id);
  const before = await place(t.ordering, dearer, 2);
  await db.query('update catalogue.offer set price_minor = 600 where market_id = $1', [keyOf(t.marketId)]);
  const after = await place(other.ordering, dearer, 2);
  assert.ok(before.ok && after.ok && before.value.id === after.value.id);
  const anew = await place(other.ordering, t.key());
  assert.ok(!anew.ok && anew.error.code === 'price_changed');
  assert.equal(await t.count('ordering.placement'), 2);
  await memoryOfItsOwn.close();
});

test('a refund of lines and fees takes from each what it got of them, and ends with nothing left', async () => {
  const t = await setUp();
  const placed = await t.placeCans(3);
  assert.ok(placed.ok);
  const { id, totalMinor } = placed.value;
  const courierId = t.market.courierIds[0]!;
  for (const change of [
    { kind: 'accept', by: 'merchant' },
    { kind: 'ready', by: 'merchant' },
    { kind: 'pick_up', by: 'courier', courierId },
    { kind: 'deliver', by: 'courier', courierId },
  ] as const) {
    assert.ok((await t.change(id, change)).ok);
  }
  const balances = () => balancesOf(t.marketId);
  const merchant = `merchant:${t.market.storeId}:payable`;
  const sold = await balances();
  const { offerId } = t.market.can;
  const refund = (over: object) =>
    t.change(id, { kind: 'refund', by: 'operator', reason: 'broken', ...over });
  const one = await refund({ lines: [{ line: 0, offerId, quantity: 1 }] });
  assert.ok(one.ok && one.value.refundedMinor === 500);
  const after = await balances();
  // 22 % tax is contained, 20 % of the price was commission.
  assert.equal(after.get(merchant)! - sold.get(merchant)!, 500 - 90 - 100);
  assert.equal(after.get('platform:commission')! - sold.get('platform:commission')!, 100);
  assert.equal(after.get('tax:state:payable')! - sold.get('tax:state:payable')!, 90);
  assert.equal(after.get('platform:delivery-fees'), sold.get('platform:delivery-fees'));
  const more = await refund({ lines: [{ line: 0, offerId, quantity: 3 }] });
  assert.ok(!more.ok && more.error.code === 'wrong_state');
  const other = await refund({ lines: [{ line: 0, offerId: t.market.dish.offerId, quantity: 1 }] });
  assert.ok(!other.ok && other.error.code === 'wrong_state');
  const nothing = await refund({});
  assert.ok(!nothing.ok && nothing.error.code === 'invalid_request');
  assert.ok((await refund({ fees: ['delivery_fee', 'service_fee'] })).ok);
  assert.equal((await balances()).get('platform:delivery-fees'), 0);
  assert.ok((await refund({ lines: [{ line: 0, offerId, quantity: 2 }] })).ok);
  const last = await refund({ fees: ['tip'] });
  assert.ok(last.ok && last.value.state === 'refunded' && last.value.refundedMinor === totalMinor);
  const end = await balances();
  for (const account of [merchant, 'platform:commission', 'platform:service-fees', 'tax:state:payable']) {
    assert.equal(end.get(account), 0, account);
  }
  // The tip stays with the courier, so the platform bears it.
  assert.equal(end.get('platform:refunds'), 50);
});
