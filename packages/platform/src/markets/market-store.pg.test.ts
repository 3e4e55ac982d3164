import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, epochMs } from '@halfhour/kernel';
import { createTestDatabase } from '../testing/index.ts';
import {
  type MarketRecord,
  createMarketRoutes,
  createMarkets,
  exampleMarket,
  insertMarket,
  toMarket,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();

const draft = (slug: string): MarketRecord => exampleMarket(ids.next('mkt'), { slug });

const asked = {
  query: undefined,
  body: undefined,
  authority: undefined,
  command: undefined,
  requestId: 'r',
  signal: new AbortController().signal,
};

test('a market comes back as it was written, and the API shows it without its policy', async () => {
  const market = draft('whole');
  await db.transaction((tx) => insertMarket(tx, market));
  const markets = createMarkets({ db });
  assert.deepEqual(await markets.get(market.id), market);
  const routes = createMarketRoutes(markets);
  const shown = await routes.getMarket({ ...asked, params: { marketId: market.id } });
  assert.deepEqual(shown, { ok: true, value: toMarket(market) });
  assert.ok(!JSON.stringify(shown).includes('commission'));
  const list = await routes.listMarkets({ ...asked, params: undefined });
  assert.ok(list.ok && list.value.items.some((item) => item.id === market.id));
});

test('a market that is not there is looked for again, so that one made later is found', async () => {
  const market = draft('later');
  const markets = createMarkets({ db });
  assert.equal(await markets.get(market.id), undefined);
  await db.transaction((tx) => insertMarket(tx, market));
  assert.equal((await markets.get(market.id))?.slug, 'later');
});

test('a market with an unknown time zone, a broken policy or a taken slug is not made', async () => {
  const insert = (market: MarketRecord): Promise<void> => db.transaction((tx) => insertMarket(tx, market));
  await assert.rejects(insert({ ...draft('zone'), timeZone: 'Mars/Olympus' }), RangeError);
  const broken = draft('policy');
  await assert.rejects(
    insert({ ...broken, policy: { ...broken.policy, deliveryFeeMinor: -1 } }),
    /deliveryFeeMinor/,
  );
  await insert(draft('taken'));
  await assert.rejects(insert(draft('taken')), /market_slug_key/);
});
