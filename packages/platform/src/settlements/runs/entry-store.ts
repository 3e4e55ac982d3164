import {
  type AccountId,
  type EpochMs,
  type MarketId,
  type SettlementId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { PayablePosting } from '../../ledger/index.ts';
import { type Tx, int8Array, keyArray, momentArray, textArray } from '../../postgres/index.ts';
import { type PayeeId, type PayeeKind, payeeFromKey, payeeKind } from '../payee.ts';
import type { Waiting } from './settle-payee.ts';

export interface PayeeAccount {
  readonly id: AccountId;
  readonly code: string;
  readonly payee: PayeeId;
}

export async function insertAccounts(
  tx: Tx,
  marketId: MarketId,
  accounts: readonly PayeeAccount[],
): Promise<void> {
  if (accounts.length === 0) return;
  await tx.query(
    `insert into settlements.account (market_id, account_id, code, payee_kind, payee)
     select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[])`,
    [
      keyOf(marketId),
      keyArray(accounts.map(({ id }) => id)),
      textArray(accounts.map(({ code }) => code)),
      textArray(accounts.map(({ payee }) => payeeKind(payee))),
      keyArray(accounts.map(({ payee }) => payee)),
    ],
  );
}

/** Of each account that is known, the sum of its entries. */
export async function selectCollected(tx: Tx, marketId: MarketId): Promise<Map<AccountId, number>> {
  const rows = await tx.query<{ account_id: string; collected_minor: string }>(
    `select account_id, collected_minor from settlements.account where market_id = $1`,
    [keyOf(marketId)],
  );
  return new Map(rows.map((row) => [idFromKey('acc', row.account_id), Number(row.collected_minor)]));
}

/** Adds postings as entries; those that are there are passed over, and no account's sum counts one twice. */
export async function insertEntries(
  tx: Tx,
  marketId: MarketId,
  postings: readonly PayablePosting[],
): Promise<void> {
  if (postings.length === 0) return;
  await tx.query(
    `with fresh as (
       insert into settlements.entry (market_id, account_id, transaction_id, kind, reference_kind, reference, posted_at,
         amount_minor, commission_minor)
       select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
         $8::bigint[], $9::bigint[])
       on conflict do nothing
       returning account_id, amount_minor
     )
     update settlements.account set collected_minor = collected_minor + sums.amount_minor
     from (select account_id, sum(amount_minor) as amount_minor from fresh group by account_id) as sums
     where account.market_id = $1 and account.account_id = sums.account_id`,
    [
      keyOf(marketId),
      keyArray(postings.map(({ accountId }) => accountId)),
      keyArray(postings.map(({ transactionId }) => transactionId)),
      textArray(postings.map(({ kind }) => kind)),
      textArray(postings.map(({ referenceKind }) => referenceKind)),
      postings.map(({ referenceKey }) => referenceKey),
      momentArray(postings.map(({ postedAt }) => postedAt)),
      int8Array(postings.map(({ owedMinor }) => owedMinor)),
      int8Array(postings.map(({ commissionMinor }) => commissionMinor)),
    ],
  );
}

/** Entries that a run up to `$3` may take. A held order keeps its entries from merchants alone. */
const TAKEN = `entry.market_id = $1 and settlement_id is null and kind <> 'payout' and posted_at < $3::timestamptz`;
const HELD = `($2 = 'mer' and reference_kind = 'ord' and exists (
  select from settlements.hold where market_id = $1 and order_id = entry.reference))`;

/** What waits on each account of merchants or couriers, of those with anything on them, by payee. */
export async function selectWaiting(
  tx: Tx,
  marketId: MarketId,
  kind: PayeeKind,
  upTo: EpochMs,
): Promise<{ readonly payee: PayeeId; readonly hasBankAccount: boolean; readonly accounts: Waiting[] }[]> {
  const rows = await tx.query<{
    payee: string;
    has_bank_account: boolean;
    account_id: string;
    carried_minor: string;
    lines: string;
    lines_minor: string;
    held_minor: string;
    commission_minor: string;
  }>(
    `select payee, account_id, carried_minor, coalesce(lines, 0) as lines, coalesce(lines_minor, 0) as lines_minor,
       coalesce(held_minor, 0) as held_minor, coalesce(commission_minor, 0) as commission_minor,
       exists (select from settlements.bank_account as bank
         where bank.market_id = $1 and bank.payee_kind = $2 and bank.payee = account.payee) as has_bank_account
     from settlements.account
     left join (
       select account_id, count(*) filter (where not held) as lines,
         sum(amount_minor) filter (where not held) as lines_minor,
         sum(amount_minor) filter (where held) as held_minor,
         sum(commission_minor) filter (where not held) as commission_minor
       from (select account_id, amount_minor, commission_minor, ${HELD} as held
             from settlements.entry where ${TAKEN}) as waiting
       group by account_id
     ) as sums using (account_id)
     where market_id = $1 and payee_kind = $2 and (lines is not null or carried_minor <> 0)
     order by payee, account_id`,
    [keyOf(marketId), kind, toRfc3339(upTo)],
  );
  const payees = new Map<string, { payee: PayeeId; hasBankAccount: boolean; accounts: Waiting[] }>();
  for (const row of rows) {
    let payee = payees.get(row.payee);
    if (payee === undefined) {
      payee = { payee: payeeFromKey(kind, row.payee), hasBankAccount: row.has_bank_account, accounts: [] };
      payees.set(row.payee, payee);
    }
    payee.accounts.push({
      accountId: idFromKey('acc', row.account_id),
      carriedMinor: Number(row.carried_minor),
      lines: Number(row.lines),
      linesMinor: Number(row.lines_minor),
      heldMinor: Number(row.held_minor),
      commissionMinor: Number(row.commission_minor),
    });
  }
  return [...payees.values()];
}

/** Gives entries to settlements, by account. @returns how many */
export async function takeEntries(
  tx: Tx,
  marketId: MarketId,
  kind: PayeeKind,
  upTo: EpochMs,
  accounts: readonly { readonly accountId: AccountId; readonly settlementId: SettlementId }[],
): Promise<number> {
  if (accounts.length === 0) return 0;
  const rows = await tx.query<{ count: string }>(
    `with taken as (
       update settlements.entry set settlement_id = wanted.settlement_id
       from unnest($4::bigint[], $5::bigint[]) as wanted (account_id, settlement_id)
       where ${TAKEN.replace('settlement_id', 'entry.settlement_id')} and entry.account_id = wanted.account_id and not ${HELD}
       returning 1
     )
     select count(*) from taken`,
    [
      keyOf(marketId),
      kind,
      toRfc3339(upTo),
      keyArray(accounts.map(({ accountId }) => accountId)),
      keyArray(accounts.map(({ settlementId }) => settlementId)),
    ],
  );
  return Number(rows[0]!.count);
}
