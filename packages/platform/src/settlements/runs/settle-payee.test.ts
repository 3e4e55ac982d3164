import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { idFromKey } from '@halfhour/kernel';
import { settlePayee } from './settle-payee.ts';

const minor = fc.integer({ min: -1_000_000, max: 1_000_000 });
const accounts = fc.array(
  fc.record({
    accountId: fc.bigInt({ min: 1n, max: 9n }).map((key) => idFromKey('acc', key)),
    carriedMinor: minor,
    lines: fc.integer({ min: 0, max: 5 }),
    linesMinor: minor,
    heldMinor: minor,
    commissionMinor: minor,
  }),
  { minLength: 1, maxLength: 4 },
);
const terms = fc.record({ minimumPayoutMinor: fc.nat(10_000), hasBankAccount: fc.boolean() });

test('what is due is paid in full or carried in full, never below the minimum, and each account adds up', () => {
  fc.assert(
    fc.property(accounts, terms, (waiting, at) => {
      const settled = settlePayee(waiting, at);
      if (settled === undefined) {
        assert.ok(waiting.every(({ lines }) => lines === 0));
        return;
      }
      const due = waiting.reduce((sum, each) => sum + each.carriedMinor + each.linesMinor, 0);
      assert.equal(settled.openingMinor + settled.linesMinor, due);
      assert.equal(settled.payoutMinor + settled.closingMinor, due);
      assert.ok(settled.payoutMinor === 0 || settled.closingMinor === 0);
      assert.equal(settled.carriedBecause === undefined, settled.payoutMinor > 0);
      if (settled.payoutMinor > 0) {
        assert.ok(at.hasBankAccount && settled.payoutMinor >= at.minimumPayoutMinor);
      }
      assert.equal(
        settled.parts.reduce((sum, part) => sum + part.payoutMinor, 0),
        settled.payoutMinor,
      );
    }),
  );
});

const account = { accountId: idFromKey('acc', 1n), heldMinor: 700, commissionMinor: 20 };

test('a payee that owes is carried as such, and what is held is shown and in no other amount', () => {
  const settled = settlePayee([{ ...account, carriedMinor: -500, lines: 1, linesMinor: 200 }], {
    minimumPayoutMinor: 1,
    hasBankAccount: true,
  });
  assert.deepEqual(
    [settled?.payoutMinor, settled?.closingMinor, settled?.carriedBecause, settled?.heldMinor],
    [0, -300, 'nothing_due', 700],
  );
});

test('without anything new nobody gets a settlement, unless what was carried can be paid now', () => {
  const waiting = [{ ...account, carriedMinor: 900, lines: 0, linesMinor: 0 }];
  assert.equal(settlePayee(waiting, { minimumPayoutMinor: 1_000, hasBankAccount: true }), undefined);
  assert.equal(settlePayee(waiting, { minimumPayoutMinor: 1, hasBankAccount: true })?.payoutMinor, 900);
});
