import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { buildStreetGraph, buildStreetHierarchy, findRoute, nearestNode } from '@halfhour/engines/streets';
import { decodeOsmPbf } from './decode-osm-pbf.ts';
import { encodeBlob, encodeExtract, exampleExtract, type ExtractForm } from './osm-pbf-example.ts';
import { OsmPbfError } from './osm-pbf-blocks.ts';

const inflate = (bytes: Uint8Array, maxBytes: number): Uint8Array =>
  inflateSync(bytes, { maxOutputLength: maxBytes });
const decode = (bytes: Uint8Array) => decodeOsmPbf(bytes, inflate, { name: 'Test', timeZone: 'UTC' });

const FORMS: Readonly<Record<string, ExtractForm>> = {
  raw: {},
  compressed: { deflate: (bytes) => deflateSync(bytes) },
  'with nodes one by one': { dense: false },
  'in steps of ten nanodegrees': { granularity: 10 },
};

for (const [name, form] of Object.entries(FORMS)) {
  test(`an extract becomes a city: ${name}`, () => {
    const city = decode(encodeExtract(exampleExtract, form));
    assert.deepEqual(
      city.streets.map(({ name, kind, oneway, contraflow = false }) => [name, kind, oneway, contraflow]),
      [
        ['Sur', 'residential', false, false],
        ['Norte', 'residential', false, false],
        ['Oeste', 'residential', false, false],
        ['Este', 'primary', true, true],
        ['Vuelta', 'residential', false, false],
        ['Ronda', 'residential', false, false],
      ],
    );
    assert.deepEqual(city.streets[3]!.points, [
      { lat: -34.9, lng: -56.099 },
      { lat: -34.9, lng: -56.1 },
    ]);
    // The way is cut where a node is not in the file, and one point alone is no street.
    assert.equal(city.streets[5]!.points.length, 2);
    assert.deepEqual(city.turnRestrictions, [
      {
        kind: 'no',
        via: { lat: -34.9, lng: -56.1 },
        from: { lat: -34.9001, lng: -56.1 },
        to: { lat: -34.9, lng: -56.101 },
        exceptBicycles: true,
      },
    ]);
    assert.deepEqual(city.addresses.houseNumber, ['3', '12', '14']);
    assert.deepEqual(city.places, [
      { name: 'El Trigal', kind: 'bakery', lat: -34.8995, lng: -56.0995, street: 'Sur', houseNumber: '12' },
    ]);
    assert.deepEqual(
      city.areas.map(({ kind, rings }) => [kind, rings[0]!.length]),
      [['water', 4]],
    );
    assert.equal(city.attribution, '© OpenStreetMap contributors');
  });
}

test('its streets are travelled: around the forbidden left turn by car, through it by bicycle', () => {
  const graph = buildStreetGraph(decode(encodeExtract(exampleExtract)));
  const [south, west] = [
    nearestNode(graph, exampleExtract.nodes[0]!),
    nearestNode(graph, exampleExtract.nodes[3]!),
  ];
  const points = (vehicle: 'car' | 'bicycle') =>
    findRoute(buildStreetHierarchy(graph, vehicle), south, west).points.map(({ lat }) => lat);
  assert.deepEqual(points('bicycle'), [-34.9001, -34.9, -34.9]);
  // North, around the block, and straight over the crossing.
  assert.deepEqual(points('car'), [-34.9001, -34.9, -34.899, -34.9, -34.9, -34.9]);
});

test('nodes that come after the ways and out of order are found', () => {
  const { nodes, ...rest } = exampleExtract;
  assert.deepEqual(
    decode(encodeExtract({ ...rest, nodes: nodes.toReversed() })).streets,
    decode(encodeExtract(exampleExtract)).streets,
  );
});

test('a file that cannot be read says what to do', () => {
  const good = encodeExtract(exampleExtract);
  const refuses = (bytes: Uint8Array, message: RegExp): void =>
    assert.throws(
      () => decode(bytes),
      (error: unknown) => error instanceof OsmPbfError && message.test(error.message),
    );
  refuses(new Uint8Array(), /empty/);
  refuses(Buffer.from('<?xml version="1.0"?><osm/>'), /no \.osm\.pbf file.*osmium cat/);
  refuses(encodeBlob('OSMData', new Uint8Array()), /no \.osm\.pbf file/);
  refuses(encodeExtract(exampleExtract, { feature: 'HistoricalInformation' }), /HistoricalInformation/);
  refuses(encodeExtract({ nodes: exampleExtract.nodes, ways: [] }), /no streets/);
  for (const length of [2, 10, good.length - 1]) refuses(good.subarray(0, length), /ends in the middle/);
});

test('whichever byte is damaged, the file is refused in words or read', () => {
  const good = encodeExtract(exampleExtract);
  for (let at = 0; at < good.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const bad = Uint8Array.from(good);
      bad[at]! ^= flip;
      try {
        decode(bad);
      } catch (error) {
        assert.ok(error instanceof OsmPbfError, `byte ${at} ^ ${flip}: ${String(error)}`);
      }
    }
  }
});
