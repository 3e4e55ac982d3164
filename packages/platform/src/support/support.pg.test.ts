import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SupportPolicy } from '@halfhour/contract';
import { type OrderId, type UserId, DAY_MS, HOUR_MS, addMs, keyOf } from '@halfhour/kernel';
import type { Authority, CommandKey } from '../api/index.ts';
import { selectActions } from '../audit/index.ts';
import { selectImbalance, selectTransactions } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import { selectOrders } from '../ordering/index.ts';
import { createTestDatabase, createTestOrdering, eventsOf } from '../testing/index.ts';
import { createWallets, readWallets } from '../wallet/index.ts';
import { type Doing, type Draft, approve, compensate, reject } from './compensate.ts';
import { type SupportDeps, expireCompensations } from './create-support.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { writePolicy, writeRank } from './policy-store.ts';
import { readOrderSupport } from './order-support.ts';
import { closeCase, openCase } from './work-cases.ts';

const db = await createTestDatabase();

/** Signals demand nobody, unless a test says so. */
const QUIET: SupportPolicy = {
  ...DEFAULT_POLICY,
  levels: {
    agent: { perOrderMinor: 500, perDayMinor: 1_000, mayApprove: false },
    lead: { perOrderMinor: 1_500, perDayMinor: 3_000, mayApprove: true },
    operator: { perOrderMinor: 100_000, perDayMinor: 100_000, mayApprove: true },
  },
  fourEyesAboveMinor: 1_200,
  signals: {
    refundedShare: { above: 10_000, needsSecond: false },
    compensations30Days: { above: 10_000, needsSecond: false },
    newAccountDays: { above: 10_000, needsSecond: false },
    othersAtAddress: { above: 10_000, needsSecond: false },
  },
};

/** A market with its support; orders in it are delivered at once. */
async function createWorld(policy: SupportPolicy = QUIET) {
  const world = await createTestOrdering(db, { couriers: 1 });
  const { clock, ids, ordering, market, shopperId } = world;
  const { marketId } = market;
  const markets = createMarkets({ db });
  const wallets = createWallets({ db, clock, ids });
  const deps: SupportDeps = { db, clock, ids, markets, ordering, wallets, onCommit: () => {} };
  await db.transaction((tx) => writePolicy(tx, marketId, clock.now(), policy));
  let keys = 0;
  const person = (role: Authority['role']): Authority => ({
    userId: ids.next('usr'),
    role,
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  });
  const doing = (by: Authority, command?: CommandKey): Doing => ({
    by,
    command: command ?? { caller: by.userId, key: `support-${keys++}`, bodyHash: 'body' },
    requestId: `request-${keys}`,
  });
  const lead = async (): Promise<Authority> => {
    const by = person('support');
    await db.transaction((tx) => writeRank(tx, marketId, by.userId, 'lead'));
    return by;
  };
  return {
    ...world,
    deps,
    marketId,
    shopperId,
    agent: () => person('support'),
    lead,
    operator: () => person('operator'),
    doing,
    async delivered(): Promise<OrderId> {
      const orderId = await world.place();
      const courierId = market.courierIds[0]!;
      for (const change of [
        { kind: 'accept', by: 'merchant' },
        { kind: 'ready', by: 'merchant' },
        { kind: 'pick_up', by: 'operator', courierId },
        { kind: 'deliver', by: 'operator', courierId },
      ] as const) {
        const changed = await ordering.change(marketId, { ...change, orderId });
        assert.ok(changed.ok, JSON.stringify(changed));
      }
      return orderId;
    },
    give: (by: Authority, orderId: OrderId, draft: Partial<Draft> = {}, command?: CommandKey) =>
      compensate(
        deps,
        marketId,
        orderId,
        { kind: 'refund', amountMinor: 100, reason: 'late', ...draft },
        doing(by, command),
      ),
    refunded: async (orderId: OrderId): Promise<number> =>
      (await selectOrders(db, marketId, [orderId])).get(orderId)!.refundedMinor,
    balance: async (userId: UserId): Promise<number> =>
      (await readWallets(db, marketId, [userId]))[0]!.balanceMinor,
  };
}

