import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SlotPlan } from '@halfhour/contract';
import {
  type EpochMs,
  DAY_MS,
  MINUTE_MS,
  addMs,
  epochMs,
  fromRfc3339,
  localTime,
  toRfc3339,
} from '@halfhour/kernel';
import { findSlot, isPlanSound, orderableSlots, slotsOfDay, upcomingSlots } from './slot-plan.ts';

const at = (text: string): EpochMs => fromRfc3339(text)!;
const always = Array.from({ length: 7 }, (_, weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 }));
const open = { status: 'open' as const, hours: always };
const slot = (weekday: number, startsMinute: number, lengthMinutes = 30, capacity = 4) => ({
  weekday,
  startsMinute,
  lengthMinutes,
  capacity,
});
const planOf = (slots: SlotPlan['slots'], over: Partial<SlotPlan> = {}): SlotPlan => ({
  slots,
  cutoffMinutes: 45,
  daysAhead: 7,
  ...over,
});
const ZONE = 'America/Montevideo';
/** A Monday. */
const noon = at('2026-11-23T12:00:00-03:00');
const starts = (slots: readonly { readonly start: EpochMs }[]) => slots.map(({ start }) => toRfc3339(start));

test('a day has the slots of its weekday, at the times of the wall clock of the market', () => {
  const plan = planOf([slot(1, 1_110), slot(1, 1_080), slot(2, 1_080)]);
  const slots = slotsOfDay(plan, '2026-11-23', noon, ZONE);
  assert.deepEqual(starts(slots), ['2026-11-23T21:00:00.000Z', '2026-11-23T21:30:00.000Z']);
  assert.equal(slots[0]!.end, at('2026-11-23T18:30:00-03:00'));
  assert.equal(slots[0]!.orderUntil, at('2026-11-23T17:15:00-03:00'));
});

test('days that are over or too far ahead have none', () => {
  const plan = planOf(
    always.map(({ weekday }) => slot(weekday, 1_080)),
    { daysAhead: 2 },
  );
  const days = ['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'];
  assert.deepEqual(
    days.map((day) => slotsOfDay(plan, day, noon, ZONE).length),
    [0, 1, 1, 1, 0],
  );
  assert.equal(findSlot(open, plan, at('2026-11-25T18:00:00-03:00'), noon, ZONE)?.capacity, 4);
  assert.equal(findSlot(open, plan, at('2026-11-26T18:00:00-03:00'), noon, ZONE), undefined);
});

test('a slot can be ordered for up to its cut-off and not a millisecond longer', () => {
  const plan = planOf([slot(1, 1_080)]);
  const start = at('2026-11-23T18:00:00-03:00');
  const cutoff = at('2026-11-23T17:15:00-03:00');
  assert.equal(findSlot(open, plan, start, cutoff, ZONE)?.start, start);
  assert.equal(findSlot(open, plan, start, addMs(cutoff, 1), ZONE), undefined);
  assert.equal(orderableSlots(open, plan, '2026-11-23', addMs(cutoff, 1), ZONE).length, 0);
  const until = planOf([slot(1, 1_080)], { cutoffMinutes: 0 });
  assert.equal(findSlot(open, until, start, addMs(start, -1), ZONE)?.start, start);
  assert.equal(findSlot(open, until, start, start, ZONE), undefined);
});

test('a store that is closed now takes orders for a slot in its hours; one that is paused takes none', () => {
  const evening = {
    status: 'open' as const,
    hours: [{ weekday: 1, opensMinute: 1_080, closesMinute: 1_200 }],
  };
  const plan = planOf([slot(1, 1_050), slot(1, 1_080), slot(1, 1_200)]);
  assert.deepEqual(starts(orderableSlots(evening, plan, '2026-11-23', noon, ZONE)), [
    '2026-11-23T21:00:00.000Z',
  ]);
  assert.deepEqual(orderableSlots({ ...evening, status: 'paused' }, plan, '2026-11-23', noon, ZONE), []);
});

