import {
  type CourierId,
  type IdSource,
  type MarketId,
  type OfferId,
  type StoreId,
  basisPoints,
  currency,
} from '@halfhour/kernel';
import { insertArticles, insertOffers } from '@halfhour/platform/catalogue';
import { insertCouriers } from '@halfhour/platform/couriers';
import { insertMarket } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';
import type { Instance } from '../mdrp/index.ts';
import type { ReplayPlaces } from './replay-places.ts';

/** The benchmark's world as a market: what the platform calls its restaurants and couriers, in file order. */
export interface InstanceMarket {
  readonly marketId: MarketId;
  readonly stores: ReadonlyMap<string, { readonly storeId: StoreId; readonly offerId: OfferId }>;
  readonly couriers: readonly CourierId[];
}

/** Every basket is one meal; the benchmark knows no prices. */
export const MEAL_MINOR = 2_000;
const DAY_MINUTES = 1_440;

/** Restaurants become stores that sell one dish and are always open, couriers wait for their shifts. */
export async function openInstanceMarket(
  db: Database,
  ids: IdSource,
  instance: Instance,
  places: ReplayPlaces,
): Promise<InstanceMarket> {
  const marketId = ids.next('mkt');
  const merchantId = ids.next('mer');
  const { parameters } = instance;
  const stores = instance.restaurants.map((restaurant, index) => ({
    restaurant: restaurant.id,
    storeId: ids.next('sto'),
    articleId: ids.next('art'),
    offerId: ids.next('off'),
    place: places.restaurant(index),
  }));
  const couriers = instance.couriers.map(() => ids.next('cou'));
  const reach = 2;
  await db.transaction(async (tx) => {
    await insertMarket(tx, {
      id: marketId,
      slug: `replay-${marketId.slice(4)}`,
      name: instance.name,
      currency: currency('USD'),
      timeZone: 'UTC',
      languages: ['en'],
      centre: { lat: 0, lng: 0 },
      bounds: { south: -reach, west: -reach, north: reach, east: reach },
      attribution: '',
      mapSource: 'none',
      policy: {
        commissionBp: basisPoints(2_000),
        serviceFeeBp: basisPoints(0),
        deliveryFeeMinor: 300,
        deliveryFeePerKmMinor: 0,
        freeDistanceMetres: 0,
        taxBp: { standard: basisPoints(0), reduced: basisPoints(0), exempt: basisPoints(0) },
        courierPayPerOrderMinor: parameters.payPerOrder * 100,
        courierPayPerKmMinor: 0,
        // The promise begins about when an order can be there; its end is the benchmark's target.
        promiseWindowSeconds: parameters.targetMinutes * 60,
        paymentExpirySeconds: 600,
      },
    });
    await insertMerchants(tx, marketId, [{ id: merchantId, name: 'Restaurants' }]);
    await insertStores(
      tx,
      marketId,
      stores.map(({ storeId, restaurant, place }) => ({
        id: storeId,
        marketId,
        merchantId,
        name: restaurant,
        kind: 'restaurant' as const,
        address: { label: restaurant, ...place },
        status: 'open' as const,
        hours: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({
          weekday,
          opensMinute: 0,
          closesMinute: DAY_MINUTES,
        })),
        zone: [
          { lat: -reach, lng: -reach },
          { lat: -reach, lng: reach },
          { lat: reach, lng: reach },
          { lat: reach, lng: -reach },
        ],
        preparationSeconds: 600,
        minimumOrderMinor: 0,
      })),
    );
    await insertArticles(
      tx,
      marketId,
      stores.map(({ articleId }) => ({
        id: articleId,
        names: { en: 'Meal' },
        category: 'Meals',
        taxClass: 'standard' as const,
      })),
    );
    await insertOffers(
      tx,
      marketId,
      stores.map(({ storeId, articleId, offerId }) => ({
        id: offerId,
        storeId,
        articleId,
        priceMinor: MEAL_MINOR,
        available: true,
        countsStock: false,
        optionGroups: [],
      })),
    );
    await insertCouriers(
      tx,
      marketId,
      couriers.map((id, index) => ({
        id,
        name: instance.couriers[index]!.id,
        vehicle: 'motorcycle' as const,
      })),
    );
  });
  return {
    marketId,
    stores: new Map(stores.map(({ restaurant, storeId, offerId }) => [restaurant, { storeId, offerId }])),
    couriers,
  };
}
