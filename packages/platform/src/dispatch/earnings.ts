import { type CourierId, type EpochMs, HOUR_MS } from '@halfhour/kernel';
import { type RouteRecord, payOf } from '../delivery/index.ts';

/** A shorter time says nothing about what a courier earns an hour. */
const LEAST_MS = HOUR_MS / 2;

/**
 * What couriers earned an hour in the shift that runs, as far as it was seen: a dispatcher that takes over counts anew,
 * for all alike, so that nobody looks poorer for it.
 */
export class Earnings {
  private readonly paid = new Map<CourierId, Map<string, number>>();
  private readonly since = new Map<CourierId, EpochMs>();

  /** A route that is done; the same one again changes nothing. */
  note(route: RouteRecord): void {
    const { id, courierId } = route;
    const own = this.paid.get(courierId) ?? new Map<string, number>();
    this.paid.set(courierId, own);
    own.set(id, payOf(route));
  }

  forget(courierId: CourierId): void {
    this.paid.delete(courierId);
    this.since.delete(courierId);
  }

  /** Minor units an hour since the courier was first asked about. */
  perHour(courierId: CourierId, now: EpochMs): number {
    const since = this.since.get(courierId) ?? now;
    this.since.set(courierId, since);
    let sum = 0;
    for (const minor of this.paid.get(courierId)?.values() ?? []) sum += minor;
    return sum / (Math.max(LEAST_MS, now - since) / HOUR_MS);
  }
}
