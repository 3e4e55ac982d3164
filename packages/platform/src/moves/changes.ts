import { type OrderId, keyOf } from '@halfhour/kernel';
import type pg from 'pg';
import type { Since } from './tables.ts';

/** A place in a market's history; everything that was committed before it is seen by whoever looks after it was read. */
export type Cut = Pick<Since, 'seq' | 'key' | 'at'>;

/** Keys and times are drawn before their commit; no transaction takes as long, and the checksums would show one that did. */
const MARGIN = '5 minutes';

export async function readCut(source: pg.ClientBase, marketKey: string): Promise<Cut> {
  const { rows } = await source.query<Cut>(
    `select
       (select coalesce(max(seq), 0)::text from events.batch where market_id = $1) as seq,
       (((extract(epoch from clock_timestamp() - interval '${MARGIN}') * 1000)::bigint - 1704067200000) << 22)::text as key,
       (select coalesce(max(at) - interval '${MARGIN}', '-infinity')::text from commands.command where market_id = $1) as at`,
    [marketKey],
  );
  return rows[0]!;
}

/**
 * What has changed since a cut. Orders and routes change with an event; payments also when their provider is asked, for
 * which they are due before.
 */
export async function readChanges(
  source: pg.ClientBase,
  target: pg.ClientBase,
  marketKey: string,
  cut: Cut,
): Promise<Since> {
  const { rows: subjects } = await source.query<{ kind: string; key: string }>(
    `select distinct kind, key::text from events.batch, unnest(subject_kinds, subjects) as subject (kind, key)
     where market_id = $1 and seq > $2 and kind in ('ord', 'rte')`,
    [marketKey, cut.seq],
  );
  const orders = new Set(subjects.flatMap(({ kind, key }) => (kind === 'ord' ? [key] : [])));
  const routes = new Set(subjects.flatMap(({ kind, key }) => (kind === 'rte' ? [key] : [])));
  for (const side of [source, target]) {
    const due = await side.query<{ key: string }>(
      `select order_id::text as key from payments.payment
       where market_id = $1 and state in ('authorising', 'capture_due', 'void_due')`,
      [marketKey],
    );
    for (const { key } of due.rows) orders.add(key);
    // Wrong codes at the door are counted without an event, and an order may have left its route without one of its own.
    const open = await side.query<{ key: string; orders: OrderId[] }>(
      `select route_id::text as key,
         array(select dropoff ->> 'orderId' from json_array_elements(document::json -> 'dropoffs') as dropoff) as orders
       from delivery.route where market_id = $1 and state in ('assigned', 'started')`,
      [marketKey],
    );
    for (const route of open.rows) {
      routes.add(route.key);
      for (const orderId of route.orders) orders.add(keyOf(orderId));
    }
  }
  return { ...cut, orders: [...orders], routes: [...routes] };
}