test('where the clock skips the minute of a slot there is no such slot that day', () => {
  const plan = planOf([slot(0, 90), slot(0, 150), slot(0, 180)]);
  const before = at('2026-03-07T12:00:00-05:00');
  // New York goes from 2:00 to 3:00 on this Sunday.
  const slots = slotsOfDay(plan, '2026-03-08', before, 'America/New_York');
  assert.deepEqual(starts(slots), ['2026-03-08T06:30:00.000Z', '2026-03-08T07:00:00.000Z']);
  assert.equal(slots[0]!.end - slots[0]!.start, 30 * MINUTE_MS);
});

test('where the clock shows the minute of a slot twice the slot begins the first time, once', () => {
  const plan = planOf([slot(0, 90)]);
  const before = at('2026-10-31T12:00:00-04:00');
  const first = at('2026-11-01T01:30:00-04:00');
  const second = at('2026-11-01T01:30:00-05:00');
  assert.deepEqual(starts(slotsOfDay(plan, '2026-11-01', before, 'America/New_York')), [toRfc3339(first)]);
  assert.equal(findSlot(open, plan, first, before, 'America/New_York')?.start, first);
  assert.equal(findSlot(open, plan, second, before, 'America/New_York'), undefined);
});

test('on any day, over changes of the clock too, slots are the minutes that a scan finds, and each is found by its start', () => {
  const days: readonly (readonly [string, string, EpochMs])[] = [
    [ZONE, '2026-11-24', noon],
    ['America/New_York', '2026-03-08', at('2026-03-07T12:00:00-05:00')],
    ['America/New_York', '2026-11-01', at('2026-10-31T12:00:00-04:00')],
    ['Australia/Lord_Howe', '2026-04-05', at('2026-04-04T01:00:00Z')],
    ['Australia/Lord_Howe', '2026-10-04', at('2026-10-03T01:00:00Z')],
    ['Asia/Shanghai', '2026-06-01', at('2026-05-31T01:00:00Z')],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...days),
      fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 1, maxLength: 6 }),
      ([zone, day, now], minutes) => {
        const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
        const plan = planOf(
          minutes.map((minute) => slot(weekday, minute)),
          { cutoffMinutes: 0 },
        );
        const shown = new Map<number, EpochMs>();
        const from = Date.parse(`${day}T00:00:00Z`) - DAY_MS;
        for (let moment = from; moment < from + 3 * DAY_MS; moment += MINUTE_MS) {
          const { date, minuteOfDay } = localTime(epochMs(moment), zone);
          if (date === day && minutes.includes(minuteOfDay) && !shown.has(minuteOfDay)) {
            shown.set(minuteOfDay, epochMs(moment));
          }
        }
        const expected = [...shown.values()].sort((a, b) => a - b);
        const found = slotsOfDay(plan, day, now, zone);
        assert.deepEqual(
          found.map(({ start }) => start),
          expected,
        );
        for (const each of found) assert.deepEqual(findSlot(open, plan, each.start, now, zone), each);
      },
    ),
    { numRuns: 40 },
  );
});

test('upcoming slots come soonest first, from those that are not past the cut-off to the last day ahead', () => {
  const plan = planOf([slot(1, 735), slot(1, 1_080), slot(1, 1_110), slot(2, 1_080), slot(4, 1_080)]);
  assert.deepEqual(starts(upcomingSlots(open, plan, noon, ZONE)), [
    '2026-11-23T21:00:00.000Z',
    '2026-11-23T21:30:00.000Z',
    '2026-11-24T21:00:00.000Z',
    '2026-11-26T21:00:00.000Z',
    '2026-11-30T15:15:00.000Z',
    '2026-11-30T21:00:00.000Z',
    '2026-11-30T21:30:00.000Z',
  ]);
  assert.deepEqual(upcomingSlots(open, undefined, noon, ZONE), []);
});

test('moments far away are no slots, and plans with two slots at one minute cannot be kept', () => {
  const plan = planOf([slot(1, 1_080)]);
  for (const far of ['0001-01-01T18:00:00Z', '9999-12-31T18:00:00Z']) {
    assert.equal(findSlot(open, plan, at(far), noon, ZONE), undefined);
  }
  assert.deepEqual(slotsOfDay(plan, '9999-12-27', noon, ZONE), []);
  assert.equal(isPlanSound(planOf([slot(1, 60), slot(1, 60, 45)])), false);
  assert.equal(isPlanSound(planOf([slot(1, 60), slot(2, 60)])), true);
});
