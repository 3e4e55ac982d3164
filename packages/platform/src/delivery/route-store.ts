import type { Address } from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type RouteId,
  idFromKey,
  invariant,
  keyOf,
} from '@halfhour/kernel';
import {
  type Queryable,
  type Tx,
  int2Array,
  int8Array,
  jsonArray,
  keyArray,
  momentArray,
  textArray,
} from '../postgres/index.ts';
import { type DropoffRecord, type PickupRecord, type RouteRecord, PICKUP_NUMBER } from './route.ts';

/**
 * Locks these routes, and the open routes of these couriers and of the couriers of these routes, in key
 * order, so that whoever changes a courier's work meets the others there. Read them in a statement after
 * this one: a route that was written while this one waited is not in its snapshot.
 */
export async function lockRoutes(
  tx: Tx,
  marketId: MarketId,
  routeIds: readonly RouteId[],
  courierIds: readonly CourierId[],
): Promise<void> {
  await tx.query(
    `with named as materialized (select unnest($2::bigint[]) as route_id),
     concerned as materialized (
       select unnest($3::bigint[]) as courier_id
       union
       select found.courier_id from named
       cross join lateral (
         select courier_id from delivery.route where market_id = $1 and route_id = named.route_id limit 1
       ) as found
     ),
     wanted as materialized (
       select route_id from named
       union
       select found.route_id from concerned
       cross join lateral (
         select route_id from delivery.route
         where market_id = $1 and courier_id = concerned.courier_id and state in ('assigned', 'started')
         offset 0
       ) as found
       order by route_id
     )
     select 1 as one from wanted
     cross join lateral (
       select from delivery.route where market_id = $1 and route_id = wanted.route_id limit 1 for update
     ) as held`,
    [keyOf(marketId), keyArray(routeIds), keyArray(courierIds)],
  );
}

const ROUTE_COLUMNS = `route_id, courier_id, store_id, state, assigned_at, closed_at, pay_minor`;
const STOP_COLUMNS = `number, order_id, place, expected_at, arrived_at, completed_at, wrong_codes`;

/** The stops of `route`, found by its key, whatever the planner believes of the table (see ordering/order-store). */
const WITH_STOPS = `cross join lateral (
  select ${STOP_COLUMNS} from delivery.stop
  where stop.market_id = $1 and stop.route_id = route.route_id
  offset 0
) as stop`;

/** These routes with their stops, open or not. */
export async function selectRoutes(
  db: Queryable,
  marketId: MarketId,
  routeIds: readonly RouteId[],
): Promise<RouteRecord[]> {
  const rows = await db.query<StopRow>(
    `select route.*, stop.*
     from unnest($2::bigint[]) as wanted (id)
     cross join lateral (
       select ${ROUTE_COLUMNS} from delivery.route where market_id = $1 and route_id = wanted.id limit 1
     ) as route
     ${WITH_STOPS}
     order by route_id, number`,
    [keyOf(marketId), keyArray(routeIds)],
  );
  return toRoutes(marketId, rows);
}

/** The open routes of a market, or of some couriers, oldest first. Plan: the partial index `route_open`. */
export async function selectOpenRoutes(
  db: Queryable,
  marketId: MarketId,
  courierIds?: readonly CourierId[],
): Promise<RouteRecord[]> {
  const rows =
    courierIds === undefined
      ? await db.query<StopRow>(
          `select route.*, stop.*
           from (
             select ${ROUTE_COLUMNS} from delivery.route
             where market_id = $1 and state in ('assigned', 'started')
           ) as route
           ${WITH_STOPS}
           order by route_id, number`,
          [keyOf(marketId)],
        )
      : await db.query<StopRow>(
          `select route.*, stop.*
           from unnest($2::bigint[]) as wanted (id)
           cross join lateral (
             select ${ROUTE_COLUMNS} from delivery.route
             where market_id = $1 and courier_id = wanted.id and state in ('assigned', 'started')
             offset 0
           ) as route
           ${WITH_STOPS}
           order by route_id, number`,
          [keyOf(marketId), keyArray(courierIds)],
        );
  return toRoutes(marketId, rows);
}

