import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { prepareTariff, sharesOf, storeCharges } from '@halfhour/engines/pricing';
import {
  type OfferId,
  basisPoints,
  circlePolygon,
  createIdSource,
  currency,
  epochMs,
} from '@halfhour/kernel';
import { balanced } from '../ledger/index.ts';
import { exampleMarket } from '../markets/index.ts';
import type { StoreRecord } from '../stores/index.ts';
import type { ChangeContext } from './revise-order.ts';
import {
  type Actor,
  type OrderChange,
  type OrderRecord,
  allowedChanges,
  changeOrder,
  refundOf,
} from './order.ts';
import { refundPosting, saleOf } from './order-money.ts';
import { type PricedFor, type PricingTerms, type SellableOffer, priceBasket } from './price-basket.ts';
import { tariffOfPolicy } from './tariff-source.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 4);
const storeId = ids.next('sto');
const courierId = ids.next('cou');
const address = { label: 'Calle 1', lat: -34.9, lng: -56.16 };
const now = epochMs(1_780_000_600_000);

const termsWith = (commissionBp: number): PricingTerms => ({
  currency: currency('UYU'),
  timeZone: 'America/Montevideo',
  tariff: {
    version: 1,
    prepared: prepareTariff(
      tariffOfPolicy({
        ...exampleMarket(ids.next('mkt')).policy,
        commissionBp: basisPoints(commissionBp),
        serviceFeeBp: basisPoints(450),
      }),
    ),
  },
});
const terms = termsWith(2_200);

const pricedFor = (metres: number, tipMinor = 0): PricedFor => ({
  storeId,
  address,
  at: now,
  metres,
  surgeBp: 10_000,
  tipMinor,
});

const offer = (over: Partial<SellableOffer> = {}): SellableOffer => ({
  storeId,
  articleId: ids.next('art'),
  names: { en: 'Chivito' },
  category: 'Food',
  taxClass: 'standard',
  priceMinor: 52_000,
  available: true,
  optionGroups: [],
  ...over,
});

function basketOf(offers: readonly SellableOffer[], quantities: readonly number[], tipMinor = 0) {
  const byId = new Map<OfferId, SellableOffer>(offers.map((each) => [ids.next('off'), each]));
  const lines = [...byId.keys()].map((offerId, index) => ({
    offerId,
    quantity: quantities[index] ?? 1,
    options: [],
  }));
  return { byId, basket: { storeId, lines, address, tipMinor } };
}

function orderOf(total: ReturnType<typeof priceBasket>, state: OrderRecord['state']): OrderRecord {
  assert.ok(total.ok);
  return {
    ...total.value.amounts,
    id: ids.next('ord'),
    marketId: ids.next('mkt'),
    storeId,
    storeName: 'La Pasiva',
    merchantId: ids.next('mer'),
    shopperId: ids.next('usr'),
    version: 1,
    state,
    lines: total.value.lines.map((line) => ({ ...line, reserved: true })),
    address,
    charges: storeCharges(1, total.value.charges),
    promise: { earliest: now, latest: now },
    preparationSeconds: 600,
    payment: { provider: 'test', method: 'test_approve' },
    deliveryCode: '0042',
    placedAt: epochMs(1_780_000_000_000),
    payUntil: now,
    courierId,
    refundedMinor: 0,
  };
}

const pricedOrder = fc
  .record({
    prices: fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 1, maxLength: 6 }),
    quantities: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 6 }),
    classes: fc.array(fc.constantFrom('standard', 'reduced', 'exempt' as const), {
      minLength: 6,
      maxLength: 6,
    }),
    tipMinor: fc.nat({ max: 50_000 }),
    metres: fc.nat({ max: 20_000 }),
    commissionBp: fc.nat({ max: 10_000 }),
  })
  .map(({ prices, quantities, classes, tipMinor, metres, commissionBp }) => {
    const offers = prices.map((priceMinor, index) => offer({ priceMinor, taxClass: classes[index]! }));
    const { byId, basket } = basketOf(offers, quantities, tipMinor);
    return priceBasket(basket, byId, pricedFor(metres, tipMinor), termsWith(commissionBp));
  });

