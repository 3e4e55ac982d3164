import type { CityMap } from '@halfhour/engines/city';
import type { Random } from '@halfhour/kernel';
import { createAddressField } from './address-field.ts';
import { buildCouriers } from './build-couriers.ts';
import { buildShoppers } from './build-shoppers.ts';
import { buildStores } from './build-stores.ts';
import { slugOf } from './content/parse-menu.ts';
import type { DemoMarket } from './demo-market.ts';

export interface DemoMarketOptions {
  readonly stores?: number;
  readonly couriers?: number;
  readonly shoppers?: number;
}

/**
 * Builds a market for a city: real places as stores with invented catalogues, couriers and shoppers. Pure:
 * the same city, random and options give the same market. About a second for Montevideo. A city with fewer
 * suitable places than `stores` gives fewer stores.
 */
export function buildDemoMarket(city: CityMap, random: Random, options: DemoMarketOptions = {}): DemoMarket {
  const { stores: storeCount = 120, couriers = 150, shoppers = 2_500 } = options;
  const field = createAddressField(city);
  const { merchants, stores } = buildStores(city, field, storeCount, random.fork('stores'));
  const mean = (of: (place: { lat: number; lng: number }) => number): number =>
    stores.reduce((sum, store) => sum + of(store.address), 0) / stores.length;
  return {
    slug: slugOf(city.name),
    name: city.name,
    currency: 'UYU',
    timeZone: city.timeZone,
    languages: ['es', 'en', 'zh'],
    centre: { lat: mean((place) => place.lat), lng: mean((place) => place.lng) },
    bounds: city.bounds,
    attribution: city.attribution,
    merchants,
    stores,
    couriers: buildCouriers(field, stores, couriers, random.fork('couriers')),
    shoppers: buildShoppers(field, stores, shoppers, random.fork('shoppers')),
  };
}
