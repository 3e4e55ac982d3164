import type { AddressTable } from '@halfhour/engines/city';
import { foldText } from './fold-text.ts';

/** A row of the address table; not exact where the number asked for does not exist. */
export interface Door {
  readonly row: number;
  readonly isExact: boolean;
}

/** A street name can come back in another part of the city, and a number on it. */
const MAX_DOORS = 5;
/** A missing number is replaced by one at most a block away; further off it is another street's. */
const MAX_GAP = 100;

/**
 * The rows of a street with that house number; else the one nearest in number, if it is within a block.
 * `12` finds `12`, and `12 B` only where there is no plain 12; `12b` finds `12 B`.
 */
export function findDoors(addresses: AddressTable, street: number, houseNumber: string): Door[] {
  const wanted = squeeze(houseNumber);
  const wantedNumber = Number.parseInt(houseNumber, 10);
  const first = addresses.firstOfStreet[street]!;
  const end = addresses.firstOfStreet[street + 1]!;
  const at = (row: number): number => {
    const number = Number.parseInt(addresses.houseNumber[row]!, 10);
    return Number.isNaN(number) ? -1 : number;
  };
  // The rows of a street are sorted by number: bisect for the first that is not below the wanted one.
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < wantedNumber) low = middle + 1;
    else high = middle;
  }
  const exact: Door[] = [];
  for (let row = low; row < end && at(row) === wantedNumber && exact.length < MAX_DOORS; row++) {
    if (squeeze(addresses.houseNumber[row]!) === wanted) exact.push({ row, isExact: true });
  }
  if (exact.length > 0) return exact;
  const gap = (row: number): number =>
    row >= first && row < end ? Math.abs(at(row) - wantedNumber) : Infinity;
  const nearest = gap(low) <= gap(low - 1) ? low : low - 1;
  return gap(nearest) <= MAX_GAP ? [{ row: nearest, isExact: false }] : [];
}

function squeeze(houseNumber: string): string {
  return foldText(houseNumber).replaceAll(' ', '');
}
