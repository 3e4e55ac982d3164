import { DAY_MS, type EpochMs, epochMs, localTime, MINUTE_MS } from '@halfhour/kernel';
import type { DemoShift } from '../demo-market.ts';

export interface ShiftTime {
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
}

/** A shift that ends sooner is not worth starting. */
const LEAST_REST_MS = 10 * MINUTE_MS;

/**
 * The shift that is on at `now`, else the next one; undefined for someone without shifts. Where a market has
 * summer time, shifts of the days around the change are off by its hour.
 */
export function nextShift(
  shifts: readonly DemoShift[],
  now: EpochMs,
  timeZone: string,
): ShiftTime | undefined {
  const { weekday, minuteOfDay } = localTime(now, timeZone);
  const midnight = now - (now % MINUTE_MS) - minuteOfDay * MINUTE_MS;
  let next: ShiftTime | undefined;
  for (let day = -1; day <= 7; day++) {
    for (const shift of shifts) {
      if (shift.weekday !== (weekday + day + 7) % 7) continue;
      const startsAt = epochMs(midnight + day * DAY_MS + shift.startMinute * MINUTE_MS);
      const endsAt = epochMs(midnight + day * DAY_MS + shift.endMinute * MINUTE_MS);
      if (endsAt - LEAST_REST_MS <= now) continue;
      if (next === undefined || startsAt < next.startsAt) next = { startsAt, endsAt };
    }
  }
  return next;
}
