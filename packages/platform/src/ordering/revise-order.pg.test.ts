import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { BasketLine } from '@halfhour/contract';
import { readCharges, sharesOf } from '@halfhour/engines/pricing';
import { type OfferId, type OrderId, MINUTE_MS, keyOf } from '@halfhour/kernel';
import { countUnexplainedStock, selectStock } from '../inventory/index.ts';
import { selectBalances, selectImbalance } from '../ledger/index.ts';
import type { Database } from '../postgres/index.ts';
import { TEST_PLACE, createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { type OrderChange, selectOrders, toOrder } from './index.ts';

type WithoutId<C> = C extends unknown ? Omit<C, 'orderId'> : never;

const checked: (() => Promise<void>)[] = [];
// Registered before the database is made, so that it runs before the database is dropped.
after(async () => {
  for (const check of checked) await check();
});

const db = await createTestDatabase();

/** A market of its own for a test; after all of them its books and its stock are checked. */
async function setUp(cans = 100) {
  const t = await createTestOrdering(db, { couriers: 1, cans });
  const { marketId, storeId, can, dish } = t.market;
  checked.push(async () => {
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
    assert.equal(await countUnexplainedStock(db, marketId), 0);
  });
  const read = async (id: OrderId) => (await selectOrders(db, marketId, [id])).get(id)!;
  const change = (orderId: OrderId, given: WithoutId<OrderChange>, command = t.key()) =>
    t.ordering.change(marketId, { ...given, orderId } as OrderChange, command);
  const stock = async () => (await selectStock(db, marketId, storeId, [can.articleId])).get(can.articleId)!;
  const payment = async () => {
    const [row] = await db.query<{ state: string; amount_minor: string; captured_minor: string }>(
      'select state, amount_minor, captured_minor from payments.payment where market_id = $1',
      [keyOf(marketId)],
    );
    return {
      state: row!.state,
      amountMinor: Number(row!.amount_minor),
      capturedMinor: Number(row!.captured_minor),
    };
  };
  /** All that an order's changes move. */
  const trace = async (id: OrderId) => ({
    order: await read(id),
    stock: await stock(),
    payment: await payment(),
    events: await eventsOf(db, marketId, id),
  });
  return {
    ...t,
    marketId,
    read,
    change,
    stock,
    payment,
    trace,
    can,
    dish,
    /** A dish and `cans` cans. */
    async placeCans(quantity: number, method = 'test_approve', substitutions?: 'ask' | 'allow' | 'never') {
      const given = t.market.basket([
        { offerId: dish.offerId, quantity: 1 },
        { offerId: can.offerId, quantity },
      ]);
      const basket = {
        ...given,
        lines: given.lines.map((line) => (substitutions === undefined ? line : { ...line, substitutions })),
      };
      const quote = await t.ordering.quote(marketId, basket);
      assert.ok(quote.ok);
      const placed = await t.ordering.placeOrder(marketId, {
        shopperId: t.shopperId,
        command: t.key(),
        basket,
        expectedTotalMinor: quote.value.totalMinor,
        paymentMethod: method,
      });
      assert.ok(placed.ok);
      return placed.value.id;
    },
    cansTo: (quantity: number, expectedTotalMinor?: number) =>
      ({
        kind: 'change_lines',
        by: 'shopper',
        quantities: [{ line: 1, offerId: can.offerId, quantity }],
        add: [],
        expectedTotalMinor,
      }) as const,
    async deliver(id: OrderId) {
      const courierId = t.market.courierIds[0]!;
      for (const step of [
        { kind: 'accept', by: 'merchant' },
        { kind: 'ready', by: 'merchant' },
        { kind: 'pick_up', by: 'courier', courierId },
        { kind: 'deliver', by: 'courier', courierId },
      ] as const) {
        if (step.kind === 'accept' && (await read(id)).state === 'accepted') continue;
        assert.ok((await change(id, step)).ok, step.kind);
      }
      await t.ordering.sweep(marketId);
      const balances = await selectBalances(db, marketId, '', 50);
      return new Map(balances.map((account) => [account.code, account.balanceMinor]));
    },
  };
}

const basketLine = (offerId: OfferId, quantity: number): BasketLine => ({ offerId, quantity, options: [] });

/** Items, 4 % service fee, 300 for delivery, 50 tip. */
const totalOf = (itemsMinor: number) => itemsMinor + Math.round(itemsMinor * 0.04) + 300 + 50;

test('fewer cans: stock, total, payment and event move together, and only the rest is sold and captured', async () => {
  const t = await setUp();
  const id = await t.placeCans(4);
  const changed = await t.change(id, t.cansTo(1));
  assert.ok(changed.ok);
  assert.equal(changed.value.totalMinor, totalOf(1_500));
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 1 });
  assert.equal((await t.payment()).amountMinor, totalOf(1_500));
  const [row] = await db.query<{ total_minor: string }>(
    'select total_minor from ordering.placement where market_id = $1',
    [keyOf(t.marketId)],
  );
  assert.equal(Number(row!.total_minor), totalOf(1_500));
  const events = await eventsOf(db, t.marketId, id);
  assert.equal(events.at(-1)!.type, 'OrderLinesChanged');
  assert.equal(events.at(-1)!.data['totalMinor'], totalOf(1_500));
  const balances = await t.deliver(id);
  assert.deepEqual(await t.stock(), { onHand: 99, reserved: 0 });
  assert.deepEqual(await t.payment(), {
    state: 'captured',
    amountMinor: totalOf(1_500),
    capturedMinor: totalOf(1_500),
  });
  assert.equal(balances.get('payments:test:clearing'), totalOf(1_500));
  assert.equal(balances.get('platform:commission'), -300);
  const tooMuch = await t.change(id, {
    kind: 'refund',
    by: 'operator',
    amountMinor: totalOf(1_500) + 1,
    reason: 'x',
  });
  assert.ok(!tooMuch.ok, 'a refund is at most what was captured');
});

