import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBLEMS, type ProblemCode, ROUTES, type RouteContract } from '@halfhour/contract';
import { DOOR } from './city-market.ts';
import { readDatabaseState } from './database-state.ts';
import { goOnShift, newKey, pizzaBasket, quoteAndPlace, routeFromStream, valueOf } from './order-steps.ts';
import { type RawRequest, send, servePlatform } from './platform.ts';
import { assertSound } from './soundness.ts';

const platform = await servePlatform({ oilOnHand: 3, couriers: 3 });
const { url, db, market } = platform;
const { marketId } = market;

// Two orders on their way: one is at its door, the other at the store and not ready.
const shopper = platform.clientOf(market.shoppers[0]);
const merchant = platform.clientOf(market.merchants[0]);
const atDoor = await orderOnRoute(0, true);
const atStore = await orderOnRoute(1, false);
const openOrder = await quoteAndPlace(shopper, market);
// Disabled, so that it sends and writes nothing while others are counted.
const operator = platform.clientOf(market.operator);
const hook = valueOf(
  await operator.call('createWebhook', { params: { marketId }, body: { url: 'https://webhooks.invalid/' } }),
);
valueOf(
  await operator.call('updateWebhook', {
    params: { marketId, webhookId: hook.id },
    body: { enabled: false },
  }),
);

async function orderOnRoute(index: number, pickedUp: boolean) {
  const order = await quoteAndPlace(shopper, market);
  const params = { marketId, orderId: order.id };
  valueOf(await merchant.call('acceptOrder', { params, body: {}, idempotencyKey: newKey() }));
  const courier = await goOnShift(platform, index);
  const route = await routeFromStream(platform, courier, index, [order]);
  const pickup = { params: { marketId, routeId: route.id, stopNumber: 0 }, body: {} };
  valueOf(await courier.call('arriveAtStop', { ...pickup, idempotencyKey: newKey() }));
  if (pickedUp) {
    valueOf(await merchant.call('markOrderReady', { params, body: {}, idempotencyKey: newKey() }));
    valueOf(await courier.call('completeStop', { ...pickup, idempotencyKey: newKey() }));
  }
  const shift = { params: { marketId, courierId: market.courierIds[index]! }, body: {} };
  // Takes no more work, so that the next order goes to the next courier.
  valueOf(await courier.call('endShift', { ...shift, idempotencyKey: newKey() }));
  return { order, route };
}

const pizza = pizzaBasket(market);
const quote = valueOf(await shopper.call('createQuote', { params: { marketId }, body: pizza }));
const order = { ...pizza, expectedTotalMinor: quote.totalMinor, payment: { method: 'test_approve' } };
const ofShop = (offerId: string, quantity: number) => ({
  ...order,
  storeId: market.shopId,
  lines: [{ offerId, quantity }],
});
const [line] = pizza.lines;
const token = market.shoppers[0]!.token;

interface BadInput {
  readonly name: string;
  readonly request: Partial<RawRequest>;
  readonly status: number;
  readonly code: ProblemCode;
  /** What the problem must also say. */
  readonly says?: Readonly<Record<string, unknown>>;
  readonly before?: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
}

