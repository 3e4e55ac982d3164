import type { LatenessRisk } from '@halfhour/contract';
import { type EpochMs, MINUTE_MS } from '@halfhour/kernel';
import type { OrderRecord } from '../ordering/index.ts';

/** An arrival this close before the end of the promise is no longer safe. */
export const TIGHT_MS = 5 * MINUTE_MS;
/** Without a courier this long before the end of the promise: about a ride to the store and one to the door. */
export const UNASSIGNED_MS = 15 * MINUTE_MS;

/**
 * How likely it is that an order comes after its promise. `late`: it is certain, or expected. `at_risk`: expected
 * in the last minutes of the promise, or nobody has been found while there is still time. Closed orders are told
 * by what happened; a cancelled one is never late.
 */
export function lateness(
  order: Pick<OrderRecord, 'state' | 'promise' | 'expectedDeliveryAt' | 'deliveredAt' | 'courierId'>,
  now: EpochMs,
): LatenessRisk {
  const { latest } = order.promise;
  if (order.deliveredAt !== undefined) return order.deliveredAt > latest ? 'late' : 'on_time';
  if (order.state === 'cancelled' || order.state === 'refunded') return 'on_time';
  const expected = order.expectedDeliveryAt ?? now;
  if (now > latest || expected > latest) return 'late';
  if (Math.max(now, expected) > latest - TIGHT_MS) return 'at_risk';
  return order.courierId === undefined && now > latest - UNASSIGNED_MS ? 'at_risk' : 'on_time';
}
