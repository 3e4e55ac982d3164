import type { IdSource, MarketId } from '@halfhour/kernel';
import type { Tx } from '../postgres/index.ts';
import { gatherTransactions } from './ledger-store.ts';
import { type TransactionDraft, balanced } from './transaction.ts';

/**
 * Posts transactions in the caller's database transaction, so that money moves exactly if the thing that
 * moves it happens. A draft whose kind and reference are posted already changes nothing.
 *
 * @throws InvariantViolation when a draft does not balance
 */
export function postTransactions(
  tx: Tx,
  marketId: MarketId,
  ids: IdSource,
  drafts: readonly TransactionDraft[],
): void {
  if (drafts.length > 0) gatherTransactions(tx, marketId, ids, drafts.map(balanced));
}
