import { z } from 'zod';
import {
  address,
  apiKeyId,
  articleId,
  courierId,
  marketId,
  merchantId,
  minor,
  moment,
  names,
  offerId,
  orderId,
  place,
  priceMinor,
  routeId,
  storeId,
  userId,
  webhookId,
  webhookMessageId,
} from './common.ts';
import { charge } from './charge-resources.ts';
import { objectiveTerms } from './dispatch-resources.ts';

/** The shapes that the API shows. One resource, one shape, wherever it appears. */

export const market = z.object({
  id: marketId,
  slug: z.string(),
  name: z.string(),
  currency: z.string(),
  timeZone: z.string(),
  languages: z.array(z.string()),
  centre: place,
  /** South-west and north-east corner. */
  bounds: z.object({ south: z.number(), west: z.number(), north: z.number(), east: z.number() }),
  attribution: z.string(),
  /** For integrators: nothing moves there by itself; see `advanceSandboxOrder`. */
  sandbox: z.boolean(),
});

/** Where an integrator wants an order of a sandbox to be. */
export const sandboxStep = z.enum([
  'placed',
  'accepted',
  'ready',
  'assigned',
  'unassigned',
  'picked_up',
  'delivered',
  'refunded',
  'cancelled',
]);

export const storeKind = z.enum(['restaurant', 'shop', 'pharmacy', 'lightning_warehouse', 'front_warehouse']);
export const storeStatus = z.enum(['open', 'paused', 'closed']);

export const openingHours = z.strictObject({
  /** 0 = Sunday … 6 = Saturday. */
  weekday: z.int().min(0).max(6),
  opensMinute: z.int().min(0).max(1440),
  /** Beyond 1440 reaches into the next day. */
  closesMinute: z.int().min(0).max(2880),
});

export const store = z.object({
  id: storeId,
  merchantId,
  name: z.string(),
  kind: storeKind,
  address,
  /** Set by the merchant or operator: paused takes no orders for now. */
  status: storeStatus,
  /** Status and hours together, at the moment of the answer. */
  openNow: z.boolean(),
  opensAt: moment.optional(),
  hours: z.array(openingHours),
  /** The corners of the delivery zone. */
  zone: z.array(place),
  preparationSeconds: z.int(),
  minimumOrderMinor: minor,
});

export const slotPlan = z.strictObject({
  slots: z
    .array(
      z.strictObject({
        weekday: z.int().min(0).max(6).describe('0 = Sunday … 6 = Saturday.'),
        startsMinute: z.int().min(0).max(1439).describe('Of the day, on the wall clock of the market.'),
        lengthMinutes: z.int().min(5).max(720),
        capacity: z.int().min(0).max(10_000).describe('Orders for one such slot.'),
      }),
    )
    .max(400)
    .describe('What a week offers. Two slots may overlap, but not begin at the same minute.'),
  cutoffMinutes: z.int().min(0).max(10_080).describe('A slot takes orders until so long before it begins.'),
  daysAhead: z
    .int()
    .min(0)
    .max(7)
    .describe(
      'How many days after today may be ordered for; a payment that is authorised now does not last longer.',
    ),
});

/** A slot that can be ordered for, as far as it is not full. */
export const slot = z.object({
  start: moment.describe('Names the slot: what a basket carries as `slot`.'),
  end: moment,
  orderUntil: moment.describe('The cut-off.'),
  left: z.int().describe('Orders that it can still take.'),
});

export const option = z.strictObject({ id: z.string().min(1).max(40), names, priceMinor });
export const optionGroup = z.strictObject({
  id: z.string().min(1).max(40),
  names,
  minChoices: z.int().min(0).max(20),
  maxChoices: z.int().min(1).max(20),
  options: z.array(option).min(1).max(40),
});

export const taxClass = z.enum(['standard', 'reduced', 'exempt']);

export const offer = z.object({
  id: offerId,
  storeId,
  articleId,
  names,
  description: names.optional(),
  category: z.string(),
  gtin: z.string().optional(),
  taxClass,
  priceMinor,
  available: z.boolean(),
  /** What can be sold now; absent where the store does not count stock (a kitchen). */
  inStock: z.int().optional(),
  optionGroups: z.array(optionGroup),
});

