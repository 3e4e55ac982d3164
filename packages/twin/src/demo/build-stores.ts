import type { Address } from '@halfhour/contract';
import type { CityMap } from '@halfhour/engines/city';
import type { LatLng, Random } from '@halfhour/kernel';
import { type AddressField, contractAddress } from './address-field.ts';
import { choosePlaces } from './choose-places.ts';
import { readCatalogues } from './content/catalogues.ts';
import { slugOf } from './content/parse-menu.ts';
import { deliveryZone } from './delivery-zone.ts';
import type { DemoMerchant, DemoOffer, DemoStore, StoreFormatName } from './demo-market.ts';
import { openingHours } from './opening-hours.ts';
import { placeWarehouses } from './place-warehouses.ts';
import { chainKey, displayName } from './recognise-format.ts';
import { priceList, stockOffers } from './stock-store.ts';
import { STORE_FORMATS } from './store-formats.ts';

const OWN: DemoMerchant = { key: 'halfhour', name: 'Halfhour' };

interface Site {
  readonly format: StoreFormatName;
  readonly name: string;
  readonly merchant: DemoMerchant;
  readonly address: Address;
}

/** The stores of the market with what they sell, and the merchants they belong to. */
export function buildStores(
  city: CityMap,
  field: AddressField,
  count: number,
  random: Random,
): { merchants: DemoMerchant[]; stores: DemoStore[] } {
  const sites = findSites(city, field, count, random.fork('places'));
  const catalogues = readCatalogues();
  const merchants = new Map<string, DemoMerchant>();
  const lists = new Map<string, DemoOffer[]>();
  const stores = sites.map(({ format, name, merchant, address }, index): DemoStore => {
    const settings = STORE_FORMATS[format];
    const own = random.fork(`store ${index}`);
    const listKey = `${merchant.key}/${format}`;
    const list =
      lists.get(listKey) ??
      priceList(merchant.key, settings, catalogues[format], random.fork(`prices ${listKey}`));
    lists.set(listKey, list);
    merchants.set(merchant.key, merchant);
    return {
      key: `store-${String(index + 1).padStart(3, '0')}-${slugOf(name)}`.slice(0, 60),
      merchantKey: merchant.key,
      name,
      kind: settings.kind,
      format,
      address,
      hours: openingHours(settings.hours, own),
      zone: deliveryZone(field, address, settings.radiusMetres * (0.9 + 0.2 * own.next())),
      preparationSeconds: Math.round((settings.preparationSeconds * (0.85 + 0.3 * own.next())) / 60) * 60,
      minimumOrderMinor: settings.minimumPesos * 100,
      offers: stockOffers(list, settings, own),
      // Few stores are loved and many known: a lognormal spread of about one to five.
      popularity: Math.round(Math.exp(0.55 * (own.next() + own.next() + own.next() - 1.5) * 2) * 100) / 100,
    };
  });
  return { merchants: [...merchants.values()], stores };
}

function findSites(city: CityMap, field: AddressField, count: number, random: Random): Site[] {
  const warehouses = Array.from(
    { length: Math.max(2, Math.round(count / 30)) },
    (_, index): StoreFormatName => (index % 2 === 0 ? 'lightning_warehouse' : 'front_warehouse'),
  );
  const chosen = choosePlaces(city, field, count - warehouses.length, random);
  const isSpanish = city.timeZone === 'America/Montevideo';
  const used = new Set<string>();
  const chains = new Map<string, number>();
  for (const { place } of chosen)
    chains.set(chainKey(place.name), (chains.get(chainKey(place.name)) ?? 0) + 1);
  const sites = chosen.map(({ place, format }): Site => {
    const address = placeAddress(field, place);
    const plain = displayName(place, format, isSpanish);
    const chain = chainKey(place.name);
    const street = place.street ?? address.label.replace(/ \S+$/, '');
    let name = (chains.get(chain) ?? 0) > 1 ? `${plain} · ${street}` : plain;
    for (let number = 2; used.has(name); number++) name = `${plain} · ${street} ${number}`;
    used.add(name);
    return {
      format,
      name,
      merchant: { key: `${format}-${chain}`, name: plain.replace(/ \d+$/, '') },
      address,
    };
  });
  const own = placeWarehouses(
    city,
    field,
    chosen.map(({ place }) => place),
    warehouses,
  );
  for (const { name, format, row } of own) {
    sites.push({ format, name, merchant: OWN, address: contractAddress(field.table, row) });
  }
  return sites;
}

/** The address that the map gives, else the nearest door's, at the place's own position. */
function placeAddress(
  field: AddressField,
  place: LatLng & { street?: string; houseNumber?: string },
): Address {
  const { lat, lng } = place;
  if (place.street !== undefined && place.houseNumber !== undefined) {
    return { label: `${place.street} ${place.houseNumber}`, lat, lng };
  }
  const row = field.nearest(place);
  if (row === undefined) return { label: place.street ?? `${lat.toFixed(5)}, ${lng.toFixed(5)}`, lat, lng };
  return { ...contractAddress(field.table, row), lat, lng };
}
