import { type CourierId, type StoreId, type UserId } from '@halfhour/kernel';
import {
  COMMISSION,
  COURIER_PAY,
  DELIVERY_FEES,
  GOODWILL,
  LOSSES,
  PACKAGING_FEES,
  PROVIDER_FEES,
  REFUNDS,
  ROUNDING,
  SERVICE_FEES,
  SMALL_ORDER_FEES,
  TIPS_UNASSIGNED,
  bank,
  clearing,
  courierFloat,
  courierPayable,
  disputesOpen,
  merchantPayable,
  payoutsInTransit,
  refundsDue,
  shopperReceivable,
  subsidies,
  taxPayable,
  voucherLiability,
  walletLiability,
} from './accounts.ts';
import type { AccountKind, AccountName } from './transaction.ts';

/** An account of the chart, or all those that are kept for each owner. */
export interface ChartEntry {
  /** The code of the account; `*` stands for whose it is: `merchant:*:payable`. */
  readonly family: string;
  readonly kind: AccountKind;
  /** As in a balance sheet or a profit and loss account. */
  readonly name: string;
  /** What stands on it, and what moves it. */
  readonly meaning: string;
}

const each = ({ code, kind }: AccountName, name: string, meaning: string): ChartEntry => ({
  family: code,
  kind,
  name,
  meaning,
});
const store = '*' as StoreId;
const courier = '*' as CourierId;
const user = '*' as UserId;

/** The chart of accounts, in the order in which a balance sheet and a profit and loss account have them. */
export const CHART: readonly ChartEntry[] = [
  each(
    bank,
    'Cash at bank',
    'Money at the bank: comes with the payouts of providers, goes with those to merchants and couriers.',
  ),
  each(
    shopperReceivable,
    'Shopper receivables',
    'Orders that were handed over and not yet paid for: rises with the sale, falls with the capture.',
  ),
  each(
    clearing('*'),
    'Payment provider clearing',
    'Captured by a provider and not yet paid out to the bank; refunds that it paid are taken off.',
  ),
  each(
    courierFloat(courier),
    'Courier cash float',
    'Cash that a courier took at doors and has not handed in.',
  ),
  each(
    disputesOpen,
    'Disputed payments',
    'Taken back by a provider until the dispute is decided: then back to clearing, or a loss.',
  ),

  each(
    merchantPayable(store),
    'Merchant payables',
    'Owed to a store: its share of sales, less refunds and payouts.',
  ),
  each(
    courierPayable(courier),
    'Courier payables',
    'Owed to a courier: pay for routes and tips, less payouts.',
  ),
  each(
    walletLiability(user),
    'Wallet balances',
    'What a shopper has in store: refunds, goodwill and top-ups, less what was spent.',
  ),
  each(
    voucherLiability,
    'Gift cards and vouchers outstanding',
    'Vouchers that were sold and not yet redeemed.',
  ),
  each(
    refundsDue,
    'Refunds due',
    'Refunds that were decided and that the provider or the wallet has not paid yet.',
  ),
  each(
    payoutsInTransit,
    'Payouts in transit',
    'Payouts that the bank was told to make and has not confirmed.',
  ),
  each(taxPayable('*'), 'Tax payable', 'Collected for a tax authority and not yet remitted.'),
  each(
    TIPS_UNASSIGNED,
    'Tips not assigned',
    'Tips of orders that no courier brought: collected in store, or cancelled after payment.',
  ),

  each(COMMISSION, 'Commission', 'What merchants pay on the sales of their articles.'),
  each(SERVICE_FEES, 'Service fees', 'The software service fee on sales.'),
  each(DELIVERY_FEES, 'Delivery fees', 'What shoppers pay for the way.'),
  each(SMALL_ORDER_FEES, 'Small-order fees', 'What shoppers pay for baskets below the minimum.'),
  each(PACKAGING_FEES, 'Packaging fees', 'What shoppers pay for packaging, where the platform provides it.'),

  each(COURIER_PAY, 'Courier pay', 'What couriers earn for routes, waiting and guarantees; not tips.'),
  each(REFUNDS, 'Refunds borne by the platform', 'Parts of refunds that nobody else gives back.'),
  each(GOODWILL, 'Goodwill', 'Credit given to shoppers without owing it; what expires comes back here.'),
  each(subsidies('*'), 'Subsidies', 'Discounts, by who bears them.'),
  each(PROVIDER_FEES, 'Payment provider fees', 'What providers keep of their payouts.'),
  each(
    LOSSES,
    'Losses',
    'Money that will not come: lost disputes, orders that nobody paid for, cash that is missing.',
  ),
  each(ROUNDING, 'Rounding differences', 'What coins and halves of a minor unit could not settle.'),
];

const FAMILIES = CHART.map((entry) => ({
  entry,
  pattern: new RegExp(`^${entry.family.replace('*', '[^:]+')}$`),
}));

/** The place of an account in the chart; undefined for a code that the chart does not have. */
export function chartEntryOf(code: string): ChartEntry | undefined {
  return FAMILIES.find(({ pattern }) => pattern.test(code))?.entry;
}
