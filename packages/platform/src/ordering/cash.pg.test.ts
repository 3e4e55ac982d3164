import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OrderId, HOUR_MS } from '@halfhour/kernel';
import { selectBalances, selectImbalance } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { createCashRoutes, createPaymentRoutes, watchFloats } from '../payments/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { selectOrders } from './index.ts';
import { toOrder } from './order.ts';

const db = await createTestDatabase();

async function setUp(policy?: { readonly orderLimitMinor: number; readonly floatLimitMinor: number }) {
  const t = await createTestOrdering(db, { couriers: 2 });
  const { marketId } = t.market;
  const [courierId, other] = t.market.courierIds as [(typeof t.market.courierIds)[0], never];
  const routes = createCashRoutes({ ...t.reconciling, markets: createMarkets({ db }) });
  const operator = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  } as const;
  const asked = {
    query: undefined,
    body: undefined,
    authority: operator,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  };
  if (policy !== undefined) {
    assert.ok((await routes.setCashPolicy({ ...asked, params: { marketId }, body: policy })).ok);
  }
  return {
    ...t,
    marketId,
    courierId,
    other,
    async deliver(orderId: OrderId): Promise<void> {
      for (const change of [
        { kind: 'accept', by: 'merchant' },
        { kind: 'ready', by: 'merchant' },
        { kind: 'pick_up', by: 'courier', courierId },
        { kind: 'deliver', by: 'courier', courierId },
      ] as const) {
        assert.ok((await t.ordering.change(marketId, { ...change, orderId })).ok, change.kind);
      }
    },
    deposit: (amountMinor: number, command = t.key()) =>
      routes.recordCashDeposit({ ...asked, params: { marketId, courierId }, body: { amountMinor }, command }),
    async cash(as: 'operator' | 'own' | 'another' = 'operator') {
      const authority =
        as === 'operator'
          ? operator
          : ({
              ...operator,
              role: 'courier',
              scope: 'own',
              courierIds: [as === 'own' ? courierId : other],
            } as const);
      return routes.getCourierCash({ ...asked, authority, params: { marketId, courierId } });
    },
    async open() {
      const listed = await createPaymentRoutes(t.reconciling).listPaymentExceptions({
        ...asked,
        params: { marketId },
        query: { state: 'open', limit: 50 },
      });
      assert.ok(listed.ok);
      return listed.value.items.map(({ kind }) => kind);
    },
    balance: async (code: string) =>
      (await selectBalances(db, marketId, '', 100)).find((account) => account.code === code)?.balanceMinor ??
      0,
  };
}

test('a market begins without cash, and takes it up to its limit', async () => {
  const t = await setUp();
  await assert.rejects(t.place('cash'), /payment_declined/);
  const small = await setUp({ orderLimitMinor: 100, floatLimitMinor: 1_000 });
  await assert.rejects(small.place('cash'), /payment_declined/);
});

test('the courier has the cash from the hand-over on, until it is brought in and recorded once', async () => {
  const t = await setUp({ orderLimitMinor: 10_000, floatLimitMinor: 100_000 });
  const id = await t.place('cash');
  const readOrder = async () => (await selectOrders(db, t.marketId, [id])).get(id)!;
  const toCollect = async () => toOrder(await readOrder(), { seesDeliveryCode: false }).cashToCollectMinor;
  const { totalMinor } = await readOrder();
  assert.equal(await toCollect(), totalMinor);
  assert.equal(await t.balance('shoppers:receivable'), 0);
  await t.deliver(id);
  assert.equal(await toCollect(), undefined);
  const float = `courier:${t.courierId}:float`;
  assert.equal(await t.balance(float), totalMinor);
  assert.equal(await t.balance('shoppers:receivable'), 0);
  await t.ordering.sweep(t.marketId);
  assert.equal(await t.balance(float), totalMinor, 'the sweep takes nothing a second time');

  const tooMuch = await t.deposit(totalMinor + 1);
  assert.ok(!tooMuch.ok && tooMuch.error['floatMinor'] === totalMinor);
  const command = t.key();
  const [first, again] = [await t.deposit(400, command), await t.deposit(400, command)];
  assert.ok(first.ok && again.ok && first.value.id === again.value.id);
  // Both at once want the rest; one gets it.
  const both = await Promise.all([t.deposit(totalMinor - 400), t.deposit(totalMinor - 400)]);
  assert.equal(both.filter(({ ok }) => ok).length, 1);
  assert.equal(await t.balance(float), 0);
  assert.equal(await t.balance('bank:main'), totalMinor);
  assert.deepEqual(await selectImbalance(db, t.marketId), { sumMinor: 0, unbalanced: 0 });
  const shown = await t.cash('own');
  assert.ok(shown.ok && shown.value.floatMinor === 0 && shown.value.deposits.length === 2);
  const hidden = await t.cash('another');
  assert.ok(!hidden.ok && hidden.error.code === 'not_found');
});

test('a cash order that is cancelled leaves nothing behind', async () => {
  const t = await setUp({ orderLimitMinor: 10_000, floatLimitMinor: 100_000 });
  const orderId = await t.place('cash');
  const cancelled = await t.ordering.change(t.marketId, {
    orderId,
    kind: 'cancel',
    reason: 'shopper',
    by: 'shopper',
  });
  assert.ok(cancelled.ok);
  await t.ordering.sweep(t.marketId);
  assert.deepEqual(await selectBalances(db, t.marketId, '', 100), []);
});

test('who holds too much is in the queue until it is brought in', async () => {
  const t = await setUp({ orderLimitMinor: 10_000, floatLimitMinor: 1_000 });
  const id = await t.place('cash');
  await t.deliver(id);
  for (const _ of [1, 2]) await watchFloats(t.reconciling, t.marketId);
  assert.deepEqual(await t.open(), ['float_over_limit']);
  assert.ok((await t.deposit(1_000)).ok);
  await watchFloats(t.reconciling, t.marketId);
  assert.deepEqual(await t.open(), []);
});

test('a refund of cash is for a person, and stays due until then', async () => {
  const t = await setUp({ orderLimitMinor: 10_000, floatLimitMinor: 100_000 });
  const orderId = await t.place('cash');
  await t.deliver(orderId);
  const refund = { orderId, kind: 'refund', amountMinor: 300, reason: 'cold', by: 'operator' } as const;
  assert.ok((await t.ordering.change(t.marketId, refund)).ok);
  t.clock.advanceBy(HOUR_MS);
  await t.ordering.sweep(t.marketId);
  assert.deepEqual(await t.open(), ['refund_refused']);
  assert.equal(await t.balance('payments:refunds-due'), -300);
});
