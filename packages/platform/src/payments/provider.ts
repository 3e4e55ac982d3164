import type { MarketId, PaymentId, RefundId } from '@halfhour/kernel';

/** What a provider is asked. The payment's id is also the provider's idempotency key for each operation. */
export interface PaymentRequest {
  readonly marketId: MarketId;
  readonly paymentId: PaymentId;
  readonly amountMinor: number;
  readonly currency: string;
  /** The provider's token of what the shopper pays with; never a card number. */
  readonly method: string;
  readonly reference: string | undefined;
}

/**
 * `pending`: the provider has taken the request and will tell later by a notification, or when asked again.
 * An operation that throws or does not answer in time is treated as pending: nobody knows, so it is asked again.
 */
export type PaymentAnswer =
  | { readonly kind: 'done'; readonly reference: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'pending' };

/** What a provider reports by itself; may come late, twice, or in another order. */
export interface PaymentNotification {
  readonly paymentId: PaymentId;
  readonly outcome: 'authorised' | 'declined';
  readonly reference: string;
}

/** A payment provider. Every operation is idempotent at the provider under the payment's or refund's id. */
export interface PaymentProvider {
  readonly name: string;
  authorise(request: PaymentRequest, signal: AbortSignal): Promise<PaymentAnswer>;
  /**
   * Raises what is authorised to `amountMinor`; asked before the order's total rises. What is authorised for that much
   * already stays, so a repeat, or one that comes behind a higher one, does no harm. An authorisation that stays
   * higher than the total is harmless, too: the total is captured. Declined where the payment was captured or voided,
   * and by a provider that cannot do it.
   */
  raise(request: PaymentRequest, signal: AbortSignal): Promise<PaymentAnswer>;
  /** Takes `amountMinor`, which may be less than was authorised; the rest is released. */
  capture(request: PaymentRequest, signal: AbortSignal): Promise<PaymentAnswer>;
  void(request: PaymentRequest, signal: AbortSignal): Promise<PaymentAnswer>;
  refund(
    request: PaymentRequest & { readonly refundId: RefundId },
    signal: AbortSignal,
  ): Promise<PaymentAnswer>;
  /** Checks the signature and reads a notification; undefined when it is not from the provider. */
  readNotification(body: Readonly<Record<string, unknown>>): PaymentNotification | undefined;
}
