import type { EpochMs, MarketId, PaymentId, RefundId, UserId } from '@halfhour/kernel';

/** What a provider is asked. The payment's id is also the provider's idempotency key for each operation. */
export interface PaymentRequest {
  readonly marketId: MarketId;
  readonly paymentId: PaymentId;
  readonly amountMinor: number;
  readonly currency: string;
  /** The provider's token of what the shopper pays with; never a card number. */
  readonly method: string;
  readonly reference: string | undefined;
  /** Of a challenge that was told before: asked again, the provider says how it went. */
  readonly challengeToken?: string | undefined;
}

/**
 * `declined`: a no for good; nobody asks again by himself.
 * `pending`: the provider has taken the request and will tell later by a notification, or when asked again.
 * An operation that throws or does not answer in time is treated as pending: nobody knows, so it is asked again.
 */
export type PaymentAnswer =
  | {
      readonly kind: 'done';
      readonly reference: string;
      /** What a capture has taken, where that is not what was asked for. */
      readonly amountMinor?: number;
    }
  /** The shopper has to prove who pays, at `url`; asked again, the provider tells whether that is done. */
  | { readonly kind: 'challenge'; readonly url: string; readonly token: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'pending' };

/** What a provider reports of an authorisation by itself; may come late, twice, or in another order. */
export interface PaymentNotification {
  readonly paymentId: PaymentId;
  readonly outcome: 'authorised' | 'declined';
  readonly reference: string;
}

/** A shopper has the bank take money back, or that has ended. */
export interface DisputeNotification {
  readonly paymentId: PaymentId;
  readonly outcome: 'dispute';
  readonly status: 'opened' | 'won' | 'lost';
  /** The provider's name for the dispute. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly evidenceDueAt?: EpochMs | undefined;
}

export type Notification = PaymentNotification | DisputeNotification | 'ignored' | undefined;

/** A notification as it came: signatures are over the bytes, so its text comes along. */
export interface NotificationRequest {
  readonly marketId: MarketId;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Money that moved, or was released, as the provider's own list has it. */
export interface ProviderOperation {
  /** The provider's name for it; no two are the same. */
  readonly id: string;
  readonly kind: 'capture' | 'void' | 'refund';
  readonly paymentId: PaymentId;
  readonly refundId?: RefundId | undefined;
  readonly amountMinor: number;
  readonly at: EpochMs;
}

export interface OperationQuery {
  readonly from: EpochMs;
  /** Not included. */
  readonly to: EpochMs;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
}

/** What a provider has sent to the bank of the installation, as its own list has it. */
export interface ProviderPayout {
  /** The provider's name for it; no two are the same. */
  readonly reference: string;
  readonly state: 'paid' | 'failed';
  readonly at: EpochMs;
  /** What came to the bank for this market; below zero where the provider took it from there. */
  readonly amountMinor: number;
  /** Captures less refunds and disputes in it, before fees. */
  readonly grossMinor: number;
  readonly feesMinor: number;
}

/** A payment provider. Every operation is idempotent at the provider under the payment's or refund's id. */
export interface PaymentProvider {
  readonly name: string;
  /** Of a way to pay beside the installation's provider: whether this method is its own. */
  takes?(method: string): boolean;
  /** What an order keeps of the method, where that is more than was sent. */
  methodOf?(method: string, shopperId: UserId): string;
  /** It posts captures and refunds itself, in the transaction in which it makes them. */
  readonly postsItself?: true;
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
  /**
   * Pages through what the provider has done in a span of time, in any order, each operation once. Absent where a
   * provider cannot tell: then nothing can be reconciled.
   */
  operations?(
    marketId: MarketId,
    query: OperationQuery,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly ProviderOperation[]; readonly next?: string | undefined }>;
  /** The same of one payment, to look at a difference again. */
  operationsOf?(
    marketId: MarketId,
    payment: { readonly paymentId: PaymentId; readonly reference: string | undefined },
    signal: AbortSignal,
  ): Promise<readonly ProviderOperation[]>;
  /** What it has paid to the bank in a span of time. Absent where a provider cannot tell: a person books it then. */
  payouts?(
    marketId: MarketId,
    query: { readonly from: EpochMs; readonly to: EpochMs },
    signal: AbortSignal,
  ): Promise<readonly ProviderPayout[]>;
  /** Of the embedded provider alone: what its page was told by the shopper. */
  answerChallenge?(marketId: MarketId, paymentId: PaymentId, outcome: 'approve' | 'decline'): void;
  /**
   * Checks the signature and reads a notification; undefined when it is not from the provider, `ignored` when it means
   * nothing for a payment of the market.
   */
  readNotification(request: NotificationRequest): Notification | Promise<Notification>;
}
