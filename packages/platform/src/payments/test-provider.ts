import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, type MarketId, type PaymentId, SECOND_MS, parseId, sleep } from '@halfhour/kernel';
import { withMisbehaviour } from './misbehave.ts';
import type {
  DisputeNotification,
  PaymentAnswer,
  PaymentNotification,
  PaymentProvider,
  PaymentRequest,
} from './provider.ts';
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

const DISPUTED = /^test_dispute_(won|lost)$/;
/** How long `test_late` takes to tell that it approves. */
export const LATE_MS = 20 * SECOND_MS;
/** Challenges that wait for their shoppers; the oldest are forgotten, and asked anew. */
const MAX_CHALLENGES = 10_000;

/**
 * The embedded provider. It moves no money; the method says how it behaves:
 * `test_approve`, `test_decline`, `test_timeout` (never answers), `test_late` (answers that it is pending and
 * tells after 20 s), `test_twice` (approves, and tells so twice more), `test_limit` (approves, and will not raise it),
 * `test_challenge` (the shopper has to prove who pays), `test_refuse_capture` (approves, and will not capture),
 * `test_refuse_refund`, `test_dispute_won` and `test_dispute_lost` (20 s after its capture it is disputed, and that ends 20 s
 * later), and `test_random_SEED` (misbehaves by chance: see `withMisbehaviour`). Other methods are declined.
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

  async function dispute(request: PaymentRequest, ending: 'won' | 'lost'): Promise<void> {
    const { paymentId, amountMinor, marketId } = request;
    const told = { paymentId, amountMinor, outcome: 'dispute', reference: `dsp_${paymentId}` } as const;
    for (const status of ['opened', ending] as const) {
      await sleep(clock, LATE_MS);
      const notification = { ...told, status };
      notify(marketId, { ...notification, signature: signText(secret, textOf(notification)) });
    }
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
        case 'test_dispute_won':
        case 'test_dispute_lost':
          return approve(request);
        case 'test_twice':
          void tellLater(request, 2);
          return approve(request);
        case 'test_late':
          void tellLater(request, 1);
          // It has approved and says so late: its books know the payment when it is captured.
          return approve(request).then(() => ({ kind: 'pending' }));
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
    async capture(request) {
      const answer = await refusing('test_refuse_capture', book('capture'))(request);
      const ending = DISPUTED.exec(request.method)?.[1];
      if (ending !== undefined && answer.kind === 'done') void dispute(request, ending as 'won' | 'lost');
      return answer;
    },
    void: book('void'),
    refund: refusing('test_refuse_refund', book('refund')),
    ...(books === undefined
      ? {}
      : {
          operations: (marketId, query) => books.list(marketId, query),
          payouts: (marketId, span) => books.payouts(marketId, span),
          operationsOf: (marketId, { paymentId }) => books.of(marketId, paymentId),
        }),
    answerChallenge: (_marketId, paymentId, outcome) => void challenges.set(paymentId, outcome),
    readNotification({ body }) {
      const { paymentId, outcome, reference: told, signature, status, amountMinor } = body;
      if (typeof paymentId !== 'string' || typeof told !== 'string' || typeof signature !== 'string')
        return undefined;
      const id = parseId('pay', paymentId);
      if (id === undefined) return undefined;
      if (outcome === 'dispute') {
        if (status !== 'opened' && status !== 'won' && status !== 'lost') return undefined;
        if (typeof amountMinor !== 'number') return undefined;
        const dispute = { paymentId: id, outcome, status, reference: told, amountMinor } as const;
        return isSame(signText(secret, textOf(dispute)), signature) ? dispute : undefined;
      }
      if (outcome !== 'authorised' && outcome !== 'declined') return undefined;
      const notification = { paymentId: id, outcome, reference: told } as const;
      return isSame(sign(secret, notification), signature) ? notification : undefined;
    },
  };
  return withMisbehaviour(provider, { clock, tell });
}

function sign(secret: string, notification: PaymentNotification): string {
  return signText(secret, `${notification.paymentId}.${notification.outcome}.${notification.reference}`);
}

function textOf({ paymentId, outcome, status, reference, amountMinor }: DisputeNotification): string {
  return [paymentId, outcome, status, reference, amountMinor].join('.');
}

function signText(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
