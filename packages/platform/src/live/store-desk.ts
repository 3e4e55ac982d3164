import type { StoreDesk } from '@halfhour/contract';
import type { EpochMs, StoreId } from '@halfhour/kernel';
import { toOrder } from '../ordering/index.ts';
import { toStore } from '../stores/index.ts';
import { shownOrders } from './market-projection.ts';
import type { MarketView } from './market-view.ts';

/** What a store has to do now, at one position of the events; undefined where the view does not know the store. */
export function showDesk(view: MarketView, storeId: StoreId, now: EpochMs): StoreDesk | undefined {
  const { projection, market } = view;
  const store = projection.stores.get(storeId);
  if (store === undefined) return undefined;
  const orders = shownOrders(projection).filter((order) => order.storeId === storeId);
  const courierIds = new Set(orders.flatMap(({ courierId }) => courierId ?? []));
  return {
    store: toStore(store, now, market.timeZone),
    clock: view.clock(),
    orders: orders.map((order) => toOrder(order, { seesDeliveryCode: false })),
    couriers: [...courierIds].flatMap((id) => {
      const courier = projection.couriers.get(id);
      if (courier === undefined) return [];
      const { name, vehicle } = courier;
      return [{ id, name, vehicle }];
    }),
    position: projection.position,
  };
}
