import type { CityMap, Place } from '@halfhour/engines/city';
import { distanceMetres, type Random } from '@halfhour/kernel';
import type { AddressField } from './address-field.ts';
import type { StoreFormatName } from './demo-market.ts';
import { chainKey, recogniseFormat } from './recognise-format.ts';
import { FORMAT_NAMES, isWarehouse, STORE_FORMATS } from './store-formats.ts';

export interface ChosenPlace {
  readonly place: Place;
  readonly format: StoreFormatName;
}

const CHAIN_LIMIT = 3;
const CHAIN_GAP_METRES = 1_000;
/** Doors within 1.5 km below which a store would hardly ever get an order. */
const LEAST_DOORS = 500;

interface Candidate extends ChosenPlace {
  readonly weight: number;
}

/**
 * Chooses real places as stores: so many of each format, more where the city is dense, at most three of a
 * chain and those a kilometre apart. What a format lacks the others make up for, in turn.
 */
export function choosePlaces(
  city: CityMap,
  field: AddressField,
  count: number,
  random: Random,
): ChosenPlace[] {
  const pools = candidatesByFormat(city, field);
  const chosen: ChosenPlace[] = [];
  const take = (format: StoreFormatName, wanted: number): number => {
    const pool = pools.get(format)!;
    let taken = 0;
    while (taken < wanted && pool.length > 0) {
      const [candidate] = pool.splice(weightedIndex(pool, random), 1) as [Candidate];
      if (!mayJoin(candidate, chosen)) continue;
      chosen.push({ place: candidate.place, format });
      taken += 1;
    }
    return taken;
  };
  const formats = FORMAT_NAMES.filter((format) => !isWarehouse(format));
  const total = formats.reduce((sum, format) => sum + STORE_FORMATS[format].share, 0);
  let shares = 0;
  for (const format of formats) {
    const before = Math.round((shares * count) / total);
    shares += STORE_FORMATS[format].share;
    take(format, Math.round((shares * count) / total) - before);
  }
  for (let progress = true; progress && chosen.length < count;) {
    progress = false;
    for (const format of formats) {
      if (chosen.length < count && take(format, 1) === 1) progress = true;
    }
  }
  return chosen;
}

function candidatesByFormat(city: CityMap, field: AddressField): Map<StoreFormatName, Candidate[]> {
  const pools = new Map<StoreFormatName, Candidate[]>(FORMAT_NAMES.map((format) => [format, []]));
  const recognised = city.places.flatMap((place) => {
    const format = recogniseFormat(place);
    return format === undefined ? [] : [{ place, format }];
  });
  // A small made-up city has fewer doors in reach than a quarter of a real one.
  const leastDoors = Math.min(LEAST_DOORS, city.addresses.length / 10);
  for (const { place, format } of recognised) {
    if (field.doorsWithin(place, 1_500) < leastDoors) continue;
    let neighbours = 0;
    for (const other of recognised) {
      // A box first: the great-circle distance of some million pairs would take a second.
      if (Math.abs(other.place.lat - place.lat) > 0.0065 || Math.abs(other.place.lng - place.lng) > 0.008)
        continue;
      neighbours += 1;
    }
    pools.get(format)!.push({ place, format, weight: neighbours ** 1.2 });
  }
  return pools;
}

function mayJoin({ place }: ChosenPlace, chosen: readonly ChosenPlace[]): boolean {
  const chain = chainKey(place.name);
  const siblings = chosen.filter((each) => chainKey(each.place.name) === chain);
  if (siblings.length >= CHAIN_LIMIT) return false;
  return siblings.every((each) => distanceMetres(each.place, place) >= CHAIN_GAP_METRES);
}

function weightedIndex(pool: readonly Candidate[], random: Random): number {
  let mark = random.next() * pool.reduce((sum, candidate) => sum + candidate.weight, 0);
  const index = pool.findIndex((candidate) => (mark -= candidate.weight) < 0);
  return index < 0 ? pool.length - 1 : index;
}
