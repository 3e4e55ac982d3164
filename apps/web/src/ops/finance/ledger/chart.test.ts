import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf } from './chart.ts';

const account = (code: string, kind: 'asset' | 'liability' | 'income' | 'expense', balanceMinor: number) => ({
  code,
  kind,
  currency: 'UYU',
  balanceMinor,
});

test('accounts stand by kind, those of each owner together with the largest first, and both sides add up', () => {
  const chart = chartOf([
    account('platform:commission', 'income', -300),
    account('merchant:sto_0000000000001:payable', 'liability', -200),
    account('merchant:sto_0000000000002:payable', 'liability', -700),
    account('payments:test:clearing', 'asset', 1_100),
    account('courier:cou_0000000000001:payable', 'liability', 100),
  ]);
  assert.deepEqual(
    chart.kinds.map(({ kind, balanceMinor }) => [kind, balanceMinor]),
    [
      ['asset', 1_100],
      ['liability', -800],
      ['income', -300],
    ],
  );
  const [merchants] = chart.kinds[1]!.families;
  assert.equal(merchants?.family, 'merchant:*:payable');
  assert.deepEqual(
    merchants?.accounts.map(({ balanceMinor }) => balanceMinor),
    [-700, -200],
  );
  assert.deepEqual([chart.debitMinor, chart.creditMinor], [1_200, 1_200]);
});
