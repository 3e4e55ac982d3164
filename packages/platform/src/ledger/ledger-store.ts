import {
  type AccountId,
  type EpochMs,
  type Id,
  type IdPrefix,
  type IdSource,
  type MarketId,
  type OrderId,
  type TransactionId,
  idFromKey,
  invariant,
  keyOf,
} from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import {
  type Queryable,
  type Tx,
  int4Array,
  int8Array,
  keyArray,
  momentArray,
  textArray,
} from '../postgres/index.ts';
import type { AccountKind, AccountName, Posting, TransactionDraft } from './transaction.ts';

/** What a transaction posts in each market. */
const gathered = new WeakMap<Tx, Map<MarketId, TransactionDraft[]>>();

/**
 * Transactions with their postings are written in one statement just before the commit, however many there are, because
 * all sales of a market meet at the platform's accounts; drafts whose reference and kind are posted already are passed
 * over. Each balance is written once, in account order, so that two groups never wait for each other in a ring.
 */
export function gatherTransactions(
  tx: Tx,
  marketId: MarketId,
  ids: IdSource,
  drafts: readonly TransactionDraft[],
): void {
  let markets = gathered.get(tx);
  if (markets === undefined) gathered.set(tx, (markets = new Map()));
  const before = markets.get(marketId);
  if (before !== undefined) return void before.push(...drafts);
  const all = [...drafts];
  markets.set(marketId, all);
  tx.beforeCommit('balances', () => insertTransactions(tx, marketId, ids, all));
}

async function insertTransactions(
  tx: Tx,
  marketId: MarketId,
  ids: IdSource,
  drafts: readonly TransactionDraft[],
): Promise<void> {
  const accounts = await findAccounts(tx, marketId, ids, drafts);
  const first: number[] = [];
  const last: number[] = [];
  const postings: Posting[] = [];
  for (const draft of drafts) {
    first.push(postings.length + 1);
    postings.push(...draft.postings);
    last.push(postings.length);
  }
  tx.write(
    `with posted as (
       insert into ledger.transaction
         (market_id, transaction_id, kind, reference_kind, reference, posted_at, account_ids, amounts_minor, actor, reason)
       select $1, draft.transaction_id, draft.kind, draft.reference_kind, draft.reference, draft.posted_at,
         ($9::bigint[])[draft.first:draft.last], ($10::bigint[])[draft.first:draft.last], draft.actor, draft.reason
       from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::int[], $8::int[],
           $11::text[], $12::text[])
         as draft (transaction_id, kind, reference_kind, reference, posted_at, first, last, actor, reason)
       on conflict (market_id, reference, kind) do nothing
       returning account_ids, amounts_minor
     )
     insert into ledger.balance as balance (market_id, account_id, amount_minor)
     select $1, account_id, sum(amount_minor)
     from posted, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
     group by account_id
     order by account_id
     on conflict (market_id, account_id) do update set amount_minor = balance.amount_minor + excluded.amount_minor`,
    [
      keyOf(marketId),
      keyArray(drafts.map(() => ids.next('txn'))),
      textArray(drafts.map((draft) => draft.kind)),
      textArray(drafts.map((draft) => draft.reference.slice(0, 3))),
      keyArray(drafts.map((draft) => draft.reference)),
      momentArray(drafts.map((draft) => draft.postedAt)),
      int4Array(first),
      int4Array(last),
      keyArray(postings.map((posting) => accounts.get(posting.account.code)!)),
      int8Array(postings.map((posting) => posting.amountMinor)),
      textArray(drafts.map((draft) => draft.actor)),
      textArray(drafts.map((draft) => draft.reason)),
    ],
  );
}

/** Accounts by market and code, of each database. What was committed once is true for good. */
const knownAccounts = new WeakMap<object, LRUCache<string, KnownAccount>>();

interface KnownAccount {
  readonly id: AccountId;
  readonly kind: AccountKind;
}
const MAX_KNOWN = 50_000;

/** The accounts that drafts name, by code; made where they are not there. */
async function findAccounts(
  tx: Tx,
  marketId: MarketId,
  ids: IdSource,
  drafts: readonly TransactionDraft[],
): Promise<Map<string, AccountId>> {
  let known = knownAccounts.get(tx.database);
  if (known === undefined) {
    known = new LRUCache({ max: MAX_KNOWN });
    knownAccounts.set(tx.database, known);
  }
  const cache = known;
  const found = new Map<string, AccountId>();
  const missing = new Map<string, { readonly kind: AccountKind; readonly currency: string }>();
  for (const { postings, currency } of drafts) {
    for (const { account } of postings) {
      if (found.has(account.code) || missing.has(account.code)) continue;
      const one = cache.get(`${marketId} ${account.code}`);
      if (one === undefined) missing.set(account.code, { kind: account.kind, currency });
      else found.set(account.code, sameKind(account, one).id);
    }
  }
  if (missing.size === 0) return found;
  // In the order of their codes, for the same reason as above.
  const codes = [...missing.keys()].sort();
  await tx.query(
    `insert into ledger.account (market_id, account_id, code, kind, currency)
     select $1, account_id, code, kind, currency
     from unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) as wanted (account_id, code, kind, currency)
     where not exists (select from ledger.account where market_id = $1 and account.code = wanted.code)
     order by code
     on conflict (market_id, code) do nothing`,
    [
      keyOf(marketId),
      keyArray(codes.map(() => ids.next('acc'))),
      textArray(codes),
      textArray(codes.map((code) => missing.get(code)!.kind)),
      textArray(codes.map((code) => missing.get(code)!.currency)),
    ],
  );
  const rows = await tx.query<{ code: string; account_id: string; kind: AccountKind }>(
    `select code, account_id, kind from ledger.account where market_id = $1 and code = any($2::text[])`,
    [keyOf(marketId), textArray(codes)],
  );
  invariant(rows.length === codes.length, 'an account was not made');
  const made = rows.map(({ code, account_id, kind }) => ({ code, id: idFromKey('acc', account_id), kind }));
  for (const one of made) {
    found.set(one.code, sameKind({ code: one.code, kind: missing.get(one.code)!.kind }, one).id);
  }
  tx.afterCommit(() => {
    for (const { code, id, kind } of made) cache.set(`${marketId} ${code}`, { id, kind });
  });
  return found;
}

