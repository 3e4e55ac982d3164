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
import { postTransactions } from '../ledger/index.ts';
import type { Database } from '../postgres/index.ts';
import { askProvider, providerOf, requestOf } from './ask-provider.ts';
import {
  type FinishedPayment,
  finishPayments,
  finishRefunds,
  postponePayments,
  postponeRefunds,
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
  /** An authorisation that was left open has its answer now; ordering decides what follows. */
  readonly onAuthorisation: (payment: PaymentRecord, answer: PaymentAnswer) => Promise<void>;
}

/** Asked side by side. */
const BATCH = 500;
/** Batches of one run at most; what is left is due at the next. */
const MAX_BATCHES = 200;

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

async function settlePayments(
  deps: SettleDeps,
  marketId: MarketId,
  payments: readonly PaymentRecord[],
): Promise<void> {
  const finished: FinishedPayment[] = [];
  const postponed: PaymentRecord[] = [];
  const authorised: { readonly payment: PaymentRecord; readonly answer: PaymentAnswer }[] = [];
  await Promise.all(
    payments.map(async (payment) => {
      const { state } = payment;
      const answer = await ask(deps, payment, (provider, signal) => {
        const request = requestOf(marketId, payment);
        if (state === 'authorising') return provider.authorise(request, signal);
        return state === 'capture_due' ? provider.capture(request, signal) : provider.void(request, signal);
      });
      if (state === 'authorising') authorised.push({ payment, answer });
      if (state === 'authorising' || answer.kind !== 'done') postponed.push(payment);
      else finished.push({ payment, reference: answer.reference });
    }),
  );
  const now = deps.clock.now();
  // Two sweeps at once may both have an answer: the state moves once, and the ledger posts a capture once.
  await deps.db.transaction(async (tx) => {
    finishPayments(tx, marketId, now, finished);
    const captured = finished.filter(({ payment }) => payment.state === 'capture_due');
    postTransactions(
      tx,
      marketId,
      deps.ids,
      captured.map(({ payment }) => captureOf(payment, now)),
    );
    await postponePayments(
      tx,
      marketId,
      postponed.map(({ orderId, attempts }) => ({ orderId, nextAttemptAt: nextAttempt(now, attempts) })),
    );
  });
  await Promise.all(authorised.map(({ payment, answer }) => deps.onAuthorisation(payment, answer)));
}

async function settleRefunds(
  deps: SettleDeps,
  marketId: MarketId,
  refunds: readonly RefundRecord[],
): Promise<void> {
  if (refunds.length === 0) return;
  const answers = await Promise.all(
    refunds.map((refund) =>
      ask(deps, refund.payment, (provider, signal) =>
        provider.refund(
          { ...requestOf(marketId, refund.payment), amountMinor: refund.amountMinor, refundId: refund.id },
          signal,
        ),
      ),
    ),
  );
  const now = deps.clock.now();
  const done = refunds.filter((_, index) => answers[index]!.kind === 'done');
  const others = refunds.filter((_, index) => answers[index]!.kind !== 'done');
  await deps.db.transaction(async (tx) => {
    await finishRefunds(
      tx,
      marketId,
      done.map(({ id }) => id),
    );
    await postponeRefunds(
      tx,
      marketId,
      others.map(({ id, attempts }) => ({ id, nextAttemptAt: nextAttempt(now, attempts) })),
    );
    postTransactions(
      tx,
      marketId,
      deps.ids,
      done.map((refund) => refundPaidOf(refund, now)),
    );
  });
}

/** 10 s, 20 s, 40 s … at most an hour. */
function nextAttempt(now: EpochMs, attempts: number): EpochMs {
  return addMs(now, Math.min(10 * SECOND_MS * 2 ** attempts, 60 * MINUTE_MS));
}
