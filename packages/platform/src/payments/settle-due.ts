import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type Ticker,
  MINUTE_MS,
  SECOND_MS,
  addMs,
} from '@halfhour/kernel';
import { appendEvents } from '../events/index.ts';
import { postTransactions } from '../ledger/index.ts';
import type { Database } from '../postgres/index.ts';
import type { ExceptionDraft } from './exception.ts';
import { openExceptions } from './exception-store.ts';
import { askProvider, providerOf, requestOf } from './ask-provider.ts';
import {
  type FinishedPayment,
  finishPayments,
  finishRefunds,
  moveRefunds,
  paymentIdOf,
  postponePayments,
  postponeRefunds,
  refusePayments,
  selectDuePayments,
  selectDueRefunds,
} from './payment-store.ts';
import { captureOf, refundPaidOf } from './payment-money.ts';
import type { PaymentRecord, RefundRecord } from './payment-store.ts';
import type { PaymentAnswer, PaymentProvider } from './provider.ts';

export interface SettleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly ids: IdSource;
  readonly providers: readonly PaymentProvider[];
  readonly timeoutMs: number;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
  /** An authorisation that was left open has its answer now; ordering decides what follows. */
  readonly onAuthorisation: (payment: PaymentRecord, answer: PaymentAnswer) => Promise<void>;
}

/** Asked side by side. */
const BATCH = 500;
/** Batches of one run at most; what is left is due at the next. */
const MAX_BATCHES = 200;
const NEVER_CAPTURED: PaymentAnswer = {
  kind: 'declined',
  reason: 'The provider has refused the capture, so it has nothing to give back: pay it back another way.',
};

/**
 * Asks the providers what is due in a market, in batches until nothing is: authorisations that nobody answered,
 * captures, voids, refunds. Safe to run twice at once: operations are idempotent at the provider and states move
 * only forward.
 *
 * @returns how many were asked
 */
export async function settleDue(deps: SettleDeps, marketId: MarketId): Promise<number> {
  let asked = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const payments = await selectDuePayments(deps.db, marketId, deps.clock.now(), BATCH);
    await settlePayments(deps, marketId, payments);
    asked += payments.length;
    if (payments.length < BATCH) break;
  }
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const refunds = await selectDueRefunds(deps.db, marketId, deps.clock.now(), BATCH);
    await settleRefunds(deps, marketId, refunds);
    asked += refunds.length;
    if (refunds.length < BATCH) break;
  }
  return asked;
}

function ask(
  deps: SettleDeps,
  payment: PaymentRecord,
  request: (provider: PaymentProvider, signal: AbortSignal) => Promise<PaymentAnswer>,
): Promise<PaymentAnswer> {
  const provider = providerOf(deps.providers, payment.provider);
  if (provider === undefined) return Promise.resolve({ kind: 'pending' });
  return askProvider(deps.ticker, deps.timeoutMs, (signal) => request(provider, signal));
}

/** What the providers have answered to a batch of payments. */
interface Answers {
  readonly finished: FinishedPayment[];
  readonly refused: PaymentRecord[];
  readonly postponed: PaymentRecord[];
  readonly exceptions: ExceptionDraft[];
}

async function settlePayments(
  deps: SettleDeps,
  marketId: MarketId,
  payments: readonly PaymentRecord[],
): Promise<void> {
  if (payments.length === 0) return;
  const answers: Answers = { finished: [], refused: [], postponed: [], exceptions: [] };
  const authorised: { readonly payment: PaymentRecord; readonly answer: PaymentAnswer }[] = [];
  await Promise.all(
    payments.map(async (payment) => {
      const { state } = payment;
      const isAuthorising = state === 'authorising' || state === 'challenged';
      const answer = await ask(deps, payment, (provider, signal) => {
        const request = requestOf(marketId, payment);
        if (isAuthorising) return provider.authorise(request, signal);
        return state === 'capture_due' ? provider.capture(request, signal) : provider.void(request, signal);
      });
      if (!isAuthorising) return sort(payment, answer, answers);
      authorised.push({ payment, answer });
      answers.postponed.push(payment);
    }),
  );
  await writeAnswers(deps, marketId, answers);
  await Promise.all(authorised.map(({ payment, answer }) => deps.onAuthorisation(payment, answer)));
}

/** What the answer to a capture or a void comes to. */
function sort(payment: PaymentRecord, answer: PaymentAnswer, answers: Answers): void {
  const isCapture = payment.state === 'capture_due';
  const { orderId, provider, amountMinor } = payment;
  const about = { subject: orderId, orderId, provider, oursMinor: amountMinor };
  if (answer.kind === 'declined') {
    answers.refused.push(payment);
    answers.exceptions.push({
      ...about,
      kind: isCapture ? 'capture_refused' : 'void_refused',
      detail: answer.reason,
    });
    return;
  }
  if (answer.kind !== 'done') return void answers.postponed.push(payment);
  const { reference } = answer;
  // A provider that says that it has taken more than it was asked for is not believed: reconciliation sees to that.
  const capturedMinor = isCapture ? Math.min(answer.amountMinor ?? amountMinor, amountMinor) : 0;
  answers.finished.push({ payment, reference, capturedMinor });
  if (isCapture && capturedMinor < amountMinor) {
    answers.exceptions.push({
      ...about,
      kind: 'captured_less',
      theirsMinor: capturedMinor,
      detail: 'The provider has taken less than the total of the order.',
    });
  }
}

