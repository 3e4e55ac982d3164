import { type Clock, type Result, err, ok, parseId } from '@halfhour/kernel';
import type { Store } from '@halfhour/contract';
import type { ApiError, Handlers } from '../api/index.ts';
import type { MarketRecord, Markets } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import type { Stores } from './create-stores.ts';
import { listStores } from './list-stores.ts';
import { type StoreRecord, toStore } from './store.ts';
import { selectStores } from './store-store.ts';

export interface StoreRouteDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly stores: Stores;
}

export function createStoreRoutes({
  db,
  clock,
  markets,
  stores,
}: StoreRouteDeps): Handlers<'listStores' | 'createStore' | 'getStore' | 'setStoreStatus'> {
  const show = (market: MarketRecord, store: StoreRecord): Store =>
    toStore(store, clock.now(), market.timeZone);

  return {
    async listStores({ params, query }) {
      const market = await markets.get(params.marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const after = query.cursor === undefined ? undefined : parseId('sto', query.cursor);
      if (query.cursor !== undefined && after === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const { lat, lng } = query;
      if ((lat === undefined) !== (lng === undefined)) {
        return err({ code: 'invalid_request', detail: 'Give `lat` and `lng` together.' });
      }
      const near = lat === undefined || lng === undefined ? undefined : { lat, lng };
      const page = await listStores(db, market.id, {
        after,
        kind: query.kind,
        merchantId: query.merchantId,
        near,
        limit: query.limit,
      });
      return ok({
        items: page.stores.map((store) => show(market, store)),
        ...(page.more ? { next: page.stores.at(-1)!.id } : {}),
      });
    },

    async createStore({ params, body, authority, command }) {
      const market = await markets.get(params.marketId);
      if (market === undefined || authority === undefined) return err({ code: 'not_found' });
      return shown(await stores.create(market.id, body, authority, command), market);
    },

    async getStore({ params }) {
      const market = await markets.get(params.marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const store = (await selectStores(db, market.id, [params.storeId])).get(params.storeId);
      return store === undefined ? err({ code: 'not_found' }) : ok(show(market, store));
    },

    async setStoreStatus({ params, body, authority }) {
      const market = await markets.get(params.marketId);
      if (market === undefined || authority === undefined) return err({ code: 'not_found' });
      return shown(await stores.changeStatus(market.id, params.storeId, body.status, authority), market);
    },
  };

  function shown(outcome: Result<StoreRecord, ApiError>, market: MarketRecord): Result<Store, ApiError> {
    return outcome.ok ? ok(show(market, outcome.value)) : outcome;
  }
}
