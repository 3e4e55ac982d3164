import { type LatLng, isInside } from '@halfhour/kernel';
import type { Fulfilment, LineWhen, Tariff, Tax, When } from './types.ts';

/** A tariff made ready: long lists are sets, and each rule of tax has its taxes. */
export interface PreparedTariff {
  readonly tariff: Tariff;
  readonly sets: ReadonlyMap<readonly string[], ReadonlySet<string>>;
  readonly taxes: Map<string, readonly [contained: Tax, added: Tax]>[];
}

/** What rules are matched against. */
export interface Moment {
  readonly storeId: string;
  readonly fulfilment: Fulfilment;
  readonly weekday: number;
  readonly minute: number;
  /** Names of the areas that the place is in. */
  readonly areas: readonly string[];
}

const MANY = 8;
export const NOWHERE: readonly string[] = [];

/** Makes a tariff ready, once for all baskets. It must be one in which `faultsOfTariff` finds none. */
export function prepareTariff(tariff: Tariff): PreparedTariff {
  const sets = new Map<readonly string[], ReadonlySet<string>>();
  const conditions = [
    ...tariff.commission,
    ...tariff.serviceFee,
    ...tariff.deliveryFee,
    ...tariff.smallOrderFee,
    ...tariff.packaging,
    ...tariff.serviceCharge,
  ].map((rule): LineWhen | undefined => rule.when);
  for (const when of conditions) {
    for (const list of [when?.stores, when?.categories]) {
      if (list !== undefined && list.length > MANY) sets.set(list, new Set(list));
    }
  }
  return { tariff, sets, taxes: tariff.taxes.map(() => new Map()) };
}

/** The areas of a tariff that a place is in. */
export function areasAt({ tariff }: PreparedTariff, place: LatLng): readonly string[] {
  if (tariff.areas.length === 0) return NOWHERE;
  return tariff.areas.filter(({ corners }) => isInside(place, corners)).map(({ name }) => name);
}

/** The place of the first rule that matches, or -1. */
export function matchRule(
  prepared: PreparedTariff,
  rules: readonly { readonly when?: LineWhen | undefined }[],
  moment: Moment,
  category?: string,
): number {
  for (let index = 0; index < rules.length; index++) {
    const { when } = rules[index]!;
    if (when === undefined || isMatch(prepared, when, moment, category)) return index;
  }
  return -1;
}

function isMatch(prepared: PreparedTariff, when: LineWhen, moment: Moment, category?: string): boolean {
  const { stores, fulfilment, areas, weekdays, categories } = when;
  if (stores !== undefined && !has(prepared, stores, moment.storeId)) return false;
  if (categories !== undefined && (category === undefined || !has(prepared, categories, category))) {
    return false;
  }
  if (fulfilment !== undefined && fulfilment !== moment.fulfilment) return false;
  if (areas !== undefined && !areas.some((area) => moment.areas.includes(area))) return false;
  if (weekdays !== undefined && !weekdays.includes(moment.weekday)) return false;
  return isWithin(when, moment.minute);
}

function isWithin({ fromMinute = 0, untilMinute = 1_440 }: When, minute: number): boolean {
  return fromMinute < untilMinute
    ? minute >= fromMinute && minute < untilMinute
    : minute >= fromMinute || minute < untilMinute;
}

function has({ sets }: PreparedTariff, list: readonly string[], value: string): boolean {
  return list.length > MANY ? sets.get(list)!.has(value) : list.includes(value);
}

/** The tax of a class at a place: the first rule that matches. Undefined for no class, and where no rule does. */
export function taxOf(
  prepared: PreparedTariff,
  taxClass: string | undefined,
  how: Tax['how'],
  areas: readonly string[],
): Tax | undefined {
  if (taxClass === undefined) return undefined;
  const rules = prepared.tariff.taxes;
  for (let index = 0; index < rules.length; index++) {
    const { when, rateBp, authority, owedBy } = rules[index]!;
    if (when !== undefined) {
      if (when.classes !== undefined && !when.classes.includes(taxClass)) continue;
      if (when.areas !== undefined && !when.areas.some((area) => areas.includes(area))) continue;
    }
    // One object for all charges that are taxed alike.
    let both = prepared.taxes[index]!.get(taxClass);
    if (both === undefined) {
      const tax = { taxClass, rateBp, authority, owedBy };
      both = [
        { ...tax, how: 'contained' },
        { ...tax, how: 'added' },
      ];
      // Classes are few; those that a caller makes up are not kept.
      if (prepared.taxes[index]!.size < 100) prepared.taxes[index]!.set(taxClass, both);
    }
    return how === 'contained' ? both[0] : both[1];
  }
  return undefined;
}
