import {
  type ChargeKind,
  type Owner,
  type RefundOfCharges,
  readCharges,
  sharesOf,
} from '@halfhour/engines/pricing';
import { type CourierId, type EpochMs, currency } from '@halfhour/kernel';
import {
  type AccountName,
  type Posting,
  type TransactionDraft,
  COMMISSION,
  DELIVERY_FEES,
  LOSSES,
  PACKAGING_FEES,
  REFUNDS,
  ROUNDING,
  SERVICE_FEES,
  SMALL_ORDER_FEES,
  TIPS_UNASSIGNED,
  courierFloat,
  courierPayable,
  merchantPayable,
  refundsDue,
  shopperReceivable,
  taxPayable,
} from '../ledger/index.ts';
import type { PaymentDraft } from '../payments/index.ts';
import type { OrderRecord } from './order.ts';

/** What the shopper owes for an order, and how it is paid. */
export function paymentOf(order: OrderRecord): PaymentDraft {
  return {
    ...order.payment,
    orderId: order.id,
    currency: order.currency,
    amountMinor: order.totalMinor,
    expiresAt: order.payUntil,
  };
}

/** Cash that was paid at the door: the courier has it, until it is brought in. */
export function cashOf(order: OrderRecord, courierId: CourierId, at: EpochMs): TransactionDraft {
  return {
    kind: 'capture',
    reference: order.id,
    currency: currency(order.currency),
    postedAt: at,
    postings: [
      { account: courierFloat(courierId), amountMinor: order.totalMinor },
      { account: shopperReceivable, amountMinor: -order.totalMinor },
    ],
  };
}

/**
 * The sale, posted when the order is handed over: the shopper owes the total, and everyone has a share of it. The
 * payments module posts what the shopper pays, when the provider has answered.
 */
export function saleOf(order: OrderRecord, at: EpochMs): TransactionDraft {
  return {
    kind: 'sale',
    reference: order.id,
    currency: currency(order.currency),
    postedAt: at,
    postings: [
      { account: shopperReceivable, amountMinor: order.totalMinor },
      ...sharesOf(readCharges(order.charges)).map(({ owner, amountMinor }) =>
        shareOf(order, owner, 0 - amountMinor),
      ),
    ],
  };
}

/**
 * An order that was cancelled after its courier had collected it: nobody pays for it, and the merchant, who has made it and
 * given it away, has the share that a sale would have brought, from the platform. There is no sale, so no fee and no tax of it.
 *
 * @returns undefined where a sale would have brought the merchant nothing
 */
export function lossOf(order: OrderRecord, at: EpochMs): TransactionDraft | undefined {
  const merchants = sharesOf(readCharges(order.charges)).find(({ owner }) => owner.of === 'merchant');
  const amountMinor = merchants?.amountMinor ?? 0;
  if (amountMinor <= 0) return undefined;
  return {
    kind: 'loss',
    reference: order.id,
    currency: currency(order.currency),
    postedAt: at,
    postings: [
      { account: LOSSES, amountMinor },
      { account: merchantPayable(order.storeId), amountMinor: -amountMinor },
    ],
  };
}

/**
 * A refund takes back from each what it got of what is refunded, all but the tip: that stays with the courier, so its part
 * is the platform's expense. `refundedBefore` makes each refund of an order a transaction of its own. The money is due to
 * the shopper from then on; the payments module posts that it is paid.
 */
export function refundPosting(
  order: OrderRecord,
  { amountMinor, takenFrom }: Pick<RefundOfCharges, 'amountMinor' | 'takenFrom'>,
  refundedBefore: number,
  at: EpochMs,
): TransactionDraft {
  return {
    kind: `refund-${refundedBefore}`,
    reference: order.id,
    currency: currency(order.currency),
    postedAt: at,
    postings: [
      { account: refundsDue, amountMinor: -amountMinor },
      ...takenFrom.map(({ owner, amountMinor: minor }) => shareOf(order, owner, minor)),
    ],
  };
}

/** An owner's part. A merchant's is posted in any case: settlement finds by it what the order's fees were. */
function shareOf(order: OrderRecord, owner: Owner, amountMinor: number): Posting {
  const posting = { account: accountOf(owner, order), amountMinor };
  return owner.of === 'merchant' ? { ...posting, evenIfZero: true } : posting;
}

/** The account that an owner's share of an order is in. */
function accountOf(owner: Owner, { storeId, courierId }: OrderRecord): AccountName {
  switch (owner.of) {
    case 'merchant':
      return merchantPayable(storeId);
    case 'courier':
      return courierId === undefined ? TIPS_UNASSIGNED : courierPayable(courierId);
    case 'authority':
      return taxPayable(owner.authority);
    case 'platform':
      return PLATFORM_ACCOUNTS[owner.kind];
  }
}

/** Where the platform books what it gets of a charge; a tip is only ever given back from its own pocket. */
const PLATFORM_ACCOUNTS: Readonly<Record<ChargeKind, AccountName>> = {
  commission: COMMISSION,
  service_fee: SERVICE_FEES,
  delivery_fee: DELIVERY_FEES,
  small_order_fee: SMALL_ORDER_FEES,
  packaging: PACKAGING_FEES,
  cash_rounding: ROUNDING,
  tip: REFUNDS,
  // Merchants' alone.
  item: COMMISSION,
  deposit: COMMISSION,
  service_charge: COMMISSION,
};