test('more needs the total that the shopper saw, and is authorised before it is made', async () => {
  const t = await setUp();
  const id = await t.placeCans(1);
  const before = await t.trace(id);
  const asked = await t.change(id, t.cansTo(3));
  assert.ok(!asked.ok && asked.error.code === 'price_changed');
  assert.equal((asked.error['quote'] as { totalMinor: number }).totalMinor, totalOf(2_500));
  const wrong = await t.change(id, t.cansTo(3, 1));
  assert.ok(!wrong.ok && wrong.error.code === 'price_changed');
  assert.deepEqual(await t.trace(id), before);
  const changed = await t.change(id, t.cansTo(3, totalOf(2_500)));
  assert.ok(changed.ok, JSON.stringify(changed));
  assert.equal(changed.value.authorisedMinor, totalOf(2_500));
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 3 });
  assert.equal((await t.payment()).amountMinor, totalOf(2_500));
  const balances = await t.deliver(id);
  assert.equal(balances.get('payments:test:clearing'), totalOf(2_500));
  assert.equal((await t.payment()).capturedMinor, totalOf(2_500));
});

test('what the provider will not raise leaves no trace; up to what it has authorised it is not asked', async () => {
  const t = await setUp();
  const id = await t.placeCans(3, 'test_limit');
  const before = await t.trace(id);
  const declined = await t.change(id, t.cansTo(4, totalOf(3_000)));
  assert.ok(!declined.ok && declined.error.code === 'payment_declined');
  assert.deepEqual(await t.trace(id), before);
  assert.ok((await t.change(id, t.cansTo(1))).ok);
  assert.ok((await t.change(id, t.cansTo(3, totalOf(2_500)))).ok, 'as much as was authorised at first');
  const unasked = await t.change(id, { ...t.cansTo(4), by: 'operator' });
  assert.ok(!unasked.ok && unasked.error.code === 'price_changed');
});

test('refused changes leave no trace', async () => {
  const t = await setUp(5);
  const id = await t.placeCans(2);
  const before = await t.trace(id);
  const { can, dish } = t;
  const add = basketLine(can.offerId, 1);
  const base = { kind: 'change_lines', by: 'shopper', quantities: [], add: [] } as const;
  for (const [code, change] of [
    ['out_of_stock', t.cansTo(6, totalOf(4_000))],
    ['forbidden', { ...t.cansTo(3, totalOf(2_500)), by: 'merchant' }],
    ['forbidden', { ...base, by: 'merchant', add: [add] }],
    ['forbidden', { ...t.cansTo(1), by: 'courier' }],
    ['invalid_request', base],
    ['wrong_state', { ...base, quantities: [{ line: 1, offerId: dish.offerId, quantity: 1 }] }],
    ['wrong_state', { ...base, quantities: [{ line: 9, offerId: can.offerId, quantity: 1 }] }],
    ['unknown_article', { ...base, add: [{ ...add, offerId: t.ids.next('off') }] }],
    ['invalid_options', { ...base, add: [{ ...add, options: [{ groupId: 'a', optionId: 'b' }] }] }],
    [
      'wrong_state',
      {
        ...base,
        by: 'operator',
        quantities: [
          { line: 0, offerId: dish.offerId, quantity: 0 },
          { line: 1, offerId: can.offerId, quantity: 0 },
        ],
      },
    ],
    [
      'outside_zone',
      { kind: 'change_address', by: 'shopper', address: { label: 'Far', lat: -34, lng: -56 } },
    ],
    ['forbidden', { kind: 'change_address', by: 'merchant', address: { label: 'Near', ...TEST_PLACE } }],
  ] as const) {
    const answer = await t.change(id, change as WithoutId<OrderChange>);
    assert.equal(answer.ok ? 'ok' : answer.error.code, code, JSON.stringify(change));
    assert.deepEqual(await t.trace(id), before, code);
  }
  for (const kind of ['accept', 'ready'] as const)
    assert.ok((await t.change(id, { kind, by: 'merchant' })).ok);
  const late = await t.change(id, t.cansTo(1));
  assert.ok(!late.ok && late.error.code === 'wrong_state');
});

