import type { CourierId, StoreId } from '@halfhour/kernel';
import type { AccountName } from './transaction.ts';

/** The chart of accounts of a market. Liabilities are what the platform owes; income is what it earned. */

/** What shoppers owe for orders that were handed over, until their payment is captured. */
export const shopperReceivable: AccountName = { code: 'shoppers:receivable', kind: 'asset' };
/** What shoppers are to get back, until the provider has paid it. */
export const refundsDue: AccountName = { code: 'payments:refunds-due', kind: 'liability' };

/** Money that the payment provider holds for us. */
export function clearing(providerName: string): AccountName {
  return { code: `payments:${providerName}:clearing`, kind: 'asset' };
}

export function merchantPayable(store: StoreId): AccountName {
  return { code: `merchant:${store}:payable`, kind: 'liability' };
}

export function courierPayable(courier: CourierId): AccountName {
  return { code: `courier:${courier}:payable`, kind: 'liability' };
}

/** Tax that the platform collected for the state. */
export const TAX_PAYABLE: AccountName = { code: 'tax:payable', kind: 'liability' };
/** Tips of orders whose courier is not known: collected in store, or cancelled after payment. */
export const TIPS_UNASSIGNED: AccountName = { code: 'tips:unassigned', kind: 'liability' };
export const COMMISSION: AccountName = { code: 'platform:commission', kind: 'income' };
export const DELIVERY_FEES: AccountName = { code: 'platform:delivery-fees', kind: 'income' };
export const SERVICE_FEES: AccountName = { code: 'platform:service-fees', kind: 'income' };
export const COURIER_PAY: AccountName = { code: 'platform:courier-pay', kind: 'expense' };
/** What the platform gives back from its own pocket. */
export const REFUNDS: AccountName = { code: 'platform:refunds', kind: 'expense' };
