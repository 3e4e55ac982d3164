import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES, type RouteContract, type RouteName } from '@halfhour/contract';
import {
  type CompensationId,
  type SettlementRunId,
  DAY_MS,
  addMs,
  createIdSource,
  currency,
  idFromKey,
  keyOf,
  systemNow,
  toRfc3339,
} from '@halfhour/kernel';
import {
  courierFloat,
  merchantPayable,
  postTransactions,
  shopperReceivable,
} from '@halfhour/platform/ledger';
import { newKey, quoteAndPlace, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';
import { settleByFile } from './settle-steps.ts';

const platform = await servePlatform({ sandbox: true });
const { db, clock, market } = platform;
const operator = platform.clientOf(market.operator);
const admin = platform.clientOf(market.admin);
const merchant = platform.clientOf(market.merchants[0]);
const { marketId } = market;
const params = { marketId };
const merchantId = market.merchantIds[0];
const courierId = market.courierIds[0]!;

const shopper = platform.clientOf(market.shoppers[0]);
const order = await quoteAndPlace(shopper, market);
const inOrder = { marketId, orderId: order.id };
valueOf(
  await operator.call('advanceSandboxOrder', {
    params: inOrder,
    body: { to: 'delivered' },
    idempotencyKey: newKey(),
  }),
);
const account = { holder: 'Trail', accountNumber: '9876501', bankCode: '113' };
const { payoutId } = await settleByFile(platform);
const paymentExceptionId = idFromKey('exc', 1n);
await db.query(
  `insert into payments.exception (market_id, exception_id, kind, subject, provider, detail, found_at, seen_at)
   values ($1, $2, 'missing_here', 'trail', 'test', 'for the test', now(), now())`,
  [keyOf(marketId), keyOf(paymentExceptionId)],
);
const ON_DEMAND = { merchants: 'on_demand', couriers: 'on_demand', minimumPayoutMinor: 1 } as const;
const ids = createIdSource(systemNow, 905);
type Postings = Parameters<typeof postTransactions>[3][number]['postings'];
const post = (kind: string, postings: Postings): Promise<void> =>
  db.transaction(async (tx) =>
    postTransactions(tx, marketId, ids, [
      {
        kind,
        reference: ids.next('ord'),
        currency: currency('EUR'),
        postedAt: addMs(clock.now(), -1_000),
        postings,
      },
    ]),
  );
// A courier who holds cash that can be brought in.
await post('cash_collected', [
  { account: courierFloat(courierId), amountMinor: 900 },
  { account: shopperReceivable, amountMinor: -900 },
]);

const goodwill = async (): Promise<CompensationId> => {
  const body = { kind: 'goodwill', amountMinor: 10, reason: 'late' } as const;
  const given = await operator.call('compensateOrder', { params: inOrder, body, idempotencyKey: newKey() });
  return valueOf(given).id;
};
const startRun = async (): Promise<SettlementRunId> => {
  const body = { payees: 'merchants' } as const;
  return valueOf(await operator.call('startSettlementRun', { params, body, idempotencyKey: newKey() })).id;
};
/** Owes a merchant, so that a run has something to settle. */
const owe = (): Promise<void> =>
  post('sale', [
    { account: shopperReceivable, amountMinor: 700 },
    { account: merchantPayable(market.kitchenId), amountMinor: -700 },
  ]);
let proposalId: CompensationId;
let runId: SettlementRunId;
let tariffVersion = 0;

interface Step {
  readonly route: RouteName;
  /** Words that the reason in the trail must have; absent where the route asks for none. */
  readonly reason?: string;
  readonly before?: () => Promise<unknown>;
  act(): Promise<Outcome>;
}
type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

const idempotencyKey = newKey;
/** Each thing that a person can do with money, in an order in which each succeeds. */
const STEPS: readonly Step[] = [
  {
    route: 'refundOrder',
    reason: 'cold soup',
    act: () =>
      operator.call('refundOrder', {
        params: inOrder,
        body: { amountMinor: 1, reason: 'cold soup' },
        idempotencyKey: idempotencyKey(),
      }),
  },
  {
    route: 'setSupportPolicy',
    reason: 'two look at it',
    async act() {
      const policy = valueOf(await operator.call('getSupportPolicy', { params }));
      const body = { ...policy, fourEyesAboveMinor: 1, why: 'two look at it' };
      return operator.call('setSupportPolicy', { params, body });
    },
  },
  {
    route: 'setSupportMember',
    reason: 'trusted',
    act: () =>
      operator.call('setSupportMember', {
        params: { marketId, userId: market.support.userId },
        body: { level: 'lead', why: 'trusted' },
      }),
  },
  {
    route: 'compensateOrder',
    reason: 'late',
    async act() {
      proposalId = await goodwill();
      return { ok: true };
    },
  },
  {
    route: 'approveCompensation',
    reason: 'agreed',
    act: () =>
      admin.call('approveCompensation', {
        params: { marketId, compensationId: proposalId },
        body: { note: 'agreed' },
        idempotencyKey: idempotencyKey(),
      }),
  },
  {
    route: 'rejectCompensation',
    reason: 'once is enough',
    async before() {
      proposalId = await goodwill();
    },
    act: () =>
      admin.call('rejectCompensation', {
        params: { marketId, compensationId: proposalId },
        body: { note: 'once is enough' },
        idempotencyKey: idempotencyKey(),
      }),
  },
  {
    route: 'setSettlementPolicy',
    act: () =>
      operator.call('setSettlementPolicy', {
        params,
        body: { ...ON_DEMAND, payoutBy: 'file', debtor: account },
      }),
  },
  {
    route: 'setMerchantBankAccount',
    act: () => merchant.call('setMerchantBankAccount', { params: { marketId, merchantId }, body: account }),
  },
  {
    route: 'setCourierBankAccount',
    act: () => operator.call('setCourierBankAccount', { params: { marketId, courierId }, body: account }),
  },
  {
    route: 'holdOrderSettlement',
    reason: 'disputed',
    act: () => operator.call('holdOrderSettlement', { params: inOrder, body: { reason: 'disputed' } }),
  },
  {
    route: 'releaseOrderSettlement',
    act: () => operator.call('releaseOrderSettlement', { params: inOrder }),
  },
  {
    route: 'recordPayoutOutcome',
    reason: 'account closed',
    act: () =>
      operator.call('recordPayoutOutcome', {
        params: { marketId, payoutId },
        body: { outcome: 'failed', reason: 'account closed' },
      }),
  },
  {
    route: 'startSettlementRun',
    before: owe,
    async act() {
      runId = await startRun();
      return { ok: true };
    },
  },
  {
    route: 'discardSettlementRun',
    act: () => operator.call('discardSettlementRun', { params: { marketId, runId }, body: {} }),
  },
  {
    route: 'approveSettlementRun',
    async before() {
      runId = await startRun();
    },
    act: () => operator.call('approveSettlementRun', { params: { marketId, runId }, body: {} }),
  },
  {
    route: 'createTariff',
    reason: 'spring',
    async act() {
      const terms = { shopperTax: 'contained', taxes: [], commission: [], deliveryFee: [] } as const;
      const body = { startsAt: toRfc3339(addMs(clock.now(), DAY_MS)), note: 'spring', terms };
      const made = await operator.call('createTariff', {
        params,
        body: body as never,
        idempotencyKey: idempotencyKey(),
      });
      tariffVersion = valueOf(made).version;
      return made;
    },
  },
  {
    route: 'withdrawTariff',
    act: () => operator.call('withdrawTariff', { params: { marketId, tariffVersion } }),
  },
  {
    route: 'resolvePaymentException',
    reason: 'mended at the provider',
    act: () =>
      operator.call('resolvePaymentException', {
        params: { marketId, paymentExceptionId },
        body: { resolution: 'explained', reason: 'mended at the provider' },
      }),
  },
  {
    route: 'setCashPolicy',
    act: () =>
      operator.call('setCashPolicy', { params, body: { orderLimitMinor: 9_000, floatLimitMinor: 50_000 } }),
  },
  {
    route: 'recordCashDeposit',
    reason: 'Friday evening',
    act: () =>
      operator.call('recordCashDeposit', {
        params: { marketId, courierId },
        body: { amountMinor: 400, note: 'Friday evening' },
        idempotencyKey: idempotencyKey(),
      }),
  },
  {
    route: 'postLedgerCorrection',
    reason: 'booked twice',
    act: () =>
      operator.call('postLedgerCorrection', {
        params,
        body: {
          reason: 'booked twice',
          postings: [
            { account: 'platform:commission', amountMinor: 1 },
            { account: 'platform:refunds', amountMinor: -1 },
          ],
        },
        idempotencyKey: idempotencyKey(),
      }),
  },
  {
    route: 'closePeriod',
    reason: 'year end',
    act: () =>
      operator.call('closePeriod', {
        params,
        body: { throughDay: '2025-12-31', note: 'year end' },
        idempotencyKey: idempotencyKey(),
      }),
  },
];

/** What changes something under a tag of money, and why it leaves nothing in the trail. */
const LEAVES_NOTHING: Readonly<Partial<Record<RouteName, string>>> = {
  completePaymentChallenge: "the shopper's own payment, which its events tell",
  recheckPaymentException: 'compares once more, and decides nothing',
  receivePaymentNotification: 'a provider calls it, no person',
  previewTariff: 'changes nothing',
  openCase: 'moves no money: what is given for it does, and names the case',
  closeCase: 'moves no money: what is given for it does, and names the case',
};

const MONEY_TAGS: ReadonlySet<string> = new Set([
  'Ledger',
  'Settlements',
  'Tariffs',
  'Payments',
  'Support',
  'Wallet',
]);

test('every route by which a person acts on money is walked below, or says why it leaves nothing', () => {
  const acts = (Object.entries(ROUTES) as [RouteName, RouteContract][])
    .filter(([, { method, tag }]) => method !== 'GET' && MONEY_TAGS.has(tag))
    .map(([name]) => name);
  const told = new Set<RouteName>([
    ...STEPS.map(({ route }) => route),
    ...(Object.keys(LEAVES_NOTHING) as RouteName[]),
  ]);
  assert.deepEqual(
    acts.filter((name) => !told.has(name)),
    [],
  );
});

for (const { route, reason, before, act } of STEPS) {
  test(`${route} leaves who did it, to what and why in the audit trail, once`, async () => {
    await before?.();
    const seen = new Set((await trail()).map(({ id }) => id));
    const outcome = await act();
    assert.ok(outcome.ok, JSON.stringify(outcome));
    const left = (await trail()).filter(({ id }) => !seen.has(id));
    assert.equal(left.length, 1, `${route} has left ${left.length} actions`);
    const [action] = left;
    assert.ok(action!.requestId !== '' && action!.subject !== '');
    if (reason === undefined) assert.equal(action!.reason, undefined);
    else assert.ok(action!.reason?.includes(reason), `${action!.reason} does not say ${reason}`);
    assert.ok(!JSON.stringify(action).includes(account.accountNumber), 'numbers of accounts are masked');
  });
}

async function trail() {
  return valueOf(await admin.call('listAuditActions', { params, query: { limit: 100 } })).items;
}
