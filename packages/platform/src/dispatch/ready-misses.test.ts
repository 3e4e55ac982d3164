import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StoreId, addMs, createIdSource, epochMs, normal, seededRandom } from '@halfhour/kernel';
import { ReadyMisses } from './ready-misses.ts';

const NOON = epochMs(1_780_000_000_000);
const ids = createIdSource(() => NOON, 3);
const [exact, unsure, other, fresh] = [1, 2, 3, 4].map(() => ids.next('sto')) as [
  StoreId,
  StoreId,
  StoreId,
  StoreId,
];
const order = (storeId: StoreId, missedSeconds: number) => ({
  storeId,
  expectedReadyAt: NOON,
  readyAt: addMs(NOON, Math.round(missedSeconds) * 1_000),
});

test('a store that misses its times is learned, one that is on time is exact, and a new one is like the market', () => {
  const misses = new ReadyMisses();
  assert.equal(misses.spreadSeconds(fresh), 0);
  const random = seededRandom('ready');
  for (let n = 0; n < 100; n++) {
    misses.note(order(exact, random.next() * 10));
    misses.note(order(unsure, normal(random, 0, 480)));
    misses.note(order(other, normal(random, 0, 240)));
  }
  assert.equal(misses.spreadSeconds(exact) < 60, true);
  const spread = misses.spreadSeconds(unsure);
  assert.ok(spread > 240 && spread < 720, String(spread));
  assert.ok(misses.spreadSeconds(fresh) > 0 && misses.spreadSeconds(fresh) < spread);
});

test('an order that was forgotten for hours changes nothing', () => {
  const misses = new ReadyMisses();
  for (let n = 0; n < 20; n++) misses.note(order(exact, n % 3));
  misses.note(order(exact, 4 * 3_600));
  assert.equal(misses.spreadSeconds(exact), 0);
});

test('an order that was never expected or never ready teaches nothing', () => {
  const misses = new ReadyMisses();
  misses.note({ storeId: unsure, expectedReadyAt: NOON, readyAt: undefined });
  misses.note({ storeId: unsure, expectedReadyAt: undefined, readyAt: NOON });
  assert.equal(misses.spreadSeconds(unsure), 0);
});
