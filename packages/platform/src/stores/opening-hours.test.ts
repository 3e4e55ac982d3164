import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OpeningHours } from '@halfhour/contract';
import { type EpochMs, DAY_MS, MINUTE_MS, epochMs, fromRfc3339, localTime } from '@halfhour/kernel';
import { areHoursSound, isWithinHours, nextWithinHours } from './opening-hours.ts';

/** The definition, a minute at a time: a window of a day shows on that day and the two after it. */
function isWithinByDefinition(hours: readonly OpeningHours[], moment: EpochMs, timeZone: string): boolean {
  const { weekday, minuteOfDay } = localTime(moment, timeZone);
  return hours.some((window) =>
    [0, 1, 2].some((later) => {
      const minute = minuteOfDay + later * 1_440;
      return (
        (window.weekday + later) % 7 === weekday &&
        minute >= window.opensMinute &&
        minute < window.closesMinute
      );
    }),
  );
}

function scan(hours: readonly OpeningHours[], from: EpochMs, timeZone: string): EpochMs | undefined {
  if (isWithinByDefinition(hours, from, timeZone)) return from;
  const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  for (let at = start + MINUTE_MS; at <= start + 8 * DAY_MS; at += MINUTE_MS) {
    if (isWithinByDefinition(hours, epochMs(at), timeZone)) return epochMs(at);
  }
  return undefined;
}

const at = (text: string): EpochMs => fromRfc3339(text)!;
const windows = fc.array(
  fc
    .record({
      weekday: fc.integer({ min: 0, max: 6 }),
      opensMinute: fc.integer({ min: 0, max: 1_440 }),
      length: fc.integer({ min: 1, max: 1_440 }),
    })
    .map(({ weekday, opensMinute, length }) => ({
      weekday,
      opensMinute,
      closesMinute: opensMinute + length,
    })),
  { minLength: 1, maxLength: 4 },
);
// Days on which these zones change their clocks, by half an hour too, and one that never does.
const changes: readonly (readonly [string, EpochMs])[] = [
  ['America/Montevideo', at('2026-11-23T14:00:00Z')],
  ['America/New_York', at('2026-03-08T07:00:00Z')],
  ['America/New_York', at('2026-11-01T06:00:00Z')],
  ['Australia/Lord_Howe', at('2026-04-04T15:00:00Z')],
  ['Australia/Lord_Howe', at('2026-10-03T15:30:00Z')],
  ['Asia/Shanghai', at('2026-06-01T00:00:00Z')],
];
const moments = fc
  .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY_MS, max: DAY_MS }))
  .map(([[zone, change], offset]) => ({ zone, moment: epochMs(change + offset) }));

test('a moment is within the hours exactly when a scan of the definition says so', () => {
  fc.assert(
    fc.property(windows, moments, (hours, { zone, moment }) => {
      assert.equal(isWithinHours(hours, moment, zone), isWithinByDefinition(hours, moment, zone));
    }),
    { numRuns: 2_000 },
  );
});

test('the next opening is the first minute that a scan finds, also over changes of the clock', () => {
  fc.assert(
    fc.property(windows, moments, (hours, { zone, moment }) => {
      assert.equal(nextWithinHours(hours, moment, zone), scan(hours, moment, zone));
    }),
    { numRuns: 120 },
  );
});

test('an opening that comes twice because the clock is set back is found the second time', () => {
  const hours = [{ weekday: 0, opensMinute: 70, closesMinute: 80 }];
  const between = at('2026-11-01T05:30:00Z'); // 1:30 in New York, before it becomes 1:00 again at 6:00Z
  assert.equal(nextWithinHours(hours, between, 'America/New_York'), at('2026-11-01T06:10:00Z'));
});

test('a window over midnight on Saturday holds on Sunday morning', () => {
  const hours = [{ weekday: 6, opensMinute: 1_200, closesMinute: 1_560 }];
  assert.equal(isWithinHours(hours, at('2026-11-22T01:59:00-03:00'), 'America/Montevideo'), true);
  assert.equal(isWithinHours(hours, at('2026-11-22T02:00:00-03:00'), 'America/Montevideo'), false);
});

test('no window means never open, and windows must end after they begin', () => {
  assert.equal(isWithinHours([], at('2026-11-22T12:00:00Z'), 'America/Montevideo'), false);
  assert.equal(nextWithinHours([], at('2026-11-22T12:00:00Z'), 'America/Montevideo'), undefined);
  assert.equal(areHoursSound([{ weekday: 1, opensMinute: 600, closesMinute: 600 }]), false);
  assert.equal(areHoursSound([{ weekday: 1, opensMinute: 0, closesMinute: 1_440 }]), true);
  assert.equal(areHoursSound([{ weekday: 1, opensMinute: 0, closesMinute: 1_441 }]), false);
});
