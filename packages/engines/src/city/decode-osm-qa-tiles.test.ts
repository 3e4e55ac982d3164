import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbfWriter } from 'pbf';
import { addressAt } from './city-map.ts';
import { decodeOsmQaTiles, type MapTile } from './decode-osm-qa-tiles.ts';

const CITY = { name: 'Testville', timeZone: 'UTC' };
const EXTENT = 2 ** 20;
type Point = readonly [x: number, y: number];
interface Feature {
  readonly type: 1 | 2 | 3;
  readonly points: readonly Point[];
  readonly tags: Readonly<Record<string, string | number>>;
}

test('a street cut at a tile border ends in both tiles on the same point', () => {
  const tags = { '@id': 1, '@type': 'way', highway: 'residential', name: 'Long Street' };
  const city = decodeOsmQaTiles(
    [
      tile(2048, 1024, [
        {
          type: 2,
          tags,
          points: [
            [EXTENT - 9000, 500],
            [EXTENT, 700],
          ],
        },
      ]),
      tile(2049, 1024, [
        {
          type: 2,
          tags,
          points: [
            [0, 700],
            [9000, 900],
          ],
        },
      ]),
    ],
    CITY,
  );
  assert.equal(city.streets.length, 2);
  assert.deepEqual(city.streets[0]!.points[1], city.streets[1]!.points[0]);
  assert.equal(city.streets[0]!.name, 'Long Street');
  assert.equal(city.attribution, '© OpenStreetMap contributors');
});

test('one-way streets run along their points, also those mapped against them', () => {
  const points: Point[] = [
    [0, 0],
    [100, 0],
  ];
  const street = (id: number, tags: Feature['tags']): Feature => ({
    type: 2,
    points,
    tags: { '@id': id, ...tags },
  });
  const { streets } = decodeOsmQaTiles(
    [
      tile(0, 0, [
        street(1, { highway: 'primary_link', oneway: 'yes' }),
        street(2, { highway: 'tertiary', oneway: '-1' }),
        street(3, { highway: 'residential', oneway: 'no', junction: 'roundabout' }),
        street(4, { highway: 'residential', junction: 'roundabout' }),
      ]),
    ],
    CITY,
  );
  assert.deepEqual(
    streets.map((street) => street.oneway),
    [true, true, false, true],
  );
  assert.deepEqual(
    streets.map((street) => street.kind),
    ['primary', 'tertiary', 'residential', 'residential'],
  );
  assert.deepEqual(streets[1]!.points, streets[0]!.points.toReversed());
});

test('footpaths, private roads and parking aisles are left out', () => {
  const points: Point[] = [
    [0, 0],
    [100, 0],
  ];
  const kept = { type: 2, points, tags: { '@id': 9, highway: 'service' } } as const;
  const left = [
    { highway: 'footway' },
    { highway: 'construction' },
    { highway: 'residential', access: 'private' },
    { highway: 'service', service: 'parking_aisle' },
  ].map((tags, index) => ({ type: 2, points, tags: { '@id': index, ...tags } }) as const);
  assert.equal(decodeOsmQaTiles([tile(0, 0, [kept, ...left])], CITY).streets.length, 1);
});

test('addresses and places are taken once, split by door number, and without the names of mappers', () => {
  const tags = {
    '@id': 7,
    '@type': 'node',
    '@user': 'somebody',
    '@uid': 42,
    name: 'Farmacia Sol',
    amenity: 'pharmacy',
    'addr:street': 'Calle Uno',
    'addr:housenumber': '12;14, 9',
  };
  const city = decodeOsmQaTiles(
    [
      tile(0, 0, [{ type: 1, tags, points: [[EXTENT, 5]] }]),
      tile(1, 0, [{ type: 1, tags, points: [[0, 5]] }]),
    ],
    CITY,
  );
  assert.deepEqual(
    [0, 1, 2].map((row) => addressAt(city.addresses, row).houseNumber),
    ['9', '12', '14'],
  );
  assert.equal(city.addresses.length, 3);
  assert.equal(city.places.length, 1);
  const [{ name, kind, street, houseNumber }] = city.places as [(typeof city.places)[0]];
  assert.deepEqual(
    { name, kind, street, houseNumber },
    {
      name: 'Farmacia Sol',
      kind: 'pharmacy',
      street: 'Calle Uno',
      houseNumber: '12',
    },
  );
  assert.ok(!/somebody|@u/.test(JSON.stringify(city)));
});

