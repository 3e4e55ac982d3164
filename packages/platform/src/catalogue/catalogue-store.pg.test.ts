import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type MerchantId, type StoreId, createIdSource, epochMs } from '@halfhour/kernel';
import type { Authority, CommandKey } from '../api/index.ts';
import { reserveStock, selectStock, setOnHand } from '../inventory/index.ts';
import { insertMerchants, insertStores } from '../stores/index.ts';
import { createEmptyMarket, createTestDatabase, eventsOf } from '../testing/index.ts';
import {
  type NewOffer,
  createCatalogue,
  createCatalogueRoutes,
  insertArticles,
  insertOffers,
  selectOffers,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();
const clock = new ManualClock(epochMs(1_780_000_000_000));
const market = await createEmptyMarket(db, ids);
const merchant = ids.next('mer');
await db.transaction((tx) => insertMerchants(tx, market, [{ id: merchant, name: 'Familia Pérez' }]));
const catalogue = createCatalogue({ db, clock, ids });
const routes = createCatalogueRoutes({ db, catalogue });

async function openStore(): Promise<StoreId> {
  const id = ids.next('sto');
  await db.transaction((tx) =>
    insertStores(tx, market, [
      {
        id,
        marketId: market,
        merchantId: merchant,
        name: 'La Esquina',
        kind: 'shop',
        address: { label: 'Bulevar España 2000', lat: -34.9, lng: -56.16 },
        status: 'open',
        hours: [],
        zone: [],
        preparationSeconds: 0,
        minimumOrderMinor: 0,
      },
    ]),
  );
  return id;
}

const owner = (...merchantIds: MerchantId[]): Authority => ({
  userId: ids.next('usr'),
  role: 'merchant',
  scope: 'own',
  merchantIds,
  courierIds: [],
});
const me = owner(merchant);
const command = (key: string, bodyHash = 'same'): CommandKey => ({ caller: 'usr', key, bodyHash });
const yerba = (changes: Partial<NewOffer> = {}): NewOffer => ({
  names: { en: 'Yerba mate 1 kg', es: 'Yerba mate 1 kg', zh: '马黛茶 1 千克' },
  description: { en: 'For your mate' },
  category: 'groceries',
  taxClass: 'reduced',
  priceMinor: 28_900,
  optionGroups: [],
  ...changes,
});
const asked = {
  body: undefined,
  authority: undefined,
  command: undefined,
  requestId: 'r',
  signal: new AbortController().signal,
};

test('an offer comes back as it was made, with what is in stock', async () => {
  const store = await openStore();
  const made = await catalogue.createOffer(market, store, yerba({ onHand: 12 }), me);
  assert.ok(made.ok);
  const { offer } = made.value;
  assert.deepEqual((await selectOffers(db, market, [offer.id])).get(offer.id), offer);
  await db.transaction((tx) =>
    reserveStock(tx, market, [[{ storeId: store, articleId: offer.articleId, quantity: 5 }]]),
  );
  const list = await routes.listOffers({
    ...asked,
    params: { marketId: market, storeId: store },
    query: { limit: 50 },
  });
  assert.ok(list.ok);
  assert.deepEqual(
    list.value.items.map((item) => [item.names.zh, item.priceMinor, item.inStock]),
    [['马黛茶 1 千克', 28_900, 7]],
  );
});

test('a kitchen counts nothing, and shows no stock', async () => {
  const store = await openStore();
  const made = await catalogue.createOffer(market, store, yerba(), me);
  assert.ok(made.ok && made.value.stock === undefined && !made.value.offer.countsStock);
  const list = await routes.listOffers({
    ...asked,
    params: { marketId: market, storeId: store },
    query: { limit: 50 },
  });
  assert.ok(list.ok && list.value.items[0]!.inStock === undefined);
});

test('the same command makes one offer, also from two at the same time', async () => {
  const store = await openStore();
  const make = (hash?: string) =>
    catalogue.createOffer(market, store, yerba({ onHand: 3 }), me, command('offer-once', hash));
  const [first, second] = await Promise.all([make(), make()]);
  assert.ok(first.ok && second.ok);
  assert.deepEqual(first.value, second.value);
  assert.deepEqual(await make('other'), { ok: false, error: { code: 'idempotency_key_reused' } });
});

test('a GTIN names one article of the market, which a store offers once', async () => {
  const gtin = '7730908360119';
  const [one, two] = [await openStore(), await openStore()];
  const [first, second] = await Promise.all([
    catalogue.createOffer(market, one, yerba({ gtin }), me),
    catalogue.createOffer(market, two, yerba({ gtin, priceMinor: 31_000 }), me),
  ]);
  assert.ok(first.ok && second.ok);
  assert.equal(first.value.offer.articleId, second.value.offer.articleId);
  const again = await catalogue.createOffer(market, one, yerba({ gtin }), me);
  assert.ok(!again.ok && again.error.code === 'already_exists');
  assert.equal(again.error['offerId'], first.value.offer.id);
});

test('a new price is told once; the same price again changes nothing', async () => {
  const store = await openStore();
  const made = await catalogue.createOffer(market, store, yerba(), me);
  assert.ok(made.ok);
  const { id } = made.value.offer;
  for (let time = 0; time < 2; time++) {
    const changed = await catalogue.changeOffer(market, store, id, { priceMinor: 100 }, me);
    assert.ok(changed.ok && changed.value.offer.priceMinor === 100 && changed.value.offer.available);
  }
  const events = await eventsOf(db, market, id);
  assert.deepEqual(
    events.map((event) => [event.type, event.data['priceMinor']]),
    [
      ['OfferCreated', 28_900],
      ['OfferChanged', 100],
    ],
  );
});

test('two changes at the same time are both kept', async () => {
  const store = await openStore();
  const made = await catalogue.createOffer(market, store, yerba(), me);
  assert.ok(made.ok);
  const { id } = made.value.offer;
  await Promise.all([
    catalogue.changeOffer(market, store, id, { priceMinor: 7 }, me),
    catalogue.changeOffer(market, store, id, { available: false }, me),
  ]);
  const offer = (await selectOffers(db, market, [id])).get(id);
  assert.deepEqual([offer?.priceMinor, offer?.available], [7, false]);
});

test('counting starts to count an article, and never below what is reserved', async () => {
  const store = await openStore();
  const made = await catalogue.createOffer(market, store, yerba(), me);
  assert.ok(made.ok);
  const { articleId, id } = made.value.offer;
  assert.deepEqual(await catalogue.setStock(market, store, articleId, 4, me), {
    ok: true,
    value: { onHand: 4, reserved: 0 },
  });
  assert.equal((await selectOffers(db, market, [id])).get(id)?.countsStock, true);
  await db.transaction((tx) => reserveStock(tx, market, [[{ storeId: store, articleId, quantity: 3 }]]));
  const refused = await catalogue.setStock(market, store, articleId, 2, me);
  assert.ok(!refused.ok && refused.error.code === 'wrong_state' && refused.error['reserved'] === 3);
  assert.deepEqual((await selectStock(db, market, store, [articleId])).get(articleId), {
    onHand: 4,
    reserved: 3,
  });
});

test('another merchant, another store and an unknown store all look as if there were nothing', async () => {
  const [store, other] = [await openStore(), await openStore()];
  const made = await catalogue.createOffer(market, store, yerba(), me);
  assert.ok(made.ok);
  const { id, articleId } = made.value.offer;
  const stranger = owner(ids.next('mer'));
  const answers = [
    await catalogue.createOffer(market, store, yerba(), stranger),
    await catalogue.changeOffer(market, store, id, { available: false }, stranger),
    await catalogue.setStock(market, store, articleId, 1, stranger),
    await catalogue.changeOffer(market, other, id, { available: false }, me),
    await catalogue.setStock(market, other, articleId, 1, me),
    await catalogue.createOffer(market, ids.next('sto'), yerba(), me),
    await routes.listOffers({
      ...asked,
      params: { marketId: market, storeId: ids.next('sto') },
      query: { limit: 5 },
    }),
  ];
  for (const answer of answers) assert.ok(!answer.ok && answer.error.code === 'not_found');
});

test('options that cannot be chosen are refused before anything is written', async () => {
  const store = await openStore();
  const group = {
    id: 'size',
    names: { en: 'Size' },
    minChoices: 2,
    maxChoices: 1,
    options: [{ id: 'a', names: { en: 'A' }, priceMinor: 0 }],
  };
  const answer = await catalogue.createOffer(market, store, yerba({ optionGroups: [group] }), me);
  assert.ok(!answer.ok && answer.error.code === 'invalid_request');
});

test('a city’s catalogue is loaded in bulk and listed page by page', async () => {
  const store = await openStore();
  const articles = Array.from({ length: 45 }, (_, index) => ({
    id: ids.next('art'),
    names: { en: `Article ${index}` },
    category: 'groceries',
    taxClass: 'standard' as const,
    ...(index % 2 === 0 ? { gtin: String(10_000_000 + index) } : {}),
  }));
  const offers = articles.map((article) => ({
    id: ids.next('off'),
    storeId: store,
    articleId: article.id,
    priceMinor: 100,
    available: true,
    countsStock: true,
    optionGroups: [],
  }));
  await db.transaction(async (tx) => {
    assert.deepEqual(
      await insertArticles(tx, market, articles),
      articles.map((article) => article.id),
    );
    assert.ok((await insertOffers(tx, market, offers)).every(Boolean));
    await setOnHand(
      tx,
      market,
      clock.now(),
      offers.map(({ storeId, articleId }) => ({ storeId, articleId, onHand: 9 })),
    );
  });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await routes.listOffers({
      ...asked,
      params: { marketId: market, storeId: store },
      query: { limit: 15, ...(cursor === undefined ? {} : { cursor }) },
    });
    assert.ok(page.ok && page.value.items.every((item) => item.inStock === 9));
    seen.push(...page.value.items.map((item) => item.id));
    cursor = page.value.next;
  } while (cursor !== undefined);
  assert.deepEqual(
    seen,
    offers.map((offer) => offer.id),
  );
});
