import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Offer } from '@halfhour/contract';
import { csvOf } from '../../ui/csv.ts';
import { COLUMNS, exportRows, MAX_ROWS, planImport } from './catalogue-csv.ts';

const offer = (more: Partial<Offer> = {}): Offer =>
  ({
    id: 'off_1',
    names: { en: 'Rice, white', es: 'Arroz' },
    category: 'Food',
    taxClass: 'standard',
    priceMinor: 650,
    available: true,
    inStock: 7,
    optionGroups: [],
    ...more,
  }) as Offer;
const plain = (minor: number): string => (minor / 100).toFixed(2);
const head = 'offer_id,name_en,category,tax_class,price,available,on_hand';

function rowsOf(csv: string, offers: Offer[] = [offer()]) {
  const plan = planImport(csv, offers, 2);
  assert.ok(plan.ok);
  return plan.rows;
}

test('what was exported changes nothing when it is imported again', () => {
  const offers = [offer(), offer({ id: 'off_2' as Offer['id'], names: { en: '=1+1' } })];
  const csv = csvOf([[...COLUMNS], ...exportRows(offers, plain)]);
  assert.deepEqual(
    rowsOf(csv, offers).map(({ kind, errors }) => [kind, errors]),
    [
      ['same', []],
      ['same', []],
    ],
  );
});

test('each row says what it would do, to the unit', () => {
  const rows = rowsOf(
    [
      head,
      'off_1,"Rice, white",Food,,6.05,no,9',
      ',Beans,Food,reduced,"1,5",,',
      ',"rice, white",food,,7,,',
    ].join('\n'),
  );
  assert.deepEqual(rows[0]?.update, { priceMinor: 605, available: false });
  assert.equal(rows[0]?.onHand, 9);
  assert.equal(rows[1]?.kind, 'create');
  assert.equal(rows[1]?.create?.priceMinor, 150);
  // The same offer by its name, a second time in the file.
  assert.deepEqual(rows[2]?.errors, ['offer_twice']);
});

test('a row that cannot be done says why, and which line of the file it is', () => {
  const rows = rowsOf(
    [
      head,
      'off_9,Rice,Food,standard,1,yes,',
      ',,Food,standard,1,yes,',
      ',Tea,Food,luxury,1.234,perhaps,-1',
      'off_1,Another name,Food,standard,6.50,yes,',
    ].join('\n'),
  );
  assert.deepEqual(
    rows.map(({ line, kind, errors }) => [line, kind, errors]),
    [
      [2, 'error', ['unknown_offer']],
      [3, 'error', ['name_missing']],
      [4, 'error', ['tax_class', 'price', 'available', 'on_hand']],
      [5, 'error', ['name_fixed']],
    ],
  );
});

test('a file without the columns that are needed, without rows or with too many is refused as a whole', () => {
  assert.deepEqual(planImport('a,b\n1,2', [], 2), {
    ok: false,
    problem: 'columns',
    missing: ['name_en', 'category', 'price'],
  });
  assert.equal(planImport(`${head}\n`, [], 2).ok, false);
  const many = Array.from({ length: MAX_ROWS + 1 }, (_, n) => `,a${n},c,,1,,`).join('\n');
  assert.equal(planImport(`${head}\n${many}`, [], 2).ok, false);
});
