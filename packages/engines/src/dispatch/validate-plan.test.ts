import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Assignment,
  type DispatchState,
  type Plan,
  type PlanViolationCode,
  defaultPolicy,
  validatePlan,
} from './index.ts';

/** Nodes on a line, a minute apart. */
const state: DispatchState = {
  nowSeconds: 1_000,
  nextTickSeconds: 1_060,
  travel: { seconds: (from, to) => 60 * Math.abs(from - to) },
  couriers: [
    { key: 1, node: 0, freeAtSeconds: 900, onAtSeconds: 0, offAtSeconds: 5_000, maxOrders: 2 },
    { key: 2, node: 9, freeAtSeconds: 2_000, onAtSeconds: 0, offAtSeconds: 2_100, maxOrders: 2 },
  ],
  orders: [order(10, 3, 5), order(11, 3, 6), order(12, 4, 6)],
};

function order(key: number, storeNode: number, dropNode: number) {
  return {
    key,
    storeNode,
    dropNode,
    placedAtSeconds: 500,
    readyAtSeconds: 1_400,
    dueAtSeconds: 2_900,
    latestAtSeconds: 5_900,
  };
}

const bundle: Assignment = {
  courierKey: 1,
  storeNode: 3,
  orderKeys: [10, 11],
  departAtSeconds: 1_100,
  pickupAtSeconds: 1_400,
  dropAtSeconds: [1_760, 2_060],
  action: 'wait',
};
const good: Plan = { assignments: [bundle], prepositions: [], unassigned: [12] };

test('a plan that keeps all rules has no violation', () => {
  assert.deepEqual(validatePlan(state, good, defaultPolicy), []);
});

const broken: [PlanViolationCode, Partial<Plan>][] = [
  ['unknown_courier', { assignments: [{ ...bundle, courierKey: 7 }] }],
  ['unknown_order', { unassigned: [12, 99] }],
  ['order_twice', { unassigned: [12, 10] }],
  ['order_lost', { unassigned: [] }],
  [
    'empty_bundle',
    { assignments: [{ ...bundle, orderKeys: [], dropAtSeconds: [] }], unassigned: [10, 11, 12] },
  ],
  ['too_many_orders', { assignments: [{ ...bundle, orderKeys: [10, 11, 12] }], unassigned: [] }],
  ['two_stores', { assignments: [{ ...bundle, orderKeys: [10, 12] }], unassigned: [11] }],
  ['wrong_travel', { assignments: [{ ...bundle, dropAtSeconds: [1_700, 2_060] }] }],
  ['wrong_travel', { assignments: [{ ...bundle, departAtSeconds: 1_200 }] }],
  ['wrong_travel', { assignments: [{ ...bundle, dropAtSeconds: [1_760] }] }],
  ['too_early', { assignments: [{ ...bundle, departAtSeconds: 990, action: 'go' }] }],
  [
    'before_ready',
    {
      assignments: [
        { ...bundle, departAtSeconds: 1_090, pickupAtSeconds: 1_390, dropAtSeconds: [1_750, 2_050] },
      ],
    },
  ],
  [
    'after_shift',
    {
      assignments: [
        { ...bundle, departAtSeconds: 4_701, pickupAtSeconds: 5_001, dropAtSeconds: [5_361, 5_661] },
      ],
    },
  ],
  ['wrong_action', { assignments: [{ ...bundle, action: 'go' }] }],
  ['wrong_preposition', { prepositions: [{ courierKey: 1, storeNode: 4 }] }],
  ['wrong_preposition', { prepositions: [{ courierKey: 2, storeNode: 4 }] }],
  ['wrong_preposition', { prepositions: [{ courierKey: 3, storeNode: 4 }] }],
];

for (const [code, change] of broken) {
  test(`the validator finds ${code} in ${JSON.stringify(change).slice(0, 60)}`, () => {
    const codes = validatePlan(state, { ...good, ...change }, defaultPolicy).map(
      (violation) => violation.code,
    );
    assert.ok(codes.includes(code), `found ${codes.join(', ') || 'nothing'}`);
  });
}
