import type { CancelReason, OrderState } from '@halfhour/contract';
import {
  type EpochMs,
  type MarketId,
  type OrderId,
  type StoreId,
  type UserId,
  idFromKey,
  invariant,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import {
  type Queryable,
  type Tx,
  booleanArray,
  bytesArray,
  int4Array,
  int8Array,
  jsonArray,
  keyArray,
  keyRange,
  momentArray,
  textArray,
} from '../postgres/index.ts';
import type { Batches } from '../events/index.ts';
import type { OrderRecord, Placement, Progress } from './order.ts';
import { type Split, chargesOfSplit } from './stored-split.ts';
import type { OrderCache, WorkedOrder } from './order-cache.ts';

/** An order that the transaction has read or locked, and the version that it was read at. */
export interface ReadOrder extends WorkedOrder {
  readonly asRead: number;
}

const CLOSED: ReadonlySet<OrderState> = new Set(['delivered', 'cancelled', 'refunded']);

/** Whether nothing is left to do for it, but to refund it. */
export function isClosed({ state }: OrderRecord): boolean {
  return CLOSED.has(state);
}

/** Column by column: name, type of the array sent, and the array of the values of orders. */
type Column = readonly [name: string, type: string, values: (orders: readonly WorkedOrder[]) => unknown];

const moments = (pick: (order: OrderRecord) => EpochMs | undefined): Column[2] => {
  return (orders) => momentArray(orders.map(({ order }) => pick(order)));
};

const WRITTEN: readonly Column[] = [
  ['version', 'int', (orders) => int4Array(orders.map(({ order }) => order.version))],
  ['edition', 'int', (orders) => int4Array(orders.map(({ edition }) => edition))],
  ['state', 'text', (orders) => textArray(orders.map(({ order }) => order.state))],
  ['closed', 'boolean', (orders) => booleanArray(orders.map(({ order }) => isClosed(order)))],
  ['refunded_minor', 'bigint', (orders) => int8Array(orders.map(({ order }) => order.refundedMinor))],
  ['accepted_at', 'timestamptz', moments((order) => order.acceptedAt)],
  ['expected_ready_at', 'timestamptz', moments((order) => order.expectedReadyAt)],
  ['ready_at', 'timestamptz', moments((order) => order.readyAt)],
  ['picked_up_at', 'timestamptz', moments((order) => order.pickedUpAt)],
  ['delivered_at', 'timestamptz', moments((order) => order.deliveredAt)],
  ['cancelled_at', 'timestamptz', moments((order) => order.cancelledAt)],
  ['cancel_reason', 'text', (orders) => textArray(orders.map(({ order }) => order.cancelReason))],
  ['courier_id', 'bigint', (orders) => keyArray(orders.map(({ order }) => order.courierId))],
  ['expected_delivery_at', 'timestamptz', moments((order) => order.expectedDeliveryAt)],
  ['commands', 'bytea', (orders) => bytesArray(orders.map(({ applied }) => applied))],
];

const READ = WRITTEN.map(([name]) => name)
  .filter((name) => name !== 'closed' && name !== 'commands')
  .join(', ');

/** Writes new orders, each with its placement and at its first version. */
export function insertOrders(tx: Tx, marketId: MarketId, orders: readonly OrderRecord[]): void {
  if (orders.length === 0) return;
  const ids = keyArray(orders.map((order) => order.id));
  tx.write(
    `insert into ordering.placement
       (market_id, order_id, store_id, shopper_id, placed_at, promise_latest, total_minor, document, prepare_at)
     select $1, draft.*
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
       $8::json[], $9::timestamptz[]) as draft`,
    [
      keyOf(marketId),
      ids,
      keyArray(orders.map((order) => order.storeId)),
      keyArray(orders.map((order) => order.shopperId)),
      momentArray(orders.map((order) => order.placedAt)),
      momentArray(orders.map((order) => order.promise.latest)),
      int8Array(orders.map((order) => order.totalMinor)),
      jsonArray(orders.map(toDocument)),
      // Null for most groups; unnest fills it up.
      orders.some((order) => order.prepareAt !== undefined)
        ? momentArray(orders.map((order) => order.prepareAt))
        : null,
    ],
  );
  tx.write(
    `insert into ordering.progress (market_id, order_id, state, batches)
     select $1, draft.*, array[(select halfhour.transaction())]
     from unnest($2::bigint[], $3::text[]) as draft`,
    [keyOf(marketId), ids, textArray(orders.map((order) => order.state))],
  );
}

/*
 * Rows are written by insert … on conflict: Postgres finds each by its key in the leaf of its month, whatever the
 * planner believes of the table. An update that joins the given rows is planned by guesses about a table whose
 * newest keys no statistics know, and reads the given rows again for each row (measured: 400 ms for 340 orders
 * against 3).
 */
const WRITE = `with written as (
    insert into ordering.progress as progress
      (market_id, order_id, as_read, ${WRITTEN.map(([name]) => name).join(', ')}, batches)
    select $1, given.*, array[(select halfhour.transaction())]
    from unnest($2::bigint[], $3::int[], ${WRITTEN.map(([, type], index) => `$${index + 5}::${type}[]`).join(', ')})
      as given
    on conflict (market_id, order_id) do update
      set ${WRITTEN.map(([name]) => `${name} = excluded.${name}`).join(', ')},
        batches = progress.batches || excluded.batches
      where progress.version = excluded.as_read
    returning 1
  )
  select halfhour.require_rows(count(*), $4::int) from written`;

/** Writes how far orders have come. Where one is not as it was read any more, the transaction fails and runs again. */
export function writeOrders(tx: Tx, marketId: MarketId, orders: readonly ReadOrder[]): void {
  if (orders.length === 0) return;
  // In key order, as they are locked.
  const sorted = orders.toSorted((a, b) => (a.order.id < b.order.id ? -1 : 1));
  tx.write(WRITE, [
    keyOf(marketId),
    keyArray(sorted.map(({ order }) => order.id)),
    int4Array(sorted.map(({ asRead }) => asRead)),
    sorted.length,
    ...WRITTEN.map(([, , values]) => values(sorted)),
  ]);
}

/** Writes what was ordered anew, of orders that the transaction has locked. */
export function updatePlacements(tx: Tx, marketId: MarketId, locked: readonly WorkedOrder[]): void {
  if (locked.length === 0) return;
  const orders = locked.map(({ order }) => order);
  tx.write(
    `insert into ordering.placement
       (market_id, order_id, store_id, shopper_id, placed_at, promise_latest, total_minor, edition, document)
     select $1, given.*
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
       $8::int[], $9::json[]) as given
     on conflict (market_id, order_id) do update
       set promise_latest = excluded.promise_latest, total_minor = excluded.total_minor, edition = excluded.edition,
         document = excluded.document`,
    [
      keyOf(marketId),
      keyArray(orders.map((order) => order.id)),
      keyArray(orders.map((order) => order.storeId)),
      keyArray(orders.map((order) => order.shopperId)),
      momentArray(orders.map((order) => order.placedAt)),
      momentArray(orders.map((order) => order.promise.latest)),
      int8Array(orders.map((order) => order.totalMinor)),
      int4Array(locked.map(({ edition }) => edition)),
      jsonArray(orders.map(toDocument)),
    ],
  );
}

/*
 * Rows are found by their key one by one (lateral … limit 1). A plain join lets the planner believe, before it
 * knows the market's share of the table, that reading all rows of a market is cheap: measured 10 ms against 0.5.
 */
const LOCK = `select given.n::int, p.*
  from unnest($2::bigint[]) with ordinality as given (order_id, n)
  cross join lateral (
    select ${READ}, commands from ordering.progress
    where market_id = $1 and order_id = given.order_id and order_id between $3 and $4
    limit 1 for update
  ) as p`;

const PLACEMENTS = `select given.n::int, p.edition, p.document
  from unnest($2::bigint[]) with ordinality as given (order_id, n)
  cross join lateral (
    select edition, document from ordering.placement
    where market_id = $1 and order_id = given.order_id and order_id between $3 and $4
    limit 1
  ) as p`;

/** What a transaction has locked already: a second look at it costs nothing. */
const held = new WeakMap<Tx, Map<OrderId, ReadOrder>>();

/**
 * Locks orders in key order, so that groups never wait for each other in a ring, and reads them: how far they have
 * come from Postgres, what was ordered from `known` where it is there.
 */
export async function lockOrders(
  tx: Tx,
  marketId: MarketId,
  orderIds: readonly OrderId[],
  known: OrderCache,
): Promise<Map<OrderId, ReadOrder>> {
  let locked = held.get(tx);
  if (locked === undefined) held.set(tx, (locked = new Map()));
  const all = locked;
  const sorted = orderIds.filter((id) => !all.has(id)).toSorted();
  if (sorted.length > 0) await lockMore(tx, marketId, sorted, known, locked);
  return new Map(
    orderIds.flatMap((id) => {
      const found = all.get(id);
      return found === undefined ? [] : [[id, found] as const];
    }),
  );
}

/** Whether a transaction has locked orders before. */
export function holdsOrders(tx: Tx): boolean {
  return held.has(tx);
}

/** The transaction has changed orders that it holds. */
export function holdOrders(tx: Tx, orders: readonly ReadOrder[]): void {
  const locked = held.get(tx);
  if (locked === undefined) return;
  for (const each of orders) {
    if (locked.has(each.order.id)) locked.set(each.order.id, { ...each, asRead: each.order.version });
  }
}

async function lockMore(
  tx: Tx,
  marketId: MarketId,
  // Ids sort as their keys do, and rows are locked in the order of the array.
  sorted: readonly OrderId[],
  known: OrderCache,
  locked: Map<OrderId, ReadOrder>,
): Promise<void> {
  const market = keyOf(marketId);
  const rows = await tx.query<ProgressRow & { n: number; commands: Uint8Array | null }>(LOCK, [
    market,
    keyArray(sorted),
    ...keyRange(sorted),
  ]);
  const placements = new Map<OrderId, Placement>();
  const missing: OrderId[] = [];
  for (const { n, edition } of rows) {
    const id = sorted[n - 1]!;
    const found = known.placementOf(id);
    if (found?.edition === edition) placements.set(id, found.order);
    else missing.push(id);
  }
  if (missing.length > 0) {
    const read = await tx.query<{ n: number; edition: number; document: Document }>(PLACEMENTS, [
      market,
      keyArray(missing),
      ...keyRange(missing),
    ]);
    for (const { n, document } of read) {
      const id = missing[n - 1]!;
      placements.set(id, toPlacement(marketId, id, document));
    }
  }
  for (const row of rows) {
    const id = sorted[row.n - 1]!;
    const placement = placements.get(id);
    invariant(placement !== undefined, `order ${id} has no placement`);
    const order: OrderRecord = { ...placement, ...toProgress(row) };
    locked.set(id, {
      order,
      edition: row.edition,
      applied: row.commands ?? undefined,
      asRead: order.version,
    });
  }
}

const SELECT = `select given.n::int, ${READ}, document
  from unnest($2::bigint[]) with ordinality as given (order_id, n)
  cross join lateral (
    select ${READ} from ordering.progress
    where market_id = $1 and order_id = given.order_id and order_id between $3 and $4 limit 1
  ) as p
  cross join lateral (
    select document from ordering.placement
    where market_id = $1 and order_id = given.order_id and order_id between $3 and $4 limit 1
  ) as o`;

/** In which batches of the outbox the events of an order are. */
export async function selectBatches(db: Queryable, marketId: MarketId, orderId: OrderId): Promise<Batches> {
  const rows = await db.query<{ batches: string[] }>(
    `select batches from ordering.progress where market_id = $1 and order_id = $2`,
    [keyOf(marketId), keyOf(orderId)],
  );
  return rows[0]?.batches ?? [];
}

/** Orders by id. */
export async function selectOrders(
  db: Queryable,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, OrderRecord>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<OrderRow & { n: number }>(SELECT, [
    keyOf(marketId),
    keyArray(orderIds),
    ...keyRange(orderIds),
  ]);
  return new Map(
    rows.map((row) => [orderIds[row.n - 1]!, toRecord(marketId, orderIds[row.n - 1]!, row)] as const),
  );
}

const COLUMNS = `order_id, ${READ.split(', ')
  .map((name) => `progress.${name}`)
  .join(', ')}, document`;

/** Orders that still need something done, oldest first. Reads the partial index of open orders. */
export async function selectOpenOrders(db: Queryable, marketId: MarketId): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow & { order_id: string }>(
    `select ${COLUMNS}
     from ordering.progress join ordering.placement using (market_id, order_id)
     where market_id = $1 and not closed
     order by order_id`,
    [keyOf(marketId)],
  );
  return rows.map((row) => toRecord(marketId, idFromKey('ord', row.order_id), row));
}

