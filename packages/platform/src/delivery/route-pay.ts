import type { MarketPolicy } from '../markets/index.ts';

/**
 * What a courier earns for a route, in minor units: so much an order, and for the way from the store over all doors.
 *
 * @param metres asked only where the market pays for them
 */
export function routePay(
  { courierPayPerOrderMinor, courierPayPerKmMinor }: MarketPolicy,
  orders: number,
  metres: () => number,
): number {
  const wayMinor = courierPayPerKmMinor === 0 ? 0 : Math.round((courierPayPerKmMinor * metres()) / 1_000);
  return courierPayPerOrderMinor * orders + wayMinor;
}
