import {
  type AccountId,
  type EpochMs,
  type IdSource,
  type MarketId,
  type OrderId,
  type TransactionId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import type { AccountKind, TransactionDraft } from './transaction.ts';

/**
 * Inserts transactions with their postings in three statements, however many there are; drafts whose
 * reference and kind are posted already are passed over.
 *
 * Accounts are inserted in code order so that two groups never wait for each other in a ring.
 * @returns for each draft whether it was posted now
 */
export async function insertTransactions(
  tx: Tx,
  marketId: MarketId,
  ids: IdSource,
  drafts: readonly TransactionDraft[],
): Promise<boolean[]> {
  const market = keyOf(marketId);
  const keys = drafts.map(() => keyOf(ids.next('txn')));
  const inserted = await tx.query<{ transaction_id: string }>(
    `insert into ledger.transaction (market_id, transaction_id, kind, reference, order_id, posted_at)
     select $1, transaction_id, kind, reference, order_id, posted_at
     from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
       as draft (transaction_id, kind, reference, order_id, posted_at)
     on conflict (market_id, reference, kind) do nothing
     returning transaction_id`,
    [
      market,
      keys,
      drafts.map((draft) => draft.kind),
      drafts.map((draft) => draft.reference),
      drafts.map((draft) => (draft.orderId === undefined ? null : keyOf(draft.orderId))),
      drafts.map((draft) => toRfc3339(draft.postedAt)),
    ],
  );
  const fresh = new Set(inserted.map((row) => row.transaction_id));
  const rows = drafts.flatMap((draft, index) =>
    fresh.has(keys[index]!)
      ? draft.postings.map((posting, line) => ({
          key: keys[index]!,
          line,
          posting,
          currency: draft.currency,
        }))
      : [],
  );
  if (rows.length > 0) {
    const accounts = [...new Map(rows.map((row) => [row.posting.account.code, row] as const))].sort(
      ([a], [b]) => (a < b ? -1 : 1),
    );
    await tx.query(
      `insert into ledger.account (market_id, account_id, code, kind, currency)
       select $1, account_id, code, kind, currency
       from unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) as wanted (account_id, code, kind, currency)
       where not exists (select from ledger.account where market_id = $1 and account.code = wanted.code)
       order by code
       on conflict (market_id, code) do nothing`,
      [
        market,
        accounts.map(() => keyOf(ids.next('acc'))),
        accounts.map(([code]) => code),
        accounts.map(([, row]) => row.posting.account.kind),
        accounts.map(([, row]) => row.currency),
      ],
    );
    await tx.query(
      `insert into ledger.posting (market_id, transaction_id, line, account_id, amount_minor)
       select $1, draft.transaction_id, draft.line, account.account_id, draft.amount_minor
       from unnest($2::bigint[], $3::smallint[], $4::text[], $5::bigint[])
         as draft (transaction_id, line, code, amount_minor)
       left join lateral (
         select account_id from ledger.account where market_id = $1 and code = draft.code limit 1
       ) as account on true`,
      [
        market,
        rows.map((row) => row.key),
        rows.map((row) => row.line),
        rows.map((row) => row.posting.account.code),
        rows.map((row) => row.posting.amountMinor),
      ],
    );
  }
  return keys.map((key) => fresh.has(key));
}

export interface AccountBalance {
  readonly id: AccountId;
  readonly code: string;
  readonly kind: AccountKind;
  readonly currency: string;
  /** Debits minus credits. */
  readonly balanceMinor: number;
}

/** Accounts in code order after `afterCode`, each with the sum of its postings (an index-only scan each). */
export async function selectBalances(
  db: Queryable,
  marketId: MarketId,
  afterCode: string,
  limit: number,
): Promise<AccountBalance[]> {
  const rows = await db.query<{
    account_id: string;
    code: string;
    kind: AccountKind;
    currency: string;
    balance: string;
  }>(
    `select account_id, code, kind, currency,
       (select coalesce(sum(amount_minor), 0) from ledger.posting
        where posting.market_id = $1 and posting.account_id = account.account_id) as balance
     from ledger.account
     where market_id = $1 and code > $2
     order by code
     limit $3`,
    [keyOf(marketId), afterCode, limit],
  );
  return rows.map((row) => ({
    id: idFromKey('acc', row.account_id),
    code: row.code,
    kind: row.kind,
    currency: row.currency,
    balanceMinor: Number(row.balance),
  }));
}

export interface PostedTransaction {
  readonly id: TransactionId;
  readonly kind: string;
  readonly orderId: OrderId | undefined;
  readonly postedAt: EpochMs;
  readonly postings: readonly { readonly account: string; readonly amountMinor: number }[];
}

/** Transactions, newest first, of one order or all; `before` continues a list. */
export async function selectTransactions(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly orderId?: OrderId | undefined;
    readonly before?: TransactionId | undefined;
    readonly limit: number;
  },
): Promise<PostedTransaction[]> {
  const rows = await db.query<{
    transaction_id: string;
    kind: string;
    order_id: string | null;
    posted_at: EpochMs;
    postings: { account: string; amountMinor: number }[];
  }>(
    `select transaction_id, kind, order_id, posted_at,
       (select jsonb_agg(jsonb_build_object('account', account.code, 'amountMinor', posting.amount_minor) order by line)
        from ledger.posting join ledger.account using (market_id, account_id)
        where posting.market_id = $1 and posting.transaction_id = transaction.transaction_id) as postings
     from ledger.transaction
     where market_id = $1
       and ($2::bigint is null or order_id = $2)
       and ($3::bigint is null or transaction_id < $3)
     order by transaction_id desc
     limit $4`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('txn', row.transaction_id),
    kind: row.kind,
    orderId: row.order_id === null ? undefined : idFromKey('ord', row.order_id),
    postedAt: row.posted_at,
    postings: row.postings ?? [],
  }));
}

/** Sum of all postings and number of transactions out of balance; both are zero in a sound ledger. */
export async function selectImbalance(
  db: Queryable,
  marketId: MarketId,
): Promise<{ readonly sumMinor: number; readonly unbalanced: number }> {
  const rows = await db.query<{ sum: string; unbalanced: string }>(
    `select coalesce(sum(amount), 0) as sum, count(*) filter (where amount <> 0) as unbalanced
     from (select sum(amount_minor) as amount from ledger.posting where market_id = $1 group by transaction_id) as each`,
    [keyOf(marketId)],
  );
  return { sumMinor: Number(rows[0]!.sum), unbalanced: Number(rows[0]!.unbalanced) };
}