/** Orders placed before `before` that still wait for an answer to their payment, after `after`, oldest first. */
export async function selectUnanswered(
  db: Queryable,
  marketId: MarketId,
  after: OrderId | undefined,
  before: EpochMs,
  limit: number,
): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow & { order_id: string }>(
    `select ${COLUMNS}
     from ordering.progress join ordering.placement using (market_id, order_id)
     where market_id = $1 and order_id > $2 and not closed and state = 'pending_payment'
       and placed_at <= $3::timestamptz
     order by order_id
     limit $4`,
    [keyOf(marketId), after === undefined ? 0 : keyOf(after), toRfc3339(before), limit],
  );
  return rows.map((row) => toRecord(marketId, idFromKey('ord', row.order_id), row));
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
  const rows = await db.query<OrderRow & { order_id: string }>(
    `select ${COLUMNS}
     from ordering.placement join ordering.progress using (market_id, order_id)
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
  return rows.map((row) => toRecord(marketId, idFromKey('ord', row.order_id), row));
}

export interface DayFigures {
  readonly orders: number;
  readonly open: number;
  readonly delivered: number;
  readonly cancelled: number;
  /** Delivered within the promise. */
  readonly onTime: number;
  /** Sum over delivered orders of minutes from placement, or `prepareAt` of a scheduled one, to the door. */
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
       coalesce(sum(extract(epoch from delivered_at - coalesce(prepare_at, placed_at)) / 60), 0) as minutes_sum,
       coalesce(sum(total_minor) filter (where state not in ('cancelled', 'pending_payment')), 0) as gross
     from ordering.placement join ordering.progress using (market_id, order_id)
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

/** A placement as it is stored: its own id and market are in the key. */
type Document = Omit<Placement, 'id' | 'marketId'>;

function toDocument(order: OrderRecord): string {
  const document: Document = {
    storeId: order.storeId,
    storeName: order.storeName,
    merchantId: order.merchantId,
    shopperId: order.shopperId,
    lines: order.lines,
    address: order.address,
    charges: order.charges,
    currency: order.currency,
    itemsMinor: order.itemsMinor,
    deliveryFeeMinor: order.deliveryFeeMinor,
    serviceFeeMinor: order.serviceFeeMinor,
    tipMinor: order.tipMinor,
    taxMinor: order.taxMinor,
    totalMinor: order.totalMinor,
    promise: order.promise,
    promiseBasis: order.promiseBasis,
    slot: order.slot,
    prepareAt: order.prepareAt,
    preparationSeconds: order.preparationSeconds,
    payment: order.payment,
    deliveryCode: order.deliveryCode,
    placedAt: order.placedAt,
    payUntil: order.payUntil,
    ...(order.otherMinor === undefined ? {} : { otherMinor: order.otherMinor }),
    ...(order.refunded === undefined ? {} : { refunded: order.refunded }),
    ...(order.refunds === undefined ? {} : { refunds: order.refunds }),
    ...(order.authorisedMinor === undefined ? {} : { authorisedMinor: order.authorisedMinor }),
  };
  return JSON.stringify(document);
}

function toPlacement(marketId: MarketId, id: OrderId, document: Document & { split?: Split }): Placement {
  const { split } = document;
  // Orders of before charges were kept.
  if (split !== undefined && document.charges === undefined) {
    return { ...document, charges: chargesOfSplit(document, split), id, marketId };
  }
  return { ...document, id, marketId };
}

interface ProgressRow {
  readonly version: number;
  readonly edition: number;
  readonly state: OrderState;
  readonly refunded_minor: string;
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

interface OrderRow extends ProgressRow {
  readonly document: Document;
}

function toProgress(row: ProgressRow): Progress {
  return {
    version: row.version,
    state: row.state,
    refundedMinor: Number(row.refunded_minor),
    acceptedAt: row.accepted_at ?? undefined,
    expectedReadyAt: row.expected_ready_at ?? undefined,
    readyAt: row.ready_at ?? undefined,
    pickedUpAt: row.picked_up_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    cancelledAt: row.cancelled_at ?? undefined,
    cancelReason: row.cancel_reason ?? undefined,
    courierId: row.courier_id === null ? undefined : idFromKey('cou', row.courier_id),
    expectedDeliveryAt: row.expected_delivery_at ?? undefined,
  };
}

function toRecord(marketId: MarketId, id: OrderId, row: OrderRow): OrderRecord {
  return { ...toPlacement(marketId, id, row.document), ...toProgress(row) };
}
