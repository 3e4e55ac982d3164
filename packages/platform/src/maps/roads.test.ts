import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticCity } from '@halfhour/engines/city';
import { epochMs } from '@halfhour/kernel';
import { createMarketMap } from './market-map.ts';
import { RoadTable } from './road-table.ts';
import { type Roads, fallBack } from './roads.ts';
import { streetRoads } from './street-roads.ts';

const NOON = epochMs(Date.UTC(2026, 10, 23, 12));
const city = syntheticCity(5);
const map = await createMarketMap(city, (error) => assert.fail(String(error)));
const own = streetRoads(map, () => NOON);
const { south, north, west, east } = city.bounds;
const place = (a: number, b: number) => ({
  lat: south + ((north - south) * a) / 10,
  lng: west + ((east - west) * b) / 10,
});
const places = [place(2, 2), place(5, 3), place(7, 8), place(4, 6)];

test('the own streets answer routes and matrices that agree, and a route leads from place to place', async () => {
  const { seconds, metres } = await own.matrix('bicycle', places, places);
  for (const [a, from] of places.entries()) {
    for (const [b, to] of places.entries()) {
      const way = await own.route('bicycle', from, to);
      assert.equal(way.seconds, seconds[a * places.length + b]);
      assert.equal(way.metres, metres[a * places.length + b]);
      assert.deepEqual([way.points[0], way.points.at(-1)], [from, to]);
      const told = way.steps.reduce((sum, step) => sum + step.metres, 0);
      assert.ok(Math.abs(told - way.metres) <= way.steps.length);
    }
  }
});

test('a service that fails is replaced, left alone for a while, and asked again', async () => {
  let [now, asked, works] = [0, 0, false];
  const errors: unknown[] = [];
  const outside: Roads = {
    route: () => Promise.reject(new Error('no routes')),
    matrix: (...given) => {
      asked++;
      return works ? own.matrix(...given) : Promise.reject(new Error('down'));
    },
  };
  const roads = fallBack(outside, own, { now: () => now, restMs: 30, onError: (e) => errors.push(e) });
  const expected = await own.matrix('motorcycle', places, places);
  assert.deepEqual(await roads.matrix('motorcycle', places, places), expected);
  assert.deepEqual(await roads.matrix('motorcycle', places, places), expected);
  assert.deepEqual([asked, errors.length], [1, 1]);
  now = 30;
  works = true;
  assert.deepEqual(await roads.matrix('motorcycle', places, places), expected);
  assert.deepEqual([asked, errors.length], [2, 1]);
});

test('a table knows what it was told for a while, and guesses the rest by how those it knows differ', async () => {
  const travel = map.travelAt(NOON);
  const streets = { nodeOf: map.nodeOf, seconds: travel.seconds, metres: travel.metres };
  let [asked, elapsed] = [0, 0];
  const slow: Roads = {
    route: own.route,
    matrix: async (vehicle, from, to) => {
      asked += from.length * to.length;
      const { seconds, metres } = await own.matrix(vehicle, from, to);
      return { seconds: seconds.map((each) => 2 * each), metres };
    },
  };
  const table = new RoadTable(slow, () => elapsed);
  const nodes = places.map(map.nodeOf);
  const [a, b, c, d] = nodes as [number, number, number, number];
  assert.equal(table.over(streets).seconds(a, b), streets.seconds(a, b));
  const pairs = [{ from: places.slice(0, 2), to: places.slice(2, 3) }];
  await table.learn(streets, NOON, pairs);
  await table.learn(streets, NOON, pairs);
  assert.equal(asked, 2, 'once a pair');
  const known = table.over(streets);
  assert.equal(known.seconds(a, c), 2 * streets.seconds(a, c));
  assert.equal(known.metres(a, c), streets.metres(a, c));
  // Of nobody was told how long it is from there, so it is as much longer as the others were.
  assert.equal(known.seconds(d, a), 2 * streets.seconds(d, a));
  await table.learn(streets, epochMs(NOON + 15 * 60_000), pairs);
  assert.equal(asked, 4, 'asked again after a quarter of an hour');
  const hurried = new RoadTable(slow, () => (elapsed += 1_000));
  await hurried.learn(streets, NOON, [...pairs, { from: places.slice(0, 2), to: places.slice(3) }]);
  assert.equal(asked, 6, 'what takes too long waits for the next round');
});