/** Two modules that disagree on what an account is are a bug. */
function sameKind(account: AccountName, known: KnownAccount): KnownAccount {
  invariant(account.kind === known.kind, `account ${account.code} is of another kind: ${known.kind}`);
  return known;
}

export interface AccountBalance {
  readonly id: AccountId;
  readonly code: string;
  readonly kind: AccountKind;
  readonly currency: string;
  /** Debits minus credits. */
  readonly balanceMinor: number;
}

/**
 * What stands on an account now; undefined for one that nothing was ever posted to. Two rows by their keys, however many
 * entries there are (`npm run bench -- ledger`).
 */
export async function selectBalance(
  db: Queryable,
  marketId: MarketId,
  code: string,
): Promise<number | undefined> {
  const [row] = await db.query<{ amount_minor: string }>(
    `select coalesce(amount_minor, 0) as amount_minor
     from ledger.account left join ledger.balance using (market_id, account_id)
     where market_id = $1 and code = $2`,
    [keyOf(marketId), code],
  );
  return row === undefined ? undefined : Number(row.amount_minor);
}

/** Those of the codes that anything was ever posted to. */
export async function selectKnownCodes(
  db: Queryable,
  marketId: MarketId,
  codes: readonly string[],
): Promise<Set<string>> {
  const rows = await db.query<{ code: string }>(
    `select code from ledger.account where market_id = $1 and code = any($2::text[])`,
    [keyOf(marketId), textArray(codes)],
  );
  return new Set(rows.map(({ code }) => code));
}

/** Accounts in code order after `afterCode`, each with its balance. */
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
    balance_minor: string;
  }>(
    `select account_id, code, kind, currency, coalesce(amount_minor, 0) as balance_minor
     from ledger.account left join ledger.balance using (market_id, account_id)
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
    balanceMinor: Number(row.balance_minor),
  }));
}

export interface PostedTransaction {
  readonly id: TransactionId;
  readonly kind: string;
  readonly cause: Id<IdPrefix>;
  readonly orderId: OrderId | undefined;
  readonly actor: string | undefined;
  readonly reason: string | undefined;
  readonly postedAt: EpochMs;
  readonly postings: readonly { readonly account: string; readonly amountMinor: number }[];
}

/** Transactions, newest first, of one order, of several things, or all; `before` continues a list. */
export async function selectTransactions(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly orderId?: OrderId | undefined;
    readonly references?: readonly Id<IdPrefix>[] | undefined;
    readonly before?: TransactionId | undefined;
    readonly limit: number;
  },
): Promise<PostedTransaction[]> {
  const rows = await db.query<{
    transaction_id: string;
    kind: string;
    reference_kind: string;
    reference: string;
    actor: string | null;
    reason: string | null;
    posted_at: EpochMs;
    postings: { account: string; amountMinor: number }[];
  }>(
    `select transaction_id, kind, reference_kind, reference, actor, reason, posted_at,
       (select json_agg(json_build_object('account', account.code, 'amountMinor', posting.amount_minor) order by line)
        from unnest(account_ids, amounts_minor) with ordinality as posting (account_id, amount_minor, line)
        join ledger.account on account.market_id = $1 and account.account_id = posting.account_id) as postings
     from ledger.transaction
     where market_id = $1
       and ($2::bigint is null or reference = $2)
       and ($3::bigint is null or transaction_id < $3)
       and ($5::bigint[] is null or reference = any($5))
     order by transaction_id desc
     limit $4`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
      filter.references === undefined ? null : keyArray(filter.references),
    ],
  );
  return rows.map((row) => ({
    id: idFromKey('txn', row.transaction_id),
    kind: row.kind,
    cause: idFromKey(row.reference_kind as IdPrefix, row.reference),
    orderId: row.reference_kind === 'ord' ? idFromKey('ord', row.reference) : undefined,
    actor: row.actor ?? undefined,
    reason: row.reason ?? undefined,
    postedAt: row.posted_at,
    postings: row.postings ?? [],
  }));
}

/**
 * What is wrong with a market's books: the sum of all postings, and how many transactions do not add up to zero and
 * how many balances are not the sum of their postings. Both are zero in a sound ledger. Reads all of it.
 */
export async function selectImbalance(
  db: Queryable,
  marketId: MarketId,
): Promise<{ readonly sumMinor: number; readonly unbalanced: number }> {
  const rows = await db.query<{ sum: string; transactions: string; accounts: string }>(
    `with posting as materialized (
       select transaction_id, account_id, amount_minor from ledger.posting where market_id = $1
     )
     select (select coalesce(sum(amount_minor), 0) from posting) as sum,
       (select count(*) from (
          select from posting group by transaction_id having sum(amount_minor) <> 0) as each) as transactions,
       (select count(*) from (select account_id, amount_minor from ledger.balance where market_id = $1) as balance
        full join (select account_id, sum(amount_minor) as posted from posting group by account_id) as sums
          using (account_id)
        where coalesce(amount_minor, 0) <> coalesce(posted, 0)) as accounts`,
    [keyOf(marketId)],
  );
  const row = rows[0]!;
  return { sumMinor: Number(row.sum), unbalanced: Number(row.transactions) + Number(row.accounts) };
}
