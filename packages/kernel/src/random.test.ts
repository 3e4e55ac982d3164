import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Random, exponential, normal, seededRandom } from './random.ts';

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

/** Pearson's chi-square of counts against equal expectation. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((each, index) => (each - meanA) * (b[index]! - meanB)));
  const spread = (values: readonly number[], centre: number): number =>
    Math.sqrt(mean(values.map((each) => (each - centre) ** 2)));
  return product / (spread(a, meanA) * spread(b, meanB));
}

test('the same seed gives the same run, another seed another', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.deepEqual(draw(seededRandom(a), 5), draw(seededRandom(a), 5));
      if (a !== b) assert.notDeepEqual(draw(seededRandom(a), 5), draw(seededRandom(b), 5));
    }),
  );
  assert.deepEqual(draw(seededRandom(42), 5), draw(seededRandom('42'), 5));
});

test('the generator is the same on every machine and in every version', () => {
  assert.deepEqual(
    draw(seededRandom('halfhour'), 3),
    [0.6522325540165662, 0.5160633678831802, 0.9057146689504495],
  );
});

test('draws are at least 0 and below 1, and below() at least 0 and below its limit', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, limit) => {
      const random = seededRandom(seed);
      for (const value of draw(random, 20)) assert.ok(value >= 0 && value < 1);
      for (let index = 0; index < 20; index++) {
        const value = random.below(limit);
        assert.ok(Number.isInteger(value) && value >= 0 && value < limit);
      }
    }),
  );
  for (const limit of [0, -1, 1.5, NaN, 2 ** 32 + 1])
    assert.throws(() => seededRandom(1).below(limit), /below/);
});

// Thresholds are the 99.9999 % quantiles; the seeds are fixed, so the tests cannot fail by chance later.
test('draws are uniform over a hundred cells, singly and in pairs', () => {
  const random = seededRandom('uniform');
  const single = Array.from({ length: 100 }, () => 0);
  const pairs = Array.from({ length: 100 }, () => 0);
  for (let index = 0; index < 100_000; index++) {
    single[Math.floor(random.next() * 100)]! += 1;
    pairs[random.below(10) * 10 + random.below(10)]! += 1;
  }
  assert.ok(chiSquare(single) < 177, `chi-square ${chiSquare(single)}`);
  assert.ok(chiSquare(pairs) < 177, `chi-square ${chiSquare(pairs)}`);
});

test('first draws of seeds that follow one another are uniform too', () => {
  const counts = Array.from({ length: 100 }, () => 0);
  for (let seed = 0; seed < 50_000; seed++) counts[Math.floor(seededRandom(seed).next() * 100)]! += 1;
  assert.ok(chiSquare(counts) < 177, `chi-square ${chiSquare(counts)}`);
});

test('a fork depends on its parent’s seed and its label, not on what the parent has drawn', () => {
  const fresh = seededRandom('parent');
  const used = seededRandom('parent');
  draw(used, 100);
  assert.deepEqual(draw(fresh.fork('child'), 5), draw(used.fork('child'), 5));
  const unforked = seededRandom('parent');
  assert.deepEqual(draw(fresh, 5), draw(unforked, 5), 'forking takes nothing from the parent');
});

test('forks are not correlated with their parent nor with each other', () => {
  const parent = seededRandom('parent');
  const streams = [parent, ...['a', 'b', 'c', 'd'].map((label) => parent.fork(label))].map((random) =>
    draw(random, 10_000),
  );
  streams.forEach((stream, index) => {
    for (const other of streams.slice(index + 1)) assert.ok(Math.abs(correlation(stream, other)) < 0.05);
  });
});

test('a fork of a fork is not the fork with both labels', () => {
  const random = seededRandom('parent');
  assert.notDeepEqual(draw(random.fork('a').fork('b'), 3), draw(random.fork('a/b'), 3));
});

test('two hundred thousand forks have each their own stream', () => {
  const city = seededRandom('city');
  const first = new Set<number>();
  for (let shopper = 0; shopper < 200_000; shopper++) first.add(city.fork(`shopper-${shopper}`).next());
  assert.equal(first.size, 200_000);
});

test('pick gives items of the list, each of them in time, and refuses an empty list', () => {
  const random = seededRandom('pick');
  const picked = new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])));
  assert.deepEqual([...picked].toSorted(), ['a', 'b', 'c']);
  assert.throws(() => random.pick([]), { name: 'InvariantViolation' });
});

test('exponential and normal draws have the mean and the spread that were asked for', () => {
  const random = seededRandom('moments');
  const waits = Array.from({ length: 50_000 }, () => exponential(random, 30));
  const heights = Array.from({ length: 50_000 }, () => normal(random, 170, 10));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const deviation = (values: readonly number[]): number =>
    Math.sqrt(mean(values.map((each) => (each - mean([170])) ** 2)));
  assert.ok(waits.every((wait) => wait >= 0 && Number.isFinite(wait)));
  assert.ok(Math.abs(mean(waits) - 30) < 1);
  assert.ok(Math.abs(mean(heights) - 170) < 0.3);
  assert.ok(Math.abs(deviation(heights) - 10) < 0.2);
});
