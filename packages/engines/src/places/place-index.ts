import Flatbush from 'flatbush';
import type MiniSearch from 'minisearch';
import { distanceMetres, type LatLng } from '@halfhour/kernel';
import { addressAt, type AddressTable, type CityMap } from '@halfhour/engines/city';
import { findDoors } from './find-doors.ts';
import { createNameIndex, type NamedThing } from './name-index.ts';
import { parsePlaceQuery } from './place-query.ts';

export interface FoundPlace extends LatLng {
  /** As a person writes it: `Calle Buxareo 1234`, `Farmashop, Avenida 8 de Octubre 2500`. */
  readonly label: string;
  readonly kind: 'address' | 'street' | 'place';
}

export interface PlaceSearchOptions {
  /** Prefers what is near here among equally good names. */
  readonly near?: LatLng;
  /** 1 to 50; 10 where absent. */
  readonly limit?: number;
}

export interface PlaceIndex {
  /**
   * Addresses, streets and places for what a person typed, best first. Accents and case do not matter,
   * words may be begun (`farm`) or misspelt by a letter or two, in any order; a house number that does not
   * exist gives the nearest one of that street. An empty or unknown text gives an empty list.
   */
  search(query: string, options?: PlaceSearchOptions): FoundPlace[];
  /** The house address nearest to a position, as the crow flies; undefined in a city without addresses. */
  reverse(position: LatLng): FoundPlace | undefined;
}

const MAX_QUERY_CHARACTERS = 120;
/** Names looked at before distance decides among them: more than a city has pharmacies. */
const MAX_NAMES = 500;
/** Streets whose house numbers are looked up for one reading of a query. */
const MAX_STREETS = 40;
/** At this distance a name counts half of what it counts next door. */
const HALF_SCORE_METRES = 3_000;
/** A house number found says more than any resemblance of names. */
const EXACT_NUMBER = 4;
const NEAREST_NUMBER = 1.5;
const SOME_WORDS = 0.3;
/** The name in full before a name that contains it, and a street before the shops that are called after it. */
const SAME_NAME = 1.5;
const STREET = 1.5;

interface Scored extends FoundPlace {
  readonly score: number;
}

/** Builds the index: about 10,000 names, with the house numbers looked up by street (0.2 s for Montevideo). */
export function createPlaceIndex(city: CityMap): PlaceIndex {
  const { addresses } = city;
  const { things, index: names } = createNameIndex(city);
  const lngScale = Math.cos((((city.bounds.south + city.bounds.north) / 2) * Math.PI) / 180);
  const doors = indexDoors(addresses, lngScale);

  return {
    search(query, options = {}) {
      const limit = Math.min(50, Math.max(1, Math.floor(options.limit ?? 10)));
      const { text, readings } = parsePlaceQuery(query.slice(0, MAX_QUERY_CHARACTERS));
      const found: Scored[] = [];
      const add = (place: FoundPlace, score: number): void => {
        const metres = options.near === undefined ? 0 : distanceMetres(place, options.near);
        found.push({ ...place, score: score / (1 + metres / HALF_SCORE_METRES) });
      };
      for (const { id, score } of findNames(names, text, MAX_NAMES)) {
        const thing = things[id]!;
        const { label, kind, lat, lng } = thing;
        const fit = (thing.folded === text ? SAME_NAME : 1) * (kind === 'street' ? STREET : 1);
        add({ label, kind, lat, lng }, score * fit);
      }
      for (const { street, houseNumber } of readings) {
        for (const { id, score } of findNames(names, street, MAX_STREETS)) {
          const thing = things[id]!;
          if (thing.addressStreet === undefined) continue;
          // `Rivera 2500` means the street of that very name before `Avenida General Rivera`, if there is one.
          const fit = thing.folded === street ? SAME_NAME : 1;
          for (const door of findDoors(addresses, thing.addressStreet, houseNumber)) {
            const weight = door.isExact ? EXACT_NUMBER : NEAREST_NUMBER;
            add(addressPlace(addresses, door.row), score * weight * fit);
          }
        }
      }
      found.sort((a, b) => b.score - a.score);
      return takeDistinct(found, limit);
    },
    reverse(position) {
      const row = doors?.neighbors(position.lng * lngScale, position.lat, 1)[0];
      return row === undefined ? undefined : addressPlace(addresses, row);
    },
  };
}

/** All words must match; where that finds nothing, any, and then it says less. */
function findNames(
  names: MiniSearch<NamedThing>,
  text: string,
  limit: number,
): { id: number; score: number }[] {
  if (text === '') return [];
  const all = names.search(text, { combineWith: 'AND' });
  const found = all.length > 0 ? all : names.search(text, { combineWith: 'OR' });
  const weight = all.length > 0 ? 1 : SOME_WORDS;
  return found.slice(0, limit).map(({ id, score }) => ({ id: Number(id), score: score * weight }));
}

function addressPlace(addresses: AddressTable, row: number): FoundPlace {
  const { street, houseNumber, lat, lng } = addressAt(addresses, row);
  return { label: `${street} ${houseNumber}`, kind: 'address', lat, lng };
}

/** Without repeats of one label within 300 m: doors of one building, a shop mapped twice. */
function takeDistinct(found: readonly Scored[], limit: number): FoundPlace[] {
  const taken: FoundPlace[] = [];
  for (const { label, kind, lat, lng } of found) {
    if (taken.length === limit) break;
    const repeats = taken.some((other) => other.label === label && distanceMetres(other, { lat, lng }) < 300);
    if (!repeats) taken.push({ label, kind, lat, lng });
  }
  return taken;
}

function indexDoors(addresses: AddressTable, lngScale: number): Flatbush | undefined {
  if (addresses.length === 0) return undefined;
  const index = new Flatbush(addresses.length);
  for (let row = 0; row < addresses.length; row++)
    index.add(addresses.lng[row]! * lngScale, addresses.lat[row]!);
  index.finish();
  return index;
}
