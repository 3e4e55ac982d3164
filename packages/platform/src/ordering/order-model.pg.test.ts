import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@halfhour/kernel';
import {
  type Action,
  type Change,
  type Line,
  type Model,
  type OrderWorld,
  COURIERS,
  PROCESSES,
  STORES,
  createModel,
  createOrderWorld,
  createTestDatabase,
  explain,
  linesAfter,
  stockName,
  totalOf,
} from '../testing/index.ts';

/**
 * Ordering against the plain model of `testing/order-model.ts`: several commands at a time through two ordering
 * modules on one database, whose answers and effects must be those of some order of their steps.
 *
 * `HALFHOUR_TEST_RUNS=2000` for a night of it, `HALFHOUR_TEST_SEED` for the same commands again. A new command is a
 * kind of `Action`, its steps in the model, its call in `testing/order-world.ts`, and a line in `WISHES`.
 */
const RUNS = Number(process.env['HALFHOUR_TEST_RUNS'] ?? 40);
const SEED = Number(process.env['HALFHOUR_TEST_SEED'] ?? process.pid);

/** The model between two commands, and what commands were sent so far. */
interface State {
  model: Model;
  readonly sent: Action[];
}

/**
 * What somebody would like to do, before it is known which orders there are: `act` makes an action of it, or
 * nothing where there is nothing to do it with. `numbers` choose among what there is.
 */
interface Wish {
  readonly name: string;
  readonly weight: number;
  act(state: State, numbers: readonly number[], key: string): Action | undefined;
}

const pick = <T>(items: readonly T[], number: number): T | undefined => items[number % items.length];
const named = (state: State, number: number): string | undefined =>
  pick(Object.keys(state.model.orders), number);
const QUANTITIES = [1, 1, 2, 3, 5];
const METHODS = [
  'test_approve',
  'test_approve',
  'test_approve',
  'test_approve',
  'test_decline',
  'test_late',
  'test_twice',
  'test_timeout',
  'test_lost',
] as const;
const PARTIES = ['shopper', 'merchant', 'courier', 'operator'] as const;

/** One to three lines. */
function linesOf(numbers: readonly number[]): Line[] {
  const all = (['can', 'bread', 'dish'] as const).map((article, index) => ({
    article,
    quantity: pick(QUANTITIES, numbers[index]!)!,
  }));
  return all.filter((_, index) => ((1 + (numbers[0]! % 7)) >> index) & 1);
}

function change(order: string | undefined, key: string, made: Change): Action | undefined {
  return order === undefined
    ? undefined
    : { kind: 'change', key, body: JSON.stringify([order, made]), order, change: made };
}

/** What brings an order on. */
const NEXT: Readonly<Record<string, Change>> = {
  placed: { kind: 'accept', by: 'merchant' },
  accepted: { kind: 'ready', by: 'merchant' },
  ready: { kind: 'pick_up', by: 'courier', courier: 0 },
  picked_up: { kind: 'deliver', by: 'courier', courier: 1 },
};

