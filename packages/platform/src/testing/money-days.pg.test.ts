import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type OrderId,
  type Random,
  type Result,
  DAY_MS,
  MINUTE_MS,
  SECOND_MS,
  seededRandom,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { bank, selectBalances, selectImbalance } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import {
  LATE_MS,
  createCashRoutes,
  createMemoryBooks,
  createPaymentRoutes,
  reconcile,
  reconcilePayouts,
} from '../payments/index.ts';
import {
  createEmbeddedPayoutProvider,
  createSettlementRoutes,
  createSettlements,
} from '../settlements/index.ts';
import { createSupportRoutes } from '../support/index.ts';
import { createTestDatabase } from './test-database.ts';
import { type Account, type ModelOrder, MoneyModel, sharesOf } from './money-model.ts';
import { createTestOrdering } from './test-ordering.ts';

/**
 * Random days of a market against the sums of `money-model.ts`: sales by each method, cancellations, refunds by the dish and
 * whole, disputes, goodwill, cash that is brought in, settlement runs, payouts that the bank pays, refuses or keeps, and what
 * the payment provider pays to the bank. At the end of each day each account has what the model has, to the unit.
 * `HALFHOUR_TEST_RUNS=1000` for so many days, `HALFHOUR_TEST_SEED` for the same ones again.
 */
const DAYS = Number(process.env['HALFHOUR_TEST_RUNS'] ?? 8);
const SEED = Number(process.env['HALFHOUR_TEST_SEED'] ?? 1);
/** In one market, one after the other. */
const DAYS_OF_MARKET = 20;
const MAX_DEEDS = 8;
const TOP_UP_MINOR = 20_000;
const GOODWILL_MINOR = 300;

const METHODS = [
  'test_approve',
  'test_approve',
  'cash',
  'wallet',
  'test_late',
  'test_twice',
  'test_refuse_capture',
  'test_refuse_refund',
  'test_dispute_won',
  'test_dispute_lost',
] as const;
/** How the bank treats a payee's account, by the last digits of its number. */
const BANKS = [
  ['1001', 'pays'],
  ['1001', 'pays'],
  ['0002', 'refuses'],
  ['0003', 'pends'],
] as const;

const db = await createTestDatabase();

