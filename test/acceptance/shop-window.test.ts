import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOOR } from './city-market.ts';
import { pizzaBasket, valueOf } from './order-steps.ts';
import { START, servePlatform } from './platform.ts';

const platform = await servePlatform();
const { market } = platform;
const params = { marketId: market.marketId };
const door = { lat: DOOR.lat, lng: DOOR.lng };

test('a store shows the time and the fee that its basket is quoted at the same moment', async () => {
  const nobody = platform.clientOf();
  const { items } = valueOf(await nobody.call('listReach', { params, query: door }));
  const kitchen = items.find(({ store }) => store.id === market.kitchenId)!;
  const quote = valueOf(await nobody.call('createQuote', { params, body: pizzaBasket(market) }));
  assert.equal(kitchen.state, 'open');
  assert.deepEqual(kitchen.promise, quote.promise);
  assert.equal(kitchen.deliveryFeeMinor, quote.deliveryFeeMinor);
});

test('stores that are closed or paused come last, without a time, and say why', async () => {
  const merchant = platform.clientOf(market.merchants[0]);
  const status = (of: 'paused' | 'open') =>
    merchant.call('setStoreStatus', {
      params: { ...params, storeId: market.kitchenId },
      body: { status: of },
    });
  valueOf(await status('paused'));
  const { items } = valueOf(await platform.clientOf().call('listReach', { params, query: door }));
  assert.deepEqual(
    items.map(({ store, state, promise }) => [store.id, state, promise === undefined]),
    [[market.shopId, 'open', false], ...items.slice(1).map(({ store, state }) => [store.id, state, true])],
  );
  const states = new Map(items.map(({ store, state }) => [store.id, state]));
  assert.equal(states.get(market.kitchenId), 'paused');
  assert.equal(states.get(market.pharmacyId), 'closed');
  valueOf(await status('open'));
});

test('a store that does not deliver to the door is not shown', async () => {
  const far = { lat: 41, lng: 21 };
  const { items } = valueOf(await platform.clientOf().call('listReach', { params, query: far }));
  assert.deepEqual(items, []);
});

test('an article is found with a wrong letter, and only in stores that deliver to the door', async () => {
  const search = async (query: string, lat = door.lat): Promise<string[]> =>
    valueOf(
      await platform.clientOf().call('searchOffers', { params, query: { query, lat, lng: door.lng } }),
    ).items.map(({ offer }) => offer.names.en);
  assert.deepEqual(await search('piza'), ['Pizza']);
  assert.deepEqual(await search('PÍZZ'), ['Pizza']);
  assert.deepEqual(await search('plast'), ['Plaster']);
  assert.deepEqual(await search('ic'), ['Rice']);
  assert.deepEqual(await search('%'), []);
  assert.deepEqual(await search('bicycle'), []);
  assert.deepEqual(await search('pizza', 41), []);
});

test('what is taken off sale is not found, and what is sold out says so', async () => {
  const merchant = platform.clientOf(market.merchants[0]);
  const inShop = { ...params, storeId: market.shopId };
  const body = { onHand: 0 };
  valueOf(await merchant.call('setStock', { params: { ...inShop, articleId: market.oil.articleId }, body }));
  const search = async () =>
    valueOf(await platform.clientOf().call('searchOffers', { params, query: { query: 'oil', ...door } }))
      .items;
  assert.deepEqual(
    (await search()).map(({ offer, storeName }) => [storeName, offer.inStock]),
    [['Shop', 0]],
  );
  const of = { ...inShop, offerId: market.oil.offerId };
  valueOf(await merchant.call('updateOffer', { params: of, body: { available: false } }));
  assert.deepEqual(await search(), []);
});

test('cash is offered where the market takes it', async () => {
  const kinds = async (): Promise<string[]> =>
    valueOf(await platform.clientOf().call('listPaymentOptions', { params })).items.map(({ kind }) => kind);
  assert.deepEqual(await kinds(), ['card', 'wallet']);
  const body = { orderLimitMinor: 5_000, floatLimitMinor: 20_000 };
  valueOf(await platform.clientOf(market.operator).call('setCashPolicy', { params, body }));
  assert.deepEqual(await kinds(), ['card', 'wallet', 'cash']);
});

test('anybody may ask what time it is in a market', async () => {
  const time = valueOf(await platform.clientOf().call('getMarketTime', { params }));
  assert.deepEqual(time, { now: new Date(START).toISOString(), speed: 0 });
});
