import type { BankAccount } from '@halfhour/contract';
import { type Result, err, ok } from '@halfhour/kernel';
import { electronicFormatIBAN, isValidBIC, isValidIBAN } from 'ibantools';
import type { ApiError } from '../../api/index.ts';

/**
 * The account as it is kept: IBAN and BIC without spaces, in capitals. Error: `invalid_request` where the IBAN is none
 * of its country (length, structure, check digits after ISO 13616), or the BIC is none (ISO 9362).
 */
export function checkBankAccount(account: BankAccount): Result<BankAccount, ApiError> {
  const bic = account.bic?.toUpperCase();
  if (bic !== undefined && !isValidBIC(bic)) {
    return err({
      code: 'invalid_request',
      detail: '`bic` is not one: 8 or 11 characters, such as BROUUYMM.',
    });
  }
  const rest = bic === undefined ? {} : { bic };
  if (!('iban' in account)) {
    const { holder, accountNumber, bankCode } = account;
    return ok({ holder, accountNumber, bankCode, ...rest });
  }
  const iban = electronicFormatIBAN(account.iban);
  if (iban === null || !isValidIBAN(iban)) {
    return err({ code: 'invalid_request', detail: '`iban` is not one: compare it digit by digit.' });
  }
  return ok({ holder: account.holder, iban, ...rest });
}

/** As it is shown. Nobody needs more to tell their accounts apart. */
export function maskAccount(account: BankAccount): {
  readonly holder: string;
  readonly account: string;
  readonly bic?: string;
} {
  const number = 'iban' in account ? account.iban : account.accountNumber;
  // Of a short number half stays hidden.
  const shown = Math.min(4, Math.floor(number.length / 2));
  return {
    holder: account.holder,
    account: '•'.repeat(number.length - shown) + number.slice(number.length - shown),
    ...(account.bic === undefined ? {} : { bic: account.bic }),
  };
}
