import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import {
  type CourierState,
  type DispatchPolicy,
  type DispatchState,
  type OpenOrder,
  type TravelTimes,
  UnusableSnapshot,
  createDispatchEngine,
  defaultPolicy,
  validatePlan,
} from './index.ts';
import { NOW, anyState, anyWeights, grid, gridWithPlane } from './test-states.ts';

const policy = { ...defaultPolicy, iterationsPerOrder: 2 };

/** Values that no courier or order should have. */
const strange = fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 0.5, 1e300, 2 ** 31, -0);
const strangeCourier = fc.record(
  {
    node: strange,
    freeAtSeconds: strange,
    onAtSeconds: strange,
    offAtSeconds: fc.oneof(strange, fc.constant(NOW - 9_000)),
    maxOrders: strange,
    acceptance: strange,
    earnedPerHour: strange,
    capacity: fc.record({ litres: strange }),
    carrying: fc.constant([
      { key: 0, dropNode: Number.NaN, placedAtSeconds: NOW, dueAtSeconds: NOW, latestAtSeconds: NOW },
    ]),
  },
  { requiredKeys: [] },
);
const strangeOrder = fc.record(
  {
    storeNode: strange,
    dropNode: strange,
    placedAtSeconds: strange,
    readyAtSeconds: strange,
    readySpreadSeconds: strange,
    dueAtSeconds: fc.oneof(strange, fc.constant(NOW - 90_000)),
    latestAtSeconds: fc.oneof(strange, fc.constant(NOW - 90_000)),
    load: fc.record({ grams: strange }),
    toldCourierKey: strange,
    declinedBy: fc.array(strange, { maxLength: 2 }),
    onlyCourierKey: strange,
  },
  { requiredKeys: [] },
);
/** Ways that are missing, negative, or no numbers. */
const strangeTravel: fc.Arbitrary<TravelTimes> = fc
  .tuple(fc.constantFrom(grid, gridWithPlane), fc.integer({ min: 1, max: 7 }), strange)
  .map(([usual, each, value]) => ({
    ...usual,
    seconds: (from, to) => ((from + 3 * to) % each === 0 ? value : usual.seconds(from, to)),
  }));

/** Each value of a record is strange for some of its members only. */
function spoilt<Value extends object>(
  values: readonly Value[],
  spoils: readonly Partial<Value>[],
): readonly Value[] {
  return values.map((value, index) => ({ ...value, ...spoils[index] }));
}

const hostileState = fc
  .record({
    state: anyState({ rich: true, onBoard: true }),
    couriers: fc.array(fc.oneof(fc.constant({}), strangeCourier), { maxLength: 12, size: 'max' }),
    orders: fc.array(fc.oneof(fc.constant({}), strangeOrder), { maxLength: 24, size: 'max' }),
    travel: fc.oneof(fc.constant(grid), strangeTravel),
  })
  .map(({ state, couriers, orders, travel }): DispatchState => ({
    ...state,
    travel,
    couriers: spoilt(state.couriers, couriers as Partial<CourierState>[]).map((courier, index) => ({
      ...courier,
      // Two orders of one key would be another mistake.
      carrying: (courier.carrying ?? []).map((order) =>
        order.key === 0 ? { ...order, key: 9_000 + index } : order,
      ),
    })),
    orders: spoilt(state.orders, orders as Partial<OpenOrder>[]),
  }));

test('a hostile snapshot gives a valid plan that names every order and says what was left out and why', () => {
  fc.assert(
    fc.property(hostileState, anyWeights, (state, weights) => {
      const given = { ...policy, ...weights };
      const engine = createDispatchEngine(given, seededRandom(1));
      for (let tick = 0; tick < 2; tick++) {
        const plan = engine.plan(state);
        assert.deepEqual(validatePlan(state, plan, given), []);
        for (const { message } of plan.leftOut) assert.match(message, /^(courier|order) \d+: .{10}/);
      }
    }),
    { numRuns: 400 },
  );
});

