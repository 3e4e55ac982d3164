import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ADDED, CONTAINED, exampleInput } from './examples.ts';
import {
  type Charge,
  type PricingInput,
  type PricingLine,
  type Tariff,
  authorisedTotalMinor,
  prepareTariff,
  priceBasket,
  readCharges,
  sharesOf,
  storeCharges,
} from './index.ts';
import { anyInput, anyLine, anyTariff } from './examples-of-chance.ts';

const price = (tariff: Tariff, input: PricingInput) => priceBasket(prepareTariff(tariff), input);
const only = (charges: readonly Charge[], kind: Charge['kind']): Charge => {
  const found = charges.filter((charge) => charge.kind === kind);
  assert.equal(found.length, 1, `one ${kind}`);
  return found[0]!;
};

test('whatever the tariff and the basket, the parts add up to the total and nothing is negative', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, (tariff, input) => {
      const { charges, totalMinor, taxMinor } = price(tariff, input);
      const paid = charges.reduce(
        (sum, { payer, payee, amountMinor }) =>
          sum + (payer === 'shopper' ? amountMinor : payee === 'shopper' ? -amountMinor : 0),
        0,
      );
      assert.equal(paid, totalMinor);
      const shares = sharesOf(charges);
      assert.equal(
        shares.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        totalMinor,
      );
      for (const charge of charges) {
        assert.ok(charge.amountMinor >= 0 && charge.taxMinor >= 0 && charge.taxMinor <= charge.amountMinor);
        assert.ok(Number.isSafeInteger(charge.amountMinor) && Number.isSafeInteger(charge.taxMinor));
      }
      for (const { owner, amountMinor } of shares) {
        const isCoins = owner.of === 'platform' && owner.kind === 'cash_rounding';
        assert.ok(amountMinor >= 0 || isCoins, `${JSON.stringify(owner)} gets ${amountMinor}`);
      }
      assert.ok(totalMinor >= 0 && taxMinor <= totalMinor + input.tipMinor + tariff.cashStepMinor);
    }),
  );
});

test('more of a line never costs less', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, fc.nat(), fc.integer({ min: 1, max: 5 }), (tariff, input, at, more) => {
      const index = at % input.lines.length;
      const line = input.lines[index]!;
      const larger = input.lines.with(index, { ...line, quantity: line.quantity + more });
      const before = price(tariff, input);
      const after = price(tariff, { ...input, lines: larger });
      assert.ok(after.totalMinor >= before.totalMinor);
      assert.ok(after.itemsMinor >= before.itemsMinor);
    }),
  );
});

test('one line more never costs less', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, anyLine, (tariff, input, line) => {
      const more = price(tariff, { ...input, lines: [...input.lines, line] });
      assert.ok(more.totalMinor >= price(tariff, input).totalMinor);
    }),
  );
});

test('what the scales say never comes to more than was authorised', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, fc.nat({ max: 50_000 }), (tariff, input, finalGrams) => {
      const weighed = input.lines.map((line) =>
        line.weighed === undefined ? line : { ...line, weighed: { ...line.weighed, finalGrams } },
      );
      const held = authorisedTotalMinor(prepareTariff(tariff), input);
      assert.ok(price(tariff, { ...input, lines: weighed }).totalMinor <= held);
      assert.ok(price(tariff, input).totalMinor <= held);
    }),
  );
});

test('charges come back from how they are kept as they were', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, (tariff, input) => {
      const { charges } = price(tariff, input);
      const kept = JSON.parse(JSON.stringify(storeCharges(7, charges)));
      assert.equal(kept.tariff, 7);
      assert.deepEqual(JSON.parse(JSON.stringify(readCharges(kept))), JSON.parse(JSON.stringify(charges)));
    }),
  );
});

test('the first rule that matches decides, and the charge names it', () => {
  const rate = (over: Partial<PricingInput>): unknown => {
    const { rule, basis } = only(price(ADDED, exampleInput(over)).charges, 'commission');
    return [rule, basis.of === 'share' && basis.rateBp];
  };
  const wine: PricingLine = { unitPriceMinor: 900, quantity: 1, taxClass: 'drink', category: 'Alcohol' };
  assert.deepEqual(rate({}), [3, 2_500]);
  assert.deepEqual(rate({ lines: [wine] }), [2, 1_200]);
  assert.deepEqual(rate({ lines: [wine], fulfilment: 'pickup' }), [1, 800]);
  const own = price(ADDED, exampleInput({ storeId: 'sto_own' })).charges;
  assert.ok(!own.some(({ kind }) => kind === 'commission'));
  assert.equal(only(own, 'delivery_fee').payee, 'merchant');
});

