import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyInput, anyTariff } from './examples-of-chance.ts';
import { CONTAINED, exampleInput } from './examples.ts';
import {
  type Charge,
  type PricingInput,
  type Refunded,
  type RefundWish,
  type Share,
  type Tariff,
  NOTHING_REFUNDED,
  prepareTariff,
  priceBasket,
  refundCharges,
  refundableMinor,
  sharesOf,
} from './index.ts';

const FEES = [
  'service_charge',
  'packaging',
  'small_order_fee',
  'delivery_fee',
  'service_fee',
  'tip',
] as const;

const nameOf = ({ owner }: Share): string => JSON.stringify(owner);
const sumOf = (shares: readonly Share[]): number => shares.reduce((sum, each) => sum + each.amountMinor, 0);

function sold(tariff: Tariff, input: PricingInput) {
  const { charges, totalMinor } = priceBasket(prepareTariff(tariff), input);
  return { charges, totalMinor, quantities: input.lines.map(({ quantity }) => quantity) };
}

/** Refunds in turn what is possible, and adds up what came back and from whom. */
function refundAll(
  charges: readonly Charge[],
  quantities: readonly number[],
  wishes: readonly RefundWish[],
): { after: Refunded; backMinor: number; taken: Map<string, number> } {
  let after = NOTHING_REFUNDED;
  let backMinor = 0;
  const taken = new Map<string, number>();
  for (const wish of wishes) {
    const refund = refundCharges(charges, quantities, after, wish);
    if (!refund.ok) {
      assert.equal(refund.error.code, 'nothing_left', refund.error.detail);
      continue;
    }
    const { amountMinor, takenFrom } = refund.value;
    assert.ok(amountMinor > 0);
    assert.equal(sumOf(takenFrom), amountMinor, 'what is given back is taken from somebody');
    for (const share of takenFrom)
      taken.set(nameOf(share), (taken.get(nameOf(share)) ?? 0) + share.amountMinor);
    after = refund.value.after;
    backMinor += amountMinor;
  }
  return { after, backMinor, taken };
}

/** Everything back, with the tip taken from the platform instead of the courier. */
function sharesBack(charges: readonly Charge[]): Map<string, number> {
  const shares = sharesOf(charges).map((share): Share =>
    share.owner.of === 'courier' ? { ...share, owner: { of: 'platform', kind: 'tip' } } : share,
  );
  return withoutNothing(new Map(shares.map((share) => [nameOf(share), share.amountMinor])));
}

const withoutNothing = (sums: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...sums].filter(([, minor]) => minor !== 0));

test('a refund of everything gives back all that was paid and takes from each what it got', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, (tariff, input) => {
      const { charges, totalMinor, quantities } = sold(tariff, input);
      fc.pre(totalMinor > 0);
      const { backMinor, taken, after } = refundAll(charges, quantities, [{}]);
      assert.equal(backMinor, totalMinor);
      assert.equal(refundableMinor(charges, after), 0);
      assert.deepEqual(withoutNothing(taken), sharesBack(charges));
    }),
  );
});

test('each line and each fee by itself, one piece at a time and in any order, ends at nothing with everybody', () => {
  fc.assert(
    fc.property(anyTariff, anyInput, fc.infiniteStream(fc.nat()), (tariff, input, chance) => {
      const { charges, totalMinor, quantities } = sold(tariff, input);
      fc.pre(totalMinor > 0);
      const pieces: RefundWish[] = quantities.flatMap((quantity, line) =>
        Array.from({ length: quantity }, () => ({ lines: [{ line, quantity: 1 }] })),
      );
      for (const kind of FEES) {
        const isPaid = charges.some((charge) => charge.kind === kind && charge.payer === 'shopper');
        if (isPaid) pieces.push({ fees: [kind] });
      }
      const order = pieces.map((piece) => ({ piece, by: chance.next().value! })).sort((a, b) => a.by - b.by);
      const { backMinor, taken, after } = refundAll(
        charges,
        quantities,
        order.map(({ piece }) => piece),
      );
      assert.equal(backMinor, totalMinor);
      assert.equal(refundableMinor(charges, after), 0);
      assert.deepEqual(withoutNothing(taken), sharesBack(charges));
    }),
  );
});

