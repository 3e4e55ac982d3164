import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, isMoving, positionAt } from './courier-motion.ts';

const HERE = { lat: -34.9, lng: -56.16 };
const THERE = { lat: -34.899, lng: -56.159 };
const FAR = { lat: -34.7, lng: -56.0 };

test('the first report stands still where it is', () => {
  const track = follow(undefined, HERE, 1_000);
  assert.deepEqual(positionAt(track, 1_000), HERE);
  assert.equal(isMoving(track, 1_000), false);
});

test('a courier takes as long to the next report as reports lie apart', () => {
  const track = follow(follow(undefined, HERE, 0), THERE, 2_000);
  assert.deepEqual(positionAt(track, 2_000), HERE);
  const halfWay = positionAt(track, 3_000);
  assert.ok(Math.abs(halfWay.lat - (HERE.lat + THERE.lat) / 2) < 1e-9);
  assert.deepEqual(positionAt(track, 4_000), THERE);
  assert.equal(isMoving(track, 4_000), false);
});

test('a report on the way turns the courier where it is shown, without a jump', () => {
  const first = follow(follow(undefined, HERE, 0), THERE, 2_000);
  const second = follow(first, HERE, 3_000);
  assert.deepEqual(positionAt(second, 3_000), positionAt(first, 3_000));
});

test('after a long pause the courier does not crawl, and a far correction is not animated', () => {
  const rested = follow(follow(undefined, HERE, 0), THERE, 600_000);
  assert.equal(isMoving(rested, 604_000), false);
  assert.deepEqual(positionAt(follow(rested, FAR, 700_000), 700_000), FAR);
});

test('the same report again changes nothing', () => {
  const track = follow(follow(undefined, HERE, 0), THERE, 1_000);
  assert.equal(follow(track, THERE, 1_500), track);
});
