import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceMetres } from '@halfhour/kernel';
import { addressAt, createAddressTable, syntheticCity, type CityMap } from '@halfhour/engines/city';
import { foldText } from './fold-text.ts';
import { createPlaceIndex } from './place-index.ts';
import { parsePlaceQuery } from './place-query.ts';

const base = syntheticCity('places', { blocks: 20 });
const doors: [street: string, houseNumber: string, lat: number, lng: number][] = [
  ['Avenida 18 de Julio', '1234', -34.9, -56.18],
  ['Avenida 18 de Julio', '1250', -34.9, -56.179],
  ['Bulevar España', '2100', -34.91, -56.16],
  ['Bulevar España', '12 B', -34.91, -56.161],
  ['Ruta 8', '500', -34.8, -56.1],
  ['Avenida General Rivera', '2500', -34.9, -56.16],
  ['Bernabé Rivera', '1531', -34.85, -56.2],
];
const MONTEVIDEO: CityMap = {
  ...base,
  streets: [
    {
      name: 'Camino sin Puertas',
      kind: 'tertiary',
      oneway: false,
      points: [
        { lat: -34.8, lng: -56 },
        { lat: -34.81, lng: -56 },
      ],
    },
  ],
  addresses: createAddressTable(
    doors.map(([street, houseNumber, lat, lng]) => ({ street, houseNumber, lat, lng })),
  ),
  places: [
    { name: 'Farmacia San Ramón', kind: 'pharmacy', lat: -34.9, lng: -56.17, street: 'Canelones' },
    { name: 'Disco', kind: 'supermarket', lat: -34.9, lng: -56.1 },
    { name: 'Disco', kind: 'supermarket', lat: -34.9, lng: -56.2 },
    { name: 'Servicentro 18 de Julio', kind: 'fuel', lat: -34.9, lng: -56.17, street: 'Avenida 18 de Julio' },
  ],
};
const montevideo = createPlaceIndex(MONTEVIDEO);
const first = (query: string): string | undefined => montevideo.search(query)[0]?.label;

test('an address is found by street and number, in either order, with what people add to it', () => {
  for (const query of [
    '18 de julio 1234',
    'Avda. 18 de Julio 1234 apto 5',
    'AV 18 de julio, 1234',
    '1234 18 de julio',
  ]) {
    assert.deepEqual(montevideo.search(query)[0], {
      label: 'Avenida 18 de Julio 1234',
      kind: 'address',
      lat: -34.9,
      lng: -56.18,
    });
  }
});

test('accents, case, abbreviations and a wrong letter do not matter', () => {
  assert.equal(first('bulevar espana 2100'), 'Bulevar España 2100');
  assert.equal(first('BV ESPAÑA 2100'), 'Bulevar España 2100');
  assert.equal(first('bulebar españa 12b'), 'Bulevar España 12 B');
  assert.equal(first('gral rivera 2500'), 'Avenida General Rivera 2500');
  assert.equal(first('farmacia san ramon'), 'Farmacia San Ramón, Canelones');
});

test('a number that belongs to the name of a street is not taken for a house', () => {
  assert.equal(first('ruta 8'), 'Ruta 8');
  assert.equal(first('ruta 8 500'), 'Ruta 8 500');
  assert.equal(first('avenida 18 de julio'), 'Avenida 18 de Julio');
});

test('a missing house number gives the nearest within a block, and nothing further off', () => {
  assert.equal(first('18 de julio 1240'), 'Avenida 18 de Julio 1234');
  assert.equal(first('rivera 2500'), 'Avenida General Rivera 2500');
  assert.ok(montevideo.search('bernabe rivera 9000').every(({ kind }) => kind !== 'address'));
});

test('places are found by what they are, streets without doors by their name', () => {
  assert.equal(first('pharmacy'), 'Farmacia San Ramón, Canelones');
  assert.equal(first('camino sin puertas'), 'Camino sin Puertas');
});

test('of two places with one name the nearer comes first', () => {
  assert.equal(montevideo.search('disco', { near: { lat: -34.9, lng: -56.19 } })[0]!.lng, -56.2);
  assert.equal(montevideo.search('disco', { near: { lat: -34.9, lng: -56.11 } })[0]!.lng, -56.1);
});

test('of very many places of one kind the nearest come first', () => {
  const near = { lat: base.bounds.north, lng: base.bounds.west };
  const [best] = createPlaceIndex(base).search('restaurant', { near });
  const distances = base.places
    .filter(({ kind }) => kind === 'restaurant')
    .map((place) => distanceMetres(place, near));
  assert.ok(distances.length > 45);
  assert.ok(distanceMetres(best!, near) < Math.min(...distances) + 200);
});

test('nothing, nonsense and enormous texts give an answer and no error', () => {
  for (const query of [
    '',
    '   ',
    '…,;',
    'xqzzv',
    '1234',
    '0'.repeat(10_000),
    'a '.repeat(10_000),
    '\u0000\ud800',
  ]) {
    assert.ok(Array.isArray(montevideo.search(query)));
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (query) => montevideo.search(query).length <= 10));
  assert.equal(montevideo.search('av', { limit: 1 }).length, 1);
});

test('each address of a city is found by its own label, and is the nearest to its own position', () => {
  const index = createPlaceIndex(base);
  fc.assert(
    fc.property(fc.nat(base.addresses.length - 1), (row) => {
      const { street, houseNumber, lat, lng } = addressAt(base.addresses, row);
      assert.equal(index.search(`${street} ${houseNumber}`)[0]!.label, `${street} ${houseNumber}`);
      assert.ok(distanceMetres(index.reverse({ lat, lng })!, { lat, lng }) < 0.01);
    }),
    { numRuns: 100 },
  );
});

test('a city without addresses has no nearest one', () => {
  const index = createPlaceIndex({ ...MONTEVIDEO, addresses: createAddressTable([]) });
  assert.equal(index.reverse({ lat: 0, lng: 0 }), undefined);
});

test('a query is read in each way that its numbers allow', () => {
  assert.deepEqual(parsePlaceQuery('18 de Julio 1234').readings, [
    { street: '18 de julio', houseNumber: '1234' },
    { street: 'de julio 1234', houseNumber: '18' },
  ]);
  assert.equal(foldText("  Bulevar  ESPAÑA, “McDonald's” "), 'bulevar espana mcdonald s');
});