/** Two sweeps at once may both have an answer: the state moves once, and what follows is written by that one. */
async function writeAnswers(
  { db, clock, ids, onCommit, providers }: SettleDeps,
  marketId: MarketId,
  { finished, refused, postponed, exceptions }: Answers,
): Promise<void> {
  const now = clock.now();
  await db.transaction(async (tx) => {
    const moved = await finishPayments(tx, marketId, now, finished);
    const captured = moved.filter(({ payment }) => payment.state === 'capture_due');
    await refusePayments(
      tx,
      marketId,
      now,
      refused.map(({ orderId }) => orderId),
    );
    await postponePayments(
      tx,
      marketId,
      postponed.map(({ orderId, attempts }) => ({ orderId, nextAttemptAt: nextAttempt(now, attempts) })),
    );
    await openExceptions(tx, marketId, now, ids, exceptions);
    postTransactions(
      tx,
      marketId,
      ids,
      captured.filter(({ payment }) => !postsItself(providers, payment)).map((each) => captureOf(each, now)),
    );
    appendEvents(
      tx,
      marketId,
      captured.map(({ payment, capturedMinor }) => ({
        type: 'PaymentCaptured',
        // Not the order: it is as it was, and who follows it would read it again.
        subject: paymentIdOf(payment.orderId),
        at: now,
        by: 'system',
        data: { orderId: payment.orderId, amountMinor: capturedMinor },
      })),
    );
  });
  if (finished.length + exceptions.length > 0) onCommit(marketId);
}

async function settleRefunds(
  deps: SettleDeps,
  marketId: MarketId,
  refunds: readonly RefundRecord[],
): Promise<void> {
  if (refunds.length === 0) return;
  const { db, ids } = deps;
  const answers = await Promise.all(
    refunds.map((refund): Promise<PaymentAnswer> => {
      // The provider has nothing to give back of it: a person says how what came another way goes back.
      if (refund.payment.state === 'capture_refused') return Promise.resolve(NEVER_CAPTURED);
      return ask(deps, refund.payment, (provider, signal) =>
        provider.refund(
          { ...requestOf(marketId, refund.payment), amountMinor: refund.amountMinor, refundId: refund.id },
          signal,
        ),
      );
    }),
  );
  const now = deps.clock.now();
  const answered = (kind: PaymentAnswer['kind']): RefundRecord[] =>
    refunds.filter((_, index) => answers[index]!.kind === kind);
  const done = answered('done');
  const refused = refunds.flatMap((refund, index) => {
    const answer = answers[index]!;
    return answer.kind === 'declined' ? [{ refund, reason: answer.reason }] : [];
  });
  await db.transaction(async (tx) => {
    const moved = await finishRefunds(tx, marketId, now, done);
    await moveRefunds(
      tx,
      marketId,
      now,
      'refused',
      refused.map(({ refund }) => refund.id),
    );
    await postponeRefunds(
      tx,
      marketId,
      [...answered('pending'), ...answered('challenge')].map(({ id, attempts }) => ({
        id,
        nextAttemptAt: nextAttempt(now, attempts),
      })),
    );
    await openExceptions(
      tx,
      marketId,
      now,
      ids,
      refused.map(({ refund, reason }) => ({
        kind: 'refund_refused',
        subject: refund.id,
        provider: refund.payment.provider,
        orderId: refund.payment.orderId,
        refundId: refund.id,
        oursMinor: refund.amountMinor,
        detail: reason,
      })),
    );
    postTransactions(
      tx,
      marketId,
      ids,
      moved
        .filter(({ payment }) => !postsItself(deps.providers, payment))
        .map((refund) => refundPaidOf(refund, now)),
    );
    appendEvents(
      tx,
      marketId,
      moved.map(({ id, amountMinor, payment }) => ({
        type: 'PaymentRefunded',
        subject: payment.orderId,
        at: now,
        by: 'system',
        data: { refundId: id, amountMinor },
      })),
    );
  });
  if (done.length + refused.length > 0) deps.onCommit(marketId);
}

function postsItself(providers: readonly PaymentProvider[], { provider }: PaymentRecord): boolean {
  return providerOf(providers, provider)?.postsItself === true;
}

/** 10 s, 20 s, 40 s … at most an hour. */
function nextAttempt(now: EpochMs, attempts: number): EpochMs {
  return addMs(now, Math.min(10 * SECOND_MS * 2 ** attempts, 60 * MINUTE_MS));
}