function done<T>(outcome: Result<T, ApiError>): T {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

async function createDays(random: Random, told: string[]) {
  const t = await createTestOrdering(db, { couriers: 1, booksOf: createMemoryBooks });
  const { clock, ids, ordering, wallets, shopperId } = t;
  const { marketId, merchantId, dish } = t.market;
  const courierId = t.market.courierIds[0]!;
  const markets = createMarkets({ db });
  const deps = { db, clock, ids, markets, onCommit: () => {} };
  const support = createSupportRoutes({ ...deps, ordering, wallets });
  const payments = createPaymentRoutes(t.reconciling);
  const cash = createCashRoutes({ ...t.reconciling, markets });
  const settlements = createSettlements({ ...deps, provider: createEmbeddedPayoutProvider() });
  const settling = createSettlementRoutes(settlements);
  const authority: Authority = {
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  const asked = () => ({
    query: undefined,
    body: undefined,
    authority,
    command: t.key(),
    requestId: 'request',
    signal: new AbortController().signal,
  });
  const inMarket = { marketId };
  const limits = { perOrderMinor: 1_000_000, perDayMinor: 10_000_000, mayApprove: true };
  const quiet = { above: 1_000_000, needsSecond: false };
  done(
    await support.setSupportPolicy({
      ...asked(),
      params: inMarket,
      body: {
        levels: { agent: limits, lead: limits, operator: limits },
        fourEyesAboveMinor: 1_000_000,
        proposalHours: 48,
        goodwillDays: null,
        caseWithinDays: 30,
        signals: {
          refundedShare: quiet,
          compensations30Days: quiet,
          newAccountDays: quiet,
          othersAtAddress: quiet,
        },
        why: 'test',
      },
    }),
  );
  const cashPolicy = { orderLimitMinor: 100_000, floatLimitMinor: 10_000_000 };
  done(await cash.setCashPolicy({ ...asked(), params: inMarket, body: cashPolicy }));

  const model = new MoneyModel();
  const delivered: (ModelOrder & { readonly id: OrderId })[] = [];

  async function topUp(): Promise<void> {
    const credit = {
      userId: shopperId,
      amountMinor: TOP_UP_MINOR,
      cause: 'top_up',
      reference: ids.next('mov'),
    };
    await db.transaction((tx) =>
      wallets.creditAll(tx, marketId, [{ ...credit, cause: 'top_up', against: bank }]),
    );
    model.topUp(TOP_UP_MINOR);
  }

  async function order(): Promise<void> {
    const dishes = 1 + random.below(3);
    const method = random.pick(METHODS);
    const end = random.pick(['deliver', 'deliver', 'deliver', 'deliver', 'cancel', 'lose'] as const);
    told.push(`order of ${dishes} by ${method}: ${end}`);
    if (method === 'wallet') await topUp();
    const basket = t.market.basket([{ offerId: dish.offerId, quantity: dishes }]);
    const quote = done(await ordering.quote(marketId, basket));
    assert.equal(quote.totalMinor, sharesOf(dishes).total, 'the model has another price');
    const { id } = done(
      await ordering.placeOrder(marketId, {
        shopperId,
        command: t.key(),
        basket,
        expectedTotalMinor: quote.totalMinor,
        paymentMethod: method,
      }),
    );
    if (method === 'test_late' || method === 'test_twice') await hear();
    const change = async (kind: 'accept' | 'ready' | 'pick_up' | 'deliver') =>
      done(
        await ordering.change(
          marketId,
          kind === 'accept' || kind === 'ready'
            ? { kind, orderId: id, by: 'merchant' }
            : { kind, orderId: id, by: 'courier', courierId },
        ),
      );
    const cancel = async () =>
      done(
        await ordering.change(marketId, { kind: 'cancel', orderId: id, by: 'operator', reason: 'operator' }),
      );
    const made = { id, dishes, method, dishesBack: 0, isRefundedWhole: false };
    if (end === 'cancel') {
      for (const kind of (['accept', 'ready'] as const).slice(0, random.below(3))) await change(kind);
      await cancel();
      return;
    }
    for (const kind of ['accept', 'ready', 'pick_up'] as const) await change(kind);
    if (end === 'lose') {
      await cancel();
      model.loseOnTheWay(made);
      return;
    }
    await change('deliver');
    model.deliver(made);
    await sweep();
    delivered.push(made);
  }

  async function refund(isWhole: boolean): Promise<void> {
    const able = delivered.filter(
      (each) =>
        !each.isRefundedWhole &&
        !each.method.startsWith('test_dispute') &&
        (isWhole || each.dishesBack < each.dishes),
    );
    if (able.length === 0) return;
    const chosen = random.pick(able);
    const { id: orderId, dishes, method, dishesBack } = chosen;
    told.push(
      `refund ${isWhole ? 'the rest' : 'a dish'} of ${dishes} by ${method}, ${dishesBack} back before`,
    );
    const total = sharesOf(dishes).total;
    const wish = isWhole
      ? { amountMinor: total - dishesBack * 1_000 }
      : { lines: [{ line: 0, offerId: dish.offerId, quantity: 1 }] };
    done(
      await ordering.change(marketId, { kind: 'refund', orderId, by: 'operator', reason: 'late', ...wish }),
    );
    if (isWhole) model.refundRest(chosen);
    else model.refundDish(chosen);
    await sweep();
  }

  async function giveGoodwill(): Promise<void> {
    if (delivered.length === 0) return;
    told.push('goodwill');
    const params = { marketId, orderId: random.pick(delivered).id };
    const body = { kind: 'goodwill', amountMinor: GOODWILL_MINOR, reason: 'late' } as const;
    const given = done(await support.compensateOrder({ ...asked(), params, body: body as never }));
    assert.equal(given.state, 'given');
    model.goodwill(GOODWILL_MINOR);
  }

  async function bringCash(): Promise<void> {
    const amountMinor = model.bringCash();
    if (amountMinor === 0) return;
    told.push(`cash of ${amountMinor}`);
    const params = { marketId, courierId };
    done(await cash.recordCashDeposit({ ...asked(), params, body: { amountMinor } }));
  }

  async function settle(): Promise<void> {
    for (const payees of ['merchants', 'couriers'] as const) {
      const [lastFour, treats] = random.pick(BANKS);
      const payee = payees === 'merchants' ? 'merchant' : 'courier';
      told.push(`settle ${payees}: the bank ${treats}`);
      const body = { holder: 'Test', accountNumber: `12${lastFour}`, bankCode: '113' };
      if (payees === 'merchants') {
        done(await settling.setMerchantBankAccount({ ...asked(), params: { marketId, merchantId }, body }));
      } else {
        done(await settling.setCourierBankAccount({ ...asked(), params: { marketId, courierId }, body }));
      }
      clock.advanceBy(SECOND_MS);
      const run = done(await settling.startSettlementRun({ ...asked(), params: inMarket, body: { payees } }));
      if (run.state === 'open') {
        const params = { marketId, runId: run.id };
        if (random.below(5) === 0) {
          told.push('discarded');
          done(await settling.discardSettlementRun({ ...asked(), params, body: {} }));
          continue;
        }
        done(await settling.approveSettlementRun({ ...asked(), params, body: {} }));
        // What pended in the sweep before is asked for again in this one.
        model.arrive();
        model.settle(payee, treats);
        await settlements.sweep(marketId);
      }
    }
  }

  /** Time passes, and what providers tell by themselves is heard. */
  async function hear(): Promise<void> {
    clock.advanceBy(LATE_MS);
    await new Promise(setImmediate);
    for (const each of t.notifications.splice(0)) {
      assert.ok(await ordering.receiveNotification(marketId, t.provider.name, each));
    }
  }

  /** Providers answer, disputes end, and a person settles by the bank what a provider refuses. */
  async function sweep(): Promise<void> {
    for (let time = 0; time < 3; time++) {
      await hear();
      await ordering.sweep(marketId);
    }
    const query = { state: 'open' as const, limit: 50 };
    const open = done(await payments.listPaymentExceptions({ ...asked(), params: inMarket, query }));
    for (const { id, kind } of open.items) {
      assert.ok(kind === 'capture_refused' || kind === 'refund_refused', `a ${kind} waits for a person`);
      const params = { marketId, paymentExceptionId: id };
      const body = { resolution: 'paid_otherwise', reason: 'paid by the bank' } as const;
      done(await payments.resolvePaymentException({ ...asked(), params, body }));
    }
  }

  async function isAsTheModel(): Promise<void> {
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
    const found: Record<string, number> = {};
    for (const { code, balanceMinor } of await selectBalances(db, marketId, '', 200)) {
      const account = accountOf(code);
      found[account] = (found[account] ?? 0) + balanceMinor;
    }
    const held = Object.fromEntries(Object.entries(found).filter(([, minor]) => minor !== 0));
    assert.deepEqual(sorted(held), sorted(model.balances()));
  }

  return async (): Promise<void> => {
    const began = clock.now();
    const deeds = 1 + random.below(MAX_DEEDS);
    for (let deed = 0; deed < deeds; deed++) {
      const what = random.below(12);
      if (what < 6) await order();
      else if (what < 8) await refund(false);
      else if (what < 9) await refund(true);
      else if (what < 10) await giveGoodwill();
      else if (what < 11) await bringCash();
      else await settle();
      clock.advanceBy(MINUTE_MS);
    }
    await sweep();
    clock.advanceBy(DAY_MS - (clock.now() - began));
    await reconcile(t.reconciling, marketId);
    await reconcilePayouts({ ...t.reconciling, markets }, marketId);
    model.providerPays();
    const before = model.of('in-transit');
    await settlements.sweep(marketId);
    if (before !== 0) model.arrive();
    await isAsTheModel();
  };
}

const FAMILIES: readonly (readonly [RegExp, Account])[] = [
  [/^bank:main$/, 'bank'],
  [/^payments:test:clearing$/, 'clearing'],
  [/^courier:\w+:float$/, 'float'],
  [/^merchant:\w+:payable$/, 'merchant'],
  [/^courier:\w+:payable$/, 'courier'],
  [/^wallet:\w+:balance$/, 'wallet'],
  [/^tax:\w+:payable$/, 'tax'],
  [/^payouts:in-transit$/, 'in-transit'],
];

/** The model's name of an account; one that it does not know is itself, and must be empty. */
function accountOf(code: string): string {
  const known = FAMILIES.find(([family]) => family.test(code))?.[1];
  return known ?? code.replace(/^platform:/, '');
}

function sorted(balances: object): [string, number][] {
  return Object.entries(balances).toSorted(([a], [b]) => (a < b ? -1 : 1)) as [string, number][];
}

test('at the end of each random day every account has what a model on paper has', async () => {
  for (let first = 0; first < DAYS; first += DAYS_OF_MARKET) {
    const random = seededRandom(`money-days-${SEED + first}`);
    const told: string[] = [];
    const day = await createDays(random, told);
    for (let count = 0; count < Math.min(DAYS_OF_MARKET, DAYS - first); count++) {
      told.push(`-- day ${count + 1}`);
      await day().catch((error: unknown) => {
        const last = told.slice(-30).join('\n  ');
        throw new Error(`HALFHOUR_TEST_SEED=${SEED + first}, day ${count + 1}:\n  ${last}`, { cause: error });
      });
    }
  }
});
