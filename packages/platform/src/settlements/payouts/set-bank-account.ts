import type { BankAccount } from '@halfhour/contract';
import { type CourierId, type MarketId, type MerchantId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../../api/index.ts';
import { selectCouriers } from '../../couriers/index.ts';
import { appendEvents } from '../../events/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { selectMerchants } from '../../stores/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { type PayeeId, mayRead, payeeKind, toPayee } from '../payee.ts';
import { checkBankAccount, maskAccount } from './bank-account.ts';
import { selectBankAccounts, upsertBankAccount } from './bank-account-store.ts';

/**
 * Says where a payee is paid from the next approved run on. Errors: `not_found`, `invalid_request`. The event says who
 * changed it, and no number.
 */
export async function setBankAccount(
  { db, clock, onCommit }: SettlementDeps,
  marketId: MarketId,
  payee: PayeeId,
  wanted: BankAccount,
  authority: Authority | undefined,
): Promise<Result<BankAccount, ApiError>> {
  if (authority === undefined || !mayRead(authority, payee)) return err({ code: 'not_found' });
  const checked = checkBankAccount(wanted);
  if (!checked.ok) return checked;
  const changed = await db.transact<BankAccount, ApiError>(async (tx) => {
    if (!(await isPayee(tx, marketId, payee))) return err({ code: 'not_found' });
    const before = (await selectBankAccounts(tx, marketId, [payee])).get(payee);
    if (JSON.stringify(before) === JSON.stringify(checked.value)) return ok(checked.value);
    const at = clock.now();
    await upsertBankAccount(tx, marketId, payee, checked.value, { at, by: authority.userId });
    appendEvents(tx, marketId, [
      {
        type: 'BankAccountChanged',
        subject: payee,
        at,
        by: authority.role,
        data: { ...toPayee(payee), userId: authority.userId, account: maskAccount(checked.value).account },
      },
    ]);
    return ok(checked.value);
  });
  onCommit(marketId);
  return changed;
}

async function isPayee(tx: Tx, marketId: MarketId, payee: PayeeId): Promise<boolean> {
  return payeeKind(payee) === 'mer'
    ? (await selectMerchants(tx, marketId, [payee as MerchantId])).size === 1
    : (await selectCouriers(tx, marketId, [payee as CourierId])).length === 1;
}