test('what nothing can be planned with is refused, and the message says what to mend', () => {
  const meal = { ...(fc.sample(anyState({ rich: false, onBoard: false }), 1)[0] as DispatchState) };
  const order: OpenOrder = {
    key: 1,
    storeNode: 3,
    dropNode: 5,
    placedAtSeconds: NOW,
    readyAtSeconds: NOW,
    dueAtSeconds: NOW,
    latestAtSeconds: NOW,
  };
  const refused: [RegExp, Partial<DispatchState>, Partial<DispatchPolicy>][] = [
    [/nowSeconds must be whole seconds: NaN/, { nowSeconds: Number.NaN }, {}],
    [/nowSeconds must be whole seconds/, { nowSeconds: 1e13 }, {}],
    [/nextTickSeconds .* not before now/, { nextTickSeconds: NOW - 1 }, {}],
    [/two orders have the key 1/, { orders: [order, order] }, {}],
    [/dropServiceSeconds must be 0 or more: -240/, {}, { dropServiceSeconds: -240 }],
    [/pickupServiceSeconds must be whole seconds: 0.5/, {}, { pickupServiceSeconds: 0.5 }],
    [/overageWeight must be 0 or more: NaN/, {}, { overageWeight: Number.NaN }],
    [
      /31 kinds of abilities/,
      { orders: [{ ...order, requires: Array.from({ length: 31 }, (_, k) => `a${k}`) }] },
      {},
    ],
    [
      /fastestMetresPerSecond/,
      { travel: { ...grid, plane: { x: () => 0, y: () => 0, fastestMetresPerSecond: 0 } } },
      {},
    ],
  ];
  for (const [message, change, rules] of refused) {
    const engine = createDispatchEngine({ ...policy, ...rules }, seededRandom(1));
    assert.throws(
      () => engine.plan({ ...meal, ...change }),
      (error) => error instanceof UnusableSnapshot && message.test(error.message),
    );
  }
});

test('fifty thousand orders for three couriers give a valid plan; the rest is named', () => {
  const random = seededRandom('flood');
  const couriers = [0, 1, 2].map((key): CourierState => ({
    key,
    node: random.below(1_600),
    freeAtSeconds: NOW,
    onAtSeconds: NOW,
    offAtSeconds: NOW + 14_400,
    maxOrders: 4,
  }));
  const orders = Array.from({ length: 50_000 }, (_, key): OpenOrder => ({
    key,
    storeNode: random.below(1_600),
    dropNode: random.below(1_600),
    placedAtSeconds: NOW,
    readyAtSeconds: NOW + random.below(900),
    dueAtSeconds: NOW + 2_400,
    latestAtSeconds: NOW + 5_400,
  }));
  const state = { nowSeconds: NOW, nextTickSeconds: NOW + 20, couriers, orders, travel: gridWithPlane };
  const plan = createDispatchEngine(policy, seededRandom(1)).plan(state);
  assert.deepEqual(validatePlan(state, plan, policy), []);
  assert.ok(plan.assignments.length > 0);
  assert.ok(plan.unassigned.length > 49_900);
});

test('a courier without a position is left out by name, and the others work on', () => {
  const courier = { freeAtSeconds: NOW, onAtSeconds: NOW, offAtSeconds: NOW + 7_200, maxOrders: 4 };
  const state: DispatchState = {
    nowSeconds: NOW,
    nextTickSeconds: NOW + 20,
    couriers: [
      { ...courier, key: 1, node: Number.NaN },
      { ...courier, key: 2, node: 0 },
    ],
    orders: [
      {
        key: 5,
        storeNode: 3,
        dropNode: 5,
        placedAtSeconds: NOW,
        readyAtSeconds: NOW,
        dueAtSeconds: NOW + 2_400,
        latestAtSeconds: NOW + 5_400,
      },
    ],
    travel: grid,
  };
  const plan = createDispatchEngine(policy, seededRandom(1)).plan(state);
  assert.deepEqual(plan.leftOut, [
    { courierKey: 1, message: 'courier 1: has no position: give the node where it stands or will be free' },
  ]);
  assert.equal(plan.assignments[0]!.courierKey, 2);
});

test('a courier who is free only in years is left out by name, with what it has on board', () => {
  const state = fc.sample(anyState({ rich: false, onBoard: false }), { numRuns: 1, seed: 1 })[0]!;
  const carried = { key: 5, dropNode: 3, placedAtSeconds: NOW, dueAtSeconds: NOW, latestAtSeconds: NOW };
  const far: CourierState = {
    key: 77,
    node: 0,
    freeAtSeconds: NOW,
    onAtSeconds: 2 ** 31,
    offAtSeconds: NOW,
    maxOrders: 1,
    carrying: [carried],
  };
  const given = { ...state, couriers: [...state.couriers, far] };
  const plan = createDispatchEngine(policy, seededRandom(1)).plan(given);
  assert.deepEqual(validatePlan(given, plan, policy), []);
  assert.deepEqual(
    plan.leftOut.map(({ courierKey }) => courierKey),
    [77],
  );
});
