import { z } from 'zod';
import { inMarket, moment, priceMinor } from './common.ts';
import { offer, promise, store } from './resources.ts';
import type { RouteContract } from './route.ts';

const where = {
  lat: z.coerce.number().min(-90).max(90),
  lng: z.coerce.number().min(-180).max(180),
};

/** A store as it is seen from one door at this moment. */
const reach = z.object({
  store: store.omit({ zone: true }),
  distanceMetres: z.int().describe('By the streets, from the store to the door.'),
  state: z
    .enum(['open', 'closed', 'paused', 'too_far_now'])
    .describe(
      '`open`: an order placed now is taken. `closed`: by its hours or its merchant; `opensAt` of the store says until when, where it is known. `paused`: its merchant takes none for now. `too_far_now`: couriers are short, and the way is too long at the moment.',
    ),
  promise: promise
    .optional()
    .describe('What a basket placed now would be promised; absent where none is taken.'),
  deliveryFeeMinor: priceMinor.optional().describe('Of an order placed now; absent where none is taken.'),
});

/** How an order can be paid for in a market. */
const paymentOption = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('card'),
      provider: z.enum(['test', 'stripe']),
    })
    .describe(
      'Through the payment provider: `placeOrder` takes a token of it. The embedded `test` provider moves no money, and its methods say how they behave.',
    ),
  z.object({ kind: z.literal('cash'), orderLimitMinor: priceMinor.describe('An order up to that.') }),
  z.object({ kind: z.literal('wallet') }).describe('The shopper’s stored value; see `getWallet`.'),
]);

/** What a shop needs before anybody is signed in. */
export const SHOP_ROUTES = {
  listReach: {
    method: 'GET',
    path: '/v1/markets/{marketId}/reach',
    tag: 'Stores',
    summary: 'The stores that deliver to a door, with the time and the fee of an order placed now',
    description:
      'Open ones first, the soonest at the door before the others; 500 at most. Times and fees are those that `createQuote` gives a basket at the same moment; scheduled orders are told by `listSlots`.',
    access: 'public',
    params: inMarket,
    query: z.object(where),
    response: { status: 200, schema: z.object({ items: z.array(reach) }) },
  },
  searchOffers: {
    method: 'GET',
    path: '/v1/markets/{marketId}/offers/search',
    tag: 'Stores',
    summary: 'Offers by what their article is called, of the stores that deliver to a door',
    description:
      'The likest first, three of a store at most, in any language of the market. A wrong letter still finds. What the store has taken off sale is left out; what is sold out is told by `inStock`, and a store that is closed is told by `listReach`.',
    access: 'public',
    params: inMarket,
    query: z.object({
      ...where,
      query: z.string().min(1).max(100),
      limit: z.coerce.number().int().min(1).max(50).default(30),
    }),
    response: {
      status: 200,
      schema: z.object({ items: z.array(z.object({ storeName: z.string(), offer })) }),
    },
  },
  listPaymentOptions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/payment-options',
    tag: 'Payments',
    summary: 'How orders can be paid for',
    access: 'public',
    params: inMarket,
    response: { status: 200, schema: z.object({ items: z.array(paymentOption) }) },
  },
  getMarketTime: {
    method: 'GET',
    path: '/v1/markets/{marketId}/time',
    tag: 'Markets',
    summary: 'What time it is in a market, and how fast it goes by',
    description: 'The time of a simulated market goes by faster or slower than the clock on the wall.',
    access: 'public',
    params: inMarket,
    response: {
      status: 200,
      schema: z.object({ now: moment, speed: z.number().describe('Market seconds a second; 0 is paused.') }),
    },
  },
} as const satisfies Readonly<Record<string, RouteContract>>;

export type Reach = z.output<typeof reach>;
export type PaymentOption = z.output<typeof paymentOption>;
