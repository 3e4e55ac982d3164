import { type MarketId, type Result, type StoreId, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import type { StoreDeps } from './create-stores.ts';
import { type StoreRecord, type StoreStatus, mayChange } from './store.ts';
import { selectStores, updateStatus } from './store-store.ts';

/** Opens, pauses or closes a store. Setting the status that it has already changes nothing and tells nothing. */
export async function changeStatus(
  { db, clock }: StoreDeps,
  marketId: MarketId,
  storeId: StoreId,
  status: StoreStatus,
  authority: Authority,
): Promise<Result<StoreRecord, ApiError>> {
  return db.transact<StoreRecord, ApiError>(async (tx) => {
    const store = (await selectStores(tx, marketId, [storeId])).get(storeId);
    if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
    const changed = await updateStatus(tx, marketId, [storeId], status);
    appendEvents(
      tx,
      marketId,
      changed.map((id) => ({
        type: 'StoreStatusChanged',
        subject: id,
        at: clock.now(),
        by: authority.role,
        data: { storeId: id, status },
      })),
    );
    return ok({ ...store, status });
  });
}
