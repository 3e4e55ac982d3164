import type { Clock, IdSource, MarketId } from '@halfhour/kernel';
import { appendEvents } from '../events/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Ordering } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import type { Wallets } from '../wallet/index.ts';
import { expireProposals } from './compensation-store.ts';

export interface SupportDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Markets;
  readonly ordering: Pick<Ordering, 'lockOrders' | 'applyChanges'>;
  readonly wallets: Pick<Wallets, 'creditAll'>;
  /** Called after each commit, so that readers of events look at once. */
  readonly onCommit: (marketId: MarketId) => void;
}

/** Ends proposals that no second person has answered in time, at most `limit`. @returns how many */
export async function expireCompensations(
  { db, clock, onCommit }: SupportDeps,
  marketId: MarketId,
  limit: number,
): Promise<number> {
  const now = clock.now();
  const count = await db.transaction(async (tx) => {
    const expired = await expireProposals(tx, marketId, now, limit);
    appendEvents(
      tx,
      marketId,
      expired.map(({ id, orderId }) => ({
        type: 'CompensationExpired',
        subject: id,
        at: now,
        by: 'system',
        data: { orderId },
      })),
    );
    return expired.length;
  });
  if (count > 0) onCommit(marketId);
  return count;
}
