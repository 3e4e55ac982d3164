import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarketEvent } from '@halfhour/contract';
import { applyEvents, marketNowMs, stateFromSnapshot } from './live-state.ts';
import { aCourier, anOrder, aSnapshot } from './live-market.fixture.ts';

const AT = '2026-11-23T15:00:00.000Z';
const orderEvent = (order: ReturnType<typeof anOrder>): MarketEvent => ({
  type: 'order',
  event: 'x',
  at: AT,
  order,
});

test('a snapshot keeps open orders only', () => {
  const state = stateFromSnapshot(aSnapshot({ orders: [anOrder(1), anOrder(2, { state: 'delivered' })] }), 0);
  assert.deepEqual([...state.orders.keys()], [anOrder(1).id]);
});

test('an order appears, changes, and leaves when it is closed', () => {
  let state = stateFromSnapshot(aSnapshot({}), 0);
  state = applyEvents(state, [orderEvent(anOrder(1))], 1);
  assert.equal(state.orders.get(anOrder(1).id)?.state, 'placed');
  state = applyEvents(state, [orderEvent(anOrder(1, { state: 'ready' }))], 2);
  assert.equal(state.orders.get(anOrder(1).id)?.state, 'ready');
  state = applyEvents(state, [orderEvent(anOrder(1, { state: 'cancelled' }))], 3);
  assert.equal(state.orders.size, 0);
});

test('events of a batch apply in their order', () => {
  const state = applyEvents(
    stateFromSnapshot(aSnapshot({}), 0),
    [orderEvent(anOrder(1)), orderEvent(anOrder(1, { state: 'delivered' })), orderEvent(anOrder(2))],
    1,
  );
  assert.deepEqual([...state.orders.keys()], [anOrder(2).id]);
});

test('the state before stays as it was, and parts that did not change stay the same objects', () => {
  const before = stateFromSnapshot(aSnapshot({ orders: [anOrder(1)], couriers: [aCourier(1)] }), 0);
  const after = applyEvents(before, [{ type: 'couriers', couriers: [aCourier(1, { load: 2 })] }], 1);
  assert.equal(before.couriers.get(aCourier(1).id)?.load, 0);
  assert.equal(after.couriers.get(aCourier(1).id)?.load, 2);
  assert.equal(after.orders, before.orders);
  assert.equal(after.stores, before.stores);
});

test('a store event changes what it names and keeps the rest; an unknown store is left out', () => {
  const snapshot = aSnapshot({});
  const store = snapshot.stores[0]!;
  const state = applyEvents(
    stateFromSnapshot(snapshot, 0),
    [
      { type: 'store', store: { id: store.id, status: 'paused', openNow: false } },
      { type: 'store', store: { id: 'sto_0000000000099' as typeof store.id, status: 'open', openNow: true } },
    ],
    1,
  );
  assert.deepEqual(state.stores.get(store.id), { ...store, status: 'paused', openNow: false });
  assert.equal(state.stores.size, snapshot.stores.length);
});

test('an event of a newer server is left out', () => {
  const state = stateFromSnapshot(aSnapshot({}), 0);
  const after = applyEvents(state, [{ type: 'weather' } as unknown as MarketEvent], 1);
  assert.deepEqual(after, state);
});

test('the market’s time runs on at its speed, and stands while paused', () => {
  const state = stateFromSnapshot(aSnapshot({ clock: { now: AT, speed: 30, adjustable: true } }), 500);
  assert.equal(marketNowMs(state, 1_500), Date.parse(AT) + 30_000);
  const paused = applyEvents(
    state,
    [{ type: 'figures', figures: state.figures, clock: { now: AT, speed: 0, adjustable: true } }],
    2_000,
  );
  assert.equal(marketNowMs(paused, 99_000), Date.parse(AT));
});
