import type { MarketId, Ticker } from '@halfhour/kernel';
import type { PaymentAnswer, PaymentProvider, PaymentRequest } from './provider.ts';
import { type PaymentRecord, paymentIdOf } from './payment-store.ts';

/**
 * Asks the provider and waits `timeoutMs` of real time at most. A provider that fails or does not answer is
 * `pending`: whether it did the thing is not known, so it is asked again under the same id.
 */
export async function askProvider(
  ticker: Ticker,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<PaymentAnswer>,
): Promise<PaymentAnswer> {
  const abort = new AbortController();
  let cancel = (): void => {};
  const timeout = new Promise<PaymentAnswer>((resolve) => {
    cancel = ticker.after(timeoutMs, () => {
      abort.abort();
      resolve({ kind: 'pending' });
    });
  });
  const answer = Promise.resolve()
    .then(() => ask(abort.signal))
    .catch((): PaymentAnswer => ({ kind: 'pending' }));
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    cancel();
  }
}

export function requestOf(marketId: MarketId, payment: PaymentRecord): PaymentRequest {
  return {
    marketId,
    paymentId: paymentIdOf(payment.orderId),
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    method: payment.method,
    reference: payment.reference,
    ...(payment.challenge === undefined ? {} : { challengeToken: payment.challenge.token }),
  };
}

export function providerOf(providers: readonly PaymentProvider[], name: string): PaymentProvider | undefined {
  return providers.find((provider) => provider.name === name);
}
