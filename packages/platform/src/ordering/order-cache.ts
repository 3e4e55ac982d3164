import { type EpochMs, type OrderId, SECOND_MS, addMs, epochMs } from '@halfhour/kernel';
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
/** Of the latest groups, about twenty of them, the share that may lose before orders are read first for a while. */
const MAX_LOST = 0.2;
const WEIGHT = 0.05;
const DISTRUST_MS = 10 * SECOND_MS;

/**
 * Orders of a market as their last change in this process left them. While a transaction writes an order, and after one
 * that was rolled back, only what was ordered is known of it; how far it is has to be read. Another process may have changed
 * an order since: what is written from here says from which version it was made, and Postgres refuses it where that is
 * not the last.
 */
export class OrderCache {
  /** In the order of their last change. (A cache that also counts reads as use took a twentieth of the app's time.) */
  private readonly orders = new Map<OrderId, WorkedOrder>();
  private readonly changing = new Set<OrderId>();
  private lost = 0;
  private distrustedUntil: EpochMs = epochMs(0);

  get(id: OrderId): WorkedOrder | undefined {
    return this.changing.has(id) ? undefined : this.orders.get(id);
  }

  /** What was ordered, at its edition; how far it is may be long past. */
  placementOf(id: OrderId): Pick<WorkedOrder, 'order' | 'edition'> | undefined {
    return this.orders.get(id);
  }

  set(order: WorkedOrder): void {
    const { id } = order.order;
    this.delete(id);
    this.orders.set(id, order);
    if (this.orders.size > MAX_ORDERS) this.delete(this.orders.keys().next().value!);
  }

  /** A transaction writes it from now on; `set` or `delete` follow its commit. */
  change(id: OrderId): void {
    if (this.orders.has(id)) this.changing.add(id);
  }

  delete(id: OrderId): void {
    this.orders.delete(id);
    this.changing.delete(id);
  }

  /**
   * How a group fared that was written from here. Where too many lose, other processes write to the same orders, and it is
   * better to read first.
   */
  tell(hasLost: boolean, now: EpochMs): void {
    this.lost += WEIGHT * ((hasLost ? 1 : 0) - this.lost);
    if (this.lost <= MAX_LOST) return;
    this.distrustedUntil = addMs(now, DISTRUST_MS);
    this.lost /= 2;
  }

  /** Whether writes may be made from what is here. */
  isTrusted(now: EpochMs): boolean {
    return now >= this.distrustedUntil;
  }
}
