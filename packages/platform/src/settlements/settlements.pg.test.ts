import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BankAccount } from '@halfhour/contract';
import {
  type CourierId,
  type MarketId,
  type MerchantId,
  type OrderId,
  DAY_MS,
  HOUR_MS,
  addMs,
  currency,
  keyOf,
} from '@halfhour/kernel';
import fc from 'fast-check';
import type { Acting, CommandKey } from '../api/index.ts';
import {
  COMMISSION,
  COURIER_PAY,
  courierPayable,
  merchantPayable,
  postTransactions,
  selectBalances,
  selectImbalance,
  shopperReceivable,
} from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { setPolicy } from './set-policy.ts';
import type { SettlementDeps } from './deps.ts';
import { holdOrder, releaseOrder } from './hold-orders.ts';
import { createEmbeddedPayoutProvider, createSettlements } from './index.ts';
import { readPayoutFile } from './payout-file.ts';
import type { PayoutProvider } from './payouts/payout-provider.ts';
import { selectPayouts } from './payouts/payout-store.ts';
import { setBankAccount } from './payouts/set-bank-account.ts';
import { settlePayout } from './payouts/settle-payout.ts';
import { approveRun, discardRun } from './runs/close-run.ts';
import { type RunRecord, selectLines, selectRuns, selectSettlements } from './runs/run-store.ts';
import { startRun } from './runs/start-run.ts';

const db = await createTestDatabase();
const UYU = currency('UYU');

