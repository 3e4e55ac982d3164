import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBankAccount, maskAccount } from './bank-account.ts';

const holder = 'La Pasiva S.A.';

test('an IBAN is kept without spaces; one with wrong check digits, length or country is refused', () => {
  const kept = checkBankAccount({ holder, iban: 'de89 3704 0044 0532 0130 00', bic: 'cobadeffxxx' });
  assert.deepEqual(kept, {
    ok: true,
    value: { holder, iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' },
  });
  for (const iban of ['DE88370400440532013000', 'DE8937040044053201300', 'XX89370400440532013000']) {
    const refused = checkBankAccount({ holder, iban });
    assert.ok(!refused.ok && refused.error.code === 'invalid_request', iban);
  }
  const wrong = checkBankAccount({ holder, iban: 'DE89370400440532013000', bic: 'COBADE' });
  assert.ok(!wrong.ok && wrong.error.detail?.includes('`bic`'));
});

test('of a number four characters are shown at most, and of a short one half', () => {
  const iban = maskAccount({ holder, iban: 'DE89370400440532013000' });
  assert.equal(iban.account, '••••••••••••••••••3000');
  assert.equal(maskAccount({ holder, accountNumber: '12345', bankCode: '113' }).account, '•••45');
});
