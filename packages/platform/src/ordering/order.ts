import type {
  Address,
  Amounts,
  BasketLine,
  CancelReason,
  Order,
  OrderState,
  PricedLine,
} from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type MerchantId,
  type OfferId,
  type OrderId,
  type Result,
  type StoreId,
  type UserId,
  SECOND_MS,
  addMs,
  err,
  invariant,
  ok,
  toRfc3339,
  unreachable,
} from '@halfhour/kernel';
import {
  type Refunded,
  type RefundOfCharges,
  type RefundWish,
  type StoredCharges,
  NOTHING_REFUNDED,
  readCharges,
  refundCharges,
} from '@halfhour/engines/pricing';
import type { ApiError } from '../api/index.ts';
import { CASH } from '../payments/index.ts';
import type { PromiseBasis } from './promise-source.ts';
import {
  type ChangeContext,
  type LinesCommand,
  type LineName,
  type Relined,
  type SubstitutionAnswer,
  answerSubstitution,
  changeAddress,
  changeLines,
  declineUnanswered,
  noSuchLine,
  previousOf,
  substituteLine,
} from './revise-order.ts';

/** A line as the platform keeps it. */
export interface OrderLine extends PricedLine {
  /**
   * Whether stock was reserved for it. A store may begin to count an article while orders that
   * took none of the count are open; they must neither give back nor sell any.
   */
  readonly reserved: boolean;
}

/** Names a refund as its posting does. */
interface RefundStep {
  readonly beforeMinor: number;
  /** Minor units of each charge, by its place. */
  readonly minors: readonly number[];
}

/** What was ordered. Another edition of it is made where the order is changed after its placement. */
export interface Placement extends Amounts {
  readonly id: OrderId;
  readonly marketId: MarketId;
  readonly storeId: StoreId;
  readonly storeName: string;
  /** Whose store it is. */
  readonly merchantId: MerchantId;
  readonly shopperId: UserId;
  readonly lines: readonly OrderLine[];
  readonly address: Address;
  /** Who pays what to whom and why. By the tariff of its placement, so that a later one changes nothing. */
  readonly charges: StoredCharges;
  /** What of them was given back. */
  readonly refunded?: Refunded | undefined;
  /** How much of each charge was given back after each refund, by what was refunded before it: see `merchantFeesOf`. */
  readonly refunds?: readonly RefundStep[] | undefined;
  readonly promise: { readonly earliest: EpochMs; readonly latest: EpochMs };
  /** Why it was promised that; absent for a slot, and where nothing is learned. */
  readonly promiseBasis?: PromiseBasis | undefined;
  /** Of a scheduled order: the start of the slot in which it has a place. */
  readonly slot?: EpochMs | undefined;
  /** Of a scheduled order: when the store is to begin, so that it is at the door when the slot begins. */
  readonly prepareAt?: EpochMs | undefined;
  readonly preparationSeconds: number;
  /** The provider, and its token of what the shopper pays with. */
  readonly payment: { readonly provider: string; readonly method: string };
  /** What the provider has authorised, where that is not the total any more; it captures the total. */
  readonly authorisedMinor?: number | undefined;
  readonly deliveryCode: string;
  readonly placedAt: EpochMs;
  /** An order whose payment has no answer by then is cancelled. */
  readonly payUntil: EpochMs;
}

/** How far an order has come. */
export interface Progress {
  /** How many events the order has had; the first is its placement. */
  readonly version: number;
  readonly state: OrderState;
  readonly acceptedAt?: EpochMs | undefined;
  readonly expectedReadyAt?: EpochMs | undefined;
  readonly readyAt?: EpochMs | undefined;
  readonly pickedUpAt?: EpochMs | undefined;
  readonly deliveredAt?: EpochMs | undefined;
  readonly cancelledAt?: EpochMs | undefined;
  readonly cancelReason?: CancelReason | undefined;
  readonly courierId?: CourierId | undefined;
  readonly expectedDeliveryAt?: EpochMs | undefined;
  readonly refundedMinor: number;
}

/** An order as the platform keeps it. */
export interface OrderRecord extends Placement, Progress {}

export type Actor = 'shopper' | 'merchant' | 'courier' | 'support' | 'operator' | 'admin' | 'system';