test('amounts and lines mixed come to the whole as well, and never to more', () => {
  const wish = fc.oneof(
    fc.record({ amountMinor: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ line: fc.nat({ max: 5 }), amountMinor: fc.integer({ min: 1, max: 5_000 }) }),
    fc.record({ line: fc.nat({ max: 5 }), quantity: fc.integer({ min: 1, max: 3 }) }),
  );
  fc.assert(
    fc.property(anyTariff, anyInput, fc.array(wish, { maxLength: 8 }), (tariff, input, wishes) => {
      const { charges, totalMinor, quantities } = sold(tariff, input);
      fc.pre(totalMinor > 0);
      let after = NOTHING_REFUNDED;
      let backMinor = 0;
      const taken = new Map<string, number>();
      const named = wishes.map((each): RefundWish => {
        if (!('line' in each)) return each;
        const quantity = 'quantity' in each ? each.quantity : 1;
        const amount = 'amountMinor' in each ? { amountMinor: each.amountMinor } : {};
        return { lines: [{ line: each.line % quantities.length, quantity }], ...amount };
      });
      for (const each of [...named, {}]) {
        const refund = refundCharges(charges, quantities, after, each);
        if (!refund.ok) continue;
        ({ after } = refund.value);
        backMinor += refund.value.amountMinor;
        if (each.amountMinor !== undefined) assert.equal(refund.value.amountMinor, each.amountMinor);
        for (const share of refund.value.takenFrom) {
          taken.set(nameOf(share), (taken.get(nameOf(share)) ?? 0) + share.amountMinor);
        }
        assert.ok(backMinor <= totalMinor);
        assert.equal(refundableMinor(charges, after), totalMinor - backMinor);
      }
      assert.equal(backMinor, totalMinor);
      assert.deepEqual(withoutNothing(taken), sharesBack(charges));
    }),
  );
});

const two = exampleInput({
  lines: [
    { unitPriceMinor: 1_000, quantity: 3, taxClass: 'standard', category: 'Food' },
    { unitPriceMinor: 500, quantity: 2, taxClass: 'reduced', category: 'Drinks', depositMinor: 50 },
  ],
  tipMinor: 300,
});

test('a line gives back its price and deposit, the merchant its commission, the authority its tax', () => {
  const { charges, quantities } = sold(CONTAINED, two);
  const refund = refundCharges(charges, quantities, NOTHING_REFUNDED, { lines: [{ line: 1, quantity: 1 }] });
  assert.ok(refund.ok);
  assert.equal(refund.value.amountMinor, 550);
  assert.deepEqual(
    new Map(refund.value.takenFrom.map((share) => [nameOf(share), share.amountMinor])),
    new Map([
      ['{"of":"merchant"}', 550 - 46 - 100],
      ['{"of":"authority","authority":"uy"}', 46],
      ['{"of":"platform","kind":"commission"}', 100],
    ]),
  );
});

test('what is not there, not left or too much is refused with what is left', () => {
  const { charges, quantities, totalMinor } = sold(CONTAINED, two);
  const codeOf = (wish: RefundWish, before = NOTHING_REFUNDED): string => {
    const refund = refundCharges(charges, quantities, before, wish);
    return refund.ok ? 'ok' : refund.error.code;
  };
  assert.equal(codeOf({ lines: [{ line: 2, quantity: 1 }] }), 'no_such_line');
  assert.equal(codeOf({ lines: [{ line: 0, quantity: 4 }] }), 'too_many');
  assert.equal(
    codeOf({
      lines: [
        { line: 0, quantity: 2 },
        { line: 0, quantity: 2 },
      ],
    }),
    'too_many',
  );
  assert.equal(codeOf({ fees: ['packaging'] }), 'no_such_fee');
  assert.equal(codeOf({ amountMinor: totalMinor + 1 }), 'too_much');
  assert.equal(codeOf({ lines: [{ line: 0, quantity: 1 }], amountMinor: 3_001 }), 'too_much');
  const all = refundCharges(charges, quantities, NOTHING_REFUNDED, {});
  assert.ok(all.ok);
  assert.equal(codeOf({}, all.value.after), 'nothing_left');
  assert.equal(codeOf({ fees: ['tip'] }, all.value.after), 'nothing_left');
});
