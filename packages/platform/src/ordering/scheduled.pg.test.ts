import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Basket, Slot, SlotPlan } from '@halfhour/contract';
import {
  type EpochMs,
  type OrderId,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  addMs,
  fromRfc3339,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { createCatalogue } from '../catalogue/index.ts';
import { countUnexplainedStock, selectStock, setOnHand } from '../inventory/index.ts';
import { selectImbalance } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { LATE_MS } from '../payments/index.ts';
import type { Database } from '../postgres/index.ts';
import {
  createSlotRoutes,
  forgetSlots,
  lockSlots,
  releasePlaces,
  selectTaken,
  setPlan,
  slotName,
  takePlaces,
} from '../slots/index.ts';
import { type StoreStatus, createStores } from '../stores/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { type OrderChange, selectDayFigures, selectOrders } from './index.ts';

type WithoutId<C> = C extends unknown ? Omit<C, 'orderId'> : never;

const checked: (() => Promise<void>)[] = [];
// Registered before the database is made, so that it runs before the database is dropped.
after(async () => {
  for (const check of checked) await check();
});
const db = await createTestDatabase();

/** The same database, telling the statements of its transactions. */
function tellingOf(asked: string[]): Database {
  return {
    ...db,
    transaction: (run) =>
      db.transaction((tx) =>
        run({
          ...tx,
          query: (text, values) => {
            asked.push(text);
            return tx.query(text, values);
          },
          write: (text, values) => {
            asked.push(text);
            tx.write(text, values);
          },
        }),
      ),
  };
}

/** Monday 2026-06-01 in Montevideo, where it is nine o'clock when a test begins. */
const at = (time: string): EpochMs => fromRfc3339(`2026-06-01T${time}:00-03:00`)!;
const SIX = at('18:00');
const HALF_PAST_SIX = at('18:30');

const slot = (startsMinute: number, capacity: number) => ({
  weekday: 1,
  startsMinute,
  lengthMinutes: 30,
  capacity,
});
/** Monday 18:00 and 18:30. */
const planOf = (capacity: number, over: Partial<SlotPlan> = {}): SlotPlan => ({
  slots: [slot(1_080, capacity), slot(1_110, capacity)],
  cutoffMinutes: 45,
  daysAhead: 7,
  ...over,
});

/** A market whose store takes ten orders a slot; after all tests every slot has as many as there are open orders of it. */
async function setUp(options: { cans?: number; capacity?: number } = {}) {
  const t = await createTestOrdering(db, { couriers: 1, ...options });
  const { marketId, storeId, can } = t.market;
  const operator: Authority = {
    userId: t.shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  const stores = createStores({ db, clock: t.clock, ids: t.ids });
  const routes = createSlotRoutes({ db, clock: t.clock, markets: createMarkets({ db }) });
  const plan = (given: SlotPlan) =>
    setPlan({ db, clock: t.clock }, marketId, storeId, given, operator).then(({ ok }) => assert.ok(ok));
  await plan(planOf(options.capacity ?? 10));
  const taken = async (start = SIX) =>
    (await selectTaken(db, marketId, [{ storeId, start }])).get(slotName({ storeId, start })) ?? 0;
  checked.push(async () => {
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
    assert.equal(await countUnexplainedStock(db, marketId), 0);
    const held = await db.query<{ start: string; n: number }>(
      `select document ->> 'slot' as start, count(*)::int as n
       from ordering.placement join ordering.progress using (market_id, order_id)
       where market_id = $1 and document ->> 'slot' is not null and state <> 'cancelled' group by 1`,
      [keyOf(marketId)],
    );
    for (const start of [SIX, HALF_PAST_SIX]) {
      const expected = held.find((row) => Number(row.start) === start)?.n ?? 0;
      assert.equal(await taken(start), expected, `places of ${toRfc3339(start)}`);
    }
  });
  const basketOf = (quantity: number, start: EpochMs | undefined): Basket => ({
    ...t.market.basket([{ offerId: can.offerId, quantity }]),
    ...(start === undefined ? {} : { slot: toRfc3339(start) }),
  });
  const totalOf = (quantity: number): number => 500 * quantity + 300 + Math.round(500 * quantity * 0.04) + 50;
  return {
    ...t,
    marketId,
    storeId,
    operator,
    stores,
    plan,
    taken,
    basketOf,
    stock: async () => (await selectStock(db, marketId, storeId, [can.articleId])).get(can.articleId)!,
    read: async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!,
    quote: (start: EpochMs | undefined) => t.ordering.quote(marketId, basketOf(1, start)),
    status: async (status: StoreStatus) =>
      assert.ok((await stores.changeStatus(marketId, storeId, status, operator)).ok),
    change: (orderId: OrderId, change: WithoutId<OrderChange>) =>
      t.ordering.change(marketId, { ...change, orderId } as OrderChange),
    place: (start: EpochMs | undefined, { quantity = 1, method = 'test_approve', on = t.ordering } = {}) =>
      on.placeOrder(marketId, {
        shopperId: t.shopperId,
        command: t.key(),
        basket: basketOf(quantity, start),
        expectedTotalMinor: totalOf(quantity),
        paymentMethod: method,
      }),
    async listed(day?: string): Promise<Slot[]> {
      const answer = await routes.listSlots({
        params: { marketId, storeId },
        query: { day },
        body: undefined,
        authority: undefined,
        command: undefined,
        requestId: 'r',
        signal: new AbortController().signal,
      });
      assert.ok(answer.ok);
      return answer.value.items;
    },
  };
}

type Setting = Awaited<ReturnType<typeof setUp>>;
type Answer = Awaited<ReturnType<Setting['place'] | Setting['quote']>>;

function refused(answer: Answer): { code: string; next: string[] } {
  assert.ok(!answer.ok);
  const next = (answer.error['next'] ?? []) as Slot[];
  return { code: answer.error.code, next: next.map(({ start }) => start) };
}

test('a scheduled order promises its slot, takes a place in it, and is to be begun in time', async () => {
  const t = await setUp();
  const quote = await t.quote(SIX);
  assert.ok(quote.ok);
  assert.deepEqual(quote.value.promise, { earliest: toRfc3339(SIX), latest: toRfc3339(HALF_PAST_SIX) });
  const placed = await t.place(SIX);
  assert.ok(placed.ok && placed.value.state === 'placed');
  const order = await t.read(placed.value.id);
  assert.deepEqual([order.slot, order.promise.earliest, order.promise.latest], [SIX, SIX, HALF_PAST_SIX]);
  // A minute to accept, ten to prepare, 556 m at 5 m/s.
  assert.equal(order.prepareAt, addMs(SIX, -(60 + 600 + 111) * SECOND_MS));
  assert.equal(await t.taken(), 1);
  const listed = await t.listed('2026-06-01');
  assert.deepEqual(
    listed.map(({ start, left }) => [start, left]),
    [
      [toRfc3339(SIX), 9],
      [toRfc3339(HALF_PAST_SIX), 10],
    ],
  );
  assert.equal(listed[0]!.orderUntil, toRfc3339(at('17:15')));
});

test('an order as soon as possible runs no statement about slots', async () => {
  const t = await setUp();
  const asked: string[] = [];
  const counting = await createTestOrdering(tellingOf(asked));
  const place = (start: EpochMs | undefined) => t.place(start, { on: counting.ordering });
  const soon = await place(undefined);
  assert.ok(soon.ok && soon.value.prepareAt === undefined);
  assert.ok(
    (
      await counting.ordering.change(t.marketId, {
        orderId: soon.value.id,
        kind: 'cancel',
        by: 'operator',
        reason: 'operator',
      })
    ).ok,
  );
  assert.ok(asked.length > 5);
  assert.deepEqual(
    asked.filter((text) => text.includes('slots.')),
    [],
  );
  assert.ok((await place(SIX)).ok);
  assert.equal(asked.filter((text) => text.includes('slots.')).length, 3);
});

test('whoever locks stock and slots locks all stock first, so that nobody waits in a ring', async () => {
  const t = await setUp();
  const asked: string[] = [];
  const { ordering } = await createTestOrdering(tellingOf(asked));
  const stockFirst = (): void => {
    const firstSlot = asked.findIndex((text) => text.includes('slots.slot'));
    const firstStock = asked.findIndex((text) =>
      /inventory\.stock[^]*for update|into inventory\.stock/.test(text),
    );
    assert.ok(firstStock > -1 && firstSlot > firstStock, `${firstStock} before ${firstSlot}`);
    asked.length = 0;
  };
  asked.length = 0;
  const placed = await t.place(SIX, { quantity: 2, on: ordering });
  assert.ok(placed.ok);
  stockFirst();
  const cancel = { orderId: placed.value.id, kind: 'cancel', by: 'operator', reason: 'operator' } as const;
  assert.ok((await ordering.change(t.marketId, cancel)).ok);
  stockFirst();
});

test('of a hundred who race from two processes for the last ten places of a slot exactly ten get one', async () => {
  const t = await setUp({ capacity: 10 });
  const other = await createTestOrdering(db);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      t.place(SIX, { on: index % 2 === 0 ? t.ordering : other.ordering }),
    ),
  );
  const codes = answers.map((answer) => (answer.ok ? answer.value.state : answer.error.code)).sort();
  assert.deepEqual(codes, [...Array<string>(10).fill('placed'), ...Array<string>(90).fill('slot_full')]);
  assert.equal(await t.taken(), 10);
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 10 }, 'who got no place reserved nothing');
  const { next } = refused(answers.find(({ ok }) => !ok)!);
  assert.deepEqual(next, [toRfc3339(HALF_PAST_SIX), ...nextMonday()]);
  assert.deepEqual(refused(await t.quote(SIX)), { code: 'slot_full', next });
});

