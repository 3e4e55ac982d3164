import { z } from 'zod';
import {
  idSchema,
  inMarket,
  minor,
  moment,
  offerId,
  orderId,
  page,
  pageQuery,
  priceMinor,
  routeId,
  userId,
} from './common.ts';
import { feeKind } from './charge-resources.ts';
import { ledgerTransaction, order, timelineEntry } from './resources.ts';
import type { RouteContract } from './route.ts';

const caseId = idSchema('cas');
const compensationId = idSchema('cmp');
const facts = z.record(z.string(), z.unknown());

/** What a person did that moves money, or decides how it may be moved. */
const auditAction = z.object({
  id: z.string(),
  at: moment,
  userId,
  /** As what they did it. */
  role: z.string(),
  kind: z.string(),
  /** The id of what it was done to. */
  subject: z.string(),
  orderId: orderId.optional(),
  amountMinor: minor.optional(),
  /** Absent where the route asks for none. */
  reason: z.string().optional(),
  /** What of the subject changed. */
  before: facts.optional(),
  after: facts.optional(),
  requestId: z.string(),
});

const complaint = z.enum([
  'missing_item',
  'wrong_item',
  'damaged',
  'late',
  'never_arrived',
  'quality',
  'other',
]);

/** What a shopper complains of. */
const supportCase = z.object({
  id: caseId,
  orderId,
  kind: complaint,
  lines: z.array(z.int().min(0)).describe('Places in the lines of the order that it is about.'),
  text: z.string(),
  state: z.enum(['open', 'closed']),
  openedByRole: z.string(),
  openedAt: moment,
  outcome: z.enum(['compensated', 'answered', 'declined']).optional(),
  answer: z.string().optional().describe('What the shopper is told.'),
  closedAt: moment.optional(),
});

/** Of a refund: so many of which lines, named as in the order, and what was paid for it as a whole. */
const refundedLines = z
  .array(z.strictObject({ line: z.int().min(0).max(99), offerId, quantity: z.int().min(1).max(99) }))
  .min(1)
  .max(100);
const refundedFees = z.array(feeKind).min(1).max(feeKind.options.length);

/** What a shopper is given for what went wrong. */
const compensation = z.object({
  id: compensationId,
  orderId,
  caseId: caseId.optional(),
  kind: z
    .enum(['refund', 'goodwill'])
    .describe('`refund`: money back the way it was paid. `goodwill`: credit in the wallet of the market.'),
  amountMinor: priceMinor,
  reason: complaint,
  note: z.string().optional(),
  lines: refundedLines.optional(),
  fees: refundedFees.optional(),
  state: z
    .enum(['proposed', 'given', 'rejected', 'expired'])
    .describe('`proposed` waits for a second person until `expiresAt`; nothing has moved yet.'),
  needs: z
    .array(z.string())
    .describe('Why a second person is needed: `order_limit`, `day_limit`, `four_eyes`, or a signal.'),
  proposedBy: userId,
  proposedAt: moment,
  expiresAt: moment.optional(),
  decidedBy: userId.optional(),
  decidedAt: moment.optional(),
});

const limits = z.strictObject({
  perOrderMinor: priceMinor.describe('Given on one order in all, by whomever.'),
  perDayMinor: priceMinor.describe('Given by one person on a day of the market.'),
  mayApprove: z.boolean(),
});

const signal = z.strictObject({
  /** Raised above this value. */
  above: z.int().min(0).max(10_000),
  needsSecond: z.boolean(),
});

