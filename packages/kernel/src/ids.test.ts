import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type OrderId, createIdSource, idFromKey, keyOf, parseId } from './ids.ts';
import { epochMs } from './time.ts';

const START = Date.UTC(2026, 10, 23);
const MAX_KEY = 2n ** 63n - 1n;
const anyKey = fc.bigInt({ min: 0n, max: MAX_KEY });

test('an id and its key are the same thing written twice', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const id = idFromKey('ord', key);
      assert.equal(keyOf(id), key.toString());
      assert.equal(idFromKey('ord', key.toString()), id);
      assert.equal(parseId('ord', id), id);
    }),
  );
});

test('the smallest and the largest key have ids', () => {
  assert.equal(idFromKey('ord', 0n), 'ord_0000000000000');
  assert.equal(idFromKey('ord', MAX_KEY), 'ord_7vvvvvvvvvvvv');
  for (const key of [-1n, MAX_KEY + 1n]) assert.throws(() => idFromKey('ord', key), /not a key/);
});

test('ids in the order of their text are in the order of their keys', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      assert.equal(idFromKey('ord', a) < idFromKey('ord', b), a < b);
    }),
  );
});

test('text that is no id of the wanted kind is not taken for one', () => {
  assert.equal(parseId('ord', 'ord_0000000000001'), 'ord_0000000000001');
  for (const text of [
    'cou_0000000000001',
    'ord_000000000000',
    'ord_00000000000001',
    'ord_8000000000000',
    'ord_000000000000w',
    'ord_000000000000A',
    'ord_0000000000001\n',
    'ord-0000000000001',
    'ORD_0000000000001',
    '',
  ]) {
    assert.equal(parseId('ord', text), undefined, text);
    const body = text.slice(4);
    if (!/^cou_|^ord-|^ORD_/.test(text))
      assert.throws(() => keyOf(`ord_${body}` as OrderId), /not an id/, text);
  }
});

test('ids of one source are all different and rise, however its clock moves', () => {
  const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (moves) => {
      let now = START;
      const source = createIdSource(() => epochMs(now), 7);
      let previous = '';
      for (const move of moves) {
        now += move;
        const id = source.next('ord');
        assert.ok(id > previous, `${id} after ${previous}`);
        previous = id;
      }
    }),
  );
});

test('a millisecond that needs more than 4,096 ids borrows from the next', () => {
  let now = START;
  const source = createIdSource(() => epochMs(now), 0);
  const ids = Array.from({ length: 10_000 }, () => source.next('ord'));
  now += 1;
  ids.push(source.next('ord'));
  now += 5;
  ids.push(source.next('ord'));
  assert.equal(new Set(ids).size, 10_002);
  assert.deepEqual(ids, ids.toSorted());
});

test('sources of different nodes never give the same id', () => {
  const sources = [0, 1, 1_023].map((node) => createIdSource(() => epochMs(START), node));
  const ids = sources.flatMap((source) => Array.from({ length: 5_000 }, () => source.next('ord')));
  assert.equal(new Set(ids).size, 15_000);
});

test('a later millisecond gives a later id on any node', () => {
  let now = START;
  const early = createIdSource(() => epochMs(now), 1_023).next('ord');
  now += 1;
  assert.ok(createIdSource(() => epochMs(now), 0).next('ord') > early);
});

test('a clock before 2024 still gives ids, one beyond 2093 is refused', () => {
  assert.equal(keyOf(createIdSource(() => epochMs(0), 0).next('ord')), '1');
  assert.ok(parseId('ord', createIdSource(() => epochMs(Date.UTC(2093, 0, 1)), 1_023).next('ord')));
  const late = createIdSource(() => epochMs(Date.UTC(2094, 0, 1)), 0);
  assert.throws(() => late.next('ord'), /2093/);
});

test('a node outside 0 to 1,023 is refused', () => {
  for (const node of [-1, 1_024, 0.5]) assert.throws(() => createIdSource(() => epochMs(0), node), /node/);
});
