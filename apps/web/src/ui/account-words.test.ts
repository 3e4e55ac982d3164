import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { speak } from '../text/index.ts';
import { accountCodeOf, accountName } from './account-words.ts';

before(() => speak('en'));

test('an account that is kept for each owner is split into family and owner', () => {
  assert.deepEqual(accountCodeOf('merchant:sto_0000000000001:payable'), {
    family: 'merchant:*:payable',
    owner: 'sto_0000000000001',
  });
  assert.deepEqual(accountCodeOf('subsidies:platform'), { family: 'subsidies:*', owner: 'platform' });
  assert.deepEqual(accountCodeOf('payments:refunds-due'), { family: 'payments:refunds-due' });
});

test('an account is called by its name and that of its owner, and by its code where neither is known', () => {
  const nameOf = (id: string): string | undefined => (id === 'sto_0000000000001' ? 'La Pasiva' : undefined);
  assert.equal(accountName('merchant:sto_0000000000001:payable', nameOf), 'Owed to stores · La Pasiva');
  assert.equal(accountName('platform:commission', nameOf), 'Commission');
  assert.equal(accountName('points:x', nameOf), 'points:x');
});
