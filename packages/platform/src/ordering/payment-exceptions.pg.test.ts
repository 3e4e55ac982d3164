import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarketId, type OrderId, DAY_MS, HOUR_MS, MINUTE_MS, keyOf } from '@halfhour/kernel';
import { selectBalances, selectImbalance } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import {
  type ProviderPayout,
  LATE_MS,
  createMemoryBooks,
  createPaymentRoutes,
  paymentIdOf,
  recheckDifferences,
  reconcile,
  reconcilePayouts,
} from '../payments/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { type Ordering, createOrderingRoutes, selectOrders } from './index.ts';

const db = await createTestDatabase();

type Books = ReturnType<typeof createMemoryBooks>;

/** A market whose provider keeps books, and what an operator sees of it. */
async function setUp() {
  let books!: Books;
  const t = await createTestOrdering(db, {
    couriers: 1,
    booksOf: (clock) => (books = createMemoryBooks(clock)),
  });
  const { marketId } = t.market;
  const payments = createPaymentRoutes(t.reconciling);
  const orders = createOrderingRoutes({ db, clock: t.clock, ordering: t.ordering });
  const authority = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  } as const;
  const asked = {
    query: undefined,
    body: undefined,
    authority,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  };
  return {
    ...t,
    books,
    marketId,
    deliver: (id: OrderId) => deliver(t.ordering, marketId, id, t.market.courierIds[0]!),
    refund: (orderId: OrderId, amountMinor: number) =>
      t.ordering.change(marketId, { orderId, kind: 'refund', amountMinor, reason: 'cold', by: 'operator' }),
    async sweep(times = 1) {
      for (let time = 0; time < times; time++) {
        t.clock.advanceBy(HOUR_MS);
        await t.ordering.sweep(marketId);
      }
    },
    async open() {
      const listed = await payments.listPaymentExceptions({
        ...asked,
        params: { marketId },
        query: { state: 'open', limit: 200 },
      });
      assert.ok(listed.ok);
      return listed.value.items;
    },
    resolve: (id: string, resolution: 'ask_again' | 'paid_otherwise' | 'written_off' | 'explained') =>
      payments.resolvePaymentException({
        ...asked,
        params: { marketId, paymentExceptionId: id as never },
        body: { resolution, reason: 'as the test has it' },
      }),
    async attention() {
      const listed = await orders.listPaymentAttention({ ...asked, params: { marketId } });
      assert.ok(listed.ok);
      return listed.value.items;
    },
    async payment(orderId: OrderId) {
      const read = await orders.getOrderPayment({ ...asked, params: { marketId, orderId } });
      assert.ok(read.ok);
      return read.value;
    },
    balance: async (code: string) =>
      (await selectBalances(db, marketId, '', 100)).find((account) => account.code === code)?.balanceMinor ??
      0,
    types: async (id: OrderId) => (await eventsOf(db, marketId, id)).map(({ type }) => type),
  };
}

async function deliver(
  ordering: Ordering,
  marketId: MarketId,
  orderId: OrderId,
  courierId: Parameters<typeof keyOf>[0],
): Promise<void> {
  for (const change of [
    { kind: 'accept', by: 'merchant' },
    { kind: 'ready', by: 'merchant' },
    { kind: 'pick_up', by: 'courier', courierId },
    { kind: 'deliver', by: 'courier', courierId },
  ] as const) {
    assert.ok((await ordering.change(marketId, { ...change, orderId } as never)).ok, change.kind);
  }
}

test('a capture that the provider refuses is not asked again, and a person ends it', async () => {
  for (const [resolution, account] of [
    ['written_off', 'platform:losses'],
    ['paid_otherwise', 'bank:main'],
  ] as const) {
    const t = await setUp();
    const id = await t.place('test_refuse_capture');
    await t.deliver(id);
    await t.sweep(3);
    const [exception, ...others] = await t.open();
    assert.ok(exception !== undefined && others.length === 0);
    assert.deepEqual([exception.kind, exception.orderId], ['capture_refused', id]);
    assert.deepEqual(
      (await t.attention()).map(({ kind, orderId }) => [kind, orderId]),
      [['exception', id]],
    );
    assert.equal((await t.payment(id)).state, 'capture_refused');
    // Asked again it refuses again, and is open again.
    assert.ok((await t.resolve(exception.id, 'ask_again')).ok);
    assert.deepEqual(await t.open(), []);
    await t.sweep();
    assert.deepEqual(
      (await t.open()).map((each) => each.id),
      [exception.id],
    );
    const total = exception.oursMinor!;
    assert.equal(await t.balance('shoppers:receivable'), total);
    const resolved = await t.resolve(exception.id, resolution);
    assert.ok(resolved.ok && resolved.value.reason === 'as the test has it');
    assert.ok((await t.resolve(exception.id, resolution)).ok, 'the same again answers the same');
    const other = await t.resolve(exception.id, 'explained');
    assert.ok(!other.ok && other.error.code === 'wrong_state');
    assert.equal(await t.balance('shoppers:receivable'), 0);
    assert.equal(await t.balance(account), total);
    assert.deepEqual(await selectImbalance(db, t.marketId), { sumMinor: 0, unbalanced: 0 });
    assert.deepEqual(await t.attention(), []);
  }
});

