import { invariant } from '@halfhour/kernel';
import type { Basis, Charge, ChargeKind, Party, Tax } from './types.ts';

/**
 * Charges as an order keeps them, small enough for the document that every placement writes: a row of numbers a charge and
 * each tax once. They say all that the charges say, without the tariff.
 */
export interface StoredCharges {
  /** The version of the tariff that they were priced by. */
  readonly tariff: number;
  readonly taxes: readonly StoredTax[];
  readonly rows: readonly StoredCharge[];
}

type StoredTax = readonly [
  taxClass: string,
  rateBp: number,
  authority: string,
  owedBy: Tax['owedBy'],
  how: Tax['how'],
];

/** `line`, `rule` and `tax` are -1 where there is none. What follows are the numbers of the formula. */
type StoredCharge = readonly [
  code: string,
  line: number,
  rule: number,
  amountMinor: number,
  taxMinor: number,
  tax: number,
  ...basis: number[],
];

/** One letter for a kind and who pays whom; letters are never given to something else. */
const CODES: Readonly<Record<string, readonly [kind: ChargeKind, payer: Party, payee: Party]>> = {
  i: ['item', 'shopper', 'merchant'],
  b: ['deposit', 'shopper', 'merchant'],
  g: ['service_charge', 'shopper', 'merchant'],
  k: ['packaging', 'shopper', 'platform'],
  K: ['packaging', 'shopper', 'merchant'],
  o: ['small_order_fee', 'shopper', 'platform'],
  d: ['delivery_fee', 'shopper', 'platform'],
  D: ['delivery_fee', 'shopper', 'merchant'],
  s: ['service_fee', 'shopper', 'platform'],
  S: ['service_fee', 'merchant', 'platform'],
  t: ['tip', 'shopper', 'courier'],
  r: ['cash_rounding', 'shopper', 'platform'],
  R: ['cash_rounding', 'platform', 'shopper'],
  c: ['commission', 'merchant', 'platform'],
};

/** Charges as they are kept. Written for every order: rows are made at once, 2 µs for seven of them with their JSON. */
export function storeCharges(tariff: number, charges: readonly Charge[]): StoredCharges {
  const known: Tax[] = [];
  const rows: StoredCharge[] = [];
  for (const charge of charges) {
    const { tax } = charge;
    let at = -1;
    if (tax !== undefined) {
      at = known.findIndex((each) => isSame(each, tax));
      if (at < 0) at = known.push(tax) - 1;
    }
    rows.push(rowOf(charge, codeOf(charge), at));
  }
  const taxes = known.map(({ taxClass, rateBp, authority, owedBy, how }): StoredTax => [
    taxClass,
    rateBp,
    authority,
    owedBy,
    how,
  ]);
  return { tariff, taxes, rows };
}

/** The charges that were kept. */
export function readCharges({ taxes, rows }: StoredCharges): Charge[] {
  const known = taxes.map(([taxClass, rateBp, authority, owedBy, how]): Tax => ({
    taxClass,
    rateBp,
    authority,
    owedBy,
    how,
  }));
  return rows.map(([code, line, rule, amountMinor, taxMinor, tax, ...numbers]) => {
    const parts = CODES[code];
    invariant(parts !== undefined, `no charge has the code ${code}`);
    const [kind, payer, payee] = parts;
    return {
      kind,
      line: line < 0 ? undefined : line,
      payer,
      payee,
      amountMinor,
      taxMinor,
      tax: tax < 0 ? undefined : known[tax],
      rule: rule < 0 ? undefined : rule,
      basis: basisOf(numbers),
    };
  });
}

function codeOf({ kind, payer, payee }: Charge): string {
  const [usual, other] = LETTERS[kind];
  const code = CODES[usual]![1] === payer && CODES[usual]![2] === payee ? usual : other;
  invariant(
    CODES[code]?.[1] === payer && CODES[code][2] === payee,
    `a ${kind} is not paid by the ${payer} to the ${payee}`,
  );
  return code;
}

