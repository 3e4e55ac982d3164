import type { Route } from '@halfhour/contract';
import {
  type CourierId,
  type LatLng,
  type MarketId,
  type OrderId,
  type Result,
  SECOND_MS,
  addMs,
  epochMs,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { lockCourier, selectCouriers } from '../couriers/index.ts';
import type { EstimateTrip, OrderChange, OrderRecord } from '../ordering/index.ts';
import { TransactionConflict, type Tx } from '../postgres/index.ts';
import { selectStores } from '../stores/index.ts';
import { MAX_OPEN_ROUTES } from './assign-routes.ts';
import { type MadeChange, commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { type KeptRoute, relaid, unwritten } from './kept-route.ts';
import {
  type Drop,
  type DropoffRecord,
  type RouteRecord,
  changeDrops,
  createRoute,
  isFirm,
  isOpen,
  isPickedUp,
} from './route.ts';
import { once } from './once.ts';
import { routePay } from './route-pay.ts';
import { lockRoutes, selectRoutesOfOrders } from './route-store.ts';
import { toRoute } from './to-route.ts';

export interface HandDeps extends Pick<
  DeliveryDeps,
  'db' | 'clock' | 'ids' | 'ordering' | 'markets' | 'onCommit'
> {
  readonly estimate: EstimateTrip;
}

export interface HandCommand {
  readonly orderId: OrderId;
  /** The role of the person. */
  readonly by: 'operator' | 'admin';
  readonly command: CommandKey;
}

/** For the courier to take the food, and to hand it over. */
const SERVICE_SECONDS = 120;

/**
 * Gives an order to a courier because a person says so. The route is `byHand`: the dispatcher plans around it and never
 * changes it. An order that the courier has already keeps its route as it is. What the dispatcher meant for the courier
 * and what is not begun is without a courier again; an order that waits with it by hand for the same store joins.
 * Errors: `not_found`, `wrong_state` (picked up, or over), `courier_off_shift`, `courier_busy`, `idempotency_key_reused`.
 */
export async function assignByHand(
  deps: HandDeps,
  marketId: MarketId,
  { orderId, courierId, by, command }: HandCommand & { readonly courierId: CourierId },
): Promise<Result<Route, ApiError>> {
  const outcome = await once<Route>(deps, marketId, command, async (tx) => {
    const held = await holdRoutes(tx, marketId, orderId, [courierId]);
    const order = await assignable(tx, deps, marketId, orderId, held);
    if (!order.ok) return order;
    const [courier] = await selectCouriers(tx, marketId, [courierId]);
    if (courier === undefined) return err({ code: 'not_found', detail: 'There is no such courier.' });
    const pay = await payer(deps, marketId);
    const at = deps.clock.now();
    const routes = [...held.values()].filter(({ route }) => isOpen(route));
    const current = routes.find(({ route }) => route.dropoffs.some((drop) => drop.orderId === orderId));
    const own = routes.filter(({ route }) => route.courierId === courierId);
    const changes: MadeChange[] = [];
    const orderChanges: OrderChange[] = [];
    const change = (before: KeptRoute, drops: readonly Drop[]): void => {
      const changed = changeDrops(before.route, { ...pay(before.route, drops), drops }, at);
      invariant(changed.ok, 'a route that is not picked up can be changed');
      changes.push({ before, after: relaid(before, changed.value), by });
    };

    let after: KeptRoute;
    if (current?.route.courierId === courierId) {
      after = { ...current, route: { ...current.route, byHand: true } };
      changes.push({ before: current, after, by });
    } else {
      if (current !== undefined) change(current, without(current.route, orderId));
      const given = own.filter(({ route }) => !isFirm(route) && route.state === 'assigned');
      for (const before of given) {
        change(before, []);
        for (const drop of before.route.dropoffs) {
          orderChanges.push({ kind: 'unassign', orderId: drop.orderId, by });
        }
      }
      const left = own.filter((each) => !given.includes(each));
      if (left.length >= MAX_OPEN_ROUTES) return err({ code: 'courier_busy' });
      const joined = left.find(
        ({ route }) => route.byHand === true && !isPickedUp(route) && route.storeId === order.value.storeId,
      );
      const store = (await selectStores(tx, marketId, [order.value.storeId])).get(order.value.storeId);
      invariant(store !== undefined, 'an order of a store that is not there');
      const begun = left.flatMap(({ route }) => route.dropoffs.at(-1) ?? []).at(-1);
      const from: LatLng = begun?.place ?? courier.position ?? store.address;
      const free = Math.max(at, begun?.expectedAt ?? 0);
      const ready = Math.max(at, order.value.readyAt ?? order.value.expectedReadyAt ?? 0);
      const toStore = deps.estimate(marketId, from, store.address).seconds * SECOND_MS;
      const pickupAt = joined?.route.pickup.expectedAt ?? epochMs(Math.max(free + toStore, ready));
      const last = joined?.route.dropoffs.at(-1);
      const trip = deps.estimate(marketId, last?.place ?? store.address, order.value.address);
      const drop: Drop = {
        orderId,
        place: order.value.address,
        expectedAt: addMs(last?.expectedAt ?? pickupAt, (trip.seconds + SERVICE_SECONDS) * SECOND_MS),
      };
      orderChanges.push({
        kind: 'assign',
        orderId,
        by,
        courierId,
        expectedDeliveryAt: drop.expectedAt,
      });
      if (joined !== undefined) {
        change(joined, [...joined.route.dropoffs, drop]);
        after = changes.at(-1)!.after;
      } else {
        const draft = {
          id: deps.ids.next('rte'),
          marketId,
          courierId,
          storeId: store.id,
          assignedAt: at,
          byHand: true as const,
          pickupPlace: store.address,
          expectedPickupAt: pickupAt,
          drops: [drop],
        };
        const { payMinor } = pay({ pickup: { place: store.address, expectedAt: pickupAt } }, [drop]);
        after = unwritten(createRoute({ ...draft, payMinor }));
        changes.push({ after, by });
      }
      // Written as they are: who waits for one of them must see that there is another route now (`lockRoutes`).
      for (const before of left) {
        if (before !== joined) changes.push({ before, after: { ...before }, by });
      }
    }
    await changeOrders(tx, deps, marketId, orderChanges);
    const { taken } = await commitRoutes(tx, deps, marketId, at, held, changes);
    if (taken.length > 0) throw new TransactionConflict('the order came to another route meanwhile');
    // After orders, as all do; then the shift cannot end any more. Who has the order already may be about to end it, or to take a break.
    const worker = await lockCourier(tx, marketId, courierId);
    const hadIt = current?.route.courierId === courierId;
    if (
      worker === undefined ||
      worker.status === 'off_shift' ||
      ((worker.shiftEnding || worker.onBreak) && !hadIt)
    ) {
      return err({ code: 'courier_off_shift' });
    }
    return ok(toRoute(after.route));
  });
  return outcome;
}

/**
 * Takes an order from the courier who has it, whoever gave it, so that the dispatcher gives it out again.
 * Errors: `not_found`, `wrong_state` (picked up, or over), `idempotency_key_reused`.
 */
export async function releaseByHand(
  deps: HandDeps,
  marketId: MarketId,
  { orderId, by, command }: HandCommand,
): Promise<Result<undefined, ApiError>> {
  const outcome = await once<null>(deps, marketId, command, async (tx) => {
    const held = await holdRoutes(tx, marketId, orderId, []);
    const order = await assignable(tx, deps, marketId, orderId, held);
    if (!order.ok) return order;
    const pay = await payer(deps, marketId);
    const at = deps.clock.now();
    const before = [...held.values()].find(({ route }) =>
      route.dropoffs.some((drop) => drop.orderId === orderId),
    );
    if (before === undefined) return ok(null);
    const drops = without(before.route, orderId);
    const changed = changeDrops(before.route, { ...pay(before.route, drops), drops }, at);
    if (!changed.ok) return changed;
    await changeOrders(tx, deps, marketId, [{ kind: 'unassign', orderId, by }]);
    await commitRoutes(tx, deps, marketId, at, held, [{ before, after: relaid(before, changed.value), by }]);
    return ok(null);
  });
  return outcome.ok ? ok(undefined) : outcome;
}

/** Locks the route that the order is on and the open routes of these couriers and of its own. */
async function holdRoutes(
  tx: Tx,
  marketId: MarketId,
  orderId: OrderId,
  courierIds: readonly CourierId[],
): Promise<Map<RouteRecord['id'], KeptRoute>> {
  const routeIds = [...(await selectRoutesOfOrders(tx, marketId, [orderId])).values()];
  return lockRoutes(tx, marketId, routeIds, courierIds);
}

/** The order, held until the transaction ends with those on the routes, where it can still go to another courier. */
async function assignable(
  tx: Tx,
  { ordering }: HandDeps,
  marketId: MarketId,
  orderId: OrderId,
  held: ReadonlyMap<RouteRecord['id'], KeptRoute>,
): Promise<Result<OrderRecord, ApiError>> {
  const others = [...held.values()].flatMap(({ route }) => (isFirm(route) ? [] : route.dropoffs));
  const orderIds = new Set([orderId, ...others.map((drop) => drop.orderId)]);
  const order = (await ordering.lockOrders(tx, marketId, [...orderIds])).get(orderId);
  if (order === undefined) return err({ code: 'not_found', detail: 'There is no such order.' });
  if (['placed', 'accepted', 'ready'].includes(order.state)) return ok(order);
  return err({
    code: 'wrong_state',
    state: order.state,
    detail: 'Who carries an order can be changed from its placement until its pickup.',
  });
}

async function changeOrders(
  tx: Tx,
  { ordering }: HandDeps,
  marketId: MarketId,
  changes: readonly OrderChange[],
): Promise<void> {
  const answers = await ordering.applyChanges(tx, marketId, changes);
  answers.forEach((answer, index) => {
    // What leaves a route may have been cancelled meanwhile.
    const isFine = answer.ok || changes[index]!.kind === 'unassign';
    invariant(isFine, 'an order that is held and assignable was refused');
  });
}

/** What a route with these doors pays, and when it is picked up. */
async function payer({ markets, estimate, clock }: HandDeps, marketId: MarketId) {
  const market = await markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  return ({ pickup }: Pick<RouteRecord, 'pickup'>, drops: readonly Drop[]) => {
    const payMinor = routePay(market, clock.now(), drops.length, () => {
      let from: LatLng = pickup.place;
      let metres = 0;
      for (const { place } of drops) {
        metres += estimate(marketId, from, place).metres;
        from = place;
      }
      return metres;
    });
    return { payMinor, expectedPickupAt: pickup.expectedAt };
  };
}

function without(route: RouteRecord, orderId: OrderId): readonly DropoffRecord[] {
  return route.dropoffs.filter((drop) => drop.orderId !== orderId);
}
