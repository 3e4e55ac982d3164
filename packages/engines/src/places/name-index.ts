import MiniSearch from 'minisearch';
import type { LatLng } from '@halfhour/kernel';
import type { CityMap } from '@halfhour/engines/city';
import { foldText } from './fold-text.ts';

/** A street or a place, as the text index knows it. */
export interface NamedThing extends LatLng {
  readonly id: number;
  readonly label: string;
  readonly kind: 'street' | 'place';
  readonly folded: string;
  /** Index into the address table's `streetNames`, where the street has addresses. */
  readonly addressStreet?: number;
  readonly name: string;
  /** What a place is (`pharmacy`, `fast food`) and the street it is on. */
  readonly about: string;
}

/**
 * The text index over street names and places. House numbers are not in it: 205,000 addresses as documents
 * would take seconds and half a gigabyte, and each would compete with its 300 neighbours.
 */
export function createNameIndex(city: CityMap): { things: NamedThing[]; index: MiniSearch<NamedThing> } {
  const things: NamedThing[] = [];
  const add = (thing: Omit<NamedThing, 'id' | 'folded'>): void => {
    things.push({ ...thing, id: things.length, folded: foldText(thing.name) });
  };
  for (const [name, { lat, lng, addressStreet }] of streetsByName(city)) {
    const street = addressStreet === undefined ? {} : { addressStreet };
    add({ label: name, kind: 'street', name, about: '', lat, lng, ...street });
  }
  for (const { name, kind, street, houseNumber, lat, lng } of city.places) {
    const where =
      street === undefined ? '' : `, ${street}${houseNumber === undefined ? '' : ` ${houseNumber}`}`;
    const about = `${kind.replaceAll('_', ' ')} ${street ?? ''}`;
    add({ label: `${name}${where}`, kind: 'place', name, about, lat, lng });
  }
  const index = new MiniSearch<NamedThing>({
    fields: ['name', 'about'],
    storeFields: [],
    processTerm: wordOf,
    searchOptions: {
      boost: { name: 3 },
      prefix: (term) => term.length > 1,
      // Numbers are names of streets and not to be guessed; short words would match half the city.
      fuzzy: (term) => (term.length < 4 || /\d/.test(term) ? false : 0.2),
      weights: { prefix: 0.5, fuzzy: 0.3 },
    },
  });
  index.addAll(things);
  return { things, index };
}

/** Small words are in half of all names and tell none apart. */
const SMALL_WORDS = new Set(['de', 'del', 'la', 'las', 'los', 'el', 'y', 'the', 'of']);

/** Abbreviations on street signs and in people's typing that are not simply the first letters of the word. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  avda: 'avenida',
  bv: 'bulevar',
  bvar: 'bulevar',
  blvr: 'bulevar',
  boulevard: 'bulevar',
  cno: 'camino',
  cnel: 'coronel',
  dr: 'doctor',
  dra: 'doctora',
  gral: 'general',
  gdor: 'gobernador',
  pte: 'presidente',
  sta: 'santa',
  sto: 'santo',
  tte: 'teniente',
};

/** The form in which a word is stored and looked for; null for one that is left out. */
function wordOf(term: string): string | null {
  const word = foldText(term);
  if (word === '' || SMALL_WORDS.has(word)) return null;
  return ABBREVIATIONS[word] ?? word;
}

/** Each street name once, at the middle one of its addresses, or of its points where it has none. */
function streetsByName(city: CityMap): Map<string, LatLng & { addressStreet?: number }> {
  const streets = new Map<string, LatLng & { addressStreet?: number }>();
  const { addresses } = city;
  addresses.streetNames.forEach((name, addressStreet) => {
    const row = (addresses.firstOfStreet[addressStreet]! + addresses.firstOfStreet[addressStreet + 1]!) >> 1;
    streets.set(name, { lat: addresses.lat[row]!, lng: addresses.lng[row]!, addressStreet });
  });
  const unaddressed = new Map<string, LatLng[]>();
  for (const { name, points } of city.streets) {
    if (name === undefined || streets.has(name)) continue;
    const known = unaddressed.get(name);
    if (known === undefined) unaddressed.set(name, [...points]);
    else known.push(...points);
  }
  for (const [name, points] of unaddressed) streets.set(name, points[points.length >> 1]!);
  return streets;
}
