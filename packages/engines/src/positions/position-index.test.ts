import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type NearestOptions, type PlaneArea, createPositionIndex } from './position-index.ts';

const AREA: PlaneArea = { minX: -1_000, minY: -700, maxX: 1_300, maxY: 900 };
const FURTHEST = 2 ** 31 - 1;

interface Thing {
  readonly slot: number;
  readonly x: number;
  readonly y: number;
}

/** The definition: all things, sorted. */
function nearestOf(things: readonly Thing[], x: number, y: number, options: NearestOptions): number[] {
  const within = options.withinMetres ?? Infinity;
  return things
    .map((thing) => ({ slot: thing.slot, square: (thing.x - x) ** 2 + (thing.y - y) ** 2 }))
    .filter(({ slot, square }) => square <= within ** 2 && (options.accepts?.(slot) ?? true))
    .sort((a, b) => a.square - b.square || a.slot - b.slot)
    .slice(0, options.limit)
    .map(({ slot }) => slot);
}

/** Inside and outside of the area, at the borders of cells and next to them, and as far as numbers go. */
const coordinate = (from: number, to: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: from - 300, max: to + 300 }) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.integer({ min: -1, max: 10 }), fc.integer({ min: -1, max: 1 }))
        .map(([cell, off]) => from + cell * 256 + off),
    },
    { weight: 1, arbitrary: fc.integer({ min: from, max: from + 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: -FURTHEST - 1, max: FURTHEST }) },
    { weight: 1, arbitrary: fc.constantFrom(-FURTHEST - 1, FURTHEST) },
  );
const x = coordinate(AREA.minX, AREA.maxX);
const y = coordinate(AREA.minY, AREA.maxY);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), x, y }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), of: fc.nat(), x, y }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), of: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      x,
      y,
      limit: fc.integer({ min: 1, max: 12 }),
      withinMetres: fc.option(fc.oneof(fc.nat(600), fc.nat(FURTHEST), fc.constant(0)), { nil: undefined }),
      /** Slots that count: all, every third, none. */
      every: fc.constantFrom(1, 3, 0),
    }),
  },
);

test('whatever was added, moved and removed, the nearest are those that looking at all of them gives', () => {
  let asked = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const index = createPositionIndex(AREA);
      const things = new Map<number, Thing>();
      let most = 0;
      const one = (of: number): number => [...things.keys()][of % things.size]!;
      for (const each of steps) {
        if (each.kind === 'add') {
          const slot = index.add(each.x, each.y);
          assert.ok(!things.has(slot), 'a slot that is in use is not given again');
          things.set(slot, { slot, x: each.x, y: each.y });
          most = Math.max(most, things.size);
          assert.ok(slot < most, 'slots of removed things are given again');
        } else if (each.kind === 'ask') {
          const { x, y, limit, withinMetres, every } = each;
          const options: NearestOptions = {
            limit,
            ...(withinMetres === undefined ? {} : { withinMetres }),
            ...(every === 1 ? {} : { accepts: (slot) => every !== 0 && slot % every === 0 }),
          };
          assert.deepEqual(index.nearest(x, y, options), nearestOf([...things.values()], x, y, options));
          asked += 1;
        } else if (things.size > 0) {
          const slot = one(each.of);
          if (each.kind === 'remove') {
            index.remove(slot);
            things.delete(slot);
          } else {
            index.move(slot, each.x, each.y);
            things.set(slot, { slot, x: each.x, y: each.y });
          }
        }
        assert.equal(index.size, things.size);
      }
    }),
    { numRuns: 1_500 },
  );
  assert.ok(asked > 1_000);
});

test('many at a few equal places: the lower slots come first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(-1_000, -745, -744, 0), fc.constantFrom(-700, -444, 0)), {
        minLength: 1,
        maxLength: 200,
      }),
      fc.integer({ min: 1, max: 40 }),
      (places, limit) => {
        const index = createPositionIndex(AREA);
        const things = places.map(([x, y]) => ({ slot: index.add(x, y), x, y }));
        for (const [x, y] of [[-744, -444] as const, ...places.slice(0, 5)]) {
          assert.deepEqual(index.nearest(x, y, { limit }), nearestOf(things, x, y, { limit }));
        }
      },
    ),
  );
});

test('an area as large as numbers go, and one of a single cell, are exact too', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<PlaneArea>(
        { minX: -FURTHEST - 1, minY: -FURTHEST - 1, maxX: FURTHEST, maxY: FURTHEST },
        { minX: 5, minY: 5, maxX: 5, maxY: 5 },
        { minX: -3_000_000, minY: 0, maxX: 3_000_000, maxY: 10 },
      ),
      fc.array(fc.tuple(x, y), { maxLength: 60 }),
      x,
      y,
      (area, places, x, y) => {
        const index = createPositionIndex(area);
        const things = places.map(([x, y]) => ({ slot: index.add(x, y), x, y }));
        assert.deepEqual(index.nearest(x, y, { limit: 10 }), nearestOf(things, x, y, { limit: 10 }));
      },
    ),
    { numRuns: 60 },
  );
});

test('an empty index knows nobody, also after all were removed', () => {
  const index = createPositionIndex(AREA);
  assert.deepEqual(index.nearest(0, 0, { limit: 10 }), []);
  const slots = [index.add(0, 0), index.add(FURTHEST, 0)];
  for (const slot of slots) index.remove(slot);
  assert.equal(index.size, 0);
  assert.deepEqual(index.nearest(0, 0, { limit: 10 }), []);
});

test('what is no place, no slot or no limit is refused and changes nothing', () => {
  const index = createPositionIndex(AREA);
  const slot = index.add(1, 2);
  const gone = index.add(3, 4);
  index.remove(gone);
  for (const bad of [NaN, Infinity, 0.5, 2 ** 31]) {
    assert.throws(() => index.add(bad, 0), /not whole metres/);
    assert.throws(() => index.move(slot, 0, bad), /not whole metres/);
    assert.throws(() => index.nearest(bad, 0, { limit: 1 }), /not whole metres/);
  }
  for (const bad of [gone, -1, 7, NaN, 0.5]) {
    assert.throws(() => index.move(bad, 0, 0), /no such slot/);
    assert.throws(() => index.remove(bad), /no such slot/);
    assert.throws(() => index.metresTo(bad, 0, 0), /no such slot/);
  }
  for (const limit of [0, 1_001, NaN]) assert.throws(() => index.nearest(0, 0, { limit }), /limit/);
  assert.throws(() => index.nearest(0, 0, { limit: 1, withinMetres: NaN }), /withinMetres/);
  assert.throws(() => createPositionIndex({ minX: 1, minY: 0, maxX: 0, maxY: 0 }), /an area/);
  assert.equal(index.size, 1);
  assert.equal(index.metresTo(slot, 4, 6), 5);
  assert.deepEqual(index.nearest(0, 0, { limit: 5 }), [slot]);
});
