import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type MarketId,
  type MovementId,
  type OrderId,
  type UserId,
  DAY_MS,
  ManualClock,
  addMs,
  createIdSource,
  keyOf,
} from '@halfhour/kernel';
import { type AccountName, GOODWILL, selectBalances, selectImbalance } from '../ledger/index.ts';
import { TEST_START, createTestDatabase, createTestMarket, eventsOf } from '../testing/index.ts';
import { type Take, type Want, createWallets, readWallets } from './index.ts';
import { selectMovements } from './wallet-store.ts';

const db = await createTestDatabase();
const clock = new ManualClock(TEST_START);
const ids = createIdSource(() => clock.now(), 7);
const wallets = createWallets({ db, clock, ids });
/** Stands for the receivable that a wallet pays. */
const RECEIVABLE: AccountName = { code: 'shoppers:receivable', kind: 'asset' };
const BANK: AccountName = { code: 'bank:main', kind: 'asset' };

const newMarket = async (): Promise<MarketId> => (await createTestMarket(db, ids)).marketId;
const topUp = (marketId: MarketId, userId: UserId, amountMinor: number): Promise<MovementId[]> =>
  db.transaction((tx) =>
    wallets.creditAll(tx, marketId, [
      { userId, amountMinor, cause: 'top_up', reference: ids.next('pay'), against: BANK },
    ]),
  );
const reserve = (marketId: MarketId, ...wants: Want[]) =>
  db.transaction((tx) => wallets.reserveAll(tx, marketId, wants));
const take = (marketId: MarketId, ...takes: Omit<Take, 'against'>[]) =>
  db.transaction((tx) =>
    wallets.takeAll(
      tx,
      marketId,
      takes.map((each) => ({ ...each, against: RECEIVABLE })),
    ),
  );
const release = (marketId: MarketId, userId: UserId, orderId: OrderId): Promise<void> =>
  db.transaction((tx) => wallets.releaseAll(tx, marketId, [{ userId, orderId }]));
const goodwill = (marketId: MarketId, userId: UserId, amountMinor: number, days: number) =>
  db.transaction((tx) =>
    wallets.creditAll(tx, marketId, [
      {
        userId,
        amountMinor,
        cause: 'goodwill',
        reference: ids.next('cmp'),
        against: GOODWILL,
        expiresAt: addMs(clock.now(), days * DAY_MS),
      },
    ]),
  );
const amountsOf = async (marketId: MarketId, userId: UserId): Promise<[number, number]> => {
  const [wallet] = await readWallets(db, marketId, [userId]);
  return [wallet!.balanceMinor, wallet!.heldMinor];
};

/** The statement adds up to the ledger, and the ledger to zero. */
async function requireSound(marketId: MarketId, userIds: readonly UserId[]): Promise<void> {
  assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
  for (const userId of userIds) {
    const movements = await selectMovements(db, marketId, userId, { limit: 1_000 });
    const [balanceMinor, heldMinor] = await amountsOf(marketId, userId);
    assert.equal(
      movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      balanceMinor,
    );
    assert.ok(movements.length === 0 || movements[0]!.balanceMinor === balanceMinor);
    assert.ok(heldMinor >= 0 && balanceMinor >= heldMinor);
  }
}

test('of fifty orders that want a hundred each of a thousand at the same time exactly ten hold it', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  await topUp(marketId, userId, 1_000);
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () =>
      reserve(marketId, { userId, orderId: ids.next('ord'), amountMinor: 100 }),
    ),
  );
  assert.equal(outcomes.flat().filter(({ ok }) => ok).length, 10);
  assert.deepEqual(await amountsOf(marketId, userId), [1_000, 1_000]);
});

test('in one group each item has its own outcome, and the first gets what two want', async () => {
  const marketId = await newMarket();
  const [rich, poor] = [ids.next('usr'), ids.next('usr')];
  await topUp(marketId, rich, 500);
  const wants = [
    { userId: rich, orderId: ids.next('ord'), amountMinor: 400 },
    { userId: rich, orderId: ids.next('ord'), amountMinor: 200 },
    { userId: poor, orderId: ids.next('ord'), amountMinor: 1 },
    { userId: rich, orderId: ids.next('ord'), amountMinor: 100 },
  ];
  assert.deepEqual(await reserve(marketId, ...wants), [
    { ok: true, value: { heldMinor: 400 } },
    { ok: false, error: { code: 'not_enough', availableMinor: 100 } },
    { ok: false, error: { code: 'not_enough', availableMinor: 0 } },
    { ok: true, value: { heldMinor: 100 } },
  ]);
});

