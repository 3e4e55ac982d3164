import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order, Store } from '@halfhour/contract';
import {
  applyStoreEvent,
  boardOf,
  countdown,
  deadlineOf,
  type DeskState,
  deskNowMs,
  urgencyOf,
  waitingForAnswer,
} from './desk-state.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 5, 1, 12, minute)).toISOString();
const order = (id: string, state: Order['state'], more: Partial<Order> = {}): Order =>
  ({ id, state, placedAt: at(0), promise: { earliest: at(25), latest: at(35) }, ...more }) as Order;
const desk = (orders: Order[]): DeskState => ({
  store: { name: 'Kitchen' } as Store,
  clock: { now: at(0), speed: 10, adjustable: true },
  clockAtMs: 1_000,
  orders,
  couriers: [],
  position: '1',
});
const ids = (orders: readonly Order[]): string[] => orders.map(({ id }) => id);

test('an order moves between columns with its state, and leaves the board when it is closed', () => {
  const told = (state: Order['state']) => (before: DeskState) =>
    applyStoreEvent(before, { type: 'order', event: 'E', at: at(1), order: order('a', state) }, 0);
  const placed = told('placed')(desk([]));
  assert.deepEqual(ids(boardOf(placed.orders).new), ['a']);
  const ready = told('ready')(told('accepted')(placed));
  assert.deepEqual([boardOf(ready.orders).new.length, ids(boardOf(ready.orders).ready)], [0, ['a']]);
  assert.deepEqual(told('delivered')(ready).orders, []);
  assert.deepEqual(told('cancelled')(placed).orders, []);
});

test('the most urgent order of a column comes first', () => {
  const board = boardOf([
    order('late', 'accepted', { expectedReadyAt: at(20) }),
    order('soon', 'accepted', { expectedReadyAt: at(10) }),
  ]);
  assert.deepEqual(ids(board.preparing), ['soon', 'late']);
});

test('an order is late once its deadline has passed by the market’s clock, however fast that goes', () => {
  const state = desk([]);
  assert.equal(deskNowMs(state, 61_000), Date.parse(at(10)));
  const deadline = deadlineOf(order('a', 'accepted', { expectedReadyAt: at(10) }));
  assert.equal(urgencyOf(deadline, Date.parse(at(5))), 'good');
  assert.equal(urgencyOf(deadline, Date.parse(at(9))), 'watch');
  assert.equal(urgencyOf(deadline, Date.parse(at(10)) + 1), 'bad');
  assert.equal(countdown(-65_000), '−1:05');
  assert.equal(countdown(3_725_000), '1:02:05');
});

test('a scheduled order calls for an answer when it is to be begun, and not before', () => {
  const state = desk([order('later', 'placed', { prepareAt: at(30) }), order('now', 'placed')]);
  assert.deepEqual(ids(waitingForAnswer(state, Date.parse(at(1)))), ['now']);
  assert.deepEqual(ids(waitingForAnswer(state, Date.parse(at(30)))), ['later', 'now']);
});
