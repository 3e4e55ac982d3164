import { accountCodeOf } from '../../../ui/account-words.ts';
import type { LedgerAccount } from './use-ledger.ts';

/** In the order in which a balance sheet and a profit and loss account have them. */
export const KINDS = ['asset', 'liability', 'income', 'expense'] as const;
export type AccountKind = (typeof KINDS)[number];

export interface Family {
  /** As in the catalogue: `merchant:*:payable`. */
  readonly family: string;
  /** The largest first. */
  readonly accounts: readonly LedgerAccount[];
  readonly balanceMinor: number;
}

export interface KindGroup {
  readonly kind: AccountKind;
  readonly families: readonly Family[];
  readonly balanceMinor: number;
}

export interface Chart {
  readonly kinds: readonly KindGroup[];
  /** Sums of the accounts that have a debit balance, and of those that have a credit balance: equal in a sound ledger. */
  readonly debitMinor: number;
  readonly creditMinor: number;
}

/** Accounts by kind, and those that are kept for each owner together. Balances are debits minus credits. */
export function chartOf(accounts: readonly LedgerAccount[]): Chart {
  const sum = (of: readonly { balanceMinor: number }[]): number =>
    of.reduce((total, { balanceMinor }) => total + balanceMinor, 0);
  const kinds = KINDS.map((kind) => {
    const ofKind = accounts.filter((account) => account.kind === kind);
    const families = [...Map.groupBy(ofKind, ({ code }) => accountCodeOf(code).family)].map(
      ([family, members]) => ({
        family,
        accounts: members.sort((a, b) => Math.abs(b.balanceMinor) - Math.abs(a.balanceMinor)),
        balanceMinor: sum(members),
      }),
    );
    return { kind, families, balanceMinor: sum(ofKind) };
  });
  return {
    kinds: kinds.filter(({ families }) => families.length > 0),
    debitMinor: sum(accounts.filter(({ balanceMinor }) => balanceMinor > 0)),
    creditMinor: -sum(accounts.filter(({ balanceMinor }) => balanceMinor < 0)),
  };
}
