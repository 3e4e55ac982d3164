import { type EpochMs, HOUR_MS, MINUTE_MS, type Random, SECOND_MS, addMs, epochMs } from '@halfhour/kernel';

/** Waits after the first failed attempt, the second, …: the example schedule of Standard Webhooks 1.0. */
export const RETRY_AFTER_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** An endpoint that asks for more patience than this is asked again anyway. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;
/** So that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * When to try again after `attempts` failed ones, a fifth later at most so that not all come at once, and not before
 * the endpoint's `Retry-After`, of which a day is believed. Undefined after the last attempt.
 */
export function nextAttempt(
  now: EpochMs,
  attempts: number,
  retryAfter: string | undefined,
  random: Random,
): EpochMs | undefined {
  const wait = RETRY_AFTER_MS[attempts - 1];
  if (wait === undefined) return undefined;
  const asked = Math.min(parseRetryAfter(retryAfter, now), MAX_RETRY_AFTER_MS);
  return addMs(now, Math.max(wait * (1 + JITTER * random.next()), asked));
}

/** Milliseconds from seconds or an HTTP date (RFC 9110, 10.2.3); 0 where it is neither. */
function parseRetryAfter(text: string | undefined, now: EpochMs): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? 0 : Math.max(0, epochMs(moment) - now);
}
