import { distanceMetres, invariant, isInside, type LatLng, type Random } from '@halfhour/kernel';
import { type AddressField, contractAddress } from './address-field.ts';
import type { DemoShopper, DemoStore } from './demo-market.ts';
import { nameGiver } from './people-names.ts';

/** A shopper whom fewer stores deliver to would see an empty app. */
const LEAST_STORES = 3;

/**
 * Shoppers at real doors. A door is taken the likelier the more stores are near it, so that orders are
 * mostly short; every shopper is inside the zone of at least three stores (fewer in a market that small).
 */
export function buildShoppers(
  field: AddressField,
  stores: readonly DemoStore[],
  count: number,
  random: Random,
): DemoShopper[] {
  const { table } = field;
  const name = nameGiver(random.fork('names'));
  const least = Math.min(LEAST_STORES, stores.length);
  const shoppers: DemoShopper[] = [];
  const tries = count * 400;
  for (let attempt = 0; shoppers.length < count; attempt++) {
    invariant(attempt < tries, 'too few doors are inside the zones of the stores');
    const row = random.below(table.length);
    const place: LatLng = { lat: table.lat[row]!, lng: table.lng[row]! };
    const near = stores.reduce(
      (sum, store) => sum + (distanceMetres(store.address, place) < 1_800 ? 1 : 0),
      0,
    );
    if (random.next() > (0.3 + near) / 18) continue;
    if (stores.filter((store) => isInside(place, store.zone)).length < least) continue;
    shoppers.push({
      key: `shopper-${String(shoppers.length + 1).padStart(4, '0')}`,
      name: name(),
      address: contractAddress(table, row, doorNote(random)),
    });
  }
  return shoppers;
}

function doorNote(random: Random): string | undefined {
  const kind = random.next();
  if (kind < 0.45) return `Apto ${100 * (1 + random.below(10)) + 1 + random.below(6)}`;
  if (kind < 0.53) return 'Timbre de abajo';
  if (kind < 0.58) return 'Portón verde';
  if (kind < 0.62) return 'Casa del fondo';
  return undefined;
}
