import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, type MarketId, type PaymentId, SECOND_MS, parseId, sleep } from '@halfhour/kernel';
import { withMisbehaviour } from './misbehave.ts';
import type { PaymentAnswer, PaymentNotification, PaymentProvider, PaymentRequest } from './provider.ts';
import type { BookedRequest, TestBooks } from './test-books.ts';

export interface TestProviderOptions {
  readonly clock: Clock;
  /** Signs notifications, as a provider's webhook secret would. */
  readonly secret: string;
  /** Where notifications go; wired to `ordering.receiveNotification`. */
  readonly notify: (marketId: MarketId, body: Record<string, unknown>) => void;
  /** Its own books, to be reconciled with ours; without them it does all that it is asked and cannot be reconciled. */
  readonly books?: TestBooks;
}

/** How long `test_late` takes to tell that it approves. */
export const LATE_MS = 20 * SECOND_MS;
/** Challenges that wait for their shoppers; the oldest are forgotten, and asked anew. */
const MAX_CHALLENGES = 10_000;

/**
 * The embedded provider. It moves no money; the method says how it behaves:
 * `test_approve`, `test_decline`, `test_timeout` (never answers), `test_late` (answers that it is pending and
 * tells after 20 s), `test_twice` (approves, and tells so twice more), `test_limit` (approves, and will not raise it),
 * `test_challenge` (the shopper has to prove who pays), `test_refuse_capture` (approves, and will not capture),
 * `test_refuse_refund`, and `test_random_SEED` (misbehaves by chance: see `withMisbehaviour`). Other methods are declined.
 */
export function createTestProvider({ clock, secret, notify, books }: TestProviderOptions): PaymentProvider {
  const reference = (request: PaymentRequest): string => `test_${request.paymentId}`;
  const challenges = new Map<PaymentId, 'open' | 'approve' | 'decline'>();
  const book = (kind: Parameters<TestBooks['book']>[0]) => (request: BookedRequest) =>
    books === undefined
      ? Promise.resolve<PaymentAnswer>({ kind: 'done', reference: reference(request) })
      : books.book(kind, request);
  const approve = book('authorise');
  const refusing =
    (method: string, perform: (request: BookedRequest) => Promise<PaymentAnswer>) =>
    (request: BookedRequest): Promise<PaymentAnswer> =>
      request.method === method
        ? Promise.resolve({ kind: 'declined', reason: 'The test provider refuses it for this method.' })
        : perform(request);

  function tell(request: PaymentRequest, outcome: PaymentNotification['outcome']): void {
    const notification = { paymentId: request.paymentId, outcome, reference: reference(request) };
    notify(request.marketId, { ...notification, signature: sign(secret, notification) });
  }

  async function tellLater(request: PaymentRequest, times: number): Promise<void> {
    await sleep(clock, LATE_MS);
    for (let time = 0; time < times; time++) tell(request, 'authorised');
  }

  function challenge(request: PaymentRequest): Promise<PaymentAnswer> {
    const { paymentId } = request;
    const outcome = challenges.get(paymentId) ?? 'open';
    challenges.set(paymentId, outcome);
    if (challenges.size > MAX_CHALLENGES) challenges.delete(challenges.keys().next().value!);
    if (outcome === 'approve') return approve(request);
    return Promise.resolve(
      outcome === 'decline'
        ? { kind: 'declined', reason: 'The shopper did not prove who pays.' }
        : { kind: 'challenge', url: `https://challenge.invalid/${paymentId}`, token: `chl_${paymentId}` },
    );
  }

  const provider: PaymentProvider = {
    name: 'test',
    authorise(request, signal) {
      switch (request.method) {
        case 'test_approve':
        case 'test_limit':
        case 'test_refuse_capture':
        case 'test_refuse_refund':
          return approve(request);
        case 'test_twice':
          void tellLater(request, 2);
          return approve(request);
        case 'test_late':
          void tellLater(request, 1);
          return Promise.resolve({ kind: 'pending' });
        case 'test_challenge':
          return challenge(request);
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
    raise: refusing('test_limit', book('raise')),
    capture: refusing('test_refuse_capture', book('capture')),
    void: book('void'),
    refund: refusing('test_refuse_refund', book('refund')),
    ...(books === undefined
      ? {}
      : {
          operations: (marketId, query) => books.list(marketId, query),
          operationsOf: (marketId, { paymentId }) => books.of(marketId, paymentId),
        }),
    answerChallenge: (_marketId, paymentId, outcome) => void challenges.set(paymentId, outcome),
    readNotification({ body }) {
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
  return withMisbehaviour(provider, { clock, tell });
}

function sign(secret: string, notification: PaymentNotification): string {
  return createHmac('sha256', secret)
    .update(`${notification.paymentId}.${notification.outcome}.${notification.reference}`)
    .digest('hex');
}
