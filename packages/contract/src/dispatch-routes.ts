import { inMarket } from './common.ts';
import * as shape from './dispatch-resources.ts';
import type { RouteContract } from './route.ts';

/** What an operator tells the dispatcher, and what it says for itself. */
export const DISPATCH_ROUTES = {
  getDispatchPolicy: {
    method: 'GET',
    path: '/v1/markets/{marketId}/dispatch/policy',
    tag: 'Operations',
    summary: 'What the dispatcher aims at: the weights of its objective, in seconds',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.dispatchPolicyVersion },
  },
  setDispatchPolicy: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/dispatch/policy',
    tag: 'Operations',
    summary: 'Say what the dispatcher aims at',
    description:
      'Another version of the whole policy, in force from the next round of dispatch; work that couriers have been told of stays unless the new objective gains more than `changeCostSeconds`. The same policy again is no new version.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    body: shape.dispatchPolicy,
    response: { status: 200, schema: shape.dispatchPolicyVersion },
  },
} as const satisfies Readonly<Record<string, RouteContract>>;
