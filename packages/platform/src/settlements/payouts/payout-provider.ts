import type { BankAccount } from '@halfhour/contract';
import type { MarketId, PayoutId } from '@halfhour/kernel';

/** Money that is to leave the market's bank account. */
export interface PayoutOrder {
  readonly marketId: MarketId;
  /** The provider pays an id once, however often it is asked. */
  readonly payoutId: PayoutId;
  readonly amountMinor: number;
  readonly currency: string;
  readonly to: BankAccount;
}

export type PayoutAnswer =
  | { readonly state: 'paid' }
  /** It will be known later: ask again. */
  | { readonly state: 'pending' }
  | { readonly state: 'failed'; readonly reason: string };

/** Who makes payouts: a bank, or a payment service. */
export interface PayoutProvider {
  /** Rejects where the provider cannot be reached: then it may have been paid or not, and is to be asked again. */
  pay(order: PayoutOrder): Promise<PayoutAnswer>;
  /** What became of a payout that was pending. */
  ask(order: PayoutOrder): Promise<PayoutAnswer>;
}
