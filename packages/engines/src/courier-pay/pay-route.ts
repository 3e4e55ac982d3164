import type { PayPart, PayPlan, Peak, Pickup, RouteWork } from './types.ts';

const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;
const MINUTE_MS = MINUTE_SECONDS * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const WHOLE_BP = 10_000;

/**
 * The parts of what a route pays for its work, known when it is laid out: orders, distance and peaks. Parts of nothing
 * are left out. Each is rounded half up to whole minor units by itself, so the parts add up to the pay.
 */
export function payForWork(plan: PayPlan, work: RouteWork): PayPart[] {
  const { perOrderMinor, perKmMinor, peaks = [] } = plan;
  const { orders } = work;
  const parts: PayPart[] = [{ kind: 'orders', orders, perOrderMinor, amountMinor: perOrderMinor * orders }];
  if (perKmMinor > 0) {
    const metres = work.metres();
    const amountMinor = Math.round((perKmMinor * metres) / 1_000);
    parts.push({ kind: 'distance', metres, perKmMinor, amountMinor });
  }
  const baseMinor = sumOfParts(parts);
  for (const peak of peaks) {
    if (!isWithin(peak, work)) continue;
    const amountMinor =
      'rateBp' in peak ? Math.round((baseMinor * peak.rateBp) / WHOLE_BP) : peak.perOrderMinor * orders;
    parts.push({ kind: 'peak', peak, amountMinor });
  }
  return parts.filter((part) => part.amountMinor > 0);
}

/**
 * What waiting at the store pays, by whole seconds: from the end of the free minutes after the arrival, or from the
 * promised ready time where that is later, to the pickup. So who comes early waits at nobody's cost until then.
 * Undefined where it pays nothing.
 */
export function payForWaiting({ waiting }: PayPlan, pickup: Pickup): PayPart | undefined {
  if (waiting === undefined) return undefined;
  const { freeMinutes, perMinuteMinor } = waiting;
  const paidFrom = Math.max(pickup.arrivedAt + freeMinutes * MINUTE_MS, pickup.promisedReadyAt ?? -Infinity);
  const seconds = Math.floor((pickup.pickedUpAt - paidFrom) / SECOND_MS);
  if (seconds <= 0) return undefined;
  const amountMinor = Math.round((perMinuteMinor * seconds) / MINUTE_SECONDS);
  return amountMinor === 0 ? undefined : { kind: 'waiting', seconds, perMinuteMinor, amountMinor };
}

/** What parts come to, in minor units. */
export function sumOfParts(parts: readonly PayPart[]): number {
  return parts.reduce((sum, part) => sum + part.amountMinor, 0);
}

/**
 * What a shift's pay is short of what its time guarantees, in minor units; 0 where it is not, or nothing is guaranteed.
 *
 * @param shift how long it was, and what its routes paid without tips
 */
export function guaranteeTopUp(
  { hourlyGuaranteeMinor = 0 }: Pick<PayPlan, 'hourlyGuaranteeMinor'>,
  shift: { readonly milliseconds: number; readonly paidMinor: number },
): number {
  const guaranteedMinor = Math.round((hourlyGuaranteeMinor * shift.milliseconds) / HOUR_MS);
  return Math.max(0, guaranteedMinor - shift.paidMinor);
}

function isWithin({ weekdays, fromMinute, toMinute }: Peak, { weekday, minuteOfDay }: RouteWork): boolean {
  return weekdays.includes(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute;
}
