import {
  type MarketId,
  type Result,
  type TransactionId,
  type EpochMs,
  type CorrectionId,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { chartEntryOf } from './chart.ts';
import type { Asked, FinanceDeps } from './close-period.ts';
import { selectKnownCodes } from './ledger-store.ts';
import { postTransactions } from './post-transactions.ts';
import type { AccountKind } from './transaction.ts';

export interface CorrectionDraft {
  readonly reason: string;
  /** The transaction that was wrong, where there is one. */
  readonly corrects?: TransactionId | undefined;
  readonly postings: readonly { readonly account: string; readonly amountMinor: number }[];
}

export interface Correction {
  readonly id: CorrectionId;
  readonly postedAt: EpochMs;
}

/**
 * Posts what a person of finance has written, in the open period: what was posted before stays as it is. The reason and
 * the person stand in the transaction. Accounts are those of the chart; those of a store, courier or shopper must be there.
 * Errors: `not_found` (market), `invalid_request` (does not balance, an account twice, unknown or of zero), `idempotency_key_reused`.
 */
export async function postCorrection(
  { db, clock, ids, markets, onCommit }: FinanceDeps,
  marketId: MarketId,
  { reason, corrects, postings }: CorrectionDraft,
  { authority, command, requestId }: Asked,
): Promise<Result<Correction, ApiError>> {
  const market = await markets.get(marketId);
  if (market === undefined) return err({ code: 'not_found' });
  const codes = postings.map(({ account }) => account);
  const wrong = faultOf(postings);
  if (wrong !== undefined) return err({ code: 'invalid_request', detail: wrong });
  const kinds = new Map<string, AccountKind>();
  const known = await selectKnownCodes(db, marketId, codes);
  for (const code of codes) {
    const entry = chartEntryOf(code);
    if (entry === undefined || (entry.family.includes('*') && !known.has(code))) {
      return err({
        code: 'invalid_request',
        detail: `There is no account \`${code}\`. Take its code from the list of accounts or the chart.`,
      });
    }
    kinds.set(code, entry.kind);
  }
  const posted = await db.transact<Correction, ApiError>(async (tx) => {
    const [before] = await findCommands<Correction>(tx, marketId, [command]);
    if (before?.kind === 'done') return ok(before.outcome);
    if (before?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    const correction: Correction = { id: ids.next('cor'), postedAt: clock.now() };
    postTransactions(tx, marketId, ids, [
      {
        kind: 'correction',
        reference: correction.id,
        actor: authority.userId,
        reason: corrects === undefined ? reason : `${reason} (${corrects})`,
        currency: market.currency,
        postedAt: correction.postedAt,
        postings: postings.map(({ account, amountMinor }) => ({
          account: { code: account, kind: kinds.get(account)! },
          amountMinor,
        })),
      },
    ]);
    appendEvents(tx, marketId, [
      {
        type: 'LedgerCorrected',
        subject: correction.id,
        at: correction.postedAt,
        by: authority.role,
        data: { reason, postedBy: authority.userId, ...(corrects !== undefined && { corrects }) },
      },
    ]);
    recordCommands(tx, marketId, correction.postedAt, [{ command, outcome: correction }]);
    recordAction(tx, marketId, ids, {
      at: correction.postedAt,
      by: authority,
      kind: 'ledger_corrected',
      subject: correction.id,
      amountMinor: postings.reduce((sum, { amountMinor }) => sum + Math.max(amountMinor, 0), 0),
      reason,
      after: { postings, ...(corrects !== undefined && { corrects }) },
      requestId,
    });
    return ok(correction);
  });
  if (posted.ok) onCommit(marketId);
  return posted;
}

function faultOf(postings: CorrectionDraft['postings']): string | undefined {
  const sum = postings.reduce((total, { amountMinor }) => total + amountMinor, 0);
  if (sum !== 0) return `Debits and credits differ by ${sum} minor units: together they must be zero.`;
  if (postings.some(({ amountMinor }) => amountMinor === 0))
    return 'A posting of zero says nothing: leave it out.';
  if (new Set(postings.map(({ account }) => account)).size < postings.length) {
    return 'Name each account once, with the sum of what is posted to it.';
  }
  return undefined;
}
