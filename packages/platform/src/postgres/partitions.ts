import { type MarketId, keyOf } from '@halfhour/kernel';
import type { Queryable } from './database.ts';

/**
 * Makes the monthly partitions of a market up to the end of the next month; nothing where they are there. To be
 * run when a market is made and every few hours after that.
 */
export async function ensurePartitions(db: Queryable, marketId: MarketId): Promise<void> {
  await db.query(`select halfhour.ensure_partitions($1, (current_date + interval '1 month')::date)`, [
    keyOf(marketId),
  ]);
}