/** The slots of the Monday after, which `daysAhead` just reaches. */
function nextMonday(): string[] {
  return [SIX, HALF_PAST_SIX].map((start) => toRfc3339(addMs(start, 7 * DAY_MS)));
}

test('who comes while another process takes the last place waits for it, and is told that the slot is full', async () => {
  const t = await setUp({ capacity: 1 });
  const { storeId, marketId } = t;
  // So that the slot has its row, and it is the row that is waited for.
  const before = await t.place(SIX);
  assert.ok(before.ok);
  assert.ok((await t.change(before.value.id, { kind: 'cancel', by: 'shopper', reason: 'shopper' })).ok);
  let second: ReturnType<typeof t.place> | undefined;
  await db.transaction(async (tx) => {
    const left = await lockSlots(tx, marketId, [{ storeId, start: SIX, capacity: 1 }]);
    assert.equal(left.get(slotName({ storeId, start: SIX })), 1);
    let settled = false;
    second = t.place(SIX).finally(() => {
      settled = true;
    });
    for (let waiting = 0; waiting === 0 && !settled;) {
      const rows = await db.query(
        `select 1 as one from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      waiting = rows.length;
    }
    assert.equal(settled, false, 'it waits');
    await takePlaces(tx, marketId, [{ storeId, start: SIX }]);
  });
  assert.equal(refused(await second!).code, 'slot_full');
  await db.transaction((tx) => releasePlaces(tx, marketId, [{ storeId, start: SIX }]));
});

test('processes that take places of several slots in opposite orders neither deadlock nor oversell', async () => {
  const t = await setUp({ capacity: 15 });
  const other = await createTestOrdering(db);
  const answers = await Promise.all(
    Array.from({ length: 80 }, (_, index) =>
      t.place((index >> 1) % 2 === index % 2 ? SIX : HALF_PAST_SIX, {
        on: index % 2 === 0 ? t.ordering : other.ordering,
      }),
    ),
  );
  assert.equal(answers.filter(({ ok }) => ok).length, 30);
  assert.deepEqual([await t.taken(SIX), await t.taken(HALF_PAST_SIX)], [15, 15]);
});

test('an order gets its stock and its place or neither, and takes nothing from those after it', async () => {
  const t = await setUp({ cans: 3, capacity: 1 });
  // From here on the market is known, so commands come in the order in which they are sent.
  assert.ok((await t.quote(SIX)).ok);
  // The first is short of stock and keeps no place; the third gets no place and keeps no stock.
  const answers = await Promise.all([
    t.place(SIX, { quantity: 4 }),
    t.place(SIX, { quantity: 2 }),
    t.place(SIX, { quantity: 1 }),
    t.place(HALF_PAST_SIX, { quantity: 1 }),
  ]);
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? 'placed' : answer.error.code)),
    ['out_of_stock', 'placed', 'slot_full', 'placed'],
  );
  assert.deepEqual(await t.stock(), { onHand: 3, reserved: 3 });
});

test('Postgres itself refuses to give more places than there are', async () => {
  const t = await setUp({ capacity: 1 });
  assert.ok((await t.place(SIX)).ok);
  await assert.rejects(
    db.query('update slots.slot set taken = taken + 1 where market_id = $1', [keyOf(t.marketId)]),
    /check constraint/,
  );
});

test('a place is given back once by whoever cancels, and by a payment that fails', async () => {
  const t = await setUp({ capacity: 1 });
  const declined = await t.place(SIX, { method: 'test_decline' });
  assert.ok(!declined.ok && declined.error.code === 'payment_declined');
  assert.equal(await t.taken(), 0);
  for (const by of ['shopper', 'merchant', 'operator'] as const) {
    const placed = await t.place(SIX);
    assert.ok(placed.ok, by);
    const { id } = placed.value;
    assert.equal(refused(await t.place(SIX)).code, 'slot_full');
    assert.ok((await t.change(id, { kind: 'cancel', by, reason: by })).ok);
    assert.ok(!(await t.change(id, { kind: 'cancel', by, reason: by })).ok);
    assert.equal(await t.taken(), 0);
  }
  const unpaid = await t.place(SIX, { method: 'test_late' });
  assert.ok(unpaid.ok && unpaid.value.state === 'pending_payment');
  assert.equal(await t.taken(), 1, 'held while the payment is open');
  t.clock.advanceBy(10 * MINUTE_MS);
  await t.ordering.sweep(t.marketId);
  assert.equal((await t.read(unpaid.value.id)).cancelReason, 'payment_expired');
  assert.equal(await t.taken(), 0);
});

test('after the cut-off a slot is closed, and the next ones are told', async () => {
  const t = await setUp();
  t.clock.advanceTo(at('17:15'));
  assert.ok((await t.quote(SIX)).ok);
  t.clock.advanceBy(1);
  const expected = { code: 'slot_closed', next: [toRfc3339(HALF_PAST_SIX), ...nextMonday()] };
  assert.deepEqual(refused(await t.quote(SIX)), expected);
  assert.deepEqual(refused(await t.place(SIX)), expected);
  assert.deepEqual(
    (await t.listed()).map(({ start }) => start),
    [toRfc3339(HALF_PAST_SIX)],
  );
  for (const none of [at('18:10'), addMs(SIX, 14 * DAY_MS), addMs(SIX, -7 * DAY_MS)]) {
    assert.equal(refused(await t.place(none)).code, 'slot_closed');
  }
  assert.equal(await t.taken(), 0);
});

test('a retry after the cut-off answers the order that was placed before it', async () => {
  const t = await setUp();
  const command = t.key();
  const again = () =>
    t.ordering.placeOrder(t.marketId, {
      shopperId: t.shopperId,
      command,
      basket: t.basketOf(1, SIX),
      expectedTotalMinor: 870,
      paymentMethod: 'test_approve',
    });
  const first = await again();
  t.clock.advanceTo(at('17:30'));
  const second = await again();
  assert.ok(first.ok && second.ok);
  assert.equal(first.value.id, second.value.id);
  assert.equal(await t.taken(), 1);
});

test('a slot that ends before the order can be at the door is closed whatever the cut-off says', async () => {
  const t = await setUp();
  await t.plan(planOf(5, { cutoffMinutes: 0 }));
  await db.query('update stores.store set preparation_seconds = 7200 where market_id = $1', [
    keyOf(t.marketId),
  ]);
  t.clock.advanceTo(at('16:00'));
  // Late, but within the slot: begun at once.
  const placed = await t.place(SIX);
  assert.ok(placed.ok);
  assert.equal(placed.value.prepareAt, at('16:00'));
  t.clock.advanceTo(at('16:30'));
  const answer = await t.place(SIX);
  assert.ok(!answer.ok && answer.error.code === 'slot_closed' && /door/.test(answer.error.detail ?? ''));
});

test('a store that is closed now takes an order for a slot in its hours, and none for now', async () => {
  const t = await setUp();
  await db.query(`update stores.store set hours = $2::jsonb where market_id = $1`, [
    keyOf(t.marketId),
    JSON.stringify([{ weekday: 1, opensMinute: 1_020, closesMinute: 1_110 }]),
  ]);
  const now = await t.place(undefined);
  assert.ok(!now.ok && now.error.code === 'store_closed' && now.error['opensAt'] === toRfc3339(at('17:00')));
  assert.ok((await t.place(SIX)).ok);
  assert.equal(refused(await t.place(HALF_PAST_SIX)).code, 'slot_closed', 'it closes at half past six');
  await t.status('paused');
  assert.equal(refused(await t.place(SIX)).code, 'store_closed', 'nobody can say until when it is paused');
  assert.deepEqual(await t.listed(), []);
});

test('between quote and placement: price, stock, offer, hours, pause and slot each say what to do', async () => {
  const t = await setUp({ cans: 1, capacity: 1 });
  const quoted = await t.quote(SIX);
  assert.ok(quoted.ok);
  const { can } = t.market;
  const catalogue = createCatalogue({ db, clock: t.clock, ids: t.ids });
  const update = async (change: { priceMinor?: number; available?: boolean }) =>
    assert.ok((await catalogue.changeOffer(t.marketId, t.storeId, can.offerId, change, t.operator)).ok);

  await update({ priceMinor: 600 });
  const dearer = await t.place(SIX);
  assert.ok(!dearer.ok && dearer.error.code === 'price_changed');
  const again = dearer.error['quote'] as { totalMinor: number; promise: { earliest: string } };
  assert.deepEqual([again.totalMinor, again.promise.earliest], [974, toRfc3339(SIX)], 'a quote to agree to');
  await update({ priceMinor: 500, available: false });
  const gone = await t.place(SIX);
  assert.ok(!gone.ok && gone.error.code === 'unknown_article');
  assert.deepEqual(gone.error['lines'], [{ line: 0, offerId: can.offerId }]);
  await update({ available: true });

  const last = await t.place(undefined);
  assert.ok(last.ok);
  const soldOut = await t.place(SIX);
  assert.ok(!soldOut.ok && soldOut.error.code === 'out_of_stock');
  assert.deepEqual(soldOut.error['lines'], [{ line: 0, offerId: can.offerId, available: 0 }]);
  assert.equal(await t.taken(), 0);
  assert.ok((await t.change(last.value.id, { kind: 'cancel', by: 'shopper', reason: 'shopper' })).ok);

  await t.plan(planOf(1, { slots: [slot(1_110, 1)] }));
  assert.deepEqual(refused(await t.place(SIX)), {
    code: 'slot_closed',
    next: [toRfc3339(HALF_PAST_SIX), toRfc3339(addMs(HALF_PAST_SIX, 7 * DAY_MS))],
  });
  await t.status('closed');
  assert.equal(refused(await t.place(HALF_PAST_SIX)).code, 'store_closed');
  assert.deepEqual(await t.stock(), { onHand: 1, reserved: 0 });
});

test('what is placed is taken as it was placed, whatever the store does before the payment', async () => {
  for (const meanwhile of [
    (t: Setting) => t.status('paused'),
    (t: Setting) => t.status('closed'),
    // Its hours end, or the cut-off passes, while the provider thinks.
    async (t: Setting) => {
      await db.query(`update stores.store set hours = $2::jsonb where market_id = $1`, [
        keyOf(t.marketId),
        JSON.stringify([{ weekday: 1, opensMinute: 0, closesMinute: 60 }]),
      ]);
    },
    (t: Setting) => t.plan(planOf(0)),
    async (t: Setting) => {
      const { articleId } = t.market.can;
      const counted = { storeId: t.storeId, articleId, onHand: 0 };
      const [accepted] = await db.transaction((tx) => setOnHand(tx, t.marketId, t.clock.now(), [counted]));
      assert.equal(accepted, false, 'what is reserved cannot be counted away');
    },
  ]) {
    const t = await setUp();
    const [soon, scheduled] = [
      await t.place(undefined, { method: 'test_late' }),
      await t.place(SIX, { method: 'test_late' }),
    ];
    assert.ok(soon.ok && scheduled.ok);
    await meanwhile(t);
    assert.deepEqual((await t.stock()).reserved, 2);
    assert.equal(await t.taken(), 1);
    t.clock.advanceBy(LATE_MS);
    await new Promise(setImmediate);
    for (const notification of t.notifications) {
      assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', notification));
    }
    for (const { id, promise } of [soon.value, scheduled.value]) {
      const order = await t.read(id);
      assert.equal(order.state, 'placed', meanwhile.toString());
      assert.deepEqual(order.promise, promise);
    }
    // The store that cannot make it cancels, as with any order: all is given back.
    assert.ok(
      (await t.change(scheduled.value.id, { kind: 'cancel', by: 'merchant', reason: 'merchant' })).ok,
    );
    assert.equal(await t.taken(), 0);
  }
});

test('a payment that is authorised after it was given up takes neither stock nor place again, and is voided', async () => {
  const t = await setUp({ cans: 1, capacity: 1 });
  const unpaid = await t.place(SIX, { method: 'test_late' });
  assert.ok(unpaid.ok);
  t.clock.advanceBy(10 * MINUTE_MS);
  await t.ordering.sweep(t.marketId);
  const other = await t.place(SIX);
  assert.ok(other.ok, 'the place and the can are free for the next');
  await new Promise(setImmediate);
  assert.ok(await t.ordering.receiveNotification(t.marketId, 'test', t.notifications[0]!));
  assert.equal((await t.read(unpaid.value.id)).state, 'cancelled');
  await t.ordering.sweep(t.marketId);
  const [payment] = await db.query<{ state: string }>(
    'select state from payments.payment where market_id = $1 and order_id = $2',
    [keyOf(t.marketId), keyOf(unpaid.value.id)],
  );
  assert.equal(payment?.state, 'voided');
});

test('a scheduled order is begun at its time, and waiting for its slot is not slowness', async () => {
  const t = await setUp();
  const placed = await t.place(SIX);
  assert.ok(placed.ok);
  const { id } = placed.value;
  const prepareAt = placed.value.prepareAt!;
  // The store sees and accepts it nine hours before.
  const accepted = await t.change(id, { kind: 'accept', by: 'merchant' });
  assert.ok(accepted.ok);
  assert.equal(accepted.value.expectedReadyAt, addMs(prepareAt, 600 * SECOND_MS));
  const courierId = t.market.courierIds[0]!;
  t.clock.advanceTo(addMs(prepareAt, 12 * MINUTE_MS));
  assert.ok((await t.change(id, { kind: 'ready', by: 'merchant' })).ok);
  assert.ok((await t.change(id, { kind: 'pick_up', by: 'courier', courierId })).ok);
  t.clock.advanceTo(addMs(prepareAt, 18 * MINUTE_MS));
  assert.ok((await t.change(id, { kind: 'deliver', by: 'courier', courierId })).ok);
  const day = await selectDayFigures(db, t.marketId, at('00:00'), addMs(at('00:00'), DAY_MS));
  assert.deepEqual([day.delivered, day.onTime, day.minutesToDoorSum], [1, 1, 18]);
  const [event] = await db.query<{ data: Record<string, unknown> }>(
    `select data from events.event where market_id = $1 and type = 'OrderDelivered'`,
    [keyOf(t.marketId)],
  );
  assert.deepEqual([event!.data['onTime'], event!.data['minutesToDoor']], [true, 18]);
});

test('a scheduled order whose lines and address change keeps its slot and its one place', async () => {
  const t = await setUp();
  const placed = await t.place(SIX, { quantity: 2 });
  assert.ok(placed.ok);
  const { id, promise, prepareAt } = placed.value;
  const further = { ...placed.value.address, lat: placed.value.address.lat + 0.01 };
  const moved = await t.change(id, { kind: 'change_address', by: 'shopper', address: further });
  assert.ok(moved.ok, JSON.stringify(moved));
  const fewer = await t.change(id, {
    kind: 'change_lines',
    by: 'shopper',
    quantities: [{ line: 0, offerId: t.market.can.offerId, quantity: 1 }],
    add: [],
  });
  assert.ok(fewer.ok, JSON.stringify(fewer));
  const order = await t.read(id);
  assert.deepEqual(order.address, further);
  assert.deepEqual([order.slot, order.promise, order.prepareAt], [SIX, promise, prepareAt]);
  assert.equal(await t.taken(), 1);
  assert.ok((await t.change(id, { kind: 'cancel', by: 'merchant', reason: 'merchant' })).ok);
  assert.equal(await t.taken(), 0);
  assert.equal((await t.stock()).reserved, 0);
});

test('a retry of the command that took the last place in another process answers its order, not that the slot is full', async () => {
  const t = await setUp({ capacity: 1 });
  const other = await createTestOrdering(db);
  const command = t.key();
  const place = {
    shopperId: t.shopperId,
    command,
    basket: t.basketOf(1, SIX),
    expectedTotalMinor: 870,
    paymentMethod: 'test_approve',
  };
  const answers = await Promise.all([
    t.ordering.placeOrder(t.marketId, place),
    other.ordering.placeOrder(t.marketId, place),
  ]);
  assert.equal(new Set(answers.map((answer) => (answer.ok ? answer.value.id : answer.error.code))).size, 1);
  assert.equal(await t.taken(), 1);
});

test('fewer places than are taken close the slot and take nobody’s; slots that are over are forgotten', async () => {
  const t = await setUp({ capacity: 3 });
  const [first, second] = [await t.place(SIX), await t.place(SIX)];
  assert.ok(first.ok && second.ok);
  await t.plan(planOf(1));
  assert.equal(refused(await t.place(SIX)).code, 'slot_full');
  assert.equal((await t.listed())[0]!.left, 0);
  assert.ok((await t.change(first.value.id, { kind: 'cancel', by: 'shopper', reason: 'shopper' })).ok);
  assert.equal(await t.taken(), 1);
  assert.equal(refused(await t.place(SIX)).code, 'slot_full');
  await t.plan(planOf(2));
  assert.ok((await t.place(SIX)).ok);
  const gone = await setUp();
  const late = await gone.place(SIX);
  assert.ok(late.ok);
  gone.clock.advanceTo(addMs(SIX, 2 * HOUR_MS));
  assert.equal(await forgetSlots(db, gone.marketId, gone.clock.now(), 10), 1);
  assert.ok((await gone.change(late.value.id, { kind: 'cancel', by: 'operator', reason: 'operator' })).ok);
  assert.equal(await gone.taken(), 0);
});

test('thousands of unpaid orders are given up by one sweep, in groups, and free their stock and places', async () => {
  const count = 3_000;
  const t = await setUp({ cans: count, capacity: count });
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      t.place(index % 3 === 0 ? SIX : undefined, { method: 'test_late' }),
    ),
  );
  assert.ok(answers.every((answer) => answer.ok && answer.value.state === 'pending_payment'));
  assert.deepEqual(await t.stock(), { onHand: count, reserved: count });
  const asked: string[] = [];
  const sweeper = await createTestOrdering(tellingOf(asked));
  sweeper.clock.advanceTo(addMs(t.clock.now(), 10 * MINUTE_MS - 1));
  await sweeper.ordering.sweep(t.marketId);
  assert.deepEqual(await t.stock(), { onHand: count, reserved: count }, 'not a millisecond too early');
  sweeper.clock.advanceBy(1);
  asked.length = 0;
  await sweeper.ordering.sweep(t.marketId);
  assert.deepEqual(await t.stock(), { onHand: count, reserved: 0 });
  assert.equal(await t.taken(), 0);
  const expired = await db.query<{ transaction: string }>(
    `select xmin::text as transaction from ordering.progress
     where market_id = $1 and cancel_reason = 'payment_expired'`,
    [keyOf(t.marketId)],
  );
  assert.equal(expired.length, count);
  // Six batches of 500, each of which may begin with a small group, and some statements to ask what is due.
  const groups = new Set(expired.map(({ transaction }) => transaction)).size;
  assert.ok(groups <= 12, `${groups} transactions`);
  assert.ok(asked.length <= 200, `${asked.length} statements`);
});
