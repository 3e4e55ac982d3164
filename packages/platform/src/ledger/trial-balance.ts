import { type ChartEntry, CHART, chartEntryOf } from './chart.ts';
import type { BalanceAt } from './moment-store.ts';
import type { AccountKind } from './transaction.ts';

/** A line of a trial balance: an account, or all that are kept for each owner. */
export interface TrialBalanceLine {
  readonly family: string;
  readonly kind: AccountKind;
  readonly name: string;
  /** How many accounts of the family anything was posted to. */
  readonly accounts: number;
  /** Balances of the accounts of the family that stand in debit, and of those that stand in credit; neither is negative. */
  readonly debitMinor: number;
  readonly creditMinor: number;
}

export interface TrialBalance {
  readonly lines: readonly TrialBalanceLine[];
  /** Equal in a sound ledger. */
  readonly debitMinor: number;
  readonly creditMinor: number;
}

/** Balances by the chart of accounts and in its order; accounts that the chart does not have come last, by their codes. */
export function trialBalance(balances: readonly BalanceAt[]): TrialBalance {
  const byFamily = Map.groupBy(balances, ({ code }) => chartEntryOf(code)?.family ?? code);
  const strangers = balances.filter(({ code }) => chartEntryOf(code) === undefined);
  const families: Omit<ChartEntry, 'meaning'>[] = [
    ...CHART,
    ...strangers.map(({ code, kind }) => ({ family: code, kind, name: code })),
  ];
  const lines = families.flatMap(({ family, kind, name }): TrialBalanceLine[] => {
    const own = byFamily.get(family);
    return own === undefined ? [] : [{ family, kind, name, accounts: own.length, ...sides(own) }];
  });
  return { lines, ...sides(balances) };
}

function sides(balances: readonly BalanceAt[]): { debitMinor: number; creditMinor: number } {
  let debitMinor = 0;
  let creditMinor = 0;
  for (const { balanceMinor } of balances) {
    if (balanceMinor > 0) debitMinor += balanceMinor;
    else creditMinor -= balanceMinor;
  }
  return { debitMinor, creditMinor };
}