test('an agent gives within the limits at once, and it is in ledger, wallet, events and trail', async () => {
  const { agent, give, delivered, marketId, shopperId, refunded, balance } = await createWorld();
  const by = agent();
  const orderId = await delivered();
  const refund = await give(by, orderId, { note: 'half of it was cold' });
  const goodwill = await give(by, orderId, { kind: 'goodwill', amountMinor: 200 });
  assert.ok(refund.ok && refund.value.state === 'given' && goodwill.ok && goodwill.value.state === 'given');
  assert.deepEqual([await refunded(orderId), await balance(shopperId)], [100, 200]);
  const actions = await selectActions(db, marketId, { orderId, limit: 10 });
  assert.deepEqual(
    actions.map((action) => [action.kind, action.by.userId, action.amountMinor, action.reason]),
    [
      ['goodwill_given', by.userId, 200, 'late'],
      ['refund_given', by.userId, 100, 'late: half of it was cold'],
    ],
  );
  assert.deepEqual(actions[0]!.before, { givenOnOrderMinor: 100 });
  assert.deepEqual(actions[0]!.after, { state: 'given', givenOnOrderMinor: 300 });
  assert.deepEqual(
    (await eventsOf(db, marketId, goodwill.value.id)).map(({ type }) => type),
    ['CompensationGiven'],
  );
  const posted = await selectTransactions(db, marketId, { references: [goodwill.value.id], limit: 10 });
  assert.equal(posted.length, 1);
  assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
});

test('a retry refunds once, also at the same time; the key with another body is refused', async () => {
  const { agent, give, delivered, refunded } = await createWorld();
  const by = agent();
  const orderId = await delivered();
  const command = { caller: by.userId, key: 'refund-1', bodyHash: 'a' };
  const tries = await Promise.all(Array.from({ length: 6 }, () => give(by, orderId, {}, command)));
  const later = await give(by, orderId, {}, command);
  for (const each of tries) assert.deepEqual(each, later);
  assert.ok(later.ok);
  assert.equal(await refunded(orderId), 100);
  const other = await give(by, orderId, {}, { ...command, bodyHash: 'b' });
  assert.ok(!other.ok && other.error.code === 'idempotency_key_reused');
});

test('above the limit of an order it waits for a person whose limit covers it', async () => {
  const { agent, lead, give, delivered, deps, marketId, doing, refunded } = await createWorld();
  const orderId = await delivered();
  const proposed = await give(agent(), orderId, { amountMinor: 501 });
  assert.ok(proposed.ok && proposed.value.state === 'proposed');
  assert.deepEqual(proposed.value.needs, ['order_limit']);
  assert.equal(await refunded(orderId), 0);
  const byAgent = await approve(deps, marketId, proposed.value.id, undefined, doing(agent()));
  assert.ok(!byAgent.ok && byAgent.error.code === 'limit_exceeded');
  const given = await approve(deps, marketId, proposed.value.id, 'fine', doing(await lead()));
  assert.ok(given.ok && given.value.state === 'given');
  assert.equal(await refunded(orderId), 501);
});

test('the limit of an order counts what all have given on it, however many at the same time', async () => {
  const { agent, give, delivered, refunded, balance, shopperId } = await createWorld();
  const orderId = await delivered();
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      give(agent(), orderId, { kind: index % 2 === 0 ? 'refund' : 'goodwill', amountMinor: 120 }),
    ),
  );
  const given = outcomes.filter((each) => each.ok && each.value.state === 'given');
  assert.equal(given.length, 4);
  assert.equal((await refunded(orderId)) + (await balance(shopperId)), 480);
});

test('the limit of a day holds over orders and at the same time, and is new the next day', async () => {
  const world = await createWorld();
  const { agent, give, delivered, clock } = world;
  const by = agent();
  const orders = [await delivered(), await delivered(), await delivered(), await delivered()];
  const outcomes = await Promise.all(orders.map((orderId) => give(by, orderId, { amountMinor: 400 })));
  const states = outcomes.map((each) => each.ok && each.value.state).sort();
  assert.deepEqual(states, ['given', 'given', 'proposed', 'proposed']);
  clock.advanceTo(addMs(clock.now(), DAY_MS));
  const next = await give(by, await delivered(), { amountMinor: 400 });
  assert.ok(next.ok && next.value.state === 'given');
});

test('four eyes cannot be one person with two sessions, nor the shopper, nor one who has it done twice', async () => {
  const { operator, give, delivered, deps, marketId, doing, refunded, shopperId } = await createWorld();
  const first = operator();
  const orderId = await delivered();
  const proposed = await give(first, orderId, { amountMinor: 1_300 });
  assert.ok(proposed.ok && proposed.value.state === 'proposed');
  assert.deepEqual(proposed.value.needs, ['four_eyes']);
  const { id } = proposed.value;
  // Another session, key or role: the person is the same.
  for (const role of ['operator', 'admin', 'support'] as const) {
    const again = await approve(deps, marketId, id, undefined, doing({ ...first, role }));
    assert.ok(!again.ok && again.error.code === 'second_person_needed');
  }
  const own = await approve(deps, marketId, id, undefined, doing({ ...operator(), userId: shopperId }));
  assert.ok(!own.ok && own.error.code === 'forbidden');
  assert.equal(await refunded(orderId), 0);
  const seconds = await Promise.all(
    [operator(), operator(), operator()].map((by) => approve(deps, marketId, id, undefined, doing(by))),
  );
  assert.equal(seconds.filter(({ ok }) => ok).length, 1);
  assert.equal(await refunded(orderId), 1_300);
  // A pile of small ones comes to the same sum, and to the same rule.
  const small = await give(operator(), orderId, { kind: 'goodwill', amountMinor: 1 });
  assert.ok(small.ok && small.value.state === 'proposed');
  await assert.rejects(
    db.query(
      `update support.compensation set decided_by = proposed_by where market_id = $1 and compensation_id = $2`,
      [keyOf(marketId), keyOf(id)],
    ),
    /compensation_check/,
  );
});

