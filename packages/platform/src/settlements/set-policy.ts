import type { SettlementPolicy } from '@halfhour/contract';
import { type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { Acting, ApiError } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
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
  { db, clock, ids, provider, onCommit }: SettlementDeps,
  marketId: MarketId,
  wanted: SettlementPolicy,
  authority: Acting,
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
    const { policy: before } = await lockCollector(tx, marketId);
    const at = clock.now();
    await updatePolicy(tx, marketId, policy);
    appendEvents(tx, marketId, [
      {
        type: 'SettlementPolicyChanged',
        subject: marketId,
        at,
        by: authority.role,
        data: {
          ...terms,
          userId: authority.userId,
          ...(checked === undefined ? {} : { debtor: maskAccount(checked.value).account }),
        },
      },
    ]);
    recordAction(tx, marketId, ids, {
      at,
      by: authority,
      kind: 'settlement_policy_changed',
      subject: marketId,
      before: withMaskedDebtor(before),
      after: withMaskedDebtor(policy),
      requestId: authority.requestId,
    });
  });
  onCommit(marketId);
  return ok(policy);
}

/** The trail tells that the account changed and not what it is, as bank accounts are shown everywhere. */
function withMaskedDebtor({ debtor, ...terms }: SettlementPolicy): Record<string, unknown> {
  return debtor === undefined ? terms : { ...terms, debtor: maskAccount(debtor).account };
}
