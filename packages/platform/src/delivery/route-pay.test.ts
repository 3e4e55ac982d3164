import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarketId, epochMs } from '@halfhour/kernel';
import { exampleMarket } from '../markets/index.ts';
import { routePay, waitingPay } from './route-pay.ts';

// A Friday, 19:30 in Montevideo and 22:30 in Greenwich.
const FRIDAY = epochMs(Date.UTC(2026, 10, 27, 22, 30));
const market = exampleMarket('mkt_0000000000001' as MarketId);
const metres = () => 1_500;

test('without further terms a route pays so much an order and for its way, and waiting pays nothing', () => {
  assert.equal(routePay(market, FRIDAY, 2, metres), 2 * 9_000 + 1_800);
  const free = { ...market, policy: { ...market.policy, courierPayPerKmMinor: 0 } };
  const unmeasured = () => assert.fail('nobody pays for the way');
  assert.equal(routePay(free, FRIDAY, 1, unmeasured), 9_000);
  const pickup = { arrivedAt: FRIDAY, completedAt: epochMs(FRIDAY + 3_600_000), promisedReadyAt: undefined };
  assert.equal(waitingPay(market.policy, pickup), 0);
});

test('a peak is told by the clock of the market', () => {
  const peak = { weekdays: [5], fromMinute: 19 * 60, toMinute: 20 * 60, rateBp: 1_000 };
  const peaking = { ...market, policy: { ...market.policy, courierTerms: { peaks: [peak] } } };
  assert.equal(routePay(peaking, FRIDAY, 2, metres), 19_800 + 1_980);
  assert.equal(routePay({ ...peaking, timeZone: 'UTC' }, FRIDAY, 2, metres), 19_800);
});
