import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, SECOND_MS, epochMs } from '@halfhour/kernel';
import { createSignInThrottle } from './sign-in-throttle.ts';

test('the eleventh try within a minute waits until the minute is over, others do not', () => {
  const clock = new ManualClock(epochMs(0));
  const throttle = createSignInThrottle(clock);
  for (let count = 0; count < 10; count++) assert.equal(throttle.admit('a'), 0);
  clock.advanceBy(20 * SECOND_MS);
  assert.equal(throttle.admit('a'), 40);
  assert.equal(throttle.admit('b'), 0);
  clock.advanceBy(40 * SECOND_MS);
  assert.equal(throttle.admit('a'), 0);
});

test('the right password gives ten tries again', () => {
  const throttle = createSignInThrottle(new ManualClock(epochMs(0)));
  for (let count = 0; count < 10; count++) throttle.admit('a');
  throttle.clear('a');
  assert.equal(throttle.admit('a'), 0);
});