test('the store takes away what it does not have, below the minimum too; the shopper may not go below it', async () => {
  const t = await setUp();
  const id = await t.placeCans(1);
  const dishGone = {
    kind: 'change_lines',
    quantities: [{ line: 0, offerId: t.dish.offerId, quantity: 0 }],
    add: [],
  } as const;
  assert.ok((await t.change(id, { ...dishGone, by: 'merchant' })).ok);
  const left = await t.read(id);
  assert.deepEqual(
    left.lines.map((line) => [line.offerId, line.quantity]),
    [[t.can.offerId, 1]],
  );
  const other = await t.placeCans(1);
  await db.query('update stores.store set minimum_order_minor = 1200 where market_id = $1', [
    keyOf(t.marketId),
  ]);
  const below = await t.change(other, { ...dishGone, by: 'shopper' });
  assert.ok(!below.ok && below.error.code === 'below_minimum');
});

test('added lines have the price of today, the rest the one at which it was placed', async () => {
  const t = await setUp();
  const id = await t.placeCans(2);
  await db.query('update catalogue.offer set price_minor = 600 where market_id = $1 and offer_id = $2', [
    keyOf(t.marketId),
    keyOf(t.can.offerId),
  ]);
  const items = 1_000 + 2 * 500 + 600;
  assert.ok((await t.change(id, t.cansTo(3, totalOf(items)))).ok);
  assert.deepEqual(
    (await t.read(id)).lines.map((line) => [line.quantity, line.unitPriceMinor]),
    [
      [1, 1_000],
      [2, 500],
      [1, 600],
    ],
  );
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 3 });
});

test('a retry answers the order as the change left it, also after other changes, and acts once', async () => {
  const t = await setUp();
  const id = await t.placeCans(2);
  const first = t.key();
  const raised = await t.change(id, t.cansTo(3, totalOf(2_500)), first);
  assert.ok(raised.ok);
  assert.ok((await t.change(id, { kind: 'accept', by: 'merchant' })).ok);
  const door = { label: 'Calle 9', lat: TEST_PLACE.lat - 0.01, lng: TEST_PLACE.lng };
  const moving = t.key();
  const moved = await t.change(id, { kind: 'change_address', by: 'shopper', address: door }, moving);
  assert.ok(moved.ok);
  assert.ok((await t.change(id, t.cansTo(1))).ok);
  const trace = await t.trace(id);
  const shown = (answer: Awaited<ReturnType<typeof t.change>>) =>
    answer.ok ? toOrder(answer.value, { seesDeliveryCode: true }) : answer.error;
  assert.deepEqual(shown(await t.change(id, t.cansTo(3, totalOf(2_500)), first)), shown(raised));
  assert.deepEqual(
    shown(await t.change(id, { kind: 'change_address', by: 'shopper', address: door }, moving)),
    shown(moved),
  );
  assert.deepEqual(await t.trace(id), trace);
  const reused = await t.change(id, t.cansTo(2), { ...first, bodyHash: 'other' });
  assert.ok(!reused.ok && reused.error.code === 'idempotency_key_reused');
});

test('a retry that is in one group with a later change answers the order as it was', async () => {
  const t = await setUp();
  const id = await t.placeCans(2);
  const command = t.key();
  const accept = { kind: 'accept', by: 'merchant' } as const;
  const first = await t.change(id, accept, command);
  const [lines, again] = await Promise.all([t.change(id, t.cansTo(1)), t.change(id, accept, command)]);
  assert.ok(first.ok && lines.ok && again.ok);
  assert.deepEqual([again.value.version, again.value.totalMinor], [3, totalOf(2_000)]);
});

