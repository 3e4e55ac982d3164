import type { SettlementPolicy } from '@halfhour/contract';
import {
  type AccountId,
  type MarketId,
  type Result,
  type SettlementRunId,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { Acting, ApiError } from '../../api/index.ts';
import { recordAction } from '../../audit/index.ts';
import { appendEvents } from '../../events/index.ts';
import { type AccountName, payoutsInTransit, postTransactions } from '../../ledger/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { lockCollector } from '../collector.ts';
import type { SettlementDeps } from '../deps.ts';
import { issueInvoices } from '../invoices/issue-invoices.ts';
import { toPayee } from '../payee.ts';
import { selectBankAccounts } from '../payouts/bank-account-store.ts';
import { type PayoutRecord, insertPayouts } from '../payouts/payout-store.ts';
import { NO_PROVIDER } from '../set-policy.ts';
import {
  type RunRecord,
  type SettlementRecord,
  closeRun,
  releaseEntries,
  selectCodes,
  selectRun,
  selectSettlements,
  updateCarried,
} from './run-store.ts';

/** More payees than a market has. */
const MAX_SETTLEMENTS = 100_000;

/**
 * Approves an open run: what is carried and what is paid out is settled, in one transaction with the payouts, their
 * postings, and the invoices to merchants. An approved run stays as it is. Errors: `not_found`, `wrong_state` (discarded),
 * `invalid_request` (no provider to pay through).
 */
export function approveRun(
  deps: SettlementDeps,
  marketId: MarketId,
  runId: SettlementRunId,
  authority: Acting,
): Promise<Result<RunRecord, ApiError>> {
  return closeOpenRun(deps, marketId, runId, authority, 'approved', async (tx, policy) => {
    const { clock, ids, markets, provider } = deps;
    const isByFile = policy.payoutBy === 'file';
    if (!isByFile && provider === undefined) return err(NO_PROVIDER);
    const at = clock.now();
    const market = await markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    const settlements = await selectSettlements(tx, marketId, { runId, limit: MAX_SETTLEMENTS });
    const parts = settlements.flatMap((settlement) => settlement.parts);
    await updateCarried(
      tx,
      marketId,
      parts.map(({ accountId, openingMinor, linesMinor, payoutMinor }) => ({
        accountId,
        carriedMinor: openingMinor + linesMinor - payoutMinor,
      })),
    );
    const paid = settlements.filter(({ payoutMinor }) => payoutMinor > 0);
    const accounts = await selectBankAccounts(
      tx,
      marketId,
      paid.map(({ payee }) => payee),
    );
    const codes = await selectCodes(
      tx,
      marketId,
      parts.map(({ accountId }) => accountId),
    );
    const payouts = paid.map((settlement): PayoutRecord => {
      const account = accounts.get(settlement.payee);
      invariant(account !== undefined, `no bank account of ${settlement.payee}`);
      return {
        id: ids.next('pyo'),
        runId,
        settlementId: settlement.id,
        payee: settlement.payee,
        state: isByFile ? 'sent' : 'due',
        amountMinor: settlement.payoutMinor,
        account,
        byFile: isByFile,
        createdAt: at,
      };
    });
    await insertPayouts(tx, marketId, payouts);
    await issueInvoices(deps, tx, market, settlements, {
      at,
      by: authority.role,
      issuer: policy.issuer,
    });
    postTransactions(
      tx,
      marketId,
      ids,
      payouts.map((payout, index) => ({
        kind: 'payout',
        reference: payout.id,
        currency: market.currency,
        postedAt: at,
        postings: [
          ...payableParts(paid[index]!, codes),
          { account: payoutsInTransit, amountMinor: -payout.amountMinor },
        ],
      })),
    );
    if (isByFile) {
      appendEvents(
        tx,
        marketId,
        payouts.map(({ id, payee, amountMinor }) => ({
          type: 'PayoutSent',
          subject: id,
          at,
          by: authority.role,
          data: { payoutId: id, runId, payee: toPayee(payee), amountMinor },
        })),
      );
    }
    return ok(undefined);
  });
}

/** What a payout takes from each account of its payee: debits, so positive. */
export function payableParts(
  settlement: Pick<SettlementRecord, 'parts'>,
  codes: ReadonlyMap<AccountId, string>,
): { readonly account: AccountName; readonly amountMinor: number }[] {
  return settlement.parts.map(({ accountId, payoutMinor }) => {
    const code = codes.get(accountId);
    invariant(code !== undefined, `no account ${accountId}`);
    return { account: { code, kind: 'liability' }, amountMinor: payoutMinor };
  });
}

/** Discards an open run: all that it took is payable again. Errors: `not_found`, `wrong_state` (approved). */
export function discardRun(
  deps: SettlementDeps,
  marketId: MarketId,
  runId: SettlementRunId,
  authority: Acting,
): Promise<Result<RunRecord, ApiError>> {
  return closeOpenRun(deps, marketId, runId, authority, 'discarded', async (tx) => {
    await releaseEntries(tx, marketId, runId);
    return ok(undefined);
  });
}

async function closeOpenRun(
  deps: SettlementDeps,
  marketId: MarketId,
  runId: SettlementRunId,
  authority: Acting,
  state: 'approved' | 'discarded',
  settle: (tx: Tx, policy: SettlementPolicy) => Promise<Result<undefined, ApiError>>,
): Promise<Result<RunRecord, ApiError>> {
  const closed = await deps.db.transact<RunRecord, ApiError>(async (tx) => {
    const { policy } = await lockCollector(tx, marketId);
    const run = await selectRun(tx, marketId, runId);
    if (run === undefined) return err({ code: 'not_found' });
    if (run.state === state) return ok(run);
    if (run.state !== 'open') {
      return err({
        code: 'wrong_state',
        state: run.state,
        detail: `The run is ${run.state}.${run.state === 'empty' ? ' It has nothing to approve or give back.' : ''}`,
      });
    }
    const at = deps.clock.now();
    const settled = await settle(tx, policy);
    if (!settled.ok) return settled;
    await closeRun(tx, marketId, runId, { state, at, by: authority.userId });
    appendEvents(tx, marketId, [
      {
        type: state === 'approved' ? 'SettlementRunApproved' : 'SettlementRunDiscarded',
        subject: runId,
        at,
        by: authority.role,
        data: { runId, payees: run.payees, payoutMinor: run.payoutMinor },
      },
    ]);
    recordAction(tx, marketId, deps.ids, {
      at,
      by: authority,
      kind: state === 'approved' ? 'settlement_run_approved' : 'settlement_run_discarded',
      subject: runId,
      amountMinor: run.payoutMinor,
      before: { state: run.state },
      after: { state },
      requestId: authority.requestId,
    });
    return ok({ ...run, state, closedAt: at, closedBy: authority.userId });
  });
  deps.onCommit(marketId);
  return closed;
}
