import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEMAND_KINDS, ordersPerMinute } from './demand.ts';

function ordersBetween(weekday: number, fromMinute: number, toMinute: number, ordersPerDay = 2_200): number {
  let orders = 0;
  for (let minute = fromMinute; minute < toMinute; minute++) {
    for (const kind of DEMAND_KINDS) orders += ordersPerMinute(kind, weekday, minute, ordersPerDay);
  }
  return orders;
}

test('the demand of a week adds up to seven times the daily count', () => {
  let orders = 0;
  for (let weekday = 0; weekday < 7; weekday++) orders += ordersBetween(weekday, 0, 1440, 1_000);
  assert.ok(Math.abs(orders - 7_000) < 1, `${orders} orders`);
});

test('every weekday has 1,900 to 2,500 orders', () => {
  for (let weekday = 0; weekday < 7; weekday++) {
    const orders = ordersBetween(weekday, 0, 1440);
    assert.ok(orders > 1_900 && orders < 2_500, `${orders} orders`);
  }
});

test('lunch and dinner are peaks, dinner the higher one, and the night is quiet', () => {
  const hour = (start: number): number => ordersBetween(2, start * 60, start * 60 + 60);
  assert.ok(hour(12) > hour(10) && hour(12) > hour(15));
  assert.ok(hour(20) > hour(12) && hour(20) > hour(18));
  assert.ok(hour(4) < 5);
});