test('an order pays from its hold once, lets the rest go, and a retry of each step changes nothing', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  const orderId = ids.next('ord');
  await topUp(marketId, userId, 1_000);
  for (let tries = 0; tries < 2; tries++) {
    const [held] = await reserve(marketId, { userId, orderId, amountMinor: 700 });
    assert.ok(held!.ok && held!.value.heldMinor === 700);
  }
  await Promise.all([
    take(marketId, { userId, orderId, amountMinor: 600 }),
    take(marketId, { userId, orderId, amountMinor: 600 }),
  ]);
  assert.deepEqual(await amountsOf(marketId, userId), [400, 0]);
  const [more] = await take(marketId, { userId, orderId, amountMinor: 650 });
  assert.deepEqual(more, { ok: false, error: { code: 'not_held', state: 'taken', heldMinor: 0 } });
  await release(marketId, userId, orderId);
  const [again] = await reserve(marketId, { userId, orderId, amountMinor: 1 });
  assert.deepEqual(again, { ok: false, error: { code: 'not_held', state: 'taken', heldMinor: 0 } });
  const balances = await selectBalances(db, marketId, '', 100);
  assert.equal(balances.find(({ code }) => code === 'shoppers:receivable')?.balanceMinor, -600);
  assert.deepEqual(
    (await eventsOf(db, marketId, userId)).map(({ type }) => type),
    ['WalletCredited', 'WalletReserved', 'WalletTaken'],
  );
  await requireSound(marketId, [userId]);
});

test('what an order holds can be raised as far as there is something, and lowered', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  const orderId = ids.next('ord');
  await topUp(marketId, userId, 1_000);
  await reserve(marketId, { userId, orderId, amountMinor: 700 });
  const [over] = await reserve(marketId, { userId, orderId, amountMinor: 1_001 });
  assert.deepEqual(over, { ok: false, error: { code: 'not_enough', availableMinor: 1_000 } });
  await reserve(marketId, { userId, orderId, amountMinor: 1_000 });
  await reserve(marketId, { userId, orderId, amountMinor: 200 });
  assert.deepEqual(await amountsOf(marketId, userId), [1_000, 200]);
});

test('two steps in one transaction see each other, and a rollback leaves neither', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  const orderId = ids.next('ord');
  const both = (fails: boolean): Promise<void> =>
    db.transaction(async (tx) => {
      await wallets.creditAll(tx, marketId, [
        { userId, amountMinor: 300, cause: 'refund', reference: ids.next('ref'), against: BANK },
      ]);
      const [held] = await wallets.reserveAll(tx, marketId, [{ userId, orderId, amountMinor: 300 }]);
      assert.ok(held!.ok);
      if (fails) throw new Error('the rest failed');
    });
  await assert.rejects(both(true));
  assert.deepEqual(await amountsOf(marketId, userId), [0, 0]);
  await both(false);
  assert.deepEqual(await amountsOf(marketId, userId), [300, 300]);
});

test('credit that expires is spent first, and what is left of it is taken back, but not from an order that holds', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  const [first, second] = [ids.next('ord'), ids.next('ord')];
  await topUp(marketId, userId, 1_000);
  await goodwill(marketId, userId, 300, 30);
  await goodwill(marketId, userId, 100, 10);
  await reserve(marketId, { userId, orderId: first, amountMinor: 150 });
  await take(marketId, { userId, orderId: first, amountMinor: 150 });
  await reserve(marketId, { userId, orderId: second, amountMinor: 1_200 });
  clock.advanceTo(addMs(clock.now(), 31 * DAY_MS));
  assert.equal(await wallets.expire(marketId, 10), 0);
  await release(marketId, userId, second);
  assert.equal(await wallets.expire(marketId, 10), 1);
  assert.equal(await wallets.expire(marketId, 10), 0);
  // 1,000 paid in, and of 400 as goodwill 150 spent: 250 are gone.
  assert.deepEqual(await amountsOf(marketId, userId), [1_000, 0]);
  const balances = await selectBalances(db, marketId, '', 100);
  assert.equal(balances.find(({ code }) => code === GOODWILL.code)?.balanceMinor, 150);
  await requireSound(marketId, [userId]);
});

test('Postgres itself refuses that less is in a wallet than is held', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  await assert.rejects(
    db.transaction(async (tx) => {
      await wallets.reserveAll(tx, marketId, [{ userId, orderId: ids.next('ord'), amountMinor: 1 }]);
      await tx.query(
        `insert into wallet.hold (market_id, order_id, user_id, amount_minor, state, held_at)
         values ($1, $2, $3, 5, 'held', now())`,
        [keyOf(marketId), keyOf(ids.next('ord')), keyOf(userId)],
      );
    }),
    /does not cover/,
  );
});

test('the statement is read page by page, newest first', async () => {
  const marketId = await newMarket();
  const userId = ids.next('usr');
  for (const amount of [1, 2, 3]) await topUp(marketId, userId, amount);
  const page = await selectMovements(db, marketId, userId, { limit: 2 });
  const rest = await selectMovements(db, marketId, userId, { limit: 2, before: page[1]!.id });
  assert.deepEqual(
    [...page, ...rest].map(({ amountMinor, balanceMinor }) => [amountMinor, balanceMinor]),
    [
      [3, 6],
      [2, 3],
      [1, 1],
    ],
  );
});

