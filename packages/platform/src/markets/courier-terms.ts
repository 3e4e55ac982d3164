import type { PayPlan, Peak, WaitingPay } from '@halfhour/engines/courier-pay';
import { invariant } from '@halfhour/kernel';

/** What couriers are paid beside orders and distance: for waiting, in peaks, and for each hour at least. */
export type CourierTerms = Pick<PayPlan, 'waiting' | 'hourlyGuaranteeMinor' | 'peaks'>;

type Fields = Readonly<Record<string, unknown>>;

/** Beyond these a term is a slip of the pen; the products of all of them are exact. */
const MAX_AMOUNT_MINOR = 100_000_000;
const MAX_RATE_BP = 100_000;
const MAX_PEAKS = 50;
const DAY_MINUTES = 1_440;

/**
 * Reads terms from JSON, without fields that are absent. Throws InvariantViolation where one is unknown, missing or
 * beyond its range: a misspelt term would pay nothing and tell nobody.
 */
export function parseCourierTerms(stored: unknown): CourierTerms {
  const { waiting, hourlyGuaranteeMinor, peaks } = fieldsOf(stored, 'courierTerms', [
    'waiting',
    'hourlyGuaranteeMinor',
    'peaks',
  ]);
  return {
    ...(waiting === undefined ? {} : { waiting: waitingOf(waiting) }),
    ...(hourlyGuaranteeMinor === undefined
      ? {}
      : { hourlyGuaranteeMinor: whole(hourlyGuaranteeMinor, 'hourlyGuaranteeMinor', MAX_AMOUNT_MINOR) }),
    ...(peaks === undefined ? {} : { peaks: listOf(peaks, 'peaks', MAX_PEAKS).map(peakOf) }),
  };
}

function waitingOf(value: unknown): WaitingPay {
  const fields = fieldsOf(value, 'waiting', ['freeMinutes', 'perMinuteMinor']);
  return {
    freeMinutes: whole(fields['freeMinutes'], 'waiting.freeMinutes', DAY_MINUTES),
    perMinuteMinor: whole(fields['perMinuteMinor'], 'waiting.perMinuteMinor', MAX_AMOUNT_MINOR),
  };
}

function peakOf(value: unknown): Peak {
  const { weekdays, fromMinute, toMinute, rateBp, perOrderMinor } = fieldsOf(value, 'peaks', [
    'weekdays',
    'fromMinute',
    'toMinute',
    'rateBp',
    'perOrderMinor',
  ]);
  const time = {
    weekdays: listOf(weekdays, 'peaks.weekdays', 7).map((day) => whole(day, 'peaks.weekdays', 6)),
    fromMinute: whole(fromMinute, 'peaks.fromMinute', DAY_MINUTES),
    toMinute: whole(toMinute, 'peaks.toMinute', DAY_MINUTES),
  };
  invariant(time.fromMinute < time.toMinute, 'peaks.fromMinute must be before peaks.toMinute');
  invariant(
    (rateBp === undefined) !== (perOrderMinor === undefined),
    'peaks: either rateBp or perOrderMinor must be there',
  );
  return rateBp === undefined
    ? { ...time, perOrderMinor: whole(perOrderMinor, 'peaks.perOrderMinor', MAX_AMOUNT_MINOR) }
    : { ...time, rateBp: whole(rateBp, 'peaks.rateBp', MAX_RATE_BP) };
}

function fieldsOf(value: unknown, name: string, known: readonly string[]): Fields {
  invariant(typeof value === 'object' && value !== null && !Array.isArray(value), `${name} is not an object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  invariant(unknown === undefined, `${name} has no ${unknown}, but ${known.join(', ')}`);
  return value as Fields;
}

function listOf(value: unknown, name: string, most: number): readonly unknown[] {
  invariant(
    Array.isArray(value) && value.length > 0 && value.length <= most,
    `${name} is not a list of 1 to ${most}`,
  );
  return value as readonly unknown[];
}

function whole(value: unknown, name: string, most: number): number {
  invariant(
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most,
    `${name} is not a whole number of 0 to ${most}: ${String(value)}`,
  );
  return value as number;
}
