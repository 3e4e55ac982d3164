import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countUnreachable, metricsOf } from './metrics.ts';
import { type Solution, MalformedSolution, parseSolution, writeSolution } from './solution.ts';
import { smallInstance } from './test-instance.ts';
import { type SolutionViolationCode, validateSolution } from './validate-solution.ts';

/** c1 fetches o1 and o2 together at 20; c2 stands at r2 early and takes o3 at 45. */
const good: Solution = {
  assignments: [
    { assignedMinute: 15, pickupMinute: 20, courier: 'c1', orders: ['o1', 'o2'] },
    { assignedMinute: 45, pickupMinute: 45, courier: 'c2', orders: ['o3'] },
  ],
  orders: [
    { order: 'o1', placedMinute: 10, readyMinute: 20, pickupMinute: 20, dropMinute: 26, courier: 'c1' },
    { order: 'o2', placedMinute: 12, readyMinute: 20, pickupMinute: 20, dropMinute: 32, courier: 'c1' },
    { order: 'o3', placedMinute: 30, readyMinute: 45, pickupMinute: 45, dropMinute: 50, courier: 'c2' },
  ],
  moves: [
    { courier: 'c1', departureMinute: 15, origin: '0', destination: 'r1' },
    { courier: 'c1', departureMinute: 22, origin: 'r1', destination: 'o1' },
    { courier: 'c1', departureMinute: 28, origin: 'o1', destination: 'o2' },
    { courier: 'c2', departureMinute: 20, origin: '0', destination: 'r2' },
    { courier: 'c2', departureMinute: 47, origin: 'r2', destination: 'o3' },
  ],
};

test('a solution that keeps all rules has no violation, also when read from its files', () => {
  assert.deepEqual(validateSolution(smallInstance, good), []);
  const files = writeSolution(good);
  assert.deepEqual(parseSolution(files), good);
  assert.deepEqual(validateSolution(smallInstance, parseSolution(files)), []);
});

test('the files are those that the public evaluator reads', () => {
  const files = writeSolution(good);
  assert.equal(files.assignments.split('\n')[1], '15 20 c1 o1 o2');
  assert.equal(
    files.orders.split('\n')[0],
    'order placement_time ready_time pickup_time dropoff_time courier',
  );
  assert.equal(files.orders.split('\n')[3], 'o3 30 45 45 50 c2');
  assert.equal(files.couriers.split('\n')[1], 'c1 15 0 r1');
});

test('the row of an order that was not delivered is skipped, a broken row is told with its line', () => {
  const files = writeSolution(good);
  const orders = files.orders.replace('o3 30 45 45 50 c2', 'o3 30 45 nan nan nan');
  assert.equal(parseSolution({ ...files, orders }).orders.length, 2);
  assert.throws(
    () => parseSolution({ ...files, couriers: files.couriers.replace('c1 22', 'c1 noon') }),
    (error) => error instanceof MalformedSolution && /couriers.txt, line 3/.test(error.message),
  );
});

type Change = (solution: Solution) => Solution;
const assignment =
  (index: number, change: object): Change =>
  (solution) => ({
    ...solution,
    assignments: solution.assignments.map((row, at) => (at === index ? { ...row, ...change } : row)),
  });
const orderRow =
  (index: number, change: object): Change =>
  (solution) => ({
    ...solution,
    orders: solution.orders.map((row, at) => (at === index ? { ...row, ...change } : row)),
  });
const move =
  (index: number, change: object): Change =>
  (solution) => ({
    ...solution,
    moves: solution.moves.map((row, at) => (at === index ? { ...row, ...change } : row)),
  });
const insertMove =
  (index: number, row: Solution['moves'][number]): Change =>
  (solution) => ({
    ...solution,
    moves: solution.moves.toSpliced(index, 0, row),
  });

