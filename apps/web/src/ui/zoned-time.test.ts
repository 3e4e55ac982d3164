import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { localTimeOf, momentOfLocal } from './zoned-time.ts';

const at = (moment: string): number => Date.parse(moment);

test('a local time is that of the market and not of the reader', () => {
  assert.equal(localTimeOf('2026-11-23T03:00:01.900Z', 'America/Montevideo'), '2026-11-23 00:00:01');
  assert.equal(momentOfLocal('2026-11-23 00:00:00', 'America/Montevideo'), at('2026-11-23T03:00:00Z'));
  assert.equal(momentOfLocal('2026-11-23', 'Asia/Shanghai'), at('2026-11-22T16:00:00Z'));
});

test('an hour that clocks show twice is the first, one that they pass over comes after the change', () => {
  assert.equal(momentOfLocal('2026-10-25 02:30:00', 'Europe/Madrid'), at('2026-10-25T00:30:00Z'));
  assert.equal(momentOfLocal('2026-03-29 02:30:00', 'Europe/Madrid'), at('2026-03-29T01:30:00Z'));
});

test('a moment written as local time and read again shows the same', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
      fc.constantFrom('America/Montevideo', 'Europe/Madrid', 'Asia/Kathmandu', 'America/New_York', 'UTC'),
      (moment, zone) => {
        const local = localTimeOf(moment, zone);
        assert.equal(localTimeOf(momentOfLocal(local, zone), zone), local);
      },
    ),
  );
});