/** A market with a merchant's store, couriers, orders that can be held, and the module over it. */
async function createWorld(provider: PayoutProvider = createEmbeddedPayoutProvider()) {
  const { clock, ids, market, place } = await createTestOrdering(db, { couriers: 1 });
  const { marketId, merchantId, storeId } = market;
  const courierId = market.courierIds[0]!;
  const deps: SettlementDeps = {
    db,
    clock,
    ids,
    markets: createMarkets({ db }),
    provider,
    onCommit: () => {},
  };
  const operator: Acting = {
    requestId: 'request-1',
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  const orderIds: OrderId[] = [];
  let keys = 0;
  const world = {
    deps,
    clock,
    ids,
    marketId,
    merchantId,
    courierId,
    operator,
    orderIds,
    settlements: createSettlements(deps),
    key: (): CommandKey => ({ caller: operator.userId, key: `settle-${keys++}`, bodyHash: 'same' }),
    async order(): Promise<OrderId> {
      const id = await place();
      orderIds.push(id);
      return id;
    },
    /** Owes the merchant `amountMinor` of a sale, or takes it back where it is negative. */
    async sell(amountMinor: number, reference: OrderId = ids.next('ord'), kind = 'sale'): Promise<void> {
      const commission = Math.trunc(amountMinor / 5);
      await db.transaction(async (tx) =>
        postTransactions(tx, marketId, ids, [
          {
            kind,
            reference,
            currency: UYU,
            postedAt: clock.now(),
            postings: [
              { account: shopperReceivable, amountMinor: amountMinor + commission },
              { account: merchantPayable(storeId), amountMinor: -amountMinor },
              { account: COMMISSION, amountMinor: -commission },
            ],
          },
        ]),
      );
    },
    async payCourier(amountMinor: number): Promise<void> {
      await db.transaction(async (tx) =>
        postTransactions(tx, marketId, ids, [
          {
            kind: 'courier_pay',
            reference: ids.next('rte'),
            currency: UYU,
            postedAt: clock.now(),
            postings: [
              { account: COURIER_PAY, amountMinor },
              { account: courierPayable(courierId), amountMinor: -amountMinor },
            ],
          },
        ]),
      );
    },
    async bankOf(payee: MerchantId | CourierId, lastFour: string): Promise<void> {
      const account: BankAccount = { holder: 'Test', accountNumber: `12${lastFour}`, bankCode: '113' };
      const set = await setBankAccount(deps, marketId, payee, account, operator);
      assert.ok(set.ok);
    },
    async start(payees: 'merchants' | 'couriers' = 'merchants'): Promise<RunRecord> {
      // Runs take what was posted before now.
      clock.advanceTo(addMs(clock.now(), 1_000));
      const run = await startRun(deps, marketId, { payees, upTo: undefined }, operator, world.key());
      assert.ok(run.ok, JSON.stringify(run));
      return run.value;
    },
    async settle(payees: 'merchants' | 'couriers' = 'merchants'): Promise<RunRecord> {
      const run = await world.start(payees);
      // With nothing to settle it is over.
      if (run.state === 'empty') return run;
      const approved = await approveRun(deps, marketId, run.id, operator);
      assert.ok(approved.ok);
      await world.settlements.sweep(marketId);
      return approved.value;
    },
    settlementsOf: (runId: RunRecord['id']) => selectSettlements(db, marketId, { runId, limit: 100 }),
    payouts: () =>
      selectPayouts(db, marketId, { state: undefined, runId: undefined, before: undefined, limit: 1_000 }),
    /** Balances by account code, debits positive. */
    async balances(): Promise<Record<string, number>> {
      const all = await selectBalances(db, marketId, '', 200);
      return Object.fromEntries(all.map(({ code, balanceMinor }) => [code, balanceMinor]));
    },
    merchantAccount: merchantPayable(storeId).code,
    courierAccount: courierPayable(courierId).code,
  };
  return world;
}

test('a run pays what is owed, with lines down to orders; the next one has only what came after', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  const order = await world.order();
  await world.sell(4_000, order);
  const first = await world.settle();
  const [settlement] = await world.settlementsOf(first.id);
  assert.deepEqual(
    [settlement!.payee, settlement!.payoutMinor, settlement!.commissionMinor, settlement!.lines],
    [world.merchantId, 4_000, 800, 1],
  );
  const lines = await selectLines(db, world.marketId, settlement!.id, undefined, 10);
  assert.deepEqual(
    lines.map(({ orderId, kind, amountMinor }) => [orderId, kind, amountMinor]),
    [[order, 'sale', 4_000]],
  );
  assert.deepEqual(
    (await world.payouts()).map(({ state, amountMinor }) => [state, amountMinor]),
    [['paid', 4_000]],
  );
  const after = await world.balances();
  assert.deepEqual(
    [after[world.merchantAccount], after['payouts:in-transit'], after['bank:main']],
    [0, 0, -4_000],
  );
  const [payout] = await world.payouts();
  const events = await eventsOf(db, world.marketId, payout!.id);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['PayoutSent', 'PayoutPaid'],
  );
  assert.equal((await world.settle()).settlements, 0);
});

test('a refund after the payout makes the merchant owe, which is carried until sales cover it', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  await world.sell(1_000);
  await world.settle();
  await world.sell(-600, undefined, 'refund-0');
  const [owing] = await world.settlementsOf((await world.settle()).id);
  assert.deepEqual([owing!.closingMinor, owing!.carriedBecause], [-600, 'nothing_due']);
  await world.sell(1_000);
  const [paid] = await world.settlementsOf((await world.settle()).id);
  assert.deepEqual([paid!.openingMinor, paid!.linesMinor, paid!.payoutMinor], [-600, 1_000, 400]);
  assert.equal((await world.balances())[world.merchantAccount], 0);
});

test('less than the minimum, or without a bank account, is carried and said why; then it is paid', async () => {
  const world = await createWorld();
  const policy = { merchants: 'on_demand', couriers: 'on_demand', payoutBy: 'provider' } as const;
  await setPolicy(world.deps, world.marketId, { ...policy, minimumPayoutMinor: 500 }, world.operator);
  await world.sell(700);
  const [homeless] = await world.settlementsOf((await world.settle()).id);
  assert.equal(homeless!.carriedBecause, 'no_bank_account');
  await world.bankOf(world.merchantId, '1001');
  assert.equal((await world.settle()).payoutMinor, 700);
  await world.sell(499);
  const [small] = await world.settlementsOf((await world.settle()).id);
  assert.equal(small!.carriedBecause, 'below_minimum');
  await world.sell(1);
  assert.equal((await world.settle()).payoutMinor, 500);
});

