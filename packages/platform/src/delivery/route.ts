import type { Address, CourierStatus } from '@halfhour/contract';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type Result,
  type RouteId,
  type StoreId,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';

/**
 * A courier's committed work: one pickup at one store, then drop-offs in sequence. Pure transitions; a
 * route that is given back is always a new value.
 */
export interface RouteRecord {
  readonly id: RouteId;
  readonly marketId: MarketId;
  readonly courierId: CourierId;
  readonly storeId: StoreId;
  /** `started` from the arrival at the store; a courier has at most one started route. */
  readonly state: 'assigned' | 'started' | 'done' | 'cancelled';
  readonly assignedAt: EpochMs;
  readonly closedAt?: EpochMs;
  /** What the courier was promised for the work, as it was laid out last; see `payOf` for all that it earns. */
  readonly payMinor: number;
  /** What waiting for the pickup added; absent where it added nothing. */
  readonly waitingPayMinor?: number;
  /** An operator has given it, so no plan changes it. */
  readonly byHand?: true;
  readonly pickup: PickupRecord;
  /** In delivery sequence. Numbers rise, with gaps where a cancelled order was taken out. */
  readonly dropoffs: readonly DropoffRecord[];
}

export interface PickupRecord {
  readonly place: Address;
  readonly expectedAt: EpochMs;
  readonly arrivedAt?: EpochMs;
  readonly completedAt?: EpochMs;
}

export interface DropoffRecord extends PickupRecord {
  readonly number: number;
  readonly orderId: OrderId;
  /** How often a wrong delivery code was given. */
  readonly wrongCodes: number;
}

/** Where an order goes, and when it is expected there. */
export interface Drop {
  readonly orderId: OrderId;
  readonly place: Address;
  readonly expectedAt: EpochMs;
}

export type RouteRefusal =
  | { readonly code: 'not_found'; readonly detail: string }
  | { readonly code: 'wrong_state'; readonly detail: string; readonly state: string };

export const PICKUP_NUMBER = 0;
/** As the contract bounds stop numbers. */
export const MAX_DROPOFFS = 200;
/** Then only the operator can complete the stop. Four digits and ten tries: one guess in a thousand. */
export const MAX_WRONG_CODES = 10;

export function createRoute(
  draft: Pick<
    RouteRecord,
    'id' | 'marketId' | 'courierId' | 'storeId' | 'assignedAt' | 'payMinor' | 'byHand'
  > & {
    readonly pickupPlace: Address;
    readonly expectedPickupAt: EpochMs;
    readonly drops: readonly Drop[];
  },
): RouteRecord {
  const { pickupPlace, expectedPickupAt, drops, ...route } = draft;
  invariant(drops.length > 0 && drops.length <= MAX_DROPOFFS, `a route of ${drops.length} drop-offs`);
  return {
    ...route,
    state: 'assigned',
    pickup: { place: pickupPlace, expectedAt: expectedPickupAt },
    dropoffs: toDropoffs(drops),
  };
}

/** What the courier earns when the route is done, in minor units. */
export function payOf({ payMinor, waitingPayMinor = 0 }: RouteRecord): number {
  return payMinor + waitingPayMinor;
}

export function isOpen(route: RouteRecord): boolean {
  return route.state === 'assigned' || route.state === 'started';
}

export function isPickedUp(route: RouteRecord): boolean {
  return route.pickup.completedAt !== undefined;
}

/** Whether its orders, their sequence and its courier are settled. */
export function isFirm(route: RouteRecord): boolean {
  return isPickedUp(route) || route.byHand === true;
}

/** Drop-offs that are still to be made. */
export function remaining(route: RouteRecord): readonly DropoffRecord[] {
  return isOpen(route) ? route.dropoffs.filter((dropoff) => dropoff.completedAt === undefined) : [];
}

/** The stop that the courier is at or on the way to; undefined where the route is closed. */
export function nextStopNumber(route: RouteRecord): number | undefined {
  if (!isOpen(route)) return undefined;
  return isPickedUp(route) ? remaining(route)[0]!.number : PICKUP_NUMBER;
}

/** Of a courier's open routes the one that it carries out: the started one, else the oldest. */
export function currentRoute(routes: readonly RouteRecord[]): RouteRecord | undefined {
  const open = routes.filter(isOpen).sort((a, b) => (a.id < b.id ? -1 : 1));
  return open.find((route) => route.state === 'started') ?? open[0];
}

/** What a courier with these routes is doing; `load` counts the orders of all its open routes. */
export function workOf(routes: readonly RouteRecord[]): {
  readonly status: Exclude<CourierStatus, 'off_shift'>;
  readonly load: number;
} {
  const current = currentRoute(routes);
  if (current === undefined) return { status: 'idle', load: 0 };
  const load = routes.reduce((sum, route) => sum + remaining(route).length, 0);
  if (isPickedUp(current)) return { status: 'to_shopper', load };
  return { status: current.pickup.arrivedAt === undefined ? 'to_store' : 'at_store', load };
}

