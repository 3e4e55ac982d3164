import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tariff } from '@halfhour/engines/pricing';
import { HOUR_MS, MINUTE_MS, addMs, epochMs, keyOf } from '@halfhour/kernel';
import type { Acting } from '../api/index.ts';
import { createMarkets } from '../markets/index.ts';
import { type EstimateTrip, selectOrders, tariffOfPolicy } from '../ordering/index.ts';
import { type TestOrdering, createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { type Tariffs, createTariffs } from './index.ts';

const db = await createTestDatabase();
const markets = createMarkets({ db });
const estimate: EstimateTrip = (_, from, to) => ({
  metres: Math.round(Math.hypot(to.lat - from.lat, to.lng - from.lng) * 111_000),
  seconds: 100,
});

/** Two processes of one market, the second one only told by the database. */
async function world(): Promise<
  TestOrdering & { tariffs: Tariffs; elsewhere: Tariffs; authority: Acting; policy: Tariff }
> {
  let tariffs: Tariffs | undefined;
  const t = await createTestOrdering(db, { tariffs: { of: (market) => tariffs!.of(market) } });
  const make = (): Tariffs =>
    createTariffs({ db, clock: t.clock, ids: t.ids, markets, estimate, onCommit: () => undefined });
  tariffs = make();
  const authority: Acting = {
    requestId: 'request-1',
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  const market = await markets.get(t.market.marketId);
  return { ...t, tariffs, elsewhere: make(), authority, policy: tariffOfPolicy(market!.policy) };
}

test('a market begins with its policy as its tariff, from the beginning of time', async () => {
  const { tariffs, market, policy, clock } = await world();
  const first = await tariffs.inForce(market.marketId, epochMs(0));
  assert.ok(first.ok);
  assert.equal(first.value.version, 1);
  assert.deepEqual(first.value.terms, JSON.parse(JSON.stringify(policy)));
  const now = await tariffs.inForce(market.marketId, clock.now());
  assert.ok(now.ok && now.value.version === 1);
  assert.equal((await tariffs.inForce(market.marketId, epochMs(-1))).ok, false);
});

test('from its start on orders are quoted and placed by the new tariff, in every process, and older ones keep theirs', async () => {
  const { tariffs, elsewhere, market, policy, clock, key, authority, ordering, place } = await world();
  const { marketId } = market;
  const before = await place();
  const startsAt = addMs(clock.now(), HOUR_MS);
  const terms: Tariff = {
    ...policy,
    serviceFee: [{ payer: 'merchant', rateBp: 60 }],
    packaging: [{ perOrderMinor: 25, perItemMinor: 0, to: 'merchant' }],
  };
  await elsewhere.follow(marketId);
  const made = await tariffs.create(marketId, { startsAt, terms, note: 'Autumn' }, key('a'), authority);
  assert.ok(made.ok);
  assert.equal(made.value.version, 2);
  await elsewhere.follow(marketId);
  const record = await markets.get(marketId);
  for (const each of [tariffs, elsewhere]) {
    const known = await each.of(record!);
    assert.equal(known.at(addMs(startsAt, -1)).version, 1);
    assert.equal(known.at(startsAt).version, 2);
  }
  clock.advanceBy(HOUR_MS - MINUTE_MS);
  const last = await place();
  clock.advanceBy(MINUTE_MS);
  const quote = await ordering.quote(marketId, market.basket());
  assert.ok(quote.ok);
  assert.equal(quote.value.serviceFeeMinor, 0);
  assert.equal(quote.value.otherMinor, 25);
  assert.equal(
    quote.value.charges.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    quote.value.totalMinor,
  );
  const after = await place();
  const orders = await selectOrders(db, marketId, [before, last, after]);
  assert.deepEqual(
    [before, last, after].map((id) => orders.get(id)!.charges.tariff),
    [1, 1, 2],
  );
  // More of a line of an order from before is priced as the order was.
  const changed = await ordering.change(marketId, {
    orderId: before,
    by: 'shopper',
    kind: 'change_lines',
    quantities: [{ line: 0, offerId: market.dish.offerId, quantity: 2 }],
    add: [],
    expectedTotalMinor: orders.get(before)!.totalMinor + 1_000 + 40,
  });
  assert.ok(changed.ok, JSON.stringify(changed));
  assert.equal(changed.value.charges.tariff, 1);
  assert.equal(changed.value.otherMinor, undefined);
  assert.deepEqual(
    (await eventsOf(db, marketId, marketId)).flatMap(({ type, data }) =>
      type === 'TariffCreated' ? [data['version']] : [],
    ),
    [2],
  );
});

test('a tariff that has started is never withdrawn or changed; one that has not can be withdrawn', async () => {
  const { tariffs, market, policy, clock, key, authority } = await world();
  const { marketId } = market;
  const startsAt = addMs(clock.now(), HOUR_MS);
  const soon = await tariffs.create(marketId, { startsAt, terms: policy }, key(), authority);
  const later = await tariffs.create(
    marketId,
    { startsAt: addMs(startsAt, HOUR_MS), terms: policy },
    key(),
    authority,
  );
  assert.ok(soon.ok && later.ok);
  clock.advanceBy(HOUR_MS);
  for (const version of [1, 2]) {
    const refused = await tariffs.withdraw(marketId, version, authority);
    assert.ok(!refused.ok && refused.error.code === 'wrong_state');
  }
  assert.ok((await tariffs.withdraw(marketId, 3, authority)).ok);
  assert.ok((await tariffs.withdraw(marketId, 3, authority)).ok, 'withdrawn again is withdrawn');
  const unknown = await tariffs.withdraw(marketId, 9, authority);
  assert.ok(!unknown.ok && unknown.error.code === 'not_found');
  clock.advanceBy(2 * HOUR_MS);
  const now = await tariffs.inForce(marketId, clock.now());
  assert.ok(now.ok && now.value.version === 2);
  const listed = await tariffs.list(marketId, undefined, 50);
  assert.ok(listed.ok);
  assert.deepEqual(
    listed.value.items.map(({ version, withdrawnAt }) => [version, withdrawnAt !== undefined]),
    [
      [3, true],
      [2, false],
      [1, false],
    ],
  );
  const page = await tariffs.list(marketId, 3, 1);
  assert.ok(page.ok && page.value.items[0]?.version === 2);
  await assert.rejects(
    db.query(`update tariffs.tariff set document = '{}' where market_id = $1 and version = 1`, [
      keyOf(marketId),
    ]),
    /cannot be changed/,
  );
});

test('a retry makes one version, another draft under its key none, and each fault is told with its field', async () => {
  const { tariffs, market, policy, clock, key, authority } = await world();
  const { marketId } = market;
  const draft = { startsAt: addMs(clock.now(), HOUR_MS), terms: policy };
  const command = key('one');
  const first = await tariffs.create(marketId, draft, command, authority);
  const again = await tariffs.create(marketId, draft, command, authority);
  assert.deepEqual(again, first);
  const other = await tariffs.create(marketId, draft, { ...command, bodyHash: 'other' }, authority);
  assert.ok(!other.ok && other.error.code === 'idempotency_key_reused');
  const early = await tariffs.create(
    marketId,
    { ...draft, startsAt: addMs(clock.now(), MINUTE_MS - 1) },
    key(),
    authority,
  );
  assert.ok(!early.ok && early.error.code === 'invalid_request');
  const terms: Tariff = {
    ...policy,
    commission: [{ rateBp: 1 }, { rateBp: 2, taxClass: 'unheard' }],
    deliveryFee: [{ ...policy.deliveryFee[0]!, when: { areas: ['nowhere'] } }],
  };
  const wrong = await tariffs.create(marketId, { ...draft, terms }, key(), authority);
  assert.ok(!wrong.ok);
  assert.deepEqual(
    (wrong.error['errors'] as { field: string }[]).map(({ field }) => field),
    ['terms.commission.0.when', 'terms.commission.1.taxClass', 'terms.deliveryFee.0.when.areas'],
  );
  const listed = await tariffs.list(marketId, undefined, 50);
  assert.ok(listed.ok && listed.value.items.length === 2);
});

test('a preview tells what a draft would have made of the week, and of the tariff in force that nothing changes', async () => {
  const { tariffs, market, policy, clock, place, ordering } = await world();
  const { marketId } = market;
  const old = await place();
  clock.advanceBy(8 * 24 * HOUR_MS);
  const kept = [await place(), await place()];
  const cancelled = await place();
  const gone = await ordering.change(marketId, {
    orderId: cancelled,
    by: 'shopper',
    kind: 'cancel',
    reason: 'shopper',
  });
  assert.ok(gone.ok);
  const same = await tariffs.preview(marketId, policy);
  assert.ok(same.ok);
  assert.deepEqual([same.value.orders, same.value.changed, same.value.complete], [2, 0, true]);
  assert.deepEqual(same.value.before, same.value.after);
  const orders = await selectOrders(db, marketId, [old, ...kept]);
  assert.equal(
    same.value.before.shoppersPayMinor,
    kept.reduce((sum, id) => sum + orders.get(id)!.totalMinor, 0),
  );
  const dearer = await tariffs.preview(marketId, {
    ...policy,
    packaging: [{ perOrderMinor: 25, perItemMinor: 0, to: 'merchant' }],
  });
  assert.ok(dearer.ok);
  const { before, after, largest, changed } = dearer.value;
  assert.equal(after.shoppersPayMinor - before.shoppersPayMinor, 50);
  assert.equal(after.merchantsGetMinor - before.merchantsGetMinor, 50);
  assert.equal(after.platformEarnsMinor, before.platformEarnsMinor);
  assert.equal(changed, 2);
  assert.deepEqual(new Set(largest.map(({ orderId }) => orderId)), new Set(kept));
  const wrong = await tariffs.preview(marketId, { ...policy, taxes: [] });
  assert.ok(!wrong.ok && wrong.error.code === 'invalid_request');
});
