import type { BodyOf, RouteOf } from '@halfhour/contract';
import type { Clock, IdSource, MarketId, Result, StoreId } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import type { Database } from '../postgres/index.ts';
import { changeStatus } from './change-status.ts';
import { createStore } from './create-store.ts';
import type { StoreRecord, StoreStatus } from './store.ts';

export interface StoreDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export type StoreDraft = BodyOf<RouteOf<'createStore'>>;

/** The use cases of this module. Each checks that the store is one that `authority` may change. */
export interface Stores {
  create(
    marketId: MarketId,
    draft: StoreDraft,
    authority: Authority,
    command?: CommandKey,
  ): Promise<Result<StoreRecord, ApiError>>;
  changeStatus(
    marketId: MarketId,
    storeId: StoreId,
    status: StoreStatus,
    authority: Authority,
  ): Promise<Result<StoreRecord, ApiError>>;
}

export function createStores(deps: StoreDeps): Stores {
  return {
    create: (marketId, draft, authority, command) => createStore(deps, marketId, draft, authority, command),
    changeStatus: (marketId, storeId, status, authority) =>
      changeStatus(deps, marketId, storeId, status, authority),
  };
}
