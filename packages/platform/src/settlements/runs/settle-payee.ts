import type { AccountId } from '@halfhour/kernel';

/** What waits on one account of a payee: a store's of a merchant, or a courier's. Positive: owed to the payee. */
export interface Waiting {
  readonly accountId: AccountId;
  /** From settlements before. */
  readonly carriedMinor: number;
  readonly lines: number;
  readonly linesMinor: number;
  readonly heldMinor: number;
  readonly commissionMinor: number;
}

export interface SettlementPart {
  readonly accountId: AccountId;
  readonly openingMinor: number;
  readonly linesMinor: number;
  /** Below zero on an account that is settled against another one of the payee. */
  readonly payoutMinor: number;
}

export interface Settled {
  readonly openingMinor: number;
  readonly lines: number;
  readonly linesMinor: number;
  readonly payoutMinor: number;
  readonly closingMinor: number;
  readonly carriedBecause: 'nothing_due' | 'below_minimum' | 'no_bank_account' | undefined;
  readonly heldMinor: number;
  readonly commissionMinor: number;
  readonly parts: readonly SettlementPart[];
}

/**
 * Settles with a payee over all its accounts: everything is paid out, or everything carried, where less than the minimum
 * is due or there is no account to pay to. Undefined where there is neither anything new nor anything to pay.
 */
export function settlePayee(
  accounts: readonly Waiting[],
  terms: { readonly minimumPayoutMinor: number; readonly hasBankAccount: boolean },
): Settled | undefined {
  const sum = (value: (account: Waiting) => number): number =>
    accounts.reduce((total, account) => total + value(account), 0);
  const openingMinor = sum((account) => account.carriedMinor);
  const linesMinor = sum((account) => account.linesMinor);
  const lines = sum((account) => account.lines);
  const dueMinor = openingMinor + linesMinor;
  const carriedBecause =
    dueMinor <= 0
      ? 'nothing_due'
      : dueMinor < terms.minimumPayoutMinor
        ? 'below_minimum'
        : terms.hasBankAccount
          ? undefined
          : 'no_bank_account';
  const isPaid = carriedBecause === undefined;
  if (lines === 0 && !isPaid) return undefined;
  return {
    openingMinor,
    lines,
    linesMinor,
    payoutMinor: isPaid ? dueMinor : 0,
    closingMinor: isPaid ? 0 : dueMinor,
    carriedBecause,
    heldMinor: sum((account) => account.heldMinor),
    commissionMinor: sum((account) => account.commissionMinor),
    parts: accounts.map((account) => ({
      accountId: account.accountId,
      openingMinor: account.carriedMinor,
      linesMinor: account.linesMinor,
      payoutMinor: isPaid ? account.carriedMinor + account.linesMinor : 0,
    })),
  };
}
