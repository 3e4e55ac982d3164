import type { LatenessRisk, OrderState, OrderSummary } from '@halfhour/contract';

/** What the list of open orders is narrowed to. */
export interface OrderFilter {
  /** Empty: any risk. */
  readonly risks: ReadonlySet<LatenessRisk>;
  readonly state: OrderState | undefined;
  /** Due within so many minutes of now; 0 is overdue; overdue ones always count as due. */
  readonly dueWithinMinutes: number | undefined;
  readonly words: string;
}

export const NO_FILTER: OrderFilter = {
  risks: new Set(),
  state: undefined,
  dueWithinMinutes: undefined,
  words: '',
};

export function isFiltering(filter: OrderFilter): boolean {
  return (
    filter.risks.size > 0 ||
    filter.state !== undefined ||
    filter.dueWithinMinutes !== undefined ||
    filter.words.trim() !== ''
  );
}

const URGENCY: Readonly<Record<LatenessRisk, number>> = { late: 0, at_risk: 1, on_time: 2 };

/** The dispatcher's risk, or late once the promise has passed: time goes on between two events. */
export function riskAt(order: OrderSummary, nowMs: number): LatenessRisk {
  return nowMs > Date.parse(order.promiseLatest) ? 'late' : order.risk;
}

/** Whole minutes until the promise ends, rounded down; negative when overdue. */
export function minutesUntilDue(order: OrderSummary, nowMs: number): number {
  return Math.floor((Date.parse(order.promiseLatest) - nowMs) / 60_000);
}

/** One row of the board: the order, with what sorting and drawing ask for again and again. */
export interface BoardRow {
  readonly order: OrderSummary;
  readonly risk: LatenessRisk;
  readonly dueMs: number;
}

/**
 * Open orders that pass the filter, most urgent first: by risk, then by the end of the promise, then by id.
 *
 * @param nameOf the name of a store or courier by id, for searching by words
 */
export function boardRows(
  orders: Iterable<OrderSummary>,
  filter: OrderFilter,
  nowMs: number,
  nameOf: (id: string) => string,
): BoardRow[] {
  const words = fold(filter.words).split(/\s+/).filter(Boolean);
  const latestDueMs =
    filter.dueWithinMinutes === undefined ? Infinity : nowMs + filter.dueWithinMinutes * 60_000;
  const rows: BoardRow[] = [];
  for (const order of orders) {
    if (filter.state !== undefined && order.state !== filter.state) continue;
    const dueMs = Date.parse(order.promiseLatest);
    if (dueMs > latestDueMs) continue;
    const risk = riskAt(order, nowMs);
    if (filter.risks.size > 0 && !filter.risks.has(risk)) continue;
    if (words.length > 0) {
      const courierName = order.courierId === undefined ? '' : nameOf(order.courierId);
      const searched = fold(`${order.address.label} ${nameOf(order.storeId)} ${courierName} ${order.id}`);
      if (!words.every((word) => searched.includes(word))) continue;
    }
    rows.push({ order, risk, dueMs });
  }
  return rows.sort(
    (a, b) => URGENCY[a.risk] - URGENCY[b.risk] || a.dueMs - b.dueMs || (a.order.id < b.order.id ? -1 : 1),
  );
}

export function countByRisk(orders: Iterable<OrderSummary>, nowMs: number): Record<LatenessRisk, number> {
  const counts: Record<LatenessRisk, number> = { on_time: 0, at_risk: 0, late: 0 };
  for (const order of orders) counts[riskAt(order, nowMs)] += 1;
  return counts;
}

/** Without case and accents: "Canelónes" is found by "canelones". */
export function fold(words: string): string {
  return words.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
