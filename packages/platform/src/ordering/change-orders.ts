import {
  type Clock,
  type IdSource,
  type MarketId,
  type OrderId,
  type Result,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { type EventDraft, appendEvents } from '../events/index.ts';
import { type StockLine, releaseStock, sellStock } from '../inventory/index.ts';
import { type TransactionDraft, postTransactions } from '../ledger/index.ts';
import { type PaymentProvider, insertRefunds, movePayments, noteReferences } from '../payments/index.ts';
import type { Tx } from '../postgres/index.ts';
import { type OrderChange, type OrderRecord, changeOrder } from './order.ts';
import { refundOf, saleOf } from './order-money.ts';
import { selectOrders, updateOrders } from './order-store.ts';

export interface ChangeDeps {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly provider: PaymentProvider;
}

export type ChangeOutcome = Result<OrderRecord, ApiError>;

/**
 * Applies changes to orders of a market in the caller's transaction: state, stock, money and events together.
 * Orders are locked in key order; changes are applied in the order given, two to one order one after the
 * other. A change that is refused leaves its order as it was and does not touch the others.
 */
export async function applyChanges(
  tx: Tx,
  deps: ChangeDeps,
  marketId: MarketId,
  changes: readonly OrderChange[],
): Promise<ChangeOutcome[]> {
  const now = deps.clock.now();
  const orders = await selectOrders(
    tx,
    marketId,
    [...new Set(changes.map((change) => change.orderId))],
    'lock',
  );
  const touched = new Set<OrderId>();
  const events: EventDraft[] = [];
  const released: StockLine[] = [];
  const sold: { reference: string; lines: StockLine[] }[] = [];
  const payments = { authorised: [] as OrderId[], capture: [] as OrderId[], void: [] as OrderId[] };
  const references: { orderId: OrderId; reference: string }[] = [];
  const postings: TransactionDraft[] = [];
  const refunds: { id: ReturnType<typeof deps.ids.next<'ref'>>; orderId: OrderId; amountMinor: number }[] =
    [];

  const outcomes = changes.map((change): ChangeOutcome => {
    const before = orders.get(change.orderId);
    if (before === undefined) return err({ code: 'not_found' });
    const changed = changeOrder(before, change, now);
    if (!changed.ok) return changed;
    const { order, effects } = changed.value;
    orders.set(order.id, order);
    touched.add(order.id);
    if (effects.event !== undefined) {
      events.push({ ...effects.event, subject: order.id, at: now, by: change.by });
    }
    const lines = order.lines
      .filter((line) => line.reserved)
      .map((line) => ({ ...line, storeId: order.storeId }));
    if (effects.stock === 'release') released.push(...lines);
    if (effects.stock === 'sell') sold.push({ reference: order.id, lines });
    if (effects.payment !== undefined) payments[effects.payment].push(order.id);
    if (effects.reference !== undefined) references.push({ orderId: order.id, reference: effects.reference });
    if (effects.ledger === 'sale') postings.push(saleOf(order, deps.provider.name, now));
    else if (effects.ledger !== undefined) {
      const { refundMinor } = effects.ledger;
      postings.push(refundOf(order, refundMinor, before.refundedMinor, deps.provider.name, now));
      refunds.push({ id: deps.ids.next('ref'), orderId: order.id, amountMinor: refundMinor });
    }
    return ok(order);
  });

  await updateOrders(
    tx,
    marketId,
    [...touched].map((id) => orders.get(id)!),
  );
  await releaseStock(tx, marketId, released);
  await sellStock(tx, marketId, now, sold);
  await movePayments(tx, marketId, now, payments.authorised, ['authorising'], 'authorised');
  await noteReferences(tx, marketId, references);
  await movePayments(tx, marketId, now, payments.capture, ['authorised'], 'capture_due');
  await movePayments(tx, marketId, now, payments.void, ['authorising', 'authorised'], 'void_due');
  await insertRefunds(tx, marketId, now, refunds);
  await postTransactions(tx, marketId, deps.ids, postings);
  appendEvents(tx, marketId, events);
  return outcomes;
}
