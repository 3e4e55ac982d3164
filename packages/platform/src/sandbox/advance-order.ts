import type { CancelReason, SandboxStep } from '@halfhour/contract';
import { type Clock, type MarketId, type OrderId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { Couriers } from '../couriers/index.ts';
import { type Delivery, PICKUP_NUMBER, selectRoutes, selectRoutesOfOrders } from '../delivery/index.ts';
import { type OrderChange, type OrderRecord, type Ordering, selectOrders } from '../ordering/index.ts';
import { paymentIdOf } from '../payments/index.ts';
import type { Database } from '../postgres/index.ts';

export interface AdvanceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ordering: Pick<Ordering, 'change'>;
  readonly delivery: Pick<Delivery, 'arrive' | 'complete' | 'update'>;
  readonly couriers: Pick<Couriers, 'reportPosition'>;
  /** Gives an order that is ready to a courier. */
  readonly assign: (marketId: MarketId, order: OrderRecord) => Promise<Result<unknown, ApiError>>;
}

export interface Wish {
  readonly to: SandboxStep;
  /** Why an order is cancelled; `merchant` where absent. */
  readonly reason?: CancelReason | undefined;
}

type Stage = Exclude<SandboxStep, 'cancelled' | 'unassigned'> | 'pending_payment';
type Stepped = Result<unknown, ApiError>;

/** The way of an order to which nothing happens, and what makes the next step of it. */
const WAY: readonly Stage[] = [
  'pending_payment',
  'placed',
  'accepted',
  'ready',
  'assigned',
  'picked_up',
  'delivered',
  'refunded',
];
/** A whole way, and as much again for steps that somebody else made first. */
const MAX_STEPS = 2 * WAY.length;

/**
 * Makes the steps that bring an order where it is wanted, each by the command and as the party that makes it in a
 * market that lives. Errors: `not_found`, and `wrong_state` where no step leads there; the steps before stay made.
 */
export async function advanceOrder(
  deps: AdvanceDeps,
  marketId: MarketId,
  orderId: OrderId,
  wish: Wish,
): Promise<Result<OrderRecord, ApiError>> {
  let refused: { readonly version: number; readonly error: ApiError } | undefined;
  for (let steps = 0; ; steps++) {
    const order = (await selectOrders(deps.db, marketId, [orderId])).get(orderId);
    if (order === undefined) return err({ code: 'not_found' });
    // What was refused because somebody else was faster is looked at again.
    if (refused !== undefined && (refused.version === order.version || steps > MAX_STEPS)) {
      return err(refused.error);
    }
    const step = nextStep(deps, order, wish);
    if (step === 'there') return ok(order);
    if (step === 'never') {
      const detail = `No step leads from ${order.state} to ${wish.to}.`;
      return err({ code: 'wrong_state', state: order.state, detail });
    }
    const stepped = await step();
    refused = stepped.ok ? undefined : { version: order.version, error: stepped.error };
  }
}

function nextStep(
  deps: AdvanceDeps,
  order: OrderRecord,
  { to, reason = 'merchant' }: Wish,
): 'there' | 'never' | (() => Promise<Stepped>) {
  const { id: orderId, marketId, state } = order;
  const change = (wanted: OrderChange) => () => deps.ordering.change(marketId, wanted);
  if (state === to && to !== 'ready') return 'there';
  if (state === 'cancelled') return 'never';
  if (to === 'cancelled') return change(cancellation(orderId, reason));
  if (to === 'unassigned') {
    if (order.courierId !== undefined) return () => takeBack(deps, order);
    return ['placed', 'accepted', 'ready'].includes(state) ? 'there' : 'never';
  }
  const stage = stageOf(order);
  if (stage === to) return 'there';
  if (WAY.indexOf(stage) > WAY.indexOf(to)) return 'never';
  switch (stage) {
    case 'pending_payment':
      return change({
        kind: 'payment_authorised',
        orderId,
        reference: `sandbox_${paymentIdOf(orderId)}`,
        by: 'system',
      });
    case 'placed':
      return change({ kind: 'accept', orderId, by: 'merchant' });
    case 'accepted':
      return change({ kind: 'ready', orderId, by: 'merchant' });
    case 'ready':
      return () => deps.assign(marketId, order);
    case 'assigned':
    case 'picked_up':
      return () => ride(deps, order);
    default: {
      const amountMinor = order.totalMinor - order.refundedMinor;
      return change({ kind: 'refund', orderId, amountMinor, reason: 'sandbox', by: 'operator' });
    }
  }
}

/** A ready order with a courier is `assigned`; before that the courier only knows what comes. */
function stageOf({ state, courierId }: OrderRecord): Stage {
  if (state === 'ready' && courierId !== undefined) return 'assigned';
  return state as Exclude<typeof state, 'cancelled'>;
}

function cancellation(orderId: OrderId, reason: CancelReason): OrderChange {
  switch (reason) {
    case 'payment_declined':
    case 'payment_expired':
      return { kind: 'payment_failed', orderId, reason, by: 'system' };
    case 'undeliverable':
      return { kind: 'cancel', orderId, reason, by: 'operator' };
    default:
      return { kind: 'cancel', orderId, reason, by: reason };
  }
}

/** The courier goes to the next stop of the order, and does there what is to be done, with the shopper's code at the door. */
async function ride(
  { db, delivery, couriers }: AdvanceDeps,
  { id, marketId, deliveryCode, state }: OrderRecord,
): Promise<Stepped> {
  const route = await routeOf(db, marketId, id);
  if (route === undefined) {
    return err({ code: 'wrong_state', state, detail: 'The order is on no route; assign it again.' });
  }
  const { courierId } = route;
  const dropoff = route.dropoffs.find((each) => each.orderId === id)!;
  const isPickup = state === 'ready';
  const stopNumber = isPickup ? PICKUP_NUMBER : dropoff.number;
  await couriers.reportPosition(marketId, courierId, isPickup ? route.pickup.place : dropoff.place);
  const work = { routeId: route.id, stopNumber, by: { role: 'courier' as const, courierIds: [courierId] } };
  const arrived = await delivery.arrive(marketId, work);
  if (!arrived.ok) return arrived;
  return delivery.complete(marketId, isPickup ? work : { ...work, code: deliveryCode });
}

/** As a dispatcher that has changed its mind. */
async function takeBack(
  { db, delivery }: AdvanceDeps,
  { id, marketId, state }: OrderRecord,
): Promise<Stepped> {
  const route = await routeOf(db, marketId, id);
  if (route === undefined) return err({ code: 'wrong_state', state, detail: 'The order is on no route.' });
  const updated = await delivery.update(marketId, [
    {
      routeId: route.id,
      expectedPickupAt: route.pickup.expectedAt,
      drops: route.dropoffs.filter(({ orderId }) => orderId !== id),
      payMinor: route.payMinor,
    },
  ]);
  const [answer] = updated.ok ? updated.value : [];
  if (answer?.ok) return answer;
  return err({ code: 'wrong_state', state, detail: 'The order is picked up, or its route has changed.' });
}

async function routeOf(db: Database, marketId: MarketId, orderId: OrderId) {
  const routeId = (await selectRoutesOfOrders(db, marketId, [orderId])).get(orderId);
  return routeId === undefined ? undefined : (await selectRoutes(db, marketId, [routeId]))[0];
}
