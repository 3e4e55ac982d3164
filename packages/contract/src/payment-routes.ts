import { z } from 'zod';
import { courierId, inMarket, orderId, page, pageQuery } from './common.ts';
import * as shape from './payment-resources.ts';
import { order } from './resources.ts';
import type { RouteContract } from './route.ts';

const inOrder = inMarket.extend({ orderId });
const inCourier = inMarket.extend({ courierId });
const inException = inMarket.extend({ paymentExceptionId: shape.paymentExceptionId });

/** Payments after their placement: how far they are, and what a person has to do about them. */
export const PAYMENT_ROUTES = {
  getOrderPayment: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/payment',
    tag: 'Payments',
    summary: 'How far the payment of an order is',
    access: { shopper: 'own', operator: 'market', admin: 'all' },
    params: inOrder,
    response: { status: 200, schema: shape.orderPayment },
  },
  completePaymentChallenge: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/payment/challenge',
    tag: 'Payments',
    summary: 'Back from the challenge of the payment provider',
    description:
      'The provider is asked at once how it went, and the order is placed or cancelled where it knows. The order waits for its challenge until it expires. The embedded test provider takes `testOutcome` for what its page would be told.',
    access: { shopper: 'own', operator: 'market', admin: 'all' },
    params: inOrder,
    body: z.strictObject({ testOutcome: z.enum(['approve', 'decline']).optional() }),
    response: { status: 200, schema: order },
    problems: ['payment_declined', 'wrong_state'],
  },
  listPaymentExceptions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payments/exceptions',
    tag: 'Payments',
    summary:
      'What a person has to look at: what providers refused, and where their lists differ from our books',
    description: 'Newest first.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery.extend({ state: z.enum(['open', 'resolved']).optional() }),
    response: { status: 200, schema: page(shape.paymentException) },
  },
  getPaymentException: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payments/exceptions/{paymentExceptionId}',
    tag: 'Payments',
    summary: 'One of them',
    access: { operator: 'market', admin: 'all' },
    params: inException,
    response: { status: 200, schema: shape.paymentException },
  },
  resolvePaymentException: {
    method: 'POST',
    path: '/v1/markets/{marketId}/payments/exceptions/{paymentExceptionId}/resolution',
    tag: 'Payments',
    summary: 'Resolve one, with the reason',
    description:
      '`ask_again` has the provider asked once more. `paid_otherwise` posts that the money went by the bank, `written_off` that it is the platform’s loss. `explained` keeps the reason only. `allowed` of the exception says which can be chosen. The same resolution again answers the same.',
    access: { operator: 'market', admin: 'all' },
    params: inException,
    body: z.strictObject({
      resolution: z.enum(['ask_again', 'paid_otherwise', 'written_off', 'explained']),
      reason: z.string().min(3).max(500),
    }),
    response: { status: 200, schema: shape.paymentException },
    problems: ['wrong_state'],
  },
  recheckPaymentException: {
    method: 'POST',
    path: '/v1/markets/{marketId}/payments/exceptions/{paymentExceptionId}/check',
    tag: 'Payments',
    summary: 'Compare a difference once more',
    description:
      'Asks the provider for what it has of this payment. Where both sides say the same now, the exception is resolved as `agreed`; else it shows the amounts of now. This also happens by itself every few minutes.',
    access: { operator: 'market', admin: 'all' },
    params: inException,
    response: { status: 200, schema: shape.paymentException },
    problems: ['wrong_state', 'unavailable'],
  },
  listPaymentAttention: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payments/attention',
    tag: 'Payments',
    summary: 'Orders whose money and goods have parted, and all open exceptions',
    description:
      'Delivered and not paid, paid and not delivered, given up and not released, owed to a shopper and not paid: whatever of it is older than an hour. Oldest first, 200 of each kind at most.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: z.object({ items: z.array(shape.paymentAttention) }) },
  },
  listPaymentDisputes: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payments/disputes',
    tag: 'Payments',
    summary: 'Payments that shoppers had their bank take back',
    description: 'Newest first, 200 at most. Evidence is handed in at the provider.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: z.object({ state: z.enum(['open', 'won', 'lost']).optional() }),
    response: { status: 200, schema: z.object({ items: z.array(shape.paymentDispute) }) },
  },
  getCashPolicy: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payments/cash-policy',
    tag: 'Payments',
    summary: 'Whether and up to what orders may be paid in cash',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.cashPolicy },
  },
  setCashPolicy: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/payments/cash-policy',
    tag: 'Payments',
    summary: 'Set it',
    description: 'A market begins without cash. Orders that were placed keep how they are paid.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    body: shape.cashPolicy,
    response: { status: 200, schema: shape.cashPolicy },
  },
  getCourierCash: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/cash',
    tag: 'Payments',
    summary: 'The cash that a courier holds, and what was brought in',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inCourier,
    response: { status: 200, schema: shape.courierCash },
  },
  recordCashDeposit: {
    method: 'POST',
    path: '/v1/markets/{marketId}/couriers/{courierId}/cash/deposits',
    tag: 'Payments',
    summary: 'A courier has brought in cash',
    description: 'At most what the courier holds; `floatMinor` says how much that is where it is less.',
    access: { operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inCourier,
    body: z.strictObject({
      amountMinor: z.int().min(1).max(1_000_000_000),
      note: z.string().max(200).optional(),
    }),
    response: { status: 201, schema: shape.cashDeposit },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
} as const satisfies Record<string, RouteContract>;
