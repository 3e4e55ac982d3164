import type { EpochMs, MarketId } from '@halfhour/kernel';
import type { Tx } from '../postgres/index.ts';
import { type CourierWork, closeShifts, updateWork } from './courier-store.ts';
import { tellShiftsEnded } from './end-shift.ts';

/**
 * Writes what couriers are doing, in the transaction of the work that makes them do it. A courier who wanted to go
 * goes off shift, at `at`, once the load is 0. Couriers who are off shift are passed over.
 */
export async function setCourierWork(
  tx: Tx,
  marketId: MarketId,
  rows: readonly CourierWork[],
  at: EpochMs,
): Promise<void> {
  if (rows.length === 0) return;
  const over = await updateWork(tx, marketId, rows);
  await closeShifts(tx, marketId, at, over);
  await tellShiftsEnded(tx, marketId, at, 'system', over);
}
