import { type MerchantFee, merchantFees, merchantFeesBack, readCharges } from '@halfhour/engines/pricing';
import type { OrderRecord } from './order.ts';

/**
 * What the merchant paid the platform in one posting of an order, with its tax, or got back in it: the ledger books tax by
 * authority alone, so the charges of the order say it.
 *
 * @param kind of the posting: `sale` or `refund-…`, as `order-money.ts` names them
 * @returns undefined where the order has no such posting
 */
export function merchantFeesOf(
  { charges, refunds = [] }: Pick<OrderRecord, 'charges' | 'refunds'>,
  kind: string,
): MerchantFee[] | undefined {
  if (kind === 'sale') return merchantFees(readCharges(charges));
  const at = refunds.findIndex(({ beforeMinor }) => kind === `refund-${beforeMinor}`);
  if (at < 0) return undefined;
  return merchantFeesBack(readCharges(charges), refunds[at - 1]?.minors ?? [], refunds[at]!.minors);
}
