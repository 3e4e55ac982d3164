import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type OrderId, createIdSource, epochMs } from '@halfhour/kernel';
import {
  type Drop,
  type RouteRecord,
  arrive,
  changeDrops,
  complete,
  createRoute,
  currentRoute,
  isOpen,
  isPickedUp,
  nextStopNumber,
  remaining,
  removeOrders,
  workOf,
} from './route.ts';
import { routeEvents } from './route-events.ts';
import { toRoute } from './to-route.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const T0 = epochMs(1_780_000_000_000);
const at = (seconds: number) => epochMs(T0 + seconds * 1000);
const place = { label: 'Sarandí 100', lat: -34.9, lng: -56.2 };
const orders = Array.from({ length: 6 }, () => ids.next('ord'));
const dropOf = (orderId: OrderId): Drop => ({ orderId, place, expectedAt: at(1_500) });

function newRoute(orderIds: readonly OrderId[] = orders.slice(0, 2)): RouteRecord {
  return createRoute({
    id: ids.next('rte'),
    marketId: ids.next('mkt'),
    courierId: ids.next('cou'),
    storeId: ids.next('sto'),
    assignedAt: T0,
    payMinor: 9_000,
    pickupPlace: place,
    expectedPickupAt: at(600),
    drops: orderIds.map(dropOf),
  });
}

function after(route: RouteRecord, ...completed: number[]): RouteRecord {
  return completed.reduce((each, number, index) => {
    const outcome = complete(each, number, at(100 * (index + 1)));
    assert.ok(outcome.ok);
    return outcome.value;
  }, route);
}

test('a route is picked up once, delivered in sequence, and done with its last door', () => {
  const route = newRoute();
  const arrived = arrive(route, 0, at(50));
  assert.ok(arrived.ok && arrived.value.state === 'started' && arrived.value.pickup.arrivedAt === at(50));
  const done = after(arrived.value, 0, 1, 2);
  assert.equal(done.state, 'done');
  assert.equal(done.closedAt, at(300));
  assert.equal(done.pickup.arrivedAt, at(50));
  assert.equal(done.dropoffs[1]?.arrivedAt, at(300), 'who says nothing arrives when completing');
});

test('stops out of turn are refused with what comes next', () => {
  const route = newRoute();
  for (const number of [1, 2]) {
    const outcome = complete(route, number, at(1));
    assert.ok(!outcome.ok && outcome.error.code === 'wrong_state');
    assert.match(outcome.error.detail, /next is 0/);
  }
  const missing = arrive(route, 9, at(1));
  assert.ok(!missing.ok && missing.error.code === 'not_found');
  const twice = complete(after(route, 0), 0, at(2));
  assert.ok(!twice.ok && twice.error.code === 'wrong_state');
  const late = complete(after(route, 0, 1, 2), 2, at(2));
  assert.ok(!late.ok && late.error.code === 'wrong_state' && late.error.state === 'done');
});

test('arriving twice keeps the first moment', () => {
  const first = arrive(newRoute(), 0, at(10));
  assert.ok(first.ok);
  const second = arrive(first.value, 0, at(20));
  assert.ok(second.ok && second.value.pickup.arrivedAt === at(10));
});

test('what a route holds can be changed until the pickup, not after', () => {
  const change = { expectedPickupAt: at(700), drops: [orders[3]!, orders[0]!].map(dropOf), payMinor: 11 };
  const changed = changeDrops(newRoute(), change, at(1));
  assert.ok(changed.ok);
  assert.deepEqual(
    changed.value.dropoffs.map((dropoff) => [dropoff.number, dropoff.orderId]),
    [
      [1, orders[3]],
      [2, orders[0]],
    ],
  );
  const emptied = changeDrops(newRoute(), { ...change, drops: [] }, at(1));
  assert.ok(emptied.ok && emptied.value.state === 'cancelled');
  assert.ok(!changeDrops(after(newRoute(), 0), change, at(1)).ok);
});

