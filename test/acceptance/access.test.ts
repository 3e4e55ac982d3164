import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES, type RouteName } from '@halfhour/contract';
import { idFromKey, keyOf } from '@halfhour/kernel';
import { type AccessCase, accessCases, callCase } from '../../apps/server/src/http/access-cases.ts';
import { readDatabaseState } from './database-state.ts';
import { goOnShift, quoteAndPlace, valueOf } from './order-steps.ts';
import { settleByFile } from './settle-steps.ts';
import { servePlatform } from './platform.ts';

const platform = await servePlatform({ sandbox: true });
const { url, db, market, elsewhere } = platform;

const shopper = platform.clientOf(market.shoppers[0]);
const merchant = platform.clientOf(market.merchants[0]);
const order = await quoteAndPlace(shopper, market);
const params = { marketId: market.marketId, orderId: order.id };
valueOf(await merchant.call('acceptOrder', { params, body: {}, idempotencyKey: 'access-accept' }));
// A second key, since the one that the shopper calls with must outlive its revocation.
const spare = valueOf(await shopper.call('createApiKey', { body: { name: 'spare' } }));
const courier = await goOnShift(platform, 0);
const operator = platform.clientOf(market.operator);
valueOf(
  await operator.call('advanceSandboxOrder', {
    params,
    body: { to: 'assigned' },
    idempotencyKey: 'access-advance',
  }),
);
const atCourier = { marketId: market.marketId, courierId: market.courierIds[0]! };
const { route } = valueOf(await courier.call('getCourierRoute', { params: atCourier }));
assert.ok(route !== null);
const shifts = valueOf(await courier.call('listCourierShifts', { params: atCourier, query: {} }));
// No dispatcher works in a sandbox.
await db.query(
  `insert into dispatch.decision (market_id, order_id, decided_at, document) values ($1, $2, now(), $3)`,
  [keyOf(market.marketId), keyOf(order.id), JSON.stringify({ reason: 'nobody', alternatives: [] })],
);
// Disabled, so that it sends and writes nothing while the others are refused.
const hook = valueOf(
  await merchant.call('createWebhook', {
    params,
    body: { merchantId: market.merchantIds[0], url: 'https://webhooks.invalid/' },
  }),
);
const hookParams = { ...params, webhookId: hook.id };
valueOf(await merchant.call('updateWebhook', { params: hookParams, body: { enabled: false } }));
// A case, and a compensation that waits for a second person.
const supportCase = valueOf(
  await shopper.call('openCase', {
    params,
    body: { kind: 'late', text: 'Where is it?' },
    idempotencyKey: 'access-case',
  }),
);
const compensation = valueOf(
  await operator.call('compensateOrder', {
    params,
    body: { kind: 'goodwill', amountMinor: 1, reason: 'late' },
    idempotencyKey: 'access-compensation',
  }),
);
const messageId = idFromKey('msg', 1n);
await db.query(
  `insert into webhooks.message
     (market_id, message_id, endpoint_id, type, body, state, attempts, created_at, settled_at)
   values ($1, $2, $3, 'WebhookTest', $4, 'failed', 10, now(), now())`,
  [
    keyOf(market.marketId),
    keyOf(messageId),
    keyOf(hook.id),
    JSON.stringify({
      type: 'WebhookTest',
      timestamp: '2026-06-01T12:00:00.000Z',
      data: { marketId: market.marketId, subject: hook.id, by: 'merchant', facts: {} },
    }),
  ],
);

const { runId, settlementId, payoutId, invoiceId } = await settleByFile(platform);
const paymentExceptionId = idFromKey('exc', 1n);
await db.query(
  `insert into payments.exception
     (market_id, exception_id, kind, subject, provider, detail, found_at, seen_at)
   values ($1, $2, 'missing_here', 'access', 'test', 'for the test', now(), now())`,
  [keyOf(market.marketId), keyOf(paymentExceptionId)],
);

const cases = accessCases(ROUTES, {
  marketId: market.marketId,
  merchantId: market.merchantIds[0],
  storeId: market.kitchenId,
  articleId: market.pizza.articleId,
  offerId: market.pizza.offerId,
  orderId: order.id,
  paymentExceptionId,
  courierId: market.courierIds[0]!,
  routeId: route.id,
  apiKeyId: spare.id,
  webhookId: hook.id,
  messageId,
  userId: market.shoppers[0]!.userId,
  caseId: supportCase.id,
  compensationId: compensation.id,
  runId,
  settlementId,
  payoutId,
  invoiceId,
  shiftId: shifts.items[0]!.id,
  tokens: {
    shopper: market.shoppers[0]!.token,
    otherShopper: market.shoppers[1]!.token,
    merchant: market.merchants[0].token,
    otherMerchant: market.merchants[1].token,
    courier: market.couriers[0]!.token,
    otherCourier: market.couriers[1]!.token,
    support: market.support.token,
    otherSupport: elsewhere.support.token,
    operator: market.operator.token,
    otherOperator: elsewhere.operator.token,
    admin: market.admin.token,
  },
});

/** What the contract expects of those who may not, as status and code. */
const REFUSALS = {
  unauthenticated: [401, 'unauthenticated'],
  forbidden: [403, 'forbidden'],
  hidden: [404, 'not_found'],
} as const;

const said = ({ route: name, actor, method, path }: AccessCase): string =>
  `${name} (${method} ${path}) as ${actor}`;
const names = Object.keys(ROUTES) as RouteName[];
const casesOf = (name: RouteName): AccessCase[] => cases.filter((each) => each.route === name);

// First everyone who is refused, while the order is open and on its route.
for (const name of names) {
  const refused = casesOf(name).filter((each) => each.expected !== 'admitted');
  if (refused.length === 0) continue;
  test(`${name} refuses ${refused.map(({ actor }) => actor).join(', ')} and changes nothing`, async () => {
    const before = await readDatabaseState(db);
    for (const each of refused) {
      const { status, code } = await callCase(url, each);
      assert.deepEqual([status, code], REFUSALS[each.expected as keyof typeof REFUSALS], said(each));
    }
    assert.deepEqual(await readDatabaseState(db), before);
  });
}

for (const name of names) {
  const admitted = casesOf(name).filter((each) => each.expected === 'admitted');
  test(`${name} lets in ${admitted.map(({ actor }) => actor).join(', ')}`, async () => {
    for (const each of admitted) {
      const { status, code } = await callCase(url, each);
      // Not signed by the provider, which is no matter of who calls.
      if (name === 'receivePaymentNotification') assert.equal(status, 401);
      else assert.ok(code !== 'unauthenticated' && code !== 'forbidden', `${said(each)}: ${status} ${code}`);
      assert.ok(code !== 'not_found', `${said(each)}: ${status} ${code}`);
      assert.ok(status < 500, `${said(each)}: ${status} ${code}`);
    }
  });
}
