import { z } from 'zod';
import { inMarket, minor, moment, orderId, page, pageQuery, userId } from './common.ts';
import type { RouteContract } from './route.ts';

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
  reason: z.string(),
  /** What of the subject changed. */
  before: facts.optional(),
  after: facts.optional(),
  requestId: z.string(),
});

export const SUPPORT_ROUTES = {
  listAuditActions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/audit',
    tag: 'Audit',
    summary: 'What people did with money, newest first: of an order, of a person, of a time',
    access: { operator: 'market', admin: 'all' },
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

export type AuditAction = z.output<typeof auditAction>;
