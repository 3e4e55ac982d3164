import type { LocalTime } from '@halfhour/kernel';
import type { VehicleProfile } from './profiles.ts';

/** Stretches of the week with the same speeds. `usual` is what the table of speeds says. */
export const PERIODS = ['usual', 'rush', 'night'] as const;
export type Period = (typeof PERIODS)[number];

/**
 * Percent of the usual speed. Assumptions, like the speeds themselves, in one place so that a market can be
 * calibrated: queues hold cars up, motorcycles pass between them, bicycles have lanes or pass as well.
 */
export const SPEED_PERCENT: Readonly<Record<Period, Readonly<Record<VehicleProfile, number>>>> = {
  usual: { motorcycle: 100, bicycle: 100, car: 100 },
  rush: { motorcycle: 90, bicycle: 100, car: 75 },
  night: { motorcycle: 110, bicycle: 100, car: 120 },
};

const WORKDAY: readonly (readonly [untilMinute: number, period: Period])[] = [
  [6 * 60, 'night'],
  [7 * 60 + 30, 'usual'],
  [9 * 60 + 30, 'rush'],
  [17 * 60, 'usual'],
  [19 * 60 + 30, 'rush'],
  [22 * 60, 'usual'],
];
const WEEKEND: typeof WORKDAY = [
  [7 * 60, 'night'],
  [22 * 60, 'usual'],
];

/**
 * The period in which someone leaves. A trip is travelled at the speeds of its departure to its end: it is
 * over in minutes, a period lasts hours.
 */
export function periodAt({ weekday, minuteOfDay }: Pick<LocalTime, 'weekday' | 'minuteOfDay'>): Period {
  const day = weekday === 0 || weekday === 6 ? WEEKEND : WORKDAY;
  return day.find(([untilMinute]) => minuteOfDay < untilMinute)?.[1] ?? 'night';
}
