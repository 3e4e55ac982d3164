import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CourierId, epochMs } from '@halfhour/kernel';
import { TIGHT_MS, UNASSIGNED_MS, lateness } from './lateness.ts';

const latest = epochMs(1_780_000_000_000);
const order = { state: 'accepted' as const, promise: { earliest: epochMs(latest - 600_000), latest } };
const courierId = 'cou_0000000000001' as CourierId;
const before = (milliseconds: number) => epochMs(latest - milliseconds);

test('an order is late once the promise has passed, or as soon as it is expected to', () => {
  assert.equal(lateness({ ...order, courierId }, epochMs(latest + 1)), 'late');
  const expectedDeliveryAt = epochMs(latest + 1);
  assert.equal(lateness({ ...order, courierId, expectedDeliveryAt }, before(30 * 60_000)), 'late');
});

test('an arrival in the last minutes of the promise is at risk', () => {
  const expected = (milliseconds: number) => ({
    ...order,
    courierId,
    expectedDeliveryAt: before(milliseconds),
  });
  assert.equal(lateness(expected(TIGHT_MS - 1), before(20 * 60_000)), 'at_risk');
  assert.equal(lateness(expected(TIGHT_MS), before(20 * 60_000)), 'on_time');
});

test('an order without a courier is at risk while there is little time left', () => {
  assert.equal(lateness(order, before(UNASSIGNED_MS)), 'on_time');
  assert.equal(lateness(order, before(UNASSIGNED_MS - 1)), 'at_risk');
  assert.equal(lateness({ ...order, courierId }, before(UNASSIGNED_MS - 1)), 'on_time');
});

test('a scheduled order is judged by its slot, however long ago it was placed', () => {
  const earliest = before(30 * 60_000);
  const scheduled = {
    ...order,
    promise: { earliest, latest },
    slot: earliest,
    placedAt: before(3 * 86_400_000),
  };
  assert.equal(lateness(scheduled, before(86_400_000)), 'on_time');
  assert.equal(lateness(scheduled, before(UNASSIGNED_MS)), 'on_time');
  assert.equal(lateness(scheduled, before(UNASSIGNED_MS - 1)), 'at_risk');
  const delivered = { ...scheduled, state: 'delivered' as const };
  assert.equal(lateness({ ...delivered, deliveredAt: latest }, latest), 'on_time');
  assert.equal(lateness({ ...delivered, deliveredAt: epochMs(latest + 1) }, latest), 'late');
});

test('a closed order is told by what happened', () => {
  assert.equal(
    lateness({ ...order, state: 'delivered', deliveredAt: latest }, epochMs(latest + 9e6)),
    'on_time',
  );
  assert.equal(lateness({ ...order, state: 'delivered', deliveredAt: epochMs(latest + 1) }, latest), 'late');
  assert.equal(lateness({ ...order, state: 'cancelled' }, epochMs(latest + 9e6)), 'on_time');
});

test('the risk of an open order never falls while time passes and nothing else changes', () => {
  const rank = { on_time: 0, at_risk: 1, late: 2 };
  const span = fc.integer({ min: -4e6, max: 4e6 });
  fc.assert(
    fc.property(fc.option(span), fc.boolean(), span, fc.nat(4e6), (expected, assigned, at, later) => {
      const open = {
        ...order,
        ...(expected === null ? {} : { expectedDeliveryAt: epochMs(latest + expected) }),
        ...(assigned ? { courierId } : {}),
      };
      const now = epochMs(latest + at);
      assert.ok(rank[lateness(open, now)] <= rank[lateness(open, epochMs(now + later))]);
    }),
  );
});
