import type { Charge, Owner, Share } from './types.ts';

/**
 * Whose the money of charges is: merchant, courier, platform by kind of charge, tax by authority, each once. They add up to
 * what the shopper pays. What the merchant pays the platform is taken off its share, which is told also where nothing is
 * left of it: what it paid is invoiced all the same.
 */
export function sharesOf(charges: readonly Charge[]): Share[] {
  const ledger = new ShareSum();
  for (const charge of charges) ledger.add(charge, charge.amountMinor, charge.taxMinor);
  return ledger.shares();
}

/** Adds up, by owner, what charges bring, or what parts of charges took back. */
export class ShareSum {
  private readonly sums = new Map<string, { readonly owner: Owner; amountMinor: number }>();

  add({ kind, payer, payee, tax }: Charge, amountMinor: number, taxMinor: number): void {
    // A seller owes the tax of what it sells itself; then it is the merchant's money for now.
    const isMerchants = payee === 'merchant' && tax?.owedBy === 'seller';
    const dueMinor = tax === undefined || isMerchants ? 0 : taxMinor;
    if (payer === 'merchant') this.of(MERCHANT, -amountMinor);
    if (payee === 'shopper') this.of({ of: 'platform', kind }, -amountMinor);
    else if (payee === 'merchant') this.of(MERCHANT, amountMinor - dueMinor);
    else if (payee === 'courier') this.of(COURIER, amountMinor - dueMinor);
    else this.of({ of: 'platform', kind }, amountMinor - dueMinor);
    if (dueMinor !== 0) this.of({ of: 'authority', authority: tax!.authority }, dueMinor);
  }

  /** To one owner, whoever it is. */
  of(owner: Owner, amountMinor: number): void {
    const name = nameOf(owner);
    const sum = this.sums.get(name);
    if (sum === undefined) this.sums.set(name, { owner, amountMinor });
    else sum.amountMinor += amountMinor;
  }

  shares(): Share[] {
    return [...this.sums.values()].filter(
      ({ owner, amountMinor }) => amountMinor !== 0 || owner.of === 'merchant',
    );
  }
}

const MERCHANT: Owner = { of: 'merchant' };
const COURIER: Owner = { of: 'courier' };

function nameOf(owner: Owner): string {
  if (owner.of === 'platform') return owner.kind;
  return owner.of === 'authority' ? `tax:${owner.authority}` : owner.of;
}
