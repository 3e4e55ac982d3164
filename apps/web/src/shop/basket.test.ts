import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KeptLine,
  addLine,
  basketOfOrder,
  countOf,
  linesToSend,
  readBaskets,
  setQuantity,
  sumOf,
} from './basket.ts';

const empty = { storeName: 'Kitchen', lines: [] };
const pizza = {
  offerId: 'off_0000000000001',
  quantity: 1,
  options: [
    { groupId: 'size', optionId: 'large' },
    { groupId: 'extra', optionId: 'olives' },
  ],
  names: { en: 'Pizza' },
  optionNames: [{ en: 'Large' }, { en: 'Olives' }],
  unitPriceMinor: 1_300,
} as unknown as KeptLine;

test('the same article with the same options is one line, whatever the order of its options', () => {
  const again = { ...pizza, options: pizza.options.toReversed(), quantity: 2 };
  const basket = addLine(addLine(empty, pizza), again);
  assert.equal(basket.lines.length, 1);
  assert.equal(countOf(basket), 3);
  assert.equal(sumOf(basket), 3_900);
});

test('the same article with other options is another line', () => {
  const plain = { ...pizza, options: [] };
  assert.equal(addLine(addLine(empty, pizza), plain).lines.length, 2);
});

test('a line that is wanted no more leaves the basket, and none is wanted more than 99 times', () => {
  const basket = addLine(empty, pizza);
  assert.deepEqual(setQuantity(basket, 0, 0).lines, []);
  assert.equal(setQuantity(basket, 0, 500).lines[0]!.quantity, 99);
});

test('what is sent names offers, options and quantities, and no price', () => {
  const [line] = linesToSend(addLine(empty, pizza));
  assert.deepEqual(Object.keys(line!).toSorted(), ['offerId', 'options', 'quantity']);
});

test('what is kept on the device and has another shape is forgotten', () => {
  const kept = { sto_0000000000001: { storeName: 'Kitchen', lines: [pizza] } };
  assert.deepEqual(readBaskets(JSON.parse(JSON.stringify(kept))), kept);
  assert.deepEqual(readBaskets({ sto_1: { lines: [] }, other: kept.sto_0000000000001 }), {});
  assert.deepEqual(readBaskets({ sto_1: { storeName: 'Kitchen', lines: [null] } }), {});
  assert.equal(readBaskets('no'), undefined);
});

test('an order can be put into a basket again with its options', () => {
  const { optionNames: _, ...line } = pizza;
  const ordered = {
    ...line,
    options: [{ groupId: 'size', optionId: 'large', names: { en: 'Large' }, priceMinor: 300 }],
    totalMinor: 1_300,
    taxMinor: 0,
  };
  const basket = basketOfOrder({ storeName: 'Kitchen', lines: [ordered] } as never);
  assert.deepEqual(basket.lines[0]!.options, [{ groupId: 'size', optionId: 'large' }]);
  assert.deepEqual(basket.lines[0]!.optionNames, [{ en: 'Large' }]);
});
