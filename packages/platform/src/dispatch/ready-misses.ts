import { type EpochMs, type StoreId, SECOND_MS } from '@halfhour/kernel';
import type { OrderRecord } from '../ordering/index.ts';

/** So many of the last orders of a store say how well it knows when it is ready; of the market so many. */
const KEPT_OF_STORE = 32;
const KEPT_OF_MARKET = 256;
/** So many orders a store counts half, the market the other half. */
const HALF_KNOWN = 8;
/** The median of the absolute of a normal deviation is this share of the standard deviation. */
const MEDIAN_OF_SIGMA = 0.6745;
/** Closer than this a store is taken to know. */
const EXACT_SECONDS = 30;
const MAX_SPREAD_SECONDS = 30 * 60;

/**
 * By how much stores miss the time at which they expect to be ready, as a standard deviation learned from their last
 * orders: by the median of what they missed, since one forgotten order says nothing about the next. A store of which
 * little is known is taken to be as the market's.
 */
export class ReadyMisses {
  private readonly ofStore = new Map<StoreId, number[]>();
  private readonly ofMarket: number[] = [];
  private readonly spreads = new Map<StoreId, number>();

  note(order: Pick<OrderRecord, 'storeId' | 'expectedReadyAt' | 'readyAt'>): void {
    if (order.expectedReadyAt === undefined || order.readyAt === undefined) return;
    const missed = Math.abs(order.readyAt - order.expectedReadyAt) / SECOND_MS;
    const own = this.ofStore.get(order.storeId) ?? [];
    this.ofStore.set(order.storeId, own);
    keep(own, missed, KEPT_OF_STORE);
    keep(this.ofMarket, missed, KEPT_OF_MARKET);
    this.spreads.clear();
  }

  /** Standard deviation in whole seconds; 0 for a store that is on time, and while nothing is known. */
  spreadSeconds(storeId: StoreId): number {
    let spread = this.spreads.get(storeId);
    if (spread === undefined) {
      const own = this.ofStore.get(storeId) ?? [];
      const share = own.length / (own.length + HALF_KNOWN);
      const median = share * medianOf(own) + (1 - share) * medianOf(this.ofMarket);
      const sigma = Math.round(median / MEDIAN_OF_SIGMA);
      spread = sigma < EXACT_SECONDS ? 0 : Math.min(MAX_SPREAD_SECONDS, sigma);
      this.spreads.set(storeId, spread);
    }
    return spread;
  }
}

/** Whether an order became ready only now: it was seen before it was. */
export function becameReady(before: { readonly readyAt: EpochMs | undefined }, after: OrderRecord): boolean {
  return before.readyAt === undefined && after.readyAt !== undefined;
}

function keep(values: number[], value: number, most: number): void {
  values.push(value);
  if (values.length > most) values.shift();
}

function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
