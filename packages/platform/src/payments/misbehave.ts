import { type Clock, type Random, SECOND_MS, seededRandom, sleep } from '@halfhour/kernel';
import type { PaymentAnswer, PaymentProvider, PaymentRequest } from './provider.ts';

type Operation = 'authorise' | 'raise' | 'capture' | 'void' | 'refund';

/** What a provider may do wrong with a request. */
export type Misbehaviour =
  | 'decline'
  /** It never arrives. */
  | 'lose_request'
  /** It is done, and the answer is lost. */
  | 'lose_answer'
  /** Not done yet; it is done later, and told by a notification. */
  | 'answer_late'
  /** Told by a notification before it is answered. */
  | 'notify_first'
  /** Answered, and told twice more, later. */
  | 'tell_twice'
  /** A capture that takes less than it was asked for. */
  | 'capture_less';

/** How often each occurs of 100 requests; the others are answered as they should be. */
const SHARES: readonly (readonly [Misbehaviour, number])[] = [
  ['decline', 5],
  ['lose_request', 12],
  ['lose_answer', 12],
  ['answer_late', 10],
  ['notify_first', 8],
  ['tell_twice', 8],
  ['capture_less', 5],
];
/** After so many tries of one thing it is answered as it should be: no provider is broken for ever. */
const TRIES = 4;
const LATE_MS = 20 * SECOND_MS;
const METHOD = /^test_random_(\w{1,40})$/;

export interface MisbehaveOptions {
  readonly clock: Clock;
  /** Sends a signed notification of what became of an authorisation. */
  readonly tell: (request: PaymentRequest, outcome: 'authorised' | 'declined') => void;
}

/**
 * The same provider, which misbehaves for the method `test_random_SEED`: the same seed, payment, operation and try give the
 * same misbehaviour. Other methods pass through.
 */
export function withMisbehaviour(provider: PaymentProvider, options: MisbehaveOptions): PaymentProvider {
  const tries = new Map<string, number>();

  function choose(random: Random, operation: Operation): Misbehaviour | undefined {
    let drawn = random.below(100);
    for (const [misbehaviour, share] of SHARES) {
      drawn -= share;
      if (drawn >= 0) continue;
      const isOfCapture = misbehaviour === 'capture_less';
      return isOfCapture && operation !== 'capture' ? undefined : misbehaviour;
    }
    return undefined;
  }

  async function run<R extends PaymentRequest>(
    operation: Operation,
    request: R,
    perform: (request: R) => Promise<PaymentAnswer>,
  ): Promise<PaymentAnswer> {
    const seed = METHOD.exec(request.method)?.[1];
    if (seed === undefined) return perform(request);
    const { paymentId } = request;
    const name = `${seed} ${paymentId} ${operation} ${'refundId' in request ? String(request.refundId) : ''}`;
    const count = (tries.get(name) ?? 0) + 1;
    tries.set(name, count);
    const approved = { ...request, method: 'test_approve' };
    if (count >= TRIES) return perform(approved);
    const random = seededRandom(`${name} ${count}`);
    const told = (answer: PaymentAnswer): void => {
      if (operation !== 'authorise' || answer.kind === 'pending' || answer.kind === 'challenge') return;
      options.tell(request, answer.kind === 'done' ? 'authorised' : 'declined');
    };
    const later = async (times: number): Promise<void> => {
      await sleep(options.clock, random.below(3) * LATE_MS);
      const answer = await perform(approved);
      for (let time = 0; time < times; time++) told(answer);
    };
    switch (choose(random, operation)) {
      case undefined:
        return perform(approved);
      case 'decline':
        return { kind: 'declined', reason: 'The test provider declines it by chance.' };
      case 'lose_request':
        throw new Error('the request was lost');
      case 'lose_answer':
        await perform(approved);
        throw new Error('the answer was lost');
      case 'answer_late':
        void later(1);
        return { kind: 'pending' };
      case 'notify_first': {
        const answer = await perform(approved);
        told(answer);
        return answer;
      }
      case 'tell_twice':
        void later(2);
        return perform(approved);
      case 'capture_less': {
        const amountMinor = request.amountMinor - 1 - random.below(request.amountMinor);
        const answer = await perform({ ...approved, amountMinor: Math.max(amountMinor, 1) });
        return answer.kind === 'done' ? { ...answer, amountMinor: Math.max(amountMinor, 1) } : answer;
      }
    }
  }

  return {
    ...provider,
    authorise: (request, signal) => run('authorise', request, (each) => provider.authorise(each, signal)),
    raise: (request, signal) => run('raise', request, (each) => provider.raise(each, signal)),
    capture: (request, signal) => run('capture', request, (each) => provider.capture(each, signal)),
    void: (request, signal) => run('void', request, (each) => provider.void(each, signal)),
    refund: (request, signal) => run('refund', request, (each) => provider.refund(each, signal)),
  };
}
