import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type OfferId,
  type OrderId,
  type RefundId,
  type Result,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { readOffers } from '../catalogue/index.ts';
import { addApplied, findApplied } from '../commands/index.ts';
import { type EventDraft, appendEvents } from '../events/index.ts';
import {
  type StockLine,
  lockStock,
  releaseStock,
  sellStock,
  stockName,
  takeStock,
} from '../inventory/index.ts';
import { type TransactionDraft, postTransactions } from '../ledger/index.ts';
import type { Markets } from '../markets/index.ts';
import {
  type PaymentMove,
  CASH,
  insertRefunds,
  movePayments,
  paymentIdOf,
  selectDisputed,
} from '../payments/index.ts';
import type { Tx } from '../postgres/index.ts';
import { type SlotKey, releasePlaces } from '../slots/index.ts';
import { readStores } from '../stores/index.ts';
import { type ChangeContext, type StockNeed, articlesOf, termsOf } from './revise-order.ts';
import { type OrderChange, type OrderRecord, changeOrder, needsContext, offersOf } from './order.ts';
import { cashOf, lossOf, paymentOf, refundPosting, saleOf } from './order-money.ts';
import type { OrderCache } from './order-cache.ts';
import {
  type ReadOrder,
  isClosed,
  holdOrders,
  holdsOrders,
  lockOrders,
  updatePlacements,
  writeOrders,
} from './order-store.ts';
import { orderAt, readOrderHistory } from './order-history.ts';
import type { EstimateTrip } from './quote-basket.ts';
import type { TariffSource } from './tariff-source.ts';

export interface ChangeDeps {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Markets;
  readonly estimate: EstimateTrip;
  readonly tariffs: TariffSource;
  readonly known: OrderCache;
}

export type ChangeOutcome = Result<OrderRecord, ApiError>;

/** A change, and the key that makes a retry of it answer the same. */
export interface ChangeCommand {
  readonly change: OrderChange;
  readonly command?: CommandKey | undefined;
  /** Whether the order is the caller's to change; where it is not, it is answered as if there were none. */
  readonly isOwn?: ((order: OrderRecord) => boolean) | undefined;
}

/**
 * Applies changes to orders of a market in the caller's transaction: state, stock, money and events together. Changes are
 * applied in the order given, two to one order one after the other. A change that is refused leaves its order as it
 * was and does not touch the others.
 *
 * Where this process knows all the orders and nothing is refused, nothing is read: what is written goes out with the
 * commit, and Postgres refuses it where an order is not as it was known (`writeOrders`). Otherwise the orders are locked
 * and read first, in key order, in one statement; seven more where a change of what was ordered is among them.
 */
export async function applyChanges(
  tx: Tx,
  deps: ChangeDeps,
  marketId: MarketId,
  commands: readonly ChangeCommand[],
): Promise<ChangeOutcome[]> {
  let decided = decideUnread(tx, deps, commands);
  // Only Postgres knows why something cannot be done, and what a command did that was done before.
  if (decided === undefined) {
    const orders = await lockOrders(tx, marketId, orderIdsOf(commands), deps.known);
    const shelf = await readShelf(tx, deps, marketId, commands, orders);
    decided = decide(deps, commands, orders, shelf, await readDisputed(tx, marketId, commands));
  }
  write(tx, deps, marketId, decided);
  // After all stock, as at placement.
  await releasePlaces(tx, marketId, decided.places);
  const { orders, outcomes, events, repeats } = decided;
  for (const { index, version } of repeats) {
    const { orderId } = commands[index]!.change;
    // With what this group has made of it, which is not written yet.
    const history = [
      ...(await readOrderHistory(tx, marketId, orderId)),
      ...events.filter(({ subject }) => subject === orderId),
    ];
    const order = orderAt(orders.get(orderId)!.order, history, version);
    invariant(order !== undefined, `order ${orderId} has no version ${version}`);
    outcomes[index] = ok(order);
  }
  return outcomes;
}

