import assert from 'node:assert/strict';
import type { SupportPolicy } from '@halfhour/contract';
import { type OrderId, type Result, SECOND_MS, invariant, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { insertOffers } from '../catalogue/index.ts';
import { insertCouriers } from '../couriers/index.ts';
import { type PostedTransaction, bank, selectTransactions } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { type OrderChange, type OrderRecord, selectOrders } from '../ordering/index.ts';
import { LATE_MS, createCashRoutes, createPaymentRoutes, selectPayment } from '../payments/index.ts';
import type { Database } from '../postgres/index.ts';
import {
  createEmbeddedPayoutProvider,
  createSettlementRoutes,
  createSettlements,
} from '../settlements/index.ts';
import { insertMerchants, insertStores, selectStores } from '../stores/index.ts';
import { createSupportRoutes } from '../support/index.ts';
import { createTestOrdering } from './test-ordering.ts';

/** Who acts in a scenario. */
export type Party = 'shopper' | 'merchant' | 'operator' | 'support' | 'system';
/** How far the order has come before somebody acts. */
export type Stage =
  | 'pending_payment'
  | 'placed'
  | 'accepted'
  | 'ready'
  | 'picked_up'
  | 'delivered'
  | 'partly_refunded'
  | 'refunded'
  | 'cancelled';
/** What they want: the order cancelled, a dish or all that is left given back, credit in the wallet, or the payees paid. */
export type Deed = 'cancel' | 'refund_dish' | 'refund_rest' | 'goodwill' | 'pay_out';

/** Goodwill of 3.00. */
const GOODWILL_MINOR = 300;
const DISH_MINOR = 1_000;
/** What was told or decided in one sweep is done at the provider in the next. */
const SWEEPS = 2;
/** A dispute is opened after one, and ends after the next. */
const DISPUTE_SWEEPS = 3;
const TOP_UP_MINOR = 10_000;
/** Above it a second person agrees: less than the order costs, more than a dish. */
const FOUR_EYES_MINOR = 2_000;

const quiet = { above: 10_000, needsSecond: false };
const limits = { perOrderMinor: 100_000, perDayMinor: 100_000, mayApprove: true };
const POLICY: SupportPolicy = {
  levels: { agent: { ...limits, mayApprove: false }, lead: limits, operator: limits },
  fourEyesAboveMinor: FOUR_EYES_MINOR,
  proposalHours: 48,
  goodwillDays: null,
  caseWithinDays: 30,
  signals: {
    refundedShare: quiet,
    compensations30Days: quiet,
    newAccountDays: quiet,
    othersAtAddress: quiet,
  },
};

const KINDS = ['accept', 'ready', 'pick_up', 'deliver'] as const;
/** How many of them bring an order so far. */
const STEPS: Readonly<Record<Exclude<Stage, 'pending_payment'>, number>> = {
  placed: 0,
  accepted: 1,
  ready: 2,
  picked_up: 3,
  delivered: 4,
  partly_refunded: 4,
  refunded: 4,
  cancelled: 0,
};

/** What an operator does to bring it there in the end. */
const DEEDS_BEFORE: Partial<Record<Stage, Deed>> = {
  partly_refunded: 'refund_dish',
  refunded: 'refund_rest',
  cancelled: 'cancel',
};

/** One order, and what becomes of its money. */
export interface MoneyWorld {
  /** What ids are called in what people read. */
  readonly names: ReadonlyMap<string, string>;
  /** Does it through the module or the route that does it for this party. */
  act(deed: Deed, by: Party): Promise<Result<undefined, ApiError>>;
  /** Lets providers answer, people pay back cash by hand, and couriers bring in theirs. */
  settle(): Promise<void>;
  /** All that was posted since the order was made, the oldest first. */
  posted(): Promise<PostedTransaction[]>;
  /** What became of the order, and of its payment where there is one. */
  outcome(): Promise<{ readonly order: string; readonly payment: string | undefined }>;
}

export interface Situation {
  readonly stage: Stage;
  /** Of payment. */
  readonly method: string;
  /** Whether merchant and courier were paid what they are owed before anybody acts. */
  readonly isPaidOut: boolean;
}

export type OpenWorld = (situation: Situation) => Promise<MoneyWorld>;

/**
 * A market in which one order after the other comes as far as a situation says, each of a shopper, merchant and courier of
 * its own, so that the market's books since then are the order's. Everything is done by the modules, by people with rights
 * of their own, against Postgres. (A market for each order would take most of the time for its partitions.)
 *
 * @returns makes the next order
 */
export async function createMoneyMarket(
  db: Database,
): Promise<(situation: Situation) => Promise<MoneyWorld>> {
  const t = await createTestOrdering(db);
  const { clock, ids, ordering, wallets } = t;
  const { marketId } = t.market;
  const markets = createMarkets({ db });
  const deps = { db, clock, ids, markets, onCommit: () => {} };
  const support = createSupportRoutes({ ...deps, ordering, wallets });
  const payments = createPaymentRoutes(t.reconciling);
  const cash = createCashRoutes({ ...t.reconciling, markets });
  const settlements = createSettlements({ ...deps, provider: createEmbeddedPayoutProvider() });
  const settling = createSettlementRoutes(settlements);
  const person = (role: Authority['role']): Authority => ({
    userId: ids.next('usr'),
    role,
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  });
  const people = { operator: person('operator'), second: person('operator'), support: person('support') };
  const asked = (authority: Authority = people.operator) => ({
    query: undefined,
    body: undefined,
    authority,
    command: t.key(),
    requestId: 'request',
    signal: new AbortController().signal,
  });
  const inMarket = { marketId };
  done(
    await support.setSupportPolicy({ ...asked(), params: inMarket, body: { ...POLICY, why: 'scenario' } }),
  );
  const cashPolicy = { orderLimitMinor: 10_000, floatLimitMinor: 100_000 };
  done(await cash.setCashPolicy({ ...asked(), params: inMarket, body: cashPolicy }));

  /** Time passes, and what the provider tells by itself is heard. */
  async function hear(): Promise<void> {
    clock.advanceBy(LATE_MS);
    // What slept until now goes on.
    await new Promise(setImmediate);
    for (const each of t.notifications.splice(0)) {
      assert.ok(await ordering.receiveNotification(marketId, t.provider.name, each));
    }
  }

  /** A merchant's store and a courier that nobody owes anything yet. */
  async function hire() {
    const merchantId = ids.next('mer');
    const storeId = ids.next('sto');
    const courierId = ids.next('cou');
    const offerId = ids.next('off');
    const { articleId } = t.market.dish;
    const store = (await selectStores(db, marketId, [t.market.storeId])).get(t.market.storeId)!;
    await db.transaction(async (tx) => {
      await insertMerchants(tx, marketId, [{ id: merchantId, name: 'Merchant' }]);
      await insertStores(tx, marketId, [{ ...store, id: storeId, merchantId }]);
      await insertOffers(tx, marketId, [
        {
          id: offerId,
          storeId,
          articleId,
          priceMinor: DISH_MINOR,
          available: true,
          countsStock: false,
          optionGroups: [],
        },
      ]);
      await insertCouriers(tx, marketId, [{ id: courierId, name: 'Ana', vehicle: 'motorcycle' }]);
    });
    return { merchantId, storeId, courierId, offerId };
  }

  return async ({ stage, method, isPaidOut }) => {
    const { merchantId, storeId, courierId, offerId } = await hire();
    const shopperId = ids.next('usr');
    const [newest] = await selectTransactions(db, marketId, { limit: 1 });
    if (method === 'wallet') {
      const reference = ids.next('mov');
      const topUp = { userId: shopperId, amountMinor: TOP_UP_MINOR, cause: 'top_up', reference } as const;
      await db.transaction((tx) => wallets.creditAll(tx, marketId, [{ ...topUp, against: bank }]));
    }
    const orderId = await place();
    const inOrder = { marketId, orderId };
    if (stage !== 'pending_payment') await bringTo(stage);
    if (isPaidOut) await payOut();

    async function place(): Promise<OrderId> {
      const basket = { ...t.market.basket([{ offerId, quantity: 2 }]), storeId };
      const quote = done(await ordering.quote(marketId, basket));
      const placed = await ordering.placeOrder(marketId, {
        shopperId,
        command: t.key(),
        basket,
        expectedTotalMinor: quote.totalMinor,
        paymentMethod: method,
      });
      if (placed.ok) return placed.value.id;
      assert.equal(placed.error.code, 'payment_declined');
      return placed.error['orderId'] as OrderId;
    }

    async function bringTo(wanted: Exclude<Stage, 'pending_payment'>): Promise<void> {
      if (method === 'test_late') await hear();
      for (const kind of KINDS.slice(0, STEPS[wanted])) {
        const change: OrderChange =
          kind === 'pick_up' || kind === 'deliver'
            ? { kind, orderId, by: 'courier', courierId }
            : { kind, orderId, by: 'merchant' };
        done(await ordering.change(marketId, change));
      }
      const deed = DEEDS_BEFORE[wanted];
      if (STEPS[wanted] === KINDS.length) await settle();
      if (deed === undefined) return;
      done(await act(deed, 'operator'));
      await settle();
    }

    async function orderNow(): Promise<OrderRecord> {
      return (await selectOrders(db, marketId, [orderId])).get(orderId)!;
    }

    async function act(deed: Deed, by: Party): Promise<Result<undefined, ApiError>> {
      if (deed === 'cancel') {
        const reason = by === 'shopper' || by === 'merchant' ? by : 'operator';
        return plain(await ordering.change(marketId, { kind: 'cancel', orderId, by, reason }));
      }
      if (deed === 'pay_out') {
        await payOut();
        return ok(undefined);
      }
      const { totalMinor, refundedMinor } = await orderNow();
      const wish =
        deed === 'refund_dish'
          ? { lines: [{ line: 0, offerId, quantity: 1 }] }
          : // Where nothing is left, one unit is too much.
            { amountMinor: deed === 'goodwill' ? GOODWILL_MINOR : Math.max(totalMinor - refundedMinor, 1) };
      if (by !== 'operator' && by !== 'support') {
        invariant(deed !== 'goodwill', 'goodwill is given by people');
        return plain(
          await ordering.change(marketId, { kind: 'refund', orderId, by, reason: 'late', ...wish }),
        );
      }
      const kind = deed === 'goodwill' ? ('goodwill' as const) : ('refund' as const);
      const body = { kind, reason: 'late' as const, ...wish };
      const given = await support.compensateOrder({ ...asked(people[by]), params: inOrder, body });
      if (!given.ok || given.value.state === 'given') return plain(given);
      const params = { marketId, compensationId: given.value.id };
      return plain(
        await support.approveCompensation({ ...asked(people.second), params, body: { note: 'agreed' } }),
      );
    }

    async function settle(): Promise<void> {
      const sweeps = method.startsWith('test_dispute') ? DISPUTE_SWEEPS : SWEEPS;
      for (let sweep = 0; sweep < sweeps; sweep++) {
        await hear();
        await ordering.sweep(marketId);
      }
      const query = { state: 'open' as const, limit: 50 };
      const open = done(await payments.listPaymentExceptions({ ...asked(), params: inMarket, query }));
      for (const { id, kind } of open.items) {
        invariant(kind === 'refund_refused' || kind === 'capture_refused', `a ${kind} waits for a person`);
        const params = { marketId, paymentExceptionId: id };
        const body = { resolution: 'paid_otherwise' as const, reason: 'paid by the bank' };
        done(await payments.resolvePaymentException({ ...asked(), params, body }));
      }
      const params = { marketId, courierId };
      const { floatMinor } = done(await cash.getCourierCash({ ...asked(), params }));
      if (floatMinor === 0) return;
      done(await cash.recordCashDeposit({ ...asked(), params, body: { amountMinor: floatMinor } }));
    }

    async function payOut(): Promise<void> {
      const body = { holder: 'Test', accountNumber: '121001', bankCode: '113' };
      done(await settling.setMerchantBankAccount({ ...asked(), params: { marketId, merchantId }, body }));
      done(await settling.setCourierBankAccount({ ...asked(), params: { marketId, courierId }, body }));
      // Runs take what was posted before now.
      clock.advanceBy(SECOND_MS);
      for (const payees of ['merchants', 'couriers'] as const) {
        const run = done(
          await settling.startSettlementRun({ ...asked(), params: inMarket, body: { payees } }),
        );
        if (run.state === 'empty') continue;
        const params = { marketId, runId: run.id };
        done(await settling.approveSettlementRun({ ...asked(), params, body: {} }));
      }
      await settlements.sweep(marketId);
    }

    return {
      names: new Map<string, string>([
        [orderId, 'the order'],
        [storeId, 'la-pasiva'],
        [courierId, 'ana'],
        [shopperId, 'sofia'],
      ]),
      act,
      settle,
      async posted() {
        const all = await selectTransactions(db, marketId, { limit: 50 });
        const before = all.findIndex(({ id }) => id === newest?.id);
        return all.slice(0, before < 0 ? undefined : before).toReversed();
      },
      async outcome() {
        const payment = await selectPayment(db, marketId, orderId);
        return { order: (await orderNow()).state, payment: payment?.state };
      },
    };
  };
}

function plain(outcome: Result<unknown, ApiError>): Result<undefined, ApiError> {
  return outcome.ok ? ok(undefined) : outcome;
}

function done<T>(outcome: Result<T, ApiError>): T {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}
