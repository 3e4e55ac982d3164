import { z } from 'zod';
import {
  address,
  apiKeyId,
  articleId,
  courierId,
  day,
  inMarket,
  merchantId,
  moment,
  names,
  offerId,
  orderId,
  page,
  pageQuery,
  place,
  priceMinor,
  routeId,
  storeId,
  webhookId,
  webhookMessageId,
} from './common.ts';
import { LEDGER_ROUTES } from './ledger-routes.ts';
import { feeKind } from './charge-resources.ts';
import { COURIER_ROUTES } from './courier-routes.ts';
import { DOCUMENT_ROUTES } from './document-routes.ts';
import { DISPATCH_ROUTES } from './dispatch-routes.ts';
import { PAYMENT_ROUTES } from './payment-routes.ts';
import * as shape from './resources.ts';
import type { RouteContract } from './route.ts';
import { STORE_EARNINGS_ROUTES } from './store-earnings-routes.ts';
import { STORE_DESK_ROUTES } from './store-desk-routes.ts';
import { SUPPORT_ROUTES } from './support-routes.ts';
import { SHOP_ROUTES } from './shop-routes.ts';
import { WALLET_ROUTES } from './wallet-routes.ts';
import { TARIFF_ROUTES } from './tariff-routes.ts';
import { WAY_ROUTES } from './way-routes.ts';
import { SETTLEMENT_ROUTES } from './settlement-routes.ts';

const inStore = inMarket.extend({ storeId });
const inOrder = inMarket.extend({ orderId });
const inCourier = inMarket.extend({ courierId });
const stopParams = inMarket.extend({ routeId, stopNumber: z.coerce.number().int().min(0).max(200) });
/** Where a courier was, and when. */
const timedPoint = place.extend({ at: moment });
const points = z.strictObject({ points: z.array(timedPoint).min(1).max(100) });
const TIMES =
  'Points may come late and in any order: the newest one counts. One that is up to 60 s ahead of the market’s time counts as now, one that is further ahead is not taken.';
const inWebhook = inMarket.extend({ webhookId });
const resume = z.object({
  /** Position to continue after, for clients that cannot send Last-Event-ID. */
  after: z.string().max(60).optional(),
});

/** A line of an order by its place in `lines`, from 0, and what is there: another one is not changed by mistake. */
const lineName = z.strictObject({ line: z.int().min(0).max(99), offerId });

/** Whoever holds anything, about themselves. */
const SIGNED_IN = {
  shopper: 'own',
  merchant: 'own',
  courier: 'own',
  support: 'own',
  operator: 'own',
  admin: 'own',
} as const;

const webhookUrl = z
  .string()
  .min(1)
  .max(2_048)
  .describe('https, without user name or fragment, and not in a private network.');
const eventTypes = z
  .array(shape.eventType)
  .max(shape.eventType.options.length)
  .describe('The types of events to send; empty: all.');