/** What the store may do where it does not have what was ordered: ask, put in something that costs no more, nothing. */
export const substitutions = z.enum(['ask', 'allow', 'never']);

export const basketLine = z.strictObject({
  offerId,
  quantity: z.int().min(1).max(99),
  options: z
    .array(z.strictObject({ groupId: z.string().min(1).max(40), optionId: z.string().min(1).max(40) }))
    .max(20)
    .default([]),
  substitutions: substitutions
    .optional()
    .describe(
      'Where the store does not have it: `ask` me (as where this is absent), `allow` something that costs no more, or `never`.',
    ),
});

export const basket = z.strictObject({
  storeId,
  lines: z.array(basketLine).min(1).max(100),
  address,
  tipMinor: z.int().min(0).max(1_000_000).default(0),
  slot: moment
    .optional()
    .describe('For a scheduled order: the `start` of a slot of the store. Absent: as soon as possible.'),
});

export const promise = z.object({ earliest: moment, latest: moment });

const pricedArticle = z.object({
  offerId,
  articleId,
  names,
  quantity: z.int(),
  unitPriceMinor: minor,
  options: z.array(z.object({ groupId: z.string(), optionId: z.string(), names, priceMinor: minor })),
  totalMinor: minor,
  taxMinor: minor.describe(
    'Tax of it: contained in `totalMinor`, or added to it where the market shows prices without tax.',
  ),
  taxClass: taxClass.optional(),
  category: z.string().optional(),
});

export const pricedLine = pricedArticle.extend({
  substitutions: substitutions.optional(),
  proposed: pricedArticle
    .optional()
    .describe('What the store offers instead; the shopper has to answer before the order is ready.'),
});

export const amounts = z.object({
  currency: z.string(),
  itemsMinor: minor,
  deliveryFeeMinor: minor,
  serviceFeeMinor: minor,
  tipMinor: minor,
  otherMinor: minor
    .optional()
    .describe(
      'What else is in the total: deposits, packaging, small-order fee, service charge, tax that is added to items. Each is one of `charges`; absent where there is nothing.',
    ),
  /** Tax contained in the total. */
  taxMinor: minor,
  totalMinor: minor,
});

export const quote = amounts.extend({
  storeId,
  lines: z.array(pricedLine),
  charges: z
    .array(charge)
    .describe('Everything that the shopper would pay, and why; they add up to the total.'),
  promise: promise.describe('Of a scheduled order: its slot.'),
});

export const orderState = z.enum([
  'pending_payment',
  'placed',
  'accepted',
  'ready',
  'picked_up',
  'delivered',
  'cancelled',
  'refunded',
]);

export const cancelReason = z.enum([
  'shopper',
  'merchant',
  'operator',
  'payment_declined',
  'payment_expired',
  'undeliverable',
]);

export const order = amounts.extend({
  id: orderId,
  marketId,
  storeId,
  storeName: z.string(),
  shopperId: userId,
  state: orderState,
  lines: z.array(pricedLine),
  address,
  promise,
  slot: moment.optional().describe('Of a scheduled order: the start of its slot.'),
  prepareAt: moment
    .optional()
    .describe('Of a scheduled order: when the store is to begin. Until then it waits, also for a courier.'),
  placedAt: moment,
  acceptedAt: moment.optional(),
  /** When the kitchen expects to be ready; known from acceptance. */
  expectedReadyAt: moment.optional(),
  readyAt: moment.optional(),
  pickedUpAt: moment.optional(),
  deliveredAt: moment.optional(),
  cancelledAt: moment.optional(),
  cancelReason: cancelReason.optional(),
  courierId: courierId.optional(),
  /** When the dispatcher expects the order at the door. */
  expectedDeliveryAt: moment.optional(),
  refundedMinor: minor,
  charges: z
    .array(charge)
    .optional()
    .describe(
      'Where one order is read by itself: who pays what to whom and why, as far as it is the caller’s: shopper and store see their own, the operator all.',
    ),
  cashToCollectMinor: minor
    .optional()
    .describe(
      'Cash on delivery: what the courier gets at the door. Absent once it is handed over, or cancelled.',
    ),
  /** Four digits that the courier asks for at the door; only the shopper and the operator see them. */
  deliveryCode: z.string().optional(),
});