export type OrderChange = { readonly orderId: OrderId; readonly by: Actor } & (
  | {
      readonly kind: 'payment_authorised';
      /** The provider's name for the payment. */ readonly reference: string;
    }
  | {
      /** The provider declined it, or nobody paid in time. */
      readonly kind: 'payment_failed';
      readonly reason: 'payment_declined' | 'payment_expired';
      readonly note?: string | undefined;
    }
  | { readonly kind: 'accept'; readonly preparationSeconds?: number | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'assign'; readonly courierId: CourierId; readonly expectedDeliveryAt: EpochMs }
  | { readonly kind: 'unassign' }
  | { readonly kind: 'expect'; readonly expectedDeliveryAt: EpochMs }
  | { readonly kind: 'pick_up'; readonly courierId: CourierId }
  | { readonly kind: 'deliver'; readonly courierId: CourierId }
  | { readonly kind: 'cancel'; readonly reason: CancelReason; readonly note?: string | undefined }
  | ({ readonly kind: 'change_lines' } & Omit<LinesCommand, 'by'>)
  | { readonly kind: 'change_address'; readonly address: Address }
  | ({ readonly kind: 'substitute'; readonly substitute: BasketLine } & LineName)
  | ({ readonly kind: 'answer_substitution' } & SubstitutionAnswer)
  | ({
      readonly kind: 'refund';
      readonly reason: string;
      /** What is named of lines by its offer too: another one is not refunded by mistake. */
      readonly lines?: readonly (LineName & { readonly quantity: number })[] | undefined;
    } & RefundWish)
);

type ChangeKind = OrderChange['kind'];

/**
 * The state machine: from which states each change may be made, and by whom. Everything that is not here is
 * refused with `wrong_state` or `forbidden`. `assign`, `unassign` and `expect` leave the state as it is.
 */
const RULES: Readonly<
  Record<
    Exclude<ChangeKind, 'cancel'>,
    { readonly from: readonly OrderState[]; readonly by: readonly Actor[] }
  >
> = {
  payment_authorised: { from: ['pending_payment'], by: ['system'] },
  payment_failed: { from: ['pending_payment'], by: ['system'] },
  accept: { from: ['placed'], by: ['merchant', 'operator', 'admin', 'system'] },
  ready: { from: ['accepted'], by: ['merchant', 'operator', 'admin', 'system'] },
  assign: { from: ['placed', 'accepted', 'ready'], by: ['operator', 'admin', 'system'] },
  unassign: { from: ['placed', 'accepted', 'ready'], by: ['operator', 'admin', 'system'] },
  expect: { from: ['placed', 'accepted', 'ready', 'picked_up'], by: ['system'] },
  pick_up: { from: ['ready'], by: ['courier', 'operator', 'admin'] },
  deliver: { from: ['picked_up'], by: ['courier', 'operator', 'admin'] },
  change_lines: { from: ['placed', 'accepted'], by: ['shopper', 'merchant', 'operator', 'admin'] },
  change_address: { from: ['placed', 'accepted', 'ready'], by: ['shopper', 'operator', 'admin'] },
  substitute: { from: ['placed', 'accepted'], by: ['merchant', 'operator', 'admin'] },
  answer_substitution: { from: ['placed', 'accepted'], by: ['shopper', 'operator', 'admin'] },
  refund: { from: ['delivered'], by: ['support', 'operator', 'admin', 'system'] },
};

/** Until when each may cancel. */
const MAY_CANCEL: Readonly<Record<Actor, readonly OrderState[]>> = {
  shopper: ['pending_payment', 'placed'],
  merchant: ['placed', 'accepted', 'ready'],
  courier: [],
  support: [],
  operator: ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up'],
  admin: ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up'],
  system: ['pending_payment', 'placed', 'accepted', 'ready', 'picked_up'],
};

/** What `by` may do with an order now; told with `wrong_state` so that a client can offer it. */
export function allowedChanges(order: OrderRecord, by: Actor): ChangeKind[] {
  const kinds = (Object.keys(RULES) as (keyof typeof RULES)[]).filter(
    (kind) => RULES[kind].by.includes(by) && RULES[kind].from.includes(order.state),
  );
  return MAY_CANCEL[by].includes(order.state) ? [...kinds, 'cancel'] : kinds;
}

/** What must happen together with a change, in the same transaction. */
export interface Effects {
  readonly event?: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  readonly stock?: 'release' | 'sell' | Relined['stock'];
  /** Gives back the place of a scheduled order. */
  readonly slot?: 'release';
  /** The order has a new edition of what was ordered. */
  readonly revised?: true;
  readonly payment?: 'authorised' | 'capture_due' | 'void_due';
  /** The provider's name for an authorised payment. */
  readonly reference?: string;
  /** `loss`: what was made and is gone is the platform's loss, and the merchant has its share as of a sale. */
  readonly ledger?: 'sale' | 'loss' | { readonly refund: RefundOfCharges };
}

