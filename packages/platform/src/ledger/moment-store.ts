import {
  type EpochMs,
  type Id,
  type IdPrefix,
  type MarketId,
  type TransactionId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import type { AccountKind } from './transaction.ts';

/**
 * What was on accounts at a moment of the market's clock, and their entries. A moment means what was posted by then,
 * itself included. Each statement adds up whole pages by their sums, the pages that the moment is within by their entries,
 * and what is not in pages yet: together every transaction once, in one snapshot.
 */

/** What stood on an account at a moment; undefined for one that nothing was ever posted to. */
export async function selectBalanceAt(
  db: Queryable,
  marketId: MarketId,
  code: string,
  at: EpochMs,
): Promise<number | undefined> {
  const [account] = await db.query<{ account_id: string }>(
    `select account_id from ledger.account where market_id = $1 and code = $2`,
    [keyOf(marketId), code],
  );
  if (account === undefined) return undefined;
  const [row] = await db.query<{ amount_minor: string }>(
    `select
       coalesce((select sum(sum_minor) from ledger.page
         where market_id = $1 and account_id = $2 and latest_at <= $3::timestamptz), 0)
       + coalesce((select sum(amount_minor) from ledger.page, unnest(posted_ats, amounts_minor) as entry (at, amount_minor)
         where market_id = $1 and account_id = $2 and latest_at > $3::timestamptz and earliest_at <= $3::timestamptz
           and entry.at <= $3::timestamptz), 0)
       + coalesce((select sum(amount_minor)
         from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
         where market_id = $1 and posted_at <= $3::timestamptz and posting.account_id = $2
           and account_ids @> array[$2::bigint]
           and transaction_id > coalesce((select rolled_through from ledger.rolled where market_id = $1), 0)), 0)
       as amount_minor`,
    [keyOf(marketId), account.account_id, toRfc3339(at)],
  );
  return Number(row!.amount_minor);
}

export interface BalanceAt {
  readonly code: string;
  readonly kind: AccountKind;
  readonly currency: string;
  /** Debits minus credits. */
  readonly balanceMinor: number;
}

/** What stood on each account at a moment, in the order of their codes; without those that nothing was posted to by then. */
export async function selectBalancesAt(db: Queryable, marketId: MarketId, at: EpochMs): Promise<BalanceAt[]> {
  const rows = await db.query<{ code: string; kind: AccountKind; currency: string; amount_minor: string }>(
    `with part as (
       select account_id, sum(sum_minor) as amount_minor from ledger.page
       where market_id = $1 and latest_at <= $2::timestamptz
       group by account_id
       union all
       select account_id, sum(amount_minor)
       from ledger.page, unnest(posted_ats, amounts_minor) as entry (at, amount_minor)
       where market_id = $1 and latest_at > $2::timestamptz and earliest_at <= $2::timestamptz
         and entry.at <= $2::timestamptz
       group by account_id
       union all
       select account_id, sum(amount_minor)
       from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
       where market_id = $1 and posted_at <= $2::timestamptz
         and transaction_id > coalesce((select rolled_through from ledger.rolled where market_id = $1), 0)
       group by account_id
     )
     select code, kind, currency, amount_minor
     from (select account_id, sum(amount_minor) as amount_minor from part group by account_id) as balance
     join ledger.account on account.market_id = $1 and account.account_id = balance.account_id
     order by code`,
    [keyOf(marketId), toRfc3339(at)],
  );
  return rows.map(({ code, kind, currency, amount_minor }) => ({
    code,
    kind,
    currency,
    balanceMinor: Number(amount_minor),
  }));
}

/** A line of an account's statement. */
export interface StatementEntry {
  readonly transactionId: TransactionId;
  readonly kind: string;
  readonly cause: Id<IdPrefix>;
  readonly actor: string | undefined;
  readonly reason: string | undefined;
  readonly postedAt: EpochMs;
  readonly amountMinor: number;
  /** What stood on the account when this had been posted. */
  readonly balanceMinor: number;
}

/**
 * Entries of an account, newest first, each with the balance after it; `before` continues a list. Undefined for an account
 * that nothing was ever posted to. The newest are read from where they were posted, older ones from the account's pages.
 */
export async function selectEntries(
  db: Queryable,
  marketId: MarketId,
  code: string,
  { before, limit }: { readonly before?: TransactionId | undefined; readonly limit: number },
): Promise<StatementEntry[] | undefined> {
  const [account] = await db.query<{ account_id: string }>(
    `select account_id from ledger.account where market_id = $1 and code = $2`,
    [keyOf(marketId), code],
  );
  if (account === undefined) return undefined;
  const rows = await db.query<{
    transaction_id: string;
    kind: string;
    reference_kind: string;
    reference: string;
    actor: string | null;
    reason: string | null;
    posted_at: EpochMs;
    amount_minor: string;
    balance_minor: string;
  }>(
    `with tail as (
       select transaction_id, amount_minor
       from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
       where market_id = $1 and posting.account_id = $2 and account_ids @> array[$2::bigint]
         and transaction_id > coalesce((select rolled_through from ledger.rolled where market_id = $1), 0)
     ), page as (
       -- Of the newest page that has any of the wanted we do not know how many: those behind it must be enough.
       select *, sum(entries) over newer - first_value(entries) over newer as enough from ledger.page
       where market_id = $1 and account_id = $2 and first_id < $3
       window newer as (order by through desc rows between unbounded preceding and current row)
     ), run as (
       select * from page where enough - entries < $4
     ), entry as (
       select transaction_id, amount_minor from tail
       union all
       select transaction_id, amount_minor
       from run, unnest(transaction_ids, run.amounts_minor) as each (transaction_id, amount_minor)
     ), earlier as (
       select coalesce(sum(sum_minor), 0) as amount_minor from ledger.page
       where market_id = $1 and account_id = $2
         and (through < (select min(through) from run) or not exists (select from run))
     ), running as (
       select transaction_id, amount_minor,
         (select amount_minor from earlier) + sum(amount_minor) over (order by transaction_id) as balance_minor
       from entry
     ), wanted as (
       select * from running where transaction_id < $3 order by transaction_id desc limit $4
     )
     select wanted.transaction_id, amount_minor, balance_minor, kind, reference_kind, reference, actor, reason, posted_at
     from wanted join ledger.transaction on transaction.market_id = $1
       and transaction.transaction_id = wanted.transaction_id
     order by wanted.transaction_id desc`,
    [keyOf(marketId), account.account_id, before === undefined ? MAX_KEY : keyOf(before), limit],
  );
  return rows.map((row) => ({
    transactionId: idFromKey('txn', row.transaction_id),
    kind: row.kind,
    cause: idFromKey(row.reference_kind as IdPrefix, row.reference),
    actor: row.actor ?? undefined,
    reason: row.reason ?? undefined,
    postedAt: row.posted_at,
    amountMinor: Number(row.amount_minor),
    balanceMinor: Number(row.balance_minor),
  }));
}

const MAX_KEY = (2n ** 63n - 1n).toString();
