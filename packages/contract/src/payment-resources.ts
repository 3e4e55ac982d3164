import { z } from 'zod';
import { courierId, idSchema, minor, moment, orderId } from './common.ts';

export const paymentExceptionId = idSchema('exc');

export const paymentState = z.enum([
  'authorising',
  'challenged',
  'authorised',
  'declined',
  'capture_due',
  'captured',
  'capture_refused',
  'void_due',
  'voided',
  'void_refused',
]);

export const orderPayment = z.object({
  orderId,
  provider: z.string(),
  state: paymentState.describe(
    '`challenged`: the shopper has to prove who pays, at `challenge.url`. What ends in `due` is to be asked of the provider; what ends in `refused` it has said no to, and a person looks at it.',
  ),
  amountMinor: minor.describe('The total of the order.'),
  capturedMinor: minor.describe('What the provider has taken.'),
  refundedMinor: minor.describe('What the provider has given back.'),
  refundsDueMinor: minor.describe('What it is still to give back.'),
  challenge: z.object({ url: z.string(), token: z.string() }).optional(),
});

export const paymentException = z.object({
  id: paymentExceptionId,
  kind: z.enum([
    'capture_refused',
    'void_refused',
    'refund_refused',
    'captured_less',
    'missing_here',
    'missing_there',
    'amount_differs',
    'state_differs',
    'duplicate',
    'float_over_limit',
    'payout_differs',
  ]),
  provider: z.string(),
  orderId: orderId.optional(),
  oursMinor: minor.optional().describe('What our books say.'),
  theirsMinor: minor.optional().describe('What the provider says.'),
  detail: z.string(),
  state: z.enum(['open', 'resolved']),
  foundAt: moment,
  seenAt: moment.describe('When it was last found to be so.'),
  allowed: z.array(z.string()).describe('How it can be resolved now.'),
  resolution: z.string().optional(),
  reason: z.string().optional(),
  resolvedBy: z
    .string()
    .optional()
    .describe('The user who resolved it; `system` where both sides agree now.'),
  resolvedAt: moment.optional(),
});

export const paymentAttention = z.object({
  kind: z
    .enum([
      'exception',
      'capture_overdue',
      'void_overdue',
      'refund_overdue',
      'dispute_open',
      'paid_undelivered',
    ])
    .describe(
      '`exception`: see there. `…_overdue`: the provider has not answered for more than an hour. `dispute_open`: the shopper has the bank take it back. `paid_undelivered`: it is an hour past its promise, paid, and not at the door.',
    ),
  orderId: orderId.optional(),
  exceptionId: paymentExceptionId.optional(),
  amountMinor: minor.optional(),
  since: moment,
  detail: z.string(),
});

export const cashPolicy = z.strictObject({
  orderLimitMinor: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .describe('An order may be paid in cash up to that; 0: none.'),
  floatLimitMinor: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .describe(
      'A courier who holds that much cash, or more, is in the queue of exceptions until it is brought in.',
    ),
});

export const cashDeposit = z.object({
  id: idSchema('dep'),
  courierId,
  amountMinor: minor,
  note: z.string().optional(),
  recordedBy: z.string(),
  at: moment,
});

export const courierCash = z.object({
  courierId,
  floatMinor: minor.describe('Cash of shoppers that the courier holds.'),
  limitMinor: minor.optional(),
  deposits: z.array(cashDeposit).describe('The newest 50.'),
});

export const paymentDispute = z.object({
  provider: z.string(),
  reference: z.string().describe('The provider’s name for it.'),
  orderId,
  amountMinor: minor,
  state: z.enum(['open', 'won', 'lost']),
  evidenceDueAt: moment.optional(),
  openedAt: moment,
  closedAt: moment.optional(),
});

export type CashDeposit = z.output<typeof cashDeposit>;
export type OrderPayment = z.output<typeof orderPayment>;
export type PaymentAttention = z.output<typeof paymentAttention>;
export type PaymentException = z.output<typeof paymentException>;
