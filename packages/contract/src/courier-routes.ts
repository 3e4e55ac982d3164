import { z } from 'zod';
import { courierId, idSchema, inMarket, minor, moment, orderId, routeId } from './common.ts';
import { courier } from './resources.ts';
import type { RouteContract } from './route.ts';

const earned = z.object({
  payMinor: minor.describe('For routes: what was promised, with waiting.'),
  tipsMinor: minor,
  guaranteeMinor: minor.describe(
    'What shifts were topped up to the hourly guarantee; posted when a shift ends.',
  ),
  otherMinor: minor.describe('Corrections.'),
  totalMinor: minor,
  orders: z.int().describe('Handed over.'),
});

const courierEarnings = z.object({
  now: moment.describe('Of the market’s clock, which days are counted by.'),
  currency: z.string(),
  today: earned,
  week: earned.describe('Since Monday, today included.'),
  routes: z
    .array(
      z.object({
        routeId,
        doneAt: moment,
        from: z.string().describe('Where it was picked up.'),
        orderIds: z.array(orderId),
        payMinor: minor,
        tipsMinor: minor,
      }),
    )
    .max(500)
    .describe('Done this week, the newest first.'),
  shifts: z
    .array(
      z.object({
        shiftId: idSchema('shf'),
        startedAt: moment,
        endedAt: moment.optional().describe('Absent while it runs.'),
        breakSeconds: z.int().describe('Of breaks that are over.'),
        earned,
      }),
    )
    .max(100)
    .describe('Begun this week, the newest first.'),
  owedMinor: minor.describe(
    'What the courier is owed and has not been paid out, all weeks together; below zero where the courier owes.',
  ),
});

export type CourierEarnings = z.output<typeof courierEarnings>;

/** What a courier's own app needs besides its work. */
export const COURIER_ROUTES = {
  setBreak: {
    method: 'POST',
    path: '/v1/markets/{marketId}/couriers/{courierId}/break',
    tag: 'Couriers',
    summary: 'Begin or end a break',
    description:
      'On shift. There is no new work from then on; what is in hand is finished, and the break runs from then. It does not count for the hourly guarantee. A shift ends at its time, on break or not.',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inMarket.extend({ courierId }),
    body: z.strictObject({ onBreak: z.boolean() }),
    response: { status: 200, schema: courier },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  getCourierEarnings: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/earnings',
    tag: 'Couriers',
    summary: 'What a courier has earned today and this week, by route and by shift',
    description: 'Read from the ledger: what was posted to the courier, and nothing that is still to come.',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inMarket.extend({ courierId }),
    response: { status: 200, schema: courierEarnings },
  },
} as const satisfies Readonly<Record<string, RouteContract>>;
