import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Rounding,
  addMoney,
  allocate,
  basisPoints,
  currency,
  includedTaxMinor,
  money,
  negateMoney,
  shareOf,
  shareOfMinor,
  subtractMoney,
} from './money.ts';

const UYU = currency('UYU');
const ROUNDINGS: readonly Rounding[] = ['half-up', 'half-even', 'down', 'up'];
const anyMinor = fc.maxSafeInteger();
const anyRounding = fc.constantFrom(...ROUNDINGS);

/** Distance of `minor` from the exact numerator/denominator, times the denominator. */
function errorOf(minor: number, numerator: bigint, denominator: bigint): bigint {
  const error = BigInt(minor) * denominator - numerator;
  return error < 0n ? -error : error;
}

/** Settles numerator/denominator by the words of the definition, not by the code's arithmetic. */
function settle(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const towardsZero = numerator / denominator;
  if (towardsZero * denominator === numerator) return towardsZero;
  const awayFromZero = towardsZero + (numerator < 0n ? -1n : 1n);
  const rest = numerator - towardsZero * denominator;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (rounding === 'down') return towardsZero;
  if (rounding === 'up') return awayFromZero;
  if (twice !== denominator) return twice < denominator ? towardsZero : awayFromZero;
  return rounding === 'half-up' || towardsZero % 2n !== 0n ? awayFromZero : towardsZero;
}

test('an amount is whole minor units in an ISO 4217 currency', () => {
  assert.deepEqual(money(125, UYU), { minor: 125, currency: 'UYU' });
  for (const minor of [0.5, NaN, Infinity, 2 ** 53]) assert.throws(() => money(minor, UYU), RangeError);
  for (const code of ['uyu', 'UY', 'UYUU', '']) assert.throws(() => currency(code), RangeError);
  for (const rate of [0.5, NaN, 10_000_001]) assert.throws(() => basisPoints(rate), RangeError);
});

test('nothing is never negative nothing', () => {
  assert.ok(Object.is(money(-0, UYU).minor, 0));
  assert.ok(Object.is(negateMoney(money(0, UYU)).minor, 0));
  assert.ok(Object.is(shareOfMinor(-1, basisPoints(1), 'down'), 0));
});

test('amounts of two currencies cannot be added', () => {
  assert.throws(() => addMoney(money(1, UYU), money(1, currency('EUR'))), /cannot add EUR to UYU/);
});

test('adding and then subtracting gives the amount back', () => {
  const half = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
  fc.assert(
    fc.property(half, half, (a, b) => {
      const sum = addMoney(money(a, UYU), money(b, UYU));
      assert.equal(subtractMoney(sum, money(b, UYU)).minor, a === 0 ? 0 : a);
    }),
  );
});

test('a sum that leaves the safe range on its way is refused, although its end would fit', () => {
  const most = money(Number.MAX_SAFE_INTEGER, UYU);
  assert.throws(() => addMoney(most, money(2, UYU), negateMoney(most)), RangeError);
});

test('a share is the exact rational settled as its rounding says', () => {
  const rates = fc.integer({ min: -20_000, max: 20_000 });
  const amounts = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
  fc.assert(
    fc.property(amounts, rates, anyRounding, (minor, rate, rounding) => {
      const expected = settle(BigInt(minor) * BigInt(rate), 10_000n, rounding);
      assert.equal(BigInt(shareOfMinor(minor, basisPoints(rate), rounding)), expected);
      assert.equal(BigInt(shareOf(money(minor, UYU), basisPoints(rate), rounding).minor), expected);
    }),
  );
});

test('ties are settled by name, the same way on both sides of zero', () => {
  const half = basisPoints(5_000);
  const settled = (rounding: Rounding): number[] =>
    [-5, -3, -1, 1, 3, 5].map((minor) => shareOfMinor(minor, half, rounding));
  assert.deepEqual(settled('half-up'), [-3, -2, -1, 1, 2, 3]);
  assert.deepEqual(settled('half-even'), [-2, -2, 0, 0, 2, 2]);
  assert.deepEqual(settled('down'), [-2, -1, 0, 0, 1, 2]);
  assert.deepEqual(settled('up'), [-3, -2, -1, 1, 2, 3]);
});

test('a share beyond the safe range is refused', () => {
  assert.throws(() => shareOfMinor(Number.MAX_SAFE_INTEGER, basisPoints(20_000), 'down'), /safe range/);
});

test('the tax included in a gross amount is the exact rational settled as its rounding says', () => {
  fc.assert(
    fc.property(anyMinor, fc.integer({ min: 0, max: 10_000 }), anyRounding, (gross, rate, rounding) => {
      const expected = settle(BigInt(gross) * BigInt(rate), BigInt(10_000 + rate), rounding);
      assert.equal(BigInt(includedTaxMinor(gross, basisPoints(rate), rounding)), expected);
    }),
  );
  assert.equal(includedTaxMinor(122_00, basisPoints(2_200), 'half-up'), 22_00);
  assert.throws(() => includedTaxMinor(100, basisPoints(-10_000), 'down'), /not negative/);
});

const anyWeights = fc
  .array(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double({ min: 0, noDefaultInfinity: true, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .filter((weights) => weights.some((weight) => weight > 0));

test('an allocation neither loses nor invents a minor unit', () => {
  fc.assert(
    fc.property(anyMinor, anyWeights, (minor, weights) => {
      const parts = allocate(money(minor, UYU), weights);
      const sum = parts.reduce((total, part) => total + BigInt(part.minor), 0n);
      assert.equal(parts.length, weights.length);
      assert.equal(sum, BigInt(minor));
    }),
  );
});

test('each part of an allocation is less than one unit from its exact share', () => {
  const whole = fc
    .array(fc.nat(), { minLength: 1, maxLength: 12 })
    .filter((weights) => weights.some(Boolean));
  fc.assert(
    fc.property(anyMinor, whole, (minor, weights) => {
      const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
      allocate(money(minor, UYU), weights).forEach((part, index) => {
        assert.ok(errorOf(part.minor, BigInt(minor) * BigInt(weights[index]!), total) < total);
        if (weights[index] === 0) assert.equal(part.minor, 0);
      });
    }),
  );
});

test('an allocation depends on the proportion of the weights alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(1_000), { minLength: 1 }), (minor, weights) => {
      fc.pre(weights.some(Boolean));
      const amount = money(minor, UYU);
      const eighths = weights.map((weight) => weight / 8);
      assert.deepEqual(allocate(amount, eighths), allocate(amount, weights));
    }),
  );
});

test('what is left over goes to the largest remainder, ties to the earlier weight', () => {
  const parts = (minor: number, weights: readonly number[]): number[] =>
    allocate(money(minor, UYU), weights).map((part) => part.minor);
  assert.deepEqual(parts(100, [1, 1, 1]), [34, 33, 33]);
  assert.deepEqual(parts(-100, [1, 1, 1]), [-34, -33, -33]);
  assert.deepEqual(parts(10, [1, 2, 3]), [2, 3, 5]);
  assert.deepEqual(parts(1, [1, 3]), [0, 1]);
  assert.deepEqual(parts(0, [1, 3]), [0, 0]);
});

test('weights without a finite positive sum are refused', () => {
  for (const weights of [[], [0, 0], [1, -1], [NaN], [Infinity, 1]]) {
    assert.throws(() => allocate(money(100, UYU), weights), { name: 'InvariantViolation' });
  }
});
