import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OptionGroup } from '@halfhour/contract';
import { checkOptionGroups } from './offer.ts';

const group = (changes: Partial<OptionGroup> = {}): OptionGroup => ({
  id: 'size',
  names: { en: 'Size' },
  minChoices: 1,
  maxChoices: 1,
  options: [
    { id: 'small', names: { en: 'Small' }, priceMinor: 0 },
    { id: 'large', names: { en: 'Large' }, priceMinor: 5_000 },
  ],
  ...changes,
});

test('option groups that can be chosen from are sound', () => {
  assert.equal(checkOptionGroups([group(), group({ id: 'extra', minChoices: 0, maxChoices: 5 })]), undefined);
  assert.equal(checkOptionGroups([]), undefined);
});

test('limits that cannot be met and ids that come twice are named', () => {
  assert.match(checkOptionGroups([group({ minChoices: 2 })])!, /more choices .* than it allows/);
  assert.match(checkOptionGroups([group({ minChoices: 3, maxChoices: 3 })])!, /than it has options/);
  assert.match(checkOptionGroups([group(), group()])!, /Two option groups/);
  const twice = group();
  assert.match(
    checkOptionGroups([group({ options: [...twice.options, twice.options[0]!] })])!,
    /Two options of group `size`/,
  );
});
