/**
 * Time and length of a path in one number: milliseconds × 2^23 + decimetres. Sums stay exact integers
 * below 2^53 for paths under 838 km and 12 days, and comparing two is comparing time first, then length, so
 * that searches from either end agree on both.
 */
export type PathCost = number;
const LENGTH_RANGE = 2 ** 23;

export function pathCost(milliseconds: number, decimetres: number): PathCost {
  return milliseconds * LENGTH_RANGE + decimetres;
}

export function costMilliseconds(cost: PathCost): number {
  return Math.floor(cost / LENGTH_RANGE);
}

export function costSeconds(cost: PathCost): number {
  return Math.floor((costMilliseconds(cost) + 500) / 1000);
}

export function costMetres(cost: PathCost): number {
  // `cost % LENGTH_RANGE` in two parts: a remainder of numbers beyond 32 bits is slow.
  return Math.floor((cost - costMilliseconds(cost) * LENGTH_RANGE + 5) / 10);
}