test('refunds never exceed what was paid, whoever approves how many proposals at the same time', async () => {
  const { agent, operator, give, delivered, deps, marketId, doing, refunded, ordering } = await createWorld();
  const orderId = await delivered();
  const paid = (await selectOrders(db, marketId, [orderId])).get(orderId)!.totalMinor;
  const amountMinor = Math.ceil(paid * 0.6);
  const proposals = [
    await give(agent(), orderId, { amountMinor }),
    await give(agent(), orderId, { amountMinor }),
  ];
  const outcomes = await Promise.all([
    ...proposals.map((each) => {
      assert.ok(each.ok && each.value.state === 'proposed');
      return approve(deps, marketId, each.value.id, undefined, doing(operator()));
    }),
    ordering.change(marketId, { kind: 'refund', orderId, by: 'operator', amountMinor, reason: 'by hand' }),
  ]);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
  assert.equal(await refunded(orderId), amountMinor);
  const over = await give(operator(), orderId, { amountMinor: paid });
  assert.ok(!over.ok && over.error.code === 'wrong_state');
});

test('a refund of lines comes to what they cost, also where a second person gives it', async () => {
  const world = await createWorld();
  const { agent, operator, give, delivered, deps, marketId, doing, refunded, market } = world;
  const orderId = await delivered();
  const lines = [{ line: 0, offerId: market.dish.offerId, quantity: 1 }];
  const proposed = await give(agent(), orderId, { amountMinor: undefined, lines });
  assert.ok(proposed.ok && proposed.value.state === 'proposed' && proposed.value.amountMinor >= 1_000);
  const given = await approve(deps, marketId, proposed.value.id, undefined, doing(operator()));
  assert.ok(given.ok);
  assert.equal(await refunded(orderId), proposed.value.amountMinor);
  const again = await give(operator(), orderId, { amountMinor: undefined, lines });
  assert.ok(!again.ok && again.error.code === 'wrong_state');
  const nothing = await give(operator(), orderId, { amountMinor: undefined });
  assert.ok(!nothing.ok && nothing.error.code === 'invalid_request');
  const goodwill = await give(operator(), orderId, { kind: 'goodwill', lines });
  assert.ok(!goodwill.ok && goodwill.error.code === 'invalid_request');
});

test('goodwill for an order is what it cost at most, and nobody gives it to an order of their own', async () => {
  const { operator, give, delivered, marketId, shopperId } = await createWorld();
  const orderId = await delivered();
  const paid = (await selectOrders(db, marketId, [orderId])).get(orderId)!.totalMinor;
  const over = await give(operator(), orderId, { kind: 'goodwill', amountMinor: paid + 1 });
  assert.ok(!over.ok && over.error.code === 'wrong_state');
  const own = await give({ ...operator(), userId: shopperId }, orderId, { kind: 'goodwill' });
  assert.ok(!own.ok && own.error.code === 'forbidden');
});

test('a proposal ends by itself when nobody answers, and then can be neither approved nor rejected', async () => {
  const { agent, operator, give, delivered, deps, marketId, doing, clock, refunded } = await createWorld();
  const orderId = await delivered();
  const proposed = await give(agent(), orderId, { amountMinor: 501 });
  assert.ok(proposed.ok);
  clock.advanceTo(addMs(clock.now(), QUIET.proposalHours * HOUR_MS));
  const late = await approve(deps, marketId, proposed.value.id, undefined, doing(operator()));
  assert.ok(!late.ok && late.error.code === 'wrong_state');
  assert.equal(await expireCompensations(deps, marketId, 10), 1);
  assert.equal(await expireCompensations(deps, marketId, 10), 0);
  const rejected = await reject(deps, marketId, proposed.value.id, 'no', doing(operator()));
  assert.ok(!rejected.ok && rejected.error.code === 'wrong_state');
  assert.equal(await refunded(orderId), 0);
});

