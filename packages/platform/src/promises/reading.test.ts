import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, MINUTE_MS, addMs } from '@halfhour/kernel';
import { readMarket } from './reading.ts';

const NOW = 1_780_315_200_000 as EpochMs;
const inMinutes = (minutes: number): EpochMs => addMs(NOW, minutes * MINUTE_MS);
const order = {
  state: 'accepted' as const,
  prepareAt: undefined,
  promiseLatest: inMinutes(20),
  readyAt: undefined,
  expectedDeliveryAt: inMinutes(15),
};
const read = (orders: Parameters<typeof readMarket>[0], unassigned = 0) =>
  readMarket(orders, 7, unassigned, NOW);

test('an order breaks its promise when it is expected after it, or when that is over', () => {
  const expectedLate = { ...order, expectedDeliveryAt: inMinutes(21) };
  const overdue = { ...order, promiseLatest: inMinutes(-1), expectedDeliveryAt: undefined };
  const fresh = { ...order, expectedDeliveryAt: undefined };
  assert.equal(read([order, fresh]).breakingOrders, 0);
  assert.equal(read([order, fresh, expectedLate, overdue]).breakingOrders, 2);
});

test('an order that the plan finds nobody for breaks too, and none counts twice over all', () => {
  assert.equal(read([order, order], 1).breakingOrders, 1);
  assert.equal(read([{ ...order, expectedDeliveryAt: inMinutes(30) }, order], 5).breakingOrders, 2);
});

test('an order of a slot is no load until the store is to begin', () => {
  const later = { ...order, prepareAt: inMinutes(30), promiseLatest: inMinutes(-5) };
  assert.deepEqual(read([later, { ...order, prepareAt: inMinutes(-1) }]), {
    load: { openOrders: 1, couriersOnShift: 7, readyWaitSeconds: 0 },
    breakingOrders: 0,
  });
});

test('ready orders are what couriers keep waiting', () => {
  const ready = (minutes: number) => ({ ...order, state: 'ready' as const, readyAt: inMinutes(-minutes) });
  const carried = { ...order, state: 'picked_up' as const, readyAt: inMinutes(-60) };
  assert.equal(read([order, ready(2), ready(4), carried]).load.readyWaitSeconds, 180);
});
