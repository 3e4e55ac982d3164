import { z } from 'zod';
import { courierId, inMarket, orderId, place, routeId } from './common.ts';
import type { RouteContract } from './route.ts';

const line = {
  metres: z.int(),
  seconds: z.int().describe('From here at the usual pace of this hour.'),
  points: z.array(place).describe('The line along the streets, from where it begins to where it ends.'),
};

const step = z.object({
  turn: z.enum(['depart', 'straight', 'right', 'left', 'u_turn']),
  street: z.string().describe('Empty where it has no name.'),
  metres: z.int(),
});

const courierWay = z.object({
  routeId: routeId.optional().describe('Absent where the courier has nothing to do.'),
  legs: z
    .array(z.object({ stopNumber: z.int(), ...line, steps: z.array(step) }))
    .max(20)
    .describe('To each stop that is left, the next one first; from where the courier was seen last.'),
});

const orderWay = z.object({
  stopsBefore: z.int().describe('Doors that the courier goes to before yours.'),
  way: z
    .object(line)
    .optional()
    .describe(
      'From the courier to your door; absent while others are before you, whose doors it would show.',
    ),
});

export type CourierWay = z.output<typeof courierWay>;

/** The line for the map, and the steps for who rides. */
export const WAY_ROUTES = {
  getCourierWay: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/way',
    tag: 'Couriers',
    summary: 'The way of a courier’s route: the line for the map and the steps to ride, stop by stop',
    description: 'Through the streets as the courier’s vehicle rides them now. At most 20 stops ahead.',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inMarket.extend({ courierId }),
    response: { status: 200, schema: courierWay },
  },
  getOrderWay: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/way',
    tag: 'Orders',
    summary: 'The way of the courier to your door',
    description:
      'From the pickup to the door, as the position of the courier is shown. `wrong_state` before and after.',
    access: { shopper: 'own', operator: 'market', admin: 'all' },
    params: inMarket.extend({ orderId }),
    response: { status: 200, schema: orderWay },
    problems: ['wrong_state'],
  },
} as const satisfies Readonly<Record<string, RouteContract>>;
