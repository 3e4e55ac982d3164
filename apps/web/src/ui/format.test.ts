import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFormat } from './format.ts';

const format = createFormat('en', 'America/Montevideo', 'UYU');
const plain = (written: string): string => written.replaceAll(/\s/g, ' ');

test('moments are written in the market’s time zone, midnight as 00', () => {
  assert.equal(format.time('2026-11-23T15:05:09.000Z'), '12:05');
  assert.equal(format.timeWithSeconds('2026-11-23T03:00:01.000Z'), '00:00:01');
});

test('minor units follow the currency', () => {
  assert.equal(plain(format.money(123_450)), '$1,234.50');
  assert.equal(plain(createFormat('en', 'Asia/Tokyo', 'JPY').money(1234)), '¥1,234');
  assert.equal(plain(format.moneyShort(123_456_700)), '$1.2M');
});

test('numbers and shares', () => {
  assert.equal(format.number(28.349, 1), '28.3');
  assert.equal(format.percent(96.25), '96.3%');
});

test('amounts of a column have the currency’s digits and no sign of it', () => {
  assert.equal(format.amount(-123_450), '-1,234.50');
  assert.equal(createFormat('es-UY', 'America/Montevideo', 'UYU').amount(123_450), '1.234,50');
  assert.equal(createFormat('en', 'Asia/Tokyo', 'JPY').amount(1234), '1,234');
});

test('what may lie long ago is written with its date', () => {
  assert.equal(plain(format.dateTime('2026-11-23T15:05:09.000Z')), 'Nov 23, 2026, 12:05');
  assert.equal(createFormat('zh', 'America/Montevideo', 'UYU').dateTime(0), '1969年12月31日 21:00');
});