test('whoever proposed may take it back, another agent may not, and a lead may turn it down', async () => {
  const { agent, lead, give, delivered, deps, marketId, doing } = await createWorld();
  const orderId = await delivered();
  const by = agent();
  const first = await give(by, orderId, { amountMinor: 501 });
  const second = await give(by, orderId, { amountMinor: 501 });
  assert.ok(first.ok && second.ok);
  const other = await reject(deps, marketId, first.value.id, 'no', doing(agent()));
  assert.ok(!other.ok && other.error.code === 'limit_exceeded');
  assert.ok((await reject(deps, marketId, first.value.id, 'a mistake', doing(by))).ok);
  assert.ok((await reject(deps, marketId, second.value.id, 'too much', doing(await lead()))).ok);
});

test('signals are shown and demand a second person as the policy says, and refuse nothing', async () => {
  const { agent, operator, give, delivered, deps, marketId } = await createWorld({
    ...QUIET,
    signals: { ...QUIET.signals, compensations30Days: { above: 2, needsSecond: true } },
  });
  const orders = [await delivered(), await delivered(), await delivered(), await delivered()];
  for (const orderId of orders.slice(0, 3)) {
    const given = await give(operator(), orderId);
    assert.ok(given.ok && given.value.state === 'given');
  }
  const fourth = await give(agent(), orders[3]!);
  assert.ok(fourth.ok && fourth.value.state === 'proposed');
  assert.deepEqual(fourth.value.needs, ['signal_compensations30Days']);
  const view = await readOrderSupport(deps, marketId, orders[3]!, agent());
  assert.ok(view.ok);
  assert.deepEqual(
    view.value.signals.map(({ name, value, raised }) => [name, value, raised]),
    [
      ['refundedShare', 7_500, false],
      ['compensations30Days', 3, true],
      ['newAccountDays', 7, false],
      ['othersAtAddress', 0, false],
    ],
  );
});

test('a shopper opens cases on own orders alone, within bounds, and is answered once', async () => {
  const { delivered, deps, marketId, doing, shopperId, agent, clock } = await createWorld();
  const orderId = await delivered();
  const shopper: Authority = { ...agent(), userId: shopperId, role: 'shopper', scope: 'own' };
  const body = { kind: 'missing_item' as const, lines: [0, 0], text: 'No chivito.' };
  const opened = await openCase(deps, marketId, orderId, body, doing(shopper));
  assert.ok(opened.ok);
  assert.deepEqual(opened.value.lines, [0]);
  const stranger = await openCase(
    deps,
    marketId,
    orderId,
    body,
    doing({ ...shopper, userId: deps.ids.next('usr') }),
  );
  assert.ok(!stranger.ok && stranger.error.code === 'not_found');
  const noLine = await openCase(deps, marketId, orderId, { ...body, lines: [7] }, doing(shopper));
  assert.ok(!noLine.ok && noLine.error.code === 'invalid_request');
  const closes = await Promise.all(
    [agent(), agent()].map((by) =>
      closeCase(deps, marketId, opened.value.id, { outcome: 'answered', answer: 'Sorry.' }, doing(by)),
    ),
  );
  assert.equal(closes.filter(({ ok }) => ok).length, 1);
  clock.advanceTo(addMs(clock.now(), (QUIET.caseWithinDays + 1) * DAY_MS));
  const late = await openCase(deps, marketId, orderId, body, doing(shopper));
  assert.ok(!late.ok && late.error.code === 'wrong_state');
});

test('one view of an order shows its events, payment, postings, cases, compensations and actions', async () => {
  const { agent, give, delivered, deps, marketId, doing, shopperId } = await createWorld();
  const orderId = await delivered();
  const shopper: Authority = { ...agent(), userId: shopperId, role: 'shopper', scope: 'own' };
  const opened = await openCase(
    deps,
    marketId,
    orderId,
    { kind: 'late', lines: [], text: 'An hour.' },
    doing(shopper),
  );
  assert.ok(opened.ok);
  const by = agent();
  const given = await give(by, orderId, { kind: 'goodwill', amountMinor: 150, caseId: opened.value.id });
  assert.ok(given.ok);
  const view = await readOrderSupport(deps, marketId, orderId, by);
  assert.ok(view.ok);
  const { order, timeline, payment, postings, cases, compensations, actions, wallet, limits } = view.value;
  assert.equal(order.deliveryCode, undefined);
  assert.deepEqual([timeline[0]!.type, timeline.at(-1)!.type], ['OrderReceived', 'OrderDelivered']);
  assert.equal(payment?.amountMinor, order.totalMinor);
  assert.ok(postings.some(({ kind }) => kind === 'sale'));
  assert.ok(postings.some(({ kind }) => kind === 'wallet_goodwill'));
  assert.deepEqual([cases.length, compensations[0]!.caseId, actions.length], [1, opened.value.id, 1]);
  assert.deepEqual(wallet, { balanceMinor: 150, heldMinor: 0 });
  assert.deepEqual(limits, {
    level: 'agent',
    leftOnOrderMinor: 350,
    leftTodayMinor: 850,
    mayApprove: false,
  });
});
