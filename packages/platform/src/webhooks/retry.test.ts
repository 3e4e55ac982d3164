import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, epochMs, seededRandom } from '@halfhour/kernel';
import { RETRY_AFTER_MS, nextAttempt } from './retry.ts';

const NOW = epochMs(1_780_315_200_000);
const random = seededRandom('retry');

test('each wait is that of the schedule or up to a fifth more, and after the last there is none', () => {
  for (const [index, wait] of RETRY_AFTER_MS.entries()) {
    const waits = Array.from({ length: 200 }, () => nextAttempt(NOW, index + 1, undefined, random)! - NOW);
    assert.ok(Math.min(...waits) >= wait && Math.max(...waits) <= wait * 1.2);
    assert.ok(new Set(waits).size > 50, 'what failed together does not come back together');
  }
  assert.equal(nextAttempt(NOW, RETRY_AFTER_MS.length + 1, undefined, random), undefined);
  assert.equal(nextAttempt(NOW, RETRY_AFTER_MS.length + 1, '60', random), undefined);
});

test('Retry-After delays and never hastens; a day of it is believed, and nonsense is not', () => {
  const wait = (retryAfter: string, attempts = 1): number =>
    nextAttempt(NOW, attempts, retryAfter, random)! - NOW;
  assert.equal(wait('7200'), 2 * HOUR_MS);
  assert.equal(wait('99999999'), DAY_MS);
  assert.equal(wait(new Date(NOW + HOUR_MS).toUTCString()), HOUR_MS);
  for (const text of [
    '0',
    '-5',
    '1e9',
    'tomorrow',
    '',
    '9'.repeat(40),
    new Date(NOW - HOUR_MS).toUTCString(),
  ]) {
    assert.ok(wait(text) <= 6_000, text);
  }
  assert.ok(wait('1', 5) >= RETRY_AFTER_MS[4]!);
});