/** The whole API. The server binds a handler to each name; OpenAPI, the access test and clients come from here. */
export const ROUTES = {
  // Signing in
  createSession: {
    method: 'POST',
    path: '/v1/sessions',
    tag: 'Sessions and keys',
    summary: 'Sign in',
    access: 'public',
    body: z.strictObject({ email: z.string().min(3).max(200), password: z.string().min(1).max(200) }),
    response: { status: 201, schema: z.object({ token: z.string(), user: shape.user }) },
    problems: ['wrong_credentials'],
  },
  deleteSession: {
    method: 'DELETE',
    path: '/v1/sessions/current',
    tag: 'Sessions and keys',
    summary: 'Sign out',
    access: 'public',
    response: { status: 204 },
  },
  createUser: {
    method: 'POST',
    path: '/v1/users',
    tag: 'Sessions and keys',
    summary: 'Sign up as a shopper',
    access: 'public',
    body: z.strictObject({
      name: z.string().min(1).max(100),
      email: z.email().max(200),
      password: z.string().min(10).max(200),
    }),
    response: { status: 201, schema: z.object({ token: z.string(), user: shape.user }) },
    problems: ['already_exists'],
  },
  getMe: {
    method: 'GET',
    path: '/v1/me',
    tag: 'Sessions and keys',
    summary: 'Who am I, and what may I do',
    access: SIGNED_IN,
    response: { status: 200, schema: shape.user },
  },
  createApiKey: {
    method: 'POST',
    path: '/v1/api-keys',
    tag: 'Sessions and keys',
    summary: 'Create an API key for yourself',
    description: 'The secret is shown once. The key holds what its user holds.',
    access: SIGNED_IN,
    body: z.strictObject({ name: z.string().min(1).max(100) }),
    response: { status: 201, schema: shape.apiKey.extend({ secret: z.string() }) },
  },
  listApiKeys: {
    method: 'GET',
    path: '/v1/api-keys',
    tag: 'Sessions and keys',
    summary: 'Your API keys',
    access: SIGNED_IN,
    response: { status: 200, schema: page(shape.apiKey) },
  },
  revokeApiKey: {
    method: 'DELETE',
    path: '/v1/api-keys/{apiKeyId}',
    tag: 'Sessions and keys',
    summary: 'Revoke one of your API keys',
    access: SIGNED_IN,
    params: z.object({ apiKeyId }),
    response: { status: 204 },
  },

  // Markets and places
  listMarkets: {
    method: 'GET',
    path: '/v1/markets',
    tag: 'Markets',
    summary: 'Markets of this platform',
    access: 'public',
    response: { status: 200, schema: page(shape.market) },
  },
  getMarket: {
    method: 'GET',
    path: '/v1/markets/{marketId}',
    tag: 'Markets',
    summary: 'A market',
    access: 'public',
    params: inMarket,
    response: { status: 200, schema: shape.market },
  },
  getStreets: {
    method: 'GET',
    path: '/v1/markets/{marketId}/streets',
    tag: 'Markets',
    summary: 'The street network as GeoJSON, for drawing a map',
    access: 'public',
    params: inMarket,
    response: { status: 200, schema: z.record(z.string(), z.unknown()) },
  },
  searchPlaces: {
    method: 'GET',
    path: '/v1/markets/{marketId}/places',
    tag: 'Markets',
    summary: 'Find addresses and places by name, or the address nearest to a point',
    access: 'public',
    params: inMarket,
    query: z.object({
      query: z.string().max(200).optional(),
      lat: z.coerce.number().min(-90).max(90).optional(),
      lng: z.coerce.number().min(-180).max(180).optional(),
      limit: z.coerce.number().int().min(1).max(20).default(8),
    }),
    response: { status: 200, schema: z.object({ items: z.array(shape.foundPlace) }) },
  },

  // Stores, offers, stock
  listStores: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores',
    tag: 'Stores',
    summary: 'Stores, or those that deliver to a place',
    access: 'public',
    params: inMarket,
    query: pageQuery.extend({
      lat: z.coerce.number().min(-90).max(90).optional(),
      lng: z.coerce.number().min(-180).max(180).optional(),
      kind: shape.storeKind.optional(),
      merchantId: merchantId.optional(),
    }),
    response: { status: 200, schema: page(shape.store) },
  },
  createStore: {
    method: 'POST',
    path: '/v1/markets/{marketId}/stores',
    tag: 'Stores',
    summary: 'Open a store',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inMarket,
    body: z.strictObject({
      merchantId,
      name: z.string().min(1).max(120),
      kind: shape.storeKind,
      address,
      hours: z.array(shape.openingHours).max(50),
      zone: z.array(place).min(3).max(500),
      preparationSeconds: z.int().min(0).max(14_400),
      minimumOrderMinor: priceMinor.default(0),
    }),
    response: { status: 201, schema: shape.store },
  },
  getStore: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}',
    tag: 'Stores',
    summary: 'A store',
    access: 'public',
    params: inStore,
    response: { status: 200, schema: shape.store },
  },
  setStoreStatus: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/stores/{storeId}/status',
    tag: 'Stores',
    summary: 'Open, pause or close a store',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inStore,
    body: z.strictObject({ status: shape.storeStatus }),
    response: { status: 200, schema: shape.store },
  },
  getSlotPlan: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/slot-plan',
    tag: 'Stores',
    summary: 'Which delivery slots a store offers in a week',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inStore,
    response: { status: 200, schema: shape.slotPlan },
  },
  setSlotPlan: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/stores/{storeId}/slot-plan',
    tag: 'Stores',
    summary: 'Set which delivery slots a store offers in a week',
    description:
      'Replaces the plan; without slots the store takes no scheduled orders. Orders that have a place keep it.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inStore,
    body: shape.slotPlan,
    response: { status: 200, schema: shape.slotPlan },
  },
  listSlots: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/slots',
    tag: 'Stores',
    summary: 'Delivery slots of a day, with what is left',
    description:
      'Those that begin while the store is open and whose cut-off is not past, full ones too. None while the store is paused or closed by its merchant.',
    access: 'public',
    params: inStore,
    query: z.object({ day: day.optional().describe('Of the market’s calendar; today where absent.') }),
    response: { status: 200, schema: z.object({ items: z.array(shape.slot) }) },
  },
  listOffers: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/offers',
    tag: 'Stores',
    summary: 'What a store sells',
    access: 'public',
    params: inStore,
    query: pageQuery,
    response: { status: 200, schema: page(shape.offer) },
  },
  createOffer: {
    method: 'POST',
    path: '/v1/markets/{marketId}/stores/{storeId}/offers',
    tag: 'Stores',
    summary: 'Sell an article in a store',
    description: 'Names an existing article by `articleId`, or describes a new one.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inStore,
    body: z.strictObject({
      names,
      description: names.optional(),
      category: z.string().min(1).max(80),
      gtin: z
        .string()
        .regex(/^(\d{8}|\d{12,14})$/)
        .optional(),
      taxClass: shape.taxClass,
      priceMinor,
      optionGroups: z.array(shape.optionGroup).max(20).default([]),
      /** Absent: the store does not count stock of it. */
      onHand: z.int().min(0).max(10_000_000).optional(),
    }),
    response: { status: 201, schema: shape.offer },
  },
  updateOffer: {
    method: 'PATCH',
    path: '/v1/markets/{marketId}/stores/{storeId}/offers/{offerId}',
    tag: 'Stores',
    summary: 'Change the price or availability of an offer',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inStore.extend({ offerId }),
    body: z.strictObject({ priceMinor: priceMinor.optional(), available: z.boolean().optional() }),
    response: { status: 200, schema: shape.offer },
  },
  setStock: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/stores/{storeId}/stock/{articleId}',
    tag: 'Stores',
    summary: 'Set what is on hand of an article after counting it',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inStore.extend({ articleId }),
    body: z.strictObject({ onHand: z.int().min(0).max(10_000_000) }),
    response: { status: 200, schema: z.object({ articleId, onHand: z.int(), reserved: z.int() }) },
    problems: ['wrong_state'],
  },

  ...STORE_DESK_ROUTES,

  // Ordering
  createQuote: {
    method: 'POST',
    path: '/v1/markets/{marketId}/quotes',
    tag: 'Orders',
    summary: 'Price a basket and promise a time',
    description: 'Changes nothing. The total is what `placeOrder` expects.',
    access: 'public',
    params: inMarket,
    body: shape.basket,
    response: { status: 200, schema: shape.quote },
    problems: [
      'unknown_article',
      'invalid_options',
      'store_closed',
      'slot_closed',
      'slot_full',
      'outside_zone',
      'delivery_paused',
      'below_minimum',
      'out_of_stock',
    ],
  },
  placeOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders',
    tag: 'Orders',
    summary: 'Place an order',
    description:
      'Reserves the stock, and the place in the slot of a scheduled order, and authorises the payment. What is placed is taken as it was placed: a store that closes, pauses or sells out before the payment is authorised does not undo it. Answers 201 with state `placed`, or `pending_payment` where the provider has not answered yet; the order stream tells how it ends.',
    access: { shopper: 'own' },
    idempotencyKey: 'required',
    params: inMarket,
    body: shape.basket.extend({
      /** The total of the quote that the shopper saw. */
      expectedTotalMinor: priceMinor,
      expectedPromise: shape.promise
        .optional()
        .describe(
          'The window of the quote that the shopper saw. The order keeps it where it has moved by five minutes at most; where it has become later than that the answer is `promise_changed`. Without it the order has the window of the moment.',
        ),
      payment: z.strictObject({
        method: z
          .string()
          .min(1)
          .max(200)
          .describe(
            'Token of the payment provider. The embedded test provider knows test_approve, test_decline, test_timeout, test_late, test_twice, test_limit (approves, and will not raise it) and test_challenge (has the shopper prove who pays), and declines any other. `cash` is cash on delivery, where the market takes it; `wallet` the shopper’s stored value.',
          ),
      }),
    }),
    response: { status: 201, schema: shape.order },
    problems: [
      'unknown_article',
      'invalid_options',
      'store_closed',
      'slot_closed',
      'slot_full',
      'outside_zone',
      'below_minimum',
      'out_of_stock',
      'price_changed',
      'promise_changed',
      'delivery_paused',
      'payment_declined',
      'idempotency_key_reused',
    ],
  },
  listOrders: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders',
    tag: 'Orders',
    summary: 'Orders, newest first: your own, your store’s, or the market’s',
    access: { shopper: 'own', merchant: 'own', support: 'market', operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery.extend({ state: shape.orderState.optional(), storeId: storeId.optional() }),
    response: { status: 200, schema: page(shape.order) },
  },
  getOrder: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}',
    tag: 'Orders',
    summary: 'An order',
    access: {
      shopper: 'own',
      merchant: 'own',
      courier: 'own',
      support: 'market',
      operator: 'market',
      admin: 'all',
    },
    params: inOrder,
    response: { status: 200, schema: shape.order },
  },
  getOrderTimeline: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/timeline',
    tag: 'Orders',
    summary: 'What happened to an order, in order',
    access: { shopper: 'own', merchant: 'own', support: 'market', operator: 'market', admin: 'all' },
    params: inOrder,
    response: { status: 200, schema: z.object({ items: z.array(shape.timelineEntry) }) },
  },
  streamOrder: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/stream',
    tag: 'Orders',
    summary: 'Live updates of an order',
    stream: true,
    access: { shopper: 'own', merchant: 'own', operator: 'market', admin: 'all' },
    params: inOrder,
    query: resume,
    response: { status: 200, schema: shape.orderEvent },
  },
  acceptOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/accept',
    tag: 'Orders',
    summary: 'The store accepts an order',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({
      /** From now, or from `prepareAt` of a scheduled order before that; the store's usual time where absent. */ preparationSeconds:
        z.int().min(0).max(14_400).optional(),
    }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  markOrderReady: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/ready',
    tag: 'Orders',
    summary: 'The store says that an order is packed',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({}),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  cancelOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/cancel',
    tag: 'Orders',
    summary: 'Cancel an order',
    description:
      'The shopper until the store accepts, the store until pickup, the operator until delivery. The payment is released or refunded and the stock freed.',
    access: { shopper: 'own', merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({ note: z.string().max(500).optional() }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  changeOrderLines: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/lines',
    tag: 'Orders',
    summary: 'Change what was ordered',
    description:
      'Until the store has marked the order ready. Stock, total and payment follow in the same step. What stays keeps the price at which it was placed; what is added, also more of a line, has today’s price. A total that rises needs `expectedTotalMinor`: without it the answer is `price_changed` with the new amounts; with it the provider is asked for the higher amount first, and where it declines nothing is changed. A total that falls is simply less captured at delivery. The delivery fee and the tip stay. The store may lower and remove only. One line at least stays: cancel the order instead.',
    access: { shopper: 'own', merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({
      quantities: z
        .array(
          lineName.extend({
            quantity: z.int().min(0).max(99).describe('What the line is to have; 0 removes it.'),
          }),
        )
        .max(100)
        .default([]),
      add: z.array(shape.basketLine).max(100).default([]),
      expectedTotalMinor: priceMinor.optional().describe('The new total that the shopper saw.'),
    }),
    response: { status: 200, schema: shape.order },
    problems: [
      'wrong_state',
      'unknown_article',
      'invalid_options',
      'below_minimum',
      'out_of_stock',
      'price_changed',
      'payment_declined',
      'idempotency_key_reused',
    ],
  },
  substituteLine: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/substitutions',
    tag: 'Orders',
    summary: 'The store has something else for a line',
    description:
      'Until the order is ready. Where the shopper has said `allow` for the line, and the substitute at today’s price costs no more than the line, it takes its place at once. Otherwise it is `proposed` at the line, at that price, and the shopper answers; a later proposal takes the place of an earlier one. A proposal without an answer when the order is marked ready is declined: the line is removed. A line with `never` is refused with `wrong_state`: lower or remove it.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: lineName.extend({ substitute: shape.basketLine.omit({ substitutions: true }) }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'unknown_article', 'invalid_options', 'out_of_stock', 'idempotency_key_reused'],
  },
  answerSubstitution: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/substitutions/answer',
    tag: 'Orders',
    summary: 'Take what the store proposes instead, or do without',
    description:
      'Approved, the proposal takes the place of the line; where the total rises it needs `expectedTotalMinor`, as changing lines does. Declined, the line is removed, and with the last line the order is cancelled.',
    access: { shopper: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: lineName.extend({
      proposedOfferId: offerId.describe('What was proposed: another proposal is not answered by mistake.'),
      approve: z.boolean(),
      expectedTotalMinor: priceMinor.optional().describe('The new total that the shopper saw.'),
    }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'out_of_stock', 'price_changed', 'payment_declined', 'idempotency_key_reused'],
  },
  changeOrderAddress: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/address',
    tag: 'Orders',
    summary: 'Change where an order goes',
    description:
      'Until the courier has picked it up, within the zone of the store. Where the way is longer the promised window moves later by as much; it never moves earlier. The delivery fee stays as it was placed.',
    access: { shopper: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({ address }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'outside_zone', 'idempotency_key_reused'],
  },
  refundOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/refund',
    tag: 'Orders',
    summary: 'Refund a delivered order, whole or in part',
    access: { operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    description:
      'Names lines with quantities, fees, or an amount: of what is named, or of everything that was paid. What it comes to and from whom it is taken follows from the charges of the order: the merchant gives back the price and gets back the commission, tax is given back with what was taxed, and a tip stays with the courier. Lines are named as they are in the order. It keeps within the limits of support: where those need a second person it is refused, and proposed by `POST …/orders/{orderId}/compensations`.',
    body: z.strictObject({
      amountMinor: z.int().min(1).max(1_000_000_000).optional(),
      lines: z
        .array(lineName.extend({ quantity: z.int().min(1).max(99) }))
        .min(1)
        .max(100)
        .optional()
        .describe('With `amountMinor`: so much of these lines, and no quantity.'),
      fees: z.array(feeKind).min(1).max(feeKind.options.length).optional(),
      reason: z.string().min(1).max(500),
    }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'limit_exceeded', 'second_person_needed', 'idempotency_key_reused'],
  },

  // Couriers and delivery
  listCouriers: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers',
    tag: 'Couriers',
    summary: 'Couriers of the market',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(shape.courier) },
  },
  listNearbyCouriers: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/nearby',
    tag: 'Couriers',
    summary: 'Couriers on shift near a place, the nearest first, by straight distance',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: z.object({
      lat: z.coerce.number().min(-90).max(90),
      lng: z.coerce.number().min(-180).max(180),
      withinMetres: z.coerce.number().int().min(1).max(100_000).default(10_000),
      free: z.enum(['yes', 'no']).default('no').describe('`yes`: only those who are idle.'),
      limit: z.coerce.number().int().min(1).max(100).default(10),
    }),
    response: {
      status: 200,
      schema: z.object({ items: z.array(z.object({ courier: shape.courier, distanceMetres: z.int() })) }),
    },
  },
  getCourier: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}',
    tag: 'Couriers',
    summary: 'A courier',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inCourier,
    response: { status: 200, schema: shape.courier },
  },
  startShift: {
    method: 'POST',
    path: '/v1/markets/{marketId}/couriers/{courierId}/shifts',
    tag: 'Couriers',
    summary: 'Go on shift',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inCourier,
    body: z.strictObject({ position: place, endsAt: z.iso.datetime({ offset: true }) }),
    response: { status: 201, schema: shape.courier },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  endShift: {
    method: 'POST',
    path: '/v1/markets/{marketId}/couriers/{courierId}/shifts/end',
    tag: 'Couriers',
    summary: 'Go off shift; work already taken is finished first',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inCourier,
    body: z.strictObject({}),
    response: { status: 200, schema: shape.courier },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  reportPosition: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/couriers/{courierId}/position',
    tag: 'Couriers',
    summary: 'Report where the courier is',
    access: { courier: 'own' },
    params: inCourier,
    body: place,
    response: { status: 204 },
    problems: ['courier_off_shift'],
  },
  reportPoints: {
    method: 'POST',
    path: '/v1/markets/{marketId}/couriers/{courierId}/positions',
    tag: 'Couriers',
    summary: 'Report where the courier was at several moments',
    description: `1 to 100 points. ${TIMES} \`older\` are those that are no newer than what was known.`,
    access: { courier: 'own' },
    params: inCourier,
    body: points,
    response: {
      status: 200,
      schema: z.object({ taken: z.int(), older: z.int(), ahead: z.int() }),
    },
    problems: ['courier_off_shift', 'point_ahead_of_time'],
  },
  reportFleet: {
    method: 'POST',
    path: '/v1/markets/{marketId}/positions',
    tag: 'Couriers',
    summary: 'Report where many couriers are',
    description: `1 to 1,000 positions, for those who know of a fleet: the couriers of the caller’s grants, or any of an operator’s market. ${TIMES} What is refused of one courier keeps back no other.`,
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inMarket,
    body: z.strictObject({
      positions: z.array(timedPoint.extend({ courierId })).min(1).max(1_000),
    }),
    bodyLimitBytes: 160 * 1_024,
    response: {
      status: 200,
      schema: z.object({
        taken: z.int(),
        older: z.int(),
        refused: z
          .array(
            z.object({
              courierId,
              code: z.enum(['not_found', 'courier_off_shift', 'point_ahead_of_time']),
            }),
          )
          .describe('Each courier once a code.'),
      }),
    },
  },
  sendPositions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/positions/socket',
    tag: 'Couriers',
    summary: 'A WebSocket for where the courier is',
    description: `For apps that report every second or so. Each message is a text of JSON as POST …/positions takes it, of 16 KiB and 100 points at most; 10 messages a second, 20 at once. ${TIMES} Only what is not taken is answered, with a problem document. A courier has two connections at most: a third one closes the oldest. Close codes: 1001 the server stops, 1008 with the code of a problem as reason (\`too_many_requests\`, \`unauthenticated\`, \`forbidden\`, …) or \`replaced\`, 1009 the message is too large.`,
    socket: { takes: points },
    access: { courier: 'own' },
    params: inCourier,
    response: { status: 101 },
    problems: ['upgrade_required', 'courier_off_shift', 'point_ahead_of_time', 'too_many_requests'],
  },
  getCourierRoute: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/route',
    tag: 'Couriers',
    summary: 'The work that a courier has now',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inCourier,
    response: { status: 200, schema: z.object({ route: shape.route.nullable() }) },
  },
  streamCourier: {
    method: 'GET',
    path: '/v1/markets/{marketId}/couriers/{courierId}/stream',
    tag: 'Couriers',
    summary: 'Live updates for a courier: new work, orders that are ready',
    stream: true,
    access: { courier: 'own', operator: 'market', admin: 'all' },
    params: inCourier,
    query: resume,
    response: { status: 200, schema: shape.courierEvent },
  },
  declineRoute: {
    method: 'POST',
    path: '/v1/markets/{marketId}/routes/{routeId}/decline',
    tag: 'Couriers',
    summary: 'The courier does not take this route',
    description:
      'Until the arrival at the store. The orders are offered to others, and not to this courier again. The answer is the route, cancelled.',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inMarket.extend({ routeId }),
    body: z.strictObject({ reason: shape.declineReason }),
    response: { status: 200, schema: shape.route },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  arriveAtStop: {
    method: 'POST',
    path: '/v1/markets/{marketId}/routes/{routeId}/stops/{stopNumber}/arrive',
    tag: 'Couriers',
    summary: 'The courier has arrived at a stop',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: stopParams,
    body: z.strictObject({}),
    response: { status: 200, schema: shape.route },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  completeStop: {
    method: 'POST',
    path: '/v1/markets/{marketId}/routes/{routeId}/stops/{stopNumber}/complete',
    tag: 'Couriers',
    summary: 'The courier has picked up, or handed over with the shopper’s code',
    access: { courier: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: stopParams,
    body: z.strictObject({
      /** Needed at the door: the four digits of the order. */ code: z
        .string()
        .regex(/^\d{4}$/)
        .optional(),
    }),
    response: { status: 200, schema: shape.route },
    problems: ['wrong_state', 'not_ready', 'wrong_code', 'idempotency_key_reused'],
  },

  // The operator's hand in dispatch
  assignOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/assign',
    tag: 'Operations',
    summary: 'Give an order to a courier by hand',
    description:
      'Until its pickup. The order leaves the courier who has it; the route that it comes to is `byHand`, and the dispatcher plans around it until it is done. Where the courier has the order already, its route becomes `byHand` as it is. Other work that the dispatcher meant for the courier and that is not begun goes back to the dispatcher. `releaseOrder` undoes it.',
    access: { operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({ courierId }),
    response: { status: 200, schema: shape.route },
    problems: ['wrong_state', 'courier_off_shift', 'courier_busy', 'idempotency_key_reused'],
  },
  releaseOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/orders/{orderId}/release',
    tag: 'Operations',
    summary: 'Take an order from its courier and give it back to the dispatcher',
    description: 'Until its pickup. An order that no courier has is answered the same.',
    access: { operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({}),
    response: { status: 204 },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },

  explainDispatch: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/dispatch',
    tag: 'Operations',
    summary: 'Why this courier: the last decision about an order, with the alternatives',
    access: { support: 'market', operator: 'market', admin: 'all' },
    params: inOrder,
    response: { status: 200, schema: shape.dispatchDecision },
  },

  ...COURIER_ROUTES,
  ...DISPATCH_ROUTES,
  ...WAY_ROUTES,

  // The operator's live market
  getLive: {
    method: 'GET',
    path: '/v1/markets/{marketId}/live',
    tag: 'Operations',
    summary: 'The market now: stores, couriers, open orders, key figures',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.liveSnapshot },
  },
  streamMarket: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stream',
    tag: 'Operations',
    summary: 'Live updates of the market',
    stream: true,
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: resume,
    response: { status: 200, schema: shape.marketEvent },
  },
  getOrderPromise: {
    method: 'GET',
    path: '/v1/markets/{marketId}/orders/{orderId}/promise',
    tag: 'Operations',
    summary: 'Why an order was promised what it was',
    description:
      'What the end of the window is made of, in seconds that add up, and the load at the moment. `not_found` for an order of a slot, whose promise is the slot, and for one from before promises were learned.',
    access: { operator: 'market', admin: 'all' },
    params: inOrder,
    response: { status: 200, schema: shape.promiseReason },
  },
  getShortage: {
    method: 'GET',
    path: '/v1/markets/{marketId}/shortage',
    tag: 'Operations',
    summary: 'Whether couriers are short, and what is done about it',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.shortage },
  },
  setShortagePolicy: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/shortage/policy',
    tag: 'Operations',
    summary: 'Say what is done about a shortage',
    description:
      'Another version of the policy, in force from the next round of dispatch. Measures begin in the order given, one at a time, and end in the opposite order. The same policy again is no new version.',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    body: shape.shortagePolicy,
    response: { status: 200, schema: shape.shortage },
  },
  getSurge: {
    method: 'GET',
    path: '/v1/markets/{marketId}/surge',
    tag: 'Couriers',
    summary: 'What couriers earn at the moment, as a share of their usual pay for an order',
    access: { courier: 'market', operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.surge },
  },
  getClock: {
    method: 'GET',
    path: '/v1/markets/{marketId}/clock',
    tag: 'Operations',
    summary: 'The market’s clock',
    access: { courier: 'market', operator: 'market', admin: 'all' },
    params: inMarket,
    response: { status: 200, schema: shape.clockState },
  },
  setClockSpeed: {
    method: 'PUT',
    path: '/v1/markets/{marketId}/clock',
    tag: 'Operations',
    summary: 'Change the speed of a simulated market, or pause it with 0',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    body: z.strictObject({ speed: z.number().min(0).max(120) }),
    response: { status: 200, schema: shape.clockState },
    problems: ['wrong_state'],
  },
  listLedgerAccounts: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/accounts',
    tag: 'Ledger',
    summary: 'Accounts and their balances',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(shape.ledgerAccount) },
  },
  listLedgerTransactions: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/transactions',
    tag: 'Ledger',
    summary: 'Balanced transactions, newest first',
    access: { operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery.extend({ orderId: orderId.optional() }),
    response: { status: 200, schema: page(shape.ledgerTransaction) },
  },

  ...LEDGER_ROUTES,
  ...DOCUMENT_ROUTES,
  ...SETTLEMENT_ROUTES,
  ...STORE_EARNINGS_ROUTES,

  // Webhooks
  createWebhook: {
    method: 'POST',
    path: '/v1/markets/{marketId}/webhooks',
    tag: 'Webhooks',
    summary: 'Have the events of the market posted to an endpoint of yours',
    description:
      'Events from now on are posted as Standard Webhooks 1.0 (https://www.standardwebhooks.com): verify `webhook-signature` with the `secret`, which is shown once, here; drop what `webhook-id` shows that you have seen; answer 2xx within ten seconds. Anything else is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, later where `Retry-After` says so; 410 disables the endpoint. Messages can come in another order than events happened: `position` says which was first. A merchant names its `merchantId` and gets the events of its own orders. A market has at most 20 endpoints of its own, a merchant 5, all together 1,000.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inMarket,
    body: z.strictObject({
      merchantId: merchantId.optional(),
      url: webhookUrl,
      eventTypes: eventTypes.default([]),
    }),
    response: { status: 201, schema: shape.webhook.extend({ secret: shape.webhookSecret }) },
    problems: ['wrong_state'],
  },
  listWebhooks: {
    method: 'GET',
    path: '/v1/markets/{marketId}/webhooks',
    tag: 'Webhooks',
    summary: 'Endpoints, oldest first: the market’s, or your own',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(shape.webhook) },
  },
  getWebhook: {
    method: 'GET',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}',
    tag: 'Webhooks',
    summary: 'An endpoint',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    response: { status: 200, schema: shape.webhook },
  },
  updateWebhook: {
    method: 'PATCH',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}',
    tag: 'Webhooks',
    summary: 'Change the URL or the types of an endpoint, disable or enable it',
    description:
      'An endpoint that is enabled again gets everything that happened meanwhile; for the present alone, create a new one.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    body: z.strictObject({
      url: webhookUrl.optional(),
      eventTypes: eventTypes.optional(),
      enabled: z.boolean().optional(),
    }),
    response: { status: 200, schema: shape.webhook },
  },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/secret/rotate',
    tag: 'Webhooks',
    summary: 'Give an endpoint a new secret',
    description:
      'The new secret is shown once. For 24 hours messages carry a signature by each of the old and the new one. An endpoint has at most five secrets at a time.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    body: z.strictObject({}),
    response: { status: 200, schema: z.object({ secret: shape.webhookSecret, oldSecretsUntil: moment }) },
    problems: ['wrong_state'],
  },
  testWebhook: {
    method: 'POST',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/test',
    tag: 'Webhooks',
    summary: 'Send a message of type WebhookTest',
    description: 'It is sent at once and tried again like any other; read the message to see how it went.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    body: z.strictObject({}),
    response: { status: 202, schema: shape.webhookMessage },
    problems: ['wrong_state'],
  },
  listWebhookMessages: {
    method: 'GET',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/messages',
    tag: 'Webhooks',
    summary: 'Messages of an endpoint, newest first; `state=failed` lists its dead letters',
    description: 'Delivered messages are kept for 7 days, failed ones for 30.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    query: pageQuery.extend({ state: shape.webhookMessageState.optional() }),
    response: { status: 200, schema: page(shape.webhookMessage) },
  },
  getWebhookMessage: {
    method: 'GET',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/messages/{messageId}',
    tag: 'Webhooks',
    summary: 'A message with its payload',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook.extend({ messageId: webhookMessageId }),
    response: { status: 200, schema: shape.webhookMessage.extend({ payload: shape.webhookPayload }) },
  },
  replayWebhookMessage: {
    method: 'POST',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/messages/{messageId}/replay',
    tag: 'Webhooks',
    summary: 'Send a message again, or now instead of later',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook.extend({ messageId: webhookMessageId }),
    body: z.strictObject({}),
    response: { status: 202, schema: shape.webhookMessage },
  },
  replayWebhook: {
    method: 'POST',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}/replay',
    tag: 'Webhooks',
    summary: 'Send everything again that was not delivered since a time',
    description:
      'Failed messages created since then are tried from the beginning, those that wait for another attempt are tried now. At most 10,000 a call: call again while `more` is true.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    body: z.strictObject({ since: moment }),
    response: { status: 202, schema: z.object({ replayed: z.int(), more: z.boolean() }) },
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/v1/markets/{marketId}/webhooks/{webhookId}',
    tag: 'Webhooks',
    summary: 'Delete an endpoint with its messages; deleting it again changes nothing',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    params: inWebhook,
    response: { status: 204 },
  },

  // Sandbox markets
  advanceSandboxOrder: {
    method: 'POST',
    path: '/v1/markets/{marketId}/sandbox/orders/{orderId}/advance',
    tag: 'Sandbox',
    summary: 'Drive an order of a sandbox to a state',
    description:
      'Only in markets whose `sandbox` is true; elsewhere there is no such resource. The steps in between are made as the store, the couriers and the payment provider would make them, with all their events, webhooks and postings. `unassigned` takes an order that is not picked up from its courier; `placed` has a payment that is pending approved. With `cancelled`, `reason` says by whom or why, `merchant` unless given. An order that is there already is answered as it is.',
    access: { merchant: 'own', operator: 'market', admin: 'all' },
    idempotencyKey: 'required',
    params: inOrder,
    body: z.strictObject({ to: shape.sandboxStep, reason: shape.cancelReason.optional() }),
    response: { status: 200, schema: shape.order },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },

  ...WALLET_ROUTES,
  ...SUPPORT_ROUTES,
  // Payments
  ...PAYMENT_ROUTES,

  // What a payment provider calls
  receivePaymentNotification: {
    method: 'POST',
    path: '/v1/markets/{marketId}/payments/{providerName}/notifications',
    tag: 'Payments',
    summary: 'What a payment provider reports later, signed by it',
    access: 'public',
    params: inMarket.extend({ providerName: z.string().min(1).max(40) }),
    body: z.looseObject({}),
    rawBody: true,
    // Events of real providers hold the whole object that they are about.
    bodyLimitBytes: 256 * 1_024,
    response: { status: 204 },
    problems: ['unauthenticated'],
  },
  ...TARIFF_ROUTES,
  ...SHOP_ROUTES,
} as const satisfies Record<string, RouteContract>;

export type RouteName = keyof typeof ROUTES;
export type RouteOf<N extends RouteName> = (typeof ROUTES)[N];
