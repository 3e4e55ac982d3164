import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idFromKey } from '@halfhour/kernel';
import * as accounts from './accounts.ts';
import { CHART, chartEntryOf } from './chart.ts';
import type { AccountName } from './transaction.ts';

const OWNER = idFromKey('sto', 7n);

/** Every account that can be named; those that are kept for each owner, of one owner. */
const NAMED: readonly AccountName[] = Object.values(accounts).map((account) =>
  typeof account === 'function' ? (account as (owner: string) => AccountName)(OWNER) : account,
);

test('every account that can be posted to has one place in the chart, of its kind', () => {
  for (const { code, kind } of NAMED) assert.equal(chartEntryOf(code)?.kind, kind, code);
  assert.equal(CHART.length, NAMED.length);
  assert.equal(new Set(CHART.map(({ family }) => family)).size, CHART.length);
  assert.equal(new Set(CHART.map(({ name }) => name)).size, CHART.length);
});

test('a code that the chart does not have has no place in it', () => {
  assert.equal(chartEntryOf('merchant:a:b:payable'), undefined);
  assert.equal(chartEntryOf('xpayments:test:clearing'), undefined);
  assert.equal(chartEntryOf('merchant::payable'), undefined);
});
