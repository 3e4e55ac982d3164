import { type PayPlan, payForWaiting, payForWork, sumOfParts } from '@halfhour/engines/courier-pay';
import { type EpochMs, localTime } from '@halfhour/kernel';
import type { MarketPolicy, MarketRecord } from '../markets/index.ts';

/** What couriers of a market are paid. */
export function payPlanOf({
  courierPayPerOrderMinor,
  courierPayPerKmMinor,
  courierTerms,
}: MarketPolicy): PayPlan {
  return {
    perOrderMinor: courierPayPerOrderMinor,
    perKmMinor: courierPayPerKmMinor,
    ...courierTerms,
  };
}

/**
 * What a courier is promised for a route, in minor units: so much an order, for the way from the store over all doors,
 * and what the peaks add that the market's clock is in.
 *
 * @param at when the route is given, or given other orders
 * @param metres asked only where the market pays for them
 */
export function routePay(
  { policy, timeZone }: Pick<MarketRecord, 'policy' | 'timeZone'>,
  at: EpochMs,
  orders: number,
  metres: () => number,
): number {
  const { weekday, minuteOfDay } = localTime(at, timeZone);
  return sumOfParts(payForWork(payPlanOf(policy), { orders, metres, weekday, minuteOfDay }));
}

/** What waiting for a pickup adds, in minor units. */
export function waitingPay(
  policy: MarketPolicy,
  pickup: {
    readonly arrivedAt: EpochMs;
    readonly completedAt: EpochMs;
    /** Of the order that was promised last. */
    readonly promisedReadyAt: EpochMs | undefined;
  },
): number {
  const { arrivedAt, completedAt, promisedReadyAt } = pickup;
  const part = payForWaiting(payPlanOf(policy), { arrivedAt, pickedUpAt: completedAt, promisedReadyAt });
  return part?.amountMinor ?? 0;
}
