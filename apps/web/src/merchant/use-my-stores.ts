import type { Market, Store, User } from '@halfhour/contract';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/index.ts';

export interface MyStore {
  readonly market: Market;
  readonly store: Store;
}

/** A merchant of more stores has the operator's lists; here the first of them are chosen from. */
const PAGE = 200;

/** The stores of the merchants that a user's grants name, by market and name. */
export function useMyStores(user: User | undefined, markets: readonly Market[] | undefined) {
  return useQuery({
    queryKey: ['my-stores', user?.id],
    enabled: user !== undefined && markets !== undefined,
    queryFn: async ({ signal }): Promise<MyStore[]> => {
      const found = await Promise.all(
        (user?.grants ?? []).map(async ({ role, marketId, merchantId }) => {
          const market = markets?.find(({ id }) => id === marketId);
          if (role !== 'merchant' || market === undefined || merchantId === undefined) return [];
          const query = { merchantId, limit: PAGE };
          const { items } = await call('listStores', { params: { marketId: market.id }, query, signal });
          return items.map((store) => ({ market, store }));
        }),
      );
      return found.flat().sort((a, b) => a.store.name.localeCompare(b.store.name));
    },
  });
}
