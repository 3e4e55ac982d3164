import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ManualClock,
  type MerchantId,
  circlePolygon,
  createIdSource,
  epochMs,
  fromRfc3339,
  keyOf,
} from '@halfhour/kernel';
import type { Authority, CommandKey } from '../api/index.ts';
import { createMarkets, exampleMarket, insertMarket } from '../markets/index.ts';
import { createTestDatabase, eventsOf } from '../testing/index.ts';
import {
  type StoreDraft,
  type StoreRecord,
  createStoreRoutes,
  createStores,
  insertMerchants,
  insertStores,
  selectAllStores,
  readStores,
  selectStores,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();
const clock = new ManualClock(fromRfc3339('2026-11-23T12:00:00-03:00')!);
const market = ids.next('mkt');
const merchant = ids.next('mer');
const centre = { lat: -34.9, lng: -56.16 };
const always = Array.from({ length: 7 }, (_, weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 }));

await db.transaction(async (tx) => {
  await insertMarket(tx, exampleMarket(market));
  await insertMerchants(tx, market, [{ id: merchant, name: 'Familia Pérez' }]);
});
const stores = createStores({ db, clock, ids });
const routes = createStoreRoutes({ db, clock, markets: createMarkets({ db }), stores });

const draft = (name: string): StoreDraft => ({
  merchantId: merchant,
  name,
  kind: 'shop',
  address: { label: `Calle ${name}`, ...centre, note: 'Timbre 2' },
  hours: always,
  zone: circlePolygon(centre, 1_000),
  preparationSeconds: 300,
  minimumOrderMinor: 5_000,
});
const owner = (merchantIds: MerchantId[]): Authority => ({
  userId: ids.next('usr'),
  role: 'merchant',
  scope: 'own',
  merchantIds,
  courierIds: [],
});
const command = (key: string, bodyHash = 'same'): CommandKey => ({ caller: 'usr', key, bodyHash });
const asked = {
  authority: undefined,
  command: undefined,
  requestId: 'r',
  signal: new AbortController().signal,
  body: undefined,
};

test('a store that is remembered is read again once it has changed, and one that is not there is left out', async () => {
  const opened = await stores.create(market, draft('dos'), owner([merchant]), command('opening-2'));
  assert.ok(opened.ok);
  const { id } = opened.value;
  const read = () => db.transaction((tx) => readStores(tx, market, [id, ids.next('sto')]));
  const first = await read();
  assert.deepEqual([...first], [[id, opened.value]]);
  assert.equal((await read()).get(id), first.get(id));
  await db.query(`update stores.store set status = 'paused' where store_id = $1`, [keyOf(id)]);
  assert.deepEqual((await read()).get(id), { ...opened.value, status: 'paused' });
});

test('what is remembered of an assortment is taken unread, until somebody else has written', async () => {
  const opened = await stores.create(market, draft('tres'), owner([merchant]), command('opening-3'));
  assert.ok(opened.ok);
  const { id } = opened.value;
  const attempts: number[] = [];
  const read = () =>
    db.transaction(async (tx) => {
      attempts.push(tx.attempt);
      return (await readStores(tx, market, [id])).get(id)?.status;
    });
  // As after a change that was found out: for a while it is read first.
  while (attempts.length < 12) assert.equal(await read(), 'open');
  await db.query(`update stores.store set status = 'closed' where store_id = $1`, [keyOf(id)]);
  attempts.length = 0;
  assert.equal(await read(), 'closed');
  assert.deepEqual(attempts, [1, 2]);
});

test('a store comes back as it was opened, and tells that it opened', async () => {
  const opened = await stores.create(market, draft('uno'), owner([merchant]), command('opening-1'));
  assert.ok(opened.ok);
  assert.deepEqual((await selectStores(db, market, [opened.value.id])).get(opened.value.id), opened.value);
  const events = await eventsOf(db, market, opened.value.id);
  assert.deepEqual(
    events.map((event) => [event.type, event.by]),
    [['StoreOpened', 'merchant']],
  );
});

test('the same command opens one store, also from two at the same time; another body is refused', async () => {
  const open = (bodyHash?: string) =>
    stores.create(market, draft('dos'), owner([merchant]), command('opening-2', bodyHash));
  const [first, second] = await Promise.all([open(), open()]);
  assert.ok(first.ok && second.ok);
  assert.equal(first.value.id, second.value.id);
  assert.deepEqual(await open('other'), { ok: false, error: { code: 'idempotency_key_reused' } });
  const all = await selectAllStores(db, market);
  assert.equal(all.filter((store) => store.name === 'dos').length, 1);
});