test('a refund of what was never captured is for a person, and ends as it was paid back', async () => {
  const t = await setUp();
  const id = await t.place('test_refuse_capture');
  await t.deliver(id);
  assert.ok((await t.refund(id, 300)).ok);
  await t.sweep(2);
  const queue = await t.open();
  assert.deepEqual(queue.map(({ kind }) => kind).toSorted(), ['capture_refused', 'refund_refused']);
  for (const each of queue) assert.ok((await t.resolve(each.id, 'paid_otherwise')).ok);
  await t.sweep();
  assert.deepEqual(await t.attention(), []);
  assert.equal(await t.balance('payments:refunds-due'), 0);
  assert.equal(await t.balance('bank:main'), 0 - 300 + (await t.payment(id)).amountMinor);
});

test('a refund that the provider refuses stays due until a person has paid it otherwise', async () => {
  const t = await setUp();
  const id = await t.place('test_refuse_refund');
  await t.deliver(id);
  assert.ok((await t.refund(id, 400)).ok);
  await t.sweep(2);
  const [exception] = await t.open();
  assert.equal(exception?.kind, 'refund_refused');
  assert.equal(await t.balance('payments:refunds-due'), -400);
  assert.ok((await t.resolve(exception!.id, 'paid_otherwise')).ok);
  assert.equal(await t.balance('payments:refunds-due'), 0);
  assert.equal(await t.balance('bank:main'), -400);
});

test('a refund that cannot be paid since the shopper got it otherwise is written off against that loss', async () => {
  const t = await setUp();
  const id = await t.place('test_refuse_refund');
  await t.deliver(id);
  assert.ok((await t.refund(id, 400)).ok);
  await t.sweep(2);
  const [exception] = await t.open();
  assert.ok((await t.resolve(exception!.id, 'written_off')).ok);
  assert.equal(await t.balance('payments:refunds-due'), 0);
  assert.equal(await t.balance('platform:losses'), -400);
});

test('what the shopper disputes is not refunded as well, until the dispute is won', async () => {
  for (const ending of ['won', 'lost'] as const) {
    const t = await setUp();
    const id = await t.place(`test_dispute_${ending}`);
    await t.deliver(id);
    await t.ordering.sweep(t.marketId);
    for (const _ of [1, 2]) {
      t.clock.advanceBy(LATE_MS);
      await new Promise(setImmediate);
    }
    const [opened, ended] = t.notifications;
    assert.ok((await t.refund(id, 100)).ok);
    assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', opened!));
    const refused = await t.refund(id, 100);
    assert.ok(!refused.ok && refused.error.code === 'wrong_state');
    assert.equal(refused.error.refundableMinor, 0);
    assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', ended!));
    assert.equal((await t.refund(id, 100)).ok, ending === 'won');
  }
});

test('an order cancelled after its pickup is the platform’s loss, and the merchant has what a sale would have brought', async () => {
  const [sold, lost] = [await setUp(), await setUp()];
  const payable = (t: typeof sold) => t.balance(`merchant:${t.market.storeId}:payable`);
  await sold.deliver(await sold.place());
  const id = await lost.place();
  const courierId = lost.market.courierIds[0]!;
  for (const change of [
    { kind: 'accept', by: 'merchant' },
    { kind: 'ready', by: 'merchant' },
    { kind: 'pick_up', by: 'courier', courierId },
    { kind: 'cancel', by: 'operator', reason: 'operator' },
  ] as const) {
    assert.ok(
      (await lost.ordering.change(lost.marketId, { ...change, orderId: id } as never)).ok,
      change.kind,
    );
  }
  await lost.sweep();
  assert.ok((await payable(lost)) < 0);
  assert.equal(await payable(lost), await payable(sold));
  assert.equal(await lost.balance('platform:losses'), 0 - (await payable(lost)));
  assert.equal(await lost.balance('platform:commission'), 0);
  assert.equal((await lost.payment(id)).state, 'voided');
});