export const latenessRisk = z.enum(['on_time', 'at_risk', 'late']);

/** What the live map and lists need of an order. */
export const orderSummary = z.object({
  id: orderId,
  state: orderState,
  storeId,
  courierId: courierId.optional(),
  address,
  lineCount: z.int(),
  totalMinor: minor,
  placedAt: moment,
  prepareAt: moment.optional(),
  promiseLatest: moment,
  expectedDeliveryAt: moment.optional(),
  deliveredAt: moment.optional(),
  risk: latenessRisk,
});

export const timelineEntry = z.object({
  type: z.string(),
  at: moment,
  /** Who caused it: a role, or `system`. */
  by: z.string(),
  /** The facts of the event, by kind. */
  data: z.record(z.string(), z.unknown()),
});

export const courierStatus = z.enum(['off_shift', 'idle', 'to_store', 'at_store', 'to_shopper']);

export const courier = z.object({
  id: courierId,
  name: z.string(),
  vehicle: z.enum(['bicycle', 'motorcycle', 'car']),
  status: courierStatus,
  position: place.optional(),
  positionAt: moment.optional(),
  shiftEndsAt: moment.optional(),
  /** Orders of the current route that are not delivered yet. */
  load: z.int(),
  shiftEnding: z
    .literal(true)
    .optional()
    .describe('The shift ends with the work in hand; there is no new work.'),
  onBreak: z.literal(true).optional().describe('No new work; the break runs once the work in hand is done.'),
});

export const stop = z.object({
  number: z.int(),
  kind: z.enum(['pickup', 'dropoff']),
  storeId: storeId.optional(),
  orderIds: z.array(orderId),
  place: address,
  expectedAt: moment,
  arrivedAt: moment.optional(),
  completedAt: moment.optional(),
});

export const route = z.object({
  id: routeId,
  courierId,
  state: z.enum(['assigned', 'started', 'done', 'cancelled']),
  assignedAt: moment,
  stops: z.array(stop),
  payMinor: minor,
  byHand: z
    .literal(true)
    .optional()
    .describe(
      'An operator has given it: the dispatcher leaves its orders, their sequence and its courier alone.',
    ),
});

/** Why a courier does not take a route. */
export const declineReason = z.enum(['too_far', 'too_much', 'vehicle', 'break', 'other']);

const candidate = z.object({ courierId, atStoreAt: moment, atDoorAt: moment });

/** Why an order has the courier that it has. */
export const dispatchDecision = z.object({
  orderId,
  decidedAt: moment,
  reason: z
    .enum(['soonest', 'together', 'waits_either_way', 'needed_elsewhere', 'nobody', 'by_hand'])
    .describe(
      '`soonest`: nobody would be at the door earlier; `together`: carried with other orders of the store; `waits_either_way`: another would be at the store earlier, and wait for the kitchen; `needed_elsewhere`: another would be earlier, and is worth more with other orders; `nobody`: no courier can come at a bearable cost now; `by_hand`: an operator said so.',
    ),
  chosen: candidate.optional(),
  alternatives: z
    .array(candidate.extend({ extraCost: objectiveTerms.optional() }))
    .describe('The soonest others, if they took this order alone after the work that they must finish.'),
});

/** The key figures of the market's day (its own time zone). */
export const figures = z.object({
  orders: z.int(),
  open: z.int(),
  delivered: z.int(),
  cancelled: z.int(),
  /** Delivered within the promise, per cent; absent before the first delivery. */
  onTimePercent: z.number().optional(),
  minutesToDoorMean: z
    .number()
    .optional()
    .describe(
      'From placement to the door; of a scheduled order from `prepareAt`, so that waiting is not slowness.',
    ),
  ordersPerCourierHour: z.number().optional(),
  couriersOnShift: z.int(),
  couriersBusy: z.int(),
  grossMinor: minor,
});

