import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, ManualClock, addMs, createIdSource, epochMs } from '@halfhour/kernel';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import { createMemoryBooks, createPostgresBooks } from './test-books.ts';

const db = await createTestDatabase();
const NOON = epochMs(1_780_315_200_000);

test('the embedded provider pays each day what it took on the day before, from either of its books', async () => {
  const ids = createIdSource(() => NOON, 1);
  const marketId = await createEmptyMarket(db, ids);
  const clock = new ManualClock(NOON);
  const both = [createMemoryBooks(clock), createPostgresBooks(db, clock)];
  const book = async (
    kind: 'capture' | 'refund' | 'void',
    amountMinor: number,
    paymentId = ids.next('pay'),
  ) => {
    const refundId = kind === 'refund' ? ids.next('ref') : undefined;
    const request = {
      marketId,
      paymentId,
      amountMinor,
      currency: 'UYU',
      method: 'test',
      reference: undefined,
    };
    for (const books of both) {
      if (kind !== 'refund') await books.book('authorise', request);
      assert.equal((await books.book(kind, { ...request, refundId })).kind, 'done');
    }
    return paymentId;
  };
  const first = await book('capture', 1_000);
  await book('capture', 55);
  await book('void', 70);
  clock.advanceBy(DAY_MS);
  await book('refund', 400, first);
  const from = addMs(NOON, -DAY_MS);
  const midnight = addMs(NOON, 12 * HOUR_MS);
  for (const books of both) {
    assert.deepEqual(await books.payouts(marketId, { from, to: addMs(midnight, -1) }), []);
    assert.deepEqual(await books.payouts(marketId, { from, to: addMs(midnight, DAY_MS) }), [
      {
        reference: 'test_po_2026-06-01',
        state: 'paid',
        at: midnight,
        amountMinor: 1_044,
        grossMinor: 1_055,
        feesMinor: 11,
      },
      {
        reference: 'test_po_2026-06-02',
        state: 'paid',
        at: addMs(midnight, DAY_MS),
        amountMinor: -400,
        grossMinor: -400,
        feesMinor: 0,
      },
    ]);
    // A day that began before `from` is not told in part.
    assert.deepEqual(await books.payouts(marketId, { from: NOON, to: midnight }), []);
  }
});