test('what the bank refuses is payable again and in the next settlement', async () => {
  const world = await createWorld();
  await world.bankOf(world.courierId, '0002');
  await world.payCourier(900);
  await world.settle('couriers');
  const failed = await world.balances();
  assert.deepEqual([failed[world.courierAccount], failed['payouts:in-transit']], [-900, 0]);
  await world.bankOf(world.courierId, '0003');
  const run = await world.settle('couriers');
  const [again] = await world.settlementsOf(run.id);
  const lines = await selectLines(db, world.marketId, again!.id, undefined, 10);
  assert.deepEqual(
    lines.map(({ kind, amountMinor }) => [kind, amountMinor]),
    [['payout_failed', 900]],
  );
  const [pending] = await world.payouts();
  assert.equal(pending!.state, 'sent');
  await world.settlements.sweep(world.marketId);
  assert.deepEqual(
    (await world.payouts()).map(({ state }) => state),
    ['paid', 'failed'],
  );
});

test('a held order waits until it is released, the rest is paid', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  const order = await world.order();
  await world.sell(1_000, order);
  await world.sell(300);
  const held = await holdOrder(world.deps, world.marketId, order, 'dispute', world.operator);
  assert.ok(held.ok);
  const [settlement] = await world.settlementsOf((await world.settle()).id);
  assert.deepEqual([settlement!.payoutMinor, settlement!.heldMinor], [300, 1_000]);
  await releaseOrder(world.deps, world.marketId, order, world.operator);
  assert.equal((await world.settle()).payoutMinor, 1_000);
});

test('the same command opens one run, also from two at the same time; another one waits for its end', async () => {
  const world = await createWorld();
  await world.sell(1_000);
  world.clock.advanceTo(addMs(world.clock.now(), 1_000));
  const command = world.key();
  const start = (key = command) =>
    startRun(world.deps, world.marketId, { payees: 'merchants', upTo: undefined }, world.operator, key);
  const [one, two] = await Promise.all([start(), start()]);
  assert.ok(one.ok && two.ok && one.value.id === two.value.id);
  const other = await start(world.key());
  assert.ok(!other.ok && other.error.code === 'wrong_state' && other.error['runId'] === one.value.id);
  const future = await startRun(
    world.deps,
    world.marketId,
    { payees: 'couriers', upTo: addMs(world.clock.now(), HOUR_MS) },
    world.operator,
    world.key(),
  );
  assert.ok(!future.ok && future.error.code === 'invalid_request');
});

test('approving twice at once pays once; a discarded run gives all back and cannot be approved', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  await world.sell(1_000);
  const wrong = await world.start();
  assert.ok((await discardRun(world.deps, world.marketId, wrong.id, world.operator)).ok);
  const late = await approveRun(world.deps, world.marketId, wrong.id, world.operator);
  assert.ok(!late.ok && late.error.code === 'wrong_state');
  const run = await world.start();
  const approve = () => approveRun(world.deps, world.marketId, run.id, world.operator);
  const both = await Promise.all([approve(), approve()]);
  assert.ok(both.every((each) => each.ok));
  await Promise.all([world.settlements.sweep(world.marketId), world.settlements.sweep(world.marketId)]);
  assert.equal((await world.payouts()).length, 1);
  assert.equal((await world.balances())['bank:main'], -1_000);
});

