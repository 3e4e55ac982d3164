import type { Charge as ShownCharge } from '@halfhour/contract';
import type { Charge, Party } from '@halfhour/engines/pricing';

/** The charges that a party has to do with, as the API shows them; all of them without a party. */
export function chargesFor(party: Party | undefined, charges: readonly Charge[]): ShownCharge[] {
  return charges
    .filter(({ payer, payee }) => party === undefined || payer === party || payee === party)
    .map(({ kind, line, payer, payee, amountMinor, taxMinor, tax, rule, basis }) => ({
      kind,
      ...(line === undefined ? {} : { line }),
      payer,
      payee,
      amountMinor,
      taxMinor,
      ...(tax === undefined ? {} : { tax }),
      ...(rule === undefined ? {} : { rule }),
      basis,
    }));
}