test('a merchant neither opens a store for another nor changes another’s', async () => {
  const stranger = owner([ids.next('mer')]);
  const denied = await stores.create(market, draft('tres'), stranger);
  assert.ok(!denied.ok && denied.error.code === 'not_found');
  const opened = await stores.create(market, draft('tres'), owner([merchant]));
  assert.ok(opened.ok);
  const change = await stores.changeStatus(market, opened.value.id, 'closed', stranger);
  assert.ok(!change.ok && change.error.code === 'not_found');
  const none = await stores.create(
    market,
    { ...draft('tres'), merchantId: ids.next('mer') },
    {
      ...stranger,
      role: 'operator',
      scope: 'market',
    },
  );
  assert.ok(!none.ok && none.error.code === 'not_found');
});

test('hours that end before they begin are refused', async () => {
  const wrong = { ...draft('mal'), hours: [{ weekday: 1, opensMinute: 600, closesMinute: 540 }] };
  const answer = await stores.create(market, wrong, owner([merchant]));
  assert.ok(!answer.ok && answer.error.code === 'invalid_request');
});

test('a pause is told once, and shows at once', async () => {
  const opened = await stores.create(market, draft('cuatro'), owner([merchant]));
  assert.ok(opened.ok);
  const params = { marketId: market, storeId: opened.value.id };
  for (let time = 0; time < 2; time++) {
    const answer = await routes.setStoreStatus({
      ...asked,
      params,
      query: undefined,
      body: { status: 'paused' },
      authority: owner([merchant]),
    });
    assert.ok(answer.ok && answer.value.status === 'paused' && !answer.value.openNow);
  }
  const events = await eventsOf(db, market, opened.value.id);
  assert.deepEqual(
    events.map((event) => event.type),
    ['StoreOpened', 'StoreStatusChanged'],
  );
  const shown = await routes.getStore({ ...asked, params, query: undefined });
  assert.ok(shown.ok && shown.value.status === 'paused');
});

test('stores are listed page by page, those that deliver to a place by their polygon', async () => {
  const own = ids.next('mkt');
  const merchantId = ids.next('mer');
  // A triangle: its bounding box reaches places that the polygon does not.
  const triangle = [
    { lat: 0, lng: 0 },
    { lat: 0, lng: 1 },
    { lat: 1, lng: 0 },
  ];
  const drafts = Array.from({ length: 5 }, (_, index): StoreRecord => ({
    ...draft(`n${index}`),
    id: ids.next('sto'),
    marketId: own,
    merchantId,
    status: 'open',
    kind: index === 4 ? 'pharmacy' : 'shop',
    zone: index % 2 === 0 ? triangle : circlePolygon(centre, 500),
  }));
  await db.transaction(async (tx) => {
    await insertMarket(tx, exampleMarket(own));
    await insertMerchants(tx, own, [{ id: merchantId, name: 'M' }]);
    await insertStores(tx, own, drafts);
  });
  const list = (query: object) =>
    routes.listStores({ ...asked, params: { marketId: own }, query: { limit: 50, ...query } });
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.ok && page.value.items.length <= 2);
    pages.push(...page.value.items.map((store) => store.id));
    cursor = page.value.next;
  } while (cursor !== undefined);
  assert.deepEqual(
    pages,
    drafts.map((store) => store.id),
  );
  const near = await list({ lat: 0.2, lng: 0.2 });
  assert.ok(near.ok);
  assert.deepEqual(
    near.value.items.map((store) => store.name),
    ['n0', 'n2', 'n4'],
  );
  const first = await list({ lat: 0.2, lng: 0.2, limit: 2 });
  assert.ok(first.ok && first.value.next === drafts[2]!.id);
  const corner = await list({ lat: 0.9, lng: 0.9 });
  assert.ok(corner.ok && corner.value.items.length === 0);
  const pharmacies = await list({ kind: 'pharmacy' });
  assert.ok(pharmacies.ok && pharmacies.value.items.length === 1);
  const half = await list({ lat: 0.2 });
  assert.ok(!half.ok && half.error.code === 'invalid_request');
  const wrong = await list({ cursor: 'nonsense' });
  assert.ok(!wrong.ok && wrong.error.code === 'invalid_request');
});
