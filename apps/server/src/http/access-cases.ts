import type { Access, Role, RouteContract, RouteName } from '@halfhour/contract';
import type {
  ApiKeyId,
  ArticleId,
  CaseId,
  CompensationId,
  CourierId,
  MarketId,
  MerchantId,
  OfferId,
  OrderId,
  InvoiceId,
  PayoutId,
  PaymentExceptionId,
  RouteId,
  SettlementId,
  SettlementRunId,
  ShiftId,
  StoreId,
  UserId,
  WebhookId,
  WebhookMessageId,
} from '@halfhour/kernel';

/** Those who call in the access test. `other…` hold the same role for something else. */
export const ACTORS = [
  'nobody',
  'shopper',
  'otherShopper',
  'merchant',
  'otherMerchant',
  'courier',
  'otherCourier',
  'support',
  'otherSupport',
  'operator',
  'otherOperator',
  'admin',
] as const;
export type Actor = (typeof ACTORS)[number];

/**
 * A small world in which every id of every path exists: an order of `shopper` at the store of `merchant`,
 * on a route of `courier`; `otherMerchant` and `otherCourier` are in the same market, `otherSupport` and `otherOperator` are of
 * another; the market is a sandbox. The API key is one of `shopper`, the user is
 * `shopper`, the webhook one of `merchant` with a message.
 */
export interface AccessFixture {
  readonly marketId: MarketId;
  readonly merchantId: MerchantId;
  readonly storeId: StoreId;
  readonly articleId: ArticleId;
  readonly offerId: OfferId;
  readonly orderId: OrderId;
  readonly paymentExceptionId: PaymentExceptionId;
  readonly courierId: CourierId;
  readonly routeId: RouteId;
  readonly apiKeyId: ApiKeyId;
  readonly webhookId: WebhookId;
  readonly messageId: WebhookMessageId;
  readonly userId: UserId;
  readonly caseId: CaseId;
  readonly compensationId: CompensationId;
  /** An approved run with a settlement of `merchant` and its payout, by file. */
  readonly runId: SettlementRunId;
  readonly settlementId: SettlementId;
  readonly payoutId: PayoutId;
  readonly invoiceId: InvoiceId;
  /** Of `courier`. */
  readonly shiftId: ShiftId;
  /** Bearer tokens. */
  readonly tokens: Readonly<Record<Exclude<Actor, 'nobody'>, string>>;
}

/**
 * What the contract expects of a call. `unauthenticated` and `forbidden` the server answers itself, and no
 * handler runs. `hidden`: the server lets it pass, and the handler must answer that there is no such thing
 * for this caller. `admitted`: any answer but those.
 */
export type AccessExpectation = 'unauthenticated' | 'forbidden' | 'hidden' | 'admitted';

