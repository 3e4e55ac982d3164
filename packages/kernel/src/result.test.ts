import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvariantViolation, invariant, unreachable } from './invariant.ts';
import { type Result, err, ok } from './result.ts';

test('a result is told apart by ok, and its error by its code', () => {
  const halve = (value: number): Result<number, { code: 'odd'; value: number }> =>
    value % 2 === 0 ? ok(value / 2) : err({ code: 'odd', value });
  assert.deepEqual(halve(4), { ok: true, value: 2 });
  assert.deepEqual(halve(3), { ok: false, error: { code: 'odd', value: 3 } });
});

test('an invariant that holds does nothing, a broken one throws what was broken', () => {
  invariant(true, 'never seen');
  for (const broken of [false, undefined, 0, '']) {
    assert.throws(() => invariant(broken, 'stock is never negative'), {
      name: 'InvariantViolation',
      message: 'stock is never negative',
    });
  }
});

test('reaching what cannot be reached names the value', () => {
  assert.throws(() => unreachable('lost' as never), new InvariantViolation('unreachable: "lost"'));
});
