import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handling } from '@halfhour/contract';
import { createIdSource, epochMs } from '@halfhour/kernel';
import type { OrderRecord } from '../ordering/index.ts';
import { equipmentOf, loadOf } from './loads.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 4);
const [wine, ice, bread] = [ids.next('art'), ids.next('art'), ids.next('art')];
const known = new Map<typeof wine, Handling>([
  [wine, { grams: 1_300, millilitres: 1_500, keep: 'ambient', minimumAge: 18 }],
  [ice, { grams: 500, millilitres: 900, keep: 'cold', minimumAge: 0 }],
]);
const lines = (...given: [typeof wine, number][]) =>
  given.map(([articleId, quantity]) => ({ articleId, quantity })) as unknown as OrderRecord['lines'];

test('an order takes up what its articles do, in whole litres, and asks for the skill that the strictest asks for', () => {
  assert.deepEqual(loadOf(lines([wine, 6], [ice, 2]), known), {
    load: { grams: 8_800, litres: 11, coldLitres: 2, hotLitres: 0 },
    requires: ['age_check'],
  });
  assert.deepEqual(loadOf(lines([ice, 1]), known).requires, []);
});

test('what is only guessed never makes an order too large for a bicycle, what is known may', () => {
  const bicycle = equipmentOf({ vehicle: 'bicycle' }).capacity;
  const guessed = loadOf(lines([bread, 99]), known).load;
  assert.ok(guessed.litres <= bicycle.litres! && guessed.grams <= bicycle.grams!);
  assert.ok(loadOf(lines([wine, 40]), known).load.grams > bicycle.grams!);
});

test('what was said of a courier goes before what is usual for its vehicle', () => {
  assert.deepEqual(
    equipmentOf({ vehicle: 'motorcycle' }, { litres: 80, coldLitres: 20, skills: ['age_check'] }),
    {
      capacity: { litres: 80, grams: 25_000, coldLitres: 20 },
      abilities: ['age_check'],
    },
  );
  assert.deepEqual(equipmentOf({ vehicle: 'car' }).abilities, []);
});
