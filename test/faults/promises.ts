import assert from 'node:assert/strict';
import type { OrderState } from '@halfhour/contract';
import { type MarketId, type OrderId, keyOf } from '@halfhour/kernel';
import { selectOrders } from '@halfhour/platform/ordering';
import type { Queryable } from '@halfhour/platform/postgres';
import type { Journal } from './journal.ts';

/** Where in its life an order is; a cancelled one has left it. */
const RANK: Readonly<Record<OrderState, number>> = {
  pending_payment: 0,
  placed: 1,
  accepted: 2,
  ready: 3,
  picked_up: 4,
  delivered: 5,
  refunded: 6,
  cancelled: 9,
};

interface Told {
  readonly id: OrderId;
  readonly state: OrderState;
  readonly totalMinor: number;
}

/** Every order that somebody was told of is there, with its total, and not in an earlier state. */
export async function assertPromisesKept(db: Queryable, marketId: MarketId, journal: Journal): Promise<void> {
  const told = latestTold(journal);
  const orders = await selectOrders(db, marketId, [...told.keys()]);
  for (const { id, state, totalMinor } of told.values()) {
    const order = orders.get(id);
    assert.ok(order !== undefined, `${id} was acknowledged and is lost`);
    assert.equal(order.totalMinor, totalMinor, id);
    const isKept = state === 'cancelled' ? order.state === state : RANK[order.state] >= RANK[state];
    assert.ok(isKept, `${id} was ${state} and is ${order.state}`);
  }
  const handedOver = journal
    .done('complete')
    .map(({ request }) => /(rte_\w+)\/stops\/(\d+)/.exec(request.path)!);
  const done = await db.query<{ route_id: string; number: number }>(
    `select route_id, number from delivery.stop where market_id = $1 and completed_at is not null`,
    [keyOf(marketId)],
  );
  const isDone = new Set(done.map(({ route_id, number }) => `${route_id} ${number}`));
  for (const [path, routeId, number] of handedOver) {
    assert.ok(isDone.has(`${keyOf(routeId as never)} ${number}`), `${path} was acknowledged and is lost`);
  }
}

/** The furthest that anybody was told of each order. */
function latestTold(journal: Journal): Map<OrderId, Told> {
  const latest = new Map<OrderId, Told>();
  for (const kind of ['place', 'accept', 'ready', 'cancel', 'refund'] as const) {
    for (const { answer } of journal.done(kind)) {
      const told = answer.body as unknown as Told;
      const before = latest.get(told.id);
      if (before === undefined || RANK[told.state] >= RANK[before.state]) latest.set(told.id, told);
    }
  }
  return latest;
}

/**
 * Once the clients have their answers: one order for each key, and each refund once. `prepared` orders were there
 * before; of `abandoned` placements, whose shoppers never asked again, nobody knows.
 */
export async function assertNothingTwice(
  db: Queryable,
  marketId: MarketId,
  journal: Journal,
  { prepared, abandoned }: { readonly prepared: number; readonly abandoned: number },
): Promise<void> {
  const placed = [...journal.placed().values()];
  assert.equal(new Set(placed).size, placed.length, 'no two keys share an order');
  const [row] = await db.query<{ orders: number; refunded: string; asked: string }>(
    `select (select count(*)::int from ordering.order where market_id = $1) as orders,
       (select coalesce(sum(refunded_minor), 0) from ordering.order where market_id = $1) as refunded,
       (select coalesce(sum(amount_minor), 0) from payments.refund where market_id = $1) as asked`,
    [keyOf(marketId)],
  );
  const unknown = row!.orders - prepared - placed.length;
  assert.ok(unknown >= 0 && unknown <= abandoned, `${unknown} orders of ${abandoned} that were abandoned`);
  assert.equal(row!.asked, row!.refunded, 'the provider is asked for each refund once');

  const refunds = new Map<OrderId, number>();
  for (const { request, answer } of journal.done('refund')) {
    const id = answer.body['id'] as OrderId;
    const { amountMinor } = request.body as { amountMinor: number };
    refunds.set(id, (refunds.get(id) ?? 0) + amountMinor);
  }
  for (const [id, order] of await selectOrders(db, marketId, [...refunds.keys()])) {
    assert.equal(order.refundedMinor, refunds.get(id), `${id} is refunded what was asked, once`);
  }
}