export const clockState = z.object({
  now: moment,
  /** Market seconds per second; 0 is paused. */
  speed: z.number(),
  /** Whether the speed can be changed here (the demo), or is the wall clock's. */
  adjustable: z.boolean(),
});

const seconds = z.int().min(0).max(86_400);
const share = z.int().min(0).max(10_000).describe('Basis points.');

/** What a market does while couriers are short. */
export const shortageMeasure = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('longer_promises'), seconds: z.int().min(60).max(7_200) })
    .describe('The end of new promises is so much later.'),
  z
    .strictObject({ kind: z.literal('smaller_zones'), reachBp: z.int().min(1_000).max(9_999) })
    .describe('Zones are drawn together towards their store to this share of their reach.'),
  z
    .strictObject({
      kind: z.literal('surge_pay'),
      courierPayBp: z.int().min(10_000).max(50_000),
      deliveryFeeBp: z.int().min(10_000).max(50_000),
    })
    .describe('Pay for an order and delivery fee, as shares of what they are else.'),
  z
    .strictObject({ kind: z.literal('pause_far_orders'), maxTripSeconds: z.int().min(60).max(7_200) })
    .describe('Orders as soon as possible are refused where the way is longer.'),
]);

export const shortagePolicy = z.strictObject({
  measures: z.array(shortageMeasure).max(4).describe('In the order in which they begin, each kind once.'),
  beginsAtBp: share.describe('Share of open orders that will break their promise at which a measure begins.'),
  endsAtBp: share.describe('Share at which the latest measure ends; below `beginsAtBp`.'),
  beginsAfterSeconds: seconds,
  endsAfterSeconds: seconds,
  minOpenOrders: z.int().min(1).max(1_000_000),
});

export const marketLoad = z.object({
  openOrders: z.int(),
  couriersOnShift: z.int(),
  /** How long ready orders have waited for their courier, on average. */
  readyWaitSeconds: z.number(),
});

export const shortage = z.object({
  /** Those in force, first begun first; none while couriers suffice. */
  measures: z.array(shortageMeasure),
  /** When the last one began or ended. */
  changedAt: moment.optional(),
  /** At the last round of dispatch. */
  load: marketLoad,
  /** Open orders that will come after their promise, or have nobody to bring them. */
  breakingOrders: z.int(),
  policy: shortagePolicy,
  /** 0 until an operator has set one. */
  policyVersion: z.int(),
});

export const surge = z.object({ courierPayBp: z.int(), deliveryFeeBp: z.int() });

/** What the end of a promised window is made of: whole seconds from the placement that add up to it. */
export const promiseReason = z.object({
  orderId,
  promise,
  parts: z.object({
    preparationSeconds: z.int(),
    pickupWaitSeconds: z.int(),
    travelSeconds: z.int(),
    loadSeconds: z.int(),
    hourSeconds: z.int(),
    storeSeconds: z.int(),
    marginSeconds: z.int(),
    shortageSeconds: z.int(),
    movedSeconds: z
      .int()
      .describe('The window was kept as the shopper saw it, or moved with the way to another address.'),
  }),
  load: marketLoad,
});

export const liveSnapshot = z.object({
  market,
  clock: clockState,
  stores: z.array(
    store.pick({ id: true, name: true, kind: true, address: true, status: true, openNow: true }),
  ),
  couriers: z.array(courier),
  orders: z.array(orderSummary),
  figures,
  /** What is done about a shortage of couriers. */
  shortage: shortage.pick({ measures: true, changedAt: true, breakingOrders: true }).optional(),
  /** Continue with GET …/stream from here: send it as Last-Event-ID or `after`. */
  position: z.string(),
});

/** What the market's stream tells, as unnamed events; `reset` alone also has the event name `reset`. */
export const marketEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('order'), event: z.string(), at: moment, order: orderSummary }),
  z.object({ type: z.literal('store'), store: store.pick({ id: true, status: true, openNow: true }) }),
  z.object({ type: z.literal('couriers'), couriers: z.array(courier) }),
  z.object({ type: z.literal('figures'), figures, clock: clockState }),
  /** Too much was missed to be told: read the snapshot again and go on from its position. */
  z.object({ type: z.literal('reset') }),
]);

