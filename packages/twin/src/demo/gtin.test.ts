import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isValidGtin, restrictedGtin } from './gtin.ts';

test('the check digit of published examples is right', () => {
  for (const gtin of ['4006381333931', '96385074', '614141000036', '00614141000036'])
    assert.ok(isValidGtin(gtin), gtin);
  assert.equal(isValidGtin('4006381333932'), false);
});

test('an invented GTIN is valid, of the range for restricted circulation, and no two are equal', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(999_999_999), { maxLength: 50 }), (numbers) => {
      const gtins = numbers.map(restrictedGtin);
      assert.ok(gtins.every((gtin) => isValidGtin(gtin) && gtin.startsWith('290')));
      assert.equal(new Set(gtins).size, gtins.length);
    }),
  );
});

test('one wrong digit is always noticed', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.nat(12), fc.integer({ min: 1, max: 9 }), (number, place, shift) => {
      const digits = [...restrictedGtin(number)];
      digits[place] = String((Number(digits[place]) + shift) % 10);
      assert.equal(isValidGtin(digits.join('')), false);
    }),
  );
});
