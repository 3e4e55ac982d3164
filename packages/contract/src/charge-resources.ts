import { z } from 'zod';
import { minor } from './common.ts';

const party = z.enum(['shopper', 'merchant', 'platform', 'courier']);
const rateBp = z.int().describe('Basis points.');

/** The formula of a charge with its numbers, so that anyone can do the sum again. */
const basis = z.discriminatedUnion('of', [
  z.object({ of: z.literal('units'), unitMinor: minor, quantity: z.int() }),
  z.object({ of: z.literal('weight'), perKgMinor: minor, grams: z.int() }),
  z
    .object({
      of: z.literal('share'),
      baseMinor: minor,
      rateBp,
      limitMinor: minor.optional(),
      stepMinor: minor.optional(),
    })
    .describe(
      '`limitMinor`: a least or greatest amount, where that decided; `stepMinor`: what it was settled to a multiple of.',
    ),
  z.object({
    of: z.literal('way'),
    baseMinor: minor,
    km: z.int().describe('Beyond what the base covers, each begun.'),
    perKmMinor: minor,
    kg: z.int().describe('Beyond what the base covers, each begun.'),
    perKgMinor: minor,
    surgeBp: rateBp.describe('What the fee is of itself while couriers are short; 10,000 in usual times.'),
    limitMinor: minor.optional(),
    stepMinor: minor.optional(),
  }),
  z.object({ of: z.literal('missing'), itemsMinor: minor, belowMinor: minor, feeMinor: minor }),
  z.object({ of: z.literal('packing'), perOrderMinor: minor, perItemMinor: minor, quantity: z.int() }),
  z.object({ of: z.literal('given') }),
  z.object({ of: z.literal('coins'), exactMinor: minor, stepMinor: minor }),
]);

/** What the shopper pays for an order as a whole. */
export const feeKind = z.enum([
  'service_charge',
  'packaging',
  'small_order_fee',
  'delivery_fee',
  'service_fee',
  'tip',
]);

export const chargeKind = z.enum(['item', 'deposit', ...feeKind.options, 'cash_rounding', 'commission']);

/** One thing that one party pays another for one reason. */
export const charge = z.object({
  kind: chargeKind,
  line: z
    .int()
    .optional()
    .describe('The line that it is for, by its place, from 0; absent for the order as a whole.'),
  payer: party,
  payee: party,
  amountMinor: minor.describe('With its tax.'),
  taxMinor: minor.describe('The tax in it.'),
  tax: z
    .object({
      taxClass: z.string(),
      rateBp,
      authority: z.string(),
      owedBy: z.enum(['seller', 'marketplace']).describe('`seller`: the payee; `marketplace`: the platform.'),
      how: z.enum(['contained', 'added']).describe('In the price, or added to it.'),
    })
    .optional(),
  rule: z.int().optional().describe('The rule of the tariff that decided, by its place in its list, from 0.'),
  basis,
});

export type Charge = z.output<typeof charge>;
export type FeeKind = z.output<typeof feeKind>;
