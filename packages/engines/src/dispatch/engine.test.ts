import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import {
  type CarriedOrder,
  type CourierState,
  type DispatchPolicy,
  type DispatchState,
  type OpenOrder,
  type Plan,
  afterCollecting,
  afterGoing,
  createDispatchEngine,
  defaultPolicy,
  validatePlan,
} from './index.ts';
import { NOW, anyState, anyWeights, grid } from './test-states.ts';

const policy = { ...defaultPolicy, iterationsPerOrder: 4, prepositionWithinSeconds: 600 };
const plain = anyState({ rich: false, onBoard: false });
const rich = anyState({ rich: true, onBoard: true });

test('the plan of any state is valid: each order once or unassigned, all times, loads, skills and shifts kept', () => {
  fc.assert(
    fc.property(rich, anyWeights, (state, weights) => {
      const given = { ...policy, ...weights };
      const plan = createDispatchEngine(given, seededRandom(1)).plan(state);
      assert.deepEqual(plan.leftOut, []);
      assert.deepEqual(validatePlan(state, plan, given), []);
    }),
    { numRuns: 200 },
  );
});

test('every plan stays valid while the day goes on and what it commits is done', () => {
  fc.assert(
    fc.property(rich, anyWeights, fc.integer({ min: 1, max: 200 }), (start, weights, tickSeconds) => {
      const given = { ...policy, ...weights };
      const engine = createDispatchEngine(given, seededRandom(2));
      let state = { ...start, nextTickSeconds: start.nowSeconds + tickSeconds };
      for (let tick = 0; tick < 30; tick++) {
        const plan = engine.plan(state);
        assert.deepEqual(validatePlan(state, plan, given), []);
        state = afterTick(state, plan, given, tickSeconds);
      }
    }),
    { numRuns: 40 },
  );
});

/** The state a tick later: what the plan commits is done, and what was expected to be ready by then is. */
function afterTick(
  state: DispatchState,
  plan: Plan,
  given: DispatchPolicy,
  tickSeconds: number,
): DispatchState {
  const couriers = new Map(state.couriers.map((each) => [each.key, each]));
  const orders = new Map(state.orders.map((each) => [each.key, each]));
  const known = new Map<number, CarriedOrder>(orders);
  for (const { carrying } of state.couriers) for (const each of carrying ?? []) known.set(each.key, each);
  for (const assignment of plan.assignments) {
    if (assignment.action === 'wait') continue;
    let each = couriers.get(assignment.courierKey)!;
    each = afterGoing(each, assignment.storeNode, state.nowSeconds, grid);
    if (assignment.action === 'collect') {
      each = afterCollecting(each, assignment, (key) => known.get(key)!, given);
      for (const key of assignment.orderKeys) orders.delete(key);
    }
    couriers.set(each.key, each);
  }
  for (const { courierKey, storeNode } of plan.prepositions) {
    couriers.set(courierKey, afterGoing(couriers.get(courierKey)!, storeNode, state.nowSeconds, grid));
  }
  const nowSeconds = state.nextTickSeconds;
  return {
    ...state,
    nowSeconds,
    nextTickSeconds: nowSeconds + tickSeconds,
    couriers: [...couriers.values()],
    orders: [...orders.values()].map((each) =>
      each.readyAtSeconds <= nowSeconds ? { ...each, readySpreadSeconds: 0 } : each,
    ),
  };
}

test('the same seed and states give the same plans', () => {
  fc.assert(
    fc.property(plain, (state) => {
      const first = createDispatchEngine(policy, seededRandom('a'));
      const second = createDispatchEngine(policy, seededRandom('a'));
      for (let tick = 0; tick < 3; tick++) assert.deepEqual(first.plan(state), second.plan(state));
    }),
    { numRuns: 50 },
  );
});

const alone: CourierState = {
  key: 1,
  node: 0,
  freeAtSeconds: NOW,
  onAtSeconds: NOW - 3_600,
  offAtSeconds: NOW + 7_200,
  maxOrders: 4,
};
const meal: OpenOrder = {
  key: 10,
  placedAtSeconds: NOW,
  readyAtSeconds: NOW + 900,
  storeNode: 5,
  dropNode: 8,
  dueAtSeconds: NOW + 2_400,
  latestAtSeconds: NOW + 5_400,
};

function stateAt(nowSeconds: number, couriers: CourierState[], orders: OpenOrder[]): DispatchState {
  return { nowSeconds, nextTickSeconds: nowSeconds + 60, couriers, orders, travel: grid };
}

