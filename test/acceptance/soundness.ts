import assert from 'node:assert/strict';
import { type ArticleId, type MarketId, keyOf } from '@halfhour/kernel';
import { countUnexplainedStock } from '@halfhour/platform/inventory';
import { selectImbalance } from '@halfhour/platform/ledger';
import type { Queryable } from '@halfhour/platform/postgres';

/**
 * What is true of a market at every moment, whatever happened to it. Reads the tables themselves and not the
 * modules' memory.
 */
export async function assertSound(db: Queryable, marketId: MarketId): Promise<void> {
  assert.deepEqual(
    await selectImbalance(db, marketId),
    { sumMinor: 0, unbalanced: 0 },
    'the ledger balances to zero',
  );
  assert.equal(await countUnexplainedStock(db, marketId), 0, 'what is on hand is the sum of its movements');
  assert.deepEqual(await wrongReservations(db, marketId), [], 'what is reserved is what open orders hold');
  assert.deepEqual(await wrongPlaces(db, marketId), [], 'places taken are the orders of the slot');
  assert.deepEqual(await wrongMovements(db, marketId), [], 'an order takes its articles off the shelf once');
  assert.deepEqual(await twicePosted(db, marketId), [], 'money is posted once for each reference');
  assert.deepEqual(
    await wrongMoney(db, marketId),
    [],
    'what a shopper owes, has paid and is to get back is posted for delivered orders, and for no other',
  );
  assert.deepEqual(await twiceTold(db, marketId), [], 'a step of an order happens once');
  assert.deepEqual(await wrongPayments(db, marketId), [], 'each payment stands as its order does');
}

/** Reserved stock against the lines of orders that are neither picked up nor cancelled. */
async function wrongReservations(db: Queryable, marketId: MarketId): Promise<object[]> {
  const rows = await db.query<{ store_id: string; article: string; quantity: number }>(
    `select store_id, line ->> 'articleId' as article, sum((line ->> 'quantity')::int)::int as quantity
     from ordering.order, jsonb_array_elements(lines) as line
     where market_id = $1 and state in ('pending_payment', 'placed', 'accepted', 'ready')
       and (line ->> 'reserved')::boolean
     group by 1, 2`,
    [keyOf(marketId)],
  );
  const held = new Map(
    rows.map(({ store_id, article, quantity }) => [`${store_id} ${keyOf(article as ArticleId)}`, quantity]),
  );
  const stock = await db.query<{ store_id: string; article_id: string; reserved: number }>(
    `select store_id, article_id, reserved from inventory.stock where market_id = $1`,
    [keyOf(marketId)],
  );
  return stock
    .map((row) => ({ ...row, held: held.get(`${row.store_id} ${row.article_id}`) ?? 0 }))
    .filter(({ reserved, held: expected }) => reserved !== expected);
}

/** Places taken of slots against scheduled orders that hold one: all that were not cancelled before their pickup. */
function wrongPlaces(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select * from (
       select store_id, starts_at, taken from slots.slot where market_id = $1 and taken > 0
     ) as slot
     full join (
       select store_id, to_timestamp((document ->> 'slot')::bigint / 1000.0) as starts_at, count(*)::int as held
       from ordering.placement join ordering.progress using (market_id, order_id)
       where market_id = $1 and document ->> 'slot' is not null
         and (state <> 'cancelled' or picked_up_at is not null)
       group by 1, 2
     ) as orders using (store_id, starts_at)
     where taken is distinct from held`,
    [keyOf(marketId)],
  );
}

/** What left the shelf for each order against its lines: all of it once it is picked up, nothing before. */
async function wrongMovements(db: Queryable, marketId: MarketId): Promise<object[]> {
  const lines = await db.query<{ order_id: string; article: string; quantity: number }>(
    `select order_id, line ->> 'articleId' as article, sum((line ->> 'quantity')::int)::int as quantity
     from ordering.order, jsonb_array_elements(lines) as line
     where market_id = $1 and picked_up_at is not null and (line ->> 'reserved')::boolean
     group by 1, 2`,
    [keyOf(marketId)],
  );
  const due = new Map(
    lines.map((row) => [`${row.order_id} ${keyOf(row.article as ArticleId)}`, row.quantity]),
  );
  const moved = await db.query<{ order_id: string; article_id: string; quantity: number }>(
    `select order_id, article_id, -sum(quantity)::int as quantity from inventory.movement
     where market_id = $1 and kind = 'sale' group by 1, 2`,
    [keyOf(marketId)],
  );
  const wrong = moved.filter(
    ({ order_id, article_id, quantity }) => due.get(`${order_id} ${article_id}`) !== quantity,
  );
  return wrong.length > 0 || moved.length === due.size ? wrong : [{ moved: moved.length, due: due.size }];
}

function twicePosted(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select kind, reference, count(*) from ledger.transaction where market_id = $1
     group by 1, 2 having count(*) > 1`,
    [keyOf(marketId)],
  );
}