/** Arriving again changes nothing: the first moment stays. */
export function arrive(route: RouteRecord, number: number, at: EpochMs): Result<RouteRecord, RouteRefusal> {
  if (stopOf(route, number)?.arrivedAt !== undefined) return ok(route);
  const refusal = refuseOutOfTurn(route, number);
  if (refusal !== undefined) return err(refusal);
  return ok(
    changeStop({ ...route, state: 'started' }, number, (stop) => ({
      ...stop,
      arrivedAt: at,
    })),
  );
}

/**
 * Completes the next stop; who did not say that it arrived has arrived now. With the last drop-off the
 * route is done. Whether the orders are ready and the code is right is for the caller to know.
 */
export function complete(route: RouteRecord, number: number, at: EpochMs): Result<RouteRecord, RouteRefusal> {
  const refusal = refuseOutOfTurn(route, number);
  if (refusal !== undefined) return err(refusal);
  const completed = changeStop({ ...route, state: 'started' }, number, (stop) => ({
    ...stop,
    arrivedAt: stop.arrivedAt ?? at,
    completedAt: at,
  }));
  return ok(remaining(completed).length > 0 ? completed : { ...completed, state: 'done', closedAt: at });
}

export function countWrongCode(route: RouteRecord, number: number): RouteRecord {
  return {
    ...route,
    dropoffs: route.dropoffs.map((dropoff) =>
      dropoff.number === number ? { ...dropoff, wrongCodes: dropoff.wrongCodes + 1 } : dropoff,
    ),
  };
}

/** Gives a route that is not picked up other orders or another sequence. Without any it is cancelled. */
export function changeDrops(
  route: RouteRecord,
  change: {
    readonly expectedPickupAt: EpochMs;
    readonly drops: readonly Drop[];
    readonly payMinor: number;
  },
  at: EpochMs,
): Result<RouteRecord, RouteRefusal> {
  invariant(change.drops.length <= MAX_DROPOFFS, `a route of ${change.drops.length} drop-offs`);
  if (!isOpen(route) || isPickedUp(route)) {
    return err({
      code: 'wrong_state',
      state: route.state,
      detail: 'What is on a route can be changed until its pickup.',
    });
  }
  if (change.drops.length === 0) return ok({ ...route, state: 'cancelled', closedAt: at, dropoffs: [] });
  return ok({
    ...route,
    payMinor: change.payMinor,
    pickup: { ...route.pickup, expectedAt: change.expectedPickupAt },
    dropoffs: toDropoffs(change.drops),
  });
}

/**
 * Takes orders that were cancelled off a route. What was delivered stays; with nothing left to deliver the
 * route is done, and paid as agreed, where the courier had collected it, else cancelled.
 */
export function removeOrders(route: RouteRecord, orderIds: ReadonlySet<OrderId>, at: EpochMs): RouteRecord {
  const dropoffs = route.dropoffs.filter(
    (dropoff) => dropoff.completedAt !== undefined || !orderIds.has(dropoff.orderId),
  );
  if (!isOpen(route) || dropoffs.length === route.dropoffs.length) return route;
  const changed = { ...route, dropoffs };
  if (remaining(changed).length > 0) return changed;
  return { ...changed, state: isPickedUp(route) ? 'done' : 'cancelled', closedAt: at };
}

/** Gives orders that are not delivered yet another door. */
export function moveOrders(route: RouteRecord, places: ReadonlyMap<OrderId, Address>): RouteRecord {
  const isMoved = (dropoff: DropoffRecord): boolean =>
    dropoff.completedAt === undefined && places.has(dropoff.orderId);
  if (!isOpen(route) || !route.dropoffs.some(isMoved)) return route;
  return {
    ...route,
    dropoffs: route.dropoffs.map((dropoff) =>
      isMoved(dropoff) ? { ...dropoff, place: places.get(dropoff.orderId)! } : dropoff,
    ),
  };
}

function toDropoffs(drops: readonly Drop[]): DropoffRecord[] {
  return drops.map(({ orderId, place, expectedAt }, index) => ({
    number: index + 1,
    orderId,
    place,
    expectedAt,
    wrongCodes: 0,
  }));
}

function stopOf(route: RouteRecord, number: number): PickupRecord | undefined {
  return number === PICKUP_NUMBER
    ? route.pickup
    : route.dropoffs.find((dropoff) => dropoff.number === number);
}

function refuseOutOfTurn(route: RouteRecord, number: number): RouteRefusal | undefined {
  if (stopOf(route, number) === undefined) {
    return {
      code: 'not_found',
      detail: `The route has no stop ${number}; a cancelled order takes its stop away.`,
    };
  }
  const next = nextStopNumber(route);
  if (next === number) return undefined;
  const detail =
    next === undefined ? `The route is ${route.state}.` : `Stops are made in order; the next is ${next}.`;
  return { code: 'wrong_state', state: route.state, detail };
}

function changeStop(
  route: RouteRecord,
  number: number,
  change: <Stop extends PickupRecord>(stop: Stop) => Stop,
): RouteRecord {
  if (number === PICKUP_NUMBER) return { ...route, pickup: change(route.pickup) };
  return {
    ...route,
    dropoffs: route.dropoffs.map((dropoff) => (dropoff.number === number ? change(dropoff) : dropoff)),
  };
}
