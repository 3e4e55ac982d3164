import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '@halfhour/kernel';
import { streetsGeoJson } from '@halfhour/engines/city';
import { createPlaceIndex } from '@halfhour/engines/places';
import {
  buildStreetGraph,
  buildStreetHierarchy,
  createTravelTimes,
  findRoute,
} from '@halfhour/engines/streets';
import { openCityMap, readTiles } from './city-maps.ts';

const city = await openCityMap('montevideo');

test('Montevideo has its streets, doors and shops, and no mapper by name', () => {
  assert.equal(city.streets.length, 11_221);
  assert.equal(city.addresses.length, 320_601);
  const count = (kind: string): number => city.places.filter((place) => place.kind === kind).length;
  assert.ok(count('restaurant') > 390 && count('pharmacy') > 310 && count('supermarket') > 190);
  assert.equal(city.attribution, '© OpenStreetMap contributors');
  const { addresses: _, ...rest } = city;
  assert.ok(!JSON.stringify(rest).includes('@u'));
});

test('its streets are one network in which routes and travel times agree', () => {
  const graph = buildStreetGraph(city);
  assert.equal(graph.nodeCount, 18_052);
  const streets = buildStreetHierarchy(graph, 'motorcycle');
  const times = createTravelTimes(streets);
  const random = seededRandom('montevideo');
  for (let pair = 0; pair < 200; pair++) {
    const from = random.below(graph.nodeCount);
    const to = random.below(graph.nodeCount);
    const route = findRoute(streets, from, to);
    assert.equal(route.seconds, times.seconds(from, to));
    assert.equal(route.metres, times.metres(from, to));
  }
});

test('its addresses and shops are found as people there write them', () => {
  const places = createPlaceIndex(city);
  const first = (query: string): string | undefined => places.search(query)[0]?.label;
  assert.equal(first('18 de julio 1234'), 'Avenida 18 de Julio 1234');
  assert.equal(first('Rivera 2500'), 'Avenida General Rivera 2500');
  assert.equal(first('bvar espana 2100'), 'Bulevar España 2100');
  assert.match(first('farmashop') ?? '', /^Farmashop/);
  assert.equal(places.reverse({ lat: -34.906, lng: -56.17 })?.label, 'Charrúa 2095');
});

test('its map fits half a megabyte on the wire', () => {
  assert.ok(gzipSync(JSON.stringify(streetsGeoJson(city))).length < 500_000);
});

test('a synthetic city is opened by its seed', async () => {
  const made = await openCityMap('synthetic:seven');
  assert.equal(made.name, 'Synthetic city seven');
});

test('an unknown city is refused with the names of those there are', async () => {
  await assert.rejects(openCityMap('atlantis'), /no city map "atlantis".*montevideo, synthetic:<seed>/);
  await assert.rejects(openCityMap('synthetic:'), /no city map/);
});

test('tiles other than those that were tested are refused', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-tiles-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, '12-1-2.mvt'), 'tampered with');
  await assert.rejects(readTiles(folder, '0'.repeat(64)), /not the ones that were tested.*npm ci/);
});
