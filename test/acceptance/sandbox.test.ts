import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { CancelReason, Order, SandboxStep } from '@halfhour/contract';
import { createIdSource, keyOf, systemNow } from '@halfhour/kernel';
import { drawToken } from '@halfhour/platform/identity';
import { exampleMarket, insertMarket } from '@halfhour/platform/markets';
import { fillSandbox } from '../../apps/server/src/fill-sandbox.ts';
import { type CityMarket, DOOR } from './city-market.ts';
import { newKey, quoteAndPlace, valueOf } from './order-steps.ts';
import { type RawAnswer, START, send, servePlatform } from './platform.ts';
import { assertSound } from './soundness.ts';

const platform = await servePlatform({ sandbox: true, couriers: 3 });
const { url, db, market, elsewhere } = platform;
const [shopper] = market.shoppers;

type Answer = RawAnswer<Order & { readonly code?: string }>;

function advance(
  orderId: string,
  body: { readonly to: SandboxStep; readonly reason?: CancelReason },
  by: { readonly token: string } = market.operator,
  key: string = newKey(),
  at: CityMarket = market,
): Promise<Answer> {
  return send(url, {
    method: 'POST',
    path: `${at.path}/sandbox/orders/${orderId}/advance`,
    token: by.token,
    key,
    body,
  });
}

