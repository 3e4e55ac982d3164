import type { Slot, SlotPlan } from '@halfhour/contract';
import { type EpochMs, DAY_MS, MINUTE_MS, addMs, epochMs, localTime, toRfc3339 } from '@halfhour/kernel';
import { type StoreRecord, isOpenAt } from '../stores/index.ts';

/** A slot of a plan on a day. */
export interface PlannedSlot {
  /** Names the slot within its store. */
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** The cut-off: the last moment at which it may be ordered for. */
  readonly orderUntil: EpochMs;
  readonly capacity: number;
}

/** Whether a plan can be kept: no two slots begin at the same minute of the week. */
export function isPlanSound({ slots }: SlotPlan): boolean {
  return (
    new Set(slots.map(({ weekday, startsMinute }) => `${weekday} ${startsMinute}`)).size === slots.length
  );
}

/**
 * The slots of a day of the calendar, in the order of their beginning; none beyond the days that the plan reaches
 * ahead. A slot begins when the wall clock shows its minute: the first time where the clock is set back, and not at
 * all on a day that skips it. It lasts as long as the plan says, whatever the clock does.
 *
 * @param day `2026-11-23`
 */
export function slotsOfDay(plan: SlotPlan, day: string, now: EpochMs, timeZone: string): PlannedSlot[] {
  const today = localTime(now, timeZone).date;
  if (day < today || day > addDays(today, plan.daysAhead)) return [];
  const weekday = new Date(midnightUtc(day)).getUTCDay();
  return plan.slots
    .filter((each) => each.weekday === weekday)
    .flatMap((each) => plannedOn(plan, each, day, timeZone) ?? [])
    .sort((a, b) => a.start - b.start);
}

function plannedOn(
  { cutoffMinutes }: SlotPlan,
  { startsMinute, lengthMinutes, capacity }: SlotPlan['slots'][number],
  day: string,
  timeZone: string,
): PlannedSlot | undefined {
  const start = momentOf(day, startsMinute, timeZone);
  if (start === undefined) return undefined;
  return {
    start,
    end: addMs(start, lengthMinutes * MINUTE_MS),
    orderUntil: addMs(start, -cutoffMinutes * MINUTE_MS),
    capacity,
  };
}

/** The slots of a day that the store takes orders for at `now`, see `isOrderable`; full ones too. */
export function orderableSlots(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  plan: SlotPlan | undefined,
  day: string,
  now: EpochMs,
  timeZone: string,
): PlannedSlot[] {
  if (plan === undefined) return [];
  return slotsOfDay(plan, day, now, timeZone).filter((slot) => isOrderable(store, slot, now, timeZone));
}

/** The slot that begins at `start`, if the store takes orders for it at `now`. */
export function findSlot(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  plan: SlotPlan | undefined,
  start: EpochMs,
  now: EpochMs,
  timeZone: string,
): PlannedSlot | undefined {
  if (plan === undefined || start <= now) return undefined;
  const { date, weekday, minuteOfDay } = localTime(start, timeZone);
  const planned = plan.slots.find((each) => each.weekday === weekday && each.startsMinute === minuteOfDay);
  if (planned === undefined || date > addDays(localTime(now, timeZone).date, plan.daysAhead))
    return undefined;
  const slot = plannedOn(plan, planned, date, timeZone);
  return slot?.start === start && isOrderable(store, slot, now, timeZone) ? slot : undefined;
}

/** The store is not paused or closed by its merchant, its hours hold the slot's start, and the cut-off is not past. */
function isOrderable(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  { start, orderUntil }: PlannedSlot,
  now: EpochMs,
  timeZone: string,
): boolean {
  return now <= Math.min(orderUntil, start - 1) && isOpenAt(store, start, timeZone);
}

/** All slots that can be ordered for at `now`, full ones too, soonest first. */
export function upcomingSlots(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  plan: SlotPlan | undefined,
  now: EpochMs,
  timeZone: string,
): PlannedSlot[] {
  if (plan === undefined) return [];
  const today = localTime(now, timeZone).date;
  return Array.from({ length: plan.daysAhead + 1 }, (_, later) =>
    orderableSlots(store, plan, addDays(today, later), now, timeZone),
  ).flat();
}

/** The slot as the API shows it. */
export function toSlot({ start, end, orderUntil, capacity }: PlannedSlot, taken: number): Slot {
  return {
    start: toRfc3339(start),
    end: toRfc3339(end),
    orderUntil: toRfc3339(orderUntil),
    left: Math.max(0, capacity - taken),
  };
}

/** The first moment of a day at which a wall clock in `timeZone` shows a minute; undefined where the day skips it. */
function momentOf(day: string, minuteOfDay: number, timeZone: string): EpochMs | undefined {
  const wanted = midnightUtc(day) + minuteOfDay * MINUTE_MS;
  // The offsets of the day before and after: whichever holds at the minute is one of the two.
  const candidates = [wanted - DAY_MS, wanted + DAY_MS]
    .map((near) => wanted - offsetMs(epochMs(near), timeZone))
    .sort((a, b) => a - b);
  for (const candidate of candidates) {
    const shown = localTime(epochMs(candidate), timeZone);
    if (shown.date === day && shown.minuteOfDay === minuteOfDay) return epochMs(candidate);
  }
  return undefined;
}

function offsetMs(moment: EpochMs, timeZone: string): number {
  const { date, minuteOfDay } = localTime(moment, timeZone);
  return midnightUtc(date) + minuteOfDay * MINUTE_MS - Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}

function addDays(day: string, days: number): string {
  return toRfc3339(epochMs(midnightUtc(day) + days * DAY_MS)).slice(0, 10);
}

function midnightUtc(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
