import {
  type AccountId,
  type EpochMs,
  type MarketId,
  type TransactionId,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import { COMMISSION } from './accounts.ts';

/** A posting to an account on which a merchant or a courier is owed. */
export interface PayablePosting {
  readonly accountId: AccountId;
  readonly transactionId: TransactionId;
  readonly kind: string;
  readonly referenceKind: string;
  /** The key of what it is about. */
  readonly referenceKey: string;
  readonly postedAt: EpochMs;
  /** Credit positive: what is owed more. */
  readonly owedMinor: number;
  /** Commission earned in the same transaction; negative where it is given back. */
  readonly commissionMinor: number;
}

export interface PayablePostings {
  /** In the order of their transactions. */
  readonly postings: readonly PayablePosting[];
  /** All such accounts with what they owed in the very moment that the postings were read. */
  readonly accounts: readonly {
    readonly id: AccountId;
    readonly code: string;
    readonly owedMinor: number;
  }[];
  /** The last transaction that was looked at; undefined where there was none. */
  readonly last: TransactionId | undefined;
  /** Whether transactions after `last` were left for the next page. */
  readonly more: boolean;
}

/**
 * Postings to merchants' and couriers' payable accounts among the first `limit` transactions whose key is `from` or
 * more, and the balances of these accounts, by one statement and so of one moment: who has all postings can prove it.
 */
export async function selectPayablePostings(
  db: Queryable,
  marketId: MarketId,
  from: string,
  limit: number,
): Promise<PayablePostings> {
  const rows = await db.query<{
    account_id: string;
    code: string;
    owed_minor: string;
    last: string | null;
    looked: string;
    postings: [string, string, string, string, number, string, string][] | null;
  }>(
    `with looked as materialized (
       select transaction_id, kind, reference_kind, reference, posted_at, account_ids, amounts_minor
       from ledger.transaction where market_id = $1 and transaction_id >= $2
       order by transaction_id
       limit $3
     ), payable as materialized (
       select account_id, code, -coalesce(amount_minor, 0) as owed_minor
       from ledger.account left join ledger.balance using (market_id, account_id)
       where market_id = $1 and (code like 'merchant:%:payable' or code like 'courier:%:payable')
     ), found as materialized (
       -- Keys as text: JSON numbers of JavaScript end at 2^53.
       select account_id, json_agg(json_build_array(transaction_id::text, kind, reference_kind, reference::text,
         (extract(epoch from posted_at) * 1000)::bigint, (-amount_minor)::text,
         (select coalesce(-sum(amount), 0) from unnest(account_ids, amounts_minor) as beside (account, amount)
          where account = (select account_id from ledger.account where market_id = $1 and code = $4))::text)
         order by transaction_id) as postings
       from looked, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
       where account_id in (select account_id from payable)
       group by account_id
     )
     select payable.*, postings, (select max(transaction_id) from looked) as last,
       (select count(*) from looked) as looked
     from payable left join found using (account_id)`,
    [keyOf(marketId), from, limit, COMMISSION.code],
  );
  const postings = rows.flatMap((row) =>
    (row.postings ?? []).map(([transaction, kind, referenceKind, referenceKey, at, owed, commission]) => ({
      accountId: idFromKey('acc', row.account_id),
      transactionId: idFromKey('txn', transaction),
      kind,
      referenceKind,
      referenceKey,
      postedAt: at as EpochMs,
      owedMinor: Number(owed),
      commissionMinor: Number(commission),
    })),
  );
  const first = rows[0];
  return {
    postings: postings.sort((a, b) => (a.transactionId < b.transactionId ? -1 : 1)),
    accounts: rows.map((row) => ({
      id: idFromKey('acc', row.account_id),
      code: row.code,
      owedMinor: Number(row.owed_minor),
    })),
    last: first?.last == null ? undefined : idFromKey('txn', first.last),
    more: first !== undefined && Number(first.looked) === limit,
  };
}
