import {
  type EpochMs,
  type MarketId,
  type PayoutId,
  type Result,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { Acting, ApiError } from '../../api/index.ts';
import { recordAction } from '../../audit/index.ts';
import { appendEvents } from '../../events/index.ts';
import { bank, payoutsInTransit, postTransactions } from '../../ledger/index.ts';
import type { Tx } from '../../postgres/index.ts';
import type { SettlementDeps } from '../deps.ts';
import { toPayee } from '../payee.ts';
import { payableParts } from '../runs/close-run.ts';
import { selectCodes, selectSettlements } from '../runs/run-store.ts';
import type { PayoutAnswer } from './payout-provider.ts';
import { type PayoutRecord, lockPayout, updatePayout } from './payout-store.ts';

/**
 * Writes what became of a payout, once: paid, it leaves the bank; failed, it is payable again on the accounts that it
 * came from, and in the next settlement. Hearing the same again changes nothing, so whoever asks may crash and ask
 * again. Errors: `not_found`, `wrong_state` (it ended otherwise).
 */
export async function settlePayout(
  deps: SettlementDeps,
  marketId: MarketId,
  payoutId: PayoutId,
  answer: PayoutAnswer,
  who: Acting | 'system',
): Promise<Result<PayoutRecord, ApiError>> {
  const by = who === 'system' ? who : who.role;
  const settled = await deps.db.transact<PayoutRecord, ApiError>(async (tx) => {
    const payout = await lockPayout(tx, marketId, payoutId);
    if (payout === undefined) return err({ code: 'not_found' });
    if (payout.state === 'paid' || payout.state === 'failed') {
      if (answer.state === 'pending' || answer.state === payout.state) return ok(payout);
      return err({ code: 'wrong_state', state: payout.state, detail: `The payout is ${payout.state}.` });
    }
    const at = deps.clock.now();
    const tell = (type: string, more: object = {}): void =>
      appendEvents(tx, marketId, [
        {
          type,
          subject: payoutId,
          at,
          by,
          data: {
            payoutId,
            runId: payout.runId,
            payee: toPayee(payout.payee),
            amountMinor: payout.amountMinor,
            ...more,
          },
        },
      ]);
    if (payout.state === 'due') tell('PayoutSent');
    if (answer.state === 'pending') {
      const sent = { ...payout, state: 'sent' as const };
      if (payout.state === 'due') await updatePayout(tx, marketId, sent);
      return ok(sent);
    }
    const after: PayoutRecord = {
      ...payout,
      state: answer.state,
      settledAt: at,
      ...(answer.state === 'failed' ? { failure: answer.reason } : {}),
    };
    await updatePayout(tx, marketId, after);
    await postOutcome(deps, tx, marketId, after, at);
    if (answer.state === 'paid') tell('PayoutPaid');
    else tell('PayoutFailed', { reason: answer.reason });
    if (who !== 'system') {
      recordAction(tx, marketId, deps.ids, {
        at,
        by: who,
        kind: answer.state === 'paid' ? 'payout_paid_by_hand' : 'payout_failed_by_hand',
        subject: payoutId,
        amountMinor: payout.amountMinor,
        ...(answer.state === 'failed' && { reason: answer.reason }),
        before: { state: payout.state },
        after: { state: answer.state },
        requestId: who.requestId,
      });
    }
    return ok(after);
  });
  deps.onCommit(marketId);
  return settled;
}

async function postOutcome(
  { ids, markets }: SettlementDeps,
  tx: Tx,
  marketId: MarketId,
  payout: PayoutRecord,
  at: EpochMs,
): Promise<void> {
  const market = await markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const outcome = { reference: payout.id, currency: market.currency, postedAt: at };
  const fromTransit = { account: payoutsInTransit, amountMinor: payout.amountMinor };
  if (payout.state === 'paid') {
    const postings = [fromTransit, { account: bank, amountMinor: -payout.amountMinor }];
    return postTransactions(tx, marketId, ids, [{ ...outcome, kind: 'payout_paid', postings }]);
  }
  const [settlement] = await selectSettlements(tx, marketId, { id: payout.settlementId, limit: 1 });
  invariant(settlement !== undefined, `payout ${payout.id} has no settlement`);
  const codes = await selectCodes(
    tx,
    marketId,
    settlement.parts.map(({ accountId }) => accountId),
  );
  const back = payableParts(settlement, codes).map((part) => ({ ...part, amountMinor: -part.amountMinor }));
  postTransactions(tx, marketId, ids, [
    { ...outcome, kind: 'payout_failed', postings: [fromTransit, ...back] },
  ]);
}
