import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, InvariantViolation, normal, seededRandom } from '@halfhour/kernel';
import fc from 'fast-check';
import { type PromiseCase, type PromisePrior, LEVELS, PromiseModel } from './index.ts';

const prior: PromisePrior = { acceptanceSeconds: 60, courierSeconds: 240, windowSeconds: 600 };
const formula = ({ preparationSeconds, travelSeconds }: PromiseCase): number =>
  60 + Math.max(preparationSeconds, 240) + travelSeconds;

const anOrder: fc.Arbitrary<PromiseCase> = fc.record({
  storeKey: fc.constantFrom('a', 'b', 'c'),
  preparationSeconds: fc.integer({ min: 0, max: 7_200 }),
  travelSeconds: fc.integer({ min: 0, max: 3_600 }),
  secondOfDay: fc.integer({ min: 0, max: 86_399 }),
  load: fc.record({
    openOrders: fc.integer({ min: 0, max: 5_000 }),
    couriersOnShift: fc.integer({ min: 0, max: 2_000 }),
    readyWaitSeconds: fc.integer({ min: 0, max: 7_200 }),
  }),
});
const anOutcome = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(Infinity));

/** An order out of the ordinary life of a market. */
function drawOrder(random: Random, storeKey = `store ${random.below(20)}`): PromiseCase {
  return {
    storeKey,
    preparationSeconds: 60 * random.below(40),
    travelSeconds: 60 * random.below(20),
    secondOfDay: random.below(86_400),
    load: { openOrders: random.below(200), couriersOnShift: 100, readyWaitSeconds: random.below(300) },
  };
}

/** Promises and learns order by order; how many came by each quantile, as shares of the second half. */
function live(
  model: PromiseModel,
  random: Random,
  orders: number,
  tookSeconds: (order: PromiseCase, index: number) => number,
): number[] {
  const came = LEVELS.map(() => 0);
  for (let index = 0; index < orders; index++) {
    const order = drawOrder(random);
    const { quantiles } = model.promise(order);
    const took = tookSeconds(order, index);
    if (index >= orders / 2)
      quantiles.forEach((quantile, level) => (came[level]! += took <= quantile ? 1 : 0));
    model.learn(order, quantiles, took);
  }
  return came.map((count) => count / Math.floor(orders / 2));
}

function assertCalibrated(shares: readonly number[]): void {
  LEVELS.forEach((level, index) => {
    assert.ok(Math.abs(shares[index]! - level) < 0.025, `${shares[index]} came by the quantile ${level}`);
  });
}

test('a market without history promises what the prior says', () => {
  fc.assert(
    fc.property(anOrder, (order) => {
      const { earliestSeconds, latestSeconds } = new PromiseModel(prior).promise(order);
      assert.equal(earliestSeconds, formula(order));
      assert.equal(latestSeconds, formula(order) + 600);
    }),
  );
});

test('whatever happened, the window is one, its parts add up to its end, and no quantile is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anOrder, anOutcome), { maxLength: 200 }), anOrder, (past, order) => {
      const model = new PromiseModel(prior);
      for (const [each, seconds] of past) model.learn(each, model.promise(each).quantiles, seconds);
      const { quantiles, earliestSeconds, latestSeconds, parts } = model.promise(order);
      assert.ok(
        quantiles.length === LEVELS.length &&
          quantiles.every((value) => Number.isSafeInteger(value) && value >= 0),
      );
      assert.ok(0 <= earliestSeconds && earliestSeconds <= latestSeconds);
      assert.equal(
        Object.values(parts).reduce((sum, part) => sum + part, 0),
        latestSeconds,
      );
      assert.ok(Object.values(parts).every(Number.isSafeInteger) && parts.marginSeconds >= 0);
    }),
  );
});

test('the same history gives the same promises, kept and restored too', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anOrder, anOutcome), { maxLength: 100 }), anOrder, (past, order) => {
      const [one, two, restored] = [prior, prior, prior].map((each) => new PromiseModel(each));
      for (const [each, seconds] of past) {
        one!.learn(each, one!.promise(each).quantiles, seconds);
        two!.learn(each, two!.promise(each).quantiles, seconds);
      }
      const kept = JSON.parse(
        JSON.stringify({
          market: one!.marketHistory(),
          a: one!.storeHistory('a'),
          b: one!.storeHistory('b'),
          c: one!.storeHistory('c'),
        }),
      );
      assert.ok(restored!.restoreMarket(kept.market));
      for (const key of ['a', 'b', 'c']) if (kept[key] !== undefined) restored!.restoreStore(key, kept[key]);
      assert.deepEqual(two!.promise(order), one!.promise(order));
      assert.deepEqual(restored!.promise(order), one!.promise(order));
    }),
  );
});

