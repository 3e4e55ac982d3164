import assert from 'node:assert/strict';
import { type MarketId, type OrderId, keyOf } from '@halfhour/kernel';
import { type Position, BEGINNING, readEvents } from '@halfhour/platform/events';
import { type OrderRecord, listOrders, selectOpenOrders } from '@halfhour/platform/ordering';
import type { Database, Queryable } from '@halfhour/platform/postgres';
import { assertSound } from '../acceptance/soundness.ts';

/** The steps of a life, in order; those that leave the state alone stand between them. */
const STEPS = [
  'OrderReceived',
  'OrderPlaced',
  'OrderAccepted',
  'OrderReady',
  'OrderPickedUp',
  'OrderDelivered',
] as const;
const BESIDE = new Set([
  'OrderAssigned',
  'OrderUnassigned',
  'OrderExpected',
  'OrderLinesChanged',
  'OrderAddressChanged',
  'OrderSubstitutionProposed',
  'OrderSubstitutionDeclined',
  'OrderSubstituted',
]);
/** How many steps an order in each state has taken. */
const TAKEN: Readonly<Record<string, number>> = {
  pending_payment: 1,
  placed: 2,
  accepted: 3,
  ready: 4,
  picked_up: 5,
  delivered: 6,
  refunded: 6,
};
const PAGE = 500;

interface History {
  readonly types: string[];
  refundedMinor: number;
}

/** What events have told of each order so far; each audit reads on from where the one before ended. */
export class Histories {
  private readonly orders = new Map<OrderId, History>();
  private position: Position = BEGINNING;

  /** Everything that is true of a market at any moment, in one snapshot of it. */
  async assertAllHolds(db: Database, marketId: MarketId): Promise<void> {
    await db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      await assertSound(tx, marketId);
      assert.deepEqual(await wrongCaptures(tx, marketId), [], 'what is captured is the total of a sale');
      await this.readOn(tx, marketId);
      const orders = await allOrders(tx, marketId);
      assert.equal(this.orders.size, orders.length, 'each order has events, and each of them an order');
      for (const order of orders) this.assertWhole(order);
    });
  }

  private async readOn(db: Queryable, marketId: MarketId): Promise<void> {
    for (;;) {
      const events = await readEvents(db, marketId, this.position, PAGE);
      for (const { type, subject, data, position } of events) {
        this.position = position;
        if (!type.startsWith('Order')) continue;
        const history = this.orders.get(subject as OrderId) ?? { types: [], refundedMinor: 0 };
        this.orders.set(subject as OrderId, history);
        history.types.push(type);
        if (type === 'OrderRefunded') history.refundedMinor += data['amountMinor'] as number;
      }
      if (events.length < PAGE) return;
    }
  }

  /** Its events are the steps that it has taken, each once and in order, and end where it stands. */
  private assertWhole(order: OrderRecord): void {
    const { types, refundedMinor } = this.orders.get(order.id)!;
    const told = `${order.id} is ${order.state} after ${types.join(', ')}`;
    const steps = types.filter((type) => !BESIDE.has(type) && type !== 'OrderRefunded');
    const isCancelled = order.state === 'cancelled';
    const taken = isCancelled ? steps.slice(0, -1) : steps;
    assert.deepEqual(taken, STEPS.slice(0, taken.length), told);
    if (isCancelled) assert.equal(steps.at(-1), 'OrderCancelled', told);
    else assert.equal(taken.length, TAKEN[order.state], told);
    assert.equal(refundedMinor, order.refundedMinor, told);
    const placedAt = types.indexOf('OrderPlaced');
    const firstBeside = types.findIndex((type) => BESIDE.has(type));
    assert.ok(firstBeside === -1 || (placedAt !== -1 && placedAt < firstBeside), told);
    const refundedAt = types.indexOf('OrderRefunded');
    assert.ok(refundedAt === -1 || types.indexOf('OrderDelivered') < refundedAt, told);
  }
}

async function allOrders(db: Queryable, marketId: MarketId): Promise<OrderRecord[]> {
  const all: OrderRecord[] = [];
  for (;;) {
    const page = await listOrders(db, marketId, { before: all.at(-1)?.id, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** Payments that hold another sum than their order's, or hold one for an order that nobody got. */
function wrongCaptures(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select o.order_id, o.state, o.total_minor, p.captured_minor
     from ordering.order as o join payments.payment as p using (market_id, order_id)
     where o.market_id = $1
       and (p.captured_minor not in (0, o.total_minor)
         or p.captured_minor > 0 and o.state not in ('delivered', 'refunded'))`,
    [keyOf(marketId)],
  );
}

/**
 * What waits for the platform itself, which it must come to by itself: nothing, after a while. `readers` are those of
 * the outbox that are not at its head.
 */
type Waiting = Readonly<Record<'unpaid' | 'payments' | 'refunds' | 'readers', number>>;

export async function selectWaiting(db: Queryable, marketId: MarketId): Promise<Waiting> {
  const [row] = await db.query<Waiting>(
    `select
       (select count(*)::int from ordering.order
        where market_id = $1 and state = 'pending_payment') as unpaid,
       (select count(*)::int from payments.payment
        where market_id = $1 and state in ('authorising', 'capture_due', 'void_due')) as payments,
       (select count(*)::int from payments.refund where market_id = $1 and state = 'due') as refunds,
       (select count(*)::int from events.reader
        where market_id = $1 and seq < (
          -- A reader looks only when something concerns it has happened.
          select coalesce(max(seq), 0) from events.event
          where market_id = $1 and type in ('OrderCancelled', 'OrderAddressChanged')
        )) as readers`,
    [keyOf(marketId)],
  );
  return row!;
}

/** How many orders somebody still has something to do for, by their state and whether a courier has them. */
export async function countOpen(db: Queryable, marketId: MarketId): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state, courierId } of await selectOpenOrders(db, marketId)) {
    const name = courierId === undefined ? `${state} without a courier` : state;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