/**
 * The same where it needs no look at Postgres and touches no stock and no slot; otherwise undefined, and nothing is done.
 * What goes on in the transaction after it may lock those.
 */
export function applyKnownChanges(
  tx: Tx,
  deps: ChangeDeps,
  marketId: MarketId,
  commands: readonly ChangeCommand[],
): ChangeOutcome[] | undefined {
  const decided = decideUnread(tx, deps, commands);
  if (decided === undefined) return undefined;
  const { released, taken, sold, places } = decided;
  if (released.length + taken.length + sold.length + places.length > 0) return undefined;
  write(tx, deps, marketId, decided);
  return decided.outcomes;
}

function decideUnread(tx: Tx, deps: ChangeDeps, commands: readonly ChangeCommand[]): Decided | undefined {
  // Run again, because something was not as it was known: those orders are not known any more.
  if (tx.attempt > 1) deps.known.tell(true, deps.clock.now());
  if (!deps.known.isTrusted(deps.clock.now())) return undefined;
  const known = knownOrders(tx, deps.known, orderIdsOf(commands), commands);
  const decided = known === undefined ? undefined : decide(deps, commands, known, undefined);
  return decided?.isPlain === true ? decided : undefined;
}

function orderIdsOf(commands: readonly ChangeCommand[]): OrderId[] {
  return [...new Set(commands.map(({ change }) => change.orderId))];
}

/** Sends what a group of changes comes to, but for slots. Orders come first, then stock, as in all transactions. */
function write(tx: Tx, deps: ChangeDeps, marketId: MarketId, decided: Decided): void {
  const { now, orders, revised } = decided;
  const touched = [...decided.touched].map((id) => orders.get(id)!);
  const editions = touched.filter(({ order }) => revised.has(order.id));
  writeOrders(tx, marketId, touched);
  updatePlacements(tx, marketId, editions);
  releaseStock(tx, marketId, decided.released);
  takeStock(tx, marketId, decided.taken);
  sellStock(tx, marketId, now, decided.sold);
  movePayments(tx, marketId, now, decided.payments);
  insertRefunds(tx, marketId, now, decided.refunds);
  postTransactions(tx, marketId, deps.ids, decided.postings);
  appendEvents(tx, marketId, decided.events);
  holdOrders(tx, touched);
  for (const { order } of touched) deps.known.change(order.id);
  tx.afterCommit(() => {
    deps.known.tell(false, now);
    for (const { order, edition, applied } of touched) {
      if (isClosed(order)) deps.known.delete(order.id);
      else deps.known.set({ order, edition, applied });
    }
  });
}

/** All of these orders without a look at Postgres, or undefined. */
function knownOrders(
  tx: Tx,
  cache: OrderCache,
  orderIds: readonly OrderId[],
  commands: readonly ChangeCommand[],
): Map<OrderId, ReadOrder> | undefined {
  // What is locked already is held by the transaction itself.
  if (holdsOrders(tx)) return undefined;
  const known = new Map<OrderId, ReadOrder>();
  for (const id of orderIds) {
    const found = cache.get(id);
    if (found === undefined) return undefined;
    known.set(id, { ...found, asRead: found.order.version });
  }
  const reads = commands.some(
    ({ change }) => change.kind === 'refund' || needsContext(known.get(change.orderId)!.order, change),
  );
  return reads ? undefined : known;
}

