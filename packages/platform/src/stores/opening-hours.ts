import type { OpeningHours } from '@halfhour/contract';
import { type EpochMs, DAY_MS, MINUTE_MS, epochMs, localTime } from '@halfhour/kernel';

const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** A zone changes its offset a few times a year and a week has at most 50 windows: far fewer jumps happen. */
const MAX_JUMPS = 64;

/** Whether a wall clock in `timeZone` is within one of the weekly windows; the closing minute is outside. */
export function isWithinHours(hours: readonly OpeningHours[], moment: EpochMs, timeZone: string): boolean {
  return isWithin(hours, minuteOfWeek(moment, timeZone));
}

/**
 * The first moment from `moment` on that is within the hours, to the minute; undefined without a window.
 *
 * Goes from one opening to the next by the wall clock. Where the clock changes in between (daylight saving)
 * it stops at the change and looks again from there: an opening may have been skipped or come a second time.
 */
export function nextWithinHours(
  hours: readonly OpeningHours[],
  moment: EpochMs,
  timeZone: string,
): EpochMs | undefined {
  if (!hours.some(isWindow)) return undefined;
  if (isWithinHours(hours, moment, timeZone)) return moment;
  let at = epochMs(Math.floor(moment / MINUTE_MS) * MINUTE_MS);
  for (let jump = 0; jump < MAX_JUMPS; jump++) {
    const local = minuteOfWeek(at, timeZone);
    const opening = epochMs(at + minutesToOpening(hours, local) * MINUTE_MS);
    at = firstChange(at, opening, timeZone) ?? opening;
    if (isWithinHours(hours, at, timeZone)) return at;
  }
  return undefined;
}

/** Whether hours can be kept: each window ends after it begins and is no longer than a day. */
export function areHoursSound(hours: readonly OpeningHours[]): boolean {
  return hours.every((window) => isWindow(window) && window.closesMinute - window.opensMinute <= DAY_MINUTES);
}

function isWindow(window: OpeningHours): boolean {
  return window.closesMinute > window.opensMinute;
}

function isWithin(hours: readonly OpeningHours[], minute: number): boolean {
  return hours.some(({ weekday, opensMinute, closesMinute }) => {
    const since = (minute - weekday * DAY_MINUTES - opensMinute + 2 * WEEK_MINUTES) % WEEK_MINUTES;
    return since < closesMinute - opensMinute;
  });
}

/** Minutes of the wall clock until the next window begins, 1 to a week. */
function minutesToOpening(hours: readonly OpeningHours[], minute: number): number {
  let least = WEEK_MINUTES;
  for (const window of hours) {
    if (!isWindow(window)) continue;
    const opens = window.weekday * DAY_MINUTES + window.opensMinute;
    const wait = (opens - minute + 2 * WEEK_MINUTES) % WEEK_MINUTES;
    least = Math.min(least, wait === 0 ? WEEK_MINUTES : wait);
  }
  return least;
}

function minuteOfWeek(moment: EpochMs, timeZone: string): number {
  const { weekday, minuteOfDay } = localTime(moment, timeZone);
  return weekday * DAY_MINUTES + minuteOfDay;
}

/** The first minute after `from`, at most `to`, at which the zone has another offset than at `from`. */
function firstChange(from: EpochMs, to: EpochMs, timeZone: string): EpochMs | undefined {
  const offset = offsetMinutes(from, timeZone);
  // Two changes in one search would hide each other; they lie weeks apart, so looking once a day is enough.
  for (let before: number = from; before < to; before += DAY_MS) {
    const after = Math.min(before + DAY_MS, to);
    if (offsetMinutes(epochMs(after), timeZone) === offset) continue;
    let low = before;
    let high = after;
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetMinutes(epochMs(middle), timeZone) === offset) low = middle;
      else high = middle;
    }
    return epochMs(high);
  }
  return undefined;
}

/** Minutes of the week by the wall clock less those by UTC: the offset of the zone, as far as a week can tell. */
function offsetMinutes(moment: EpochMs, timeZone: string): number {
  const utc = Math.floor(moment / MINUTE_MS) + 4 * DAY_MINUTES; // 1970-01-01 was a Thursday
  return (((minuteOfWeek(moment, timeZone) - utc) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}
