import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '@halfhour/contract';
import { nextStop, withWaiting } from './shown-route.ts';

const place = { label: 'Birch Street 12', lat: 40, lng: 20 };
const stop = (number: number) => ({
  number,
  kind: number === 0 ? ('pickup' as const) : ('dropoff' as const),
  orderIds: [],
  place,
  expectedAt: '2026-11-23T12:00:00Z',
});
const route = {
  id: 'rte_1',
  courierId: 'cou_1',
  state: 'assigned',
  assignedAt: '2026-11-23T11:50:00Z',
  payMinor: 900,
  stops: [stop(0), stop(1), stop(2)],
} as unknown as Route;
const step = (kind: 'arrive' | 'complete', stopNumber: number, routeId = route.id) => ({
  key: `${kind}-${stopNumber}`,
  command: { kind, routeId, stopNumber },
});

test('steps that wait are shown as made, and the next one is what comes after them', () => {
  assert.equal(nextStop(route)?.number, 0);
  const atStore = withWaiting(route, [step('arrive', 0)]);
  assert.deepEqual([nextStop(atStore)?.number, nextStop(atStore)?.arrivedAt], [0, '2026-11-23T12:00:00Z']);
  const underway = withWaiting(route, [step('arrive', 0), step('complete', 0)]);
  assert.deepEqual([nextStop(underway)?.number, nextStop(underway)?.arrivedAt], [1, undefined]);
  const all = withWaiting(
    route,
    [0, 1, 2].map((number) => step('complete', number)),
  );
  assert.equal(nextStop(all), undefined);
});

test('steps of another route, and a break, leave a route as it is; a declined one has no next stop', () => {
  const others = [
    step('complete', 0, 'rte_2' as Route['id']),
    { key: 'k', command: { kind: 'break' as const, onBreak: true } },
  ];
  assert.equal(withWaiting(route, others), route);
  const declined = withWaiting(route, [
    { key: 'k', command: { kind: 'decline', routeId: route.id, reason: 'too_far' } },
  ]);
  assert.equal(nextStop(declined), undefined);
});
