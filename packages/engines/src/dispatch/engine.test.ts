import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import {
  type CourierState,
  type DispatchState,
  type OpenOrder,
  type TravelTimes,
  afterCollecting,
  afterGoing,
  createDispatchEngine,
  defaultPolicy,
  validatePlan,
} from './index.ts';

const WIDTH = 40;
/** Nodes on a grid of 40 × 40, a minute a step. */
const grid: TravelTimes = {
  seconds: (from, to) =>
    60 *
    (Math.abs((from % WIDTH) - (to % WIDTH)) + Math.abs(Math.floor(from / WIDTH) - Math.floor(to / WIDTH))),
};
const node = fc.integer({ min: 0, max: WIDTH * WIDTH - 1 });
const policy = { ...defaultPolicy, iterationsPerOrder: 4, prepositionWithinSeconds: 600 };
const NOW = 36_000;

const courier = fc.record({
  node,
  freeInSeconds: fc.integer({ min: -1_200, max: 2_000 }),
  onInSeconds: fc.integer({ min: -7_200, max: 1_200 }),
  shiftSeconds: fc.integer({ min: 0, max: 14_400 }),
  maxOrders: fc.integer({ min: 1, max: 4 }),
});
const order = fc.record({
  storeNode: fc.integer({ min: 0, max: 5 }).map((store) => store * 217),
  dropNode: node,
  placedInSeconds: fc.integer({ min: -3_000, max: 0 }),
  readyInSeconds: fc.integer({ min: -1_200, max: 2_400 }),
});
const anyState = fc
  .record({ couriers: fc.array(courier, { maxLength: 12 }), orders: fc.array(order, { maxLength: 20 }) })
  .map(({ couriers, orders }): DispatchState => ({
    nowSeconds: NOW,
    nextTickSeconds: NOW + 60,
    travel: grid,
    couriers: couriers.map((given, key): CourierState => ({
      key,
      node: given.node,
      freeAtSeconds: NOW + given.freeInSeconds,
      onAtSeconds: NOW + given.onInSeconds,
      offAtSeconds: NOW + given.onInSeconds + given.shiftSeconds,
      maxOrders: given.maxOrders,
    })),
    orders: orders.map((given, index): OpenOrder => ({
      key: 1_000 + index,
      storeNode: given.storeNode,
      dropNode: given.dropNode,
      placedAtSeconds: NOW + given.placedInSeconds,
      readyAtSeconds: NOW + given.readyInSeconds,
      dueAtSeconds: NOW + given.placedInSeconds + 2_400,
      latestAtSeconds: NOW + given.placedInSeconds + 5_400,
    })),
  }));

test('the plan of any state is valid: each order once or unassigned, all times and shifts kept', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      const plan = createDispatchEngine(policy, seededRandom(1)).plan(state);
      assert.deepEqual(validatePlan(state, plan, policy), []);
    }),
    { numRuns: 200 },
  );
});

test('every plan stays valid while the day goes on and what it commits is done', () => {
  fc.assert(
    fc.property(anyState, fc.integer({ min: 1, max: 200 }), (start, tickSeconds) => {
      const engine = createDispatchEngine(policy, seededRandom(2));
      let state = { ...start, nextTickSeconds: start.nowSeconds + tickSeconds };
      for (let tick = 0; tick < 30; tick++) {
        const plan = engine.plan(state);
        assert.deepEqual(validatePlan(state, plan, policy), []);
        const couriers = new Map(state.couriers.map((each) => [each.key, each]));
        const orders = new Map(state.orders.map((each) => [each.key, each]));
        for (const assignment of plan.assignments) {
          if (assignment.action === 'wait') continue;
          let each = couriers.get(assignment.courierKey)!;
          each = afterGoing(each, assignment.storeNode, state.nowSeconds, grid);
          if (assignment.action === 'collect') {
            const last = orders.get(assignment.orderKeys.at(-1)!)!;
            each = afterCollecting(each, assignment, last.dropNode, policy);
            for (const key of assignment.orderKeys) orders.delete(key);
          }
          couriers.set(each.key, each);
        }
        for (const { courierKey, storeNode } of plan.prepositions) {
          couriers.set(courierKey, afterGoing(couriers.get(courierKey)!, storeNode, state.nowSeconds, grid));
        }
        state = {
          ...state,
          nowSeconds: state.nextTickSeconds,
          nextTickSeconds: state.nextTickSeconds + tickSeconds,
          couriers: [...couriers.values()],
          orders: [...orders.values()],
        };
      }
    }),
    { numRuns: 40 },
  );
});

test('the same seed and states give the same plans', () => {
  fc.assert(
    fc.property(anyState, (state) => {
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
