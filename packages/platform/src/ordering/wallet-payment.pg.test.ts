import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OrderId } from '@halfhour/kernel';
import { bank, selectBalances, selectImbalance } from '../ledger/index.ts';
import { selectPayment } from '../payments/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { readWallets } from '../wallet/index.ts';
import { selectOrders } from './index.ts';

const db = await createTestDatabase();

async function setUp(balanceMinor: number) {
  const t = await createTestOrdering(db, { couriers: 1 });
  const { marketId } = t.market;
  const { shopperId: userId } = t;
  await db.transaction((tx) =>
    t.wallets.creditAll(tx, marketId, [
      { userId, amountMinor: balanceMinor, cause: 'top_up', reference: t.ids.next('mov'), against: bank },
    ]),
  );
  const courierId = t.market.courierIds[0]!;
  return {
    ...t,
    marketId,
    async wallet() {
      const [wallet] = await readWallets(db, marketId, [userId]);
      return [wallet!.balanceMinor, wallet!.heldMinor];
    },
    async deliver(orderId: OrderId): Promise<void> {
      for (const change of [
        { kind: 'accept', by: 'merchant' },
        { kind: 'ready', by: 'merchant' },
        { kind: 'pick_up', by: 'courier', courierId },
        { kind: 'deliver', by: 'courier', courierId },
      ] as const) {
        assert.ok((await t.ordering.change(marketId, { ...change, orderId })).ok, change.kind);
      }
      // Two at once: it is taken once.
      await Promise.all([t.ordering.sweep(marketId), t.ordering.sweep(marketId)]);
    },
    totalOf: async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!.totalMinor,
    balance: async (code: string) =>
      (await selectBalances(db, marketId, '', 100)).find((account) => account.code === code)?.balanceMinor ??
      0,
  };
}

test('an order is held in the wallet, taken at the door, and refunds go back to it', async () => {
  const t = await setUp(5_000);
  const id = await t.place('wallet');
  const total = await t.totalOf(id);
  assert.deepEqual(await t.wallet(), [5_000, total]);
  await t.deliver(id);
  assert.deepEqual(await t.wallet(), [5_000 - total, 0]);
  assert.equal((await selectPayment(db, t.marketId, id))?.state, 'captured');
  assert.equal(await t.balance('shoppers:receivable'), 0);
  assert.equal(await t.balance('payments:wallet:clearing'), 0);
  const refund = { orderId: id, kind: 'refund', amountMinor: 300, reason: 'cold', by: 'operator' } as const;
  assert.ok((await t.ordering.change(t.marketId, refund)).ok);
  await Promise.all([t.ordering.sweep(t.marketId), t.ordering.sweep(t.marketId)]);
  assert.deepEqual(await t.wallet(), [5_300 - total, 0]);
  assert.equal(await t.balance('payments:refunds-due'), 0);
  assert.deepEqual(await selectImbalance(db, t.marketId), { sumMinor: 0, unbalanced: 0 });
});

test('a cancelled order lets go of what it held, and a wallet with too little declines', async () => {
  const t = await setUp(2_000);
  const orderId = await t.place('wallet');
  await assert.rejects(t.place('wallet'), /payment_declined/, 'the first order holds most of it');
  const cancel = { orderId, kind: 'cancel', reason: 'shopper', by: 'shopper' } as const;
  assert.ok((await t.ordering.change(t.marketId, cancel)).ok);
  await t.ordering.sweep(t.marketId);
  assert.deepEqual(await t.wallet(), [2_000, 0]);
  assert.equal((await selectPayment(db, t.marketId, orderId))?.state, 'voided');
});

test("nobody pays from another's wallet", async () => {
  const t = await setUp(5_000);
  await assert.rejects(t.place(`wallet:${t.ids.next('usr')}`), /payment_declined/);
  await assert.rejects(t.place(`wallet:${t.shopperId}`), /payment_declined/);
  assert.deepEqual(await t.wallet(), [5_000, 0]);
});