test('whoever dies after the bank has paid asks for the same id again, and one who dies in an approval approves nothing', async () => {
  const asked: string[] = [];
  const world = await createWorld({
    pay: (order) => {
      asked.push(order.payoutId);
      if (asked.length === 1) return Promise.reject(new Error('the line broke after it was paid'));
      return Promise.resolve({ state: 'paid' });
    },
    ask: () => Promise.reject(new Error('nothing is pending')),
  });
  await world.bankOf(world.merchantId, '1001');
  await world.sell(1_000);
  const run = await world.start();
  const dying = {
    ...world.deps,
    markets: { ...world.deps.markets, get: () => Promise.reject(new Error('died')) },
  };
  await assert.rejects(approveRun(dying, world.marketId, run.id, world.operator), /died/);
  assert.equal((await world.payouts()).length, 0);
  assert.ok((await approveRun(world.deps, world.marketId, run.id, world.operator)).ok);
  await assert.rejects(world.settlements.sweep(world.marketId), /line broke/);
  await world.settlements.sweep(world.marketId);
  assert.deepEqual(asked, [asked[0], asked[0]]);
  assert.equal((await world.balances())['bank:main'], -1_000);
});

test('a transaction that commits long after newer ones is found, since the balances show that it is missing', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  await world.sell(100);
  await world.settle();
  await db.query(
    `update settlements.collector set newest = newest + (10::bigint * 86400000 << 22) where market_id = $1`,
    [keyOf(world.marketId)],
  );
  await world.sell(200);
  assert.equal((await world.settle()).payoutMinor, 200);
});

test('a market pays by schedule: one run a day up to midnight, that a person approves', async () => {
  const world = await createWorld();
  const policy = {
    merchants: 'daily',
    couriers: 'weekly',
    minimumPayoutMinor: 1,
    payoutBy: 'provider',
  } as const;
  await setPolicy(world.deps, world.marketId, policy, world.operator);
  await world.bankOf(world.merchantId, '1001');
  await world.sell(1_000);
  const runs = async () =>
    (await selectRuns(db, world.marketId, undefined, 10)).map(({ payees, day, state, payoutMinor }) => [
      payees,
      day,
      state,
      payoutMinor,
    ]);
  // It is Monday, and what was sold today is in tomorrow's run.
  await Promise.all([world.settlements.sweep(world.marketId), world.settlements.sweep(world.marketId)]);
  assert.deepEqual((await runs()).toSorted(), [
    ['couriers', '2026-06-01', 'empty', 0],
    ['merchants', '2026-06-01', 'empty', 0],
  ]);
  world.clock.advanceTo(addMs(world.clock.now(), DAY_MS));
  await world.settlements.sweep(world.marketId);
  assert.deepEqual((await runs())[0], ['merchants', '2026-06-02', 'open', 1_000]);
});

test('a run that finds nothing ends by itself: the next one starts, and nobody can approve or discard it', async () => {
  const world = await createWorld();
  const nothing = await world.start();
  assert.deepEqual(
    [nothing.state, nothing.settlements, nothing.payoutMinor, nothing.closedBy],
    ['empty', 0, 0, 'system'],
  );
  for (const end of [approveRun, discardRun]) {
    const ended = await end(world.deps, world.marketId, nothing.id, world.operator);
    assert.ok(!ended.ok && ended.error.code === 'wrong_state' && ended.error['state'] === 'empty');
  }
  await world.bankOf(world.merchantId, '1001');
  await world.sell(700);
  const something = await world.start();
  assert.deepEqual([something.state, something.payoutMinor], ['open', 700]);
});

