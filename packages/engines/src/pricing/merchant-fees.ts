import { divideHalfUp } from './divide-half-up.ts';
import type { Charge, ChargeKind, Tax } from './types.ts';

/** What a merchant pays the platform for one reason at one tax. Negative where it is given back. */
export interface MerchantFee {
  readonly kind: ChargeKind;
  readonly tax: Tax | undefined;
  readonly netMinor: number;
  readonly taxMinor: number;
}

/** What the merchant pays the platform by the charges of an order: commission, and the service fee where it bears it. */
export function merchantFees(charges: readonly Charge[]): MerchantFee[] {
  return charges.flatMap(({ kind, payer, payee, tax, amountMinor, taxMinor }) =>
    payer === 'merchant' && payee === 'platform' && amountMinor !== 0
      ? [{ kind, tax, netMinor: amountMinor - taxMinor, taxMinor }]
      : [],
  );
}

/**
 * What of that a refund gives back, as `refundCharges` took it: negative.
 *
 * @param before `Refunded.minors` before the refund
 * @param after and after it
 */
export function merchantFeesBack(
  charges: readonly Charge[],
  before: readonly number[],
  after: readonly number[],
): MerchantFee[] {
  return charges.flatMap(({ kind, payer, payee, tax, amountMinor, taxMinor }, index) => {
    const [was, is] = [before[index] ?? 0, after[index] ?? 0];
    if (payer !== 'merchant' || payee !== 'platform' || was === is) return [];
    const taxBack = divideHalfUp(taxMinor, is, amountMinor) - divideHalfUp(taxMinor, was, amountMinor);
    return [{ kind, tax, netMinor: taxBack - (is - was), taxMinor: -taxBack }];
  });
}
