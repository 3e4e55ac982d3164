import { z } from 'zod';
import { courierId, inMarket, moment, storeId } from './common.ts';
import * as shape from './resources.ts';
import type { RouteContract } from './route.ts';

/** Who comes for an order, as far as a store is told. */
const deskCourier = z.object({
  id: courierId,
  name: z.string(),
  vehicle: shape.courier.shape.vehicle,
});

const storeDesk = z.object({
  store: shape.store,
  clock: shape.clockState,
  orders: z
    .array(shape.order)
    .describe('All that is placed and neither delivered nor cancelled, the oldest first.'),
  couriers: z.array(deskCourier).describe('Those who have one of these orders.'),
  /** Continue with GET …/stream from here: send it as Last-Event-ID or `after`. */
  position: z.string(),
});

/** What the stream of a store tells, as unnamed events; `reset` alone also has the event name `reset`. */
const storeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('order'), event: z.string(), at: moment, order: shape.order }),
  z.object({ type: z.literal('store'), store: shape.store }),
  /** Now and then while somebody listens: what time it is in the market, and how fast that goes. */
  z.object({ type: z.literal('clock'), clock: shape.clockState }),
  /** Too much was missed to be told: read the desk again and go on from its position. */
  z.object({ type: z.literal('reset') }),
]);

const access = { merchant: 'own', operator: 'market', admin: 'all' } as const;
const params = inMarket.extend({ storeId });

/** The desk of a store: what it has to do now. */
export const STORE_DESK_ROUTES = {
  getStoreDesk: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/desk',
    tag: 'Stores',
    summary: 'A store now: its open orders, and who comes for them',
    access,
    params,
    response: { status: 200, schema: storeDesk },
  },
  streamStore: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/stream',
    tag: 'Stores',
    summary: 'Live updates of a store: its orders and its status',
    stream: true,
    access,
    params,
    query: z.object({
      after: z
        .string()
        .max(60)
        .optional()
        .describe('Position to continue after, for clients that cannot send Last-Event-ID.'),
    }),
    response: { status: 200, schema: storeEvent },
  },
} as const satisfies Record<string, RouteContract>;

export type StoreDesk = z.output<typeof storeDesk>;
export type StoreEvent = z.output<typeof storeEvent>;
