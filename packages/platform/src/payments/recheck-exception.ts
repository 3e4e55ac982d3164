import { type MarketId, type PaymentExceptionId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { compareOperations } from './compare-operations.ts';
import { type ExceptionDraft, type ExceptionRecord, isOfReconciliation } from './exception.ts';
import { openExceptions, selectException, selectOpenDifferences } from './exception-store.ts';
import { paymentIdOf, selectPayment } from './payment-store.ts';
import type { ProviderOperation } from './provider.ts';
import { selectBooked } from './reconcile-store.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { resolveException } from './resolve-exception.ts';

const TIMEOUT_MS = 10_000;
/** Looked at again in one run, oldest first. */
const LIMIT = 100;

/**
 * Compares the payment of a difference once more, at its provider and here. Where both say the same now, it is resolved
 * by itself; else it is seen again, with the amounts of now. Errors: `not_found`; `wrong_state` where it is no difference
 * that can be compared; `unavailable` where the provider does not answer.
 */
export async function recheckException(
  deps: ReconcileDeps,
  marketId: MarketId,
  id: PaymentExceptionId,
): Promise<Result<ExceptionRecord, ApiError>> {
  const found = await selectException(deps.db, marketId, id);
  if (found === undefined) return err({ code: 'not_found' });
  const provider = deps.providers.find(({ name }) => name === found.provider);
  const { orderId } = found;
  if (found.state === 'resolved') return ok(found);
  if (!isOfReconciliation(found.kind) || orderId === undefined || provider?.operationsOf === undefined) {
    return err({ code: 'wrong_state', detail: 'There is no list to compare it with.', state: found.state });
  }
  const payment = await selectPayment(deps.db, marketId, orderId);
  const about = { paymentId: paymentIdOf(orderId), reference: payment?.reference };
  const abort = new AbortController();
  const cancel = deps.ticker.after(TIMEOUT_MS, () => abort.abort());
  let theirs: readonly ProviderOperation[];
  try {
    theirs = await provider.operationsOf(marketId, about, abort.signal);
  } catch {
    return err({ code: 'unavailable', detail: `${found.provider} does not answer.` });
  } finally {
    cancel();
  }
  const booked = await selectBooked(deps.db, marketId, [orderId]);
  const isSame = (draft: ExceptionDraft): boolean =>
    draft.kind === found.kind && draft.subject === found.subject;
  const still = compareOperations(found.provider, { within: theirs, theirs, settled: booked, booked }).filter(
    isSame,
  );
  if (still.length === 0) {
    const reason = 'Compared again: the provider and our books say the same.';
    return resolveException(deps, marketId, { id, resolution: 'agreed', reason, by: 'system' });
  }
  await deps.db.transaction((tx) => openExceptions(tx, marketId, deps.clock.now(), deps.ids, still));
  return ok((await selectException(deps.db, marketId, id))!);
}

/** Looks again at what was found different and is still open: most of it is an answer that came late. */
export async function recheckDifferences(deps: ReconcileDeps, marketId: MarketId): Promise<void> {
  for (const id of await selectOpenDifferences(deps.db, marketId, LIMIT)) {
    await recheckException(deps, marketId, id);
  }
}