export interface Changed {
  readonly order: OrderRecord;
  readonly effects: Effects;
}

/** Whether a change is judged by more than the order itself. */
export function needsContext(order: OrderRecord, { kind }: OrderChange): boolean {
  return REVISING.has(kind) || (kind === 'ready' && hasProposals(order));
}

const REVISING: ReadonlySet<ChangeKind> = new Set([
  'change_lines',
  'change_address',
  'substitute',
  'answer_substitution',
]);

function hasProposals(order: OrderRecord): boolean {
  return order.lines.some((line) => line.proposed !== undefined);
}

/** Offers at whose prices of today a change is made. */
export function offersOf(change: OrderChange): OfferId[] {
  if (change.kind === 'substitute') return [change.substitute.offerId];
  if (change.kind !== 'change_lines') return [];
  return [...change.add, ...change.quantities].map(({ offerId }) => offerId);
}

/** Events of an order after which it takes no more changes of what was ordered: its history is read whole. */
const MAX_VERSION = 200;

/**
 * Applies one change to an order: the order after it and what goes with it, or why it cannot be. Pure.
 *
 * @param context what changes of what was ordered are judged by; see `needsContext`
 * @param disputedMinor what the shopper has got or may get back by their bank: it is not refunded as well
 */
export function changeOrder(
  order: OrderRecord,
  change: OrderChange,
  now: EpochMs,
  context?: ChangeContext,
  disputedMinor = 0,
): Result<Changed, ApiError> {
  const permitted = change.kind === 'cancel' ? MAY_CANCEL[change.by] : RULES[change.kind].from;
  if (change.kind !== 'cancel' && !RULES[change.kind].by.includes(change.by)) {
    return err({ code: 'forbidden', detail: `A ${change.by} may not ${change.kind} an order.` });
  }
  if (!permitted.includes(order.state)) {
    return err({
      code: 'wrong_state',
      detail: `The order is ${order.state}.`,
      state: order.state,
      allowed: allowedChanges(order, change.by),
    });
  }
  if (REVISING.has(change.kind) && order.version >= MAX_VERSION) {
    return err({ code: 'wrong_state', detail: 'The order was changed too often.', state: order.state });
  }
  switch (change.kind) {
    case 'payment_authorised':
      return done(
        order,
        { state: 'placed' },
        { event: event('OrderPlaced', {}), payment: 'authorised', reference: change.reference },
      );
    case 'accept': {
      const seconds = change.preparationSeconds ?? order.preparationSeconds;
      const expectedReadyAt = addMs(beganAt(order, now), seconds * SECOND_MS);
      return done(
        order,
        { state: 'accepted', acceptedAt: now, expectedReadyAt },
        { event: event('OrderAccepted', { expectedReadyAt: toRfc3339(expectedReadyAt) }) },
      );
    }
    case 'ready': {
      if (!hasProposals(order)) {
        return done(order, { state: 'ready', readyAt: now }, { event: event('OrderReady', {}) });
      }
      const left = declineUnanswered(order, required(context));
      if (!left.ok) return left;
      const ready: OrderRecord = { ...left.value.order, state: 'ready', readyAt: now };
      return revised({ ...left.value, order: ready }, event('OrderReady', factsOf(order, ready)));
    }
    case 'assign': {
      const { courierId, expectedDeliveryAt } = change;
      return done(
        order,
        { courierId, expectedDeliveryAt },
        { event: event('OrderAssigned', { courierId, expectedDeliveryAt: toRfc3339(expectedDeliveryAt) }) },
      );
    }
    case 'unassign': {
      const { courierId } = order;
      if (courierId === undefined) return ok({ order, effects: {} });
      return done(order, { courierId: undefined }, { event: event('OrderUnassigned', { courierId }) });
    }
    case 'expect':
      return done(
        order,
        { expectedDeliveryAt: change.expectedDeliveryAt },
        { event: event('OrderExpected', { expectedDeliveryAt: toRfc3339(change.expectedDeliveryAt) }) },
      );
    case 'pick_up':
      return done(
        order,
        { state: 'picked_up', pickedUpAt: now, courierId: change.courierId },
        { event: event('OrderPickedUp', { courierId: change.courierId }), stock: 'sell' },
      );
    case 'deliver':
      return done(
        order,
        { state: 'delivered', deliveredAt: now, courierId: change.courierId },
        {
          event: event('OrderDelivered', {
            courierId: change.courierId,
            onTime: now <= order.promise.latest,
            minutesToDoor: Math.round((now - waitsSince(order)) / 6_000) / 10,
          }),
          payment: 'capture_due',
          ledger: 'sale',
        },
      );
    case 'payment_failed':
    case 'cancel':
      return cancelled(order, change.reason, change.note, now);
    case 'change_lines': {
      const changed = changeLines(order, change, required(context));
      if (!changed.ok) return changed;
      return revised(changed.value, event('OrderLinesChanged', factsOf(order, changed.value.order)));
    }
    case 'change_address': {
      const changed = changeAddress(order, change.address, required(context));
      if (!changed.ok) return changed;
      return done(changed.value, NO_CHANGE, {
        event: event('OrderAddressChanged', { address: change.address, previous: previousOf(order) }),
        revised: true,
      });
    }
    case 'substitute': {
      const changed = substituteLine(order, change, required(context));
      if (!changed.ok) return changed;
      const facts = { line: change.line, ...factsOf(order, changed.value.order) };
      return revised(
        changed.value,
        changed.value.isProposal
          ? event('OrderSubstitutionProposed', facts)
          : event('OrderSubstituted', facts),
      );
    }
    case 'answer_substitution': {
      const changed = answerSubstitution(order, change, required(context));
      if (!changed.ok) return changed;
      if (changed.value === undefined) return cancelled(order, 'merchant', undefined, now);
      const facts = { line: change.line, ...factsOf(order, changed.value.order) };
      return revised(
        changed.value,
        change.approve ? event('OrderSubstituted', facts) : event('OrderSubstitutionDeclined', facts),
      );
    }
    case 'refund': {
      const { reason, lines, fees } = change;
      if (lines === undefined && fees === undefined && change.amountMinor === undefined) {
        return err({
          code: 'invalid_request',
          detail: 'Nothing is refunded: name `lines`, `fees` or `amountMinor`.',
        });
      }
      const other = lines?.find(({ line, offerId }) => order.lines[line]?.offerId !== offerId);
      if (other !== undefined) return err(noSuchLine(order, other.line));
      const refund = refundOf(order, change);
      if (!refund.ok) {
        const { detail, refundableMinor } = refund.error;
        return err({ code: 'wrong_state', detail, state: order.state, refundableMinor });
      }
      const { amountMinor, after } = refund.value;
      const leftMinor = Math.max(0, order.totalMinor - order.refundedMinor - disputedMinor);
      if (amountMinor > leftMinor) {
        return err({
          code: 'wrong_state',
          detail: `The shopper disputes ${disputedMinor} minor units of it at their bank, which gives them back there: only ${leftMinor} can be refunded.`,
          state: order.state,
          refundableMinor: leftMinor,
        });
      }
      const refundedMinor = order.refundedMinor + amountMinor;
      return done(
        order,
        {
          refundedMinor,
          refunded: after,
          refunds: [...(order.refunds ?? []), { beforeMinor: order.refundedMinor, minors: after.minors }],
          state: refundedMinor === order.totalMinor ? 'refunded' : 'delivered',
        },
        {
          event: event('OrderRefunded', {
            amountMinor,
            reason,
            ...(lines === undefined ? {} : { lines }),
            ...(fees === undefined ? {} : { fees }),
          }),
          ledger: { refund: refund.value },
          revised: true,
        },
      );
    }
    default:
      return unreachable(change);
  }
}