export const orderEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('order'), event: z.string(), at: moment, order }),
  z.object({ type: z.literal('courier'), position: place, at: moment }),
]);

export const courierEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('route'), event: z.string(), at: moment, route: route.nullable() }),
  z.object({ type: z.literal('order_ready'), orderId, at: moment }),
]);

export const ledgerAccount = z.object({
  code: z.string(),
  kind: z.enum(['asset', 'liability', 'income', 'expense']),
  currency: z.string(),
  /** Debits minus credits. */
  balanceMinor: minor,
});

export const ledgerTransaction = z.object({
  id: z.string(),
  kind: z.string(),
  cause: z.string().describe('What it is about: an order, a payment, a payout, a correction.'),
  orderId: orderId.optional(),
  actor: z.string().optional().describe('Who caused it, where a person did.'),
  reason: z.string().optional(),
  postedAt: moment,
  postings: z.array(z.object({ account: z.string(), amountMinor: minor })),
});

export const grant = z.object({
  role: z.enum(['shopper', 'merchant', 'courier', 'support', 'operator', 'admin']),
  marketId: marketId.optional(),
  merchantId: merchantId.optional(),
  courierId: courierId.optional(),
});

export const user = z.object({
  id: userId,
  name: z.string(),
  email: z.string().optional(),
  grants: z.array(grant),
});

export const apiKey = z.object({
  id: apiKeyId,
  name: z.string(),
  userId,
  createdAt: moment,
  lastFour: z.string(),
  revokedAt: moment.optional(),
});

export const foundPlace = z.object({
  label: z.string(),
  kind: z.enum(['address', 'street', 'place']),
  lat: z.number(),
  lng: z.number(),
});

/** Every type of event that the outbox of a market can hold. */
export const eventType = z.enum([
  'OrderReceived',
  'OrderPlaced',
  'OrderAccepted',
  'OrderReady',
  'OrderAssigned',
  'OrderUnassigned',
  'OrderExpected',
  'OrderPickedUp',
  'OrderDelivered',
  'OrderLinesChanged',
  'OrderAddressChanged',
  'OrderSubstitutionProposed',
  'OrderSubstitutionDeclined',
  'OrderSubstituted',
  'OrderCancelled',
  'OrderRefunded',
  'CashDeposited',
  'CashPolicyChanged',
  'PaymentCaptured',
  'PaymentChallenged',
  'PaymentDisputed',
  'PaymentDisputeClosed',
  'PaymentExceptionOpened',
  'PaymentExceptionResolved',
  'PaymentRefunded',
  'PaymentReleased',
  'RouteAssigned',
  'RouteChanged',
  'RouteDeclined',
  'RouteDone',
  'RouteCancelled',
  'StopArrived',
  'StopCompleted',
  'ShiftStarted',
  'ShiftEnded',
  'BreakStarted',
  'BreakEnded',
  'ShortageMeasuresChanged',
  'ShortagePolicyChanged',
  'TariffCreated',
  'TariffWithdrawn',
  'DispatchPolicyChanged',
  'ArticleHandlingChanged',
  'CourierEquipped',
  'StoreOpened',
  'StoreStatusChanged',
  'SlotPlanChanged',
  'OfferCreated',
  'OfferChanged',
  'CaseOpened',
  'CaseClosed',
  'CompensationProposed',
  'CompensationGiven',
  'CompensationRejected',
  'CompensationExpired',
  'WalletCredited',
  'WalletReserved',
  'WalletReleased',
  'WalletTaken',
  'WalletCreditExpired',
  'LedgerPeriodClosed',
  'LedgerCorrected',
  'WebhookDisabled',
  'SettlementPolicyChanged',
  'BankAccountChanged',
  'SettlementHeld',
  'SettlementReleased',
  'SettlementRunStarted',
  'SettlementRunApproved',
  'SettlementRunDiscarded',
  'PayoutSent',
  'PayoutPaid',
  'PayoutFailed',
  'InvoiceIssued',
]);

