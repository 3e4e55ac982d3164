import { type EpochMs, type IdSource, circlePolygon } from '@halfhour/kernel';
import { insertArticles, insertOffers } from '@halfhour/platform/catalogue';
import { insertCouriers } from '@halfhour/platform/couriers';
import { insertApiKeys, insertUsers } from '@halfhour/platform/identity';
import { setOnHand } from '@halfhour/platform/inventory';
import type { MarketDraft } from '@halfhour/platform/markets';
import type { Tx } from '@halfhour/platform/postgres';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';

/** As many orders can be between assignment and hand-over before a courier has two. */
const COURIERS = 10;
const ALWAYS = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 }));
const OFFERS = [
  { name: 'Soup', priceMinor: 1_000, onHand: undefined },
  { name: 'Water', priceMinor: 300, onHand: 100_000 },
  { name: 'Sold out', priceMinor: 500, onHand: 0 },
];

/**
 * Puts what an integrator needs to begin into a sandbox market that has just been made: a store that is always open,
 * an offer that counts no stock, one with plenty and one with none, couriers, and a user who places orders and runs
 * the market with `token` as its API key, and may do nothing elsewhere.
 */
export async function fillSandbox(
  tx: Tx,
  { ids, at, token }: { readonly ids: IdSource; readonly at: EpochMs; readonly token: string },
  market: MarketDraft,
): Promise<void> {
  const { id: marketId, centre } = market;
  const merchantId = ids.next('mer');
  const storeId = ids.next('sto');
  const userId = ids.next('usr');
  await insertMerchants(tx, marketId, [{ id: merchantId, name: 'Sandbox merchant' }]);
  await insertStores(tx, marketId, [
    {
      id: storeId,
      marketId,
      merchantId,
      name: 'Sandbox store',
      kind: 'restaurant',
      address: { label: 'Sandbox store', ...centre },
      status: 'open',
      hours: ALWAYS,
      zone: circlePolygon(centre, 3_000),
      preparationSeconds: 600,
      minimumOrderMinor: 0,
    },
  ]);
  const articles = OFFERS.map((offer) => ({ ...offer, articleId: ids.next('art') }));
  await insertArticles(
    tx,
    marketId,
    articles.map(({ articleId, name }) => ({
      id: articleId,
      names: { en: name },
      category: 'Sandbox',
      taxClass: 'standard' as const,
    })),
  );
  await insertOffers(
    tx,
    marketId,
    articles.map(({ articleId, priceMinor, onHand }) => ({
      id: ids.next('off'),
      storeId,
      articleId,
      priceMinor,
      available: true,
      countsStock: onHand !== undefined,
      optionGroups: [],
    })),
  );
  await setOnHand(
    tx,
    marketId,
    at,
    articles.flatMap(({ articleId, onHand }) =>
      onHand === undefined ? [] : [{ storeId, articleId, onHand }],
    ),
  );
  await insertCouriers(
    tx,
    marketId,
    Array.from({ length: COURIERS }, (_, index) => ({
      id: ids.next('cou'),
      name: `Sandbox courier ${index + 1}`,
      vehicle: 'motorcycle' as const,
    })),
  );
  await insertUsers(tx, at, [
    {
      id: userId,
      name: 'Sandbox integrator',
      grants: [
        { role: 'operator', marketId },
        { role: 'shopper', marketId },
      ],
    },
  ]);
  await insertApiKeys(tx, at, [{ id: ids.next('api'), userId, name: 'Sandbox', token }]);
}
