import { z } from 'zod';
import { minor, moment, orderId, place, priceMinor, storeId } from './common.ts';

const rateBp = z.int().min(0).max(10_000).describe('Basis points: 2,200 is 22 %.');
const metres = z.int().min(0).max(1_000_000);
const grams = z.int().min(0).max(10_000_000);
const taxClass = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/)
  .describe('Such as `standard`; fees may have classes of their own.');
const areaName = z.string().min(1).max(40);
const payee = z.enum(['platform', 'merchant']);

const when = {
  stores: z.array(storeId).max(5_000).optional(),
  fulfilment: z.enum(['delivery', 'pickup']).optional(),
  areas: z.array(areaName).max(50).optional().describe('Where it is handed over: names of `areas`.'),
  weekdays: z.array(z.int().min(0).max(6)).max(7).optional().describe('0 = Sunday … 6 = Saturday.'),
  fromMinute: z.int().min(0).max(1_439).optional(),
  untilMinute: z.int().min(1).max(1_440).optional().describe('Below `fromMinute`: over midnight.'),
};
const whenOrder = z.strictObject(when);
const whenLine = z.strictObject({
  ...when,
  categories: z.array(z.string().min(1).max(60)).max(500).optional(),
});
const RULES = 100;

export const tariffTerms = z
  .strictObject({
    shopperTax: z
      .enum(['contained', 'added'])
      .describe(
        'Whether what shoppers pay contains its tax or has it added. What merchants pay always has it added.',
      ),
    areas: z
      .array(z.strictObject({ name: areaName, corners: z.array(place).min(3).max(200) }))
      .max(50)
      .default([]),
    taxes: z
      .array(
        z.strictObject({
          when: z
            .strictObject({
              classes: z.array(taxClass).max(50).optional(),
              areas: z.array(areaName).max(50).optional(),
            })
            .optional(),
          rateBp,
          authority: z
            .string()
            .regex(/^[a-z0-9-]{1,40}$/)
            .describe('Whom it is owed to; part of the name of its account in the ledger.'),
          owedBy: z
            .enum(['seller', 'marketplace'])
            .describe(
              '`seller`: whoever is paid; `marketplace`: the platform, also for what merchants sell.',
            ),
        }),
      )
      .max(RULES),
    commission: z
      .array(z.strictObject({ when: whenLine.optional(), rateBp, taxClass: taxClass.optional() }))
      .max(RULES),
    serviceFee: z
      .array(
        z.strictObject({
          when: whenOrder.optional(),
          payer: z.enum(['shopper', 'merchant']),
          rateBp,
          minMinor: priceMinor.optional(),
          maxMinor: priceMinor.optional(),
          taxClass: taxClass.optional(),
        }),
      )
      .max(RULES)
      .default([{ payer: 'merchant', rateBp: 60 }])
      .describe('Of the items. 0.6 %, paid by the merchant, unless said otherwise.'),
    deliveryFee: z
      .array(
        z.strictObject({
          when: whenOrder.optional(),
          baseMinor: priceMinor,
          includedMetres: metres,
          perKmMinor: priceMinor.describe('For each kilometre begun beyond `includedMetres`.'),
          includedGrams: grams.optional(),
          perKgMinor: priceMinor.optional(),
          surges: z
            .boolean()
            .describe('Whether it rises while couriers are short, as the shortage policy says.'),
          maxMinor: priceMinor.optional(),
          taxClass: taxClass.optional(),
          to: payee.default('platform').describe('Whose couriers bring it.'),
        }),
      )
      .max(RULES),
    smallOrderFee: z
      .array(
        z.strictObject({
          when: whenOrder.optional(),
          belowMinor: priceMinor,
          feeMinor: priceMinor.describe('At most; and no more than is missing to `belowMinor`.'),
          taxClass: taxClass.optional(),
        }),
      )
      .max(RULES)
      .default([]),
    packaging: z
      .array(
        z.strictObject({
          when: whenOrder.optional(),
          perOrderMinor: priceMinor,
          perItemMinor: priceMinor,
          to: payee.default('platform'),
          taxClass: taxClass.optional(),
        }),
      )
      .max(RULES)
      .default([]),
    serviceCharge: z
      .array(z.strictObject({ when: whenOrder.optional(), rateBp, taxClass: taxClass.optional() }))
      .max(RULES)
      .default([])
      .describe('Of the items, for the merchant.'),
    depositTaxClass: taxClass.optional(),
    feeStepMinor: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1)
      .describe('Delivery and service fees are settled to a multiple of this.'),
    cashStepMinor: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1)
      .describe('What is paid in cash is settled to a multiple of this.'),
  })
  .describe('Of each list of rules the first that matches decides; none is no charge.');

export const tariff = z.object({
  version: z.int(),
  startsAt: moment.describe('It is in force from then on, until another one starts.'),
  state: z.enum(['past', 'in_force', 'future', 'withdrawn']),
  createdAt: moment,
  note: z.string().optional(),
  terms: tariffTerms,
});

const sums = z.object({
  shoppersPayMinor: minor,
  merchantsGetMinor: minor.describe('After commission and what else they pay.'),
  platformEarnsMinor: minor.describe('Commission and fees, without tax.'),
  taxMinor: minor.describe('Owed by the platform.'),
});

export const tariffPreview = z.object({
  from: moment,
  to: moment,
  orders: z.int().describe('Orders of that time that were priced again: those that were not cancelled.'),
  complete: z.boolean().describe('Whether they are all; at most 20,000 are looked at, the newest.'),
  before: sums.describe('As they were charged.'),
  after: sums.describe('As the draft would charge them: the same lines, way, hour, surge and tip.'),
  changed: z.int().describe('Orders of which any of these would be another.'),
  largest: z
    .array(z.object({ orderId, before: sums, after: sums }))
    .describe('The orders that would change most for their shoppers, at most 100.'),
});

export type TariffTerms = z.output<typeof tariffTerms>;
export type Tariff = z.output<typeof tariff>;
export type TariffPreview = z.output<typeof tariffPreview>;
