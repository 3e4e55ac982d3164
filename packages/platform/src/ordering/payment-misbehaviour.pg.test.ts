import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OrderId, HOUR_MS, MINUTE_MS, keyOf, seededRandom } from '@halfhour/kernel';
import { selectBalances, selectImbalance } from '../ledger/index.ts';
import { createMemoryBooks, paymentIdOf, reconcile } from '../payments/index.ts';
import { createTestDatabase, createTestOrdering } from '../testing/index.ts';
import { selectOrders } from './index.ts';

const SEEDS = Number(process.env['HALFHOUR_TEST_RUNS'] ?? 12);
const FIRST = Number(process.env['HALFHOUR_TEST_SEED'] ?? 1);
const ORDERS = 12;
const ROUNDS = 24;

const db = await createTestDatabase();

interface Row {
  readonly order_id: string;
  readonly state: string;
  readonly amount_minor: string;
  readonly captured_minor: string;
}

for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
  test(`a provider that misbehaves by chance ends with money right or in the queue (seed ${seed})`, async () => {
    const random = seededRandom(`misbehaviour ${seed}`);
    let books!: ReturnType<typeof createMemoryBooks>;
    const t = await createTestOrdering(db, {
      couriers: 1,
      cans: 1_000,
      booksOf: (clock) => (books = createMemoryBooks(clock)),
    });
    const { marketId } = t.market;
    const courierId = t.market.courierIds[0]!;
    const orders: OrderId[] = [];
    const told = new Set<number>();

    const tell = async (index: number): Promise<void> => {
      assert.ok(await t.ordering.receiveNotification(marketId, 'test', t.notifications[index]!));
    };
    const step = async (): Promise<void> => {
      if (orders.length < ORDERS && random.below(3) === 0) {
        const basket = t.market.basket();
        const quote = await t.ordering.quote(marketId, basket);
        assert.ok(quote.ok);
        const command = t.key();
        await t.ordering.placeOrder(marketId, {
          shopperId: t.shopperId,
          command,
          basket,
          expectedTotalMinor: quote.value.totalMinor,
          paymentMethod: `test_random_${seed}`,
        });
        const rows = await db.query<{ order_id: string }>(
          'select order_id from ordering.placement where market_id = $1 order by order_id desc limit 1',
          [keyOf(marketId)],
        );
        orders.push(`ord_${BigInt(rows[0]!.order_id).toString(32).padStart(13, '0')}` as OrderId);
        return;
      }
      // Notifications come when they like, in any order, and again.
      if (t.notifications.length > 0 && random.below(2) === 0) {
        const index = random.below(t.notifications.length);
        told.add(index);
        await tell(index);
      }
      if (orders.length === 0) return;
      const orderId = random.pick(orders);
      const changes = [
        { kind: 'accept', by: 'merchant' },
        { kind: 'ready', by: 'merchant' },
        { kind: 'pick_up', by: 'courier', courierId },
        { kind: 'deliver', by: 'courier', courierId },
        ...(random.below(6) === 0 ? [{ kind: 'cancel', by: 'operator', reason: 'operator' }] : []),
        ...(random.below(3) === 0
          ? [
              {
                kind: 'refund',
                by: 'operator',
                amountMinor: 1 + random.below(500),
                reason: 'cold',
              },
            ]
          : []),
      ];
      for (const change of changes) {
        if (random.below(3) > 0) await t.ordering.change(marketId, { ...change, orderId } as never);
      }
      if (random.below(2) === 0) {
        t.clock.advanceBy(random.below(3) * MINUTE_MS);
        await new Promise(setImmediate);
        // Two at once, as two processes would.
        await Promise.all([t.ordering.sweep(marketId), t.ordering.sweep(marketId)]);
      }
    };
    for (let round = 0; round < ROUNDS * 4; round++) await step();
    // All that was to come has come, and everything was asked for often enough.
    for (let sweep = 0; sweep < 8; sweep++) {
      t.clock.advanceBy(HOUR_MS);
      await new Promise(setImmediate);
      await t.ordering.sweep(marketId);
      for (let index = 0; index < t.notifications.length; index++) {
        if (!told.has(index)) await tell(index);
        told.add(index);
      }
    }
    t.clock.advanceBy(HOUR_MS);
    await reconcile(t.reconciling, marketId);

    const open = await db.query<{ kind: string; order_id: string; refund_id: string | null }>(
      `select kind, order_id, refund_id from payments.exception where market_id = $1 and state = 'open'`,
      [keyOf(marketId)],
    );
    const isOpen = (orderId: string, ...kinds: string[]): boolean =>
      open.some((each) => each.order_id === orderId && kinds.includes(each.kind));
    const rows = await db.query<Row>(
      'select order_id, state, amount_minor, captured_minor from payments.payment where market_id = $1',
      [keyOf(marketId)],
    );
    const known = await selectOrders(db, marketId, orders);
    for (const order of known.values()) {
      const key = keyOf(order.id);
      const payment = rows.find((row) => row.order_id === key);
      const theirs = books.operations.filter(({ paymentId }) => paymentId === paymentIdOf(order.id));
      const captures = theirs.filter(({ kind }) => kind === 'capture');
      const captured = captures.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      const refunded = theirs
        .filter(({ kind }) => kind === 'refund')
        .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      const said = `${order.id} is ${order.state}, its payment ${payment?.state}`;
      assert.ok(captures.length <= 1, `${said}: captured once`);
      assert.ok(captured <= order.totalMinor, `${said}: never more than authorised`);
      assert.ok(refunded <= captured && refunded <= order.refundedMinor, `${said}: never more given back`);
      assert.equal(
        Number(payment?.captured_minor ?? 0) === captured || isOpen(key, 'amount_differs', 'state_differs'),
        true,
        `${said}: our books have ${payment?.captured_minor}, the provider ${captured}`,
      );
      if (order.state === 'delivered' || order.state === 'refunded') {
        assert.ok(
          captured === order.totalMinor || isOpen(key, 'capture_refused', 'captured_less', 'amount_differs'),
          `${said}: paid in full, or in the queue`,
        );
        assert.ok(
          refunded === order.refundedMinor || isOpen(key, 'refund_refused', 'capture_refused'),
          `${said}: ${refunded} of ${order.refundedMinor} is given back, or in the queue`,
        );
      } else {
        assert.equal(captured, 0, `${said}: nothing is taken for what nobody got`);
      }
      if (order.state === 'cancelled' && payment?.state !== 'void_refused') {
        assert.equal(payment?.state, 'voided', said);
      }
    }
    const balances = new Map(
      (await selectBalances(db, marketId, '', 100)).map(({ code, balanceMinor }) => [code, balanceMinor]),
    );
    const clearing = rows.reduce((sum, row) => sum + Number(row.captured_minor), 0);
    const [paid] = await db.query<{ minor: string }>(
      `select coalesce(sum(amount_minor), 0) as minor from payments.refund where market_id = $1 and state = 'done'`,
      [keyOf(marketId)],
    );
    assert.equal(balances.get('payments:test:clearing') ?? 0, clearing - Number(paid!.minor));
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
  });
}