test('payouts by file are sent with the approval, and a person says what became of each', async () => {
  const world = await createWorld();
  const debtor = { holder: 'Halfhour', accountNumber: '1', bankCode: '113' };
  const terms = { merchants: 'on_demand', couriers: 'on_demand', minimumPayoutMinor: 1 } as const;
  const without = await setPolicy(world.deps, world.marketId, { ...terms, payoutBy: 'file' }, world.operator);
  assert.ok(!without.ok && without.error.code === 'invalid_request');
  await setPolicy(world.deps, world.marketId, { ...terms, payoutBy: 'file', debtor }, world.operator);
  await world.bankOf(world.merchantId, '1001');
  await world.sell(1_234);
  const run = await world.start();
  const early = await readPayoutFile(world.deps, world.marketId, run.id);
  assert.ok(!early.ok && early.error.code === 'wrong_state');
  await approveRun(world.deps, world.marketId, run.id, world.operator);
  await world.settlements.sweep(world.marketId);
  const [payout] = await world.payouts();
  assert.equal(payout!.state, 'sent');
  const file = await readPayoutFile(world.deps, world.marketId, run.id);
  assert.ok(file.ok && String(file.value.content).includes('<InstdAmt Ccy="UYU">12.34</InstdAmt>'));
  const say = (state: 'paid' | 'failed') =>
    settlePayout(
      world.deps,
      world.marketId,
      payout!.id,
      state === 'paid' ? { state } : { state, reason: 'closed' },
      world.operator,
    );
  assert.ok((await say('paid')).ok && (await say('paid')).ok);
  const otherwise = await say('failed');
  assert.ok(!otherwise.ok && otherwise.error.code === 'wrong_state');
  assert.equal((await world.balances())['bank:main'], -1_234);
});

test('where no provider is set up nothing is paid through one, and who approves is told what to do', async () => {
  const world = await createWorld();
  await world.bankOf(world.merchantId, '1001');
  await world.sell(500);
  const run = await world.start();
  const deps = { ...world.deps, provider: undefined };
  const refused = await approveRun(deps, world.marketId, run.id, world.operator);
  assert.ok(!refused.ok && refused.error.code === 'invalid_request');
  assert.match(refused.error.detail ?? '', /`payoutBy` of the settlement policy to `file`/);
  assert.deepEqual(await world.payouts(), []);
  const terms = { merchants: 'on_demand', couriers: 'on_demand', minimumPayoutMinor: 1 } as const;
  const through = await setPolicy(deps, world.marketId, { ...terms, payoutBy: 'provider' }, world.operator);
  assert.ok(!through.ok && through.error.code === 'invalid_request');
  const debtor = { holder: 'Halfhour', accountNumber: '1', bankCode: '113' };
  await setPolicy(deps, world.marketId, { ...terms, payoutBy: 'file', debtor }, world.operator);
  const approved = await approveRun(deps, world.marketId, run.id, world.operator);
  assert.ok(approved.ok && approved.value.payoutMinor === 500);
});

type Step =
  | { readonly do: 'sell' | 'refund' | 'pay'; readonly amount: number; readonly order: number }
  | { readonly do: 'hold' | 'release'; readonly order: number }
  | { readonly do: 'start' | 'approve' | 'discard'; readonly payees: 'merchants' | 'couriers' }
  | { readonly do: 'sweep' }
  | { readonly do: 'bank'; readonly payee: 'merchant' | 'courier'; readonly lastFour: string };

const order = fc.nat(2);
const amount = fc.integer({ min: 1, max: 5_000 });
const payees = fc.constantFrom('merchants' as const, 'couriers' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('sell' as const, 'refund' as const, 'pay' as const), amount, order }),
  fc.record({ do: fc.constantFrom('hold' as const, 'release' as const), order }),
  fc.record({ do: fc.constantFrom('start' as const, 'approve' as const, 'discard' as const), payees }),
  fc.record({ do: fc.constant('sweep' as const) }),
  fc.record({
    do: fc.constant('bank' as const),
    payee: fc.constantFrom('merchant' as const, 'courier' as const),
    lastFour: fc.constantFrom('1001', '0002', '0003', '0004'),
  }),
);

