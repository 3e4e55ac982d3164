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

/** How a fraction of a minor unit is settled; named at each call so that no rounding is by accident. */
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
    minor += each.minor;
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
  return divideRounded(BigInt(minor) * BigInt(rate), 10_000n, rounding);
}

/** The tax contained in a gross amount: `gross × rate / (1 + rate)`. */
export function includedTaxMinor(grossMinor: number, rate: BasisPoints, rounding: Rounding): number {
  return divideRounded(BigInt(grossMinor) * BigInt(rate), 10_000n + BigInt(rate), rounding);
}

/**
 * Splits `amount` in proportion to `weights` without losing or inventing a minor unit
 * (largest remainder, ties to the earlier weight). Weights are non-negative, their sum positive.
 */
export function allocate(amount: Money, weights: readonly number[]): Money[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  invariant(
    total > 0 && weights.every((weight) => weight >= 0),
    'weights must be non-negative with a positive sum',
  );
  const sign = amount.minor < 0 ? -1 : 1;
  const whole = Math.abs(amount.minor);
  const exact = weights.map((weight) => (whole * weight) / total);
  const parts = exact.map(Math.floor);
  let left = whole - parts.reduce((sum, part) => sum + part, 0);
  const order = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of order) {
    if (left <= 0) break;
    parts[index]! += 1;
    left -= 1;
  }
  return parts.map((part) => money(sign * part, amount.currency));
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