export const webhook = z.object({
  id: webhookId,
  /** Present where it gets the events of this merchant's orders alone. */
  merchantId: merchantId.optional(),
  url: z.string(),
  /** The types of events it gets; empty: all. */
  eventTypes: z.array(eventType),
  enabled: z.boolean(),
  disabledReason: z
    .enum(['gone', 'failing'])
    .optional()
    .describe(
      'Why the platform disabled it: it answered 410 Gone, or took nothing for five days. Absent where a person did.',
    ),
  failingSince: moment.optional().describe('The first failure since it last took a message.'),
  createdAt: moment,
});

export const webhookSecret = z
  .string()
  .describe('`whsec_` and the key in base64. Shown once: keep it where your receiver verifies signatures.');

export const webhookMessageState = z.enum(['waiting', 'delivered', 'failed']);

/** An event on its way to one endpoint. */
export const webhookMessage = z.object({
  id: webhookMessageId.describe('Sent as `webhook-id`, the same in every attempt: drop what you have seen.'),
  webhookId,
  type: z.string(),
  state: webhookMessageState.describe('`failed`: the last attempt failed, and it waits to be replayed.'),
  attempts: z.int(),
  createdAt: moment,
  nextAttemptAt: moment.optional(),
  settledAt: moment.optional().describe('When it was delivered, or failed for the last time.'),
  lastStatus: z.int().optional().describe('The HTTP status of the latest answer.'),
  lastError: z.string().optional().describe('Why there was no answer: `timeout`, `address_refused`, …'),
});

/** What is posted to an endpoint (https://www.standardwebhooks.com). */
export const webhookPayload = z.object({
  type: z.string(),
  timestamp: moment.describe('When it happened, on the clock of the market.'),
  data: z.object({
    marketId,
    subject: z.string().describe('The id of what it happened to: an order, a store, a route, …'),
    position: z.string().optional().describe('Rises in the order in which things happened in the market.'),
    by: z.string().describe('Who caused it: a role, or `system`.'),
    facts: z.record(z.string(), z.unknown()).describe('By type, as in the timeline of an order.'),
  }),
});

export type Market = z.output<typeof market>;
export type StoreKind = z.output<typeof storeKind>;
export type OpeningHours = z.output<typeof openingHours>;
export type Store = z.output<typeof store>;
export type SlotPlan = z.output<typeof slotPlan>;
export type Slot = z.output<typeof slot>;
export type TaxClass = z.output<typeof taxClass>;
export type OptionGroup = z.output<typeof optionGroup>;
export type Offer = z.output<typeof offer>;
export type Basket = z.output<typeof basket>;
export type BasketLine = z.output<typeof basketLine>;
export type PricedLine = z.output<typeof pricedLine>;
export type Amounts = z.output<typeof amounts>;
export type Shortage = z.output<typeof shortage>;
export type Quote = z.output<typeof quote>;
export type OrderState = z.output<typeof orderState>;
export type SandboxStep = z.output<typeof sandboxStep>;
export type CancelReason = z.output<typeof cancelReason>;
export type DeclineReason = z.output<typeof declineReason>;
export type Order = z.output<typeof order>;
export type OrderSummary = z.output<typeof orderSummary>;
export type TimelineEntry = z.output<typeof timelineEntry>;
export type LatenessRisk = z.output<typeof latenessRisk>;
export type CourierStatus = z.output<typeof courierStatus>;
export type Courier = z.output<typeof courier>;
export type Stop = z.output<typeof stop>;
export type Route = z.output<typeof route>;
export type Figures = z.output<typeof figures>;
export type ClockState = z.output<typeof clockState>;
export type LiveSnapshot = z.output<typeof liveSnapshot>;
export type MarketEvent = z.output<typeof marketEvent>;
export type OrderEvent = z.output<typeof orderEvent>;
export type CourierEvent = z.output<typeof courierEvent>;
export type Grant = z.output<typeof grant>;
export type User = z.output<typeof user>;
export type ApiKey = z.output<typeof apiKey>;
export type FoundPlace = z.output<typeof foundPlace>;
export type Webhook = z.output<typeof webhook>;
export type WebhookMessage = z.output<typeof webhookMessage>;
export type WebhookPayload = z.output<typeof webhookPayload>;