const supportPolicy = z.strictObject({
  levels: z.strictObject({ agent: limits, lead: limits, operator: limits }),
  fourEyesAboveMinor: priceMinor.describe(
    'Above this in all on one order two people are needed, whoever they are.',
  ),
  proposalHours: z.int().min(1).max(720),
  goodwillDays: z.int().min(1).max(3_650).nullable().describe('Days until goodwill expires; null: never.'),
  caseWithinDays: z.int().min(1).max(365),
  signals: z.strictObject({
    refundedShare: signal.describe('Basis points of the delivered orders of 90 days that had a refund.'),
    compensations30Days: signal,
    newAccountDays: signal.describe('Days for which the account still counts as new.'),
    othersAtAddress: signal.describe('Other shoppers at the same door who were given something in 30 days.'),
  }),
});

const abuseSignal = z.object({
  name: z.enum(['refundedShare', 'compensations30Days', 'newAccountDays', 'othersAtAddress']),
  value: z.int(),
  raised: z.boolean(),
  needsSecond: z.boolean(),
});

const member = z.object({ userId, level: z.enum(['agent', 'lead']) });

const ownLimits = z.object({
  level: z.enum(['agent', 'lead', 'operator']),
  leftOnOrderMinor: priceMinor.describe('What you may still give on this order without anybody else.'),
  leftTodayMinor: priceMinor,
  mayApprove: z.boolean(),
});

const orderSupport = z.object({
  order,
  timeline: z.array(timelineEntry),
  payment: z
    .object({ provider: z.string(), state: z.string(), amountMinor: priceMinor, createdAt: moment })
    .nullable(),
  postings: z.array(ledgerTransaction),
  dispatch: z.object({
    routeIds: z.array(routeId),
    decidedAt: moment.optional(),
    reason: z.string().optional(),
  }),
  cases: z.array(supportCase),
  compensations: z.array(compensation),
  actions: z.array(auditAction),
  signals: z.array(abuseSignal),
  wallet: z.object({ balanceMinor: priceMinor, heldMinor: priceMinor }),
  limits: ownLimits,
});

const inOrder = inMarket.extend({ orderId });
const inCompensation = inMarket.extend({ compensationId });
const staff = { support: 'market', operator: 'market', admin: 'all' } as const;
const managers = { operator: 'market', admin: 'all' } as const;
const text = z.string().trim().min(1).max(2_000);