const WISHES: readonly Wish[] = [
  {
    name: 'place',
    weight: 6,
    act: (_, numbers, key) => {
      const [a = 0, b = 0, c = 0] = numbers;
      const order = {
        store: a % STORES,
        lines: linesOf([b, c, a]),
        method: pick(METHODS, c)!,
        isTotalWrong: b % 11 === 0,
      };
      return { kind: 'place', key, body: JSON.stringify(order), ...order };
    },
  },
  {
    name: 'bring on',
    weight: 8,
    act: (state, [number = 0], key) => {
      const open = Object.entries(state.model.orders).filter(([, order]) => order.state in NEXT);
      const [order, found] = pick(open, number) ?? [];
      return found === undefined ? undefined : change(order, key, NEXT[found.state]!);
    },
  },
  {
    name: 'change anyhow',
    weight: 3,
    act: (state, [a = 0, b = 0, c = 0], key) => {
      const kind = pick(['accept', 'ready', 'unassign', 'assign', 'pick_up', 'deliver'] as const, b)!;
      return change(named(state, a), key, {
        kind,
        by: pick(PARTIES, c)!,
        ...(kind === 'assign' || kind === 'pick_up' || kind === 'deliver' ? { courier: a % COURIERS } : {}),
      } as Change);
    },
  },
  {
    name: 'assign',
    weight: 2,
    act: (state, [a = 0, b = 0], key) =>
      change(
        named(state, a),
        key,
        b % 3 === 0
          ? { kind: 'unassign', by: 'operator' }
          : { kind: 'assign', by: 'operator', courier: b % COURIERS },
      ),
  },
  {
    name: 'cancel',
    weight: 2,
    act: (state, [a = 0, b = 0], key) =>
      change(named(state, a), key, { kind: 'cancel', by: pick(PARTIES, b)! }),
  },
  {
    name: 'change lines',
    weight: 4,
    act: (state, [a = 0, b = 0, c = 0], key) => {
      const inStore = Object.entries(state.model.orders).filter(
        ([, order]) => order.state === 'placed' || order.state === 'accepted' || c % 7 === 0,
      );
      const [order, found] = pick(inStore, a) ?? [];
      if (found === undefined) return undefined;
      const line = b % found.lines.length;
      const made = {
        line,
        article: found.lines[line]!.article,
        quantity: c % 5,
        add: b % 4 === 0 ? linesOf([c, b, a])[0] : undefined,
      };
      return change(order, key, {
        kind: 'change_lines',
        by: pick(['shopper', 'operator', 'merchant', 'shopper', 'courier'] as const, a + c)!,
        ...made,
        expectedTotalMinor: c % 4 === 0 ? undefined : totalOf(linesAfter(found.lines, made)),
      });
    },
  },
  {
    name: 'change address',
    weight: 1,
    act: (state, [a = 0, b = 0], key) =>
      change(named(state, a), key, { kind: 'change_address', by: pick(PARTIES, b)! }),
  },
  {
    name: 'refund',
    weight: 2,
    act: (state, [a = 0, b = 0], key) => {
      const delivered = Object.entries(state.model.orders).filter(([, order]) => order.state === 'delivered');
      const [order, found] = pick(delivered, a) ?? [];
      if (found === undefined) return undefined;
      const left = found.totalMinor - found.refundedMinor;
      const amountMinor = pick([left, left + 1, Math.ceil(left / 2), Math.ceil(left / 3)], b)!;
      return change(order, key, { kind: 'refund', by: 'operator', amountMinor });
    },
  },
  {
    name: 'notify',
    weight: 2,
    act: ({ model }, [number = 0]) => {
      const told = Object.entries(model.orders).filter(([, { tellsAt = Infinity }]) => tellsAt <= model.now);
      const order = pick(told, number)?.[0];
      return order === undefined ? undefined : { kind: 'notify', order };
    },
  },
  {
    name: 'retry',
    weight: 3,
    act: ({ sent }, [number = 0]) => pick(sent, number),
  },
  {
    name: 'use a key for something else',
    weight: 1,
    act: ({ sent }, [number = 0]) => {
      const action = pick(sent, number);
      return action !== undefined && 'body' in action
        ? { ...action, body: `other ${action.body}` }
        : undefined;
    },
  },
  {
    name: 'read',
    weight: 1,
    act: (state, [number = 0]) => {
      const order = named(state, number);
      return order === undefined ? undefined : { kind: 'read', order };
    },
  },
  {
    name: 'quote',
    weight: 1,
    act: (_, [a = 0, b = 0, c = 0]) => ({ kind: 'quote', store: a % STORES, lines: linesOf([b, c, a]) }),
  },
  { name: 'sweep', weight: 2, act: () => ({ kind: 'sweep' }) },
  {
    name: 'open or pause',
    weight: 1,
    act: (_, [a = 0, b = 0]) => ({ kind: 'open', store: a % STORES, isOpen: b % 3 > 0 }),
  },
  {
    name: 'count',
    weight: 1,
    act: (_, [a = 0, b = 0, c = 0]) => ({
      kind: 'count',
      store: a % STORES,
      article: b % 2 === 0 ? 'can' : 'bread',
      onHand: c % 12,
    }),
  },
];

let keys = 0;

interface Wanted {
  readonly wish: Wish;
  readonly numbers: readonly number[];
  readonly process: number;
  /** How often it is sent at the same time. */
  readonly copies: number;
}

/** Several do something at the same time. */
class Together implements fc.AsyncCommand<State, OrderWorld> {
  private readonly wanted: readonly Wanted[];
  private told = '';

  constructor(wanted: readonly Wanted[]) {
    this.wanted = wanted;
  }

  check(): boolean {
    return true;
  }

