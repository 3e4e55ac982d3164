import type { BankAccount } from '@halfhour/contract';
import { type EpochMs, type MarketId, keyOf, toRfc3339 } from '@halfhour/kernel';
import { type Queryable, type Tx, jsonArray, keyArray, textArray } from '../../postgres/index.ts';
import { type PayeeId, type PayeeKind, payeeFromKey, payeeKind } from '../payee.ts';

/** Says where payees are paid, each named once; accounts are those that `checkBankAccount` has passed. */
export async function upsertBankAccounts(
  tx: Tx,
  marketId: MarketId,
  accounts: readonly { readonly payee: PayeeId; readonly account: BankAccount }[],
  changed: { readonly at: EpochMs; readonly by: string },
): Promise<void> {
  await tx.query(
    `insert into settlements.bank_account (market_id, payee_kind, payee, account, changed_at, changed_by)
     select $1, payee_kind, payee, account::jsonb, $5, $6
     from unnest($2::text[], $3::bigint[], $4::json[]) as given (payee_kind, payee, account)
     on conflict (market_id, payee_kind, payee) do update
     set account = excluded.account, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      keyOf(marketId),
      textArray(accounts.map(({ payee }) => payeeKind(payee))),
      keyArray(accounts.map(({ payee }) => payee)),
      jsonArray(accounts.map(({ account }) => JSON.stringify(account))),
      toRfc3339(changed.at),
      changed.by,
    ],
  );
}

export async function selectBankAccounts(
  db: Queryable,
  marketId: MarketId,
  payees: readonly PayeeId[],
): Promise<Map<PayeeId, BankAccount>> {
  const rows = await db.query<{ payee_kind: PayeeKind; payee: string; account: BankAccount }>(
    `select payee_kind, payee, account from settlements.bank_account
     where market_id = $1 and payee = any($2::bigint[])`,
    [keyOf(marketId), keyArray(payees)],
  );
  return new Map(rows.map((row) => [payeeFromKey(row.payee_kind, row.payee), row.account]));
}
