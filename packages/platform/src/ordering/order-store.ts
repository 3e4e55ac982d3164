import type { Address, CancelReason, OrderState } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  type OrderId,
  type StoreId,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import type { OrderLine, OrderRecord, Split } from './order.ts';

/** Column by column: name, type of the array sent, and the value of a record. */
type Column = readonly [name: string, type: string, value: (order: OrderRecord) => unknown];

const moment =
  (pick: (order: OrderRecord) => EpochMs | undefined) =>
  (order: OrderRecord): string | null => {
    const value = pick(order);
    return value === undefined ? null : toRfc3339(value);
  };

const CLOSED: ReadonlySet<OrderState> = new Set(['delivered', 'cancelled', 'refunded']);

/** What a change can alter. */
const MUTABLE: readonly Column[] = [
  ['state', 'text', (order) => order.state],
  ['closed', 'boolean', (order) => CLOSED.has(order.state)],
  ['refunded_minor', 'bigint', (order) => order.refundedMinor],
  ['accepted_at', 'timestamptz', moment((order) => order.acceptedAt)],
  ['expected_ready_at', 'timestamptz', moment((order) => order.expectedReadyAt)],
  ['ready_at', 'timestamptz', moment((order) => order.readyAt)],
  ['picked_up_at', 'timestamptz', moment((order) => order.pickedUpAt)],
  ['delivered_at', 'timestamptz', moment((order) => order.deliveredAt)],
  ['cancelled_at', 'timestamptz', moment((order) => order.cancelledAt)],
  ['cancel_reason', 'text', (order) => order.cancelReason ?? null],
  ['courier_id', 'bigint', (order) => (order.courierId === undefined ? null : keyOf(order.courierId))],
  ['expected_delivery_at', 'timestamptz', moment((order) => order.expectedDeliveryAt)],
];

/** Fixed at placement. */
const FIXED: readonly Column[] = [
  ['store_id', 'bigint', (order) => keyOf(order.storeId)],
  ['store_name', 'text', (order) => order.storeName],
  ['shopper_id', 'bigint', (order) => keyOf(order.shopperId)],
  ['lines', 'jsonb', (order) => JSON.stringify(order.lines)],
  ['address', 'jsonb', (order) => JSON.stringify(order.address)],
  ['split', 'jsonb', (order) => JSON.stringify(order.split)],
  ['currency', 'text', (order) => order.currency],
  ['items_minor', 'bigint', (order) => order.itemsMinor],
  ['delivery_fee_minor', 'bigint', (order) => order.deliveryFeeMinor],
  ['service_fee_minor', 'bigint', (order) => order.serviceFeeMinor],
  ['tip_minor', 'bigint', (order) => order.tipMinor],
  ['tax_minor', 'bigint', (order) => order.taxMinor],
  ['total_minor', 'bigint', (order) => order.totalMinor],
  ['promise_earliest', 'timestamptz', moment((order) => order.promise.earliest)],
  ['promise_latest', 'timestamptz', moment((order) => order.promise.latest)],
  ['preparation_seconds', 'int', (order) => order.preparationSeconds],
  ['payment_id', 'bigint', (order) => keyOf(order.paymentId)],
  ['delivery_code', 'text', (order) => order.deliveryCode],
  ['placed_at', 'timestamptz', moment((order) => order.placedAt)],
  ['pay_until', 'timestamptz', moment((order) => order.payUntil)],
];

const KEY: Column = ['order_id', 'bigint', (order) => keyOf(order.id)];
const INSERTED: readonly Column[] = [KEY, ...FIXED, ...MUTABLE.filter(([name]) => name === 'state')];
const names = (columns: readonly Column[]): string => columns.map(([name]) => name).join(', ');
const arrays = (columns: readonly Column[]): string =>
  columns.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ');

const INSERT = `insert into ordering.order (market_id, ${names(INSERTED)})
  select $1, draft.* from unnest(${arrays(INSERTED)}) as draft`;

const UPDATE = `with changed as materialized (
    select o.place, given.*
    from unnest(${arrays([KEY, ...MUTABLE])}) as given (${names([KEY, ...MUTABLE])})
    cross join lateral (
      select ctid as place from ordering.order where market_id = $1 and order_id = given.order_id limit 1
    ) as o
  )
  update ordering.order as o
  set ${MUTABLE.map(([name]) => `${name} = changed.${name}`).join(', ')}
  from changed
  where o.ctid = changed.place and o.market_id = $1`;

