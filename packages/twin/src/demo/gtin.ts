import { invariant } from '@halfhour/kernel';

/** The last digit of a GTIN over the digits before it: weights 3 and 1 from the right (GS1 General Specifications, 7.9). */
export function gtinCheckDigit(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const weight = (digits.length - index) % 2 === 1 ? 3 : 1;
    sum += weight * (digits.charCodeAt(index) - 48);
  }
  return (10 - (sum % 10)) % 10;
}

export function isValidGtin(gtin: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(gtin)) return false;
  return gtinCheckDigit(gtin.slice(0, -1)) === Number(gtin.at(-1));
}

/**
 * A GTIN-13 for an invented article, from the range 200 to 299 that GS1 keeps for numbers that circulate
 * within a company only and never name a real product.
 */
export function restrictedGtin(number: number): string {
  invariant(
    Number.isInteger(number) && number >= 0 && number < 1e9,
    'a restricted number has at most nine digits',
  );
  const digits = `290${String(number).padStart(9, '0')}`;
  return `${digits}${gtinCheckDigit(digits)}`;
}