export interface AccessCase {
  readonly route: RouteName;
  readonly actor: Actor;
  readonly expected: AccessExpectation;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Whose each thing of the fixture is, among those whose scope is `own`. */
const OWNERS: Readonly<Record<string, readonly Actor[]>> = {
  merchantId: ['merchant'],
  storeId: ['merchant'],
  orderId: ['shopper', 'merchant', 'courier'],
  courierId: ['courier'],
  routeId: ['courier'],
  apiKeyId: ['shopper'],
  webhookId: ['merchant'],
  userId: ['shopper'],
  settlementId: ['merchant'],
  invoiceId: ['merchant'],
  shiftId: ['courier'],
};

/** Routes whose body, not their path, names the thing. */
const NAMED_IN_BODY: Readonly<Partial<Record<RouteName, string>>> = {
  createStore: 'merchantId',
  createWebhook: 'merchantId',
};

/** Routes whose query must say something. */
const QUERIES: Readonly<Partial<Record<RouteName, string>>> = {
  listNearbyCouriers: '?lat=-34.9&lng=-56.18',
  searchOffers: '?lat=-34.9&lng=-56.18&query=pizza',
  listReach: '?lat=-34.9&lng=-56.18',
  getLedgerBalance: '?account=platform:commission',
  listLedgerEntries: '?account=platform:commission',
  getAccountStatement: '?account=platform:commission&from=2026-06-01&until=2026-06-01',
};

/** Every route as every actor, with what the contract expects; of public routes, as nobody. */
export function accessCases(
  routes: Readonly<Record<RouteName, RouteContract>>,
  fixture: AccessFixture,
): AccessCase[] {
  const bodies = sampleBodies(fixture);
  const cases: AccessCase[] = [];
  for (const [route, contract] of Object.entries(routes) as [RouteName, RouteContract][]) {
    for (const actor of contract.access === 'public' ? (['nobody'] as const) : ACTORS) {
      const values: Record<string, string> = {
        ...fixture,
        tokens: '',
        stopNumber: '0',
        tariffVersion: '1',
        providerName: 'test',
      };
      cases.push({
        route,
        actor,
        expected: expectation(route, contract, actor),
        method: contract.method,
        path:
          contract.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!) + (QUERIES[route] ?? ''),
        headers: {
          ...(actor === 'nobody' ? {} : { authorization: `Bearer ${fixture.tokens[actor]}` }),
          ...(contract.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(contract.idempotencyKey === undefined
            ? {}
            : { 'idempotency-key': `access-${cases.length}-${actor}` }),
        },
        body: contract.body === undefined ? undefined : JSON.stringify(bodies[route] ?? {}),
      });
    }
  }
  return cases;
}

function expectation(name: RouteName, route: RouteContract, actor: Actor): AccessExpectation {
  const access: Access = route.access;
  if (access === 'public') return 'admitted';
  if (actor === 'nobody') return 'unauthenticated';
  const scope = access[roleOf(actor)];
  if (scope === undefined) return 'forbidden';
  if ((actor === 'otherOperator' || actor === 'otherSupport') && route.path.includes('{marketId}'))
    return 'forbidden';
  if (scope !== 'own') return 'admitted';
  const named = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const owned = [...named, NAMED_IN_BODY[name] ?? ''].filter((part) => part in OWNERS);
  return owned.every((part) => OWNERS[part]!.includes(actor)) ? 'admitted' : 'hidden';
}

function roleOf(actor: Exclude<Actor, 'nobody'>): Role {
  return actor.replace(/^other/, '').toLowerCase() as Role;
}

/** A body that fits the contract for each route that takes one with members. */
function sampleBodies({
  merchantId,
  storeId,
  offerId,
  courierId,
}: AccessFixture): Partial<Record<RouteName, unknown>> {
  const address = { label: '18 de Julio 1234', lat: -34.9, lng: -56.18 };
  const terms = { shopperTax: 'contained', taxes: [], commission: [], deliveryFee: [] };
  const account = { holder: 'Access', accountNumber: '001', bankCode: '113' };
  const basket = { storeId, lines: [{ offerId, quantity: 1 }], address };
  return {
    createSession: { email: 'nobody@example.com', password: 'not the one' },
    createUser: { name: 'Access', email: 'access@example.com', password: 'long enough to do' },
    createApiKey: { name: 'access' },
    createStore: {
      merchantId,
      name: 'Second',
      kind: 'shop',
      address,
      hours: [],
      zone: [
        { lat: -34.8, lng: -56.1 },
        { lat: -34.8, lng: -56.3 },
        { lat: -35, lng: -56.2 },
      ],
      preparationSeconds: 300,
    },
    setStoreStatus: { status: 'open' },
    setSlotPlan: {
      slots: [{ weekday: 1, startsMinute: 1_080, lengthMinutes: 30, capacity: 5 }],
      cutoffMinutes: 45,
      daysAhead: 3,
    },
    createOffer: { names: { en: 'Tea' }, category: 'drinks', taxClass: 'standard', priceMinor: 100 },
    updateOffer: { available: true },
    setStock: { onHand: 5 },
    createQuote: basket,
    placeOrder: { ...basket, expectedTotalMinor: 100, payment: { method: 'test_approve' } },
    changeOrderLines: { quantities: [{ line: 0, offerId, quantity: 1 }] },
    changeOrderAddress: { address },
    substituteLine: { line: 0, offerId, substitute: { offerId, quantity: 1 } },
    answerSubstitution: { line: 0, offerId, proposedOfferId: offerId, approve: true },
    setCashPolicy: { orderLimitMinor: 100_000, floatLimitMinor: 500_000 },
    recordCashDeposit: { amountMinor: 1 },
    resolvePaymentException: { resolution: 'explained', reason: 'access' },
    refundOrder: { amountMinor: 1, reason: 'access' },
    startShift: { position: { lat: -34.9, lng: -56.18 }, endsAt: '2030-01-01T00:00:00Z' },
    setBreak: { onBreak: true },
    reportPosition: { lat: -34.9, lng: -56.18 },
    declineRoute: { reason: 'other' },
    assignOrder: { courierId },
    reportPoints: { points: [{ lat: -34.9, lng: -56.18, at: '2026-01-01T00:00:00Z' }] },
    reportFleet: { positions: [{ courierId, lat: -34.9, lng: -56.18, at: '2026-01-01T00:00:00Z' }] },
    setClockSpeed: { speed: 1 },
    closePeriod: { throughDay: '2020-01-01', note: 'access' },
    postLedgerCorrection: {
      reason: 'access',
      postings: [
        { account: 'platform:commission', amountMinor: 1 },
        { account: 'platform:refunds', amountMinor: -1 },
      ],
    },
    setShortagePolicy: {
      measures: [{ kind: 'longer_promises', seconds: 600 }],
      beginsAtBp: 3_000,
      endsAtBp: 1_500,
      beginsAfterSeconds: 120,
      endsAfterSeconds: 600,
      minOpenOrders: 10,
    },
    createTariff: { startsAt: '2030-01-01T00:00:00Z', terms },
    previewTariff: { terms },
    setArticleHandling: { grams: 500, millilitres: 700, keep: 'ambient', minimumAge: 18 },
    setCourierEquipment: { litres: 60, skills: ['age_check'] },
    setDispatchPolicy: {
      clickToDoorWeight: 1,
      overageWeight: 0.5,
      beyondLatestWeight: 5,
      foodWaitingWeight: 0,
      courierTimeWeight: 0,
      fairnessCostSeconds: 0,
      declineCostSeconds: 300,
      changeCostSeconds: 20,
      replanCostSeconds: 10,
      unservedCostSeconds: 12_000,
      latestAfterSeconds: 5_400,
      readyQuantile: 0.3,
      pickupServiceSeconds: 240,
      dropServiceSeconds: 240,
      maxBundleOrders: 4,
    },
    createWebhook: { merchantId, url: 'https://webhooks.invalid/' },
    replayWebhook: { since: '2030-01-01T00:00:00Z' },
    openCase: { kind: 'late', text: 'Half an hour late.' },
    closeCase: { outcome: 'answered', answer: 'It was the rain.' },
    compensateOrder: { kind: 'goodwill', amountMinor: 1, reason: 'late' },
    rejectCompensation: { note: 'access' },
    setSupportPolicy: {
      levels: {
        agent: { perOrderMinor: 100, perDayMinor: 1_000, mayApprove: false },
        lead: { perOrderMinor: 1_000, perDayMinor: 10_000, mayApprove: true },
        operator: { perOrderMinor: 10_000, perDayMinor: 100_000, mayApprove: true },
      },
      fourEyesAboveMinor: 0,
      proposalHours: 48,
      goodwillDays: 180,
      caseWithinDays: 30,
      signals: {
        refundedShare: { above: 3_000, needsSecond: true },
        compensations30Days: { above: 3, needsSecond: true },
        newAccountDays: { above: 0, needsSecond: false },
        othersAtAddress: { above: 2, needsSecond: false },
      },
      why: 'access',
    },
    setSupportMember: { level: 'lead', why: 'access' },
    setSettlementPolicy: {
      merchants: 'weekly',
      couriers: 'daily',
      minimumPayoutMinor: 100,
      payoutBy: 'provider',
      debtor: account,
    },
    setMerchantBankAccount: account,
    setCourierBankAccount: account,
    holdOrderSettlement: { reason: 'access' },
    startSettlementRun: { payees: 'merchants' },
    recordPayoutOutcome: { outcome: 'paid' },
    advanceSandboxOrder: { to: 'assigned' },
  };
}

/** Sends a case. @returns the status, and the code where the answer is a problem */
export async function callCase(
  baseUrl: string,
  { method, path, headers, body }: AccessCase,
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const controller = new AbortController();
  const response = await fetch(baseUrl + path, {
    method,
    headers,
    signal: controller.signal,
    ...(body === undefined ? {} : { body }),
  });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const code = isProblem ? ((await response.json()) as { code: string }).code : undefined;
  // A stream has no end to wait for.
  if (!isProblem) controller.abort();
  return { status: response.status, code };
}
