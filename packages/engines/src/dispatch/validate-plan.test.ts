import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Assignment,
  type AssignmentAction,
  type CourierState,
  type DispatchState,
  type OpenOrder,
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
  dropKeys: [10, 11],
  dropAtSeconds: [1_760, 2_060],
  action: 'wait',
};
const good: Plan = { assignments: [bundle], prepositions: [], unassigned: [12], leftOut: [] };

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
    {
      assignments: [{ ...bundle, orderKeys: [], dropKeys: [], dropAtSeconds: [] }],
      unassigned: [10, 11, 12],
    },
  ],
  [
    'too_many_orders',
    { assignments: [{ ...bundle, orderKeys: [10, 11, 12], dropKeys: [10, 11, 12] }], unassigned: [] },
  ],
  ['two_stores', { assignments: [{ ...bundle, orderKeys: [10, 12], dropKeys: [10, 12] }], unassigned: [11] }],
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

const [first, second] = state.couriers as [CourierState, CourierState];
const [ten, eleven, twelve] = state.orders as [OpenOrder, OpenOrder, OpenOrder];
const onBoard = { key: 20, dropNode: 2, placedAtSeconds: 500, dueAtSeconds: 2_900, latestAtSeconds: 5_900 };

test('the validator finds orders that a courier may not have', () => {
  const refused: [Partial<OpenOrder>, Partial<CourierState>, PlanViolationCode][] = [
    [{ requires: ['car'] }, { abilities: ['age_check'] }, 'wrong_courier'],
    [{ declinedBy: [1] }, {}, 'wrong_courier'],
    [{ onlyCourierKey: 2 }, {}, 'wrong_courier'],
    [{ load: { coldLitres: 3 } }, { capacity: { coldLitres: 2 } }, 'too_much_load'],
  ];
  const codesOf = (order: Partial<OpenOrder>, courier: Partial<CourierState>): string[] =>
    validatePlan(
      {
        ...state,
        couriers: [{ ...first, ...courier }, second],
        orders: [{ ...ten, ...order }, eleven, twelve],
      },
      good,
      defaultPolicy,
    ).map((violation) => violation.code);
  for (const [order, courier, code] of refused) assert.deepEqual(codesOf(order, courier), [code]);
  assert.deepEqual(codesOf({ requires: ['car'] }, { abilities: ['car'] }), []);
  assert.deepEqual(codesOf({ load: { litres: 3 } }, { capacity: { coldLitres: 2 } }), []);
});

test('the validator follows what is on board from store to store', () => {
  const policy = { ...defaultPolicy, multiStoreRoutes: true };
  const carrier = { ...first, maxOrders: 3, carrying: [onBoard] };
  const given = { ...state, couriers: [carrier, second] };
  // From node 0 to the store at 3, the doors at 5 and 2, the store at 4 and the door at 6.
  const toThree: Assignment = {
    ...bundle,
    orderKeys: [10],
    dropKeys: [10, 20],
    dropAtSeconds: [1_760, 2_180],
  };
  const toFour: Assignment = {
    courierKey: 1,
    storeNode: 4,
    orderKeys: [12],
    departAtSeconds: 2_300,
    pickupAtSeconds: 2_540,
    dropKeys: [12],
    dropAtSeconds: [2_900],
    action: 'wait',
  };
  const codesOf = (assignments: Assignment[], rules = policy): string[] =>
    validatePlan(given, { ...good, assignments, unassigned: [11] }, rules).map((violation) => violation.code);
  assert.deepEqual(codesOf([toThree, toFour]), []);
  assert.deepEqual(codesOf([toThree, toFour], defaultPolicy), ['two_stores']);
  const keepsTwenty = { ...toThree, dropKeys: [10], dropAtSeconds: [1_760] };
  assert.ok(codesOf([keepsTwenty, toFour]).includes('not_dropped'));
  assert.ok(codesOf([{ ...toThree, dropKeys: [10, 21] }, toFour]).includes('not_on_board'));
  assert.deepEqual(codesOf([]), ['order_lost', 'order_lost', 'not_dropped']);
});

test('what is only expected to be ready is not collected', () => {
  const soon = { ...bundle, orderKeys: [10], dropKeys: [10], departAtSeconds: 900, pickupAtSeconds: 1_020 };
  const standing = { ...first, node: 3 };
  const planOf = (action: AssignmentAction): Plan => ({
    ...good,
    assignments: [{ ...soon, dropAtSeconds: [1_380], action }],
    unassigned: [11, 12],
  });
  const codesOf = (order: Partial<OpenOrder>, action: AssignmentAction): string[] =>
    validatePlan(
      {
        ...state,
        couriers: [standing],
        orders: [{ ...ten, readyAtSeconds: 1_000, ...order }, eleven, twelve],
      },
      planOf(action),
      defaultPolicy,
    ).map((violation) => violation.code);
  assert.deepEqual(codesOf({}, 'collect'), []);
  assert.deepEqual(codesOf({ readySpreadSeconds: 60 }, 'collect'), ['wrong_action']);
  assert.deepEqual(codesOf({ readySpreadSeconds: 60 }, 'go'), []);
});