test('a step of an order that is known is two statements, which write it and its event, and reads nothing', async () => {
  const statements: string[] = [];
  const counting: Database = {
    ...db,
    transaction: (run) =>
      db.transaction((tx) =>
        run({
          ...tx,
          query: (text, values) => {
            statements.push(text);
            return tx.query(text, values);
          },
          write: (text, values) => {
            statements.push(text);
            tx.write(text, values);
          },
        }),
      ),
  };
  const t = await createTestOrdering(counting);
  const id = await t.place();
  statements.length = 0;
  const accepted = await t.ordering.change(t.market.marketId, {
    orderId: id,
    kind: 'accept',
    by: 'merchant',
  });
  assert.ok(accepted.ok);
  assert.deepEqual(
    statements.map((text) => /insert into (\S+) as/.exec(text)?.[1]),
    ['ordering.progress', 'events.head'],
  );
});

test('another process sees the new edition at its next step', async () => {
  const t = await setUp();
  const other = await createTestOrdering(db);
  const id = await t.placeCans(4);
  const step = (kind: 'accept' | 'ready') =>
    other.ordering.change(t.marketId, { orderId: id, kind, by: 'merchant' });
  assert.ok((await step('accept')).ok);
  assert.ok((await t.change(id, t.cansTo(1))).ok);
  const ready = await step('ready');
  assert.ok(ready.ok);
  assert.equal(ready.value.totalMinor, totalOf(1_500));
});

test('a change and a cancellation at the same time: whichever is first, nothing stays reserved', async () => {
  const t = await setUp();
  const orders = await Promise.all(Array.from({ length: 8 }, () => t.placeCans(2)));
  const others = await createTestOrdering(db);
  const answers = await Promise.all(
    orders.flatMap((orderId, index) => {
      const cancel = { orderId, kind: 'cancel', by: 'shopper', reason: 'shopper' } as const;
      const lines = {
        ...t.cansTo(index % 2 === 0 ? 5 : 1, totalOf(index % 2 === 0 ? 3_500 : 1_500)),
        orderId,
      };
      const both = [
        () => t.ordering.change(t.marketId, lines),
        () => others.ordering.change(t.marketId, cancel),
      ];
      return (index < 4 ? both : both.reverse()).map((run) => run());
    }),
  );
  assert.ok(answers.every((answer) => answer.ok || answer.error.code === 'wrong_state'));
  for (const id of orders) assert.equal((await t.read(id)).state, 'cancelled');
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
});

test('the last cans go to one of those who want more of them', async () => {
  const t = await setUp(12);
  const orders = await Promise.all(Array.from({ length: 5 }, () => t.placeCans(2)));
  const answers = await Promise.all(orders.map((id) => t.change(id, t.cansTo(4, totalOf(3_000)))));
  assert.deepEqual(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code)).sort(), [
    'ok',
    'out_of_stock',
    'out_of_stock',
    'out_of_stock',
    'out_of_stock',
  ]);
  assert.deepEqual(await t.stock(), { onHand: 12, reserved: 12 });
});

test('a farther door is promised as much later as the way is longer, a nearer one no earlier; the fee stays', async () => {
  const t = await setUp();
  const id = await t.placeCans(1);
  const before = await t.read(id);
  // 0.005 degrees are 556 m, at 5 m a second.
  const far = { label: 'Far', lat: TEST_PLACE.lat + 0.02, lng: TEST_PLACE.lng };
  const moved = await t.change(id, { kind: 'change_address', by: 'shopper', address: far });
  assert.ok(moved.ok);
  const later = moved.value.promise.latest - before.promise.latest;
  assert.ok(later > 5 * MINUTE_MS && later < 6 * MINUTE_MS, `${later} ms later`);
  assert.equal(moved.value.totalMinor, before.totalMinor);
  const near = { label: 'Near', ...TEST_PLACE };
  const back = await t.change(id, { kind: 'change_address', by: 'operator', address: near });
  assert.ok(back.ok);
  assert.deepEqual(back.value.promise, moved.value.promise);
  assert.deepEqual(back.value.address, near);
});

