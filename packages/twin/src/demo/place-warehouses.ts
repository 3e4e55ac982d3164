import type { CityMap } from '@halfhour/engines/city';
import { distanceMetres, type LatLng } from '@halfhour/kernel';
import type { AddressField } from './address-field.ts';
import type { StoreFormatName } from './demo-market.ts';
import { STORE_FORMATS } from './store-formats.ts';

export interface WarehouseSite {
  readonly name: string;
  readonly format: StoreFormatName;
  /** Row of the address table. */
  readonly row: number;
}

const GAP_METRES = 2_500;
const NEIGHBOURHOODS = ['suburb', 'neighbourhood', 'quarter'];

/**
 * Where the platform's own warehouses stand: in the quarters with the most homes and stores around
 * them, 2.5 km from one another. A city without named quarters gets them at its densest doors, numbered.
 */
export function placeWarehouses(
  city: CityMap,
  field: AddressField,
  stores: readonly LatLng[],
  formats: readonly StoreFormatName[],
): WarehouseSite[] {
  const quarters = city.places.filter((place) => NEIGHBOURHOODS.includes(place.kind));
  const points: readonly (LatLng & { readonly name?: string })[] = quarters.length > 0 ? quarters : stores;
  const ranked = points
    .map((point) => {
      const near = stores.filter((store) => distanceMetres(store, point) < 1_800).length;
      return { point, near: near * field.doorsWithin(point, 1_800) };
    })
    .sort((a, b) => b.near - a.near);
  const sites: WarehouseSite[] = [];
  const taken: LatLng[] = [];
  // The gap is a wish: a small city has no room for it.
  for (const gapMetres of [GAP_METRES, GAP_METRES / 4, 0]) {
    for (const { point } of ranked) {
      if (sites.length === formats.length) return sites;
      if (taken.includes(point) || taken.some((other) => distanceMetres(other, point) < gapMetres)) continue;
      const row = field.nearest(point);
      if (row === undefined) continue;
      const format = formats[sites.length]!;
      const title = STORE_FORMATS[format].kind === 'lightning_warehouse' ? 'Lightning' : 'Front';
      sites.push({
        name: `Halfhour ${title} ${quarters.length > 0 ? point.name : sites.length + 1}`,
        format,
        row,
      });
      taken.push(point);
    }
  }
  return sites;
}
