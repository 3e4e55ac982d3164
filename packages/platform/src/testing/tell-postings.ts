import type { PostedTransaction } from '../ledger/index.ts';

/** What follows a prefix of an id when it is called by a number: `refund 1`. */
const WORDS: Readonly<Record<string, string>> = {
  cmp: 'compensation',
  dep: 'deposit',
  dsp: 'dispute',
  exc: 'exception',
  mov: 'movement',
  pyo: 'payout',
  ref: 'refund',
};
/** Of ours, and of the test provider's, which are made of ours. */
const ID = /\b(?:[a-z]{3}_)+[0-9a-z]{6,}/g;
const ACCOUNT_WIDTH = 34;
const AMOUNT_WIDTH = 8;

export interface Teller {
  transaction(transaction: PostedTransaction): string[];
  /** Of the accounts that are not empty. */
  balances(balances: ReadonlyMap<string, number>): string[];
}

/**
 * Writes transactions for people: ids by names, debits before credits, amounts with two decimals.
 *
 * @param names of ids; others are called by what they are and a number, in the order in which they come
 */
export function createTeller(names: ReadonlyMap<string, string>): Teller {
  const known = new Map(names);
  const counts = new Map<string, number>();
  const nameOf = (id: string): string => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const prefix = id.slice(0, 3);
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    const name = `${WORDS[prefix] ?? prefix} ${count}`;
    known.set(id, name);
    return name;
  };
  const named = (text: string): string => text.replaceAll(ID, nameOf);
  const line = (account: string, amountMinor: number): string =>
    `  ${amountMinor < 0 ? 'Cr' : 'Dr'}  ${named(account).padEnd(ACCOUNT_WIDTH)}${amount(amountMinor)}`;
  return {
    transaction({ kind, cause, postings }) {
      // A kind that names its cause, too, says it once.
      const what = named(kind).replaceAll(/-(\w+ \d+)$/g, ' ($1)');
      const debits = postings.filter(({ amountMinor }) => amountMinor >= 0);
      const credits = postings.filter(({ amountMinor }) => amountMinor < 0);
      return [
        `${what} of ${nameOf(cause)}`,
        ...[...debits, ...credits].map(({ account, amountMinor }) => line(account, amountMinor)),
      ];
    },
    balances: (balances) =>
      [...balances]
        .filter(([, amountMinor]) => amountMinor !== 0)
        .map(([account, amountMinor]) => [named(account), amountMinor] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([account, amountMinor]) => line(account, amountMinor)),
  };
}

function amount(minor: number): string {
  return (Math.abs(minor) / 100).toFixed(2).padStart(AMOUNT_WIDTH);
}
