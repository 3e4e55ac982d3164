import type { Tariff, When } from './types.ts';

/** What is wrong at a place of a tariff: `deliveryFee.1.when.areas`. */
export interface TariffFault {
  readonly path: string;
  readonly message: string;
}

/**
 * What a tariff's shape does not say: names that exist, rules that can be reached, hours and rates that mean something.
 * Empty where it can be used. The shape itself (whole numbers within their limits) is for the caller to have checked.
 */
export function faultsOfTariff(tariff: Tariff): TariffFault[] {
  const faults: TariffFault[] = [];
  const say = (path: string, message: string): void => void faults.push({ path, message });
  const areas = tariff.areas.map(({ name }) => name);
  for (const [index, { name, corners }] of tariff.areas.entries()) {
    if (areas.indexOf(name) !== index) say(`areas.${index}.name`, `There are two areas named ${name}.`);
    if (corners.length < 3) say(`areas.${index}.corners`, 'An area has three corners or more.');
  }
  const lists = {
    commission: tariff.commission,
    serviceFee: tariff.serviceFee,
    deliveryFee: tariff.deliveryFee,
    smallOrderFee: tariff.smallOrderFee,
    packaging: tariff.packaging,
    serviceCharge: tariff.serviceCharge,
  };
  for (const [name, rules] of Object.entries(lists)) {
    for (const [index, rule] of rules.entries()) {
      const path = `${name}.${index}`;
      if (index + 1 < rules.length && isAlways(rule.when)) {
        say(`${path}.when`, 'It matches every order, so that the rules after it never decide: put it last.');
      }
      sayWhen(rule.when ?? {}, `${path}.when`, areas, say);
      if (rule.taxClass !== undefined && !isTaxed(tariff, rule.taxClass)) {
        say(`${path}.taxClass`, `No rule of \`taxes\` is for the class ${rule.taxClass} everywhere.`);
      }
    }
  }
  for (const [index, { when = {} }] of tariff.taxes.entries()) {
    if (index + 1 < tariff.taxes.length && isAlways(when)) {
      say(
        `taxes.${index}.when`,
        'It matches everything, so that the rules after it never decide: put it last.',
      );
    }
    sayAreas(when.areas, `taxes.${index}.when.areas`, areas, say);
  }
  if (tariff.depositTaxClass !== undefined && !isTaxed(tariff, tariff.depositTaxClass)) {
    say('depositTaxClass', `No rule of \`taxes\` is for the class ${tariff.depositTaxClass} everywhere.`);
  }
  for (const [index, { minMinor = 0, maxMinor = Infinity }] of tariff.serviceFee.entries()) {
    if (minMinor > maxMinor) say(`serviceFee.${index}.minMinor`, 'The least is more than the most.');
  }
  for (const [index, { feeMinor, belowMinor }] of tariff.smallOrderFee.entries()) {
    if (feeMinor > belowMinor) {
      say(
        `smallOrderFee.${index}.feeMinor`,
        'The fee is at most what is missing to `belowMinor`: it never reaches this.',
      );
    }
  }
  return faults;
}

type Say = (path: string, message: string) => void;

function sayWhen(when: When, path: string, areas: readonly string[], say: Say): void {
  sayAreas(when.areas, `${path}.areas`, areas, say);
  for (const [name, list] of Object.entries(when)) {
    if (Array.isArray(list) && list.length === 0)
      say(`${path}.${name}`, 'It is empty, so that nothing matches.');
  }
  if (when.fromMinute !== undefined && when.fromMinute === when.untilMinute) {
    say(`${path}.untilMinute`, 'It is the same as `fromMinute`: leave both out for the whole day.');
  }
}

function sayAreas(
  named: readonly string[] | undefined,
  path: string,
  areas: readonly string[],
  say: Say,
): void {
  const unknown = (named ?? []).filter((name) => !areas.includes(name));
  if (unknown.length > 0) say(path, `The tariff has no area ${unknown.join(', ')}.`);
}

function isAlways(when: object | undefined): boolean {
  return when === undefined || Object.keys(when).length === 0;
}

/** Whether a class is taxed wherever the order goes. */
function isTaxed({ taxes }: Tariff, taxClass: string): boolean {
  return taxes.some(
    ({ when }) =>
      when?.areas === undefined && (when?.classes === undefined || when.classes.includes(taxClass)),
  );
}