test('whatever the prices and rates, the charges add up to the total and nobody gets less than nothing', () => {
  fc.assert(
    fc.property(pricedOrder, (priced) => {
      assert.ok(priced.ok);
      const { amounts, charges, lines } = priced.value;
      const shares = sharesOf(charges);
      assert.equal(
        shares.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        amounts.totalMinor,
      );
      assert.ok(shares.every(({ amountMinor }) => amountMinor >= 0));
      assert.equal(
        lines.reduce((sum, line) => sum + line.totalMinor, 0),
        amounts.itemsMinor,
      );
    }),
  );
});

test('the sale balances, and refunding all of it in any pieces leaves only the tip with the courier', () => {
  fc.assert(
    fc.property(
      pricedOrder,
      fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 6 }),
      (priced, pieces) => {
        let order = orderOf(priced, 'delivered');
        const held = new Map<string, number>();
        const post = (draft: ReturnType<typeof saleOf>): void => {
          for (const posting of balanced(draft).postings) {
            held.set(posting.account.code, (held.get(posting.account.code) ?? 0) + posting.amountMinor);
          }
        };
        post(saleOf(order, now));
        for (const wanted of [...pieces, Number.MAX_SAFE_INTEGER]) {
          const amountMinor = Math.min(wanted, order.totalMinor - order.refundedMinor);
          if (amountMinor === 0) break;
          const changed = changeOrder(
            order,
            { orderId: order.id, by: 'operator', kind: 'refund', amountMinor, reason: 'cold' },
            now,
          );
          assert.ok(changed.ok);
          const refund = refundOf(order, { amountMinor });
          assert.ok(refund.ok);
          assert.equal(refund.value.amountMinor, amountMinor);
          post(refundPosting(order, refund.value, order.refundedMinor, now));
          order = changed.value.order;
        }
        assert.equal(order.state, 'refunded');
        assert.equal(held.get('shoppers:receivable') ?? 0, order.totalMinor);
        assert.equal(Math.abs(held.get('payments:refunds-due') ?? 0), order.totalMinor);
        assert.equal(Math.abs(held.get(`courier:${courierId}:payable`) ?? 0), order.tipMinor);
      },
    ),
  );
});

const actors: Actor[] = ['shopper', 'merchant', 'courier', 'operator', 'admin', 'system'];
const states: OrderRecord['state'][] = [
  'pending_payment',
  'placed',
  'accepted',
  'ready',
  'picked_up',
  'delivered',
  'cancelled',
  'refunded',
];
const { byId, basket } = basketOf([offer()], [2]);
const priced = priceBasket(basket, byId, pricedFor(1_000), terms);
const offerIds = basket.lines.map((line) => line.offerId);

function contextOf(over: Partial<ChangeContext> = {}): ChangeContext {
  return {
    store: { minimumOrderMinor: 0, zone: circlePolygon(address, 1_000) } as unknown as StoreRecord,
    offers: byId,
    terms,
    available: () => undefined,
    tripSeconds: () => 300,
    ...over,
  };
}

function changesFor(order: OrderRecord, by: Actor): OrderChange[] {
  const base = { orderId: order.id, by };
  return [
    { ...base, kind: 'payment_authorised', reference: 'test' },
    { ...base, kind: 'accept' },
    { ...base, kind: 'ready' },
    { ...base, kind: 'assign', courierId, expectedDeliveryAt: now },
    { ...base, kind: 'unassign' },
    { ...base, kind: 'expect', expectedDeliveryAt: now },
    { ...base, kind: 'pick_up', courierId },
    { ...base, kind: 'deliver', courierId },
    { ...base, kind: 'cancel', reason: 'operator' },
    { ...base, kind: 'refund', amountMinor: 1, reason: 'late' },
    { ...base, kind: 'change_lines', quantities: [{ line: 0, offerId: offerIds[0]!, quantity: 1 }], add: [] },
    { ...base, kind: 'substitute', line: 0, offerId: offerIds[0]!, substitute: basket.lines[0]! },
    { ...base, kind: 'change_address', address: { ...address, label: 'Calle 2' } },
  ];
}

test('a change is made exactly when the rules list it, and a refused one says what may be done', () => {
  for (const by of actors) {
    for (const state of states) {
      const order = orderOf(priced, state);
      for (const change of changesFor(order, by)) {
        const changed = changeOrder(order, change, now, contextOf());
        assert.equal(
          changed.ok,
          allowedChanges(order, by).includes(change.kind),
          `${by} ${change.kind} ${state}`,
        );
        if (!changed.ok && changed.error.code === 'wrong_state') {
          assert.deepEqual(changed.error['allowed'], allowedChanges(order, by));
        }
      }
    }
  }
});

