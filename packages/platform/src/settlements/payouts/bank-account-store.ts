import type { BankAccount } from '@halfhour/contract';
import { type EpochMs, type MarketId, keyOf, toRfc3339 } from '@halfhour/kernel';
import { type Queryable, type Tx, keyArray } from '../../postgres/index.ts';
import { type PayeeId, type PayeeKind, payeeFromKey, payeeKind } from '../payee.ts';

export async function upsertBankAccount(
  tx: Tx,
  marketId: MarketId,
  payee: PayeeId,
  account: BankAccount,
  changed: { readonly at: EpochMs; readonly by: string },
): Promise<void> {
  await tx.query(
    `insert into settlements.bank_account (market_id, payee_kind, payee, account, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (market_id, payee_kind, payee) do update
     set account = excluded.account, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      keyOf(marketId),
      payeeKind(payee),
      keyOf(payee),
      JSON.stringify(account),
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
