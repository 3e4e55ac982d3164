import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, addMs, currency, localTime } from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { COMMISSION, merchantPayable, postTransactions, shopperReceivable } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { createEmbeddedPayoutProvider, createSettlementRoutes, createSettlements } from './index.ts';

const db = await createTestDatabase();
const { clock, ids, market } = await createTestOrdering(db);
const { marketId, storeId, merchantId } = market;
const markets = createMarkets({ db });
const routes = createSettlementRoutes(
  createSettlements({
    db,
    clock,
    ids,
    markets,
    provider: createEmbeddedPayoutProvider(),
    onCommit: () => {},
  }),
);
const owner: Authority = {
  userId: ids.next('usr'),
  role: 'merchant',
  scope: 'own',
  merchantIds: [merchantId],
  courierIds: [],
};
const asked = {
  params: { marketId, storeId },
  body: undefined,
  command: undefined,
  requestId: 'r',
  signal: new AbortController().signal,
  authority: owner,
};

/** Owes the store `amountMinor` of which the platform keeps `commissionMinor`; below zero takes both back. */
async function post(kind: string, amountMinor: number, commissionMinor: number): Promise<void> {
  await db.transaction(async (tx) =>
    postTransactions(tx, marketId, ids, [
      {
        kind,
        reference: ids.next('ord'),
        currency: currency('UYU'),
        postedAt: clock.now(),
        postings: [
          { account: shopperReceivable, amountMinor },
          { account: merchantPayable(storeId), amountMinor: commissionMinor - amountMinor },
          { account: COMMISSION, amountMinor: -commissionMinor },
        ],
      },
    ]),
  );
}

test('a store sees what it earned day by day, to the unit of its statement, and nobody else does', async () => {
  const { timeZone } = (await markets.get(marketId))!;
  const first = localTime(clock.now(), timeZone).date;
  await post('sale', 10_000, 2_000);
  await post('sale', 5_000, 1_000);
  clock.advanceTo(addMs(clock.now(), DAY_MS));
  const second = localTime(clock.now(), timeZone).date;
  await post('refund-1', -5_000, -1_000);

  const earnings = await routes.getStoreEarnings({ ...asked, query: { days: 14 } });
  assert.ok(earnings.ok);
  const none = { salesMinor: 0, orders: 0, paidOutMinor: 0 };
  assert.deepEqual(earnings.value, {
    balanceMinor: 8_000,
    days: [
      { ...none, day: second, commissionMinor: -1_000, otherMinor: -5_000, earnedMinor: -4_000 },
      {
        ...none,
        day: first,
        orders: 2,
        salesMinor: 15_000,
        commissionMinor: 3_000,
        otherMinor: 0,
        earnedMinor: 12_000,
      },
    ],
    complete: true,
  });
  const today = await routes.getStoreEarnings({ ...asked, query: { days: 1 } });
  assert.deepEqual(today.ok && today.value.days.map(({ day }) => day), [second]);

  const newest = await routes.listStoreEntries({ ...asked, query: { limit: 2 } });
  assert.ok(newest.ok && newest.value.next !== undefined);
  const older = await routes.listStoreEntries({ ...asked, query: { limit: 2, cursor: newest.value.next } });
  assert.ok(older.ok);
  assert.deepEqual(
    [...newest.value.items, ...older.value.items].map(({ amountMinor, balanceMinor }) => [
      amountMinor,
      balanceMinor,
    ]),
    [
      [-4_000, 8_000],
      [4_000, 12_000],
      [8_000, 8_000],
    ],
  );

  const stranger = { ...asked, authority: { ...owner, merchantIds: [ids.next('mer')] } };
  for (const refused of [
    await routes.getStoreEarnings({ ...stranger, query: { days: 14 } }),
    await routes.listStoreEntries({ ...stranger, query: { limit: 2 } }),
  ]) {
    assert.ok(!refused.ok && refused.error.code === 'not_found');
  }
});
