import { type EpochMs, currency } from '@halfhour/kernel';
import { type TransactionDraft, clearing, refundsDue, shopperReceivable } from '../ledger/index.ts';
import type { FinishedPayment, RefundRecord } from './payment-store.ts';

/**
 * The capture, posted when the provider has answered: what the shopper owed is at the provider now. Where that is less
 * than the total, the rest stays owed.
 */
export function captureOf({ payment, capturedMinor }: FinishedPayment, at: EpochMs): TransactionDraft {
  return {
    kind: 'capture',
    reference: payment.orderId,
    currency: currency(payment.currency),
    postedAt: at,
    postings: [
      { account: clearing(payment.provider), amountMinor: capturedMinor },
      { account: shopperReceivable, amountMinor: -capturedMinor },
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