async function reach(orderId: string, to: SandboxStep, reason?: CancelReason): Promise<Order> {
  const { status, body } = await advance(orderId, reason === undefined ? { to } : { to, reason });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Two bottles of oil, which are counted, paid by `method`. */
function placeOil(method: string): Promise<Answer> {
  const basket = {
    storeId: market.shopId,
    lines: [{ offerId: market.oil.offerId, quantity: 2 }],
    address: DOOR,
    tipMinor: 50,
  };
  const quote = (): Promise<RawAnswer<{ totalMinor: number }>> =>
    send(url, { method: 'POST', path: `${market.path}/quotes`, body: basket });
  return quote().then(({ body }) =>
    send(url, {
      method: 'POST',
      path: `${market.path}/orders`,
      token: shopper!.token,
      key: newKey(),
      body: { ...basket, expectedTotalMinor: body.totalMinor, payment: { method } },
    }),
  );
}

async function place(): Promise<string> {
  const { status, body } = await placeOil('test_approve');
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

async function told(orderId: string): Promise<string[]> {
  const path = `${market.path}/orders/${orderId}/timeline`;
  const { body } = await send<{ items: { type: string; by: string }[] }>(url, {
    method: 'GET',
    path,
    token: market.operator.token,
  });
  return body.items.map(({ type, by }) => `${type} by ${by}`);
}

const WAY = [
  'OrderReceived by shopper',
  'OrderPlaced by system',
  'OrderAccepted by merchant',
  'OrderReady by merchant',
  'OrderAssigned by system',
  'OrderPickedUp by courier',
  'OrderDelivered by courier',
  'OrderRefunded by operator',
];
const TARGETS: readonly (readonly [SandboxStep, string])[] = [
  ['placed', 'placed'],
  ['accepted', 'accepted'],
  ['ready', 'ready'],
  ['assigned', 'ready'],
  ['picked_up', 'picked_up'],
  ['delivered', 'delivered'],
  ['refunded', 'refunded'],
];

test('an order is brought to each state at once, by the parties whose steps they are', async () => {
  for (const [index, [to, state]] of TARGETS.entries()) {
    const orderId = await place();
    assert.equal((await reach(orderId, to)).state, state, to);
    assert.deepEqual(await told(orderId), WAY.slice(0, index + 2));
    // Where it is already it stays.
    await reach(orderId, to);
    assert.deepEqual(await told(orderId), WAY.slice(0, index + 2));
    if (to !== 'delivered' && to !== 'refunded') await reach(orderId, 'cancelled', 'operator');
  }
  await assertSound(db, market.marketId);
});

test('an order is cancelled by each party, and for each reason, as its moment allows', async () => {
  for (const [from, reason] of [
    ['placed', 'shopper'],
    ['accepted', 'merchant'],
    ['assigned', 'operator'],
    ['picked_up', 'undeliverable'],
  ] as const) {
    const orderId = await place();
    await reach(orderId, from);
    const cancelled = await reach(orderId, 'cancelled', reason);
    assert.deepEqual([cancelled.state, cancelled.cancelReason], ['cancelled', reason]);
    assert.equal((await advance(orderId, { to: 'accepted' })).body.code, 'wrong_state');
  }
  const late = await place();
  await reach(late, 'accepted');
  const refused = await advance(late, { to: 'cancelled', reason: 'shopper' });
  assert.deepEqual([refused.status, refused.body.code], [409, 'wrong_state']);
  assert.equal((await reach(late, 'cancelled')).cancelReason, 'merchant');
  await assertSound(db, market.marketId);
});

test('payments are declined, stay pending, and end as the integrator wants', async () => {
  assert.equal((await placeOil('test_decline')).status, 402);
  const [approved, expired] = [await placeOil('test_late'), await placeOil('test_late')];
  assert.equal(approved.body.state, 'pending_payment');
  assert.equal((await reach(approved.body.id, 'delivered')).state, 'delivered');
  const gone = await reach(expired.body.id, 'cancelled', 'payment_expired');
  assert.equal(gone.cancelReason, 'payment_expired');
  await assertSound(db, market.marketId);
});

test('an order is taken from its courier and given to one again; orders at once get couriers of their own', async () => {
  const orderIds = await Promise.all(market.couriers.map(place));
  const assigned = await Promise.all(orderIds.map((orderId) => reach(orderId, 'assigned')));
  assert.equal(new Set(assigned.map(({ courierId }) => courierId)).size, market.couriers.length);
  const [orderId] = orderIds;
  assert.equal((await reach(orderId!, 'unassigned')).courierId, undefined);
  await Promise.all(orderIds.map((each) => reach(each, 'delivered')));
  assert.equal((await told(orderId!)).filter((each) => each === 'OrderUnassigned by system').length, 1);
  const { status, body } = await advance(orderId!, { to: 'unassigned' });
  assert.deepEqual([status, body.code], [409, 'wrong_state']);
  await assertSound(db, market.marketId);
});

test('a command acts once: the same key answers the same, also at the same time, and another body is refused', async () => {
  const orderId = await place();
  const key = newKey();
  const first = await Promise.all(
    Array.from({ length: 5 }, () => advance(orderId, { to: 'picked_up' }, market.operator, key)),
  );
  for (const each of first) assert.deepEqual([each.status, each.body.state], [200, 'picked_up']);
  await reach(orderId, 'delivered');
  const again = await advance(orderId, { to: 'picked_up' }, market.operator, key);
  assert.deepEqual([again.status, again.body], [200, first[0]!.body]);
  const reused = await advance(orderId, { to: 'delivered' }, market.operator, key);
  assert.equal(reused.body.code, 'idempotency_key_reused');
  assert.equal((await advance(orderId, { to: 'refunded', reason: 'shopper' })).status, 400);
  assert.deepEqual(await told(orderId), WAY.slice(0, 7));
});

test('a merchant drives its own orders, and nobody those of a market that is no sandbox', async () => {
  const orderId = await place();
  const accepted = await advance(orderId, { to: 'accepted' }, market.merchants[0]);
  assert.deepEqual([accepted.status, accepted.body.deliveryCode], [200, undefined]);
  assert.equal((await advance(orderId, { to: 'ready' }, market.merchants[1])).status, 404);
  await reach(orderId, 'cancelled');

  const real = await quoteAndPlace(platform.clientOf(elsewhere.shoppers[0]), elsewhere);
  for (const person of [elsewhere.operator, elsewhere.merchants[0], elsewhere.admin]) {
    const { status, body } = await advance(real.id, { to: 'accepted' }, person, newKey(), elsewhere);
    assert.deepEqual([status, body.code], [404, 'not_found']);
  }
  const { items } = valueOf(await platform.clientOf().call('listMarkets', {}));
  assert.deepEqual(
    items.map(({ id, sandbox }) => [id, sandbox]),
    [
      [market.marketId, true],
      [elsewhere.marketId, false],
    ],
  );
});

test('no dispatcher works in a sandbox', async () => {
  const dispatched = (marketId: CityMarket['marketId']): Promise<object[]> =>
    db.query('select 1 as one from dispatch.lease where market_id = $1', [keyOf(marketId)]);
  platform.clock.setSpeed(60);
  while ((await dispatched(elsewhere.marketId)).length === 0);
  platform.clock.setSpeed(0);
  assert.deepEqual(await dispatched(market.marketId), []);
});

const run = promisify(execFile);
const missing = await Promise.all(
  ['curl', 'jq'].map((tool) =>
    run(tool, ['--version']).then(
      () => '',
      () => tool,
    ),
  ),
).then((names) => names.join(' ').trim());

/** As `halfhour market create --sandbox` makes it. @returns the integrator's key */
async function makeSandbox(): Promise<string> {
  const ids = createIdSource(systemNow, 903);
  const made = exampleMarket(ids.next('mkt'), { sandbox: true, centre: { lat: 40, lng: 20 } });
  const token = drawToken({ bytes: randomBytes }, 'key');
  await db.transaction(async (tx) => {
    await insertMarket(tx, made);
    await fillSandbox(tx, { ids, at: START, token }, made);
  });
  return token;
}

test(
  'the walk-through of docs/sandbox.md does what it says',
  { skip: missing === '' ? false : `no ${missing}` },
  async () => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'sandbox.md'), 'utf8');
    const blocks = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block);
    assert.equal(blocks.length, 4);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
      env: { PATH: process.env['PATH'] ?? '', URL: url, KEY: await makeSandbox() },
    });
    const lines = stdout.trim().split('\n');
    assert.deepEqual([lines[0], lines[1], lines[3]], ['accepted', 'picked_up', 'refunded']);
    assert.deepEqual(
      lines.slice(5),
      WAY.map((each) => each.split(' ')[0]),
    );
  },
);
