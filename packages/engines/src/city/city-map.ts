import type { LatLng } from '@halfhour/kernel';

/** Street classes after OpenStreetMap's `highway`; a slip road (`primary_link`) counts as its class. */
export const STREET_KINDS = [
  'motorway',
  'trunk',
  'primary',
  'secondary',
  'tertiary',
  'unclassified',
  'residential',
  'living_street',
  'service',
  'pedestrian',
] as const;
export type StreetKind = (typeof STREET_KINDS)[number];

/** A piece of street. Pieces meet where they share a point exactly; that is also how a graph joins them. */
export interface Street {
  readonly name?: string;
  readonly kind: StreetKind;
  /** Traffic only from the first point towards the last. */
  readonly oneway: boolean;
  /** Bicycles may ride a one-way street against its direction. */
  readonly contraflow?: boolean;
  readonly points: readonly LatLng[];
}

/** A turn that a sign at a crossing forbids (`no`), or commands so that all others are forbidden (`only`). */
export interface TurnRestriction {
  readonly kind: 'no' | 'only';
  /** The crossing. */
  readonly via: LatLng;
  /** The point before it on the street that is left, and the point after it on the street that is entered. */
  readonly from: LatLng;
  readonly to: LatLng;
  readonly exceptBicycles?: boolean;
}

/**
 * House addresses as columns, because a city has hundreds of thousands. Sorted by street name, then by
 * house number (a door with five numbers is five rows); the addresses of `streetNames[s]` are the rows `firstOfStreet[s]` to `firstOfStreet[s + 1]`.
 */
export interface AddressTable {
  readonly length: number;
  readonly streetNames: readonly string[];
  readonly firstOfStreet: Uint32Array;
  /** Row → index into `streetNames`. */
  readonly street: Uint32Array;
  readonly houseNumber: readonly string[];
  readonly lat: Float64Array;
  readonly lng: Float64Array;
}

export interface Address extends LatLng {
  readonly street: string;
  readonly houseNumber: string;
}

/** A named place: a shop, a restaurant, a school, a neighbourhood. */
export interface Place extends LatLng {
  readonly name: string;
  /** OpenStreetMap's own word: `restaurant`, `pharmacy`, `supermarket`, `convenience`, `suburb`, … */
  readonly kind: string;
  readonly street?: string;
  readonly houseNumber?: string;
}

/** What a map draws beneath the streets. The first ring is the outline, further ones are holes. */
export interface Area {
  readonly kind: 'water' | 'park' | 'beach';
  readonly rings: readonly (readonly LatLng[])[];
}

export interface Bounds {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** A city as the engines see it: streets to travel, addresses to deliver to, places to buy from. */
export interface CityMap {
  readonly name: string;
  /** To be shown wherever the map or anything derived from it is shown. */
  readonly attribution: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly bounds: Bounds;
  readonly streets: readonly Street[];
  /** None where the source knows none. */
  readonly turnRestrictions?: readonly TurnRestriction[];
  readonly addresses: AddressTable;
  readonly places: readonly Place[];
  readonly areas: readonly Area[];
}

/** Row `index` of the table as an object. Throws RangeError outside it. */
export function addressAt(addresses: AddressTable, index: number): Address {
  if (!(index >= 0 && index < addresses.length)) throw new RangeError(`no address ${index}`);
  return {
    street: addresses.streetNames[addresses.street[index]!]!,
    houseNumber: addresses.houseNumber[index]!,
    lat: addresses.lat[index]!,
    lng: addresses.lng[index]!,
  };
}

/** Sorts addresses into columns. */
export function createAddressTable(addresses: readonly Address[]): AddressTable {
  const byStreet = new Map<string, number[]>();
  for (let index = 0; index < addresses.length; index++) {
    const street = addresses[index]!.street;
    const rows = byStreet.get(street);
    if (rows === undefined) byStreet.set(street, [index]);
    else rows.push(index);
  }
  const streetNames = [...byStreet.keys()].sort();
  const firstOfStreet = new Uint32Array(streetNames.length + 1);
  const street = new Uint32Array(addresses.length);
  const houseNumber: string[] = [];
  const lat = new Float64Array(addresses.length);
  const lng = new Float64Array(addresses.length);
  let row = 0;
  streetNames.forEach((name, streetIndex) => {
    firstOfStreet[streetIndex] = row;
    const rows = byStreet.get(name)!;
    rows.sort((a, b) => compareHouseNumbers(addresses[a]!.houseNumber, addresses[b]!.houseNumber));
    for (const index of rows) {
      const address = addresses[index]!;
      street[row] = streetIndex;
      houseNumber.push(address.houseNumber);
      lat[row] = address.lat;
      lng[row] = address.lng;
      row += 1;
    }
  });
  firstOfStreet[streetNames.length] = row;
  return { length: addresses.length, streetNames, firstOfStreet, street, houseNumber, lat, lng };
}

/** By leading number, then by text: 9, 10, 10A, 10B. A number that starts with a letter sorts first. */
export function compareHouseNumbers(a: string, b: string): number {
  return leadingNumber(a) - leadingNumber(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function leadingNumber(houseNumber: string): number {
  const number = Number.parseInt(houseNumber, 10);
  return Number.isNaN(number) ? -1 : number;
}

/** The smallest bounds that hold all streets and addresses. Throws RangeError where there are none. */
export function boundsOf(streets: readonly Street[], addresses: AddressTable): Bounds {
  let south = Infinity;
  let west = Infinity;
  let north = -Infinity;
  let east = -Infinity;
  const take = (lat: number, lng: number): void => {
    if (lat < south) south = lat;
    if (lat > north) north = lat;
    if (lng < west) west = lng;
    if (lng > east) east = lng;
  };
  for (const { points } of streets) for (const { lat, lng } of points) take(lat, lng);
  for (let row = 0; row < addresses.length; row++) take(addresses.lat[row]!, addresses.lng[row]!);
  if (south > north) throw new RangeError('a city without streets and addresses has no bounds');
  return { south, west, north, east };
}
