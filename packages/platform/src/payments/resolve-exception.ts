import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type PaymentExceptionId,
  type Result,
  currency,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { Acting, ApiError } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { appendEvents } from '../events/index.ts';
import {
  type Posting,
  type TransactionDraft,
  LOSSES,
  bank,
  postTransactions,
  refundsDue,
  shopperReceivable,
} from '../ledger/index.ts';
import type { Database } from '../postgres/index.ts';
import { type ExceptionRecord, type Resolution, CHOICES } from './exception.ts';
import { closeException, lockException } from './exception-store.ts';
import { type PaymentRecord, askPaymentAgain, moveRefunds, selectPayment } from './payment-store.ts';

export interface ResolveDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly onCommit: (marketId: MarketId) => void;
}

export interface ResolveException {
  readonly id: PaymentExceptionId;
  readonly resolution: Resolution;
  /** In the person's own words. */
  readonly reason: string;
  readonly by: Acting | 'system';
}

/**
 * Ends an exception as a person has decided: has the provider asked once more, posts what was paid by the bank or is lost,
 * or only keeps why. What was resolved before the same way is answered as it is. Errors: `not_found`, `wrong_state`
 * with what can be done.
 */
export async function resolveException(
  { db, clock, ids, onCommit }: ResolveDeps,
  marketId: MarketId,
  { id, resolution, reason, by }: ResolveException,
): Promise<Result<ExceptionRecord, ApiError>> {
  const resolvedBy = by === 'system' ? by : by.userId;
  const resolved = await db.transact<ExceptionRecord, ApiError>(async (tx) => {
    const found = await lockException(tx, marketId, id);
    if (found === undefined) return err({ code: 'not_found' });
    if (found.state === 'resolved' && found.resolution === resolution) return ok(found);
    const allowed = found.state === 'open' ? CHOICES[found.kind] : [];
    if (resolution !== 'agreed' && !allowed.includes(resolution)) {
      return err({
        code: 'wrong_state',
        detail: `A ${found.kind} that is ${found.state} cannot be ${resolution}.`,
        state: found.state,
        allowed,
      });
    }
    const at = clock.now();
    if (resolution === 'ask_again') {
      const asked =
        found.refundId === undefined
          ? await askPaymentAgain(tx, marketId, orderOf(found), at)
          : (await moveRefunds(tx, marketId, at, 'due', [found.refundId])) > 0;
      if (!asked) {
        return err({ code: 'wrong_state', detail: 'There is nothing to ask any more.', state: found.state });
      }
    }
    if (resolution === 'paid_otherwise' || resolution === 'written_off') {
      const payment = await selectPayment(tx, marketId, orderOf(found));
      invariant(payment !== undefined, `exception ${id} is of no payment`);
      postTransactions(tx, marketId, ids, [settlementOf(found, resolution, payment, at)]);
    }
    await closeException(tx, marketId, id, { resolution, reason, by: resolvedBy, at });
    appendEvents(tx, marketId, [
      {
        type: 'PaymentExceptionResolved',
        subject: id,
        at,
        by: by === 'system' ? by : by.role,
        data: { kind: found.kind, orderId: found.orderId, resolution, reason, resolvedBy },
      },
    ]);
    if (by !== 'system') {
      recordAction(tx, marketId, ids, {
        at,
        by,
        kind: 'payment_exception_resolved',
        subject: id,
        orderId: found.orderId,
        reason,
        before: { kind: found.kind, oursMinor: found.oursMinor, theirsMinor: found.theirsMinor },
        after: { resolution },
        requestId: by.requestId,
      });
    }
    return ok({ ...found, state: 'resolved', resolution, reason, resolvedBy, resolvedAt: at });
  });
  if (resolved.ok) onCommit(marketId);
  return resolved;
}

function orderOf({ id, orderId }: ExceptionRecord): PaymentRecord['orderId'] {
  invariant(orderId !== undefined, `exception ${id} is of no order`);
  return orderId;
}

/** What a person's decision posts: what is still owed of an order goes to the bank or to losses, a refund from the bank. */
export function settlementOf(
  found: Pick<ExceptionRecord, 'id' | 'kind' | 'oursMinor'>,
  resolution: 'paid_otherwise' | 'written_off',
  payment: Pick<PaymentRecord, 'orderId' | 'currency' | 'amountMinor' | 'capturedMinor'>,
  at: EpochMs,
): TransactionDraft {
  const isRefund = found.kind === 'refund_refused';
  const amountMinor = (found.oursMinor ?? 0) - (isRefund ? 0 : payment.capturedMinor);
  const settled = resolution === 'written_off' ? LOSSES : bank;
  const postings: Posting[] = isRefund
    ? [
        { account: refundsDue, amountMinor },
        { account: settled, amountMinor: -amountMinor },
      ]
    : [
        { account: settled, amountMinor },
        { account: shopperReceivable, amountMinor: -amountMinor },
      ];
  return {
    kind: `${resolution.replace('_', '-')}-${found.id}`,
    reference: payment.orderId,
    currency: currency(payment.currency),
    postedAt: at,
    postings,
  };
}