/*
 * Rows are found by their key one by one (lateral … limit 1) and written by the place where they were found
 * (ctid; the transaction holds their locks). A plain join lets the planner believe, before it knows the
 * market's share of the table, that reading all rows of a market is cheap: measured 10 ms against 0.5.
 */
const COLUMNS = names([KEY, ...FIXED, ...MUTABLE]);

function values(marketId: MarketId, columns: readonly Column[], orders: readonly OrderRecord[]): unknown[] {
  return [keyOf(marketId), ...columns.map(([, , value]) => orders.map(value))];
}

export async function insertOrders(
  tx: Tx,
  marketId: MarketId,
  orders: readonly OrderRecord[],
): Promise<void> {
  if (orders.length > 0) await tx.query(INSERT, values(marketId, INSERTED, orders));
}

/** Writes what changes can alter, of orders that the transaction has locked. */
export async function updateOrders(
  tx: Tx,
  marketId: MarketId,
  orders: readonly OrderRecord[],
): Promise<void> {
  if (orders.length > 0) await tx.query(UPDATE, values(marketId, [KEY, ...MUTABLE], orders));
}

/** Orders by id. With `lock`, in key order and for update, so that groups never wait in a ring. */
export async function selectOrders(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
  lock: 'lock' | 'read' = 'read',
): Promise<Map<OrderId, OrderRecord>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<OrderRow>(lock === 'lock' ? SELECT_LOCKED : SELECT, [
    keyOf(marketId),
    // Ids sort as their keys do, and rows are locked in the order of the array.
    orderIds.toSorted().map(keyOf),
  ]);
  return new Map(rows.map((row) => toRecord(marketId, row)).map((order) => [order.id, order]));
}

const SELECT = selectByKey('');
const SELECT_LOCKED = selectByKey('for update');

function selectByKey(lock: string): string {
  return `select o.* from unnest($2::bigint[]) as wanted (order_id)
    cross join lateral (
      select ${COLUMNS} from ordering.order
      where market_id = $1 and order_id = wanted.order_id limit 1 ${lock}
    ) as o`;
}

/** Orders that still need something done, oldest first. Reads the partial index of open orders. */
export async function selectOpenOrders(db: Queryable, marketId: MarketId): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow>(
    `select ${COLUMNS} from ordering.order
     where market_id = $1 and not closed
     order by order_id`,
    [keyOf(marketId)],
  );
  return rows.map((row) => toRecord(marketId, row));
}

export interface OrderFilter {
  readonly shopperId?: UserId | undefined;
  readonly storeIds?: readonly StoreId[] | undefined;
  readonly state?: OrderState | undefined;
  /** Continues a list: orders older than this one. */
  readonly before?: OrderId | undefined;
  readonly limit: number;
}

/** Orders newest first. */
export async function listOrders(
  db: Queryable,
  marketId: MarketId,
  filter: OrderFilter,
): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow>(
    `select ${COLUMNS} from ordering.order
     where market_id = $1
       and ($2::bigint is null or shopper_id = $2)
       and ($3::bigint[] is null or store_id = any($3))
       and ($4::text is null or state = $4)
       and ($5::bigint is null or order_id < $5)
     order by order_id desc
     limit $6`,
    [
      keyOf(marketId),
      filter.shopperId === undefined ? null : keyOf(filter.shopperId),
      filter.storeIds === undefined ? null : filter.storeIds.map(keyOf),
      filter.state ?? null,
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => toRecord(marketId, row));
}