test('the shopper can cancel until the store accepts, the store until pickup, the operator until the door', () => {
  const until = (by: Actor): string[] =>
    states.filter((state) => allowedChanges(orderOf(priced, state), by).includes('cancel'));
  assert.deepEqual(until('shopper'), ['pending_payment', 'placed']);
  assert.deepEqual(until('merchant'), ['placed', 'accepted', 'ready']);
  assert.deepEqual(until('operator'), ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up']);
  assert.deepEqual(until('courier'), []);
});

test('cancelling frees the stock before pickup, and not after it', () => {
  const stockAfter = (state: OrderRecord['state']): unknown => {
    const order = orderOf(priced, state);
    const changed = changeOrder(
      order,
      { orderId: order.id, by: 'operator', kind: 'cancel', reason: 'operator' },
      now,
    );
    assert.ok(changed.ok);
    return changed.value.effects.stock;
  };
  assert.equal(stockAfter('ready'), 'release');
  assert.equal(stockAfter('picked_up'), undefined);
});

test('an article that is gone, of another store or switched off is named by its line', () => {
  const { byId: offers, basket: given } = basketOf(
    [offer(), offer({ available: false }), offer({ storeId: ids.next('sto') })],
    [1, 1, 1],
  );
  const result = priceBasket(given, offers, pricedFor(0), terms);
  assert.ok(!result.ok && result.error.code === 'unknown_article');
  assert.deepEqual(
    (result.error['lines'] as { line: number }[]).map(({ line }) => line),
    [1, 2],
  );
});

test('options must be of the offer, within the limits of their group, and are part of the price', () => {
  const sized = offer({
    optionGroups: [
      {
        id: 'size',
        names: { en: 'Size' },
        minChoices: 1,
        maxChoices: 1,
        options: [
          { id: 'l', names: { en: 'L' }, priceMinor: 500 },
          { id: 's', names: { en: 'S' }, priceMinor: 0 },
        ],
      },
    ],
  });
  const { byId: offers, basket: given } = basketOf([sized], [2]);
  const price = (options: { groupId: string; optionId: string }[]) =>
    priceBasket({ ...given, lines: [{ ...given.lines[0]!, options }] }, offers, pricedFor(0), terms);
  const large = price([{ groupId: 'size', optionId: 'l' }]);
  assert.ok(large.ok);
  assert.equal(large.value.amounts.itemsMinor, 2 * (52_000 + 500));
  for (const wrong of [
    [],
    [{ groupId: 'size', optionId: 'xl' }],
    [
      { groupId: 'size', optionId: 's' },
      { groupId: 'size', optionId: 'l' },
    ],
    [{ groupId: 'sauce', optionId: 'l' }],
  ]) {
    const result = price(wrong);
    assert.ok(!result.ok && result.error.code === 'invalid_options', JSON.stringify(wrong));
  }
});

test('a market whose policy is its tariff charges and shares as it did before there were tariffs', () => {
  const offers = [offer(), offer({ taxClass: 'reduced', priceMinor: 14_900 })];
  const { byId: sold, basket: given } = basketOf(offers, [1, 3], 5_000);
  const result = priceBasket(given, sold, pricedFor(3_400, 5_000), terms);
  assert.ok(result.ok);
  const { amounts, charges } = result.value;
  assert.deepEqual(amounts, {
    currency: 'UYU',
    itemsMinor: 96_700,
    deliveryFeeMinor: 10_900,
    serviceFeeMinor: 4_352,
    tipMinor: 5_000,
    taxMinor: 9_377 + 4_064 + 1_966 + 785,
    totalMinor: 116_952,
  });
  assert.deepEqual(
    Object.fromEntries(
      sharesOf(charges).map(({ owner, amountMinor }) => [
        'kind' in owner ? owner.kind : owner.of,
        amountMinor,
      ]),
    ),
    {
      merchant: 96_700 - 13_441 - 21_274,
      authority: 16_192,
      commission: 21_274,
      delivery_fee: 8_934,
      service_fee: 3_567,
      courier: 5_000,
    },
  );
});
