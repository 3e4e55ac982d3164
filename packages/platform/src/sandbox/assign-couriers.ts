import {
  type Clock,
  type CourierId,
  type GroupExecutor,
  type LatLng,
  type MarketId,
  type Result,
  type UserId,
  HOUR_MS,
  SECOND_MS,
  addMs,
  createGroupExecutor,
  err,
  idFromKey,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { type Couriers, selectCouriers } from '../couriers/index.ts';
import { type Delivery, routePay } from '../delivery/index.ts';
import type { Markets } from '../markets/index.ts';
import type { EstimateTrip, OrderRecord } from '../ordering/index.ts';
import { type Database, isRowFault } from '../postgres/index.ts';
import { selectStores } from '../stores/index.ts';

export interface AssignDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly markets: Pick<Markets, 'get'>;
  readonly couriers: Pick<Couriers, 'startShift'>;
  readonly delivery: Pick<Delivery, 'assign'>;
  readonly estimate: EstimateTrip;
}

type Assigned = Result<unknown, ApiError>;

const MAX_GROUP = 50;
const MAX_QUEUE = 1_000;
const SHIFT_HOURS = 12;
/** Nobody's: what the courier does is decided by its scope. */
const COURIER_USER: UserId = idFromKey('usr', 0n);

/**
 * Stands in for the dispatcher of a sandbox: gives each order a route of its own and an idle courier, who goes on
 * shift where it is off, or the one with the fewest orders. Orders that come at once are given out one after the
 * other, so that they get different couriers.
 */
export function createCourierAssigner(
  deps: AssignDeps,
): (marketId: MarketId, order: OrderRecord) => Promise<Assigned> {
  const executors = new Map<MarketId, GroupExecutor<OrderRecord, Assigned>>();
  return (marketId, order) => {
    let executor = executors.get(marketId);
    if (executor === undefined) {
      executor = createGroupExecutor<OrderRecord, Assigned>({
        maxGroup: MAX_GROUP,
        maxQueue: MAX_QUEUE,
        lanes: 1,
        laneOf: () => 0,
        isItemFault: isRowFault,
        run: async (orders) => {
          const outcomes: Assigned[] = [];
          for (const each of orders) outcomes.push(await assign(deps, marketId, each));
          return outcomes;
        },
      });
      executors.set(marketId, executor);
    }
    return executor.submit(order);
  };
}

async function assign(deps: AssignDeps, marketId: MarketId, order: OrderRecord): Promise<Assigned> {
  const { db, clock, delivery, estimate } = deps;
  const market = await deps.markets.get(marketId);
  const store = (await selectStores(db, marketId, [order.storeId])).get(order.storeId);
  if (market === undefined || store === undefined) return err({ code: 'not_found' });
  const courier = await chooseCourier(deps, marketId, store.address);
  if (!courier.ok) return courier;
  const { metres, seconds } = estimate(marketId, store.address, order.address);
  const now = clock.now();
  const assigned = await delivery.assign(marketId, [
    {
      courierId: courier.value,
      storeId: store.id,
      pickupPlace: store.address,
      expectedPickupAt: now,
      drops: [{ orderId: order.id, place: order.address, expectedAt: addMs(now, seconds * SECOND_MS) }],
      payMinor: routePay(market, now, 1, () => metres),
    },
  ]);
  const [route] = assigned.ok ? assigned.value : [];
  if (route?.ok) return ok(route.value);
  return err({
    code: 'wrong_state',
    state: order.state,
    detail: 'The order could not be assigned; read it again.',
  });
}

async function chooseCourier(
  { db, clock, couriers }: AssignDeps,
  marketId: MarketId,
  place: LatLng,
): Promise<Result<CourierId, ApiError>> {
  const all = await selectCouriers(db, marketId);
  const onShift = all.filter((each) => each.status !== 'off_shift' && !each.shiftEnding && !each.onBreak);
  const idle = onShift.find((each) => each.load === 0);
  if (idle !== undefined) return ok(idle.id);
  const off = all.find((each) => each.status === 'off_shift');
  if (off !== undefined) {
    const started = await couriers.startShift(
      marketId,
      off.id,
      {
        position: { lat: place.lat, lng: place.lng },
        endsAt: addMs(clock.now(), SHIFT_HOURS * HOUR_MS),
      },
      { userId: COURIER_USER, role: 'courier', scope: 'own', merchantIds: [], courierIds: [off.id] },
    );
    return started.ok ? ok(off.id) : started;
  }
  const [least] = onShift.toSorted((a, b) => a.load - b.load);
  if (least === undefined) {
    return err({ code: 'courier_off_shift', detail: 'The market has no courier who could be on shift.' });
  }
  return ok(least.id);
}
