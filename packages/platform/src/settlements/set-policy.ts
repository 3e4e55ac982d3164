import type { SettlementPolicy } from '@halfhour/contract';
import { type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { lockCollector, updatePolicy } from './collector.ts';
import type { SettlementDeps } from './deps.ts';
import { checkBankAccount, maskAccount } from './payouts/bank-account.ts';

/** Why nothing can be paid through a provider here. */
export const NO_PROVIDER = {
  code: 'invalid_request',
  detail:
    'No payout provider is set up here. Set `payoutBy` of the settlement policy to `file`, with the account of the `debtor`.',
} as const;

/** Says when and how payees are paid, from the next run on. Error: `invalid_request` (the debtor's account, no provider). */
export async function setPolicy(
  { db, clock, provider, onCommit }: SettlementDeps,
  marketId: MarketId,
  wanted: SettlementPolicy,
  authority: Authority,
): Promise<Result<SettlementPolicy, ApiError>> {
  const { debtor, ...terms } = wanted;
  if (debtor === undefined && terms.payoutBy === 'file') {
    return err({ code: 'invalid_request', detail: 'Payouts by file need the account of the `debtor`.' });
  }
  if (provider === undefined && terms.payoutBy === 'provider') return err(NO_PROVIDER);
  const checked = debtor === undefined ? undefined : checkBankAccount(debtor);
  if (checked?.ok === false) return checked;
  const policy: SettlementPolicy = { ...terms, ...(checked === undefined ? {} : { debtor: checked.value }) };
  await db.transaction(async (tx) => {
    await lockCollector(tx, marketId);
    await updatePolicy(tx, marketId, policy);
    appendEvents(tx, marketId, [
      {
        type: 'SettlementPolicyChanged',
        subject: marketId,
        at: clock.now(),
        by: authority.role,
        data: {
          ...terms,
          userId: authority.userId,
          ...(checked === undefined ? {} : { debtor: maskAccount(checked.value).account }),
        },
      },
    ]);
  });
  onCommit(marketId);
  return ok(policy);
}
