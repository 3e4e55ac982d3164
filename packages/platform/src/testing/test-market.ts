import type { Basket, OptionGroup, TaxClass } from '@halfhour/contract';
import {
  type ArticleId,
  type CourierId,
  type EpochMs,
  type IdSource,
  type MarketId,
  type MerchantId,
  type OfferId,
  type StoreId,
  basisPoints,
  circlePolygon,
  currency,
} from '@halfhour/kernel';
import { insertArticles, insertOffers } from '../catalogue/index.ts';
import { insertCouriers } from '../couriers/index.ts';
import { setOnHand } from '../inventory/index.ts';
import { insertMarket } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import { insertMerchants, insertStores } from '../stores/index.ts';

export interface TestMarket {
  readonly marketId: MarketId;
  readonly merchantId: MerchantId;
  readonly storeId: StoreId;
  /** A kitchen's dish: not counted. 1,000 minor units. */
  readonly dish: { readonly offerId: OfferId; readonly articleId: ArticleId };
  /** Counted, 500 minor units. */
  readonly can: { readonly offerId: OfferId; readonly articleId: ArticleId };
  readonly courierIds: readonly CourierId[];
  /** A basket of one dish to an address inside the zone; other lines by argument. */
  basket(lines?: readonly { readonly offerId: OfferId; readonly quantity: number }[]): Basket;
}

export const TEST_PLACE = { lat: -34.9, lng: -56.16 };
/** Monday 2026-06-01, 12:00 UTC. */
export const TEST_START = 1_780_315_200_000 as EpochMs;

/** A market with a store that is always open, a dish, a counted can and couriers, for tests of other modules. */
export async function createTestMarket(
  db: Database,
  ids: IdSource,
  options: { readonly cans?: number; readonly couriers?: number; readonly optionGroups?: OptionGroup[] } = {},
): Promise<TestMarket> {
  const marketId = ids.next('mkt');
  const merchantId = ids.next('mer');
  const storeId = ids.next('sto');
  const dish = { offerId: ids.next('off'), articleId: ids.next('art') };
  const can = { offerId: ids.next('off'), articleId: ids.next('art') };
  const courierIds = Array.from({ length: options.couriers ?? 0 }, () => ids.next('cou'));
  const taxClass: TaxClass = 'standard';
  await db.transaction(async (tx) => {
    await insertMarket(tx, {
      id: marketId,
      slug: `test-${marketId.slice(4)}`,
      name: 'Test',
      currency: currency('UYU'),
      timeZone: 'America/Montevideo',
      languages: ['en', 'es'],
      centre: TEST_PLACE,
      bounds: { south: -34.95, west: -56.25, north: -34.85, east: -56.05 },
      attribution: '',
      mapSource: 'synthetic:1',
      policy: {
        commissionBp: basisPoints(2_000),
        serviceFeeBp: basisPoints(400),
        deliveryFeeMinor: 300,
        deliveryFeePerKmMinor: 100,
        freeDistanceMetres: 2_000,
        taxBp: { standard: basisPoints(2_200), reduced: basisPoints(1_000), exempt: basisPoints(0) },
        courierPayPerOrderMinor: 400,
        courierPayPerKmMinor: 50,
        promiseWindowSeconds: 900,
        paymentExpirySeconds: 600,
      },
    });
    await insertMerchants(tx, marketId, [{ id: merchantId, name: 'Merchant' }]);
    await insertStores(tx, marketId, [
      {
        id: storeId,
        marketId,
        merchantId,
        name: 'La Pasiva',
        kind: 'restaurant',
        address: { label: 'Plaza 1', ...TEST_PLACE },
        status: 'open',
        hours: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 })),
        zone: circlePolygon(TEST_PLACE, 3_000),
        preparationSeconds: 600,
        minimumOrderMinor: 500,
      },
    ]);
    await insertArticles(tx, marketId, [
      { id: dish.articleId, names: { en: 'Chivito' }, category: 'Food', taxClass },
      { id: can.articleId, names: { en: 'Cola' }, category: 'Drinks', taxClass },
    ]);
    await insertOffers(tx, marketId, [
      {
        id: dish.offerId,
        storeId,
        articleId: dish.articleId,
        priceMinor: 1_000,
        available: true,
        countsStock: false,
        optionGroups: options.optionGroups ?? [],
      },
      {
        id: can.offerId,
        storeId,
        articleId: can.articleId,
        priceMinor: 500,
        available: true,
        countsStock: true,
        optionGroups: [],
      },
    ]);
    await setOnHand(tx, marketId, TEST_START, [
      { storeId, articleId: can.articleId, onHand: options.cans ?? 100 },
    ]);
    await insertCouriers(
      tx,
      marketId,
      courierIds.map((id, index) => ({ id, name: `Courier ${index + 1}`, vehicle: 'motorcycle' as const })),
    );
  });
  return {
    marketId,
    merchantId,
    storeId,
    dish,
    can,
    courierIds,
    basket: (lines = [{ offerId: dish.offerId, quantity: 1 }]) => ({
      storeId,
      lines: lines.map((line) => ({ ...line, options: [] })),
      address: { label: 'Calle 2', lat: TEST_PLACE.lat + 0.005, lng: TEST_PLACE.lng },
      tipMinor: 50,
    }),
  };
}
