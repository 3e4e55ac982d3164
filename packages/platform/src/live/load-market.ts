import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type StoreId,
  DAY_MS,
  addMs,
} from '@halfhour/kernel';
import { type CourierRecord, selectCouriers } from '../couriers/index.ts';
import { type Position, readHead } from '../events/index.ts';
import { type DayFigures, type OrderRecord, selectDayFigures, selectOpenOrders } from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { type StoreRecord, selectAllStores } from '../stores/index.ts';

/** A market as one snapshot of the database shows it. */
export interface LoadedMarket {
  /** Exactly the events up to here are in it. */
  readonly position: Position;
  readonly dayStart: EpochMs;
  readonly stores: Map<StoreId, StoreRecord>;
  readonly couriers: Map<CourierId, CourierRecord>;
  /** Open orders, those that wait for their payment too. */
  readonly orders: Map<OrderId, OrderRecord>;
  readonly figures: DayFigures;
}

/** Reads all that the projection of a market holds, in one repeatable-read transaction. */
export async function loadMarket(db: Database, marketId: MarketId, dayStart: EpochMs): Promise<LoadedMarket> {
  return db.transaction(async (tx) => {
    await tx.query(`set transaction isolation level repeatable read, read only`);
    const position = await readHead(tx, marketId);
    const stores = await selectAllStores(tx, marketId);
    const couriers = await selectCouriers(tx, marketId);
    const orders = await selectOpenOrders(tx, marketId);
    return {
      position,
      dayStart,
      stores: new Map(stores.map((store) => [store.id, store])),
      couriers: new Map(couriers.map((courier) => [courier.id, courier])),
      orders: new Map(orders.map((order) => [order.id, order])),
      figures: await selectDayFigures(tx, marketId, dayStart, addMs(dayStart, 2 * DAY_MS)),
    };
  });
}
