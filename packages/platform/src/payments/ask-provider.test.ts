import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTicker } from '@halfhour/kernel';
import { askProvider } from './ask-provider.ts';
import type { PaymentAnswer } from './provider.ts';

const DONE: PaymentAnswer = { kind: 'done', reference: 'r' };
const later = (): Promise<PaymentAnswer> => new Promise((resolve) => setImmediate(() => resolve(DONE)));

test('an answer is taken whether it comes at once or later, and a failure is no answer', async () => {
  assert.deepEqual(await askProvider(systemTicker, 1_000, () => Promise.resolve(DONE)), DONE);
  assert.deepEqual(await askProvider(systemTicker, 1_000, later), DONE);
  const fail = (): Promise<PaymentAnswer> => Promise.reject(new Error('no'));
  assert.deepEqual(await askProvider(systemTicker, 1_000, fail), { kind: 'pending' });
});

test('who does not answer in time is told to stop, and nobody else is', async () => {
  const signals: AbortSignal[] = [];
  const seen = (answer: (signal: AbortSignal) => Promise<PaymentAnswer>) => (signal: AbortSignal) => {
    signals.push(signal);
    return answer(signal);
  };
  const never = (signal: AbortSignal): Promise<PaymentAnswer> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
  const answers = await Promise.all([
    askProvider(systemTicker, 1, seen(never)),
    askProvider(systemTicker, 1_000, seen(later)),
  ]);
  assert.deepEqual(answers, [{ kind: 'pending' }, DONE]);
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, false],
  );
  await askProvider(
    systemTicker,
    1_000,
    seen(() => Promise.resolve(DONE)),
  );
  assert.equal(signals[2]!.aborted, false, 'one that was aborted is not given to the next');
});
