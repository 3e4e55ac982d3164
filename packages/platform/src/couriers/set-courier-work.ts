import type { CourierId, EpochMs, MarketId } from '@halfhour/kernel';
import type { Tx } from '../postgres/index.ts';
import { type CourierWork, closeShifts, updateWork } from './courier-store.ts';
import { tellShiftsEnded } from './end-shift.ts';

/**
 * Writes what couriers are doing, in the transaction of the work that makes them do it; to be called for those alone
 * whose work has changed. A courier who wanted to go goes off shift, at `at`, once the load is 0. Couriers who are off
 * shift are passed over.
 *
 * @returns those of them who take new work: on shift, not about to end it and not on break. Their rows are held.
 */
export async function setCourierWork(
  tx: Tx,
  marketId: MarketId,
  rows: readonly CourierWork[],
  at: EpochMs,
): Promise<Set<CourierId>> {
  if (rows.length === 0) return new Set();
  const { available, over } = await updateWork(tx, marketId, rows, at);
  tellShiftsEnded(tx, marketId, at, 'system', await closeShifts(tx, marketId, at, over));
  return new Set(available);
}
