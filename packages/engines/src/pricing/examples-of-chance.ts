import fc from 'fast-check';
import { ADDED, CONTAINED } from './examples.ts';
import type { PricingInput, PricingLine, Tariff } from './types.ts';

/** Tariffs and baskets of chance, for property tests. */

const rate = fc.integer({ min: 0, max: 10_000 });
const fee = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 }));
const taxClass = fc.constantFrom('standard', 'reduced', 'food', 'service', 'none');
const optionalClass = fc.constantFrom({}, { taxClass: 'service' }, { taxClass: 'food' });
const to = fc.constantFrom('platform' as const, 'merchant' as const);

const rules = fc
  .record({
    shopperTax: fc.constantFrom('contained' as const, 'added' as const),
    owedBy: fc.constantFrom('seller' as const, 'marketplace' as const),
    rates: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 3, maxLength: 3 }),
    commission: fc.array(rate, { minLength: 2, maxLength: 2 }),
    payer: fc.constantFrom('shopper' as const, 'merchant' as const),
    fees: fc.array(fee, { minLength: 9, maxLength: 9 }),
    taxed: fc.array(optionalClass, { minLength: 6, maxLength: 6 }),
    to,
    feeStepMinor: fc.constantFrom(1, 5, 100),
    cashStepMinor: fc.constantFrom(1, 5, 50),
  })
  .map(({ shopperTax, owedBy, rates, commission, payer, fees, taxed, to: whom, ...steps }): Tariff => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = fees;
    return {
      ...ADDED,
      ...steps,
      shopperTax,
      taxes: [
        { when: { classes: ['food'] }, rateBp: rates[0]!, authority: 'one', owedBy },
        { when: { classes: ['none'] }, rateBp: 0, authority: 'one', owedBy: 'seller' },
        { when: { classes: ['service'] }, rateBp: rates[1]!, authority: 'two', owedBy: 'seller' },
        { rateBp: rates[2]!, authority: 'two', owedBy },
      ],
      commission: [
        { when: { categories: ['Drinks'] }, rateBp: commission[0]!, ...taxed[0] },
        { rateBp: commission[1]!, ...taxed[1] },
      ],
      serviceFee: [{ payer, rateBp: a, minMinor: b, maxMinor: b + c, ...taxed[2] }],
      deliveryFee: [
        {
          baseMinor: d,
          includedMetres: 1_000,
          perKmMinor: e,
          includedGrams: 1_000,
          perKgMinor: f,
          surges: true,
          ...taxed[3],
          to: whom,
        },
      ],
      smallOrderFee: [{ belowMinor: g * 4, feeMinor: g, ...taxed[4] }],
      packaging: [{ perOrderMinor: h, perItemMinor: i, to: whom }],
      serviceCharge: [{ rateBp: c, ...taxed[5] }],
      depositTaxClass: 'service',
    };
  });

export const anyTariff: fc.Arbitrary<Tariff> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(CONTAINED, ADDED) },
  { weight: 6, arbitrary: rules },
);

export const anyLine: fc.Arbitrary<PricingLine> = fc.record({
  unitPriceMinor: fc.oneof(fc.constant(0), fc.nat({ max: 9_999 }), fc.nat({ max: 1_000_000_000 })),
  quantity: fc.integer({ min: 1, max: 9 }),
  taxClass,
  category: fc.constantFrom('Food', 'Drinks', 'Alcohol'),
  depositMinor: fc.constantFrom(undefined, 25),
  grams: fc.constantFrom(undefined, 330, 5_000),
  weighed: fc.option(
    fc.record({ grams: fc.integer({ min: 1, max: 5_000 }), upToGrams: fc.nat({ max: 9_000 }) }),
    {
      nil: undefined,
    },
  ),
});

export const anyInput: fc.Arbitrary<PricingInput> = fc.record({
  storeId: fc.constantFrom('sto_any', 'sto_own'),
  lines: fc.array(anyLine, { minLength: 1, maxLength: 6 }),
  fulfilment: fc.constantFrom('delivery' as const, 'pickup' as const),
  place: fc.record({ lat: fc.constantFrom(0.5, 40), lng: fc.constantFrom(0.5, 40) }),
  metres: fc.nat({ max: 20_000 }),
  weekday: fc.integer({ min: 0, max: 6 }),
  minute: fc.integer({ min: 0, max: 1_439 }),
  surgeBp: fc.integer({ min: 10_000, max: 50_000 }),
  tipMinor: fee,
  isCash: fc.boolean(),
});
