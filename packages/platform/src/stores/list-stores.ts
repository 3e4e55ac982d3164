import type { StoreKind } from '@halfhour/contract';
import type { LatLng, MarketId, MerchantId, StoreId } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';
import { type StoreRecord, deliversTo } from './store.ts';
import { selectStorePage } from './store-store.ts';

const BATCH = 200;

/**
 * A page of stores in id order, only those that deliver to `near` where it is given.
 *
 * Postgres narrows by the zones' bounding boxes, the polygon decides here; batches are read until the page is
 * full, at most once through the stores around the place.
 */
export async function listStores(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly after?: StoreId | undefined;
    readonly kind?: StoreKind | undefined;
    readonly merchantId?: MerchantId | undefined;
    readonly near?: LatLng | undefined;
    readonly limit: number;
  },
): Promise<{ readonly stores: StoreRecord[]; readonly more: boolean }> {
  const { near, limit } = filter;
  const found: StoreRecord[] = [];
  let after = filter.after;
  const batch = near === undefined ? limit + 1 : BATCH;
  while (found.length <= limit) {
    const stores = await selectStorePage(db, marketId, { ...filter, after, limit: batch });
    found.push(...(near === undefined ? stores : stores.filter((store) => deliversTo(store, near))));
    if (stores.length < batch) break;
    after = stores.at(-1)!.id;
  }
  return { stores: found.slice(0, limit), more: found.length > limit };
}
