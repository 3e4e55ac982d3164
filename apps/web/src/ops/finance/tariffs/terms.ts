import type { TariffTerms } from '@halfhour/contract';

/** When a rule holds; one without conditions always does. */
export type When = NonNullable<TariffTerms['commission'][number]['when']>;

/** The lists of rules in the terms; of each the first rule that holds decides. */
export type RuleList =
  'taxes' | 'commission' | 'serviceFee' | 'deliveryFee' | 'smallOrderFee' | 'packaging' | 'serviceCharge';
export type RuleOf<L extends RuleList> = TariffTerms[L][number];

/** What a rule is that has just been added. */
export const BLANK: { readonly [L in RuleList]: RuleOf<L> } = {
  taxes: { rateBp: 0, authority: 'tax', owedBy: 'marketplace' },
  commission: { rateBp: 0 },
  serviceFee: { payer: 'merchant', rateBp: 60 },
  deliveryFee: { baseMinor: 0, includedMetres: 0, perKmMinor: 0, surges: true, to: 'platform' },
  smallOrderFee: { belowMinor: 0, feeMinor: 0 },
  packaging: { perOrderMinor: 0, perItemMinor: 0, to: 'platform' },
  serviceCharge: { rateBp: 0 },
};

/** The rules with the one at `from` in the place `to`; the same where that is outside. */
export function moved<R>(rules: readonly R[], from: number, to: number): R[] {
  const next = [...rules];
  if (to < 0 || to >= next.length) return next;
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** Without what is empty, so that a condition that was taken back is none. */
export function cleaned(when: When): When | undefined {
  const kept = Object.entries(when).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** `1110` is `18:30`. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Minutes since midnight of `18:30`; undefined for what is no time. */
export function minuteOf(clock: string): number | undefined {
  const match = /^(\d\d):(\d\d)$/.exec(clock);
  if (match === null) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= 1_440 ? minute : undefined;
}
