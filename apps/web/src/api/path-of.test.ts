import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from './path-of.ts';

test('a path is filled with escaped values and the query that is given', () => {
  assert.equal(pathOf('/v1/markets/{marketId}/live', { marketId: 'mkt_1' }), '/v1/markets/mkt_1/live');
  assert.equal(pathOf('/v1/a/{x}', { x: 'a/b c' }), '/v1/a/a%2Fb%20c');
  assert.equal(pathOf('/v1/a', {}, { limit: 5, cursor: undefined, q: 'ñ' }), '/v1/a?limit=5&q=%C3%B1');
});

test('a missing parameter throws instead of calling a wrong path', () => {
  assert.throws(() => pathOf('/v1/a/{x}'), RangeError);
});
