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
    bounds: serviceArea(stores.map((store) => store.address)),
    attribution: city.attribution,
    merchants,
    stores,
    couriers: buildCouriers(field, stores, couriers, random.fork('couriers')),
    shoppers: buildShoppers(field, stores, shoppers, random.fork('shoppers')),
  };
}

/** Where nearly all stores are, and the streets around them: what a map shows first. */
function serviceArea(places: readonly { readonly lat: number; readonly lng: number }[]): CityMap['bounds'] {
  const lats = places.map((place) => place.lat).sort((a, b) => a - b);
  const lngs = places.map((place) => place.lng).sort((a, b) => a - b);
  const at = (sorted: readonly number[], share: number): number =>
    sorted[Math.round((sorted.length - 1) * share)]!;
  return {
    south: at(lats, 0.02) - MARGIN_DEGREES,
    west: at(lngs, 0.02) - MARGIN_DEGREES,
    north: at(lats, 0.98) + MARGIN_DEGREES,
    east: at(lngs, 0.98) + MARGIN_DEGREES,
  };
}

/** About a kilometre. */
const MARGIN_DEGREES = 0.01;