test('in any week, what was payable is paid, on its way, carried, held or waiting: to the unit and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const world = await createWorld();
      const orders = [await world.order(), await world.order(), await world.order()];
      const open: Partial<Record<'merchants' | 'couriers', RunRecord['id']>> = {};
      const payable = { merchants: 0, couriers: 0 };
      let count = 0;
      const run = async (each: Step): Promise<void> => {
        switch (each.do) {
          case 'sell':
          case 'refund': {
            const signed = each.do === 'sell' ? each.amount : -each.amount;
            payable.merchants += signed;
            return world.sell(signed, orders[each.order], `${each.do}-${count++}`);
          }
          case 'pay':
            payable.couriers += each.amount;
            return world.payCourier(each.amount);
          case 'hold':
            return void (await holdOrder(
              world.deps,
              world.marketId,
              orders[each.order]!,
              'x',
              world.operator,
            ));
          case 'release':
            return releaseOrder(world.deps, world.marketId, orders[each.order]!, world.operator);
          case 'start': {
            if (open[each.payees] !== undefined) return;
            const started = await world.start(each.payees);
            if (started.state === 'open') open[each.payees] = started.id;
            return;
          }
          case 'approve':
          case 'discard': {
            const runId = open[each.payees];
            if (runId === undefined) return;
            const close = each.do === 'approve' ? approveRun : discardRun;
            assert.ok((await close(world.deps, world.marketId, runId, world.operator)).ok);
            delete open[each.payees];
            return;
          }
          case 'sweep':
            return world.settlements.sweep(world.marketId);
          case 'bank':
            return world.bankOf(
              each.payee === 'merchant' ? world.merchantId : world.courierId,
              each.lastFour,
            );
        }
      };
      const check = async (): Promise<void> => {
        const balances = await world.balances();
        const payouts = await world.payouts();
        const sum = (prefix: string, states: readonly string[]): number =>
          payouts
            .filter(({ payee, state }) => payee.startsWith(prefix) && states.includes(state))
            .reduce((total, { amountMinor }) => total + amountMinor, 0);
        for (const [kind, code, total] of [
          ['mer', world.merchantAccount, payable.merchants],
          ['cou', world.courierAccount, payable.couriers],
        ] as const) {
          // What is not with the bank is owed still: carried, held, waiting or in an open run.
          assert.equal(sum(kind, ['paid', 'due', 'sent']) - (balances[code] ?? 0), total, code);
        }
        const all = sum('', ['due', 'sent']);
        assert.equal((balances['payouts:in-transit'] ?? 0) + all, 0);
        assert.equal((balances['bank:main'] ?? 0) + sum('', ['paid']), 0);
        assert.deepEqual(await selectImbalance(db, world.marketId), { sumMinor: 0, unbalanced: 0 });
        await checkEntries(world.marketId);
      };
      for (const each of steps) await run(each);
      await check();
      // At the end everyone gets what is theirs: whoever is owed has it, and whoever owes is carried.
      for (const id of orders) await run({ do: 'release', order: orders.indexOf(id) });
      for (const kind of ['merchants', 'couriers'] as const) await run({ do: 'approve', payees: kind });
      await run({ do: 'bank', payee: 'merchant', lastFour: '1001' });
      await run({ do: 'bank', payee: 'courier', lastFour: '1001' });
      await run({ do: 'sweep' });
      await run({ do: 'sweep' });
      for (const kind of ['merchants', 'couriers'] as const) await world.settle(kind);
      await check();
      const balances = await world.balances();
      assert.ok((balances[world.merchantAccount] ?? 0) >= 0, 'a merchant is owed nothing, or owes');
      assert.equal(balances[world.courierAccount] ?? 0, 0);
    }),
    { numRuns: 25 },
  );
});

/** What approved settlements took less what they paid is what is carried, and each entry is in one of them. */
async function checkEntries(marketId: MarketId): Promise<void> {
  const [sums] = await db.query<{ carried: string; settled: string; paid: string }>(
    `select (select sum(carried_minor) from settlements.account where market_id = $1) as carried,
       (select sum(amount_minor) from settlements.entry join settlements.settlement using (market_id, settlement_id)
        join settlements.run using (market_id, run_id) where market_id = $1 and state = 'approved') as settled,
       (select sum(settlement.payout_minor) from settlements.settlement join settlements.run using (market_id, run_id)
        where market_id = $1 and state = 'approved') as paid`,
    [keyOf(marketId)],
  );
  assert.equal(Number(sums!.carried), Number(sums!.settled) - Number(sums!.paid));
}
