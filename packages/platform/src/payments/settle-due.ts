import {
  type Clock,
  type EpochMs,
  type MarketId,
  type Ticker,
  MINUTE_MS,
  SECOND_MS,
  addMs,
} from '@halfhour/kernel';
import type { Database } from '../postgres/index.ts';
import { askProvider, providerOf, requestOf } from './ask-provider.ts';
import {
  finishPayment,
  finishRefund,
  postponePayment,
  postponeRefund,
  selectDuePayments,
  selectDueRefunds,
} from './payment-store.ts';
import type { PaymentAnswer, PaymentProvider } from './provider.ts';
import type { PaymentRecord } from './payment-store.ts';

export interface SettleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly providers: readonly PaymentProvider[];
  readonly timeoutMs: number;
  /** An authorisation that was left open has its answer now; ordering decides what follows. */
  readonly onAuthorisation: (payment: PaymentRecord, answer: PaymentAnswer) => Promise<void>;
}

const BATCH = 200;

/**
 * Asks the providers what is due in a market: authorisations that nobody answered, captures, voids, refunds.
 * Safe to run twice at once: operations are idempotent at the provider and states move only forward.
 *
 * @returns how many were asked
 */
export async function settleDue(deps: SettleDeps, marketId: MarketId): Promise<number> {
  const now = deps.clock.now();
  const payments = await selectDuePayments(deps.db, marketId, now, BATCH);
  await Promise.all(payments.map((payment) => settlePayment(deps, marketId, payment)));
  const refunds = await selectDueRefunds(deps.db, marketId, now, BATCH);
  await Promise.all(
    refunds.map(async (refund) => {
      const provider = providerOf(deps.providers, refund.payment.provider);
      const answer: PaymentAnswer =
        provider === undefined
          ? { kind: 'pending' }
          : await askProvider(deps.ticker, deps.timeoutMs, (signal) =>
              provider.refund(
                {
                  ...requestOf(marketId, refund.payment),
                  amountMinor: refund.amountMinor,
                  refundId: refund.id,
                },
                signal,
              ),
            );
      if (answer.kind === 'done') await finishRefund(deps.db, marketId, refund.id);
      else await postponeRefund(deps.db, marketId, refund.id, nextAttempt(deps.clock.now(), refund.attempts));
    }),
  );
  return payments.length + refunds.length;
}

async function settlePayment(deps: SettleDeps, marketId: MarketId, payment: PaymentRecord): Promise<void> {
  const provider = providerOf(deps.providers, payment.provider);
  const answer: PaymentAnswer =
    provider === undefined
      ? { kind: 'pending' }
      : await askProvider(deps.ticker, deps.timeoutMs, (signal) => {
          const request = requestOf(marketId, payment);
          if (payment.state === 'authorising') return provider.authorise(request, signal);
          return payment.state === 'capture_due'
            ? provider.capture(request, signal)
            : provider.void(request, signal);
        });
  if (answer.kind !== 'done' && payment.state !== 'authorising') {
    await postponePayment(deps.db, marketId, payment.id, nextAttempt(deps.clock.now(), payment.attempts));
  } else if (payment.state === 'authorising') {
    await postponePayment(deps.db, marketId, payment.id, nextAttempt(deps.clock.now(), payment.attempts));
    await deps.onAuthorisation(payment, answer);
  } else if (answer.kind === 'done') {
    const to = payment.state === 'capture_due' ? 'captured' : 'voided';
    await finishPayment(deps.db, marketId, deps.clock.now(), payment, to, answer.reference);
  }
}

/** 10 s, 20 s, 40 s … at most an hour. */
function nextAttempt(now: EpochMs, attempts: number): EpochMs {
  return addMs(now, Math.min(10 * SECOND_MS * 2 ** attempts, 60 * MINUTE_MS));
}
