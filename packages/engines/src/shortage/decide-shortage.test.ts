import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ShortageMeasure,
  type ShortagePolicy,
  type ShortageReading,
  AS_USUAL,
  NO_SHORTAGE,
  decideShortage,
  defaultShortagePolicy,
  faultOfPolicy,
  inForce,
  measuresAt,
} from './index.ts';

const MEASURES: readonly ShortageMeasure[] = [
  { kind: 'longer_promises', seconds: 600 },
  { kind: 'smaller_zones', reachBp: 7_000 },
  { kind: 'surge_pay', courierPayBp: 13_000, deliveryFeeBp: 12_000 },
  { kind: 'pause_far_orders', maxTripSeconds: 900 },
];
const policy: ShortagePolicy = { ...defaultShortagePolicy, measures: MEASURES };

/** Levels after readings of so many breaking orders in 100, one each 30 seconds. */
function levels(of: ShortagePolicy, breaking: readonly number[], openOrders = 100): number[] {
  let state = NO_SHORTAGE;
  return breaking.map((share, index) => {
    state = decideShortage(of, state, {
      atSeconds: index * 30,
      openOrders,
      breakingOrders: (share * openOrders) / 100,
    });
    return state.level;
  });
}
const times = (count: number, share: number): number[] => Array.from({ length: count }, () => share);

test('a shortage that lasts begins the measures one by one in their order, and the last one stays', () => {
  assert.deepEqual(levels(policy, times(5, 40)), [0, 0, 0, 0, 1]);
  assert.equal(levels(policy, times(9, 40)).at(-1), 2);
  assert.equal(levels(policy, times(100, 40)).at(-1), 4);
});

test('when it is calm again they end one by one from the last', () => {
  const [short, calm] = [times(100, 40), times(200, 5)];
  const after = levels(policy, [...short, ...calm]).slice(short.length);
  assert.deepEqual([...new Set(after)], [4, 3, 2, 1, 0]);
  assert.equal(after.indexOf(3), 20);
});

for (const [index, { kind }] of MEASURES.entries()) {
  test(`${kind} is in force from its level on and ends with it`, () => {
    const kinds = (level: number): string[] => measuresAt(policy, level).map((measure) => measure.kind);
    assert.ok(!kinds(index).includes(kind));
    assert.ok(kinds(index + 1).includes(kind));
    assert.notDeepEqual(inForce(measuresAt(policy, index + 1)), inForce(measuresAt(policy, index)));
  });
}

test('without a measure all is as usual, with all of them each figure is that of its measure', () => {
  assert.deepEqual(inForce([]), AS_USUAL);
  assert.deepEqual(inForce(MEASURES), {
    longerSeconds: 600,
    reachBp: 7_000,
    courierPayBp: 13_000,
    deliveryFeeBp: 12_000,
    maxTripSeconds: 900,
  });
});

test('readings that go up and down around a threshold change nothing', () => {
  const flicker = Array.from({ length: 200 }, (_, index) => (index % 4 === 3 ? 20 : 40));
  assert.deepEqual(new Set(levels(policy, flicker)), new Set([0]));
  const back = levels(policy, [...times(5, 40), ...flicker]).slice(5);
  assert.deepEqual(new Set(back), new Set([1]));
});

test('a few orders are no shortage', () => {
  assert.deepEqual(new Set(levels(policy, times(100, 100), 9)), new Set([0]));
});

test('a market without orders ends its measures', () => {
  let state = { level: 2 };
  for (let at = 0; at < 3_000; at += 30) {
    state = decideShortage(policy, state, { atSeconds: at, openOrders: 0, breakingOrders: 0 });
  }
  assert.equal(state.level, 0);
});

test('the default only makes promises longer, and a policy without measures does nothing', () => {
  assert.equal(levels(defaultShortagePolicy, times(500, 100)).at(-1), 1);
  assert.deepEqual(measuresAt(defaultShortagePolicy, 1), [{ kind: 'longer_promises', seconds: 600 }]);
  assert.equal(levels({ ...policy, measures: [] }, times(500, 100)).at(-1), 0);
});

test('measures that a new policy no longer has are over at the next reading', () => {
  const state = decideShortage(
    { ...policy, measures: MEASURES.slice(0, 1) },
    { level: 4 },
    { atSeconds: 0, openOrders: 100, breakingOrders: 20 },
  );
  assert.equal(state.level, 1);
});

test('whatever the readings, a level moves by one, within the policy, and not again before its time', () => {
  const reading: fc.Arbitrary<Omit<ShortageReading, 'atSeconds'> & { after: number }> = fc
    .record({
      after: fc.integer({ min: 0, max: 200 }),
      openOrders: fc.integer({ min: 0, max: 50 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ after, openOrders, share }) => ({
      after,
      openOrders,
      breakingOrders: Math.floor(share * openOrders),
    }));
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 300 }), (readings) => {
      let state = NO_SHORTAGE;
      let atSeconds = 0;
      let changedAt = -Infinity;
      for (const { after, openOrders, breakingOrders } of readings) {
        atSeconds += after;
        const next = decideShortage(policy, state, { atSeconds, openOrders, breakingOrders });
        assert.ok(
          next.level >= 0 && next.level <= MEASURES.length && Math.abs(next.level - state.level) <= 1,
        );
        if (next.level !== state.level) {
          assert.ok(atSeconds - changedAt >= policy.beginsAfterSeconds);
          changedAt = atSeconds;
        }
        state = next;
      }
    }),
  );
});

test('a policy that would flap, or that names a measure twice, is told from a sound one', () => {
  assert.equal(faultOfPolicy(policy), undefined);
  assert.equal(faultOfPolicy(defaultShortagePolicy), undefined);
  assert.match(faultOfPolicy({ ...policy, endsAtBp: policy.beginsAtBp })!, /flap/);
  assert.match(faultOfPolicy({ ...policy, beginsAtBp: 10_001 })!, /10,000/);
  assert.match(faultOfPolicy({ ...policy, beginsAfterSeconds: -1 })!, /below zero/);
  assert.match(faultOfPolicy({ ...policy, minOpenOrders: 0 })!, /minOpenOrders/);
  assert.match(faultOfPolicy({ ...policy, measures: [MEASURES[0]!, MEASURES[0]!] })!, /once/);
});
