import type { PricingInput, Tariff } from './types.ts';

/** Tax contained, owed by the marketplace; a commission, a delivery fee by distance, a service fee for the shopper. */
export const CONTAINED: Tariff = {
  shopperTax: 'contained',
  areas: [],
  taxes: [
    { when: { classes: ['standard'] }, rateBp: 2_200, authority: 'uy', owedBy: 'marketplace' },
    { when: { classes: ['reduced'] }, rateBp: 1_000, authority: 'uy', owedBy: 'marketplace' },
  ],
  commission: [{ rateBp: 2_000 }],
  serviceFee: [{ payer: 'shopper', rateBp: 500, taxClass: 'standard' }],
  deliveryFee: [
    {
      baseMinor: 7_900,
      includedMetres: 2_000,
      perKmMinor: 1_500,
      surges: true,
      taxClass: 'standard',
      to: 'platform',
    },
  ],
  smallOrderFee: [],
  packaging: [],
  serviceCharge: [],
  feeStepMinor: 1,
  cashStepMinor: 1,
};

/** Everything at once: tax added by class and place, every fee, merchants who pay with tax, coins of five. */
export const ADDED: Tariff = {
  shopperTax: 'added',
  areas: [
    {
      name: 'old town',
      corners: [
        { lat: 0, lng: 0 },
        { lat: 0, lng: 1 },
        { lat: 1, lng: 1 },
        { lat: 1, lng: 0 },
      ],
    },
  ],
  taxes: [
    {
      when: { classes: ['food'], areas: ['old town'] },
      rateBp: 650,
      authority: 'city',
      owedBy: 'marketplace',
    },
    { when: { classes: ['food'] }, rateBp: 400, authority: 'state', owedBy: 'marketplace' },
    { when: { classes: ['service'] }, rateBp: 2_000, authority: 'state', owedBy: 'seller' },
    { when: { classes: ['deposit'] }, rateBp: 0, authority: 'state', owedBy: 'seller' },
    { rateBp: 825, authority: 'state', owedBy: 'seller' },
  ],
  commission: [
    { when: { stores: ['sto_own'] }, rateBp: 0 },
    { when: { fulfilment: 'pickup' }, rateBp: 800, taxClass: 'service' },
    { when: { categories: ['Alcohol'] }, rateBp: 1_200, taxClass: 'service' },
    { rateBp: 2_500, taxClass: 'service' },
  ],
  serviceFee: [{ payer: 'merchant', rateBp: 60, minMinor: 5, maxMinor: 500, taxClass: 'service' }],
  deliveryFee: [
    {
      when: { fromMinute: 1_320, untilMinute: 360 },
      baseMinor: 600,
      includedMetres: 1_000,
      perKmMinor: 150,
      surges: true,
      taxClass: 'service',
      to: 'platform',
    },
    {
      when: { stores: ['sto_own'] },
      baseMinor: 200,
      includedMetres: 3_000,
      perKmMinor: 50,
      surges: false,
      taxClass: 'service',
      to: 'merchant',
    },
    {
      baseMinor: 300,
      includedMetres: 1_000,
      perKmMinor: 100,
      includedGrams: 5_000,
      perKgMinor: 40,
      surges: true,
      maxMinor: 2_000,
      taxClass: 'service',
      to: 'platform',
    },
  ],
  smallOrderFee: [{ belowMinor: 1_000, feeMinor: 200, taxClass: 'service' }],
  packaging: [
    { when: { stores: ['sto_own'] }, perOrderMinor: 20, perItemMinor: 0, to: 'merchant' },
    { perOrderMinor: 10, perItemMinor: 5, to: 'platform' },
  ],
  serviceCharge: [{ when: { weekdays: [0] }, rateBp: 300 }],
  depositTaxClass: 'deposit',
  feeStepMinor: 10,
  cashStepMinor: 5,
};

/** One article at noon on a Monday, two kilometres away, outside of all areas; other things by argument. */
export function exampleInput(over: Partial<PricingInput> = {}): PricingInput {
  return {
    storeId: 'sto_any',
    lines: [{ unitPriceMinor: 52_000, quantity: 1, taxClass: 'standard', category: 'Food' }],
    fulfilment: 'delivery',
    place: { lat: 40, lng: 40 },
    metres: 2_000,
    weekday: 1,
    minute: 720,
    surgeBp: 10_000,
    tipMinor: 0,
    ...over,
  };
}
