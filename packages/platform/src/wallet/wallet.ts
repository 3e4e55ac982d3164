import type { WalletMovement } from '@halfhour/contract';
import {
  type EpochMs,
  type Id,
  type IdPrefix,
  type MovementId,
  type OrderId,
  type UserId,
} from '@halfhour/kernel';
import type { AccountName } from '../ledger/index.ts';

/** A wallet under its lock, as the transaction leaves it so far. */
export interface OpenWallet {
  readonly userId: UserId;
  balanceMinor: number;
  /** Of the balance: what orders hold. */
  heldMinor: number;
  /** Of the balance: what expires, soonest first. */
  readonly expiring: ExpiringCredit[];
}

export interface ExpiringCredit {
  readonly movementId: MovementId;
  leftMinor: number;
  readonly expiresAt: EpochMs;
}

export interface Hold {
  readonly orderId: OrderId;
  readonly userId: UserId;
  amountMinor: number;
  state: 'held' | 'taken' | 'released';
  takenMinor: number;
}

/** So much of a wallet is to be held for an order; an order that holds already is to hold so much instead. */
export interface Want {
  readonly userId: UserId;
  readonly orderId: OrderId;
  readonly amountMinor: number;
}

/** So much of what an order holds is paid for it, and the rest let go. */
export interface Take extends Want {
  /** What the wallet pays: the credit side, as `shoppers:receivable`. */
  readonly against: AccountName;
}

export interface Credit {
  readonly userId: UserId;
  readonly amountMinor: number;
  readonly cause: 'goodwill' | 'refund' | 'top_up';
  /** What it is for, such as a refund: one credit of a cause for each, ever. */
  readonly reference: Id<IdPrefix>;
  readonly orderId?: OrderId | undefined;
  /** Where it comes from: the debit side. */
  readonly against: AccountName;
  /** Goodwill alone expires: what was paid is the shopper's for good. */
  readonly expiresAt?: EpochMs | undefined;
}

export type WalletRefusal =
  /** There is less than is wanted. */
  | { readonly code: 'not_enough'; readonly availableMinor: number }
  /** The order holds nothing any more, or never did, or less than is to be taken. */
  | { readonly code: 'not_held'; readonly state: Hold['state'] | 'none'; readonly heldMinor: number };

export interface MovementDraft {
  readonly id: MovementId;
  readonly userId: UserId;
  readonly at: EpochMs;
  readonly cause: WalletMovement['cause'];
  readonly reference: Id<IdPrefix>;
  readonly orderId?: OrderId | undefined;
  readonly amountMinor: number;
  readonly balanceMinor: number;
  readonly expiresAt?: EpochMs | undefined;
}

/** What is not held of a wallet. */
export function availableOf(wallet: Pick<OpenWallet, 'balanceMinor' | 'heldMinor'>): number {
  return wallet.balanceMinor - wallet.heldMinor;
}

/** Takes from what expires first, as far as it goes. @returns what of it is less now */
export function spendExpiring(wallet: OpenWallet, amountMinor: number): ExpiringCredit[] {
  const touched: ExpiringCredit[] = [];
  let rest = amountMinor;
  for (const credit of wallet.expiring) {
    const part = Math.min(rest, credit.leftMinor);
    if (part === 0) continue;
    credit.leftMinor -= part;
    rest -= part;
    touched.push(credit);
  }
  return touched;
}
