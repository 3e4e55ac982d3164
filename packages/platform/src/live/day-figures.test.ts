import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, fromRfc3339, localTime } from '@halfhour/kernel';
import type { OrderRecord } from '../ordering/index.ts';
import { shareOfOrder, startOfDay, toFigures } from './day-figures.ts';

const at = (text: string): EpochMs => fromRfc3339(text)!;

test('the day begins at midnight of the market, also on days when the clock changes', () => {
  const cases = [
    ['America/Montevideo', '2026-11-23T01:30:00Z', '2026-11-22T00:00:00-03:00'],
    ['America/New_York', '2026-03-08T15:00:00-04:00', '2026-03-08T00:00:00-05:00'],
    ['America/New_York', '2026-11-01T15:00:00-05:00', '2026-11-01T00:00:00-04:00'],
    ['Asia/Shanghai', '2026-06-01T23:59:59+08:00', '2026-06-01T00:00:00+08:00'],
  ] as const;
  for (const [zone, moment, midnight] of cases) {
    const start = startOfDay(at(moment), zone);
    assert.equal(start, at(midnight), `${zone} ${moment}`);
    assert.equal(localTime(start, zone).date, localTime(at(moment), zone).date);
  }
});

test('ratios are absent before there is anything to divide by', () => {
  const empty = { orders: 0, delivered: 0, cancelled: 0, onTime: 0, minutesToDoorSum: 0, grossMinor: 0 };
  assert.deepEqual(toFigures(empty, 0, [], 0), {
    orders: 0,
    open: 0,
    delivered: 0,
    cancelled: 0,
    couriersOnShift: 0,
    couriersBusy: 0,
    grossMinor: 0,
  });
  const some = { ...empty, orders: 5, delivered: 3, onTime: 2, minutesToDoorSum: 80 };
  const figures = toFigures(some, 2, [], 7_200);
  assert.deepEqual(
    [figures.onTimePercent, figures.minutesToDoorMean, figures.ordersPerCourierHour],
    [66.7, 26.7, 1.5],
  );
});

test('minutes to the door count from placement, or from when a scheduled order was to be begun', () => {
  const placedAt = at('2026-11-23T09:00:00-03:00');
  const delivered = {
    state: 'delivered',
    placedAt,
    deliveredAt: at('2026-11-23T18:10:00-03:00'),
    promise: { earliest: at('2026-11-23T18:00:00-03:00'), latest: at('2026-11-23T18:30:00-03:00') },
    totalMinor: 900,
  } as OrderRecord;
  assert.equal(shareOfOrder(delivered, placedAt).minutesToDoorSum, 550);
  const scheduled = { ...delivered, prepareAt: at('2026-11-23T17:45:00-03:00') };
  const { minutesToDoorSum, onTime } = shareOfOrder(scheduled, placedAt);
  assert.deepEqual([minutesToDoorSum, onTime], [25, 1]);
});
