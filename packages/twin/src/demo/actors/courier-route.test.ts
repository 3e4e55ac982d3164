import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route, Stop } from '@halfhour/contract';
import type { CourierId, OrderId, RouteId } from '@halfhour/kernel';
import { isStillNext, newerRoute, nextStop } from './courier-route.ts';

const AT = '2026-11-23T12:00:00Z';
const stop = (number: number, done: Partial<Stop> = {}): Stop => ({
  number,
  kind: number === 0 ? 'pickup' : 'dropoff',
  orderIds: ['ord_0000000000001' as OrderId],
  place: { label: 'A', lat: number, lng: 0 },
  expectedAt: AT,
  ...done,
});
const route = (stops: Stop[], id = 'rte_0000000000001'): Route => ({
  id: id as RouteId,
  courierId: 'cou_0000000000001' as CourierId,
  state: 'started',
  assignedAt: AT,
  stops,
  payMinor: 0,
});

test('a stop that is done stays done when older news of the route comes late', () => {
  const known = route([stop(0, { arrivedAt: AT, completedAt: AT }), stop(1)]);
  const merged = newerRoute(known, route([stop(0, { arrivedAt: AT }), stop(1)]));
  assert.equal(nextStop(merged)?.number, 1);
});

test('news of another route, or of none, replaces what was known', () => {
  const known = route([stop(0, { completedAt: AT }), stop(1)]);
  assert.equal(nextStop(newerRoute(known, route([stop(0), stop(1)], 'rte_0000000000002')))?.number, 0);
  assert.equal(newerRoute(known, null), null);
});

test('a stop is not next any more when its order, its place or its route has changed', () => {
  const [first] = [stop(0)];
  assert.ok(isStillNext(route([first, stop(1)]), 'rte_0000000000001', first));
  assert.equal(
    isStillNext(route([stop(0, { orderIds: ['ord_0000000000002' as OrderId] })]), 'rte_0000000000001', first),
    false,
  );
  assert.equal(isStillNext(route([first], 'rte_0000000000002'), 'rte_0000000000001', first), false);
  assert.equal(isStillNext({ ...route([first]), state: 'cancelled' }, 'rte_0000000000001', first), false);
  assert.equal(isStillNext(null, 'rte_0000000000001', first), false);
});