/** What a refund of an order would give back, from whom it is taken, and what is refunded after it. */
export function refundOf(order: OrderRecord, wish: RefundWish): ReturnType<typeof refundCharges> {
  const quantities = order.lines.map(({ quantity }) => quantity);
  return refundCharges(readCharges(order.charges), quantities, order.refunded ?? NOTHING_REFUNDED, wish);
}

/** An order with other lines: stock and money go with the event. */
function revised({ order, stock }: Relined, told: Effects['event'] & {}): Result<Changed, ApiError> {
  return done(order, NO_CHANGE, { event: told, stock, payment: 'authorised', revised: true });
}

function factsOf(before: OrderRecord, { totalMinor }: OrderRecord): Readonly<Record<string, unknown>> {
  return { totalMinor, previous: previousOf(before) };
}

function cancelled(
  order: OrderRecord,
  reason: CancelReason,
  note: string | undefined,
  now: EpochMs,
): Result<Changed, ApiError> {
  return done(
    order,
    { state: 'cancelled', cancelledAt: now, cancelReason: reason },
    {
      event: event('OrderCancelled', { reason, ...(note === undefined ? {} : { note }) }),
      // After pickup the goods are gone, and the merchant gets what they would have brought; before it they go back on the shelf.
      ...(order.state === 'picked_up' ? { ledger: 'loss' as const } : { stock: 'release' as const }),
      ...(order.state === 'picked_up' || order.slot === undefined ? {} : { slot: 'release' as const }),
      payment: 'void_due',
    },
  );
}

