import { type EpochMs, type StoreId, type CourierId, allocate, currency, money } from '@halfhour/kernel';
import {
  type Posting,
  type TransactionDraft,
  COMMISSION,
  DELIVERY_FEES,
  REFUNDS,
  SERVICE_FEES,
  TAX_PAYABLE,
  TIPS_UNASSIGNED,
  courierPayable,
  merchantPayable,
  refundsDue,
  shopperReceivable,
} from '../ledger/index.ts';
import type { PaymentDraft } from '../payments/index.ts';
import type { OrderRecord, Split } from './order.ts';

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
      ...shares(order.split, order.storeId, order.courierId).map((posting) => ({
        ...posting,
        amountMinor: -posting.amountMinor,
      })),
    ],
  };
}

/**
 * A refund takes back from each in proportion to its share, all but the tip: that stays with the courier, so
 * its part is the platform's expense. `refundedBefore` makes each refund of an order a transaction of its own. The money
 * is due to the shopper from then on; the payments module posts that it is paid.
 */
export function refundOf(
  order: OrderRecord,
  amountMinor: number,
  refundedBefore: number,
  at: EpochMs,
): TransactionDraft {
  const code = currency(order.currency);
  const takenFrom = shares(order.split, order.storeId, order.courierId).map((posting) =>
    isTip(posting) ? { ...posting, account: REFUNDS } : posting,
  );
  const parts = allocate(
    money(amountMinor, code),
    takenFrom.map((posting) => posting.amountMinor),
  );
  return {
    kind: `refund-${refundedBefore}`,
    reference: order.id,
    currency: code,
    postedAt: at,
    postings: [
      { account: refundsDue, amountMinor: -amountMinor },
      ...takenFrom.map((posting, index) => ({ account: posting.account, amountMinor: parts[index]!.minor })),
    ],
  };
}

function isTip(posting: Posting): boolean {
  return posting.account.code.startsWith('courier:') || posting.account.code === TIPS_UNASSIGNED.code;
}

function shares(split: Split, storeId: StoreId, courierId: CourierId | undefined): Posting[] {
  return [
    { account: merchantPayable(storeId), amountMinor: split.merchantMinor },
    { account: COMMISSION, amountMinor: split.commissionMinor },
    { account: DELIVERY_FEES, amountMinor: split.deliveryFeeMinor },
    { account: SERVICE_FEES, amountMinor: split.serviceFeeMinor },
    { account: TAX_PAYABLE, amountMinor: split.taxMinor },
    {
      account: courierId === undefined ? TIPS_UNASSIGNED : courierPayable(courierId),
      amountMinor: split.tipMinor,
    },
  ];
}
