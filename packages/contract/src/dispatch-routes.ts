import { articleId, courierId, inMarket } from './common.ts';
import * as shape from './dispatch-resources.ts';
import type { RouteContract } from './route.ts';

const inArticle = inMarket.extend({ articleId });
const inCourier = inMarket.extend({ courierId });

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
  getArticleHandling: {
    method: 'GET',
    path: '/v1/markets/{marketId}/articles/{articleId}/handling',
    tag: 'Catalogue',
    summary: 'What carrying an article takes: weight, room, cold or hot, age',
    access: { merchant: 'market', operator: 'market', admin: 'all' },
    params: inArticle,
    response: { status: 200, schema: shape.articleHandling },
  },
  setArticleHandling: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/articles/{articleId}/handling',
    tag: 'Catalogue',
    summary: 'Say what carrying an article takes',
    description:
      'An article is the same in all stores that offer it, so an operator says it for all of them. It counts for orders that dispatch reads from then on.',
    access: { operator: 'market', admin: 'all' },
    params: inArticle,
    body: shape.handling,
    response: { status: 200, schema: shape.articleHandling },
  },
  getCourierEquipment: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/equipment',
    tag: 'Couriers',
    summary: 'What a courier can carry, and what it may do',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inCourier,
    response: { status: 200, schema: shape.courierEquipment },
  },
  setCourierEquipment: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/couriers/{courierId}/equipment',
    tag: 'Couriers',
    summary: 'Say what a courier can carry, and what it may do',
    description: 'Counts from the next round of dispatch; work that the courier has been told of stays.',
    access: { operator: 'market', admin: 'all' },
    params: inCourier,
    body: shape.equipment,
    response: { status: 200, schema: shape.courierEquipment },
  },
} as const satisfies Readonly<Record<string, RouteContract>>;