  async run(state: State, world: OrderWorld): Promise<void> {
    const wishes = this.wanted.flatMap(({ wish, numbers, process, copies }) => {
      const action = wish.act(state, numbers, `key-${keys++}`);
      return action === undefined ? [] : [{ action, process, copies }];
    });
    // One that is refused because the store closes at that very moment does not wait for its copy in another process, which has
    // found the store open and is on its way: see the README of ordering.
    const isClosing = wishes.some(({ action }) => action.kind === 'open');
    const sends = wishes.flatMap(({ action, process, copies }) =>
      Array.from({ length: isClosing ? 1 : copies }, (_, copy) => ({
        action,
        process: (process + copy) % PROCESSES,
      })),
    );
    const actions = sends.map(({ action }) => action);
    const answers = await Promise.all(sends.map(({ action, process }) => world.act(action, process)));
    this.told = sends
      .map(({ action, process }, index) => `\n    ${process}: ${JSON.stringify(action)} -> ${answers[index]}`)
      .join('');
    const seen = await world.see();
    const after = explain(state.model, actions, answers, seen);
    assert.ok(
      after !== undefined,
      `no order of these explains what is seen:${this.told}\n    before: ${JSON.stringify(state.model)}\n    seen: ${JSON.stringify(seen)}`,
    );
    state.model = after;
    state.sent.push(...actions.filter((action) => 'key' in action));
  }

  toString(): string {
    return `together:${this.told}\n  `;
  }
}

class Pass implements fc.AsyncCommand<State, OrderWorld> {
  private readonly milliseconds: number;

  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
  }

  check(): boolean {
    return true;
  }

  async run(state: State, world: OrderWorld): Promise<void> {
    state.model.now += this.milliseconds;
    await world.pass(this.milliseconds);
  }

  toString(): string {
    return `${this.milliseconds / SECOND_MS} s pass\n  `;
  }
}

const wanted = fc.record({
  wish: fc.oneof(...WISHES.map((wish) => ({ weight: wish.weight, arbitrary: fc.constant(wish) }))),
  numbers: fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 }),
  process: fc.nat(PROCESSES - 1),
  copies: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
});
const together = fc.array(wanted, { minLength: 1, maxLength: 4 }).map((all) => new Together(all));
const pass = fc
  .constantFrom(SECOND_MS, 20 * SECOND_MS, MINUTE_MS, 11 * MINUTE_MS, HOUR_MS)
  .map((milliseconds) => new Pass(milliseconds));

const db = await createTestDatabase();

test(`what ordering answers and does is what the model does, in some order (${RUNS} runs, seed ${SEED})`, async (context) => {
  const states = new Map<string, number>();
  let commands = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(12),
      fc.commands([together, together, together, together, pass], { maxCommands: 25, size: '+1' }),
      async (onHand, run) => {
        const stock: Model['stock'] = {};
        for (let store = 0; store < STORES; store++) {
          stock[stockName(store, 'can')] = { onHand, reserved: 0 };
          stock[stockName(store, 'bread')] = { onHand: 10, reserved: 0 };
        }
        const real = await createOrderWorld(db, stock);
        const model: State = { model: createModel(stock), sent: [] };
        await fc.asyncModelRun(() => ({ model, real }), run);
        await real.end();
        commands += model.sent.length;
        for (const { state } of Object.values(model.model.orders)) {
          states.set(state, (states.get(state) ?? 0) + 1);
        }
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
  const orders = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  context.diagnostic(`${commands} commands with a key; orders: ${orders}`);
});

const aCan: Line[] = [{ article: 'can', quantity: 1 }];
const placeACan: Action = {
  kind: 'place',
  key: 'place',
  body: 'place',
  store: 0,
  lines: aCan,
  method: 'test_approve',
  isTotalWrong: false,
};

test('two processes that get one key at once give the same answer to a change', async () => {
  for (let round = 0; round < 20; round++) {
    const world = await createOrderWorld(db, { [stockName(0, 'can')]: { onHand: 1, reserved: 0 } });
    await world.act(placeACan, 0);
    const accept: Action = {
      kind: 'change',
      key: 'accept',
      body: 'accept',
      order: 'place',
      change: { kind: 'accept', by: 'merchant' },
    };
    const answers: string[] = await Promise.all([world.act(accept, 0), world.act(accept, 1)]);
    assert.equal(answers[0], answers[1]);
  }
});

test('two processes that get one key at once give the same answer to a placement', async () => {
  for (let round = 0; round < 20; round++) {
    const world = await createOrderWorld(db, { [stockName(0, 'can')]: { onHand: 1, reserved: 0 } });
    const answers: string[] = await Promise.all([world.act(placeACan, 0), world.act(placeACan, 1)]);
    assert.equal(answers[0], answers[1]);
  }
});