test('a cancelled order leaves its route: the rest goes on, nothing left closes it', () => {
  const route = newRoute();
  const one = removeOrders(route, new Set([orders[0]!]), at(9));
  assert.deepEqual([one.state, nextStopNumber(one), remaining(one).length], ['assigned', 0, 1]);
  const none = removeOrders(route, new Set(orders), at(9));
  assert.deepEqual([none.state, none.closedAt], ['cancelled', at(9)]);
  const half = removeOrders(after(route, 0, 1), new Set(orders), at(9));
  assert.deepEqual([half.state, half.dropoffs.length], ['done', 1]);
  const ridden = removeOrders(after(route, 0), new Set(orders), at(9));
  assert.deepEqual([ridden.state, ridden.dropoffs.length], ['done', 0], 'who has collected it is paid');
  const skip = removeOrders(after(route, 0), new Set([orders[0]!]), at(9));
  assert.equal(nextStopNumber(skip), 2, 'numbers stay, so no retry meets another door');
  assert.equal(removeOrders(route, new Set([orders[5]!]), at(9)), route);
});

test('a courier’s work is told from its routes: started first, else the oldest', () => {
  const [first, second] = [newRoute([orders[0]!]), newRoute([orders[1]!, orders[2]!])];
  assert.deepEqual(workOf([]), { status: 'idle', load: 0 });
  assert.equal(currentRoute([second, first]), first);
  assert.deepEqual(workOf([second, first]), { status: 'to_store', load: 3 });
  const started = arrive(second, 0, at(1));
  assert.ok(started.ok);
  assert.equal(currentRoute([first, started.value]), started.value);
  assert.deepEqual(workOf([first, started.value]), { status: 'at_store', load: 3 });
  assert.deepEqual(workOf([first, after(second, 0, 1)]), { status: 'to_shopper', load: 2 });
  assert.deepEqual(workOf([after(first, 0, 1)]), { status: 'idle', load: 0 });
});

test('events tell each step once, also of steps made together', () => {
  const route = newRoute();
  const types = (from: RouteRecord | undefined, to: RouteRecord): string[] =>
    routeEvents(from, to, at(5), 'courier').map((event) => event.type);
  assert.deepEqual(types(undefined, route), ['RouteAssigned']);
  assert.deepEqual(types(route, route), []);
  assert.deepEqual(types(route, after(route, 0)), ['StopArrived', 'StopCompleted']);
  assert.deepEqual(types(after(route, 0), after(route, 0, 1, 2)), [
    'StopArrived',
    'StopCompleted',
    'StopArrived',
    'StopCompleted',
    'RouteDone',
  ]);
  const removed = removeOrders(route, new Set(orders), at(9));
  assert.deepEqual(types(route, removed), ['RouteChanged', 'RouteCancelled']);
});

test('the contract’s shape names all stops and no delivery code', () => {
  const shown = toRoute(after(newRoute(), 0));
  assert.deepEqual(
    shown.stops.map((stop) => [stop.number, stop.kind, stop.orderIds.length, stop.completedAt !== undefined]),
    [
      [0, 'pickup', 2, true],
      [1, 'dropoff', 1, false],
      [2, 'dropoff', 1, false],
    ],
  );
});

test('whatever is done to a route in whatever order, its stops stay in sequence and it closes when nothing is left', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('complete' as const), number: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ kind: fc.constant('arrive' as const), number: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ kind: fc.constant('remove' as const), which: fc.subarray(orders) }),
    fc.record({ kind: fc.constant('change' as const), which: fc.subarray(orders) }),
  );
  fc.assert(
    fc.property(fc.subarray(orders, { minLength: 1 }), fc.array(step, { maxLength: 25 }), (held, steps) => {
      let route = newRoute(held);
      steps.forEach((each, index) => {
        const moment = at(index + 1);
        const before = route;
        if (each.kind === 'remove') route = removeOrders(route, new Set(each.which), moment);
        else {
          const outcome =
            each.kind === 'change'
              ? changeDrops(
                  route,
                  { drops: each.which.map(dropOf), expectedPickupAt: moment, payMinor: 1 },
                  moment,
                )
              : (each.kind === 'arrive' ? arrive : complete)(route, each.number, moment);
          if (outcome.ok) route = outcome.value;
        }
        if (!isOpen(before)) assert.equal(route, before, 'a closed route never changes');
        assert.equal(isOpen(route), remaining(route).length > 0);
        assert.equal(isOpen(route), route.closedAt === undefined);
        const completions = [route.pickup, ...route.dropoffs].map((stop) => stop.completedAt);
        assert.deepEqual(
          completions.map((moment) => moment !== undefined),
          [...completions].map((moment) => moment !== undefined).sort((a, b) => Number(b) - Number(a)),
          'completed stops come before the others',
        );
        if (isPickedUp(before)) assert.ok(isPickedUp(route));
        const numbers = route.dropoffs.map((dropoff) => dropoff.number);
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        );
      });
    }),
  );
});