/** Orders whose payment has had no answer in time, at most `limit`. */
export async function selectUnpaid(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<OrderId[]> {
  const rows = await db.query<{ order_id: string }>(
    `select order_id from ordering.order
     where market_id = $1 and not closed and state = 'pending_payment' and pay_until <= $2::timestamptz
     order by order_id limit $3`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return rows.map((row) => idFromKey('ord', row.order_id));
}

export interface DayFigures {
  readonly orders: number;
  readonly open: number;
  readonly delivered: number;
  readonly cancelled: number;
  /** Delivered within the promise. */
  readonly onTime: number;
  /** Sum over delivered orders of minutes from placement to the door. */
  readonly minutesToDoorSum: number;
  /** Value of orders that were not cancelled. */
  readonly grossMinor: number;
}

/** What became of the orders placed from `from` to before `to`. */
export async function selectDayFigures(
  db: Queryable,
  marketId: MarketId,
  from: EpochMs,
  to: EpochMs,
): Promise<DayFigures> {
  const rows = await db.query<Record<string, string>>(
    `select count(*) filter (where state <> 'pending_payment') as orders,
       count(*) filter (where state in ('placed', 'accepted', 'ready', 'picked_up')) as open,
       count(*) filter (where delivered_at is not null) as delivered,
       count(*) filter (where state = 'cancelled') as cancelled,
       count(*) filter (where delivered_at <= promise_latest) as on_time,
       coalesce(sum(extract(epoch from delivered_at - placed_at) / 60), 0) as minutes_sum,
       coalesce(sum(total_minor) filter (where state not in ('cancelled', 'pending_payment')), 0) as gross
     from ordering.order
     where market_id = $1 and placed_at >= $2::timestamptz and placed_at < $3::timestamptz`,
    [keyOf(marketId), toRfc3339(from), toRfc3339(to)],
  );
  const row = rows[0]!;
  return {
    orders: Number(row['orders']),
    open: Number(row['open']),
    delivered: Number(row['delivered']),
    cancelled: Number(row['cancelled']),
    onTime: Number(row['on_time']),
    minutesToDoorSum: Number(row['minutes_sum']),
    grossMinor: Number(row['gross']),
  };
}

interface OrderRow {
  readonly order_id: string;
  readonly store_id: string;
  readonly store_name: string;
  readonly shopper_id: string;
  readonly state: OrderState;
  readonly lines: OrderLine[];
  readonly address: Address;
  readonly split: Split;
  readonly currency: string;
  readonly items_minor: string;
  readonly delivery_fee_minor: string;
  readonly service_fee_minor: string;
  readonly tip_minor: string;
  readonly tax_minor: string;
  readonly total_minor: string;
  readonly refunded_minor: string;
  readonly promise_earliest: EpochMs;
  readonly promise_latest: EpochMs;
  readonly preparation_seconds: number;
  readonly payment_id: string;
  readonly delivery_code: string;
  readonly placed_at: EpochMs;
  readonly pay_until: EpochMs;
  readonly accepted_at: EpochMs | null;
  readonly expected_ready_at: EpochMs | null;
  readonly ready_at: EpochMs | null;
  readonly picked_up_at: EpochMs | null;
  readonly delivered_at: EpochMs | null;
  readonly cancelled_at: EpochMs | null;
  readonly cancel_reason: CancelReason | null;
  readonly courier_id: string | null;
  readonly expected_delivery_at: EpochMs | null;
}

function toRecord(marketId: MarketId, row: OrderRow): OrderRecord {
  return {
    id: idFromKey('ord', row.order_id),
    marketId,
    storeId: idFromKey('sto', row.store_id),
    storeName: row.store_name,
    shopperId: idFromKey('usr', row.shopper_id),
    state: row.state,
    lines: row.lines,
    address: row.address,
    split: row.split,
    currency: row.currency,
    itemsMinor: Number(row.items_minor),
    deliveryFeeMinor: Number(row.delivery_fee_minor),
    serviceFeeMinor: Number(row.service_fee_minor),
    tipMinor: Number(row.tip_minor),
    taxMinor: Number(row.tax_minor),
    totalMinor: Number(row.total_minor),
    refundedMinor: Number(row.refunded_minor),
    promise: { earliest: row.promise_earliest, latest: row.promise_latest },
    preparationSeconds: row.preparation_seconds,
    paymentId: idFromKey('pay', row.payment_id),
    deliveryCode: row.delivery_code,
    placedAt: row.placed_at,
    payUntil: row.pay_until,
    ...(row.accepted_at === null ? {} : { acceptedAt: row.accepted_at }),
    ...(row.expected_ready_at === null ? {} : { expectedReadyAt: row.expected_ready_at }),
    ...(row.ready_at === null ? {} : { readyAt: row.ready_at }),
    ...(row.picked_up_at === null ? {} : { pickedUpAt: row.picked_up_at }),
    ...(row.delivered_at === null ? {} : { deliveredAt: row.delivered_at }),
    ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at }),
    ...(row.cancel_reason === null ? {} : { cancelReason: row.cancel_reason }),
    ...(row.courier_id === null ? {} : { courierId: idFromKey('cou', row.courier_id) }),
    ...(row.expected_delivery_at === null ? {} : { expectedDeliveryAt: row.expected_delivery_at }),
  };
}