export const SUPPORT_ROUTES = {
  openCase: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/cases',
    tag: 'Support',
    summary: 'Tell what was wrong with an order',
    access: { shopper: 'own', ...staff },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({
      kind: complaint,
      lines: z.array(z.int().min(0).max(99)).max(100).default([]),
      text,
    }),
    response: { status: 201, schema: supportCase },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  listOrderCases: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/cases',
    tag: 'Support',
    summary: 'The cases of an order, newest first',
    access: { shopper: 'own', ...staff },
    params: inOrder,
    response: { status: 200, schema: page(supportCase) },
  },
  listCases: {
    method: 'GET',
    path: '/v1/markets/{marketId}/support/cases',
    tag: 'Support',
    summary: 'Cases of the market, newest first',
    access: staff,
    params: inMarket,
    query: pageQuery.extend({ state: supportCase.shape.state.optional() }),
    response: { status: 200, schema: page(supportCase) },
  },
  closeCase: {
    method: 'POST',
    path: '/v1/markets/{marketId}/support/cases/{caseId}/close',
    tag: 'Support',
    summary: 'Answer a case and close it',
    access: staff,
    idempotencyKey: 'required',
    params: inMarket.extend({ caseId }),
    body: z.strictObject({ outcome: z.enum(['compensated', 'answered', 'declined']), answer: text }),
    response: { status: 200, schema: supportCase },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  compensateOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/compensations',
    tag: 'Support',
    summary: 'Refund an order, or give goodwill for it',
    description:
      'Within your limits it is done at once (`given`). Above them, above what the policy lets one person decide, or where a signal demands it, it becomes a proposal that somebody else approves: look at `state`.',
    access: staff,
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({
      kind: compensation.shape.kind,
      amountMinor: z.int().min(1).max(1_000_000_000).optional(),
      lines: refundedLines
        .optional()
        .describe('Of a refund; with `amountMinor`: so much of these lines, and no quantity.'),
      fees: refundedFees.optional().describe('Of a refund.'),
      reason: complaint,
      note: text.optional(),
      caseId: caseId.optional(),
    }),
    response: { status: 201, schema: compensation },
    problems: ['wrong_state', 'limit_exceeded', 'idempotency_key_reused'],
  },
  listCompensations: {
    method: 'GET',
    path: '/v1/markets/{marketId}/support/compensations',
    tag: 'Support',
    summary: 'Compensations of the market, newest first; with `state=proposed` those that wait',
    access: staff,
    params: inMarket,
    query: pageQuery.extend({ state: compensation.shape.state.optional() }),
    response: { status: 200, schema: page(compensation) },
  },
  approveCompensation: {
    method: 'POST',
    path: '/v1/markets/{marketId}/support/compensations/{compensationId}/approve',
    tag: 'Support',
    summary: 'Give what another person proposed',
    access: staff,
    idempotencyKey: 'required',
    params: inCompensation,
    body: z.strictObject({ note: text.optional() }),
    response: { status: 200, schema: compensation },
    problems: ['wrong_state', 'limit_exceeded', 'second_person_needed', 'idempotency_key_reused'],
  },
  rejectCompensation: {
    method: 'POST',
    path: '/v1/markets/{marketId}/support/compensations/{compensationId}/reject',
    tag: 'Support',
    summary: 'Turn a proposal down, or take your own back',
    access: staff,
    idempotencyKey: 'required',
    params: inCompensation,
    body: z.strictObject({ note: text }),
    response: { status: 200, schema: compensation },
    problems: ['wrong_state', 'limit_exceeded', 'idempotency_key_reused'],
  },
  getOrderSupport: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/support',
    tag: 'Support',
    summary: 'An order with everything that ever happened to it, and what you may give for it',
    description: 'At most 200 of each kind, the newest.',
    access: staff,
    params: inOrder,
    response: { status: 200, schema: orderSupport },
  },
  getSupportPolicy: {
    method: 'GET',
    path: '/v1/markets/{marketId}/support/policy',
    tag: 'Support',
    summary: 'Who may give how much, and when two people are needed',
    access: staff,
    params: inMarket,
    response: { status: 200, schema: supportPolicy },
  },
  setSupportPolicy: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/support/policy',
    tag: 'Support',
    summary: 'Decide who may give how much',
    access: managers,
    params: inMarket,
    body: supportPolicy.extend({ why: text.describe('For the audit trail.') }),
    response: { status: 200, schema: supportPolicy },
  },
  listSupportMembers: {
    method: 'GET',
    path: '/v1/markets/{marketId}/support/members',
    tag: 'Support',
    summary: 'Who of the people of support has which level',
    access: managers,
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(member) },
  },
  setSupportMember: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/support/members/{userId}',
    tag: 'Support',
    summary: 'Make somebody with the role `support` an agent or a lead',
    access: managers,
    params: inMarket.extend({ userId }),
    body: z.strictObject({ level: z.enum(['agent', 'lead']), why: text }),
    response: { status: 200, schema: member },
  },
  listAuditActions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/audit',
    tag: 'Audit',
    summary: 'What people did with money, newest first: of an order, of a person, of a time',
    access: managers,
    params: inMarket,
    query: pageQuery.extend({
      orderId: orderId.optional(),
      userId: userId.optional(),
      from: moment.optional(),
      until: moment.optional().describe('Actions before this moment.'),
    }),
    response: { status: 200, schema: page(auditAction) },
  },
} as const satisfies Record<string, RouteContract>;

export type AbuseSignal = z.output<typeof abuseSignal>;
export type AuditAction = z.output<typeof auditAction>;
export type Compensation = z.output<typeof compensation>;
export type SupportCase = z.output<typeof supportCase>;
export type SupportPolicy = z.output<typeof supportPolicy>;