/** What a group of changes comes to, before anything of it is written. */
interface Decided {
  readonly now: EpochMs;
  readonly outcomes: ChangeOutcome[];
  /** Every change was made, and moved its order on: what holds where the orders are as they were known. */
  readonly isPlain: boolean;
  /** As the changes leave them. */
  readonly orders: ReadonlyMap<OrderId, ReadOrder>;
  readonly touched: ReadonlySet<OrderId>;
  readonly revised: ReadonlySet<OrderId>;
  readonly events: readonly EventDraft[];
  readonly places: readonly SlotKey[];
  readonly released: readonly StockLine[];
  readonly taken: readonly StockLine[];
  readonly sold: readonly { readonly orderId: OrderId; readonly lines: readonly StockLine[] }[];
  readonly payments: readonly PaymentMove[];
  readonly refunds: readonly {
    readonly id: RefundId;
    readonly orderId: OrderId;
    readonly amountMinor: number;
  }[];
  readonly postings: readonly TransactionDraft[];
  /** Places in the commands whose answer is an order as it was. */
  readonly repeats: readonly { readonly index: number; readonly version: number }[];
}

function decide(
  deps: ChangeDeps,
  commands: readonly ChangeCommand[],
  read: ReadonlyMap<OrderId, ReadOrder>,
  shelf: Shelf | undefined,
  disputed?: ReadonlyMap<OrderId, number>,
): Decided {
  const now = deps.clock.now();
  const orders = new Map(read);
  const touched = new Set<OrderId>();
  const revised = new Set<OrderId>();
  const events: EventDraft[] = [];
  const places: SlotKey[] = [];
  const released: StockLine[] = [];
  const taken: StockLine[] = [];
  const sold: { orderId: OrderId; lines: StockLine[] }[] = [];
  const payments: PaymentMove[] = [];
  const refunds: { id: RefundId; orderId: OrderId; amountMinor: number }[] = [];
  const postings: TransactionDraft[] = [];
  const repeats: { index: number; version: number }[] = [];
  /** What commands of this group answered, whose events are not written yet. */
  const made = new Map<string, OrderRecord>();
  let isPlain = true;

  const outcomes = commands.map(({ change, command, isOwn }, index): ChangeOutcome => {
    const locked = orders.get(change.orderId);
    if (locked === undefined || isOwn?.(locked.order) === false) {
      isPlain = false;
      return err({ code: 'not_found' });
    }
    const { order: before } = locked;
    const known = command === undefined ? undefined : findApplied(locked.applied, command);
    if (known !== undefined) {
      isPlain = false;
      if (!known.sameBody) return err({ code: 'idempotency_key_reused' });
      const { version } = known;
      if (version === before.version) return ok(before);
      const recent = made.get(`${before.id} ${version}`);
      if (recent === undefined) repeats.push({ index, version });
      return ok(recent ?? before);
    }
    const changed = changeOrder(before, change, now, shelf?.contextOf(before), disputed?.get(before.id));
    if (!changed.ok) {
      isPlain = false;
      return changed;
    }
    const { order, effects } = changed.value;
    if (order.version === before.version) isPlain = false;
    if (order !== before || command !== undefined) {
      const applied =
        command === undefined ? locked.applied : addApplied(locked.applied, command, order.version);
      if (effects.revised === true) revised.add(order.id);
      const edition = effects.revised === true ? locked.edition + 1 : locked.edition;
      orders.set(order.id, { order, edition, applied, asRead: locked.asRead });
      if (commands.length > read.size) made.set(`${order.id} ${order.version}`, order);
      touched.add(order.id);
    }
    if (effects.event !== undefined) {
      events.push({ ...effects.event, subject: order.id, at: now, by: change.by });
    }
    const inStore = ({ articleId, quantity }: StockNeed) => ({ storeId: order.storeId, articleId, quantity });
    if (effects.stock === 'release' || effects.stock === 'sell') {
      const lines = order.lines.filter((line) => line.reserved).map(inStore);
      if (effects.stock === 'release') released.push(...lines);
      else sold.push({ orderId: order.id, lines });
    } else if (effects.stock !== undefined) {
      released.push(...effects.stock.release.map(inStore));
      const reserve = effects.stock.reserve.map(inStore);
      for (const line of reserve) shelf?.take(line);
      taken.push(...reserve);
    }
    if (effects.slot !== undefined) places.push({ storeId: order.storeId, start: order.slot! });
    if (effects.payment !== undefined) {
      const isCash = effects.payment === 'capture_due' && order.payment.provider === CASH;
      const to = isCash ? 'captured' : effects.payment;
      payments.push({ ...paymentOf(order), to, reference: effects.reference });
      if (isCash) {
        postings.push(cashOf(order, order.courierId!, now));
        const data = { orderId: order.id, amountMinor: order.totalMinor };
        events.push({
          type: 'PaymentCaptured',
          subject: paymentIdOf(order.id),
          at: now,
          by: change.by,
          data,
        });
      }
    }
    if (effects.ledger === 'sale') postings.push(saleOf(order, now));
    else if (effects.ledger === 'loss') {
      const loss = lossOf(order, now);
      if (loss !== undefined) postings.push(loss);
    } else if (effects.ledger !== undefined) {
      const { refund } = effects.ledger;
      postings.push(refundPosting(order, refund, before.refundedMinor, now));
      refunds.push({ id: deps.ids.next('ref'), orderId: order.id, amountMinor: refund.amountMinor });
    }
    return ok(order);
  });
  return {
    now,
    outcomes,
    isPlain,
    orders,
    touched,
    revised,
    events,
    places,
    released,
    taken,
    sold,
    payments,
    refunds,
    postings,
    repeats,
  };
}