/** Which route each of these orders is on; orders on none are absent. */
export async function selectRoutesOfOrders(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, RouteId>> {
  const rows = await db.query<{ n: number; route_id: string }>(
    `select wanted.n::int, stop.route_id
     from unnest($2::bigint[]) with ordinality as wanted (order_id, n)
     cross join lateral (
       select route_id from delivery.stop where market_id = $1 and order_id = wanted.order_id limit 1
     ) as stop`,
    [keyOf(marketId), keyArray(orderIds)],
  );
  return new Map(rows.map((row) => [orderIds[row.n - 1]!, idFromKey('rte', row.route_id)]));
}

/** What becomes of a route; without `before` it is new. */
export interface RouteChange {
  readonly before?: RouteRecord;
  readonly after: RouteRecord;
}

/**
 * Writes routes with their stops in three statements, however many there are. Routes that close go first
 * and stops that go are deleted before others are written, so that a courier's next route can start and an
 * order can move to another route in the same group.
 */
export async function saveRoutes(tx: Tx, marketId: MarketId, changes: readonly RouteChange[]): Promise<void> {
  const market = keyOf(marketId);
  const closedFirst = [...changes].sort(
    (a, b) => Number(b.after.closedAt !== undefined) - Number(a.after.closedAt !== undefined),
  );
  const routes = closedFirst.map((change) => change.after);
  if (routes.length === 0) return;
  await tx.query(
    `insert into delivery.route
       (market_id, route_id, courier_id, store_id, state, assigned_at, closed_at, pay_minor)
     select $1, route_id, courier_id, store_id, state, assigned_at, closed_at, pay_minor
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[],
         $8::bigint[]) with ordinality
       as draft (route_id, courier_id, store_id, state, assigned_at, closed_at, pay_minor, n)
     order by n
     on conflict (market_id, route_id) do update
       set state = excluded.state, closed_at = excluded.closed_at, pay_minor = excluded.pay_minor`,
    [
      market,
      keyArray(routes.map((route) => route.id)),
      keyArray(routes.map((route) => route.courierId)),
      keyArray(routes.map((route) => route.storeId)),
      textArray(routes.map((route) => route.state)),
      momentArray(routes.map((route) => route.assignedAt)),
      momentArray(routes.map((route) => route.closedAt)),
      int8Array(routes.map((route) => route.payMinor)),
    ],
  );
  const gone: StopDraft[] = [];
  const written: StopDraft[] = [];
  for (const { before, after } of changes) {
    const known = new Map(before === undefined ? [] : stopsOf(before).map((stop) => [stop.number, stop]));
    for (const stop of stopsOf(after)) {
      const old = known.get(stop.number);
      known.delete(stop.number);
      if (old?.stop === stop.stop) continue;
      // A number that passes to another order frees the old one first; see `stop_order`.
      if (old !== undefined && old.orderId !== stop.orderId) gone.push(old);
      written.push(stop);
    }
    gone.push(...known.values());
  }
  if (gone.length > 0) {
    await tx.query(
      `delete from delivery.stop using unnest($2::bigint[], $3::smallint[]) as gone (route_id, number)
       where stop.market_id = $1 and stop.route_id = gone.route_id and stop.number = gone.number`,
      [market, keyArray(gone.map((stop) => stop.routeId)), int2Array(gone.map((stop) => stop.number))],
    );
  }
  if (written.length === 0) return;
  await tx.query(
    `insert into delivery.stop
       (market_id, route_id, number, order_id, place, expected_at, arrived_at, completed_at, wrong_codes)
     select $1, route_id, number, order_id, place, expected_at, arrived_at, completed_at, wrong_codes
     from unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::json[], $6::timestamptz[], $7::timestamptz[],
         $8::timestamptz[], $9::smallint[])
       as draft (route_id, number, order_id, place, expected_at, arrived_at, completed_at, wrong_codes)
     on conflict (market_id, route_id, number) do update
       set place = excluded.place, expected_at = excluded.expected_at, arrived_at = excluded.arrived_at,
         completed_at = excluded.completed_at, wrong_codes = excluded.wrong_codes`,
    [
      market,
      keyArray(written.map((stop) => stop.routeId)),
      int2Array(written.map((stop) => stop.number)),
      keyArray(written.map((stop) => stop.orderId)),
      jsonArray(written.map(({ stop }) => JSON.stringify(stop.place))),
      momentArray(written.map(({ stop }) => stop.expectedAt)),
      momentArray(written.map(({ stop }) => stop.arrivedAt)),
      momentArray(written.map(({ stop }) => stop.completedAt)),
      int2Array(written.map((stop) => stop.wrongCodes)),
    ],
  );
}

/**
 * Lets a writer in whose token is at least the highest that has written, and remembers it. The row stays
 * locked until the transaction ends: writers of one market come one after the other.
 *
 * @returns whether the token is let in
 */
export async function passFence(tx: Tx, marketId: MarketId, token: number): Promise<boolean> {
  const rows = await tx.query(
    `insert into delivery.fence (market_id, token) values ($1, $2)
     on conflict (market_id) do update set token = excluded.token where fence.token <= excluded.token
     returning 1 as one`,
    [keyOf(marketId), token],
  );
  return rows.length === 1;
}

interface StopDraft {
  readonly routeId: RouteId;
  readonly number: number;
  readonly orderId: OrderId | undefined;
  readonly stop: PickupRecord;
  readonly wrongCodes: number;
}

function stopsOf(route: RouteRecord): StopDraft[] {
  return [
    { routeId: route.id, number: PICKUP_NUMBER, orderId: undefined, stop: route.pickup, wrongCodes: 0 },
    ...route.dropoffs.map((dropoff) => ({
      routeId: route.id,
      number: dropoff.number,
      orderId: dropoff.orderId,
      stop: dropoff,
      wrongCodes: dropoff.wrongCodes,
    })),
  ];
}

interface StopRow {
  readonly route_id: string;
  readonly courier_id: string;
  readonly store_id: string;
  readonly state: RouteRecord['state'];
  readonly assigned_at: EpochMs;
  readonly closed_at: EpochMs | null;
  readonly pay_minor: string;
  readonly number: number;
  readonly order_id: string | null;
  readonly place: Address;
  readonly expected_at: EpochMs;
  readonly arrived_at: EpochMs | null;
  readonly completed_at: EpochMs | null;
  readonly wrong_codes: number;
}

/** Rows come by route, then number: the pickup first. */
function toRoutes(marketId: MarketId, rows: readonly StopRow[]): RouteRecord[] {
  const routes: (RouteRecord & { readonly dropoffs: DropoffRecord[] })[] = [];
  for (const row of rows) {
    if (row.order_id === null) {
      invariant(row.number === PICKUP_NUMBER, `route ${row.route_id} has no pickup`);
      routes.push({
        id: idFromKey('rte', row.route_id),
        marketId,
        courierId: idFromKey('cou', row.courier_id),
        storeId: idFromKey('sto', row.store_id),
        state: row.state,
        assignedAt: row.assigned_at,
        ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
        payMinor: Number(row.pay_minor),
        pickup: toStop(row),
        dropoffs: [],
      });
    } else {
      routes.at(-1)!.dropoffs.push({
        number: row.number,
        orderId: idFromKey('ord', row.order_id),
        wrongCodes: row.wrong_codes,
        ...toStop(row),
      });
    }
  }
  return routes;
}

function toStop(row: StopRow): PickupRecord {
  return {
    place: row.place,
    expectedAt: row.expected_at,
    ...(row.arrived_at === null ? {} : { arrivedAt: row.arrived_at }),
    ...(row.completed_at === null ? {} : { completedAt: row.completed_at }),
  };
}
