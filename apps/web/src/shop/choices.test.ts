import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OptionGroup } from '@halfhour/contract';
import { choose, chosenOptions, firstChoices, isSoldOut, missingGroup } from './choices.ts';

const option = (id: string, priceMinor = 0) => ({ id, names: { en: id }, priceMinor });
const size: OptionGroup = {
  id: 'size',
  names: { en: 'Size' },
  minChoices: 1,
  maxChoices: 1,
  options: [option('large', 300), option('small')],
};
const extras: OptionGroup = {
  id: 'extras',
  names: { en: 'Extras' },
  minChoices: 0,
  maxChoices: 2,
  options: [option('olives', 50), option('ham', 80), option('egg', 40)],
};
const sauces: OptionGroup = { ...extras, id: 'sauces', minChoices: 2 };

test('where one must be chosen, the one that costs nothing more is chosen to begin with', () => {
  assert.deepEqual(firstChoices([size, extras]), { size: ['small'] });
});

test('another choice takes the place of the one that must be, and is not taken back', () => {
  const chosen = choose({ size: ['small'] }, size, 'large');
  assert.deepEqual(chosen, { size: ['large'] });
  assert.deepEqual(choose(chosen, size, 'large'), chosen);
});

test('no more are chosen than the group allows, and each can be taken back', () => {
  const two = choose(choose({}, extras, 'olives'), extras, 'ham');
  assert.equal(choose(two, extras, 'egg'), two);
  assert.deepEqual(choose(two, extras, 'olives'), { extras: ['ham'] });
});

test('an article can be ordered when each group has as many as it needs', () => {
  assert.equal(missingGroup({ size: ['small'] }, [size, extras]), undefined);
  assert.equal(missingGroup({ sauces: ['ham'] }, [sauces]), sauces);
});

test('what is chosen is sent in the order of the article, with what it costs more', () => {
  const { options, priceMinor } = chosenOptions(
    { optionGroups: [size, extras] },
    { extras: ['ham', 'olives'], size: ['large'] },
  );
  assert.deepEqual(
    options.map(({ optionId }) => optionId),
    ['large', 'olives', 'ham'],
  );
  assert.equal(priceMinor, 430);
});

test('what is not counted is sold out only where the store says so', () => {
  assert.equal(isSoldOut({ available: true }), false);
  assert.equal(isSoldOut({ available: true, inStock: 0 }), true);
  assert.equal(isSoldOut({ available: false, inStock: 5 }), true);
});
