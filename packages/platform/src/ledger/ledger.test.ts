import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currency, epochMs, idFromKey } from '@halfhour/kernel';
import { type TransactionDraft, balanced } from './transaction.ts';

const draft = (amounts: readonly (readonly [string, number])[]): TransactionDraft => ({
  kind: 'test',
  reference: idFromKey('ord', 1n),
  currency: currency('UYU'),
  postedAt: epochMs(0),
  postings: amounts.map(([code, amountMinor]) => ({
    account: { code, kind: 'asset' as const },
    amountMinor,
  })),
});

test('a transaction that does not add up to zero is refused as a bug', () => {
  assert.throws(
    () =>
      balanced(
        draft([
          ['a', 100],
          ['b', -99],
        ]),
      ),
    /out of balance by 1/,
  );
});

test('a fraction of a minor unit is refused', () => {
  assert.throws(
    () =>
      balanced(
        draft([
          ['a', 0.5],
          ['b', -0.5],
        ]),
      ),
    /whole minor units/,
  );
});

test('one account cannot be of two kinds', () => {
  const mixed = draft([
    ['a', 1],
    ['b', -1],
  ]);
  assert.throws(() =>
    balanced({
      ...mixed,
      postings: [...mixed.postings, { account: { code: 'a', kind: 'income' }, amountMinor: 0 }],
    }),
  );
});

test('postings to one account are joined and zeros left out, and the sum of each account stays', () => {
  const amounts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -1e9, max: 1e9 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(amounts, (given) => {
      const sum = given.reduce((total, [, amount]) => total + amount, 0);
      const result = balanced(draft([...given, ['rest', -sum]]));
      const codes = result.postings.map((posting) => posting.account.code);
      assert.equal(new Set(codes).size, codes.length);
      for (const code of ['a', 'b', 'c']) {
        const expected = given
          .filter(([each]) => each === code)
          .reduce((total, [, amount]) => total + amount, 0);
        assert.equal(
          result.postings.find((posting) => posting.account.code === code)?.amountMinor ?? 0,
          expected,
        );
      }
      assert.ok(result.postings.every((posting) => posting.amountMinor !== 0));
    }),
  );
});
