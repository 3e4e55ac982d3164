import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import {
  type CourierState,
  type DispatchState,
  type OpenOrder,
  createCourierComparison,
  createDispatchEngine,
  defaultPolicy,
  mayTake,
  objectiveOf,
} from './index.ts';
import { NOW, anyState, anyWeights, grid } from './test-states.ts';

const courier = (key: number, node: number, more: Partial<CourierState> = {}): CourierState => ({
  key,
  node,
  freeAtSeconds: NOW,
  onAtSeconds: NOW - 3_600,
  offAtSeconds: NOW + 14_400,
  maxOrders: 1,
  ...more,
});
const order = (key: number, storeNode: number, dropNode: number): OpenOrder => ({
  key,
  storeNode,
  dropNode,
  placedAtSeconds: NOW - 600,
  readyAtSeconds: NOW,
  dueAtSeconds: NOW + 1_800,
  latestAtSeconds: NOW + 4_800,
});
const stateOf = (couriers: CourierState[], orders: OpenOrder[]): DispatchState => ({
  nowSeconds: NOW,
  nextTickSeconds: NOW + 20,
  couriers,
  orders,
  travel: grid,
});
const policy = { ...defaultPolicy, prepositionWithinSeconds: 0, courierTimeWeight: 0.5 };
const planOf = (state: DispatchState) => createDispatchEngine(policy, seededRandom(1)).plan(state);

test('an idle courier five minutes further away costs those minutes, and its longer way', () => {
  const state = stateOf([courier(1, 2), courier(2, 7)], [order(9, 0, 1)]);
  const extra = createCourierComparison(state, planOf(state), policy)(9, 2)!;
  assert.equal(extra.clickToDoor, 5 * 60);
  assert.equal(extra.courierTime, 0.5 * 5 * 60);
  assert.equal(extra.overage, 0);
  assert.equal(extra.total, 450);
});

test('a courier who is nearer but has another order costs what that one loses', () => {
  // The second one stands at the store of an order that only it reaches soon.
  const state = stateOf([courier(1, 4), courier(2, 3)], [order(8, 3, 3), order(9, 0, 1)]);
  const plan = planOf(state);
  assert.deepEqual(
    plan.assignments.map(({ courierKey, orderKeys }) => [courierKey, ...orderKeys]),
    [
      [1, 9],
      [2, 8],
    ],
  );
  const extra = createCourierComparison(state, plan, policy)(9, 2)!;
  assert.ok(extra.total > 0 && extra.clickToDoor > 3 * 60);
});

test('an order that nobody has is cheaper with whoever can take it', () => {
  const state = stateOf([courier(1, 2)], [order(9, 0, 1)]);
  const nobody = { assignments: [], unassigned: [9], prepositions: [], leftOut: [] };
  const extra = createCourierComparison(state, nobody, policy)(9, 1)!;
  assert.equal(extra.unserved, -policy.unservedCostSeconds);
  assert.ok(extra.clickToDoor > 0 && extra.total < 0);
});

test('who may not have an order is not compared', () => {
  const given = { ...order(9, 0, 1), requires: ['age_check'], load: { litres: 50 }, declinedBy: [4] };
  const abilities = ['age_check'];
  const state = stateOf(
    [
      courier(1, 2, { abilities }),
      courier(2, 2),
      courier(3, 2, { abilities, capacity: { litres: 49 } }),
      courier(4, 2, { abilities }),
      courier(5, 3, { abilities, capacity: { litres: 50 } }),
    ],
    [given],
  );
  const compare = createCourierComparison(state, planOf(state), policy);
  assert.deepEqual(
    [2, 3, 4, 5].map((key) => compare(9, key) === undefined),
    [true, true, true, false],
  );
  assert.equal(compare(9, 1), undefined, 'the chosen one is no alternative');
});

test('of any plan, what another courier would cost adds up, and nobody is compared who may not have the order', () => {
  fc.assert(
    fc.property(anyState({ rich: true, onBoard: false }), anyWeights, (state, weights) => {
      const given = { ...policy, iterationsPerOrder: 2, ...weights };
      const plan = createDispatchEngine(given, seededRandom(1)).plan(state);
      const compare = createCourierComparison(state, plan, given);
      for (const { key: orderKey } of state.orders.slice(0, 6)) {
        for (const other of state.couriers) {
          const extra = compare(orderKey, other.key);
          if (
            !mayTake(
              other,
              state.orders.find(({ key }) => key === orderKey)!,
            )
          ) {
            assert.equal(extra, undefined);
          }
          if (extra === undefined) continue;
          const { total, ...terms } = extra;
          const sum = Object.values(terms).reduce((all, each) => all + each, 0);
          assert.ok(Math.abs(total - sum) < 1e-6);
          // What it would be then cannot cost less than nothing.
          assert.ok(total >= -objectiveOf(state, plan, given).total - 1e-6);
        }
      }
    }),
    { numRuns: 60 },
  );
});
