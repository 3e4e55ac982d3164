import type { Charge } from './types.ts';

/**
 * A charge in a sentence that can be checked by hand: `20 % of 520.00 = 104.00`. In English, for logs, tables and tools;
 * screens tell it in their language from `basis`.
 *
 * @param currency ISO 4217, for the number of decimals
 */
export function explainCharge(charge: Charge, currency: string): string {
  const { basis, amountMinor, taxMinor, tax } = charge;
  const show = amountFormat(currency);
  const formula = formulaOf(basis, show);
  const added = tax?.how === 'added' ? `${show(amountMinor - taxMinor)} + tax ${show(taxMinor)} = ` : '';
  const owed = tax === undefined ? 'untaxed' : `${percent(tax.rateBp)} ${tax.taxClass} tax`;
  const contained = tax === undefined ? '' : tax.how === 'added' ? ' added' : `: ${show(taxMinor)} contained`;
  return `${formula}${formula === '' ? '' : ' = '}${added}${show(amountMinor)} (${owed}${contained})`;
}

function formulaOf(basis: Charge['basis'], show: (minor: number) => string): string {
  switch (basis.of) {
    case 'given':
      return '';
    case 'units':
      return `${basis.quantity} × ${show(basis.unitMinor)}`;
    case 'weight':
      return `${basis.grams / 1_000} kg × ${show(basis.perKgMinor)}`;
    case 'share': {
      const limit = basis.limitMinor === undefined ? '' : `, limited to ${show(basis.limitMinor)}`;
      return `${percent(basis.rateBp)} of ${show(basis.baseMinor)}${limit}${stepOf(basis, show)}`;
    }
    case 'way': {
      const km = basis.km === 0 ? '' : ` + ${basis.km} km × ${show(basis.perKmMinor)}`;
      const kg = basis.kg === 0 ? '' : ` + ${basis.kg} kg × ${show(basis.perKgMinor)}`;
      const sum = `${show(basis.baseMinor)}${km}${kg}`;
      const surge = basis.surgeBp === 10_000 ? sum : `(${sum}) × ${basis.surgeBp / 10_000}`;
      return basis.limitMinor === undefined
        ? `${surge}${stepOf(basis, show)}`
        : `${surge}, at most ${show(basis.limitMinor)}`;
    }
    case 'missing':
      return `${show(basis.belowMinor)} − ${show(basis.itemsMinor)}, at most ${show(basis.feeMinor)}`;
    case 'packing':
      return `${show(basis.perOrderMinor)} + ${basis.quantity} × ${show(basis.perItemMinor)}`;
    case 'coins':
      return `${show(basis.exactMinor)} to a multiple of ${show(basis.stepMinor)}`;
  }
}

function stepOf(
  {
    stepMinor,
    limitMinor,
  }: { readonly stepMinor?: number | undefined; readonly limitMinor?: number | undefined },
  show: (minor: number) => string,
): string {
  return stepMinor === undefined || limitMinor !== undefined ? '' : ` to a multiple of ${show(stepMinor)}`;
}

function percent(rateBp: number): string {
  return `${rateBp / 100} %`;
}

function amountFormat(currency: string): (minor: number) => string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return (minor) => (minor / 10 ** digits).toFixed(digits);
}
