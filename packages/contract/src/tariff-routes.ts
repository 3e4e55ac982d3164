import { z } from 'zod';
import { inMarket, moment, page, pageQuery } from './common.ts';
import type { RouteContract } from './route.ts';
import { tariff, tariffPreview, tariffTerms } from './tariff-resources.ts';

/** Thousands of stores may be named in the rules of one. */
const BODY_BYTES = 512 * 1_024;

/** What a market charges, by version. */
export const TARIFF_ROUTES = {
  listTariffs: {
    method: 'GET',
    path: '/v1/markets/{marketId}/tariffs',
    tag: 'Tariffs',
    summary: 'The tariffs of a market, newest version first',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(tariff) },
  },
  getTariffInForce: {
    method: 'GET',
    path: '/v1/markets/{marketId}/tariffs/in-force',
    tag: 'Tariffs',
    summary: 'The tariff that is, was or will be in force at a moment',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: z.object({ at: moment.optional().describe('Now where it is absent.') }),
    response: { status: 200, schema: tariff },
  },
  createTariff: {
    method: 'POST',
    path: '/v1/markets/{marketId}/tariffs',
    tag: 'Tariffs',
    summary: 'Make a tariff that starts later',
    description:
      'Orders placed from `startsAt` on are priced by it; those placed before keep theirs, also when their lines are changed. It never changes; until it starts it can be withdrawn. Where it cannot be used `errors` says what and where.',
    access: { operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inMarket,
    body: z.strictObject({
      startsAt: moment.describe('A minute ahead or more, so that every process knows it in time.'),
      note: z.string().min(1).max(500).optional(),
      terms: tariffTerms,
    }),
    bodyLimitBytes: BODY_BYTES,
    response: { status: 201, schema: tariff },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  previewTariff: {
    method: 'POST',
    path: '/v1/markets/{marketId}/tariffs/preview',
    tag: 'Tariffs',
    summary: 'What a draft would have made of the orders of the last seven days',
    description: 'Changes nothing.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    body: z.strictObject({ terms: tariffTerms }),
    bodyLimitBytes: BODY_BYTES,
    response: { status: 200, schema: tariffPreview },
  },
  withdrawTariff: {
    method: 'DELETE',
    path: '/v1/markets/{marketId}/tariffs/{tariffVersion}',
    tag: 'Tariffs',
    summary: 'Withdraw a tariff that has not started',
    access: { operator: 'market', admin: 'all' },
    params: inMarket.extend({ tariffVersion: z.coerce.number().int().min(1).max(1_000_000) }),
    response: { status: 204 },
    problems: ['wrong_state'],
  },
} as const satisfies Record<string, RouteContract>;
