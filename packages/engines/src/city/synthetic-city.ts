import { seededRandom, type LatLng, type Random } from '@halfhour/kernel';
import {
  boundsOf,
  createAddressTable,
  type Address,
  type Area,
  type CityMap,
  type Place,
  type Street,
  type StreetKind,
} from './city-map.ts';

export interface SyntheticCityOptions {
  /** Blocks on each side of the square; 12 gives 169 crossings, 136 about as many as Montevideo. */
  readonly blocks?: number;
  /** House doors on one side of a block. */
  readonly doorsPerBlock?: number;
}

/** Degrees of latitude a block; about 100 m. */
const BLOCK_DEGREES = 0.0009;
const CENTRE: LatLng = { lat: 40, lng: 20 };
// prettier-ignore
const NAMES = [
  'Acacia', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fig', 'Garnet', 'Hazel', 'Iris', 'Juniper', 'Kestrel',
  'Linden', 'Maple', 'Nectar', 'Olive', 'Poplar', 'Quarry', 'Rowan', 'Sorrel', 'Tulip', 'Umber', 'Violet',
  'Willow', 'Xenia', 'Yarrow', 'Zinnia',
] as const;

/** How many places of a kind a hundred blocks have; the order of magnitude of a dense real city. */
const PLACES_PER_100_BLOCKS: readonly (readonly [kind: string, count: number, title: string])[] = [
  ['restaurant', 12, 'Kitchen'],
  ['cafe', 6, 'Café'],
  ['fast_food', 6, 'Grill'],
  ['convenience', 10, 'Corner Shop'],
  ['supermarket', 4, 'Market'],
  ['pharmacy', 5, 'Pharmacy'],
  ['bakery', 3, 'Bakery'],
  ['electronics', 2, 'Electronics'],
  ['florist', 1, 'Flowers'],
];

/**
 * A made-up city of the same shape as a decoded one, for unit tests and for scale: a jittered square grid,
 * an artery every fifth street, the residential streets between them one-way in turn. The streets on the
 * edge are two-way, and every one-way street runs from edge to edge, so that all of it is one strongly
 * connected component. The same seed and options give the same city.
 */
export function syntheticCity(seed: string | number, options: SyntheticCityOptions = {}): CityMap {
  const { blocks = 12, doorsPerBlock = 6 } = options;
  if (!Number.isInteger(blocks) || blocks < 1 || blocks > 2_000) {
    throw new RangeError(`blocks must be a whole number from 1 to 2000, not ${blocks}`);
  }
  const random = seededRandom(`synthetic-city/${seed}`);
  const corners = cornersOf(blocks, random.fork('corners'));
  const streets: Street[] = [];
  const addresses: Address[] = [];
  for (const axis of ['Street', 'Avenue'] as const) {
    for (let line = 0; line <= blocks; line++) {
      const points = corners.map((row, index) => (axis === 'Street' ? corners[line]![index]! : row[line]!));
      const kind = kindOfLine(line, blocks);
      const oneway = kind === 'residential';
      const name = `${NAMES[line % NAMES.length]!} ${axis}${line < NAMES.length ? '' : ` ${Math.floor(line / NAMES.length) + 1}`}`;
      streets.push({ name, kind, oneway, points: oneway && line % 2 === 1 ? points.toReversed() : points });
      addDoors(addresses, name, points, doorsPerBlock);
    }
  }
  const table = createAddressTable(addresses);
  return {
    name: `Synthetic city ${seed}`,
    attribution: 'Made-up data',
    timeZone: 'UTC',
    bounds: boundsOf(streets, table),
    streets,
    addresses: table,
    places: placesAt(addresses, blocks, random.fork('places')),
    areas: parksOf(corners, random.fork('parks')),
  };
}

function cornersOf(blocks: number, random: Random): LatLng[][] {
  const jitter = (): number => (random.next() - 0.5) * 0.3 * BLOCK_DEGREES;
  const lngDegrees = BLOCK_DEGREES / Math.cos((CENTRE.lat * Math.PI) / 180);
  return Array.from({ length: blocks + 1 }, (_, row) =>
    Array.from({ length: blocks + 1 }, (_unused, column) => ({
      lat: CENTRE.lat + (row - blocks / 2) * BLOCK_DEGREES + jitter(),
      lng: CENTRE.lng + (column - blocks / 2) * lngDegrees + jitter(),
    })),
  );
}

function kindOfLine(line: number, blocks: number): StreetKind {
  if (line === 0 || line === blocks) return 'secondary';
  if (line % 10 === 0) return 'primary';
  return line % 5 === 0 ? 'tertiary' : 'residential';
}

/** Doors 12 m off the middle of the street, a hundred numbers a block, even on one side, odd on the other. */
function addDoors(
  addresses: Address[],
  street: string,
  points: readonly LatLng[],
  doorsPerBlock: number,
): void {
  const offsetDegrees = 12 / 111_195;
  for (let block = 0; block + 1 < points.length; block++) {
    const from = points[block]!;
    const to = points[block + 1]!;
    const length = Math.hypot(to.lat - from.lat, to.lng - from.lng);
    const acrossLat = (-(to.lng - from.lng) / length) * offsetDegrees;
    const acrossLng = ((to.lat - from.lat) / length) * offsetDegrees;
    for (let door = 0; door < doorsPerBlock; door++) {
      const share = (door + 0.5) / doorsPerBlock;
      const number = (block + 1) * 100 + 2 * Math.floor((share * 100) / 2);
      for (const side of [0, 1]) {
        const sign = side === 0 ? 1 : -1;
        addresses.push({
          street,
          houseNumber: String(number + side),
          lat: from.lat + (to.lat - from.lat) * share + sign * acrossLat,
          lng: from.lng + (to.lng - from.lng) * share + sign * acrossLng,
        });
      }
    }
  }
}

/** Each kind at least once, so that the smallest city can be shopped in. */
function placesAt(addresses: readonly Address[], blocks: number, random: Random): Place[] {
  if (addresses.length === 0) return [];
  return PLACES_PER_100_BLOCKS.flatMap(([kind, per100Blocks, title]) => {
    const count = Math.max(1, Math.round((per100Blocks * blocks * blocks) / 100));
    return Array.from({ length: count }, (_, index) => {
      const { street, houseNumber, lat, lng } = random.pick(addresses);
      const name = `${random.pick(NAMES)} ${title}${index < NAMES.length ? '' : ` ${index}`}`;
      return { name, kind, lat, lng, street, houseNumber };
    });
  });
}

/** About one block in fifty is a park. */
function parksOf(corners: readonly (readonly LatLng[])[], random: Random): Area[] {
  const areas: Area[] = [];
  for (let row = 0; row + 1 < corners.length; row++) {
    for (let column = 0; column + 1 < corners.length; column++) {
      if (random.below(50) !== 0) continue;
      const south = corners[row]!;
      const north = corners[row + 1]!;
      const ring = [south[column]!, south[column + 1]!, north[column + 1]!, north[column]!, south[column]!];
      areas.push({ kind: 'park', rings: [ring] });
    }
  }
  return areas;
}
