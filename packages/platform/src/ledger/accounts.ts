import type { CourierId, StoreId, UserId } from '@halfhour/kernel';
import type { AccountName } from './transaction.ts';

/**
 * The accounts of a market, as those who post name them; `chart.ts` says them in a finance person's words. Assets are
 * what others owe us or hold for us, liabilities what the platform owes, income what it earned, expenses what it paid.
 */

/** What shoppers owe for orders that were handed over, until their payment is captured. */
export const shopperReceivable: AccountName = { code: 'shoppers:receivable', kind: 'asset' };
/** The market's account at its bank. */
export const bank: AccountName = { code: 'bank:main', kind: 'asset' };
/** Captured money that is in dispute: taken back by the provider until the dispute is decided. */
export const disputesOpen: AccountName = { code: 'disputes:open', kind: 'asset' };

/** Money that a payment provider has captured, and not yet paid out to the bank. */
export function clearing(providerName: string): AccountName {
  return { code: `payments:${providerName}:clearing`, kind: 'asset' };
}

/** Cash that a courier took at doors and has not handed in. */
export function courierFloat(courier: CourierId): AccountName {
  return { code: `courier:${courier}:float`, kind: 'asset' };
}

export function merchantPayable(store: StoreId): AccountName {
  return { code: `merchant:${store}:payable`, kind: 'liability' };
}

export function courierPayable(courier: CourierId): AccountName {
  return { code: `courier:${courier}:payable`, kind: 'liability' };
}

/** What a shopper has in store with the platform. */
export function walletLiability(user: UserId): AccountName {
  return { code: `wallet:${user}:balance`, kind: 'liability' };
}

/**
 * Tax that the platform collected and owes.
 * @param authority to whom: a short code without colons, such as `uy-dgi`
 */
export function taxPayable(authority: string): AccountName {
  return { code: `tax:${authority}:payable`, kind: 'liability' };
}

/** Gift cards and group vouchers that were sold and not redeemed. */
export const voucherLiability: AccountName = { code: 'vouchers:outstanding', kind: 'liability' };
/** What shoppers are to get back, until the provider has paid it. */
export const refundsDue: AccountName = { code: 'payments:refunds-due', kind: 'liability' };
/** Payouts that the bank was told to make and has not confirmed. */
export const payoutsInTransit: AccountName = { code: 'payouts:in-transit', kind: 'liability' };
/** Tips of orders whose courier is not known: collected in store, or cancelled after payment. */
export const TIPS_UNASSIGNED: AccountName = { code: 'tips:unassigned', kind: 'liability' };

export const COMMISSION: AccountName = { code: 'platform:commission', kind: 'income' };
export const SERVICE_FEES: AccountName = { code: 'platform:service-fees', kind: 'income' };
export const DELIVERY_FEES: AccountName = { code: 'platform:delivery-fees', kind: 'income' };
export const SMALL_ORDER_FEES: AccountName = { code: 'platform:small-order-fees', kind: 'income' };
export const PACKAGING_FEES: AccountName = { code: 'platform:packaging-fees', kind: 'income' };

export const COURIER_PAY: AccountName = { code: 'platform:courier-pay', kind: 'expense' };
/** What the platform gives back from its own pocket. */
export const REFUNDS: AccountName = { code: 'platform:refunds', kind: 'expense' };
/** What the platform gives without owing it. */
export const GOODWILL: AccountName = { code: 'platform:goodwill', kind: 'expense' };
/** Money that will not come: lost disputes, unpaid orders, cash that is missing. */
export const LOSSES: AccountName = { code: 'platform:losses', kind: 'expense' };
export const PROVIDER_FEES: AccountName = { code: 'platform:provider-fees', kind: 'expense' };
/** What coins and halves of a minor unit could not settle. */
export const ROUNDING: AccountName = { code: 'platform:rounding', kind: 'expense' };

/**
 * Discounts that are an expense in these books.
 * @param bearer who pays for them: `platform`, or a campaign's short code without colons
 */
export function subsidies(bearer: string): AccountName {
  return { code: `subsidies:${bearer}`, kind: 'expense' };
}
