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
  bytesArray,
  int4Array,
  int8Array,
  keyArray,
  keyRange,
  momentArray,
  textArray,
} from '../postgres/index.ts';
import type { KeptRoute, Layout } from './kept-route.ts';
import type { RouteRecord } from './route.ts';

const READ = `route_id, courier_id, store_id, state, assigned_at, closed_at, pay_minor, document`;

/*
 * Rows are found by their key one by one (lateral … limit 1), whatever the planner believes of the table: see
 * ordering/order-store.
 */
const LOCK = `with named as materialized (
    select found.* from unnest($2::bigint[]) as given (route_id)
    cross join lateral (
      select route_id, courier_id, version from delivery.route
      where market_id = $1 and route_id = given.route_id limit 1
    ) as found
  ),
  concerned as materialized (
    select unnest($3::bigint[]) as courier_id union select courier_id from named
  ),
  wanted as materialized (
    select route_id, version from named
    union
    select found.* from concerned
    cross join lateral (
      select route_id, version from delivery.route
      where market_id = $1 and courier_id = concerned.courier_id and state in ('assigned', 'started')
      offset 0
    ) as found
    order by route_id
  )
  select held.*, wanted.version = held.version as as_seen from wanted
  cross join lateral (
    select ${READ}, version, commands from delivery.route
    where market_id = $1 and route_id = wanted.route_id limit 1 for update
  ) as held`;

/**
 * Locks and reads these routes, and the open routes of these couriers and of the couriers of these routes, in key
 * order, so that whoever changes a courier's work meets the others there.
 *
 * A row that was written while the statement waited for it is read as it is then; a route that was given to its courier
 * meanwhile is not in the statement's snapshot. Whoever gives one writes the courier's other open routes too (see
 * `assignRoutes`), so where a row is not the one that was looked for, the statement runs again; what is held already
 * keeps nobody waiting then.
 */
export async function lockRoutes(
  tx: Tx,
  marketId: MarketId,
  routeIds: readonly RouteId[],
  courierIds: readonly CourierId[],
): Promise<Map<RouteId, KeptRoute>> {
  const values = [keyOf(marketId), keyArray(routeIds), keyArray(courierIds)];
  for (;;) {
    const rows = await tx.query<LockedRow>(LOCK, values);
    if (rows.every((row) => row.as_seen)) return new Map(rows.map((row) => toEntry(marketId, row)));
  }
}

/** These routes, open or not, oldest first. */
export async function selectRoutes(
  db: Queryable,
  marketId: MarketId,
  routeIds: readonly RouteId[],
): Promise<RouteRecord[]> {
  const rows = await db.query<RouteRow>(
    `select route.*
     from unnest($2::bigint[]) as wanted (id)
     cross join lateral (
       select ${READ} from delivery.route where market_id = $1 and route_id = wanted.id limit 1
     ) as route
     order by route_id`,
    [keyOf(marketId), keyArray(routeIds)],
  );
  return rows.map((row) => toRoute(marketId, row));
}

/** The open routes of a market, or of some couriers, oldest first. Plan: the partial index `route_open`. */
export async function selectOpenRoutes(
  db: Queryable,
  marketId: MarketId,
  courierIds?: readonly CourierId[],
): Promise<RouteRecord[]> {
  const rows =
    courierIds === undefined
      ? await db.query<RouteRow>(
          `select ${READ} from delivery.route
           where market_id = $1 and state in ('assigned', 'started')
           order by route_id`,
          [keyOf(marketId)],
        )
      : await db.query<RouteRow>(
          `select route.*
           from unnest($2::bigint[]) as wanted (id)
           cross join lateral (
             select ${READ} from delivery.route
             where market_id = $1 and courier_id = wanted.id and state in ('assigned', 'started')
             offset 0
           ) as route
           order by route_id`,
          [keyOf(marketId), keyArray(courierIds)],
        );
  return rows.map((row) => toRoute(marketId, row));
}

/** Which route each of these orders is on; orders on none are absent. */
export async function selectRoutesOfOrders(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, RouteId>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<{ n: number; route_id: string }>(
    `select wanted.n::int, carried.route_id
     from unnest($2::bigint[]) with ordinality as wanted (order_id, n)
     cross join lateral (
       select route_id from delivery.carried
       where market_id = $1 and order_id = wanted.order_id and order_id between $3 and $4 limit 1
     ) as carried`,
    [keyOf(marketId), keyArray(orderIds), ...keyRange(orderIds)],
  );
  return new Map(rows.map((row) => [orderIds[row.n - 1]!, idFromKey('rte', row.route_id)]));
}

/** What becomes of a route; without `before` it is new. */
export interface RouteChange {
  readonly before?: KeptRoute;
  readonly after: KeptRoute;
}

/**
 * Writes routes in one statement, however many there are, and in one more each which orders come to them and go. Routes that close go first and orders leave before others come, so that a courier's next route can start
 * and an order can move to another route in the same group.
 *
 * @returns orders that come and are on another route: the transaction must not commit. Whoever brings orders holds
 * their rows, so this neither waits for another who brings them nor overlooks one.
 */
