import type { Invoice } from '@halfhour/contract';
import type { MerchantFee } from '@halfhour/engines/pricing';

export type InvoiceLine = Invoice['lines'][number];

/** What a settlement's fees come to, as a document says it: its amounts are positive where the fees are not negative. */
export interface Bill {
  readonly kind: Invoice['kind'];
  readonly lines: readonly InvoiceLine[];
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly grossMinor: number;
}

/**
 * Adds up fees by reason and tax. Each fee was taxed when it was charged, so the tax is their sum and not a rate of the
 * sum: the document says what was paid, to the unit.
 *
 * @returns undefined where there are no fees, or each was given back whole
 */
export function billFees(fees: readonly MerchantFee[]): Bill | undefined {
  const sums = new Map<string, InvoiceLine>();
  for (const { kind, tax, netMinor, taxMinor } of fees) {
    const rateBp = tax?.rateBp ?? 0;
    const name = `${kind}:${tax?.taxClass ?? ''}:${tax?.authority ?? ''}:${rateBp}`;
    const sum = sums.get(name);
    sums.set(name, {
      kind: kind === 'service_fee' ? 'service_fee' : 'commission',
      ...(tax === undefined ? {} : { taxClass: tax.taxClass, authority: tax.authority }),
      rateBp,
      netMinor: (sum?.netMinor ?? 0) + netMinor,
      taxMinor: (sum?.taxMinor ?? 0) + taxMinor,
    });
  }
  const lines = [...sums.values()].filter(({ netMinor, taxMinor }) => netMinor !== 0 || taxMinor !== 0);
  if (lines.length === 0) return undefined;
  const netMinor = lines.reduce((sum, line) => sum + line.netMinor, 0);
  const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, 0);
  if (netMinor + taxMinor >= 0) {
    return { kind: 'invoice', lines, netMinor, taxMinor, grossMinor: netMinor + taxMinor };
  }
  return {
    kind: 'credit_note',
    lines: lines.map((line) => ({ ...line, netMinor: -line.netMinor, taxMinor: 0 - line.taxMinor })),
    netMinor: -netMinor,
    taxMinor: 0 - taxMinor,
    grossMinor: -netMinor - taxMinor,
  };
}

const PREFIXES: Readonly<Record<Invoice['kind'], string>> = { invoice: 'INV', credit_note: 'CRN' };

/** `INV-2026-000001`; longer after a million. */
export function invoiceNumber(kind: Invoice['kind'], year: number, serial: number): string {
  return `${PREFIXES[kind]}-${year}-${String(serial).padStart(6, '0')}`;
}
