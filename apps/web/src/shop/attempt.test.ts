import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '@halfhour/contract';
import { ProblemError, Unreachable } from '../api/problem-error.ts';
import { attemptAt, isUnanswered } from './attempt.ts';

let keys = 0;
const newKey = (): string => `key-${keys++}`;
const problem = (status: number) => new ProblemError({ status, code: 'price_changed' } as Problem);

test('a try without an answer is sent again as it was, even where the promise has moved meanwhile', () => {
  const first = attemptAt(undefined, 'two pizzas', () => ({ promise: '12:40' }), newKey);
  const again = attemptAt(first, 'two pizzas', () => ({ promise: '12:41' }), newKey);
  assert.equal(again, first);
});

test('another wish is another try with another key', () => {
  const first = attemptAt(undefined, 'two pizzas', () => ({}), newKey);
  assert.notEqual(attemptAt(first, 'three pizzas', () => ({}), newKey).key, first.key);
});

test('a refusal is an answer; silence and a failure of the server are none', () => {
  assert.equal(isUnanswered(problem(409)), false);
  assert.equal(isUnanswered(problem(503)), true);
  assert.equal(isUnanswered(new Unreachable(true)), true);
});