test('a rule for many stores holds for them and for no other', () => {
  const stores = Array.from({ length: 1_000 }, (_, index) => `sto_${index}`);
  const tariff: Tariff = {
    ...CONTAINED,
    commission: [{ when: { stores }, rateBp: 1_000 }, { rateBp: 3_000 }],
  };
  const ruleOf = (storeId: string) =>
    only(price(tariff, exampleInput({ storeId })).charges, 'commission').rule;
  assert.equal(ruleOf('sto_999'), 0);
  assert.equal(ruleOf('sto_1000'), 1);
});

test('hours over midnight belong to both days', () => {
  const ruleAt = (minute: number) =>
    only(price(ADDED, exampleInput({ minute })).charges, 'delivery_fee').rule;
  assert.deepEqual([1_319, 1_320, 0, 359, 360].map(ruleAt), [2, 0, 0, 0, 2]);
});

test('the delivery fee follows distance, weight and surge, up to its most', () => {
  const fee = (metres: number, grams: number, surgeBp = 10_000): number => {
    const lines = [{ unitPriceMinor: 5_000, quantity: 1, taxClass: 'service', category: 'Food', grams }];
    const charge = only(price(ADDED, exampleInput({ metres, lines, surgeBp })).charges, 'delivery_fee');
    return charge.amountMinor - charge.taxMinor;
  };
  assert.equal(fee(1_000, 5_000), 300);
  assert.equal(fee(1_001, 5_000), 400);
  assert.equal(fee(1_000, 5_001), 340);
  assert.equal(fee(1_001, 5_001, 15_000), 660);
  assert.equal(fee(90_000, 0), 2_000);
});

test('tax depends on class and place, and is owed by whom the rule says', () => {
  const food = { unitPriceMinor: 1_000, quantity: 1, taxClass: 'food', category: 'Food' };
  const at = (lat: number) =>
    only(price(ADDED, exampleInput({ lines: [food], place: { lat, lng: 0.5 } })).charges, 'item');
  assert.deepEqual(at(0.5).tax, {
    taxClass: 'food',
    rateBp: 650,
    authority: 'city',
    owedBy: 'marketplace',
    how: 'added',
  });
  assert.equal(at(0.5).amountMinor, 1_065);
  assert.equal(at(5).tax?.authority, 'state');
  const own = price(ADDED, exampleInput({ lines: [{ ...food, taxClass: 'other' }] })).charges;
  const merchant = sharesOf([only(own, 'item')]);
  // The merchant owes the tax of what it sells, and is given it.
  assert.deepEqual(merchant, [{ owner: { of: 'merchant' }, amountMinor: 1_083 }]);
});

test('a deposit has its own tax and no commission', () => {
  const bottle = { unitPriceMinor: 0, quantity: 4, taxClass: 'food', category: 'Drinks', depositMinor: 25 };
  const { charges } = price(ADDED, exampleInput({ lines: [bottle] }));
  const deposit = only(charges, 'deposit');
  assert.deepEqual([deposit.amountMinor, deposit.taxMinor, deposit.tax?.taxClass], [100, 0, 'deposit']);
  assert.ok(!charges.some(({ kind }) => kind === 'commission'));
});

test('merchants never pay more than they get', () => {
  const tariff: Tariff = {
    ...CONTAINED,
    commission: [{ rateBp: 10_000, taxClass: 'standard' }],
    serviceFee: [{ payer: 'merchant', rateBp: 10_000, taxClass: 'standard' }],
  };
  const { charges } = price(tariff, exampleInput());
  assert.deepEqual(
    sharesOf(charges).filter(({ owner }) => owner.of === 'merchant'),
    [{ owner: { of: 'merchant' }, amountMinor: 0 }],
  );
});

test('a small order pays what is missing, at most the fee', () => {
  const fee = (unitPriceMinor: number) => {
    const lines = [{ unitPriceMinor, quantity: 1, taxClass: 'food', category: 'Food' }];
    return price(ADDED, exampleInput({ lines })).charges.find(({ kind }) => kind === 'small_order_fee');
  };
  assert.equal(fee(500)?.amountMinor, 240);
  assert.deepEqual([fee(900)?.amountMinor, fee(900)?.taxMinor], [100, 17]);
  assert.equal(fee(1_000), undefined);
});

test('cash is settled to the coins there are, and the difference is the platform’s', () => {
  const total = (unitPriceMinor: number, isCash: boolean) =>
    price(
      { ...CONTAINED, cashStepMinor: 5, deliveryFee: [], serviceFee: [] },
      exampleInput({
        lines: [{ unitPriceMinor, quantity: 1, taxClass: 'reduced', category: 'Food' }],
        isCash,
      }),
    );
  assert.deepEqual(
    [1_002, 1_003, 1_005, 1_008].map((minor) => total(minor, true).totalMinor),
    [1_000, 1_005, 1_005, 1_010],
  );
  assert.equal(total(1_002, false).totalMinor, 1_002);
  assert.deepEqual(only(total(1_002, true).charges, 'cash_rounding').payer, 'platform');
});
