import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ROUTES } from '@halfhour/contract';
import { type CityMap, decodeOsmQaTiles, syntheticCity } from '@halfhour/engines/city';
import { distanceMetres, isInside, seededRandom } from '@halfhour/kernel';
import { buildDemoMarket } from './build-demo-market.ts';
import type { DemoMarket } from './demo-market.ts';
import { isValidGtin } from './gtin.ts';

const tilesFolder = join(
  dirname(createRequire(import.meta.url).resolve('@mapbox/mvt-fixtures/package.json')),
  'real-world/osm-qa-montevideo',
);
const hasTiles = existsSync(tilesFolder);

async function montevideo(): Promise<CityMap> {
  const tiles = [];
  for (const file of (await readdir(tilesFolder)).filter((name) => name.endsWith('.mvt')).sort()) {
    const [z, x, y] = file.split(/[-.]/).map(Number) as [number, number, number];
    tiles.push({ z, x, y, bytes: await readFile(join(tilesFolder, file)) });
  }
  return decodeOsmQaTiles(tiles, { name: 'Montevideo', timeZone: 'America/Montevideo' });
}

function assertBelievable(market: DemoMarket): void {
  const createStore = ROUTES.createStore.body.omit({ merchantId: true });
  const merchantKeys = new Set(market.merchants.map((merchant) => merchant.key));
  const articles = new Map<string, string>();
  const unique = (values: readonly string[]): void => assert.equal(new Set(values).size, values.length);
  unique(market.stores.map((store) => store.key));
  unique(market.stores.map((store) => store.name));
  unique(market.couriers.map((courier) => courier.key));
  unique(market.couriers.map((courier) => courier.name));
  unique(market.shoppers.map((shopper) => shopper.key));
  unique([...merchantKeys]);
  for (const store of market.stores) {
    const { key: _key, merchantKey, format: _format, popularity, offers, ...loaded } = store;
    createStore.parse(loaded);
    assert.ok(merchantKeys.has(merchantKey) && popularity > 0);
    assert.ok(isInside(store.address, store.zone), `${store.name} is outside its own zone`);
    const counts = store.kind.endsWith('warehouse') ? [400, 700] : [20, 150];
    assert.ok(
      offers.length >= counts[0]! && offers.length <= counts[1]!,
      `${store.name}: ${offers.length} offers`,
    );
    unique(offers.map((offer) => offer.key));
    for (const { key, ...offer } of offers) {
      ROUTES.createOffer.body.parse(offer);
      assert.ok(offer.priceMinor > 0);
      assert.ok(
        offer.names.es !== undefined && offer.names.zh !== undefined,
        `${offer.names.en} has not all names`,
      );
      if (offer.gtin !== undefined)
        assert.ok(isValidGtin(offer.gtin) && /^2\d{12}$/.test(offer.gtin), offer.gtin);
      assert.equal(offer.onHand === undefined, store.kind === 'restaurant');
      const facts = JSON.stringify([offer.names, offer.category, offer.gtin, offer.taxClass]);
      assert.equal(articles.get(key) ?? facts, facts, `${key} is two articles`);
      articles.set(key, facts);
      for (const group of offer.optionGroups) {
        unique(group.options.map((option) => option.id));
        assert.ok(group.minChoices <= group.maxChoices && group.maxChoices <= group.options.length, group.id);
      }
    }
    for (const { opensMinute, closesMinute } of store.hours) assert.ok(opensMinute < closesMinute);
  }
  for (const { address } of market.shoppers) {
    assert.ok(market.stores.some((store) => isInside(address, store.zone)));
  }
}

function couriersOnShift(market: DemoMarket, weekday: number, minute: number): number {
  return market.couriers.filter((courier) =>
    courier.shifts.some(
      (shift) => shift.weekday === weekday && shift.startMinute <= minute && minute < shift.endMinute,
    ),
  ).length;
}

test('the market of a made-up city fits the contract and is believable', () => {
  const market = buildDemoMarket(syntheticCity(7, { blocks: 30 }), seededRandom(1), { shoppers: 300 });
  assertBelievable(market);
  assert.equal(market.stores.length, 120);
  assert.equal(market.couriers.length, 150);
  assert.equal(market.shoppers.length, 300);
});

test('the same seed gives the same market, and another seed another', () => {
  const city = syntheticCity(7, { blocks: 16 });
  const options = { stores: 30, couriers: 10, shoppers: 20 };
  const first = buildDemoMarket(city, seededRandom(1), options);
  assert.deepEqual(buildDemoMarket(city, seededRandom(1), options), first);
  assert.notDeepEqual(buildDemoMarket(city, seededRandom(2), options).stores, first.stores);
});

test('a small city gives a small market instead of none', () => {
  const market = buildDemoMarket(syntheticCity(3), seededRandom(1), {
    stores: 12,
    couriers: 5,
    shoppers: 30,
  });
  assertBelievable(market);
  assert.ok(market.stores.length >= 8);
});

test('about forty couriers are on at noon, more at lunch, and ninety at dinner', () => {
  const market = buildDemoMarket(syntheticCity(7, { blocks: 16 }), seededRandom(1), {
    stores: 20,
    shoppers: 10,
  });
  for (let weekday = 0; weekday < 7; weekday++) {
    const noon = couriersOnShift(market, weekday, 12 * 60);
    const dinner = couriersOnShift(market, weekday, 20 * 60 + 30);
    assert.ok(noon >= 32 && noon <= 60, `${noon} at noon`);
    assert.ok(couriersOnShift(market, weekday, 13 * 60) > noon);
    assert.ok(dinner >= 70 && dinner <= 115, `${dinner} at dinner`);
  }
});

test(
  'Montevideo becomes a market of real places',
  { skip: hasTiles ? false : 'the tiles are not installed' },
  async () => {
    const city = await montevideo();
    const market = buildDemoMarket(city, seededRandom('demo'));
    assertBelievable(market);
    assert.equal(market.stores.length, 120);
    assert.equal(market.shoppers.length, 2_500);
    const real = market.stores.filter((store) => !store.kind.endsWith('warehouse'));
    for (const store of real) {
      assert.ok(
        city.places.some((place) => place.lat === store.address.lat && place.lng === store.address.lng),
        `${store.name} is no place of the city`,
      );
    }
    const kinds = new Set(market.stores.map((store) => store.kind));
    assert.deepEqual([...kinds].sort(), [
      'front_warehouse',
      'lightning_warehouse',
      'pharmacy',
      'restaurant',
      'shop',
    ]);
    const farthest = Math.max(
      ...market.stores.flatMap((store) => store.zone.map((corner) => distanceMetres(corner, store.address))),
    );
    assert.ok(farthest <= 5_600);
  },
);