test('an order waits for its challenge, and is placed or cancelled as the shopper answers it', async () => {
  for (const outcome of ['approve', 'decline'] as const) {
    const t = await setUp();
    const id = await t.place('test_challenge');
    const payment = await t.payment(id);
    assert.equal(payment.state, 'challenged');
    assert.ok(payment.challenge!.url.includes(paymentIdOf(id)));
    assert.deepEqual(await t.types(id), ['OrderReceived', 'PaymentChallenged']);
    // Whoever asks meanwhile hears the same.
    t.clock.advanceBy(MINUTE_MS);
    await t.ordering.sweep(t.marketId);
    assert.equal((await t.payment(id)).state, 'challenged');
    const completed = await t.ordering.completeChallenge(t.marketId, id, outcome);
    if (outcome === 'approve') assert.ok(completed.ok && completed.value.state === 'placed');
    else assert.ok(!completed.ok && completed.error.code === 'payment_declined');
    const again = await t.ordering.completeChallenge(t.marketId, id, 'approve');
    assert.ok(!again.ok && again.error.code === 'wrong_state');
  }
});

test('a challenge that nobody completes expires with its order', async () => {
  const t = await setUp();
  const id = await t.place('test_challenge');
  t.clock.advanceBy(HOUR_MS);
  await t.ordering.sweep(t.marketId);
  assert.equal((await selectOrders(db, t.marketId, [id])).get(id)!.cancelReason, 'payment_expired');
});

test('a payment that is approved after its order was given up is released, and the shopper is told once', async () => {
  const t = await setUp();
  const id = await t.place('test_late');
  t.clock.advanceBy(LATE_MS);
  await new Promise(setImmediate);
  t.clock.advanceBy(HOUR_MS);
  await t.ordering.sweep(t.marketId);
  await t.sweep();
  assert.equal((await t.payment(id)).state, 'voided');
  for (const _ of [1, 2]) {
    assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', t.notifications[0]!));
  }
  assert.equal((await t.payment(id)).state, 'void_due');
  assert.equal((await t.types(id)).filter((type) => type === 'PaymentReleased').length, 1);
  await t.sweep();
  assert.equal((await t.payment(id)).state, 'voided');
});

test('a dispute takes the money until it ends, each step once and in any order', async () => {
  for (const [ending, account] of [
    ['won', 'payments:test:clearing'],
    ['lost', 'platform:losses'],
  ] as const) {
    for (const order of [
      [0, 0, 1, 1],
      [1, 0],
    ]) {
      const t = await setUp();
      const id = await t.place(`test_dispute_${ending}`);
      await t.deliver(id);
      await t.ordering.sweep(t.marketId);
      for (const _ of [1, 2]) {
        t.clock.advanceBy(LATE_MS);
        await new Promise(setImmediate);
      }
      assert.equal(t.notifications.length, 2);
      const forged = { ...t.notifications[0]!, amountMinor: 1 };
      assert.equal(await t.ordering.receiveNotification(t.marketId, 'test', forged), false);
      const { capturedMinor } = await t.payment(id);
      for (const [step, which] of order.entries()) {
        assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', t.notifications[which]!));
        if (step > 0 || which > 0) continue;
        assert.equal(await t.balance('disputes:open'), capturedMinor);
        assert.equal(await t.balance('payments:test:clearing'), 0);
        assert.deepEqual(
          (await t.attention()).map(({ kind }) => kind),
          ['dispute_open'],
        );
      }
      assert.equal(await t.balance('disputes:open'), 0);
      assert.equal(await t.balance(account), capturedMinor);
      assert.deepEqual(await t.attention(), []);
      assert.deepEqual(await selectImbalance(db, t.marketId), { sumMinor: 0, unbalanced: 0 });
    }
  }
});

