import { type EpochMs, type OrderId, MINUTE_MS, addMs, epochMs } from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import type { Applied } from '../commands/index.ts';
import type { OrderRecord } from './order.ts';

/** An order as it is worked on. */
export interface WorkedOrder {
  readonly order: OrderRecord;
  /** Of its placement. */
  readonly edition: number;
  readonly applied: Applied;
}

/** About 3 kB each. */
const MAX_ORDERS = 50_000;
const DISTRUST_MS = MINUTE_MS;

/**
 * Orders of a market as their last change in this process left them. A transaction takes out what it writes and puts back
 * what it has committed, so nothing here was rolled back. Another process may have changed an order since: what is
 * written from here says from which version it was made, and Postgres refuses it where that is not the last.
 */
export class OrderCache {
  private readonly orders = new LRUCache<OrderId, WorkedOrder>({ max: MAX_ORDERS });
  private distrustedUntil: EpochMs = epochMs(0);

  get(id: OrderId): WorkedOrder | undefined {
    return this.orders.get(id);
  }

  set(order: WorkedOrder): void {
    this.orders.set(order.order.id, order);
  }

  delete(id: OrderId): void {
    this.orders.delete(id);
  }

  /** Something here was not as in Postgres: others write to the market, and for a minute it is better to read first. */
  distrust(now: EpochMs): void {
    this.distrustedUntil = addMs(now, DISTRUST_MS);
  }

  /** Whether writes may be made from what is here. */
  isTrusted(now: EpochMs): boolean {
    return now >= this.distrustedUntil;
  }
}
