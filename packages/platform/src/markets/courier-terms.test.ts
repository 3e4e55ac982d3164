import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarketId } from '@halfhour/kernel';
import { parseCourierTerms } from './courier-terms.ts';
import { exampleMarket } from './example-market.ts';
import { parsePolicy } from './market.ts';

const peak = { weekdays: [5, 6], fromMinute: 1_140, toMinute: 1_440, rateBp: 2_000 };
const { rateBp: _, ...time } = peak;
const waiting = { freeMinutes: 5, perMinuteMinor: 200 };

test('terms are read as they were written, whole or in part, by themselves and with the policy', () => {
  const terms = {
    waiting,
    hourlyGuaranteeMinor: 20_000,
    peaks: [peak, { ...time, perOrderMinor: 3_000 }],
  };
  for (const some of [terms, { waiting }, { hourlyGuaranteeMinor: 0 }, {}]) {
    assert.deepEqual(parseCourierTerms(some), some);
  }
  const { policy } = exampleMarket('mkt_0000000000001' as MarketId);
  assert.deepEqual(parsePolicy({ ...policy, courierTerms: terms }), { ...policy, courierTerms: terms });
  assert.throws(() => parsePolicy({ ...policy, courierTerms: { peaks: 1 } }), /peaks/);
});

test('terms that are misspelt, missing or beyond their range are refused by their name', () => {
  const refused: [unknown, RegExp][] = [
    [null, /courierTerms/],
    [[], /courierTerms/],
    [{ guarantee: 1 }, /guarantee/],
    [{ hourlyGuaranteeMinor: -1 }, /hourlyGuaranteeMinor/],
    [{ hourlyGuaranteeMinor: 0.5 }, /hourlyGuaranteeMinor/],
    [{ hourlyGuaranteeMinor: 100_000_001 }, /hourlyGuaranteeMinor/],
    [{ waiting: { freeMinutes: 5 } }, /perMinuteMinor/],
    [{ waiting: { ...waiting, freeMinutes: 1_441 } }, /freeMinutes/],
    [{ waiting: { ...waiting, perMinute: 1 } }, /perMinute/],
    [{ peaks: [] }, /peaks/],
    [{ peaks: [time] }, /either rateBp or perOrderMinor/],
    [{ peaks: [{ ...peak, perOrderMinor: 1 }] }, /either rateBp or perOrderMinor/],
    [{ peaks: [{ ...peak, weekdays: [7] }] }, /weekdays/],
    [{ peaks: [{ ...peak, weekdays: [] }] }, /weekdays/],
    [{ peaks: [{ ...peak, toMinute: 1_140 }] }, /fromMinute/],
    [{ peaks: [{ ...peak, toMinute: 1_441 }] }, /toMinute/],
    [{ peaks: [{ ...peak, rateBp: 100_001 }] }, /rateBp/],
  ];
  for (const [terms, fault] of refused) assert.throws(() => parseCourierTerms(terms), fault);
});