test('a substitute that costs no more takes its place at once where the shopper allows it', async () => {
  const t = await setUp();
  const id = await t.placeCans(1, 'test_approve', 'allow');
  const swap = (quantity: number) =>
    ({
      kind: 'substitute',
      by: 'merchant',
      line: 0,
      offerId: t.dish.offerId,
      substitute: basketLine(t.can.offerId, quantity),
    }) as const;
  const dearer = await t.change(id, swap(3));
  assert.ok(dearer.ok && dearer.value.lines[0]!.proposed?.totalMinor === 1_500);
  assert.deepEqual([dearer.value.totalMinor, (await t.stock()).reserved], [totalOf(1_500), 1]);
  const command = t.key();
  const done = await t.change(id, swap(1), command);
  assert.ok(done.ok);
  assert.deepEqual(
    done.value.lines.map((line) => [line.offerId, line.quantity, line.proposed]),
    [
      [t.can.offerId, 1, undefined],
      [t.can.offerId, 1, undefined],
    ],
  );
  assert.deepEqual([done.value.totalMinor, (await t.stock()).reserved], [totalOf(1_000), 2]);
  const types = (await eventsOf(db, t.marketId, id)).map((event) => event.type);
  assert.deepEqual(types.slice(2), ['OrderSubstitutionProposed', 'OrderSubstituted']);
  const balances = await t.deliver(id);
  assert.equal(balances.get('payments:test:clearing'), totalOf(1_000));
  assert.deepEqual(await t.stock(), { onHand: 98, reserved: 0 });
});

test('the shopper approves or declines what is proposed; dearer only with the total that was seen', async () => {
  const t = await setUp();
  const propose = {
    kind: 'substitute',
    by: 'merchant',
    line: 1,
    offerId: t.can.offerId,
    substitute: basketLine(t.dish.offerId, 1),
  } as const;
  const answer = {
    kind: 'answer_substitution',
    by: 'shopper',
    line: 1,
    offerId: t.can.offerId,
    proposedOfferId: t.dish.offerId,
  } as const;
  const approved = await t.placeCans(1);
  const proposing = t.key();
  const proposed = await t.change(approved, propose, proposing);
  assert.ok(proposed.ok);
  const before = await t.trace(approved);
  for (const [code, change] of [
    ['price_changed', { ...answer, approve: true }],
    ['forbidden', { ...answer, approve: true, by: 'merchant' }],
    ['wrong_state', { ...answer, approve: true, proposedOfferId: t.can.offerId }],
    ['wrong_state', { ...answer, approve: true, line: 0, offerId: t.dish.offerId }],
  ] as const) {
    const refused = await t.change(approved, change);
    assert.equal(refused.ok ? 'ok' : refused.error.code, code);
    assert.deepEqual(await t.trace(approved), before);
  }
  const yes = await t.change(approved, { ...answer, approve: true, expectedTotalMinor: totalOf(2_000) });
  assert.ok(yes.ok, JSON.stringify(yes));
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
  assert.equal((await t.payment()).amountMinor, totalOf(2_000));
  const again = await t.change(approved, propose, proposing);
  assert.ok(again.ok && again.value.lines[1]!.proposed?.offerId === t.dish.offerId);

  const declined = await t.placeCans(1);
  assert.ok((await t.change(declined, propose)).ok);
  const no = await t.change(declined, { ...answer, approve: false });
  assert.ok(no.ok);
  assert.deepEqual([no.value.lines.length, no.value.totalMinor], [1, totalOf(1_000)]);
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
  const last = { kind: 'substitute', by: 'merchant', line: 0, offerId: t.dish.offerId } as const;
  const can = basketLine(t.can.offerId, 1);
  assert.ok((await t.change(declined, { ...last, substitute: can })).ok);
  assert.ok((await t.change(declined, { kind: 'accept', by: 'merchant' })).ok);
  const stuck = await t.change(declined, { kind: 'ready', by: 'merchant' });
  assert.ok(!stuck.ok && stuck.error.code === 'wrong_state');
  const nothing = await t.change(declined, {
    ...answer,
    line: 0,
    offerId: t.dish.offerId,
    proposedOfferId: t.can.offerId,
    approve: false,
  });
  assert.ok(nothing.ok && nothing.value.state === 'cancelled');
});

