import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, type MarketId, SECOND_MS, parseId, sleep } from '@halfhour/kernel';
import type { PaymentAnswer, PaymentNotification, PaymentProvider, PaymentRequest } from './provider.ts';

export interface TestProviderOptions {
  readonly clock: Clock;
  /** Signs notifications, as a provider's webhook secret would. */
  readonly secret: string;
  /** Where notifications go; wired to `ordering.receiveNotification`. */
  readonly notify: (marketId: MarketId, body: Record<string, unknown>) => void;
}

/** How long `test_late` takes to tell that it approves. */
export const LATE_MS = 20 * SECOND_MS;

/**
 * The embedded provider. It moves no money; the method says how it behaves:
 * `test_approve`, `test_decline`, `test_timeout` (never answers), `test_late` (answers that it is pending and
 * tells after 20 s), `test_twice` (approves, and tells so twice more), `test_limit` (approves, and will not raise it).
 * Other methods are declined.
 */
export function createTestProvider({ clock, secret, notify }: TestProviderOptions): PaymentProvider {
  const reference = (request: PaymentRequest): string => `test_${request.paymentId}`;
  const done = (request: PaymentRequest): Promise<PaymentAnswer> =>
    Promise.resolve({ kind: 'done', reference: reference(request) });

  function tell(request: PaymentRequest, outcome: PaymentNotification['outcome']): void {
    const notification = { paymentId: request.paymentId, outcome, reference: reference(request) };
    notify(request.marketId, { ...notification, signature: sign(secret, notification) });
  }

  async function tellLater(request: PaymentRequest, times: number): Promise<void> {
    await sleep(clock, LATE_MS);
    for (let time = 0; time < times; time++) tell(request, 'authorised');
  }

  return {
    name: 'test',
    authorise(request, signal) {
      switch (request.method) {
        case 'test_approve':
        case 'test_limit':
          return done(request);
        case 'test_twice':
          void tellLater(request, 2);
          return done(request);
        case 'test_late':
          void tellLater(request, 1);
          return Promise.resolve({ kind: 'pending' });
        case 'test_timeout':
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('the provider did not answer')), {
              once: true,
            });
          });
        default:
          return Promise.resolve({ kind: 'declined', reason: 'The test provider declines this method.' });
      }
    },
    raise: (request) =>
      request.method === 'test_limit'
        ? Promise.resolve({ kind: 'declined', reason: 'The test provider raises nothing for this method.' })
        : done(request),
    capture: done,
    void: done,
    refund: done,
    readNotification(body) {
      const { paymentId, outcome, reference: told, signature } = body;
      if (typeof paymentId !== 'string' || typeof told !== 'string' || typeof signature !== 'string')
        return undefined;
      if (outcome !== 'authorised' && outcome !== 'declined') return undefined;
      const id = parseId('pay', paymentId);
      if (id === undefined) return undefined;
      const notification = { paymentId: id, outcome, reference: told } as const;
      const expected = Buffer.from(sign(secret, notification));
      const given = Buffer.from(signature);
      return expected.length === given.length && timingSafeEqual(expected, given) ? notification : undefined;
    },
  };
}

function sign(secret: string, notification: PaymentNotification): string {
  return createHmac('sha256', secret)
    .update(`${notification.paymentId}.${notification.outcome}.${notification.reference}`)
    .digest('hex');
}
