import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarketId } from '@halfhour/kernel';
import { exampleMarket } from './example-market.ts';
import { parsePolicy } from './market.ts';

const { policy } = exampleMarket('mkt_0000000000001' as MarketId);

test('a sound policy is read as it was written, without fields that nobody knows', () => {
  assert.deepEqual(parsePolicy({ ...policy, colour: 'red' }), policy);
});

test('a policy with a missing, negative, broken or too large field is refused by the name of the field', () => {
  for (const name of Object.keys(policy)) {
    assert.throws(() => parsePolicy({ ...policy, [name]: undefined }), new RegExp(name));
    assert.throws(() => parsePolicy({ ...policy, [name]: -1 }), new RegExp(name));
    assert.throws(() => parsePolicy({ ...policy, [name]: 0.5 }), new RegExp(name));
  }
  assert.throws(() => parsePolicy({ ...policy, commissionBp: 10_001 }), /commissionBp/);
  assert.throws(() => parsePolicy({ ...policy, taxBp: { standard: 2_200, reduced: 1_000 } }), /exempt/);
  assert.throws(() => parsePolicy(null), /policy/);
});