export async function saveRoutes(
  tx: Tx,
  marketId: MarketId,
  changes: readonly RouteChange[],
): Promise<OrderId[]> {
  if (changes.length === 0) return [];
  const market = keyOf(marketId);
  const isClosed = ({ after }: RouteChange): boolean => after.route.closedAt !== undefined;
  const kept = [...changes.filter(isClosed), ...changes.filter((change) => !isClosed(change))].map(
    ({ after }) => after,
  );
  tx.write(
    `insert into delivery.route (market_id, ${READ}, version, commands)
     select $1, given.*
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[],
       $8::bigint[], $9::text[], $10::int[], $11::bytea[]) as given
     on conflict (market_id, route_id) do update
       set state = excluded.state, closed_at = excluded.closed_at, pay_minor = excluded.pay_minor,
         document = excluded.document, version = excluded.version, commands = excluded.commands`,
    [
      market,
      keyArray(kept.map(({ route }) => route.id)),
      keyArray(kept.map(({ route }) => route.courierId)),
      keyArray(kept.map(({ route }) => route.storeId)),
      textArray(kept.map(({ route }) => route.state)),
      momentArray(kept.map(({ route }) => route.assignedAt)),
      momentArray(kept.map(({ route }) => route.closedAt)),
      int8Array(kept.map(({ route }) => route.payMinor)),
      textArray(kept.map(toDocument)),
      int4Array(kept.map(({ version }) => version + 1)),
      bytesArray(kept.map(({ applied }) => applied)),
    ],
  );
  const gone: OrderId[] = [];
  const come: { orderId: OrderId; routeId: RouteId }[] = [];
  for (const { before, after } of changes) {
    if (before?.route.dropoffs === after.route.dropoffs) continue;
    const left = new Set(before?.route.dropoffs.map((dropoff) => dropoff.orderId));
    for (const { orderId } of after.route.dropoffs) {
      if (!left.delete(orderId)) come.push({ orderId, routeId: after.route.id });
    }
    gone.push(...left);
  }
  if (gone.length > 0) {
    await tx.query(
      `delete from delivery.carried
       where market_id = $1 and order_id = any($2::bigint[]) and order_id between $3 and $4`,
      [market, keyArray(gone), ...keyRange(gone)],
    );
  }
  if (come.length === 0) return [];
  const written = await tx.query<{ order_id: string }>(
    `insert into delivery.carried (market_id, order_id, route_id)
     select $1, given.* from unnest($2::bigint[], $3::bigint[]) as given
     on conflict (market_id, order_id) do nothing
     returning order_id`,
    [market, keyArray(come.map(({ orderId }) => orderId)), keyArray(come.map(({ routeId }) => routeId))],
  );
  if (written.length === come.length) return [];
  const free = new Set(written.map((row) => idFromKey('ord', row.order_id)));
  const taken = come.map(({ orderId }) => orderId).filter((orderId) => !free.has(orderId));
  invariant(taken.length > 0, 'an order comes to a route twice');
  return taken;
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

/** What the columns beside it do not hold. */
interface Document extends Pick<RouteRecord, 'pickup' | 'dropoffs' | 'byHand' | 'waitingPayMinor'> {
  readonly earlier?: readonly Layout[];
}

interface RouteRow {
  readonly route_id: string;
  readonly courier_id: string;
  readonly store_id: string;
  readonly state: RouteRecord['state'];
  readonly assigned_at: EpochMs;
  readonly closed_at: EpochMs | null;
  readonly pay_minor: string;
  readonly document: string;
}

interface LockedRow extends RouteRow {
  readonly version: number;
  readonly commands: Uint8Array | null;
  readonly as_seen: boolean;
}

function toDocument({ route: { pickup, dropoffs, byHand, waitingPayMinor }, earlier }: KeptRoute): string {
  const document: Document = {
    pickup,
    dropoffs,
    ...(byHand === undefined ? {} : { byHand }),
    ...(waitingPayMinor === undefined ? {} : { waitingPayMinor }),
    ...(earlier.length === 0 ? {} : { earlier }),
  };
  return JSON.stringify(document);
}

function toRoute(
  marketId: MarketId,
  row: RouteRow,
  { pickup, dropoffs, byHand, waitingPayMinor }: Document = JSON.parse(row.document) as Document,
): RouteRecord {
  return {
    id: idFromKey('rte', row.route_id),
    marketId,
    courierId: idFromKey('cou', row.courier_id),
    storeId: idFromKey('sto', row.store_id),
    state: row.state,
    assignedAt: row.assigned_at,
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    payMinor: Number(row.pay_minor),
    ...(waitingPayMinor === undefined ? {} : { waitingPayMinor }),
    ...(byHand === undefined ? {} : { byHand }),
    pickup,
    dropoffs,
  };
}

function toEntry(marketId: MarketId, row: LockedRow): readonly [RouteId, KeptRoute] {
  const document = JSON.parse(row.document) as Document;
  const route = toRoute(marketId, row, document);
  const { version, commands } = row;
  return [route.id, { route, version, applied: commands ?? undefined, earlier: document.earlier ?? [] }];
}
