import {
  type Clock,
  type IdSource,
  type MarketId,
  type OfferId,
  type OrderId,
  type Result,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { readOffers } from '../catalogue/index.ts';
import { addApplied, findApplied } from '../commands/index.ts';
import { type EventDraft, appendEvents, readHistory } from '../events/index.ts';
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
import { type PaymentMove, type PaymentProvider, insertRefunds, movePayments } from '../payments/index.ts';
import type { Tx } from '../postgres/index.ts';
import { type SlotKey, releasePlaces } from '../slots/index.ts';
import { selectStores } from '../stores/index.ts';
import { type ChangeContext, type StockNeed, articlesOf } from './revise-order.ts';
import { type OrderChange, type OrderRecord, changeOrder, needsContext, offersOf } from './order.ts';
import { paymentOf, refundOf, saleOf } from './order-money.ts';
import {
  type LockedOrder,
  type PlacementCache,
  lockOrders,
  updateOrders,
  updatePlacements,
} from './order-store.ts';
import { orderAt } from './order-history.ts';
import type { EstimateTrip } from './quote-basket.ts';

export interface ChangeDeps {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Markets;
  readonly estimate: EstimateTrip;
  readonly provider: PaymentProvider;
  readonly known: PlacementCache;
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
 * Applies changes to orders of a market in the caller's transaction: state, stock, money and events together, in at
 * most nine statements; six more where a change of what was ordered is among them, and one where scheduled orders
 * give up their places. Orders are locked in key order; changes are applied in the order given, two to one order
 * one after the other. A change that is refused leaves its order as it was and does not touch the others.
 */
export async function applyChanges(
  tx: Tx,
  deps: ChangeDeps,
  marketId: MarketId,
  commands: readonly ChangeCommand[],
): Promise<ChangeOutcome[]> {
  const now = deps.clock.now();
  const orderIds = [...new Set(commands.map(({ change }) => change.orderId))];
  const orders = await lockOrders(tx, marketId, orderIds, deps.known);
  const shelf = await readShelf(tx, deps, marketId, commands, orders);
  const touched = new Map<OrderId, LockedOrder>();
  const revised = new Set<OrderId>();
  const events: EventDraft[] = [];
  const places: SlotKey[] = [];
  const released: StockLine[] = [];
  const taken: StockLine[] = [];
  const sold: { orderId: OrderId; lines: StockLine[] }[] = [];
  const payments: PaymentMove[] = [];
  const refunds: { id: ReturnType<typeof newRefundId>; orderId: OrderId; amountMinor: number }[] = [];
  const postings: TransactionDraft[] = [];
  const newRefundId = () => deps.ids.next('ref');
  /** Places in `commands` whose answer is an order as it was. */
  const repeats: { readonly index: number; readonly version: number }[] = [];
  /** What commands of this group answered, whose events are not written yet. */
  const made = new Map<string, OrderRecord>();

  const outcomes = commands.map(({ change, command, isOwn }, index): ChangeOutcome => {
    const locked = orders.get(change.orderId);
    if (locked === undefined || isOwn?.(locked.order) === false) return err({ code: 'not_found' });
    const { order: before } = locked;
    const known = command === undefined ? undefined : findApplied(locked.applied, command);
    if (known !== undefined) {
      if (!known.sameBody) return err({ code: 'idempotency_key_reused' });
      const { version } = known;
      if (version === before.version) return ok(before);
      const recent = made.get(`${before.id} ${version}`);
      if (recent === undefined) repeats.push({ index, version });
      return ok(recent ?? before);
    }
    const changed = changeOrder(before, change, now, shelf?.contextOf(before));
    if (!changed.ok) return changed;
    const { order, effects } = changed.value;
    const applied =
      command === undefined ? locked.applied : addApplied(locked.applied, command, order.version);
    if (order !== before || command !== undefined) {
      if (effects.revised === true) revised.add(order.id);
      const edition = effects.revised === true ? locked.edition + 1 : locked.edition;
      const after = { order, edition, applied };
      orders.set(order.id, after);
      made.set(`${order.id} ${order.version}`, order);
      touched.set(order.id, after);
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
      payments.push({ ...paymentOf(order), to: effects.payment, reference: effects.reference });
    }
    if (effects.ledger === 'sale') postings.push(saleOf(order, deps.provider.name, now));
    else if (effects.ledger !== undefined) {
      const { refundMinor } = effects.ledger;
      postings.push(refundOf(order, refundMinor, before.refundedMinor, deps.provider.name, now));
      refunds.push({ id: newRefundId(), orderId: order.id, amountMinor: refundMinor });
    }
    return ok(order);
  });

  await updateOrders(tx, marketId, [...touched.values()]);
  const editions = [...touched.values()].filter(({ order }) => revised.has(order.id));
  await updatePlacements(tx, marketId, editions);
  if (editions.length > 0) {
    tx.afterCommit(() => {
      for (const { order, edition } of editions) deps.known.set(order.id, { edition, placement: order });
    });
  }
  await releaseStock(tx, marketId, released);
  await takeStock(tx, marketId, taken);
  await sellStock(tx, marketId, now, sold);
  // After all stock, as at placement.
  await releasePlaces(tx, marketId, places);
  await movePayments(tx, marketId, now, payments);
  await insertRefunds(tx, marketId, now, refunds);
  await postTransactions(tx, marketId, deps.ids, postings);
  appendEvents(tx, marketId, events);
  for (const { index, version } of repeats) {
    const { orderId } = commands[index]!.change;
    // With what this group has made of it, which is not written yet.
    const history = [
      ...(await readHistory(tx, marketId, orderId)),
      ...events.filter(({ subject }) => subject === orderId),
    ];
    const order = orderAt(orders.get(orderId)!.order, history, version);
    invariant(order !== undefined, `order ${orderId} has no version ${version}`);
    outcomes[index] = ok(order);
  }
  return outcomes;
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
  orders: ReadonlyMap<OrderId, LockedOrder>,
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
  const stores = await selectStores(tx, marketId, [...new Set(all.map((order) => order.storeId))]);
  const offers = offerIds.size === 0 ? new Map() : await readOffers(tx, marketId, [...offerIds]);
  const left = await lockStock(tx, marketId, [
    ...all.flatMap((order) => articlesOf(order).map((articleId) => ({ storeId: order.storeId, articleId }))),
    ...offers.values(),
  ]);
  const pricing = { ...market.policy, currency: market.currency };
  return {
    contextOf: ({ storeId }) => {
      const store = stores.get(storeId);
      return {
        store,
        offers,
        pricing,
        available: (articleId) => left.get(stockName({ storeId, articleId })),
        tripSeconds: (to) => (store === undefined ? 0 : deps.estimate(marketId, store.address, to).seconds),
      };
    },
    take: (line) => {
      left.set(stockName(line), left.get(stockName(line))! - line.quantity);
    },
  };
}
