import type { BankAccount } from '@halfhour/contract';
import { type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { Acting, ApiError } from '../../api/index.ts';
import { recordAction } from '../../audit/index.ts';
import { appendEvents } from '../../events/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { readPayeeNames } from '../payee-names.ts';
import { type PayeeId, mayRead, toPayee } from '../payee.ts';
import { checkBankAccount, maskAccount } from './bank-account.ts';
import { selectBankAccounts, upsertBankAccounts } from './bank-account-store.ts';

/**
 * Says where a payee is paid from the next approved run on. Errors: `not_found`, `invalid_request`. The event says who
 * changed it, and no number.
 */
export async function setBankAccount(
  { db, clock, ids, onCommit }: SettlementDeps,
  marketId: MarketId,
  payee: PayeeId,
  wanted: BankAccount,
  authority: Acting,
): Promise<Result<BankAccount, ApiError>> {
  if (!mayRead(authority, payee)) return err({ code: 'not_found' });
  const checked = checkBankAccount(wanted);
  if (!checked.ok) return checked;
  const changed = await db.transact<BankAccount, ApiError>(async (tx) => {
    if (!(await readPayeeNames(tx, marketId, [payee])).has(payee)) return err({ code: 'not_found' });
    const before = (await selectBankAccounts(tx, marketId, [payee])).get(payee);
    if (JSON.stringify(before) === JSON.stringify(checked.value)) return ok(checked.value);
    const at = clock.now();
    const by = authority.userId;
    await upsertBankAccounts(tx, marketId, [{ payee, account: checked.value }], { at, by });
    appendEvents(tx, marketId, [
      {
        type: 'BankAccountChanged',
        subject: payee,
        at,
        by: authority.role,
        data: { ...toPayee(payee), userId: authority.userId, account: maskAccount(checked.value).account },
      },
    ]);
    recordAction(tx, marketId, ids, {
      at,
      by: authority,
      kind: 'bank_account_changed',
      subject: payee,
      ...(before !== undefined && { before: { ...maskAccount(before) } }),
      after: { ...maskAccount(checked.value) },
      requestId: authority.requestId,
    });
    return ok(checked.value);
  });
  onCommit(marketId);
  return changed;
}
