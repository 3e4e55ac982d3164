import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressAt, syntheticCity } from '@halfhour/engines/city';
import { createIdSource, distanceMetres, epochMs, HOUR_MS, ManualClock } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import { createMapRoutes, createMaps } from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 9);
const marketId = ids.next('mkt');
const city = syntheticCity(5);
let opened = 0;
/** A Monday, 12:00 in UTC, which is what a made-up city lives by. */
const NOON = epochMs(Date.UTC(2026, 10, 23, 12));
const markets = {
  get: (id: typeof marketId) =>
    Promise.resolve(id === marketId ? ({ id, mapSource: 'synthetic:5' } as MarketRecord) : undefined),
};
const maps = createMaps({
  markets,
  clock: new ManualClock(NOON),
  onError: (error) => assert.fail(String(error)),
  open: () => {
    opened += 1;
    return Promise.resolve(city);
  },
});
const doors = [addressAt(city.addresses, 0), addressAt(city.addresses, city.addresses.length - 1)] as const;
const asked = {
  body: undefined,
  authority: undefined,
  command: undefined,
  requestId: 'r',
  signal: new AbortController().signal,
};

test('a trip is as long as the streets once the map is there, and never shorter than nearly the straight line', async () => {
  const before = maps.estimate(marketId, ...doors);
  await maps.pin(marketId, [doors[0]]);
  const after = maps.estimate(marketId, ...doors);
  const straight = distanceMetres(...doors);
  assert.equal(before.metres, Math.round(straight * 1.3));
  // Both ends snap to a corner, so up to a block at each end is not ridden.
  assert.ok(after.metres > straight - 400 && after.seconds > 0);
});

test('who leaves in the rush hour is on the way for longer, once its streets are made in the background', async () => {
  const map = await maps.load(marketId);
  const rush = epochMs(NOON + 6 * HOUR_MS);
  const usual = maps.estimate(marketId, ...doors);
  assert.deepEqual(maps.estimate(marketId, ...doors, rush), usual);
  while (map.streetsAt('motorcycle', rush) === map.streetsAt('motorcycle', NOON)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const later = maps.estimate(marketId, ...doors, rush);
  // The speed is 90 percent; each edge is rounded to milliseconds, the way may be another one.
  assert.ok(Math.abs(later.seconds - usual.seconds / 0.9) <= 1, `${usual.seconds} ${later.seconds}`);
  assert.deepEqual(maps.estimate(marketId, ...doors), usual);
});

test('a vehicle is prepared before it is asked about', async () => {
  const map = await maps.load(marketId);
  assert.throws(() => map.streetsAt('bicycle', NOON), /not prepared/);
  await map.prepare('bicycle');
  assert.equal(map.streetsAt('bicycle', NOON).profile, 'bicycle');
});

test('a map is read once, however many ask at the same time', async () => {
  await Promise.all([maps.load(marketId), maps.load(marketId), maps.load(marketId)]);
  assert.equal(opened, 1);
});

test('places are found by name and by position, and a search without either says what to send', async () => {
  const routes = createMapRoutes({ maps, markets });
  const [door] = doors;
  const search = (query: { query?: string; lat?: number; lng?: number }) =>
    routes.searchPlaces({ ...asked, params: { marketId }, query: { limit: 5, ...query } });
  const byName = await search({ query: `${door.street} ${door.houseNumber}` });
  assert.ok(byName.ok && byName.value.items[0]?.label.includes(door.street));
  const byPosition = await search({ lat: door.lat, lng: door.lng });
  assert.ok(byPosition.ok && byPosition.value.items[0]?.label.includes(door.street));
  const nothing = await search({});
  assert.ok(!nothing.ok && nothing.error.code === 'invalid_request');
});
