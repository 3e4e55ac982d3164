import {
  type ArticleId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type StoreId,
  idFromKey,
  invariant,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { LRUCache } from 'lru-cache';
import { type Queryable, type Tx, int4Array, keyArray } from '../postgres/index.ts';
import { type Shortage, type StockLine, grantInTurn, joinLines, stockName } from './stock.ts';

/** What became of one demand. */
export interface Reservation {
  /** Empty when the demand is reserved; otherwise nothing of it is. */
  readonly shortages: Shortage[];
  /** Articles of the demand that the store counts: later only these are released or sold. */
  readonly counted: ReadonlySet<ArticleId>;
}

export interface StockLevel {
  readonly onHand: number;
  readonly reserved: number;
}

/** Stock of articles at a store; articles that the store does not count are absent. */
export async function selectStock(
  db: Queryable,
  marketId: MarketId,
  storeId: StoreId,
  articleIds: readonly ArticleId[],
): Promise<Map<ArticleId, StockLevel>> {
  const rows = await db.query<{ article_id: string; on_hand: number; reserved: number }>(
    `select article_id, on_hand, reserved from inventory.stock
     where market_id = $1 and store_id = $2 and article_id = any($3::bigint[])`,
    [keyOf(marketId), keyOf(storeId), articleIds.map(keyOf)],
  );
  return new Map(
    rows.map((row) => [idFromKey('art', row.article_id), { onHand: row.on_hand, reserved: row.reserved }]),
  );
}

/**
 * Locks the stock of these articles, in key order.
 *
 * @returns what can still be had, by `stockName`; articles that the store does not count are absent
 */
export async function lockStock(
  tx: Tx,
  marketId: MarketId,
  articles: readonly Omit<StockLine, 'quantity'>[],
): Promise<Map<string, number>> {
  const asked = joinLines(articles.map((article) => ({ ...article, quantity: 0 })));
  if (asked.length === 0) return new Map();
  return readAvailable(tx, marketId, asked, 'for update');
}

/** What can be had of lines, each named once, by `stockName`; locked in their order where that is asked. */
async function readAvailable(
  tx: Tx,
  marketId: MarketId,
  lines: readonly StockLine[],
  lock: '' | 'for update',
): Promise<Map<string, number>> {
  const rows = await tx.query<{ n: number; available: number }>(
    `select asked.n::int, stock.available
     from unnest($2::bigint[], $3::bigint[]) with ordinality as asked (store_id, article_id, n)
     cross join lateral (
       select on_hand - reserved as available from inventory.stock
       where market_id = $1 and store_id = asked.store_id and article_id = asked.article_id
       limit 1 ${lock}
     ) as stock`,
    [
      keyOf(marketId),
      keyArray(lines.map((line) => line.storeId)),
      keyArray(lines.map((line) => line.articleId)),
    ],
  );
  return new Map(rows.map((row) => [stockName(lines[row.n - 1]!), row.available]));
}

/** Reserves what `lockStock` has said can be had. */
export function takeStock(tx: Tx, marketId: MarketId, lines: readonly StockLine[]): void {
  changeStock(tx, marketId, joinLines(lines), 'set reserved = stock.reserved + excluded.reserved');
}

/**
 * Reserves the demands of a group in turn, each whole or not at all; lines of articles that the store does not
 * count are always met.
 *
 * Where there was plenty of everything at the last look, nothing is locked: what is taken goes out with the commit, and
 * Postgres refuses it where it is not there any more; then the group runs again as it does where something runs short.
 * There stock rows are locked once, in the order of the array, which is key order, and written once, so groups never
 * deadlock and a hot article costs one update a group. Who cannot be met is told at once (retrying one by one
 * collapsed in a sell-out).
 * @param lockMore locks what else demands need, after the stock; what it gives is asked in its turn for each demand
 * whose stock is there, by its place, and where it says no, nothing is reserved
 * @returns what became of each demand
 */
export async function reserveStock(
  tx: Tx,
  marketId: MarketId,
  demands: readonly (readonly StockLine[])[],
  lockMore?: () => Promise<(demand: number) => boolean>,
): Promise<Reservation[]> {
  const memory = memoryOf(tx);
  const wanted = joinLines(demands.flat());
  const mayTakeUnread = tx.attempt === 1 && lockMore === undefined;
  const unknown = mayTakeUnread ? wanted.filter((line) => !memory.has(stockName(line))) : [];
  if (unknown.length > 0) {
    for (const [name, left] of await readAvailable(tx, marketId, unknown, '')) memory.set(name, left);
  }
  const isPlenty = (line: StockLine): boolean => (memory.get(stockName(line)) ?? 0) >= PLENTY * line.quantity;
  if (mayTakeUnread && wanted.every(isPlenty)) {
    takeWhatIsThere(tx, marketId, wanted);
    tx.afterCommit(() => remember(memory, wanted));
    return demands.map((lines) => ({ shortages: [], counted: new Set(lines.map((line) => line.articleId)) }));
  }
  const available = await lockStock(tx, marketId, wanted);
  const { shortages, granted } = grantInTurn(demands, available, await lockMore?.());
  takeStock(tx, marketId, granted);
  for (const [name, left] of available) memory.set(name, left);
  tx.afterCommit(() => remember(memory, granted));
  return demands.map((lines, index) => ({
    shortages: shortages[index]!,
    counted: new Set(lines.filter((line) => available.has(stockName(line))).map((line) => line.articleId)),
  }));
}

/** So many times what a group wants must have been there. */
const PLENTY = 10;
const MAX_REMEMBERED = 200_000;

/** What could be had of counted articles when this process last looked or took, of each database. */
const memories = new WeakMap<object, LRUCache<string, number>>();

function memoryOf(tx: Tx): LRUCache<string, number> {
  let memory = memories.get(tx.database);
  if (memory === undefined) memories.set(tx.database, (memory = new LRUCache({ max: MAX_REMEMBERED })));
  return memory;
}

function remember(memory: LRUCache<string, number>, taken: readonly StockLine[]): void {
  for (const line of taken) {
    const name = stockName(line);
    const before = memory.get(name);
    if (before !== undefined) memory.set(name, before - line.quantity);
  }
}

/** Reserves all of this, or fails the transaction so that it runs again. */
function takeWhatIsThere(tx: Tx, marketId: MarketId, lines: readonly StockLine[]): void {
  if (lines.length === 0) return;
  tx.write(
    `with taken as (
       insert into inventory.stock as stock (market_id, store_id, article_id, on_hand, reserved)
       select $1, line.store_id, line.article_id, line.quantity, line.quantity
       from unnest($2::bigint[], $3::bigint[], $4::int[]) as line (store_id, article_id, quantity)
       on conflict (market_id, store_id, article_id) do update set reserved = stock.reserved + excluded.reserved
         where stock.on_hand - stock.reserved >= excluded.reserved
       returning 1
     )
     select halfhour.require_rows(count(*), $5::int) from taken`,
    [
      keyOf(marketId),
      keyArray(lines.map((line) => line.storeId)),
      keyArray(lines.map((line) => line.articleId)),
      int4Array(lines.map((line) => line.quantity)),
      lines.length,
    ],
  );
}

/** Gives back what was reserved and will not be sold. Only for lines that were counted when they were reserved. */
export function releaseStock(tx: Tx, marketId: MarketId, lines: readonly StockLine[]): void {
  changeStock(tx, marketId, joinLines(lines), 'set reserved = stock.reserved - excluded.reserved');
}

/** What was reserved, and only that, leaves the store; `orderId` is the order of each line. */
export function sellStock(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  sales: readonly { readonly orderId: OrderId; readonly lines: readonly StockLine[] }[],
): void {
  const lines = sales.flatMap((sale) => sale.lines.map((line) => ({ ...line, orderId: sale.orderId })));
  if (lines.length === 0) return;
  changeStock(
    tx,
    marketId,
    joinLines(lines),
    'set reserved = stock.reserved - excluded.reserved, on_hand = stock.on_hand - excluded.on_hand',
  );
  insertMovements(
    tx,
    marketId,
    'sale',
    at,
    lines.map((line) => ({ ...line, quantity: -line.quantity })),
  );
}

/**
 * Changes rows that there are, in the order of the lines, which is key order, so that groups never wait for each
 * other in a ring. An insert that always conflicts, because it finds each row by its key whatever the planner
 * believes of the table (see ordering/order-store).
 */
function changeStock(tx: Tx, marketId: MarketId, lines: readonly StockLine[], assignment: string): void {
  if (lines.length === 0) return;
  tx.write(
    `insert into inventory.stock as stock (market_id, store_id, article_id, on_hand, reserved)
     select $1, line.store_id, line.article_id, line.quantity, line.quantity
     from unnest($2::bigint[], $3::bigint[], $4::int[]) as line (store_id, article_id, quantity)
     on conflict (market_id, store_id, article_id) do update ${assignment}`,
    [
      keyOf(marketId),
      keyArray(lines.map((line) => line.storeId)),
      keyArray(lines.map((line) => line.articleId)),
      int4Array(lines.map((line) => line.quantity)),
    ],
  );
}

/**
 * Sets what was counted on the shelf, starting to count the article where the store did not. Refused (false)
 * where less was counted than is reserved for orders on their way. Orders reserve only where the offer says that the
 * store counts: who calls this for the first time writes that too (`catalogue/set-stock.ts`).
 */
export async function setOnHand(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  rows: readonly { readonly storeId: StoreId; readonly articleId: ArticleId; readonly onHand: number }[],
): Promise<boolean[]> {
  const names = rows.map(stockName);
  invariant(new Set(names).size === names.length, 'an article is counted once at a time');
  const sorted = rows.toSorted((a, b) => (stockName(a) < stockName(b) ? -1 : 1));
  const market = keyOf(marketId);
  const keys = [sorted.map((row) => keyOf(row.storeId)), sorted.map((row) => keyOf(row.articleId))];
  await tx.query(
    `insert into inventory.stock (market_id, store_id, article_id, on_hand)
     select $1, store_id, article_id, 0 from unnest($2::bigint[], $3::bigint[]) as counted (store_id, article_id)
     on conflict do nothing`,
    [market, ...keys],
  );
  const before = await tx.query<{ store_id: string; article_id: string; on_hand: number; reserved: number }>(
    `select store_id, article_id, on_hand, reserved from inventory.stock
     where market_id = $1 and (store_id, article_id) in (select * from unnest($2::bigint[], $3::bigint[]))
     order by store_id, article_id
     for update`,
    [market, ...keys],
  );
  const levels = new Map(
    before.map((row) => [
      stockName({ storeId: idFromKey('sto', row.store_id), articleId: idFromKey('art', row.article_id) }),
      row,
    ]),
  );
  const accepted = sorted.filter((row) => levels.get(stockName(row))!.reserved <= row.onHand);
  await tx.query(
    `update inventory.stock set on_hand = counted.on_hand
     from unnest($2::bigint[], $3::bigint[], $4::int[]) as counted (store_id, article_id, on_hand)
     where stock.market_id = $1 and stock.store_id = counted.store_id and stock.article_id = counted.article_id`,
    [
      market,
      accepted.map((row) => keyOf(row.storeId)),
      accepted.map((row) => keyOf(row.articleId)),
      accepted.map((row) => row.onHand),
    ],
  );
  insertMovements(
    tx,
    marketId,
    'count',
    at,
    accepted
      .map((row) => ({
        ...row,
        quantity: row.onHand - levels.get(stockName(row))!.on_hand,
      }))
      .filter((row) => row.quantity !== 0),
  );
  const done = new Set(accepted.map(stockName));
  return names.map((name) => done.has(name));
}

function insertMovements(
  tx: Tx,
  marketId: MarketId,
  kind: 'count' | 'sale' | 'return',
  at: EpochMs,
  lines: readonly (StockLine & { readonly orderId?: OrderId })[],
): void {
  if (lines.length === 0) return;
  tx.write(
    `insert into inventory.movement (market_id, written, store_id, article_id, kind, quantity, order_id, at)
     select $1, (select (extract(epoch from clock_timestamp()) * 1000 - 1704067200000)::bigint << 22),
       store_id, article_id, $2, quantity, order_id, $3::timestamptz
     from unnest($4::bigint[], $5::bigint[], $6::int[], $7::bigint[])
       as line (store_id, article_id, quantity, order_id)`,
    [
      keyOf(marketId),
      kind,
      toRfc3339(at),
      keyArray(lines.map((line) => line.storeId)),
      keyArray(lines.map((line) => line.articleId)),
      int4Array(lines.map((line) => line.quantity)),
      keyArray(lines.map((line) => line.orderId)),
    ],
  );
}

/** Articles whose stock is not the sum of its movements: none in a sound market. */
export async function countUnexplainedStock(db: Queryable, marketId: MarketId): Promise<number> {
  const rows = await db.query<{ count: string }>(
    `select count(*) as count from inventory.stock
     left join (
       select store_id, article_id, sum(quantity) as moved from inventory.movement
       where market_id = $1 group by store_id, article_id
     ) as movements using (store_id, article_id)
     where market_id = $1 and on_hand <> coalesce(moved, 0)`,
    [keyOf(marketId)],
  );
  return Number(rows[0]!.count);
}
