import { type EpochMs, type OrderId, MINUTE_MS } from '@halfhour/kernel';

/** By then an order that got its id has long been committed, or never will be. */
const SETTLED_MS = 2 * MINUTE_MS;
/** Every so often all open orders are looked at, whatever went wrong before. */
const FULL_EVERY = 100;
const MAX_MARKS = 1_000;

/**
 * Remembers up to which order the open ones have been searched for unanswered payments, so that each sweep reads
 * the newest only: ids rise with time, so an id taken at a sweep marks what is older than it.
 */
export class UnansweredScan {
  private readonly marks: { readonly at: EpochMs; readonly id: OrderId }[] = [];
  private searched: OrderId | undefined;
  private next: OrderId | undefined;
  private sweeps = 0;

  /** @param id a new one @returns the order after which to search; undefined for all */
  begin(now: EpochMs, id: OrderId): OrderId | undefined {
    this.next = this.searched;
    while (this.marks.length > 0 && this.marks[0]!.at <= now - SETTLED_MS) this.next = this.marks.shift()!.id;
    if (this.marks.length < MAX_MARKS) this.marks.push({ at: now, id });
    return this.sweeps++ % FULL_EVERY === 0 ? undefined : this.searched;
  }

  /** The search is done: the next one begins behind what it covered. */
  end(): void {
    this.searched = this.next;
  }
}