function required(context: ChangeContext | undefined): ChangeContext {
  invariant(context !== undefined, 'what was ordered is changed without a context');
  return context;
}

/** From when on the time until the door counts: its placement, or when a scheduled order was to be begun. */
export function waitsSince(order: Pick<OrderRecord, 'placedAt' | 'prepareAt'>): EpochMs {
  return order.prepareAt ?? order.placedAt;
}

/** When a store that accepts at `now` begins: a scheduled order not before its time. */
function beganAt({ prepareAt }: OrderRecord, now: EpochMs): EpochMs {
  return prepareAt !== undefined && prepareAt > now ? prepareAt : now;
}

const NO_CHANGE = {};

/** One copy of the order a step: it is the largest thing that a step makes. */
function done(
  order: OrderRecord,
  change: Partial<OrderRecord>,
  effects: Effects & { readonly event: object },
): Result<Changed, ApiError> {
  return ok({ order: { ...order, ...change, version: order.version + 1 }, effects });
}

function event(type: string, data: Readonly<Record<string, unknown>>): Effects['event'] & {} {
  return { type, data };
}

/** The order as the API shows it. The delivery code is for those who hold it ready at the door. */
export function toOrder(order: OrderRecord, viewer: { readonly seesDeliveryCode: boolean }): Order {
  const shown: Order = {
    id: order.id,
    marketId: order.marketId,
    storeId: order.storeId,
    storeName: order.storeName,
    shopperId: order.shopperId,
    state: order.state,
    lines: order.lines.map(({ reserved, ...line }) => line),
    address: order.address,
    currency: order.currency,
    itemsMinor: order.itemsMinor,
    deliveryFeeMinor: order.deliveryFeeMinor,
    serviceFeeMinor: order.serviceFeeMinor,
    tipMinor: order.tipMinor,
    taxMinor: order.taxMinor,
    totalMinor: order.totalMinor,
    promise: { earliest: toRfc3339(order.promise.earliest), latest: toRfc3339(order.promise.latest) },
    placedAt: toRfc3339(order.placedAt),
    refundedMinor: order.refundedMinor,
  };
  if (order.otherMinor !== undefined) shown.otherMinor = order.otherMinor;
  // One by one: with a list of entries, filtered and spread, an order of two lines took 5.0 µs and not 0.7.
  if (order.slot !== undefined) shown.slot = toRfc3339(order.slot);
  if (order.prepareAt !== undefined) shown.prepareAt = toRfc3339(order.prepareAt);
  if (order.acceptedAt !== undefined) shown.acceptedAt = toRfc3339(order.acceptedAt);
  if (order.expectedReadyAt !== undefined) shown.expectedReadyAt = toRfc3339(order.expectedReadyAt);
  if (order.readyAt !== undefined) shown.readyAt = toRfc3339(order.readyAt);
  if (order.pickedUpAt !== undefined) shown.pickedUpAt = toRfc3339(order.pickedUpAt);
  if (order.deliveredAt !== undefined) shown.deliveredAt = toRfc3339(order.deliveredAt);
  if (order.cancelledAt !== undefined) shown.cancelledAt = toRfc3339(order.cancelledAt);
  if (order.cancelReason !== undefined) shown.cancelReason = order.cancelReason;
  if (order.courierId !== undefined) shown.courierId = order.courierId;
  if (order.expectedDeliveryAt !== undefined) shown.expectedDeliveryAt = toRfc3339(order.expectedDeliveryAt);
  if (order.payment.provider === CASH && order.deliveredAt === undefined && order.cancelledAt === undefined) {
    shown.cashToCollectMinor = order.totalMinor;
  }
  if (viewer.seesDeliveryCode) shown.deliveryCode = order.deliveryCode;
  return shown;
}
