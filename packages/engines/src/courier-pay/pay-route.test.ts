import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PayPlan, type Peak, guaranteeTopUp, payForWaiting, payForWork, sumOfParts } from './index.ts';

const MINUTE = 60_000;
const anAmount = fc.integer({ min: 0, max: 1_000_000 });
const aMinute = fc.integer({ min: 0, max: 1_439 });
const aTime = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 6 })), aMinute, fc.integer({ min: 1, max: 1_440 }))
  .map(([weekdays, fromMinute, length]) => ({
    weekdays,
    fromMinute,
    toMinute: Math.min(1_440, fromMinute + length),
  }));
const aPeak: fc.Arbitrary<Peak> = fc.oneof(
  fc.tuple(aTime, fc.integer({ min: 0, max: 50_000 })).map(([time, rateBp]) => ({ ...time, rateBp })),
  fc.tuple(aTime, anAmount).map(([time, perOrderMinor]) => ({ ...time, perOrderMinor })),
);
const aPlan: fc.Arbitrary<PayPlan> = fc.record(
  {
    perOrderMinor: anAmount,
    perKmMinor: anAmount,
    waiting: fc.record({ freeMinutes: fc.integer({ min: 0, max: 60 }), perMinuteMinor: anAmount }),
    hourlyGuaranteeMinor: anAmount,
    peaks: fc.array(aPeak, { maxLength: 4 }),
  },
  { requiredKeys: ['perOrderMinor', 'perKmMinor'] },
);
const aWork = fc.record({
  orders: fc.integer({ min: 1, max: 20 }),
  metres: fc.integer({ min: 0, max: 100_000 }),
  weekday: fc.integer({ min: 0, max: 6 }),
  minuteOfDay: aMinute,
});
type Work = typeof aWork extends fc.Arbitrary<infer T> ? T : never;
const partsOf = (plan: PayPlan, { metres, ...work }: Work) =>
  payForWork(plan, { ...work, metres: () => metres });

/** Half up in whole numbers: written another way than what is tested. */
const share = (amount: number, part: number, whole: number): bigint =>
  (2n * BigInt(amount) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole));

test('a route pays for its orders, its way and the peaks it is in: positive parts that add up', () => {
  fc.assert(
    fc.property(aPlan, aWork, (plan, work) => {
      const parts = partsOf(plan, work);
      assert.ok(parts.every((part) => Number.isSafeInteger(part.amountMinor) && part.amountMinor > 0));
      const base = BigInt(plan.perOrderMinor * work.orders) + share(plan.perKmMinor, work.metres, 1_000);
      let expected = base;
      for (const peak of plan.peaks ?? []) {
        if (!peak.weekdays.includes(work.weekday)) continue;
        if (work.minuteOfDay < peak.fromMinute || work.minuteOfDay >= peak.toMinute) continue;
        expected +=
          'rateBp' in peak
            ? share(Number(base), peak.rateBp, 10_000)
            : BigInt(peak.perOrderMinor * work.orders);
      }
      assert.equal(BigInt(sumOfParts(parts)), expected);
    }),
  );
});

test('more metres or one order more never pay less', () => {
  fc.assert(
    fc.property(aPlan, aWork, fc.nat(50_000), fc.nat(5), (plan, work, metres, orders) => {
      const more = { ...work, metres: work.metres + metres, orders: work.orders + orders };
      assert.ok(sumOfParts(partsOf(plan, more)) >= sumOfParts(partsOf(plan, work)));
    }),
  );
});

test('waiting longer never pays less, and the free minutes and an early arrival pay nothing', () => {
  const aWait = fc.record({
    early: fc.nat(120 * MINUTE),
    late: fc.nat(120 * MINUTE),
    longer: fc.nat(60 * MINUTE),
    promised: fc.boolean(),
  });
  fc.assert(
    fc.property(aPlan, aWait, (plan, { early, late, longer, promised }) => {
      const promisedReadyAt = promised ? early : undefined;
      const pay = (pickedUpAt: number): number =>
        payForWaiting(plan, { arrivedAt: 0, pickedUpAt, promisedReadyAt })?.amountMinor ?? 0;
      const paid = pay(early + late);
      assert.ok(paid >= 0 && pay(early + late + longer) >= paid);
      const free = (plan.waiting?.freeMinutes ?? 0) * MINUTE;
      assert.equal(pay(free), 0);
      if (promised) assert.equal(pay(early), 0);
    }),
  );
});

test('waiting is paid by the second from the free minutes on, or from the promised time where that is later', () => {
  const plan = { perOrderMinor: 0, perKmMinor: 0, waiting: { freeMinutes: 5, perMinuteMinor: 200 } };
  const pickup = { arrivedAt: 0, pickedUpAt: 12.5 * MINUTE + 999 };
  const waiting = { kind: 'waiting', perMinuteMinor: 200 };
  assert.deepEqual(payForWaiting(plan, pickup), { ...waiting, seconds: 450, amountMinor: 1_500 });
  const promisedReadyAt = 10 * MINUTE;
  assert.deepEqual(payForWaiting(plan, { ...pickup, promisedReadyAt }), {
    ...waiting,
    seconds: 150,
    amountMinor: 500,
  });
});

test('each part says what it was worked out from, and the way is not measured where it pays nothing', () => {
  const peak = { weekdays: [5], fromMinute: 1_140, toMinute: 1_320, rateBp: 2_000 };
  const work = { orders: 2, metres: () => 1_234, weekday: 5, minuteOfDay: 1_140 };
  const plan = { perOrderMinor: 400, perKmMinor: 50, peaks: [peak] };
  assert.deepEqual(payForWork(plan, work), [
    { kind: 'orders', orders: 2, perOrderMinor: 400, amountMinor: 800 },
    { kind: 'distance', metres: 1_234, perKmMinor: 50, amountMinor: 62 },
    { kind: 'peak', peak, amountMinor: 172 },
  ]);
  const unmeasured = () => assert.fail('nobody pays for the way');
  const after = { ...work, metres: unmeasured, minuteOfDay: 1_320 };
  assert.equal(sumOfParts(payForWork({ ...plan, perKmMinor: 0 }, after)), 800);
});

test('a shift with its top-up is never below its guarantee, and one above it gets nothing more', () => {
  fc.assert(
    fc.property(aPlan, fc.nat(24 * 60 * MINUTE), fc.nat(50_000_000), (plan, milliseconds, paidMinor) => {
      const topUp = guaranteeTopUp(plan, { milliseconds, paidMinor });
      const guaranteed = Number(share(plan.hourlyGuaranteeMinor ?? 0, milliseconds, 60 * 60_000));
      assert.ok(topUp >= 0 && paidMinor + topUp >= guaranteed);
      assert.ok(topUp === 0 || paidMinor + topUp === guaranteed);
    }),
  );
});
