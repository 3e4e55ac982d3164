import { type EpochMs, epochMs, exponential, localTime, MINUTE_MS, type Random } from '@halfhour/kernel';
import { DEMAND_KINDS, type DemandKind, ordersPerMinute } from '../demand.ts';

/** Someone who opens the app. */
export interface Arrival {
  readonly moment: EpochMs;
  readonly kind: DemandKind;
  /** The same for the same seed and moment, also after a restart: a key for what the shopper then does. */
  readonly key: string;
  /** All that chance decides for this shopper. */
  readonly random: Random;
}

/**
 * The shoppers of the minute that starts at `minute`: a Poisson process at the rate of the demand curve.
 * Each minute has its own stream of chance, so a run that starts in the middle of a day goes on as one that
 * has run since the morning would.
 */
export function arrivalsInMinute(
  minute: EpochMs,
  timeZone: string,
  random: Random,
  ordersPerDay: number | undefined,
): Arrival[] {
  const { weekday, minuteOfDay, date } = localTime(minute, timeZone);
  const arrivals: Arrival[] = [];
  for (const kind of DEMAND_KINDS) {
    const rate = ordersPerMinute(kind, weekday, minuteOfDay, ordersPerDay);
    if (rate === 0) continue;
    const own = random.fork(`${date} ${minuteOfDay} ${kind}`);
    let at = exponential(own, MINUTE_MS / rate);
    for (let number = 0; at < MINUTE_MS; number++) {
      const key = `${date}-${minuteOfDay}-${kind}-${number}`;
      arrivals.push({ moment: epochMs(minute + Math.floor(at)), kind, key, random: random.fork(key) });
      at += exponential(own, MINUTE_MS / rate);
    }
  }
  return arrivals.sort((a, b) => a.moment - b.moment);
}
