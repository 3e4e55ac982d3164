import type { DemoStore, StoreFormatName } from './demo-market.ts';

/** Curves differ by what is ordered: hunger has two peaks and tea time, the fridge and the medicine chest one long day. */
export type DemandKind = 'food' | 'groceries' | 'pharmacy';

/** Relative demand at full hours, 0 to 23; linear between them and around midnight. Rush hours are sharper than this in no city we know. */
const HOURLY: Readonly<Record<DemandKind, readonly number[]>> = {
  food: [22, 8, 2, 1, 0, 0, 1, 5, 12, 14, 14, 28, 74, 82, 40, 22, 24, 38, 40, 54, 98, 112, 84, 48],
  groceries: [8, 3, 1, 1, 1, 1, 4, 14, 32, 48, 56, 58, 50, 36, 32, 36, 44, 56, 66, 70, 62, 44, 26, 14],
  pharmacy: [8, 5, 4, 3, 3, 3, 6, 18, 36, 50, 54, 52, 44, 36, 38, 44, 48, 52, 54, 50, 42, 32, 22, 14],
};

const KIND_SHARE: Readonly<Record<DemandKind, number>> = { food: 0.7, groceries: 0.23, pharmacy: 0.07 };
/** Sunday … Saturday; the mean is 1. */
const WEEKDAY: readonly number[] = [1.12, 0.87, 0.9, 0.94, 0.99, 1.12, 1.06];

export const DEMAND_KINDS: readonly DemandKind[] = ['food', 'groceries', 'pharmacy'];
export const DEFAULT_ORDERS_PER_DAY = 2_200;

const totals = new Map<DemandKind, number>();

/**
 * Expected orders in one minute of the local day.
 *
 * @param ordersPerDay mean over a week; the weekday moves it by up to 13 %
 */
export function ordersPerMinute(
  kind: DemandKind,
  weekday: number,
  minuteOfDay: number,
  ordersPerDay = DEFAULT_ORDERS_PER_DAY,
): number {
  let total = totals.get(kind);
  if (total === undefined) {
    total = 0;
    for (let minute = 0; minute < 1440; minute++) total += level(kind, minute);
    totals.set(kind, total);
  }
  return (ordersPerDay * KIND_SHARE[kind] * WEEKDAY[weekday]! * level(kind, minuteOfDay)) / total;
}

function level(kind: DemandKind, minute: number): number {
  const curve = HOURLY[kind];
  const hour = Math.floor(minute / 60);
  const share = (minute % 60) / 60;
  return curve[hour]! * (1 - share) + curve[(hour + 1) % 24]! * share;
}

export function demandKindOf(store: Pick<DemoStore, 'kind' | 'format'>): DemandKind {
  if (store.kind === 'pharmacy') return 'pharmacy';
  return store.kind === 'restaurant' || store.format === 'bakery' ? 'food' : 'groceries';
}

const SWEET: ReadonlySet<StoreFormatName> = new Set(['cafe', 'bakery', 'ice_cream']);
const RARE: ReadonlySet<StoreFormatName> = new Set(['electronics', 'pets', 'florist']);

/** How much a format is wanted at a time of day against others of its kind: cake at five, grilled meat at ten. */
export function appetite(format: StoreFormatName, minuteOfDay: number): number {
  const hour = minuteOfDay / 60;
  const isMeal = (hour >= 11.5 && hour < 15) || hour >= 19.5 || hour < 3;
  if (format === 'ice_cream') return hour >= 14 ? 0.9 : 0.3;
  if (SWEET.has(format)) return isMeal ? 0.3 : 3;
  if (RARE.has(format)) return 0.45;
  if (format === 'parrilla') return hour >= 20 || hour < 15 ? 1.1 : 0.2;
  if (format === 'supermarket' || format === 'front_warehouse') return 1.6;
  if (format === 'lightning_warehouse') return 2.4;
  return isMeal || !isFood(format) ? 1 : 0.35;
}

function isFood(format: StoreFormatName): boolean {
  return !['convenience', 'greengrocer', 'pharmacy'].includes(format);
}
