import { type MarketId, type TransactionId, idFromKey, keyOf } from '@halfhour/kernel';
import { type Queryable, keyArray } from '../postgres/index.ts';
import { COMMISSION } from './accounts.ts';

/** What the platform kept as commission in transactions, less what it gave back; those without are left out. */
export async function selectCommissions(
  db: Queryable,
  marketId: MarketId,
  ids: readonly TransactionId[],
): Promise<Map<TransactionId, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<{ transaction_id: string; kept_minor: string }>(
    `select transaction_id, -sum(amount_minor) as kept_minor
     from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
     where market_id = $1 and transaction_id = any($2::bigint[])
       and posting.account_id = (select account_id from ledger.account where market_id = $1 and code = $3)
     group by transaction_id`,
    [keyOf(marketId), keyArray(ids), COMMISSION.code],
  );
  return new Map(rows.map((row) => [idFromKey('txn', row.transaction_id), Number(row.kept_minor)]));
}