/** What is disputed of orders that are to be refunded. Not a statement where there are none. */
async function readDisputed(
  tx: Tx,
  marketId: MarketId,
  commands: readonly ChangeCommand[],
): Promise<ReadonlyMap<OrderId, number> | undefined> {
  const refunds = commands.filter(({ change }) => change.kind === 'refund');
  return refunds.length === 0 ? undefined : selectDisputed(tx, marketId, orderIdsOf(refunds));
}

/** What changes of what was ordered are judged by, and the stock that they have taken so far. */
interface Shelf {
  contextOf(order: OrderRecord): ChangeContext;
  take(line: StockLine): void;
}

/**
 * Reads what the changes of what was ordered need, and locks all stock that the group may touch, in key order, before
 * any of it is written. Undefined, and not a statement, where there are no such changes.
 */
async function readShelf(
  tx: Tx,
  deps: ChangeDeps,
  marketId: MarketId,
  commands: readonly ChangeCommand[],
  orders: ReadonlyMap<OrderId, ReadOrder>,
): Promise<Shelf | undefined> {
  const offerIds = new Set<OfferId>();
  let isNeeded = false;
  for (const { change } of commands) {
    const order = orders.get(change.orderId)?.order;
    if (order === undefined || !needsContext(order, change)) continue;
    isNeeded = true;
    for (const offerId of offersOf(change)) offerIds.add(offerId);
  }
  if (!isNeeded) return undefined;
  const market = await deps.markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const all = [...orders.values()].map(({ order }) => order);
  const stores = await readStores(tx, marketId, [...new Set(all.map((order) => order.storeId))]);
  const offers = offerIds.size === 0 ? new Map() : await readOffers(tx, marketId, [...offerIds]);
  const left = await lockStock(tx, marketId, [
    ...all.flatMap((order) => articlesOf(order).map((articleId) => ({ storeId: order.storeId, articleId }))),
    ...offers.values(),
  ]);
  const tariffs = await deps.tariffs.of(market);
  return {
    contextOf: (order) => {
      const { storeId } = order;
      const store = stores.get(storeId);
      return {
        store,
        offers,
        terms: termsOf(market, tariffs, order),
        available: (articleId) => left.get(stockName({ storeId, articleId })),
        tripSeconds: (to) => (store === undefined ? 0 : deps.estimate(marketId, store.address, to).seconds),
      };
    },
    take: (line) => {
      left.set(stockName(line), left.get(stockName(line))! - line.quantity);
    },
  };
}
