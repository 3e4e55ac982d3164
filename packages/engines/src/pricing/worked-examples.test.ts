import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ADDED, CONTAINED, exampleInput } from './examples.ts';
import {
  type Charge,
  type PricingInput,
  type RefundWish,
  type Share,
  type Tariff,
  NOTHING_REFUNDED,
  authorisedTotalMinor,
  explainCharge,
  prepareTariff,
  priceBasket,
  refundCharges,
  sharesOf,
} from './index.ts';

const TABLE = new URL('worked-examples.txt', import.meta.url);

interface Example {
  readonly title: string;
  readonly currency: string;
  readonly tariff: Tariff;
  readonly input: PricingInput;
  /** What is refunded of it afterwards, one after the other. */
  readonly refunds?: readonly (readonly [title: string, wish: RefundWish])[];
}

const chivito = { unitPriceMinor: 52_000, quantity: 2, taxClass: 'standard', category: 'Food' };
const bread = { unitPriceMinor: 14_900, quantity: 3, taxClass: 'reduced', category: 'Bakery' };
const salad = { unitPriceMinor: 1_250, quantity: 1, taxClass: 'food', category: 'Food', grams: 400 };
const beer = {
  unitPriceMinor: 300,
  quantity: 6,
  taxClass: 'drink',
  category: 'Alcohol',
  depositMinor: 25,
  grams: 900,
};
const apples = {
  unitPriceMinor: 399,
  quantity: 1,
  taxClass: 'food',
  category: 'Food',
  weighed: { grams: 1_000, upToGrams: 1_200 },
};
const oldTown = { lat: 0.5, lng: 0.5 };

const EXAMPLES: readonly Example[] = [
  {
    title: 'A dinner, tax contained, 3.4 km, with a tip',
    currency: 'UYU',
    tariff: CONTAINED,
    input: exampleInput({ lines: [chivito, bread], metres: 3_400, tipMinor: 5_000 }),
    refunds: [
      ['one bread', { lines: [{ line: 1, quantity: 1 }] }],
      ['the delivery fee', { fees: ['delivery_fee'] }],
      ['100.00 for the cold chivitos', { lines: [{ line: 0, quantity: 1 }], amountMinor: 10_000 }],
      ['everything that is left', {}],
    ],
  },
  {
    title: 'The same while couriers are short: the delivery fee is half as much again',
    currency: 'UYU',
    tariff: CONTAINED,
    input: exampleInput({ lines: [chivito], metres: 3_400, surgeBp: 15_000 }),
  },
  {
    title: 'Tax added by class and place, beer with deposit and a commission of its own, in the old town',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({ lines: [salad, beer], place: oldTown, metres: 1_800 }),
    refunds: [
      ['two bottles', { lines: [{ line: 1, quantity: 2 }] }],
      ['everything that is left', {}],
    ],
  },
  {
    title: 'The same basket outside the old town: tax of the state',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({ lines: [salad, beer], metres: 1_800 }),
  },
  {
    title: 'A small order on a Sunday night, paid in cash',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({
      lines: [{ ...salad, unitPriceMinor: 473 }],
      weekday: 0,
      minute: 1_380,
      isCash: true,
    }),
  },
  {
    title: 'Collected in store: no delivery fee, less commission',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({ lines: [salad], fulfilment: 'pickup' }),
  },
  {
    title: 'A store with couriers of its own and no commission',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({ lines: [salad], storeId: 'sto_own', metres: 4_200 }),
  },
  {
    title: 'Apples by weight as ordered: 1 kg, held for 1.2',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({ lines: [salad, apples] }),
  },
  {
    title: 'The same apples from the scales: 1.3 kg, charged for 1.2',
    currency: 'USD',
    tariff: ADDED,
    input: exampleInput({
      lines: [salad, { ...apples, weighed: { ...apples.weighed, finalGrams: 1_300 } }],
    }),
  },
  {
    title: 'A currency without decimals',
    currency: 'JPY',
    tariff: { ...CONTAINED, feeStepMinor: 10 },
    input: exampleInput({ lines: [{ ...chivito, unitPriceMinor: 1_480 }] }),
  },
];

test('worked examples are as the table says, which a person can check by hand', () => {
  const text = EXAMPLES.map(tell).join('\n');
  if (process.env['HALFHOUR_TEST_WRITE_EXAMPLES'] === 'yes') writeFileSync(TABLE, text);
  assert.equal(text, readFileSync(TABLE, 'utf8'));
});

function tell({ title, currency, tariff, input, refunds = [] }: Example): string {
  const prepared = prepareTariff(tariff);
  const { charges, totalMinor } = priceBasket(prepared, input);
  const held = authorisedTotalMinor(prepared, input);
  const show = amountsOf(currency);
  const lines = [
    `# ${title} (${currency})`,
    ...charges.map((charge) => row(charge, explainCharge(charge, currency))),
    `  shopper pays ${show(totalMinor)}${held === totalMinor ? '' : `, held ${show(held)}`}`,
    `  of which ${tellShares(sharesOf(charges), show)}`,
  ];
  let before = NOTHING_REFUNDED;
  for (const [name, wish] of refunds) {
    const refund = refundCharges(
      charges,
      input.lines.map(({ quantity }) => quantity),
      before,
      wish,
    );
    assert.ok(refund.ok, name);
    before = refund.value.after;
    lines.push(
      `  refund of ${name}: ${show(refund.value.amountMinor)}`,
      `    taken from ${tellShares(refund.value.takenFrom, show)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function row({ kind, line, payer, payee, rule }: Charge, formula: string): string {
  const what = `${kind}${line === undefined ? '' : ` ${line}`}`.padEnd(16);
  const who = `${payer} → ${payee}`.padEnd(20);
  return `  ${what} ${who} ${(rule === undefined ? '' : `rule ${rule}`).padEnd(7)} ${formula}`;
}

function tellShares(shares: readonly Share[], show: (minor: number) => string): string {
  return shares
    .map(({ owner, amountMinor }) => {
      const name =
        owner.of === 'platform' ? owner.kind : owner.of === 'authority' ? `tax ${owner.authority}` : owner.of;
      return `${name} ${show(amountMinor)}`;
    })
    .join(', ');
}

function amountsOf(currency: string): (minor: number) => string {
  const digits = currency === 'JPY' ? 0 : 2;
  return (minor) => (minor / 10 ** digits).toFixed(digits);
}
