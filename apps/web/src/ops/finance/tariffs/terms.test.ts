import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleaned, clockOf, minuteOf, moved } from './terms.ts';

test('a rule moves by one place and not past the ends', () => {
  assert.deepEqual(moved(['a', 'b', 'c'], 2, 1), ['a', 'c', 'b']);
  assert.deepEqual(moved(['a', 'b', 'c'], 0, -1), ['a', 'b', 'c']);
  assert.deepEqual(moved(['a', 'b', 'c'], 2, 3), ['a', 'b', 'c']);
});

test('a condition that was taken back is none', () => {
  assert.deepEqual(cleaned({ weekdays: [], fromMinute: 60 }), { fromMinute: 60 });
  assert.equal(cleaned({ weekdays: [], fulfilment: undefined }), undefined);
});

test('a time of day is read as it is written', () => {
  assert.equal(clockOf(1_110), '18:30');
  assert.equal(minuteOf('18:30'), 1_110);
  assert.equal(minuteOf(''), undefined);
  assert.equal(minuteOf('25:00'), undefined);
});
