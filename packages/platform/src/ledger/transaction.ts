import { type Currency, type EpochMs, type Id, type IdPrefix, invariant } from '@halfhour/kernel';

export type AccountKind = 'asset' | 'liability' | 'income' | 'expense';

/** An account as postings name it; made at its first posting. */
export interface AccountName {
  /** `owner:purpose`, such as `merchant:sto_…:payable`. Unique in a market. */
  readonly code: string;
  readonly kind: AccountKind;
}

export interface Posting {
  readonly account: AccountName;
  /** Debit positive, credit negative. */
  readonly amountMinor: number;
  /** Posted also where it comes to zero: what was given and taken cancels out, and the owner of the account is to see that. */
  readonly evenIfZero?: true;
}

/** A balanced transaction that has not been posted. Made only by `balanced`. */
export interface TransactionDraft {
  readonly kind: string;
  /** What it is about. One transaction of a kind for each reference, ever: posting it again changes nothing. */
  readonly reference: Id<IdPrefix>;
  /** Who caused it, where a person did: a user's id. */
  readonly actor?: string;
  /** Why, in the words or the code of who did. */
  readonly reason?: string;
  readonly currency: Currency;
  readonly postedAt: EpochMs;
  readonly postings: readonly Posting[];
}

/**
 * A draft of which debits equal credits. Postings of zero are left out where they do not ask for it, those to one account are joined.
 * Throws InvariantViolation when it does not balance: that is a bug in the caller, never a user's mistake.
 */
export function balanced(draft: TransactionDraft): TransactionDraft {
  const joined = new Map<string, Posting>();
  for (const posting of draft.postings) {
    invariant(Number.isSafeInteger(posting.amountMinor), `not whole minor units: ${posting.amountMinor}`);
    const before = joined.get(posting.account.code);
    invariant(
      before === undefined || before.account.kind === posting.account.kind,
      `account ${posting.account.code} named with two kinds`,
    );
    joined.set(posting.account.code, {
      account: posting.account,
      amountMinor: (before?.amountMinor ?? 0) + posting.amountMinor,
      ...(before?.evenIfZero || posting.evenIfZero ? { evenIfZero: true } : {}),
    });
  }
  const postings = [...joined.values()].filter(
    ({ amountMinor, evenIfZero }) => amountMinor !== 0 || evenIfZero,
  );
  const sum = postings.reduce((total, posting) => total + posting.amountMinor, 0);
  invariant(sum === 0, `${draft.kind} ${draft.reference} is out of balance by ${sum}`);
  return { ...draft, postings };
}
