import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildStreetGraph } from '@halfhour/engines/streets';
import { addressAt, compareHouseNumbers } from './city-map.ts';
import { streetsGeoJson } from './streets-geojson.ts';
import { syntheticCity } from './synthetic-city.ts';

test('the same seed gives the same city, another seed another', () => {
  assert.deepEqual(syntheticCity('a'), syntheticCity('a'));
  assert.notDeepEqual(syntheticCity('a').streets, syntheticCity('b').streets);
});

test('every crossing of a synthetic city reaches every other', () => {
  for (const blocks of [1, 2, 3, 7, 12]) {
    assert.equal(buildStreetGraph(syntheticCity(7, { blocks })).nodeCount, (blocks + 1) ** 2);
  }
});

test('addresses are sorted by street and number, and each street has its own', () => {
  const { addresses, streets } = syntheticCity('a', { blocks: 30 });
  assert.equal(new Set(streets.map((street) => street.name)).size, streets.length);
  assert.equal(addresses.streetNames.length, streets.length);
  for (let row = 1; row < addresses.length; row++) {
    const [before, after] = [addressAt(addresses, row - 1), addressAt(addresses, row)];
    if (before.street === after.street) {
      assert.ok(compareHouseNumbers(before.houseNumber, after.houseNumber) < 0);
    } else assert.ok(before.street < after.street);
  }
  assert.throws(() => addressAt(addresses, addresses.length), RangeError);
});

test('the smallest city can be shopped in', () => {
  const kinds = new Set(syntheticCity('a', { blocks: 1 }).places.map((place) => place.kind));
  for (const kind of ['restaurant', 'pharmacy', 'supermarket', 'convenience', 'electronics']) {
    assert.ok(kinds.has(kind), kind);
  }
});

test('a size that makes no city is refused', () => {
  for (const blocks of [0, 1.5, -3, 1e9]) assert.throws(() => syntheticCity('a', { blocks }), RangeError);
});

test('the GeoJSON of a city draws each street once as one line, in metres', () => {
  const city = syntheticCity('a', { blocks: 20 });
  // Cut every street in two, as tile borders and mappers do.
  const streets = city.streets.flatMap((street) => [
    { ...street, points: street.points.slice(0, 6) },
    { ...street, points: street.points.slice(5) },
  ]);
  const { features } = streetsGeoJson({ ...city, streets });
  const lines = features.filter((feature) => feature.geometry.type === 'LineString');
  assert.equal(lines.length, city.streets.length);
  assert.deepEqual(
    lines.map((line) => line.geometry.coordinates.length),
    city.streets.map((street) => street.points.length),
  );
  for (const { properties } of features) {
    assert.ok(Object.keys(properties).every((key) => key === 'kind' || key === 'name'));
  }
  assert.ok(!/\d\.\d{6}/.test(JSON.stringify(features)));
});