test('a courier waits while there is slack, leaves when it is gone, and the bundle is final at pickup', () => {
  const engine = createDispatchEngine(defaultPolicy, seededRandom(1));
  // Ready after 15 minutes; 5 on the way and 2 of service before the pickup: it leaves after 8.
  const [early] = engine.plan(stateAt(NOW, [alone], [meal])).assignments;
  assert.equal(early!.action, 'wait');
  assert.equal(early!.departAtSeconds, NOW + 480);
  const [due] = engine.plan(stateAt(NOW + 480, [alone], [meal])).assignments;
  assert.equal(due!.action, 'go');
  const there = afterGoing(alone, 5, NOW + 480, grid);
  assert.equal(there.freeAtSeconds, NOW + 780);
  const [ready] = engine.plan(stateAt(NOW + 900, [there], [meal])).assignments;
  assert.equal(ready!.action, 'collect');
  assert.equal(ready!.pickupAtSeconds, NOW + 900);
  assert.deepEqual(ready!.dropAtSeconds, [NOW + 900 + 120 + 180 + 120]);
});

test('an order that comes in while the courier is on its way joins the bundle', () => {
  const engine = createDispatchEngine(defaultPolicy, seededRandom(1));
  engine.plan(stateAt(NOW + 480, [alone], [meal]));
  const there = afterGoing(alone, 5, NOW + 480, grid);
  const late = { ...meal, key: 11, dropNode: 9, placedAtSeconds: NOW + 540 };
  const [bundle] = engine.plan(stateAt(NOW + 540, [there], [meal, late])).assignments;
  assert.deepEqual(bundle!.orderKeys, [10, 11]);
});

test('an order that no shift reaches is left unassigned', () => {
  const leaving = { ...alone, offAtSeconds: NOW + 600 };
  const plan = createDispatchEngine(defaultPolicy, seededRandom(1)).plan(stateAt(NOW, [leaving], [meal]));
  assert.deepEqual(plan.assignments, []);
  assert.deepEqual(plan.unassigned, [10]);
});

test('an order placed hours ahead is served, though it comes long after the latest time of a usual one', () => {
  const ahead = {
    ...meal,
    placedAtSeconds: NOW - 4 * 3_600,
    dueAtSeconds: NOW - 12_000,
    latestAtSeconds: NOW - 9_000,
  };
  const plan = createDispatchEngine(defaultPolicy, seededRandom(1)).plan(stateAt(NOW, [alone], [ahead]));
  assert.deepEqual(plan.unassigned, []);
});

test('a state without orders or without couriers has an empty plan', () => {
  const engine = createDispatchEngine(defaultPolicy, seededRandom(1));
  assert.deepEqual(engine.plan(stateAt(NOW, [alone], [])), {
    assignments: [],
    prepositions: [],
    unassigned: [],
    leftOut: [],
  });
  assert.deepEqual(engine.plan(stateAt(NOW, [], [meal])).unassigned, [10]);
});

test('an idle courier is sent ahead to the store that had the orders', () => {
  const engine = createDispatchEngine({ ...defaultPolicy, prepositionWithinSeconds: 600 }, seededRandom(1));
  const busy = { ...meal, storeNode: 5 };
  engine.plan(stateAt(NOW, [], [busy, { ...busy, key: 11 }]));
  assert.deepEqual(engine.plan(stateAt(NOW + 60, [alone], [])).prepositions, [
    { courierKey: 1, storeNode: 5 },
  ]);
});

function planned(couriers: CourierState[], orders: OpenOrder[], changes: Partial<DispatchPolicy> = {}): Plan {
  const state = stateAt(NOW, couriers, orders);
  const given = { ...defaultPolicy, ...changes };
  const plan = createDispatchEngine(given, seededRandom(1)).plan(state);
  assert.deepEqual(validatePlan(state, plan, given), []);
  return plan;
}

/** Two couriers of which the first is nearer. */
const pair = [alone, { ...alone, key: 2, node: 20 }];
const courierOf = (plan: Plan, key: number): number | undefined =>
  plan.assignments.find(({ orderKeys }) => orderKeys.includes(key))?.courierKey;

test('an order goes to a courier who has what it requires, the room for it, and has not declined it', () => {
  assert.equal(courierOf(planned(pair, [meal]), 10), 1);
  const able = [pair[0]!, { ...pair[1]!, abilities: ['age_check', 'car'] }];
  assert.equal(courierOf(planned(able, [{ ...meal, requires: ['car'] }]), 10), 2);
  assert.deepEqual(planned(pair, [{ ...meal, requires: ['car'] }]).unassigned, [10]);
  const roomy = [{ ...pair[0]!, capacity: { hotLitres: 0 } }, pair[1]!];
  assert.equal(courierOf(planned(roomy, [{ ...meal, load: { hotLitres: 2 } }]), 10), 2);
  assert.equal(courierOf(planned(pair, [{ ...meal, declinedBy: [1] }]), 10), 2);
  assert.equal(courierOf(planned(pair, [{ ...meal, onlyCourierKey: 2 }]), 10), 2);
});