/** Requests are placements of a pizza by the shopper where they do not say otherwise. */
const CASES: readonly BadInput[] = [
  { name: 'malformed JSON', request: { body: '{"storeId": ' }, status: 400, code: 'malformed_json' },
  { name: 'an empty body', request: { body: '' }, status: 400, code: 'malformed_json' },
  {
    name: 'a poisoned prototype',
    request: { body: '{"__proto__": {"role": "admin"}}' },
    status: 400,
    code: 'malformed_json',
  },
  {
    name: 'another content type',
    request: { contentType: 'application/xml', body: '<order/>' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a field that nobody knows',
    request: { body: { ...order, coupon: 'FREE' } },
    status: 400,
    code: 'invalid_request',
    says: { errors: [{ field: 'body.coupon', message: 'is not known here' }] },
  },
  {
    name: 'a text with the character U+0000',
    request: { body: { ...order, address: { ...DOOR, note: 'floor \u0000' } } },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a text with half a character',
    request: { body: { ...order, address: { ...DOOR, note: 'floor \ud800' } } },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a body that is nested without end',
    request: { body: `{"lines": ${'['.repeat(20_000)}${']'.repeat(20_000)}}` },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a quantity below one',
    request: { body: { ...order, lines: [{ ...line, quantity: 0 }] } },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'money as text',
    request: { body: { ...order, expectedTotalMinor: String(quote.totalMinor) } },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'an article that nobody sells',
    request: { body: { ...order, lines: [{ ...line, offerId: `off_${'0'.repeat(13)}` }] } },
    status: 422,
    code: 'unknown_article',
    says: { lines: [{ line: 0, offerId: `off_${'0'.repeat(13)}` }] },
  },
  {
    name: 'an article of another store',
    request: { body: { ...order, lines: [{ ...line, offerId: market.rice.offerId, options: [] }] } },
    status: 422,
    code: 'unknown_article',
  },
  {
    name: 'a missing option',
    request: { body: { ...order, lines: [{ ...line, options: [] }] } },
    status: 422,
    code: 'invalid_options',
    says: { lines: [{ line: 0, groupId: 'size', problem: 'choose 1 to 1, not 0' }] },
  },
  {
    name: 'an option that there is not',
    request: { body: { ...order, lines: [{ ...line, options: [{ groupId: 'size', optionId: 'huge' }] }] } },
    status: 422,
    code: 'invalid_options',
  },
  {
    name: 'a store that is paused',
    before: () => setKitchen('paused'),
    request: {},
    status: 409,
    code: 'store_closed',
    after: () => setKitchen('open'),
  },
  {
    name: 'a store outside its hours',
    request: {
      body: {
        ...order,
        storeId: market.pharmacyId,
        lines: [{ ...market.plaster, quantity: 1 }].map(({ offerId, quantity }) => ({ offerId, quantity })),
      },
    },
    status: 409,
    code: 'store_closed',
    says: { opensAt: '2026-06-07T03:00:00.000Z' },
  },
  {
    name: 'an address outside every zone',
    request: { body: { ...order, address: { label: 'Far away', lat: 41, lng: 21 } } },
    status: 422,
    code: 'outside_zone',
  },
  {
    name: 'a price that has changed since the quote',
    before: () => setPizzaPrice(1_200),
    request: {},
    status: 409,
    code: 'price_changed',
    after: () => setPizzaPrice(1_000),
  },
  {
    name: 'a total that the shopper made up',
    request: { body: { ...order, expectedTotalMinor: 1 } },
    status: 409,
    code: 'price_changed',
  },
  {
    name: 'a basket below the minimum',
    request: { body: ofShop(market.rice.offerId, 1) },
    status: 422,
    code: 'below_minimum',
    says: { minimumMinor: 1_000, itemsMinor: 600 },
  },
  {
    name: 'more than there is',
    request: { body: { ...ofShop(market.oil.offerId, 4), expectedTotalMinor: 4 * 1_500 + 240 + 7_900 + 50 } },
    status: 409,
    code: 'out_of_stock',
    says: { lines: [{ line: 0, offerId: market.oil.offerId, available: 3 }] },
  },
  {
    name: 'a missing Idempotency-Key',
    request: { key: undefined },
    status: 400,
    code: 'idempotency_key_missing',
  },
  {
    name: 'an Idempotency-Key that is too short',
    request: { key: 'short' },
    status: 400,
    code: 'idempotency_key_missing',
  },
  {
    name: 'a body over the limit',
    request: { body: { ...order, address: { ...DOOR, note: 'x'.repeat(70_000) } } },
    status: 413,
    code: 'body_too_large',
    says: { limitBytes: 65_536 },
  },
  { name: 'nobody', request: { token: undefined }, status: 401, code: 'unauthenticated' },
  { name: 'a key that nobody holds', request: { token: 'hh_key_x' }, status: 401, code: 'unauthenticated' },
  {
    name: 'a market that there is not',
    request: { path: `/v1/markets/mkt_${'0'.repeat(13)}/orders` },
    status: 404,
    code: 'not_found',
  },
  {
    name: 'a market that cannot be',
    request: { path: '/v1/markets/montevideo/orders' },
    status: 404,
    code: 'not_found',
  },
  {
    name: 'a method that there is not',
    request: { method: 'PUT' },
    status: 405,
    code: 'method_not_allowed',
  },
  {
    name: 'a drop-off before its turn',
    request: {
      path: `${market.path}/routes/${atStore.route.id}/stops/1/complete`,
      token: market.couriers[1]!.token,
      body: { code: atStore.order.deliveryCode },
    },
    status: 409,
    code: 'wrong_state',
  },
  {
    name: 'a pickup before the order is ready',
    request: {
      path: `${market.path}/routes/${atStore.route.id}/stops/0/complete`,
      token: market.couriers[1]!.token,
      body: {},
    },
    status: 409,
    code: 'not_ready',
    says: { orderIds: [atStore.order.id] },
  },
  {
    name: 'an order that is marked ready before it is accepted',
    request: {
      path: `${market.path}/orders/${openOrder.id}/ready`,
      token: market.merchants[0].token,
      body: {},
    },
    status: 409,
    code: 'wrong_state',
    says: { state: 'placed' },
  },
  {
    name: 'a refund of what is not delivered',
    request: {
      path: `${market.path}/orders/${openOrder.id}/refund`,
      token: market.operator.token,
      body: { amountMinor: 1, reason: 'early' },
    },
    status: 409,
    code: 'wrong_state',
  },
  {
    name: 'a position of a courier who is off shift',
    request: {
      method: 'PUT',
      path: `${market.path}/couriers/${market.courierIds[2]}/position`,
      token: market.couriers[2]!.token,
      body: { lat: 40, lng: 20 },
    },
    status: 409,
    code: 'courier_off_shift',
  },
  {
    name: 'a count below what is reserved',
    before: () =>
      quoteAndPlace(shopper, market, {
        ...pizza,
        storeId: market.shopId,
        lines: [{ offerId: market.oil.offerId, quantity: 3, options: [] }],
      }),
    request: {
      method: 'PUT',
      path: `${market.path}/stores/${market.shopId}/stock/${market.oil.articleId}`,
      token: market.merchants[0].token,
      body: { onHand: 1 },
    },
    status: 409,
    code: 'wrong_state',
    says: { reserved: 3 },
  },
  ...['https://127.0.0.1/', 'https://[::ffff:10.0.0.1]/', 'https://0x7f.1/', 'http://example.com/'].map(
    (webhook): BadInput => ({
      name: `a webhook at ${webhook}`,
      request: { path: `${market.path}/webhooks`, token: market.operator.token, body: { url: webhook } },
      status: 400,
      code: 'invalid_request',
    }),
  ),
  {
    name: 'a webhook for events that there are not',
    request: {
      path: `${market.path}/webhooks`,
      token: market.operator.token,
      body: { url: 'https://webhooks.invalid/', eventTypes: ['OrderEaten'] },
    },
    status: 400,
    code: 'invalid_request',
  },
];

async function setKitchen(status: 'open' | 'paused') {
  const params = { marketId, storeId: market.kitchenId };
  valueOf(await merchant.call('setStoreStatus', { params, body: { status } }));
}

async function setPizzaPrice(priceMinor: number) {
  const params = { marketId, storeId: market.kitchenId, offerId: market.pizza.offerId };
  valueOf(await merchant.call('updateOffer', { params, body: { priceMinor } }));
}

/** Sends a request and checks that the answer is a whole problem document. */
async function refuse(request: RawRequest, status: number, code: ProblemCode) {
  const answer = await send(url, request);
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.match(answer.contentType, /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.type, `urn:halfhour:problem:${code}`);
  assert.deepEqual([answer.body.title, answer.body.hint], PROBLEMS[code].slice(1));
  assert.ok(answer.body.hint.length > 10, 'it says what to do');
  return answer.body;
}

for (const { name, request, status, code, says = {}, before, after } of CASES) {
  test(`${name} is answered ${status} ${code} and changes nothing`, async () => {
    await before?.();
    const state = await readDatabaseState(db);
    const sent = { method: 'POST', path: `${market.path}/orders`, token, key: newKey(), body: order };
    const problem = await refuse({ ...sent, ...request }, status, code);
    for (const [member, value] of Object.entries(says)) assert.deepEqual(problem[member], value);
    assert.deepEqual(await readDatabaseState(db), state);
    await after?.();
  });
}

test('a payment that is declined takes nothing: no money, no stock, and the order is cancelled', async () => {
  const { expectedTotalMinor, ...basket } = ofShop(market.rice.offerId, 2);
  const { payment, ...asked } = basket;
  const params = { marketId };
  const { totalMinor } = valueOf(await shopper.call('createQuote', { params, body: asked as never }));
  const state = await readDatabaseState(db);
  const body = { ...basket, expectedTotalMinor: totalMinor, payment: { method: 'test_decline' } };
  const request = { method: 'POST', path: `${market.path}/orders`, token, key: newKey(), body };
  const problem = await refuse(request, 402, 'payment_declined');
  assert.equal((await refuse(request, 402, 'payment_declined'))['orderId'], problem['orderId']);
  const after = await readDatabaseState(db);
  const changed = Object.keys(after).filter((table) => after[table] !== state[table]);
  assert.deepEqual(changed, [
    'commands.command',
    'events.batch',
    'events.head',
    'ordering.placement',
    'ordering.progress',
    'payments.payment',
  ]);
  await assertSound(db, marketId);
});

test('a key that comes again with another body is refused, and with the same one answers the same', async () => {
  const key = newKey();
  const request = { method: 'POST', path: `${market.path}/orders`, token, key, body: order };
  const first = await send<{ id: string }>(url, request);
  assert.equal(first.status, 201);
  const state = await readDatabaseState(db);
  const other = { ...order, tipMinor: 60, expectedTotalMinor: quote.totalMinor + 10 };
  await refuse({ ...request, body: other }, 409, 'idempotency_key_reused');
  const again = await send<{ id: string }>(url, request);
  assert.deepEqual([again.status, again.body], [201, first.body]);
  assert.deepEqual(await readDatabaseState(db), state);
});

test('a wrong delivery code is counted and moves neither the order nor money', async () => {
  const code = atDoor.order.deliveryCode === '0000' ? '0001' : '0000';
  const state = await readDatabaseState(db);
  const request = {
    method: 'POST',
    path: `${market.path}/routes/${atDoor.route.id}/stops/1/complete`,
    token: market.couriers[0]!.token,
    key: newKey(),
    body: { code },
  };
  const problem = await refuse(request, 422, 'wrong_code');
  assert.equal(problem['triesLeft'], 9);
  const after = await readDatabaseState(db);
  const changed = Object.keys(after).filter((table) => after[table] !== state[table]);
  assert.deepEqual(changed, ['delivery.route'], 'the try and its key, nothing else');
  assert.equal((await refuse(request, 422, 'wrong_code'))['triesLeft'], 9, 'a retry is not another try');
});

// An account's cursor is its code, and any text may be one.
const ANY_CURSOR = new Set(['listLedgerAccounts']);

for (const [name, route] of Object.entries(ROUTES) as [string, RouteContract][]) {
  const path = route.path.replace('{marketId}', marketId).replace('{storeId}', market.kitchenId);
  const takes = (field: string): boolean =>
    route.query !== undefined && field in ((route.query as { shape?: object }).shape ?? {});
  if (!takes('limit') && !takes('after')) continue;
  test(`${name} refuses a cursor, limit or position that is none`, async () => {
    const concrete = path
      .replace('{orderId}', openOrder.id)
      .replace('{courierId}', market.courierIds[0]!)
      .replace('{webhookId}', hook.id)
      .replace('{userId}', market.shoppers[0]!.userId)
      .replace('{merchantId}', market.merchantIds[0])
      .replace('{runId}', 'srn_0000000000001')
      .replace('{settlementId}', 'stl_0000000000001');
    const bad = [
      ...(takes('cursor') && !ANY_CURSOR.has(name) ? ['cursor=nonsense', 'cursor=ord_zzz'] : []),
      ...(takes('cursor') ? ['cursor=%00'] : []),
      ...(takes('limit') ? ['limit=0', 'limit=many', 'limit=1e9'] : []),
      ...(takes('after') ? ['after=nonsense', 'after=1.2.3'] : []),
    ];
    for (const query of bad) {
      const request = { method: 'GET', path: `${concrete}?${query}`, token: market.operator.token };
      await refuse(request, 400, 'invalid_request');
    }
  });
}

test('after all of it the market is sound', () => assertSound(db, marketId));
