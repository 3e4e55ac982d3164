import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likeness } from './similar.ts';

test('a name is found by a part of it, without accents and in any case', () => {
  assert.equal(likeness('cafe nan', 'Café Ñandú'), 1);
  assert.equal(likeness('北京', '北京烤鸭'), 1);
});

test('a wrong letter still finds, and another word does not', () => {
  assert.ok(likeness('farmasia', 'Farmacia Central') > 0.4);
  assert.ok(likeness('pizeria', 'Pizzería Roma') > 0.4);
  assert.ok(likeness('farmacia', 'Pizzería Roma') < 0.2);
  assert.equal(likeness('  ', 'Pizzería Roma'), 0);
});