/**
 * What the books hold of an order against its payment: the shopper owes what was not captured of its total, the provider
 * (of cash, the courier) has what was captured less the refunds that it has paid, and the others are due.
 */
function wrongMoney(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select * from (
       select o.order_id, o.state, o.total_minor, o.refunded_minor, payment.captured_minor, paid.minor as paid_minor,
         coalesce(money.receivable, 0) as receivable, coalesce(money.clearing, 0) as clearing,
         coalesce(money.due, 0) as due,
         case when o.state in ('delivered', 'refunded') then o.total_minor else 0 end
           - coalesce(payment.captured_minor, 0) as expected_receivable,
         coalesce(payment.captured_minor, 0) - coalesce(paid.minor, 0) as expected_clearing,
         coalesce(paid.minor, 0) - o.refunded_minor as expected_due
       from ordering.order as o
       left join payments.payment as payment using (market_id, order_id)
       left join (
         select order_id, sum(amount_minor) as minor from payments.refund
         where market_id = $1 and state = 'done' group by 1
       ) as paid using (order_id)
       left join (
         select t.reference as order_id,
           sum(p.amount_minor) filter (where a.code = 'shoppers:receivable') as receivable,
           sum(p.amount_minor) filter (where a.code like 'payments:%:clearing' or a.code like 'courier:%:float')
             as clearing,
           sum(p.amount_minor) filter (where a.code = 'payments:refunds-due') as due
         from ledger.transaction as t
         join ledger.posting as p using (market_id, transaction_id)
         join ledger.account as a using (market_id, account_id)
         where market_id = $1 and t.reference_kind = 'ord'
         group by 1
       ) as money using (order_id)
       -- A wallet posts what it takes and gives to itself.
       where o.market_id = $1 and coalesce(payment.provider, '') <> 'wallet'
     ) as of_order
     where (receivable, clearing, due) is distinct from (expected_receivable, expected_clearing, expected_due)`,
    [keyOf(marketId)],
  );
}

/** A second event of a step that can be made once. */
function twiceTold(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select subject, type, count(*) from events.event
     where market_id = $1 and type in ('OrderReceived', 'OrderPlaced', 'OrderAccepted', 'OrderReady',
       'OrderPickedUp', 'OrderDelivered', 'OrderCancelled')
     group by 1, 2 having count(*) > 1`,
    [keyOf(marketId)],
  );
}

function wrongPayments(db: Queryable, marketId: MarketId): Promise<object[]> {
  return db.query(
    `select o.order_id, o.state, p.state as payment
     from ordering.order as o left join payments.payment as p using (market_id, order_id)
     where o.market_id = $1 and not coalesce(coalesce(p.state, 'authorising') = any(case o.state
       when 'pending_payment' then array['authorising']
       when 'cancelled' then array['void_due', 'voided', 'declined']
       when 'delivered' then array['capture_due', 'captured']
       when 'refunded' then array['capture_due', 'captured']
       else array['authorised'] end), false)`,
    [keyOf(marketId)],
  );
}
