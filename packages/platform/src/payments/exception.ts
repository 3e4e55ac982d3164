import type { EpochMs, OrderId, PaymentExceptionId, RefundId } from '@halfhour/kernel';

/**
 * Something about money that a person has to look at. The first three a provider has said no to for good; `captured_less`
 * leaves a part of an order unpaid; `float_over_limit` is cash that a courier should bring in;
 * `payout_differs` is money that a provider has paid to the bank and that its payments do not explain;
 * the others are differences that reconciliation has found between the provider's list and ours.
 */
export const EXCEPTION_KINDS = [
  'capture_refused',
  'void_refused',
  'refund_refused',
  'captured_less',
  'missing_here',
  'missing_there',
  'amount_differs',
  'state_differs',
  'duplicate',
  'float_over_limit',
  'payout_differs',
] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

const OF_RECONCILIATION: ReadonlySet<ExceptionKind> = new Set([
  'missing_here',
  'missing_there',
  'amount_differs',
  'state_differs',
  'duplicate',
]);

/** Whether it is a difference between two lists, which can be compared again. */
export function isOfReconciliation(kind: ExceptionKind): boolean {
  return OF_RECONCILIATION.has(kind);
}

/**
 * How a person ends an exception. `ask_again`: the provider is asked once more. `paid_otherwise`: the money went by
 * the bank. `written_off`: what is missing is the platform's loss, and a refund that the shopper has got by a
 * dispute its gain, which makes up for the loss of that. `explained`: nothing was wrong, or it was mended
 * elsewhere. `agreed` is no choice of a person: checked again, both sides say the same.
 */
export const RESOLUTIONS = ['ask_again', 'paid_otherwise', 'written_off', 'explained'] as const;
export type Resolution = (typeof RESOLUTIONS)[number] | 'agreed';

/** What can be done about each kind; postings are made for `paid_otherwise` and `written_off`. */
export const CHOICES: Readonly<Record<ExceptionKind, readonly Resolution[]>> = {
  capture_refused: ['ask_again', 'paid_otherwise', 'written_off', 'explained'],
  void_refused: ['ask_again', 'explained'],
  refund_refused: ['ask_again', 'paid_otherwise', 'written_off', 'explained'],
  captured_less: ['paid_otherwise', 'written_off', 'explained'],
  missing_here: ['explained'],
  missing_there: ['explained'],
  amount_differs: ['explained'],
  state_differs: ['explained'],
  duplicate: ['explained'],
  float_over_limit: ['explained'],
  payout_differs: ['explained'],
};

export interface ExceptionDraft {
  readonly kind: ExceptionKind;
  /** What it is about: found again, it is the same exception. */
  readonly subject: string;
  readonly provider: string;
  readonly orderId?: OrderId | undefined;
  readonly refundId?: RefundId | undefined;
  readonly oursMinor?: number | undefined;
  readonly theirsMinor?: number | undefined;
  readonly detail: string;
}

export interface ExceptionRecord extends ExceptionDraft {
  readonly id: PaymentExceptionId;
  readonly state: 'open' | 'resolved';
  readonly foundAt: EpochMs;
  /** When it was last found to be so. */
  readonly seenAt: EpochMs;
  readonly resolution?: Resolution | undefined;
  readonly reason?: string | undefined;
  readonly resolvedBy?: string | undefined;
  readonly resolvedAt?: EpochMs | undefined;
}
