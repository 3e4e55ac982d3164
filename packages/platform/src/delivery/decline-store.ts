import { type CourierId, type MarketId, type OrderId, idFromKey, keyOf } from '@halfhour/kernel';
import { type Queryable, type Tx, keyArray, keyRange } from '../postgres/index.ts';

/** Remembers that a courier did not take these orders. */
export function insertDeclines(
  tx: Tx,
  marketId: MarketId,
  courierId: CourierId,
  orderIds: readonly OrderId[],
): void {
  tx.write(
    `insert into delivery.decline (market_id, order_id, courier_id)
     select $1, order_id, $3 from unnest($2::bigint[]) as given (order_id)
     on conflict do nothing`,
    [keyOf(marketId), keyArray(orderIds), keyOf(courierId)],
  );
}

/** Who has declined each of these orders; orders that nobody did are absent. */
export async function selectDeclines(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, CourierId[]>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<{ order_id: string; courier_ids: string[] }>(
    `select order_id, array_agg(courier_id order by courier_id)::text[] as courier_ids
     from delivery.decline
     where market_id = $1 and order_id = any($2::bigint[]) and order_id between $3 and $4
     group by order_id`,
    [keyOf(marketId), keyArray(orderIds), ...keyRange(orderIds)],
  );
  return new Map(
    rows.map((row) => [
      idFromKey('ord', row.order_id),
      row.courier_ids.map((courierId) => idFromKey('cou', courierId)),
    ]),
  );
}