type Step = { readonly user: 0 | 1 } & (
  | { readonly kind: 'credit'; readonly amountMinor: number; readonly expires: boolean }
  | { readonly kind: 'reserve' | 'take'; readonly order: number; readonly amountMinor: number }
  | { readonly kind: 'release'; readonly order: number }
);

const amount = fc.integer({ min: 1, max: 60 });
const user = fc.constantFrom(0 as const, 1 as const);
const order = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('credit' as const), user, amountMinor: amount, expires: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('reserve' as const, 'take' as const), user, order, amountMinor: amount }),
  fc.record({ kind: fc.constant('release' as const), user, order }),
);

/** What a step did, as plainly as it can be said. */
interface Model {
  readonly balance: [number, number];
  readonly holds: Map<
    string,
    { readonly amountMinor: number; readonly isTaken: boolean; readonly takenMinor: number }
  >;
}

function apply(model: Model, each: Step): boolean {
  if (each.kind === 'credit') {
    model.balance[each.user] += each.amountMinor;
    return true;
  }
  const name = `${each.user} ${each.order}`;
  const hold = model.holds.get(name);
  if (each.kind === 'release') {
    if (hold?.isTaken === false) model.holds.delete(name);
    return true;
  }
  if (each.kind === 'take') {
    if (hold?.isTaken === true) return hold.takenMinor === each.amountMinor;
    if (hold === undefined || hold.amountMinor < each.amountMinor) return false;
    model.balance[each.user] -= each.amountMinor;
    model.holds.set(name, { ...hold, isTaken: true, takenMinor: each.amountMinor });
    return true;
  }
  if (hold?.isTaken === true) return false;
  const others = [...model.holds].filter(
    ([key, { isTaken }]) => key !== name && key.startsWith(`${each.user} `) && !isTaken,
  );
  const held = others.reduce((sum, [, { amountMinor }]) => sum + amountMinor, 0);
  if (each.amountMinor > model.balance[each.user] - held) return false;
  model.holds.set(name, { amountMinor: each.amountMinor, isTaken: false, takenMinor: 0 });
  return true;
}

/** Every order of some things. */
function* ordersOf<T>(things: readonly T[]): Generator<T[]> {
  if (things.length === 0) yield [];
  for (const [index, first] of things.entries()) {
    for (const rest of ordersOf(things.toSpliced(index, 1))) yield [first, ...rest];
  }
}

function toText(model: Model): string {
  return JSON.stringify([model.balance, [...model.holds].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

test('steps of several transactions at a time do what a plain model does in some order of them', async () => {
  const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rounds, async (given) => {
      const marketId = await newMarket();
      const users = [ids.next('usr'), ids.next('usr')] as const;
      const orders = users.map(() => Array.from({ length: 4 }, () => ids.next('ord')));
      const run = async (each: Step): Promise<boolean> => {
        const userId = users[each.user];
        if (each.kind === 'credit') {
          await (each.expires
            ? goodwill(marketId, userId, each.amountMinor, 400)
            : topUp(marketId, userId, each.amountMinor));
          return true;
        }
        const orderId = orders[each.user]![each.order]!;
        if (each.kind === 'release') return release(marketId, userId, orderId).then(() => true);
        const want = { userId, orderId, amountMinor: each.amountMinor };
        const [outcome] = await (each.kind === 'take' ? take(marketId, want) : reserve(marketId, want));
        return outcome!.ok;
      };
      let states: Model[] = [{ balance: [0, 0], holds: new Map() }];
      for (const round of given) {
        const answers = await Promise.all(round.map(run));
        const possible = new Map<string, Model>();
        for (const state of states) {
          for (const sequence of ordersOf([...round.keys()])) {
            const model: Model = { balance: [...state.balance], holds: new Map(state.holds) };
            if (sequence.every((index) => apply(model, round[index]!) === answers[index])) {
              possible.set(toText(model), model);
            }
          }
        }
        states = [...possible.values()];
        assert.ok(states.length > 0, `no order of ${JSON.stringify(round)} answers ${answers.join()}`);
      }
      const actual = await Promise.all(users.map((userId) => amountsOf(marketId, userId)));
      const isExplained = states.some((model) =>
        actual.every(([balance, held], index) => {
          const open = [...model.holds].filter(
            ([key, { isTaken }]) => key.startsWith(`${index} `) && !isTaken,
          );
          return (
            balance === model.balance[index as 0 | 1] &&
            held === open.reduce((sum, [, { amountMinor }]) => sum + amountMinor, 0)
          );
        }),
      );
      assert.ok(isExplained, `nothing explains ${JSON.stringify(actual)}`);
      await requireSound(marketId, users);
      // Expiring credit is part of the balance.
      for (const wallet of await readWallets(db, marketId, users)) {
        const left = wallet.expiring.reduce((sum, { leftMinor }) => sum + leftMinor, 0);
        assert.ok(left <= wallet.balanceMinor);
      }
    }),
    { numRuns: 40 },
  );
});
