import { type Charge, readCharges } from '@halfhour/engines/pricing';
import type { OrderRecord } from './order.ts';
import { type PricingTerms, sumUp } from './price-basket.ts';

/**
 * What an order would be charged by other terms: its lines at their prices, at its hour, with its tip and the surge that it
 * had. The order itself stays as it is.
 *
 * @param metres from its store to its door
 */
export function repriceOrder(order: OrderRecord, terms: PricingTerms, metres: number): readonly Charge[] {
  const { storeId, address, tipMinor } = order;
  const way = readCharges(order.charges).find(({ kind }) => kind === 'delivery_fee')?.basis;
  const surgeBp = way?.of === 'way' ? way.surgeBp : 10_000;
  const at = order.slot ?? order.placedAt;
  return sumUp(order.lines, { storeId, address, at, metres, surgeBp, tipMinor }, terms).charges;
}