test('in the long run each share arrives by its quantile, whatever the delays are like', () => {
  const delays: Record<string, (random: Random) => number> = {
    normal: (random) => Math.max(0, normal(random, 600, 200)),
    skewed: (random) => -Math.log(1 - random.next()) * 400,
    'two humps': (random) => (random.next() < 0.7 ? 100 : 900) + random.below(60),
  };
  for (const [name, delay] of Object.entries(delays)) {
    const random = seededRandom(name);
    const took = (order: PromiseCase): number =>
      order.preparationSeconds + order.travelSeconds + 3 * order.load.openOrders + delay(random);
    assertCalibrated(live(new PromiseModel(prior), random, 12_000, took));
  }
});

test('a market that becomes slower during the day is promised slower soon', () => {
  const random = seededRandom('drift');
  const shares = live(
    new PromiseModel(prior),
    random,
    12_000,
    (order, index) => formula(order) + index / 10 + Math.abs(normal(random, 0, 120)),
  );
  assertCalibrated(shares);
});

test('load that delays makes promises longer under load, not without', () => {
  const random = seededRandom('load');
  const model = new PromiseModel(prior);
  const delayOf = ({ load }: PromiseCase): number => Math.max(0, load.openOrders - 100) * 12;
  live(model, random, 8_000, (order) => formula(order) + delayOf(order) + random.below(120));
  const order = drawOrder(seededRandom('one'));
  const at = (openOrders: number) => model.promise({ ...order, load: { ...order.load, openOrders } });
  assert.ok(at(195).latestSeconds - at(50).latestSeconds > 600);
  assert.ok(at(195).parts.loadSeconds - at(50).parts.loadSeconds > 600);
});

test('an outlier moves a promise no more than any other late order', () => {
  fc.assert(
    fc.property(anOrder, fc.integer({ min: 2_500, max: 1_000_000 }), (order, beyond) => {
      const after = (seconds: number): number => {
        const model = new PromiseModel(prior);
        model.learn(order, model.promise(order).quantiles, seconds);
        return model.promise(order).quantiles[3]!;
      };
      const late = formula(order) + beyond;
      assert.equal(after(late), after(Infinity));
    }),
  );
});

test('a new store is promised as the market, and a slow store is learned without slowing the others', () => {
  const random = seededRandom('stores');
  const model = new PromiseModel(prior);
  const slow = (storeKey: string): number => (storeKey === 'store 3' ? 900 : 0);
  live(model, random, 10_000, (order) => formula(order) + slow(order.storeKey) + random.below(300));
  const order = drawOrder(seededRandom('one'));
  const latest = (storeKey: string): number => model.promise({ ...order, storeKey }).latestSeconds;
  assert.ok(latest('store 3') > latest('store 4') + 450, `${latest('store 3')} ${latest('store 4')}`);
  assert.ok(Math.abs(latest('never seen') - latest('store 4')) < 120);
  assert.equal(model.promise({ ...order, storeKey: 'never seen' }).parts.storeSeconds, 0);
  assert.ok(model.promise({ ...order, storeKey: 'store 3' }).parts.storeSeconds > 450);
});

test('a promise changes nothing', () => {
  const model = new PromiseModel(prior);
  const order = drawOrder(seededRandom('one'));
  model.learn(order, model.promise(order).quantiles, 5_000);
  const before = [model.marketHistory(), model.promise(order)];
  model.promise({ ...order, storeKey: 'another' });
  assert.deepEqual([model.marketHistory(), model.promise(order)], before);
  assert.equal(model.storeHistory('another'), undefined);
});

test('bad figures are refused, and history of another model is left aside', () => {
  const model = new PromiseModel(prior);
  const order = drawOrder(seededRandom('one'));
  const { quantiles } = model.promise(order);
  assert.throws(() => model.promise({ ...order, travelSeconds: Number.NaN }), InvariantViolation);
  assert.throws(() => model.promise({ ...order, preparationSeconds: -1 }), InvariantViolation);
  assert.throws(() => model.learn(order, quantiles, Number.NaN), InvariantViolation);
  assert.throws(() => model.learn(order, [], 100), InvariantViolation);
  assert.equal(model.restoreMarket({ ...model.marketHistory(), counts: [1] }), false);
  assert.equal(model.restoreStore('a', { learned: 3, values: [1, 2] }), false);
  assert.deepEqual(model.promise(order).quantiles, quantiles);
});
