import type { OrderId, RefundId } from '@halfhour/kernel';
import type { ExceptionDraft } from './exception.ts';
import { orderIdOf } from './payment-store.ts';
import type { PaymentState } from './payment-machine.ts';
import type { ProviderOperation } from './provider.ts';

/** What our books say that a provider has done. */
export interface BookedPayment {
  readonly orderId: OrderId;
  readonly state: PaymentState;
  readonly capturedMinor: number;
}

export interface BookedRefund {
  readonly refundId: RefundId;
  readonly orderId: OrderId;
  readonly amountMinor: number;
  readonly isDone: boolean;
}

export interface Booked {
  readonly payments: readonly BookedPayment[];
  readonly refunds: readonly BookedRefund[];
}

export interface Comparison {
  /** What the provider lists in the span. */
  readonly within: readonly ProviderOperation[];
  /** The same, and what it lists around the span: a clock that differs makes nothing missing. */
  readonly theirs: readonly ProviderOperation[];
  /** What we have settled in the span. */
  readonly settled: Booked;
  /** What we have of the payments that the provider lists in the span. */
  readonly booked: Booked;
}

/**
 * Each difference between what a provider lists and what we have: money that it moved and we do not know of, that we
 * believe moved and it does not list, other amounts, another end, and what it did twice. Pure.
 */
export function compareOperations(
  provider: string,
  { within, theirs, settled, booked }: Comparison,
): ExceptionDraft[] {
  const found: ExceptionDraft[] = [];
  const payments = new Map(booked.payments.map((payment) => [payment.orderId, payment]));
  const refunds = new Map(booked.refunds.map((refund) => [refund.refundId, refund]));
  const listed = Map.groupBy(theirs, nameOf);

  for (const operation of within) {
    const orderId = orderIdOf(operation.paymentId);
    const about = { provider, orderId, subject: nameOf(operation), theirsMinor: operation.amountMinor };
    const payment = payments.get(orderId);
    const same = listed.get(nameOf(operation)) ?? [];
    if (operation.kind !== 'void' && same.length > 1) {
      const theirsMinor = same.reduce((sum, each) => sum + each.amountMinor, 0);
      found.push({
        ...about,
        kind: 'duplicate',
        theirsMinor,
        oursMinor: operation.amountMinor,
        detail: `The provider lists ${same.length} times the ${operation.kind}: ${same.map(({ id }) => id).join(', ')}.`,
      });
      continue;
    }
    if (operation.kind === 'refund') {
      const refund = operation.refundId === undefined ? undefined : refunds.get(operation.refundId);
      if (refund === undefined) {
        found.push({
          ...about,
          kind: 'missing_here',
          detail: 'The provider has paid a refund that we do not know.',
        });
      } else if (!refund.isDone) {
        found.push({
          ...about,
          kind: 'state_differs',
          refundId: refund.refundId,
          oursMinor: 0,
          detail: 'The provider has paid a refund that is not done here.',
        });
      } else if (refund.amountMinor !== operation.amountMinor) {
        found.push({
          ...about,
          kind: 'amount_differs',
          refundId: refund.refundId,
          oursMinor: refund.amountMinor,
          detail: 'The provider has refunded another amount.',
        });
      }
    } else if (payment === undefined) {
      if (operation.kind === 'capture') {
        found.push({
          ...about,
          kind: 'missing_here',
          detail: 'The provider has captured a payment that we do not know.',
        });
      }
    } else if (operation.kind === 'void') {
      if (payment.state === 'captured') {
        found.push({
          ...about,
          kind: 'state_differs',
          oursMinor: payment.capturedMinor,
          detail: 'The provider has voided what is captured here.',
        });
      }
    } else if (payment.state !== 'captured') {
      found.push({
        ...about,
        kind: 'state_differs',
        oursMinor: 0,
        detail: `The provider has captured what is ${payment.state} here.`,
      });
    } else if (payment.capturedMinor !== operation.amountMinor) {
      found.push({
        ...about,
        kind: 'amount_differs',
        oursMinor: payment.capturedMinor,
        detail: 'The provider has captured another amount.',
      });
    }
  }

  for (const { orderId, state, capturedMinor } of settled.payments) {
    if (state !== 'captured' || listed.has(`capture ${orderId}`)) continue;
    found.push({
      kind: 'missing_there',
      provider,
      orderId,
      subject: `capture ${orderId}`,
      oursMinor: capturedMinor,
      detail: 'The provider does not list a capture that we have.',
    });
  }
  for (const { refundId, orderId, amountMinor, isDone } of settled.refunds) {
    if (!isDone || listed.has(`refund ${refundId}`)) continue;
    found.push({
      kind: 'missing_there',
      provider,
      orderId,
      refundId,
      subject: `refund ${refundId}`,
      oursMinor: amountMinor,
      detail: 'The provider does not list a refund that we have.',
    });
  }
  return found;
}

/** What an operation is called where it may be done once. */
function nameOf({ kind, paymentId, refundId, id }: ProviderOperation): string {
  return kind === 'refund' ? `refund ${refundId ?? id}` : `${kind} ${orderIdOf(paymentId)}`;
}