test('without an answer a proposal is declined when the order is ready; a line with never is left alone', async () => {
  const t = await setUp();
  const id = await t.placeCans(2);
  const substitute = basketLine(t.dish.offerId, 1);
  const propose = {
    kind: 'substitute',
    by: 'merchant',
    line: 1,
    offerId: t.can.offerId,
    substitute,
  } as const;
  assert.ok((await t.change(id, { kind: 'accept', by: 'merchant' })).ok);
  assert.ok((await t.change(id, propose)).ok);
  const command = t.key();
  const ready = await t.change(id, { kind: 'ready', by: 'merchant' }, command);
  assert.ok(ready.ok);
  assert.deepEqual(
    [ready.value.state, ready.value.lines.length, ready.value.totalMinor],
    ['ready', 1, totalOf(1_000)],
  );
  assert.deepEqual(await t.stock(), { onHand: 100, reserved: 0 });
  assert.equal((await t.payment()).amountMinor, totalOf(1_000));
  const never = await t.placeCans(1, 'test_approve', 'never');
  const refused = await t.change(never, propose);
  assert.ok(!refused.ok && refused.error.code === 'wrong_state');
});

test('after any changes the stock is what the order holds, and payment, ledger and order agree on the money', async () => {
  const step = fc.record({
    by: fc.constantFrom('shopper', 'merchant', 'operator' as const),
    line: fc.nat({ max: 3 }),
    quantity: fc.nat({ max: 5 }),
    add: fc.constantFrom(undefined, 'can', 'dish' as const),
    price: fc.constantFrom(undefined, 333, 500, 777),
    confirms: fc.boolean(),
    kind: fc.constantFrom('change_lines', 'substitute', 'answer_substitution' as const),
  });
  const t = await setUp(12);
  let captured = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (steps, isCancelled) => {
        const id = await t.placeCans(2);
        for (const { by, line, quantity, add, price, confirms, kind } of steps) {
          if (price !== undefined) {
            await db.query(
              'update catalogue.offer set price_minor = $3 where market_id = $1 and offer_id = $2',
              [keyOf(t.marketId), keyOf(t.can.offerId), price],
            );
          }
          const { lines } = await t.read(id);
          const at = line % lines.length;
          const name = { by, line: at, offerId: lines[at]!.offerId };
          const more = basketLine(t[add ?? 'can'].offerId, 1);
          const change =
            kind === 'substitute'
              ? ({ ...name, kind, substitute: { ...more, quantity: quantity + 1 } } as const)
              : kind === 'answer_substitution'
                ? ({ ...name, kind, proposedOfferId: more.offerId, approve: price !== 500 } as const)
                : ({
                    kind,
                    by,
                    quantities: [{ line: at, offerId: lines[at]!.offerId, quantity }],
                    add: add === undefined ? [] : [more],
                  } as const);
          const asked = await t.change(id, change);
          if (confirms && !asked.ok && asked.error.code === 'price_changed') {
            const { totalMinor } = asked.error['quote'] as { totalMinor: number };
            const confirmed = { ...change, expectedTotalMinor: totalMinor };
            await t.change(id, confirmed);
          }
          const order = await t.read(id);
          if (order.state === 'cancelled') break;
          const held = order.lines.reduce((sum, each) => sum + (each.reserved ? each.quantity : 0), 0);
          assert.equal((await t.stock()).reserved, held);
          const shares = sharesOf(readCharges(order.charges)).map(({ amountMinor }) => amountMinor);
          assert.equal(
            shares.reduce((sum, share) => sum + share, 0),
            order.totalMinor,
          );
          assert.ok(shares.every((share) => share >= 0));
          assert.equal(await amountOf(id), order.totalMinor);
        }
        const { state, lines } = await t.read(id);
        if (state !== 'cancelled' && (isCancelled || lines.every((line) => line.proposed !== undefined))) {
          assert.ok((await t.change(id, { kind: 'cancel', by: 'operator', reason: 'operator' })).ok);
        } else if (state !== 'cancelled') {
          const balances = await t.deliver(id);
          const { totalMinor } = await t.read(id);
          assert.equal(await amountOf(id), totalMinor);
          captured += totalMinor;
          assert.equal(balances.get('payments:test:clearing'), captured);
          // Back on the shelf for the next order.
          await db.query('update inventory.stock set on_hand = 12 where market_id = $1', [keyOf(t.marketId)]);
          await db.query('delete from inventory.movement where market_id = $1 and kind = $2', [
            keyOf(t.marketId),
            'sale',
          ]);
        }
        assert.equal((await t.stock()).reserved, 0);
      },
    ),
    { numRuns: 40 },
  );

  async function amountOf(id: OrderId): Promise<number> {
    const [row] = await db.query<{ amount_minor: string }>(
      'select amount_minor from payments.payment where market_id = $1 and order_id = $2',
      [keyOf(t.marketId), keyOf(id)],
    );
    return Number(row!.amount_minor);
  }
});