test('orders that fill a vehicle together are carried one after the other', () => {
  const small = { ...alone, capacity: { litres: 5 } };
  const big = { ...meal, load: { litres: 3 } };
  const two = [big, { ...big, key: 11, dropNode: 9 }];
  assert.deepEqual(
    planned([small], two).assignments.map(({ orderKeys }) => orderKeys.length),
    [1, 1],
  );
  assert.deepEqual(planned([{ ...alone, capacity: { litres: 6 } }], two).assignments[0]!.orderKeys, [10, 11]);
});

test('orders of two stores on one way are carried together where the policy allows it', () => {
  const near = { ...meal, storeNode: 5, dropNode: 8, readyAtSeconds: NOW };
  const onTheWay = { ...meal, key: 11, storeNode: 6, dropNode: 9, readyAtSeconds: NOW };
  const apart = planned([alone], [near, onTheWay]);
  assert.ok(apart.assignments.every(({ orderKeys, dropKeys }) => orderKeys.join() === dropKeys.join()));
  const together = planned([alone], [near, onTheWay], { multiStoreRoutes: true });
  assert.deepEqual(
    together.assignments.map(({ orderKeys, dropKeys }) => [orderKeys, dropKeys]),
    [
      [[10], []],
      [[11], [10, 11]],
    ],
  );
});

test('what is on board is dropped off, and a pickup on the way comes before it where that is allowed', () => {
  const carried = { ...meal, key: 20, dropNode: 12, readyAtSeconds: NOW };
  const carrier = { ...alone, carrying: [carried] };
  const fetched = { ...meal, storeNode: 5, dropNode: 8, readyAtSeconds: NOW };
  assert.deepEqual(
    planned([carrier], [fetched]).assignments.map(({ orderKeys, dropKeys, action }) => [
      orderKeys,
      dropKeys,
      action,
    ]),
    [
      [[], [20], 'collect'],
      [[10], [10], 'wait'],
    ],
  );
  assert.deepEqual(
    planned([carrier], [fetched], { multiStoreRoutes: true }).assignments.map(({ dropKeys }) => dropKeys),
    [[10, 20]],
  );
});

test('a courier who often declines, or earned more than the others, is passed over for one a little farther', () => {
  const close = [alone, { ...alone, key: 2, node: 1 }];
  const ready = { ...meal, readyAtSeconds: NOW, storeNode: 6 };
  assert.equal(courierOf(planned(close, [ready]), 10), 2);
  assert.equal(courierOf(planned([alone, { ...close[1]!, acceptance: 0.5 }], [ready]), 10), 1);
  const earners = [
    { ...alone, earnedPerHour: 10 },
    { ...close[1]!, earnedPerHour: 30 },
  ];
  assert.equal(courierOf(planned(earners, [ready]), 10), 2);
  assert.equal(courierOf(planned(earners, [ready], { fairnessCostSeconds: 120 }), 10), 1);
});

test('an order stays with the courier that was told, unless another is sooner by more than the cost of a change', () => {
  const ready = { ...meal, readyAtSeconds: NOW, storeNode: 6 };
  const one = { ...alone, key: 2, node: 1 };
  const two = { ...alone, key: 3, node: 3 };
  const told = { ...ready, toldCourierKey: 1 };
  assert.equal(courierOf(planned([alone, one], [told], { changeCostSeconds: 90 }), 10), 1);
  assert.equal(courierOf(planned([alone, two], [told], { changeCostSeconds: 90 }), 10), 3);
});

test('for food that is only expected a courier leaves early enough and waits until it is ready', () => {
  const expected = { ...meal, readySpreadSeconds: 480 };
  const plan = planned([alone], [expected], { readyQuantile: 0.1 });
  const certain = planned([alone], [meal]);
  assert.ok(plan.assignments[0]!.departAtSeconds < certain.assignments[0]!.departAtSeconds);
  assert.ok(plan.assignments[0]!.pickupAtSeconds > certain.assignments[0]!.pickupAtSeconds);
  const there = { ...alone, node: 5 };
  const overdue = { ...expected, readyAtSeconds: NOW - 300 };
  const [waiting] = planned([there], [overdue]).assignments;
  assert.equal(waiting!.action, 'go');
  assert.ok(waiting!.pickupAtSeconds > NOW);
});

test('a weight on driving sends one courier with both orders where two would be quicker', () => {
  const couriers = [alone, { ...alone, key: 2, node: 4 }];
  const orders = [meal, { ...meal, key: 11, dropNode: 9 }];
  assert.equal(planned(couriers, orders).assignments.length, 2);
  assert.equal(planned(couriers, orders, { courierTimeWeight: 2 }).assignments.length, 1);
});
