import type { StoredCharges } from '@halfhour/engines/pricing';
import type { Placement } from './order.ts';

/** What orders kept before their charges: who gets what of the total. */
export interface Split {
  readonly merchantMinor: number;
  readonly commissionMinor: number;
  readonly deliveryFeeMinor: number;
  readonly serviceFeeMinor: number;
  readonly taxMinor: number;
  readonly tipMinor: number;
}

type Sold = Pick<Placement, 'lines' | 'deliveryFeeMinor' | 'serviceFeeMinor' | 'tipMinor'>;

/**
 * The charges of an order that was placed before they were kept. Amounts and whose they are come out as they were; the
 * rates of tax were not kept, so they are shown as 0.
 */
export function chargesOfSplit(order: Sold, split: Split): StoredCharges {
  const rows: StoredCharges['rows'][number][] = order.lines.map(
    ({ totalMinor, taxMinor, unitPriceMinor, quantity }, line) => {
      return ['i', line, 0, totalMinor, taxMinor, 0, 1, unitPriceMinor, quantity];
    },
  );
  const { deliveryFeeMinor, serviceFeeMinor, tipMinor } = order;
  const add = (code: string, amountMinor: number, taxMinor: number, tax: number): void => {
    if (amountMinor > 0) rows.push([code, -1, -1, amountMinor, taxMinor, tax, 0]);
  };
  add('d', deliveryFeeMinor, deliveryFeeMinor - split.deliveryFeeMinor, 0);
  add('s', serviceFeeMinor, serviceFeeMinor - split.serviceFeeMinor, 0);
  add('t', tipMinor, 0, -1);
  if (split.commissionMinor > 0) rows.push(['c', -1, 0, split.commissionMinor, 0, -1, 0]);
  return { tariff: 0, taxes: [['standard', 0, 'state', 'marketplace', 'contained']], rows };
}