test('water, parks and beaches become areas, a building with a shop a place in its middle', () => {
  const points: Point[] = [
    [0, 0],
    [2000, 0],
    [2000, 2000],
    [0, 2000],
  ];
  const polygon = (id: number, tags: Feature['tags']): Feature => ({
    type: 3,
    points,
    tags: { '@id': id, ...tags },
  });
  const city = decodeOsmQaTiles(
    [
      tile(0, 0, [
        polygon(1, { natural: 'water' }),
        polygon(2, { leisure: 'park' }),
        polygon(3, { natural: 'beach' }),
        polygon(4, { building: 'yes', shop: 'yes', name: 'Tienda' }),
        {
          type: 2,
          points: [
            [0, 0],
            [2000, 2000],
          ],
          tags: { '@id': 5, highway: 'service' },
        },
      ]),
    ],
    CITY,
  );
  assert.deepEqual(
    city.areas.map((area) => area.kind),
    ['water', 'park', 'beach'],
  );
  const [from, to] = city.streets[0]!.points as [{ lat: number; lng: number }, { lat: number; lng: number }];
  assert.equal(city.places[0]!.kind, 'shop');
  assert.ok(Math.abs(city.places[0]!.lng - (from.lng + to.lng) / 2) < 1e-6);
  assert.ok(Math.abs(city.places[0]!.lat - (from.lat + to.lat) / 2) < 1e-6);
});

test('tiles without a street or an address are refused', () => {
  assert.throws(() => decodeOsmQaTiles([], CITY), RangeError);
});

/** Writes a Mapbox Vector Tile 2.1 with one layer `osm`. */
function tile(x: number, y: number, features: readonly Feature[]): MapTile {
  const writer = new PbfWriter();
  const keys: string[] = [];
  const values: (string | number)[] = [];
  const indexIn = <T>(list: T[], item: T): number => {
    if (!list.includes(item)) list.push(item);
    return list.indexOf(item);
  };
  const layer = (_: null, pbf: PbfWriter): void => {
    pbf.writeVarintField(15, 2);
    pbf.writeStringField(1, 'osm');
    for (const feature of features) {
      const message = (_feature: null, inner: PbfWriter): void => {
        const tags = Object.entries(feature.tags).flatMap(([key, value]) => [
          indexIn(keys, key),
          indexIn(values, value),
        ]);
        inner.writePackedVarint(2, tags);
        inner.writeVarintField(3, feature.type);
        inner.writePackedVarint(4, commands(feature));
      };
      pbf.writeMessage(2, message, null);
    }
    for (const key of keys) pbf.writeStringField(3, key);
    for (const value of values) {
      const message = (_value: null, inner: PbfWriter): void => {
        if (typeof value === 'string') inner.writeStringField(1, value);
        else inner.writeVarintField(5, value);
      };
      pbf.writeMessage(4, message, null);
    }
    pbf.writeVarintField(5, EXTENT);
  };
  writer.writeMessage(3, layer, null);
  return { z: 12, x, y, bytes: writer.finish() };
}

function commands({ type, points }: Feature): number[] {
  const zigzag = (value: number): number => (value << 1) ^ (value >> 31);
  const out: number[] = [];
  let at: Point = [0, 0];
  points.forEach((point, index) => {
    if (index === 0) out.push((1 << 3) | 1);
    if (index === 1) out.push(((points.length - 1) << 3) | 2);
    out.push(zigzag(point[0] - at[0]), zigzag(point[1] - at[1]));
    at = point;
  });
  if (type === 3) out.push((1 << 3) | 7);
  return out;
}
