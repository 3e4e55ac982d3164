import { type EpochMs, currency } from '@halfhour/kernel';
import { type TransactionDraft, clearing, refundsDue, shopperReceivable } from '../ledger/index.ts';
import type { PaymentRecord, RefundRecord } from './payment-store.ts';

/** The capture, posted when the provider has answered: what the shopper owed is at the provider now. */
export function captureOf(payment: PaymentRecord, at: EpochMs): TransactionDraft {
  return {
    kind: 'capture',
    reference: payment.orderId,
    currency: currency(payment.currency),
    postedAt: at,
    postings: [
      { account: clearing(payment.provider), amountMinor: payment.amountMinor },
      { account: shopperReceivable, amountMinor: -payment.amountMinor },
    ],
  };
}

/** A refund that the provider has paid. It is about the order, as its refund is; the kind names which of them. */
export function refundPaidOf({ id, amountMinor, payment }: RefundRecord, at: EpochMs): TransactionDraft {
  return {
    kind: `refund-paid-${id}`,
    reference: payment.orderId,
    currency: currency(payment.currency),
    postedAt: at,
    postings: [
      { account: refundsDue, amountMinor },
      { account: clearing(payment.provider), amountMinor: -amountMinor },
    ],
  };
}
