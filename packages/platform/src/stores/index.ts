export { type StoreDraft, type Stores, createStores } from './create-stores.ts';
export { listStores } from './list-stores.ts';
export { type StoreRouteDeps, createStoreRoutes } from './routes.ts';
export {
  type StoreRecord,
  type StoreStatus,
  deliversTo,
  isOpenAt,
  mayChange,
  opensAt,
  toStore,
} from './store.ts';
export {
  type MerchantRecord,
  insertMerchants,
  insertStores,
  lockStore,
  readStores,
  selectAllStores,
  selectMerchants,
  selectStores,
} from './store-store.ts';
