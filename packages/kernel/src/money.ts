import { invariant } from './invariant.ts';

/** ISO 4217 alphabetic code, such as `UYU`. */
export type Currency = string & { readonly __unit: 'currency' };

/** Integer minor units (cents) of one currency. Made and combined only here. */
export interface Money {
  readonly minor: number;
  readonly currency: Currency;
}

/** Hundredths of a percent: 1 % = 100 basis points. */
export type BasisPoints = number & { readonly __unit: 'basis-points' };

/**
 * How a fraction of a minor unit is settled; named at each call so that no rounding is by accident.
 * All are symmetric: `down` is towards zero, `up` and the tie of `half-up` are away from it, so that a refund
 * settles as its charge did.
 */
export type Rounding = 'half-up' | 'half-even' | 'down' | 'up';

export function currency(code: string): Currency {
  if (!/^[A-Z]{3}$/.test(code)) throw new RangeError(`not an ISO 4217 code: ${code}`);
  return code as Currency;
}

export function money(minor: number, code: Currency): Money {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`not whole minor units: ${minor}`);
  return { minor: minor === 0 ? 0 : minor, currency: code };
}

export function basisPoints(value: number): BasisPoints {
  if (!Number.isInteger(value) || Math.abs(value) > 10_000_000) {
    throw new RangeError(`not basis points: ${value}`);
  }
  return value as BasisPoints;
}

export function addMoney(first: Money, ...rest: readonly Money[]): Money {
  let minor = first.minor;
  for (const each of rest) {
    invariant(each.currency === first.currency, `cannot add ${each.currency} to ${first.currency}`);
    // Each step: a sum that leaves the safe range and comes back has lost minor units on the way.
    minor = money(minor + each.minor, first.currency).minor;
  }
  return money(minor, first.currency);
}

export function subtractMoney(from: Money, amount: Money): Money {
  return addMoney(from, negateMoney(amount));
}

export function negateMoney(amount: Money): Money {
  return money(-amount.minor, amount.currency);
}

/** `amount × rate`, settled to a whole minor unit. */
export function shareOf(amount: Money, rate: BasisPoints, rounding: Rounding): Money {
  return money(shareOfMinor(amount.minor, rate, rounding), amount.currency);
}

/** `minor × rateBp / 10 000` for arrays of minor units; the same arithmetic as `shareOf`. */
export function shareOfMinor(minor: number, rate: BasisPoints, rounding: Rounding): number {
  const product = minor * rate;
  return product >= 0 && product <= MAX_EXACT && Number.isInteger(minor)
    ? divideExact(product, 10_000, rounding)
    : divideRounded(BigInt(minor) * BigInt(rate), 10_000n, rounding);
}

/** The tax contained in a gross amount: `gross × rate / (1 + rate)`. The rate is not negative. */
export function includedTaxMinor(grossMinor: number, rate: BasisPoints, rounding: Rounding): number {
  invariant(rate >= 0, 'a tax rate is not negative');
  const product = grossMinor * rate;
  return product >= 0 && product <= MAX_EXACT && Number.isInteger(grossMinor)
    ? divideExact(product, 10_000 + rate, rounding)
    : divideRounded(BigInt(grossMinor) * BigInt(rate), 10_000n + BigInt(rate), rounding);
}

/**
 * Splits `amount` in proportion to `weights` without losing or inventing a minor unit
 * (largest remainder, ties to the earlier weight). Weights are finite, non-negative, their sum positive.
 */
export function allocate(amount: Money, weights: readonly number[]): Money[] {
  invariant(
    weights.some((weight) => weight > 0) && weights.every((weight) => weight >= 0 && weight < Infinity),
    'weights must be finite and non-negative with a positive sum',
  );
  // In bigints, since whole × weight leaves the safe range for sums of a few million.
  const shares = toWhole(weights);
  const total = shares.reduce((sum, share) => sum + share, 0n);
  const sign = amount.minor < 0 ? -1 : 1;
  const whole = BigInt(Math.abs(amount.minor));
  const parts = shares.map((share) => (whole * share) / total);
  let left = whole - parts.reduce((sum, part) => sum + part, 0n);
  const order = shares
    .map((share, index) => ({ index, remainder: (whole * share) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  for (const { index } of order) {
    if (left === 0n) break;
    parts[index]! += 1n;
    left -= 1n;
  }
  return parts.map((part) => money(sign * Number(part), amount.currency));
}

/** Whole numbers in exactly the same proportion: a double is a whole number times a power of two (IEEE 754). */
function toWhole(weights: readonly number[]): bigint[] {
  if (weights.every(Number.isInteger)) return weights.map(BigInt);
  const bits = [...new BigUint64Array(Float64Array.from(weights, Math.abs).buffer)];
  const exponents = bits.map((each) => each >> 52n);
  const least = exponents.reduce((low, each) => (each < low ? each : low));
  return bits.map((each, index) => {
    const fraction = each & 0xf_ffff_ffff_ffffn;
    const exponent = exponents[index]!;
    // Exponent 0 marks numbers below 2^-1022, which lack the leading one and count as exponent 1.
    const mantissa = exponent === 0n ? fraction : fraction | 0x10_0000_0000_0000n;
    const shift = (exponent === 0n ? 1n : exponent) - (least === 0n ? 1n : least);
    return mantissa << shift;
  });
}

/** Twice of it is a safe integer. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER / 2;

/** `divideRounded` without bigints, of what is not negative and at most MAX_EXACT: each price and fee is such a division. */
function divideExact(numerator: number, denominator: number, rounding: Rounding): number {
  const rest = numerator % denominator;
  const quotient = (numerator - rest) / denominator;
  if (rest === 0) return quotient;
  if (rounding === 'up') return quotient + 1;
  if (rounding === 'down') return quotient;
  if (2 * rest === denominator) return rounding === 'half-up' || quotient % 2 === 1 ? quotient + 1 : quotient;
  return 2 * rest > denominator ? quotient + 1 : quotient;
}

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): number {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  let quotient = size / denominator;
  const twice = (size % denominator) * 2n;
  if (twice !== 0n) {
    if (rounding === 'up') quotient += 1n;
    else if (rounding === 'half-up' && twice >= denominator) quotient += 1n;
    else if (
      rounding === 'half-even' &&
      (twice > denominator || (twice === denominator && quotient % 2n === 1n))
    ) {
      quotient += 1n;
    }
  }
  const result = Number(negative ? -quotient : quotient);
  invariant(Number.isSafeInteger(result), 'amount beyond the safe range');
  return result === 0 ? 0 : result;
}