test('reconciliation finds each kind of difference once, and what agrees later ends by itself', async () => {
  const t = await setUp();
  const orders: OrderId[] = [];
  for (let count = 0; count < 6; count++) orders.push(await t.place());
  for (const id of orders) await t.deliver(id);
  assert.ok((await t.refund(orders[5]!, 100)).ok);
  await t.ordering.sweep(t.marketId);
  const { operations } = t.books;
  const captureOf = (id: OrderId) =>
    operations.findIndex(({ kind, paymentId }) => kind === 'capture' && paymentId === paymentIdOf(id));
  const lost = operations.splice(captureOf(orders[0]!), 1)[0]!;
  const wrong = captureOf(orders[1]!);
  operations[wrong] = { ...operations[wrong]!, amountMinor: 1 };
  operations.push({ ...operations[captureOf(orders[2]!)]!, id: 'op_twice' });
  operations.push({ ...lost, id: 'op_strange', paymentId: paymentIdOf(t.ids.next('ord')) });
  await db.query(`update payments.payment set state = 'capture_due' where market_id = $1 and order_id = $2`, [
    keyOf(t.marketId),
    keyOf(orders[3]!),
  ]);
  t.clock.advanceBy(HOUR_MS);
  for (const _ of [1, 2]) assert.ok((await reconcile(t.reconciling, t.marketId)) >= 0);
  const kinds = async () =>
    (await t.open()).map(({ kind, orderId }) => `${kind} ${orders.indexOf(orderId!)}`).sort();
  assert.deepEqual(await kinds(), [
    'amount_differs 1',
    'duplicate 2',
    'missing_here -1',
    'missing_there 0',
    'state_differs 3',
  ]);
  // The sweep comes to the capture that was open, and the provider finds what it had lost.
  await t.sweep();
  operations.push(lost);
  await recheckDifferences(t.reconciling, t.marketId);
  assert.deepEqual(await kinds(), ['amount_differs 1', 'duplicate 2', 'missing_here -1']);
  const [first] = await t.open();
  assert.ok((await t.resolve(first!.id, 'explained')).ok);
  t.clock.advanceBy(DAY_MS);
  await reconcile(t.reconciling, t.marketId);
  assert.equal((await t.open()).length, 2, 'what a person has explained stays so');
});

test('what a provider pays to the bank is booked once, with its fees, and what does not fit is an exception while it is so', async () => {
  const t = await setUp();
  const orders = [await t.place(), await t.place()];
  for (const id of orders) await t.deliver(id);
  assert.ok((await t.refund(orders[1]!, 100)).ok);
  await t.ordering.sweep(t.marketId);
  const cleared = await t.balance('payments:test:clearing');
  assert.ok(cleared > 0);
  const grossMinor = cleared;
  const feesMinor = Math.round((cleared + 100) / 100);
  t.clock.advanceBy(2 * DAY_MS);
  const deps = { ...t.reconciling, markets: createMarkets({ db }) };
  const booked = await Promise.all([1, 2].map(() => reconcilePayouts(deps, t.marketId)));
  assert.deepEqual(booked.toSorted(), [0, 1], 'also when two look at the same time');
  const stands = async () => [
    await t.balance('bank:main'),
    await t.balance('platform:provider-fees'),
    await t.balance('payments:test:clearing'),
  ];
  assert.deepEqual(await stands(), [grossMinor - feesMinor, feesMinor, 0]);
  assert.deepEqual(await t.open(), []);

  // The provider lists other payments in it now: nothing is posted, a person is told.
  const { operations } = t.books;
  const extra = { ...operations.find(({ kind }) => kind === 'capture')!, id: 'op_later', amountMinor: 1_000 };
  operations.push(extra);
  for (const _ of [1, 2]) assert.equal(await reconcilePayouts(deps, t.marketId), 0);
  const [differs] = await t.open();
  assert.deepEqual(
    [differs!.kind, differs!.oursMinor, differs!.theirsMinor! - differs!.oursMinor!],
    ['payout_differs', grossMinor - feesMinor, 990],
  );
  assert.deepEqual(await stands(), [grossMinor - feesMinor, feesMinor, 0]);
  operations.splice(operations.indexOf(extra), 1);
  await reconcilePayouts(deps, t.marketId);
  assert.deepEqual(await t.open(), []);

  // One whose payments explain less than came to the bank, and one that the bank sent back.
  const payout = {
    state: 'paid',
    at: t.clock.now(),
    amountMinor: 500,
    grossMinor: 300,
    feesMinor: 10,
  } as const;
  const listing = (...payouts: readonly ProviderPayout[]) => ({
    ...deps,
    providers: [{ ...t.reconciling.providers[0]!, payouts: () => Promise.resolve(payouts) }],
  });
  const before = await stands();
  await reconcilePayouts(listing({ ...payout, reference: 'po_1' }), t.marketId);
  assert.deepEqual(await stands(), [before[0]! + 290, before[1]! + 10, before[2]! - 300]);
  const failed = { ...payout, reference: 'po_1', state: 'failed' } as const;
  const never = { ...failed, reference: 'po_2' };
  await reconcilePayouts(listing(failed, never), t.marketId);
  assert.deepEqual(
    (await t.open()).map(({ kind, oursMinor, theirsMinor }) => [kind, oursMinor, theirsMinor]),
    [['payout_differs', 290, 0]],
  );
  assert.deepEqual(await selectImbalance(db, t.marketId), { sumMinor: 0, unbalanced: 0 });
});
