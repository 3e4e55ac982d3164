import type { FileAnswer } from '@halfhour/contract';
import {
  type MarketId,
  type Result,
  type SettlementRunId,
  err,
  invariant,
  localTime,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { selectPolicy } from './collector.ts';
import type { SettlementDeps } from './deps.ts';
import { writeCreditTransfers } from './payouts/pain-001.ts';
import { selectPayoutsOf } from './payouts/payout-store.ts';
import { selectRun } from './runs/run-store.ts';

/**
 * The payouts of a run that are to be made by file and have not failed, as pain.001.001.09; the same file whenever it
 * is asked for, unless a payout failed meanwhile. Errors: `not_found`, `wrong_state` (not approved, nothing to pay by
 * file, no debtor account).
 */
export async function readPayoutFile(
  { db, markets }: SettlementDeps,
  marketId: MarketId,
  runId: SettlementRunId,
): Promise<Result<FileAnswer, ApiError>> {
  const [run, market] = await Promise.all([selectRun(db, marketId, runId), markets.get(marketId)]);
  if (run === undefined || market === undefined) return err({ code: 'not_found' });
  if (run.state !== 'approved') {
    return err({ code: 'wrong_state', state: run.state, detail: 'Approve the run first.' });
  }
  const payouts = (await selectPayoutsOf(db, marketId, runId)).filter(
    ({ byFile, state }) => byFile && state !== 'failed',
  );
  if (payouts.length === 0) {
    return err({ code: 'wrong_state', detail: 'The run has no payouts that are to be made by file.' });
  }
  const { debtor } = await selectPolicy(db, marketId);
  if (debtor === undefined) {
    return err({
      code: 'wrong_state',
      detail: 'Say in the settlement policy whose account pays (`debtor`).',
    });
  }
  invariant(run.closedAt !== undefined, `run ${runId} was approved at no moment`);
  return ok({
    mediaType: 'application/xml',
    name: `payouts-${runId}.xml`,
    content: writeCreditTransfers({
      messageId: runId,
      createdAt: run.closedAt,
      day: localTime(run.closedAt, market.timeZone).date,
      currency: market.currency,
      debtor,
      transfers: payouts.map(({ id, settlementId, amountMinor, account }) => ({
        id,
        amountMinor,
        to: account,
        about: settlementId,
      })),
    }),
  });
}
