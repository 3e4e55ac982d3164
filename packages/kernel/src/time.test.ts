import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, addMs, epochMs, fromRfc3339, localTime, toRfc3339 } from './time.ts';

/** 0001-01-01 to 9999-12-31: what RFC 3339 can write. */
const anyMoment = fc
  .integer({ min: Date.UTC(1, 0, 1) - 1_899 * 366 * DAY_MS, max: Date.UTC(9999, 11, 31) })
  .map((milliseconds) => epochMs(Math.max(milliseconds, -62_135_596_800_000)));
const at = (text: string): ReturnType<typeof epochMs> => {
  const moment = fromRfc3339(text);
  assert.ok(moment !== undefined, text);
  return moment;
};

test('a moment is a whole number of milliseconds', () => {
  assert.equal(epochMs(1_000), 1_000);
  for (const milliseconds of [0.5, NaN, Infinity, 2 ** 53])
    assert.throws(() => epochMs(milliseconds), RangeError);
  assert.equal(addMs(epochMs(1_000), 0.4), 1_000);
  assert.equal(addMs(epochMs(1_000), -1_000.4), 0);
});

test('a moment written as RFC 3339 and read again is the same', () => {
  fc.assert(fc.property(anyMoment, (moment) => assert.equal(fromRfc3339(toRfc3339(moment)), moment)));
});

test('a moment is read the same after one of its own day as after one of another, spoilt ones too', () => {
  const spoil = fc.record({
    at: fc.nat(25),
    by: fc.constantFrom('', '0', '6', '9', ':', '.', ' ', '-', 'Z', 'z', 'T', '/', 'é', '00'),
  });
  let read = 0;
  fc.assert(
    fc.property(anyMoment, fc.array(spoil, { maxLength: 2 }), fc.boolean(), (moment, spoilt, short) => {
      let text: string = toRfc3339(moment);
      if (short) text = `${text.slice(0, 19)}Z`;
      for (const { at, by } of spoilt) text = text.slice(0, at) + by + text.slice(at + 1);
      fromRfc3339('1999-01-01T00:00:00Z');
      const fresh = fromRfc3339(text);
      fromRfc3339(toRfc3339(moment));
      assert.equal(fromRfc3339(text), fresh, text);
      if (fresh !== undefined) read += 1;
    }),
    { numRuns: 3_000 },
  );
  assert.ok(read > 500);
});

test('a moment is written as Date writes it, whichever was written before', () => {
  fc.assert(
    fc.property(fc.array(anyMoment), (moments) => {
      for (const moment of [...moments, moments[0] ?? epochMs(0), epochMs(-1)]) {
        assert.equal(toRfc3339(moment), new Date(moment).toISOString());
      }
    }),
  );
});

test('RFC 3339 is read in all its forms', () => {
  const moment = Date.UTC(2026, 10, 23, 14, 12, 45);
  assert.equal(fromRfc3339('2026-11-23T14:12:45Z'), moment);
  assert.equal(fromRfc3339('2026-11-23t14:12:45z'), moment);
  assert.equal(fromRfc3339('2026-11-23T11:12:45-03:00'), moment);
  assert.equal(fromRfc3339('2026-11-24T00:00:45+09:48'), moment);
  assert.equal(fromRfc3339('2026-11-23T14:12:45.5Z'), moment + 500);
  assert.equal(fromRfc3339('2026-11-23T14:12:45.123987654Z'), moment + 123);
  assert.equal(fromRfc3339('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29));
  assert.equal(fromRfc3339('0099-01-01T00:00:00Z'), new Date('0099-01-01T00:00:00Z').getTime());
});

test('an offset moves the moment the other way', () => {
  const offsets = fc.record({ sign: fc.constantFrom('+', '-'), hour: fc.nat(23), minute: fc.nat(59) });
  fc.assert(
    fc.property(offsets, ({ sign, hour, minute }) => {
      const pad = (value: number): string => String(value).padStart(2, '0');
      const offset = (hour * HOUR_MS + minute * MINUTE_MS) * (sign === '+' ? 1 : -1);
      const text = `2026-11-23T14:12:45${sign}${pad(hour)}:${pad(minute)}`;
      assert.equal(fromRfc3339(text), Date.UTC(2026, 10, 23, 14, 12, 45) - offset);
    }),
  );
});

test('text that is no such moment is refused, days that no calendar has among it', () => {
  for (const text of [
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T23:60:00Z',
    '2026-11-23T23:59:60Z',
    '2026-11-23T10:00:00+24:00',
    '2026-11-23T10:00:00+01:60',
    '2026-11-23T10:00:00',
    '2026-11-23 10:00:00Z',
    '2026-11-23T10:00Z',
    '2026-11-23',
    '+002026-11-23T10:00:00Z',
    ' 2026-11-23T10:00:00Z',
    '2026-11-23T10:00:00Z\n',
    'yesterday',
    '',
  ]) {
    assert.equal(fromRfc3339(text), undefined, text);
  }
});

test('Montevideo keeps UTC−3 all year', () => {
  assert.deepEqual(localTime(at('2026-11-24T01:30:00Z'), 'America/Montevideo'), {
    weekday: 1,
    minuteOfDay: 22 * 60 + 30,
    date: '2026-11-23',
  });
  assert.equal(localTime(at('2026-06-15T12:00:00Z'), 'America/Montevideo').minuteOfDay, 9 * 60);
});

test('Shanghai is eight hours ahead, also over a new year', () => {
  assert.deepEqual(localTime(at('2026-12-31T16:00:00Z'), 'Asia/Shanghai'), {
    weekday: 5,
    minuteOfDay: 0,
    date: '2027-01-01',
  });
});

test('Berlin leaves out an hour in March and has one twice in October', () => {
  const minute = (text: string): number => localTime(at(text), 'Europe/Berlin').minuteOfDay;
  assert.equal(minute('2026-03-29T00:59:00Z'), 119);
  assert.equal(minute('2026-03-29T01:00:00Z'), 180);
  assert.equal(minute('2026-10-25T00:30:00Z'), 150);
  assert.equal(minute('2026-10-25T01:30:00Z'), 150);
});

test('midnight is minute 0 of its own day', () => {
  assert.deepEqual(localTime(at('2026-11-22T00:00:00Z'), 'UTC'), {
    weekday: 0,
    minuteOfDay: 0,
    date: '2026-11-22',
  });
});

test('in UTC the local time is the moment itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), (milliseconds) => {
      const { weekday, minuteOfDay, date } = localTime(epochMs(milliseconds), 'UTC');
      const expected = new Date(milliseconds);
      assert.equal(weekday, expected.getUTCDay());
      assert.equal(minuteOfDay, Math.floor((milliseconds % DAY_MS) / MINUTE_MS));
      assert.equal(date, expected.toISOString().slice(0, 10));
    }),
  );
});

test('a zone that does not exist is refused', () => {
  assert.throws(() => localTime(epochMs(0), 'Mars/Olympus_Mons'), RangeError);
});
