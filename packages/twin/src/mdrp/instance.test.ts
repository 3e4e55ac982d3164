import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InstanceFiles, MalformedInstance, readInstance } from './instance.ts';
import { placesOf, travelMinutes } from './places.ts';
import { smallFiles, smallInstance } from './test-instance.ts';

test('an instance is read with all its numbers', () => {
  assert.deepEqual(smallInstance.orders[1], {
    id: 'o2',
    x: 700,
    y: 0,
    placedMinute: 12,
    restaurant: 'r1',
    readyMinute: 20,
  });
  assert.deepEqual(smallInstance.couriers[1], { id: 'c2', x: 2000, y: 0, onMinute: 0, offMinute: 120 });
  assert.equal(smallInstance.parameters.metresPerMinute, 100);
  assert.equal(smallInstance.parameters.guaranteedPayPerHour, 15);
});

test('lines that end in CR LF are read as well', () => {
  const orders = smallFiles.orders.replaceAll('\n', '\r\n');
  assert.deepEqual(readInstance({ ...smallFiles, orders }, 'small'), smallInstance);
});

const malformed: [string, Partial<InstanceFiles>, RegExp][] = [
  ['a wrong header', { couriers: 'courier\tx\ty\n' }, /couriers: the first line must be/],
  ['a missing column', { restaurants: `${smallFiles.restaurants}r3\t5\n` }, /restaurants, line 4: 3 columns/],
  [
    'a word for a number',
    { orders: smallFiles.orders.replace('500', 'far') },
    /orders, line 2: x is not a number/,
  ],
  [
    'half a minute',
    { orders: smallFiles.orders.replace('\t45', '\t45.5') },
    /ready_time is not a whole minute/,
  ],
  ['an unknown restaurant', { orders: smallFiles.orders.replace('r2', 'r9') }, /line 4: no restaurant r9/],
  [
    'an order ready before placed',
    { orders: smallFiles.orders.replace('\t45', '\t4') },
    /ready before it is placed/,
  ],
  [
    'a shift that ends before it begins',
    { couriers: smallFiles.couriers.replace('\t0\t60', '\t70\t60') },
    /off shift/,
  ],
  [
    'an id taken twice',
    { restaurants: smallFiles.restaurants.replace('r2', 'r1') },
    /taken twice|no restaurant/,
  ],
  ['no parameters', { parameters: smallFiles.parameters.split('\n')[0]! }, /one row expected/],
  ['a speed of nothing', { parameters: smallFiles.parameters.replace('100\t4', '0\t4') }, /more than 0/],
  ['an empty file', { orders: '' }, /orders: the first line must be/],
];

for (const [what, change, message] of malformed) {
  test(`${what} is told with its file and line`, () => {
    assert.throws(
      () => readInstance({ ...smallFiles, ...change }),
      (error) => {
        assert.ok(error instanceof MalformedInstance);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('travel is the straight line rounded up to whole minutes', () => {
  assert.equal(travelMinutes({ x: 0, y: 0 }, { x: 300, y: 400 }, 100), 5);
  assert.equal(travelMinutes({ x: 0, y: 0 }, { x: 300, y: 401 }, 100), 6);
  const places = placesOf(smallInstance);
  assert.equal(places.travel.seconds(places.courierNode(0), places.restaurantNode.get('r1')!), 180);
  assert.equal(places.idOf(places.courierNode(0)), '0');
  assert.equal(places.idOf(places.orderNode(2)), 'o3');
});