const broken: [string, SolutionViolationCode, Change[]][] = [
  ['an unknown order', 'unknown_id', [assignment(1, { orders: ['o9'] })]],
  ['an unknown courier', 'unknown_id', [assignment(1, { courier: 'c9' })]],
  ['an unknown place', 'unknown_id', [move(3, { destination: 'r9' })]],
  ['an order assigned twice', 'order_twice', [assignment(0, { orders: ['o1', 'o2', 'o1'] })]],
  ['an order delivered twice', 'order_twice', [(s) => ({ ...s, orders: [...s.orders, s.orders[0]!] })]],
  ['an assigned order without a row', 'order_row_missing', [(s) => ({ ...s, orders: s.orders.slice(1) })]],
  ['a delivered order without an assignment', 'order_row_differs', [assignment(0, { orders: ['o1'] })]],
  ['a changed placement time', 'order_row_differs', [orderRow(0, { placedMinute: 11 })]],
  ['a changed ready time', 'order_row_differs', [orderRow(0, { readyMinute: 19 })]],
  ['another pickup time in the order row', 'order_row_differs', [orderRow(0, { pickupMinute: 21 })]],
  ['another courier in the order row', 'order_row_differs', [orderRow(0, { courier: 'c2' })]],
  ['a bundle without orders', 'empty_bundle', [assignment(1, { orders: [] })]],
  ['a bundle of two restaurants', 'two_restaurants', [assignment(0, { orders: ['o1', 'o2', 'o3'] })]],
  [
    'an assignment before the order was placed',
    'assigned_before_placed',
    [assignment(0, { assignedMinute: 11 })],
  ],
  ['an assignment after its pickup', 'assigned_after_pickup', [assignment(0, { assignedMinute: 21 })]],
  [
    'a pickup before the order is ready',
    'pickup_before_ready',
    [
      assignment(0, { pickupMinute: 19 }),
      orderRow(0, { pickupMinute: 19, dropMinute: 25 }),
      orderRow(1, { pickupMinute: 19, dropMinute: 31 }),
      move(0, { departureMinute: 14 }),
      move(1, { departureMinute: 21 }),
      move(2, { departureMinute: 27 }),
    ],
  ],
  [
    'a pickup after the shift',
    'pickup_after_shift',
    [
      assignment(0, { pickupMinute: 61 }),
      orderRow(0, { pickupMinute: 61, dropMinute: 67 }),
      orderRow(1, { pickupMinute: 61, dropMinute: 73 }),
      move(1, { departureMinute: 63 }),
      move(2, { departureMinute: 69 }),
    ],
  ],
  ['a departure before the shift', 'departure_before_shift', [move(3, { departureMinute: -1 })]],
  ['a departure before the arrival', 'departure_before_arrival', [move(4, { departureMinute: 29 })]],
  ['a move from where the courier is not', 'broken_chain', [move(4, { origin: 'r1' })]],
  ['a pickup while on the way', 'not_at_restaurant', [move(3, { departureMinute: 40 })]],
  [
    'a pickup at another restaurant',
    'not_at_restaurant',
    [move(3, { destination: 'r1' }), move(4, { origin: 'r1' })],
  ],
  ['half a service missing before the pickup', 'service_cut_short', [move(0, { departureMinute: 16 })]],
  [
    'half a service missing after the pickup',
    'service_cut_short',
    [move(4, { departureMinute: 46 }), orderRow(2, { dropMinute: 49 })],
  ],
  [
    'half a service missing after a drop-off',
    'service_cut_short',
    [move(2, { departureMinute: 27 }), orderRow(1, { dropMinute: 31 })],
  ],
  ['half a service missing at a drop-off', 'wrong_drop_time', [orderRow(2, { dropMinute: 49 })]],
  ['a drop-off later than the arrival says', 'wrong_drop_time', [orderRow(2, { dropMinute: 55 })]],
  ['a wrong sequence of drop-offs', 'diverted', [assignment(0, { orders: ['o2', 'o1'] })]],
  [
    'a detour with orders on board',
    'diverted',
    [
      move(1, { destination: 'r2' }),
      insertMove(2, { courier: 'c1', departureMinute: 29, origin: 'r2', destination: 'o1' }),
    ],
  ],
  [
    'a pause with orders on board',
    'diverted',
    [move(2, { departureMinute: 30 }), orderRow(1, { dropMinute: 34 })],
  ],
  [
    'a move to a door without an order for it',
    'aimless_move',
    [insertMove(5, { courier: 'c2', departureMinute: 52, origin: 'o3', destination: 'o1' })],
  ],
];

for (const [what, code, changes] of broken) {
  test(`the validator finds ${what}`, () => {
    const solution = changes.reduce((changed, change) => change(changed), good);
    const codes = validateSolution(smallInstance, solution).map((violation) => violation.code);
    assert.ok(codes.includes(code), `found ${codes.join(', ') || 'nothing'}`);
    const fromFiles = validateSolution(smallInstance, parseSolution(writeSolution(solution)));
    assert.deepEqual(
      fromFiles.map((violation) => violation.code),
      codes,
    );
  });
}

test('the metrics are those of the evaluator, worked out by hand', () => {
  const metrics = metricsOf(smallInstance, good);
  assert.equal(metrics.delivered, 3);
  assert.equal(metrics.clickToDoorMean, (16 + 20 + 20) / 3);
  assert.equal(metrics.clickToDoorP90, 20);
  assert.equal(metrics.readyToPickupMean, 0);
  assert.equal(metrics.overageMean, 0);
  assert.equal(metrics.ordersPerBundle, 1.5);
  // c1 has 2 orders over one hour of 15: 20; c2 one order over two hours: 30.
  assert.equal(metrics.payTotal, 50);
  assert.equal(metrics.payPerOrder, 50 / 3);
  // c1 drives 3 + 2 + 2 and serves 4 + 8 of 60; c2 drives 10 + 1 and serves 8 of 120.
  assert.equal(metrics.courierUtilisation, (19 / 60 + 19 / 120) / 2);
});

test('orders over the maximum click-to-door are valid and counted', () => {
  const late: Change[] = [
    assignment(1, { pickupMinute: 118 }),
    orderRow(2, { pickupMinute: 118, dropMinute: 123 }),
    move(4, { departureMinute: 120 }),
  ];
  const solution = late.reduce((changed, change) => change(changed), good);
  assert.deepEqual(validateSolution(smallInstance, solution), []);
  assert.equal(metricsOf(smallInstance, solution).over90, 1);
});

test('an order that is ready after every shift cannot be reached, one at the last minute can', () => {
  const readyAt = (minute: number) => ({
    ...smallInstance,
    orders: [{ ...smallInstance.orders[0]!, readyMinute: minute }],
  });
  assert.equal(countUnreachable(readyAt(120)), 0);
  assert.equal(countUnreachable(readyAt(121)), 1);
});
