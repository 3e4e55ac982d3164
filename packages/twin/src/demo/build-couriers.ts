import type { Random } from '@halfhour/kernel';
import type { AddressField } from './address-field.ts';
import type { DemoCourier, DemoShift, DemoStore } from './demo-market.ts';
import { nameGiver } from './people-names.ts';

/** How a courier works on a day: one or two spans, and how many of a hundred couriers work so. */
interface Pattern {
  readonly share: number;
  readonly spans: readonly (readonly [startMinute: number, endMinute: number])[];
}

const hour = (hours: number): number => Math.round(hours * 60);

/**
 * Of 150 couriers each works six days of seven, so about 129 a day: some 40 of them at noon, 70 at lunch,
 * and 90 or more at dinner, when most orders come.
 */
const PATTERNS: readonly Pattern[] = [
  { share: 10, spans: [[hour(7.5), hour(14)]] },
  { share: 18, spans: [[hour(11), hour(17.5)]] },
  { share: 27, spans: [[hour(12.25), hour(15.25)], [hour(19.25), hour(23.5)]] },
  { share: 11, spans: [[hour(15.5), hour(22.5)]] },
  { share: 24, spans: [[hour(19), hour(24.25)]] },
  { share: 10, spans: [[hour(19.5), hour(26)]] },
]; // prettier-ignore

/** Couriers with a home near where the stores are, mostly on motorcycles, and their shifts of the week. */
export function buildCouriers(
  field: AddressField,
  stores: readonly DemoStore[],
  count: number,
  random: Random,
): DemoCourier[] {
  const name = nameGiver(random.fork('names'));
  return Array.from({ length: count }, (_, index): DemoCourier => {
    const own = random.fork(`courier ${index}`);
    const kind = own.next();
    const vehicle = kind < 0.66 ? 'motorcycle' : kind < 0.94 ? 'bicycle' : 'car';
    return {
      key: `courier-${String(index + 1).padStart(3, '0')}`,
      name: name(),
      vehicle,
      home: homeNear(field, stores, own),
      shifts: shiftsOf(index, own),
    };
  });
}

function shiftsOf(index: number, random: Random): DemoShift[] {
  // Low discrepancy instead of chance, so that any number of couriers covers the day in proportion.
  let mark = ((index * 0.6180339887498949) % 1) * 100;
  const pattern = PATTERNS.find((each) => (mark -= each.share) < 0) ?? PATTERNS[0]!;
  // Fridays to Sundays nobody rests: those are the good nights.
  const restsOn = 1 + ((index * 3 + random.below(2)) % 4);
  const late = random.below(4) * 10 - 15;
  const shifts: DemoShift[] = [];
  for (let weekday = 0; weekday < 7; weekday++) {
    if (weekday === restsOn) continue;
    for (const [startMinute, endMinute] of pattern.spans) {
      shifts.push({ weekday, startMinute: startMinute + late, endMinute: endMinute + late });
    }
  }
  return shifts;
}

function homeNear(
  field: AddressField,
  stores: readonly DemoStore[],
  random: Random,
): { lat: number; lng: number } {
  for (let attempt = 0; attempt < 50; attempt++) {
    const store = random.pick(stores);
    const home = {
      lat: store.address.lat + (random.next() - 0.5) * 0.03,
      lng: store.address.lng + (random.next() - 0.5) * 0.036,
    };
    const row = field.nearest(home);
    if (row !== undefined) return { lat: field.table.lat[row]!, lng: field.table.lng[row]! };
  }
  const { lat, lng } = random.pick(stores).address;
  return { lat, lng };
}
