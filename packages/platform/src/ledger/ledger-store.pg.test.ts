import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type MarketId,
  type OrderId,
  createIdSource,
  ManualClock,
  currency,
  epochMs,
  keyOf,
} from '@halfhour/kernel';
import { createMarkets } from '../markets/index.ts';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import {
  type TransactionDraft,
  COMMISSION,
  clearing,
  createLedgerRoutes,
  postTransactions,
  selectBalances,
  selectImbalance,
  selectTransactions,
  taxPayable,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();
const market = await createEmptyMarket(db, ids);
const deps = {
  db,
  clock: new ManualClock(epochMs(1_780_000_000_000)),
  ids,
  markets: createMarkets({ db }),
  onCommit: () => {},
};

/** An order by a name. */
const orders = new Map<string, OrderId>();
const orderOf = (name: string): OrderId => {
  const id = orders.get(name) ?? ids.next('ord');
  orders.set(name, id);
  return id;
};

const sale = (name: string, totalMinor: number, taxMinor: number): TransactionDraft => ({
  kind: 'order_delivered',
  reference: orderOf(name),
  currency: currency('UYU'),
  postedAt: epochMs(1_780_000_000_000),
  postings: [
    { account: clearing('test'), amountMinor: totalMinor },
    { account: COMMISSION, amountMinor: taxMinor - totalMinor },
    { account: taxPayable('state'), amountMinor: -taxMinor },
  ],
});

const post = (marketId: MarketId, drafts: TransactionDraft[]): Promise<void> =>
  db.transaction(async (tx) => postTransactions(tx, marketId, ids, drafts));

test('whatever is posted, balances add up to zero and equal the sums of what was posted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 0, max: 1e5 })), {
        minLength: 1,
        maxLength: 40,
      }),
      async (sales) => {
        const own = await createEmptyMarket(db, ids);
        await post(
          own,
          sales.map(([total, tax], index) => sale(`r${index}`, total, tax)),
        );
        assert.deepEqual(await selectImbalance(db, own), { sumMinor: 0, unbalanced: 0 });
        const balances = await selectBalances(db, own, '', 100);
        const held = balances.find((account) => account.code === 'payments:test:clearing');
        assert.equal(
          held?.balanceMinor,
          sales.reduce((sum, [total]) => sum + total, 0),
        );
      },
    ),
    { numRuns: 15 },
  );
});

test('the same reference and kind post once, also from two at the same time', async () => {
  await Promise.all([post(market, [sale('twice', 500, 50)]), post(market, [sale('twice', 500, 50)])]);
  await post(market, [sale('twice', 500, 50), sale('new', 100, 10)]);
  const posted = await selectTransactions(db, market, { limit: 10 });
  assert.deepEqual(
    posted.map(({ orderId }) => orderId),
    [orderOf('new'), orderOf('twice')],
  );
  assert.deepEqual(await selectImbalance(db, market), { sumMinor: 0, unbalanced: 0 });
});

test('groups that make the same accounts in another order do not lock each other out', async () => {
  const own = await createEmptyMarket(db, ids);
  const group = (name: string, codes: string[]): TransactionDraft[] =>
    codes.map((code) => ({
      kind: 'k',
      reference: orderOf(`${name}-${code}`),
      currency: currency('UYU'),
      postedAt: epochMs(0),
      postings: [
        { account: { code, kind: 'asset' }, amountMinor: 5 },
        { account: COMMISSION, amountMinor: -5 },
      ],
    }));
  const codes = Array.from({ length: 30 }, (_, index) => `account-${index}`);
  await Promise.all([
    post(own, group('a', codes)),
    post(own, group('b', codes.toReversed())),
    post(own, group('c', codes)),
  ]);
  assert.deepEqual(await selectImbalance(db, own), { sumMinor: 0, unbalanced: 0 });
  assert.equal((await selectBalances(db, own, '', 100)).length, 31);
});

test('Postgres itself refuses postings that do not balance, and any change of the past', async () => {
  await post(market, [sale('guarded', 900, 90)]);
  await assert.rejects(
    db.query(
      `insert into ledger.transaction
       select market_id, transaction_id, 'other', reference_kind, reference, posted_at, account_ids,
         amounts_minor[1] + 7 || amounts_minor[2:]
       from ledger.transaction where market_id = $1 limit 1`,
      [keyOf(market)],
    ),
    /does not balance/,
  );
  await assert.rejects(db.query(`update ledger.transaction set posted_at = now()`), /only ever added to/);
  await assert.rejects(db.query(`delete from ledger.transaction`), /only ever added to/);
});

test('an account keeps its kind, and a market its currency, whoever writes', async () => {
  const own = await createEmptyMarket(db, ids);
  await post(own, [sale('kept', 900, 90)]);
  await assert.rejects(
    db.query(`update ledger.account set kind = 'asset' where market_id = $1`, [keyOf(own)]),
    /only ever added to/,
  );
  await assert.rejects(
    post(own, [
      {
        ...sale('dollars', 100, 10),
        currency: currency('USD'),
        postings: [
          { account: { code: 'a:usd', kind: 'asset' }, amountMinor: 1 },
          { account: { code: 'b:usd', kind: 'asset' }, amountMinor: -1 },
        ],
      },
    ]),
    /in one currency/,
  );
  await assert.rejects(
    post(own, [
      {
        ...sale('turned', 100, 10),
        postings: [
          { account: { ...COMMISSION, kind: 'expense' }, amountMinor: 1 },
          { account: clearing('test'), amountMinor: -1 },
        ],
      },
    ]),
    /is of another kind/,
  );
});

test('a rolled back command leaves no posting behind', async () => {
  const own = await createEmptyMarket(db, ids);
  await assert.rejects(
    db.transaction(async (tx) => {
      postTransactions(tx, own, ids, [sale('gone', 100, 0)]);
      throw new Error('the rest of the command failed');
    }),
  );
  assert.deepEqual(await selectTransactions(db, own, { limit: 10 }), []);
});

test('the operator reads accounts and transactions page by page', async () => {
  const own = await createEmptyMarket(db, ids);
  const order = orderOf('a');
  await post(own, [sale('a', 100, 10), sale('b', 200, 20), sale('c', 300, 30)]);
  const routes = createLedgerRoutes(deps);
  const asked = {
    params: { marketId: own },
    body: undefined,
    authority: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  };
  const first = await routes.listLedgerTransactions({ ...asked, query: { limit: 2 } });
  assert.ok(first.ok && first.value.items.length === 2 && first.value.next !== undefined);
  const second = await routes.listLedgerTransactions({
    ...asked,
    query: { limit: 2, cursor: first.value.next },
  });
  assert.ok(second.ok && second.value.items.length === 1 && second.value.next === undefined);
  const ofOrder = await routes.listLedgerTransactions({ ...asked, query: { limit: 50, orderId: order } });
  assert.ok(ofOrder.ok);
  assert.deepEqual(
    ofOrder.value.items.map((item) => item.postings.reduce((sum, posting) => sum + posting.amountMinor, 0)),
    [0],
  );
  const wrong = await routes.listLedgerTransactions({ ...asked, query: { limit: 2, cursor: 'nonsense' } });
  assert.ok(!wrong.ok && wrong.error.code === 'invalid_request');
});