const LETTERS: Readonly<Record<ChargeKind, readonly [usual: string, other: string]>> = {
  item: ['i', ''],
  deposit: ['b', ''],
  service_charge: ['g', ''],
  packaging: ['k', 'K'],
  small_order_fee: ['o', ''],
  delivery_fee: ['d', 'D'],
  service_fee: ['s', 'S'],
  tip: ['t', ''],
  cash_rounding: ['r', 'R'],
  commission: ['c', ''],
};

function isSame(a: Tax, b: Tax): boolean {
  return (
    a === b ||
    (a.taxClass === b.taxClass &&
      a.rateBp === b.rateBp &&
      a.authority === b.authority &&
      a.owedBy === b.owedBy &&
      a.how === b.how)
  );
}

/** A charge as a row: its formula by number, and the numbers in it; -1 where there is no limit. */
function rowOf(charge: Charge, code: string, tax: number): StoredCharge {
  const { line = -1, rule = -1, amountMinor: amount, taxMinor, basis } = charge;
  switch (basis.of) {
    case 'given':
      return [code, line, rule, amount, taxMinor, tax, 0];
    case 'units':
      return [code, line, rule, amount, taxMinor, tax, 1, basis.unitMinor, basis.quantity];
    case 'weight':
      return [code, line, rule, amount, taxMinor, tax, 2, basis.perKgMinor, basis.grams];
    case 'share': {
      const { baseMinor, rateBp, limitMinor = -1, stepMinor = 1 } = basis;
      return [code, line, rule, amount, taxMinor, tax, 3, baseMinor, rateBp, limitMinor, stepMinor];
    }
    case 'way': {
      const { baseMinor, km, perKmMinor, kg, perKgMinor, surgeBp, limitMinor = -1, stepMinor = 1 } = basis;
      const numbers = [baseMinor, km, perKmMinor, kg, perKgMinor, surgeBp, limitMinor, stepMinor] as const;
      return [code, line, rule, amount, taxMinor, tax, 4, ...numbers];
    }
    case 'missing':
      return [code, line, rule, amount, taxMinor, tax, 5, basis.itemsMinor, basis.belowMinor, basis.feeMinor];
    case 'packing': {
      const { perOrderMinor, perItemMinor, quantity } = basis;
      return [code, line, rule, amount, taxMinor, tax, 6, perOrderMinor, perItemMinor, quantity];
    }
    case 'coins':
      return [code, line, rule, amount, taxMinor, tax, 7, basis.exactMinor, basis.stepMinor];
  }
}

function basisOf(numbers: readonly number[]): Basis {
  const [of, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = -1, h = 1] = numbers;
  switch (of) {
    case 0:
      return { of: 'given' };
    case 1:
      return { of: 'units', unitMinor: a, quantity: b };
    case 2:
      return { of: 'weight', perKgMinor: a, grams: b };
    case 3:
      // Without a fourth number: of before the step was kept.
      return { of: 'share', baseMinor: a, rateBp: b, ...limits(c, d === 0 ? 1 : d) };
    case 4:
      return {
        of: 'way',
        baseMinor: a,
        km: b,
        perKmMinor: c,
        kg: d,
        perKgMinor: e,
        surgeBp: f,
        ...limits(g, h),
      };
    case 5:
      return { of: 'missing', itemsMinor: a, belowMinor: b, feeMinor: c };
    case 6:
      return { of: 'packing', perOrderMinor: a, perItemMinor: b, quantity: c };
    case 7:
      return { of: 'coins', exactMinor: a, stepMinor: b };
    default:
      throw new Error(`no formula has the number ${of}`);
  }
}

function limits(limitMinor: number, stepMinor: number): { limitMinor?: number; stepMinor?: number } {
  return {
    ...(limitMinor < 0 ? {} : { limitMinor }),
    ...(stepMinor === 1 ? {} : { stepMinor }),
  };
}
