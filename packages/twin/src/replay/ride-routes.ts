import {
  type CourierId,
  type EpochMs,
  type LatLng,
  type MarketId,
  type OrderId,
  type Result,
  type RouteId,
  invariant,
} from '@halfhour/kernel';
import type { Couriers } from '@halfhour/platform/couriers';
import {
  type Delivery,
  type RouteRecord,
  PICKUP_NUMBER,
  currentRoute,
  selectOpenRoutes,
} from '@halfhour/platform/delivery';
import type { OrderRecord } from '@halfhour/platform/ordering';
import { selectOrders } from '@halfhour/platform/ordering';
import type { Database } from '@halfhour/platform/postgres';
import type { Instance, InstancePlaces, SolutionRecorder } from '../mdrp/index.ts';
import type { ReplayPlaces } from './replay-places.ts';

/** A courier of the benchmark on the road. Minutes of the day; nodes of the instance. */
interface Rider {
  readonly id: string;
  readonly courierId: CourierId;
  readonly offMinute: number;
  node: number;
  /** When it stands at `node`, or is done there. */
  freeMinute: number;
  /** On the way to a store for this route; it cannot be diverted. */
  heading: RouteId | undefined;
}

/** Something a courier does at a later minute. */
interface Deed {
  readonly minute: number;
  readonly run: () => Promise<void>;
}

export interface RideDeps {
  readonly db: Database;
  readonly marketId: MarketId;
  readonly instance: Instance;
  readonly places: InstancePlaces;
  readonly globe: ReplayPlaces;
  readonly delivery: Delivery;
  readonly couriers: Couriers;
  readonly courierIds: readonly CourierId[];
  readonly recorder: SolutionRecorder;
  readonly orderName: (orderId: OrderId) => string;
  readonly minuteOf: (moment: EpochMs) => number;
}

export interface Riders {
  /** What was due by this minute: arrivals and hand-overs. */
  arrive(minute: number): Promise<void>;
  /** An idle courier sets out for a store without an order, as the dispatcher suggests. */
  rideAhead(courierId: CourierId, store: LatLng, minute: number): void;
  /** After dispatch: those with new work set out, those whose orders are ready pick up. */
  setOut(minute: number): Promise<void>;
  /** Whether anybody is on the road. */
  readonly busy: boolean;
}

/**
 * The benchmark's couriers, carrying out what the platform's routes say and telling it so: whole minutes of
 * travel, half of the service before and half after the moment of pickup or hand-over, no diversion on the
 * way to a store, contents as they are at the moment of pickup, no pickup after the end of the shift.
 */
export function createRiders(deps: RideDeps): Riders {
  const { instance, places, globe, marketId, delivery, recorder } = deps;
  const { pickupServiceMinutes, dropServiceMinutes } = instance.parameters;
  const riders = instance.couriers.map((courier, index): Rider => ({
    id: courier.id,
    courierId: deps.courierIds[index]!,
    offMinute: courier.offMinute,
    node: places.courierNode(index),
    freeMinute: courier.onMinute,
    heading: undefined,
  }));
  const byCourier = new Map(riders.map((rider) => [rider.courierId, rider]));
  const deeds = new Map<number, Deed[]>();

  const minutes = (from: number, to: number): number => places.travel.seconds(from, to) / 60;
  const later = (minute: number, run: () => Promise<void>): void => {
    const list = deeds.get(minute) ?? [];
    list.push({ minute, run });
    deeds.set(minute, list);
  };
  const work = (what: 'arrive' | 'complete', routeId: RouteId, stopNumber: number, code?: string) => ({
    routeId,
    stopNumber,
    // The courier's own hand, as its app would send it; the code is what the shopper says at the door.
    by: { role: 'courier' as const, courierIds: [...byCourier.keys()] },
    command: { caller: 'replay', key: `${what}-${routeId}-${stopNumber}`, bodyHash: '' },
    code,
  });

  /** Rides to the store of its route, once; the courier then waits there whatever becomes of the route. */
  function rideToStore(rider: Rider, route: RouteRecord, minute: number): void {
    rider.heading = route.id;
    rideTo(rider, route.pickup.place, minute);
  }

  function rideTo(rider: Rider, place: LatLng, minute: number): void {
    const store = globe.nodeOf(place);
    if (rider.node !== store) {
      const leaves = Math.max(minute, rider.freeMinute);
      recorder.moved(rider.id, leaves, places.idOf(rider.node), places.idOf(store));
      rider.freeMinute = leaves + minutes(rider.node, store);
      rider.node = store;
    }
    later(Math.max(rider.freeMinute, minute), async () => {
      await deps.couriers.reportPosition(marketId, rider.courierId, place);
    });
  }

  async function pickUp(
    rider: Rider,
    route: RouteRecord,
    orders: ReadonlyMap<OrderId, OrderRecord>,
    minute: number,
  ): Promise<boolean> {
    if (minute < rider.freeMinute + pickupServiceMinutes / 2 || minute > rider.offMinute) return false;
    const carried = route.dropoffs.filter((dropoff) => dropoff.completedAt === undefined);
    if (carried.some(({ orderId }) => orders.get(orderId)?.state !== 'ready')) return false;
    expectDone(await delivery.complete(marketId, work('complete', route.id, PICKUP_NUMBER)), 'pick up');
    let leaves = minute + pickupServiceMinutes / 2;
    const dropMinutes: number[] = [];
    for (const dropoff of carried) {
      const door = globe.nodeOf(dropoff.place);
      recorder.moved(rider.id, leaves, places.idOf(rider.node), deps.orderName(dropoff.orderId));
      const dropMinute = leaves + minutes(rider.node, door) + dropServiceMinutes / 2;
      dropMinutes.push(dropMinute);
      rider.node = door;
      leaves = dropMinute + dropServiceMinutes / 2;
      const code = orders.get(dropoff.orderId)!.deliveryCode;
      later(dropMinute, async () => {
        await deps.couriers.reportPosition(marketId, rider.courierId, dropoff.place);
        expectDone(
          await delivery.arrive(marketId, work('arrive', route.id, dropoff.number)),
          'arrive at the door',
        );
        expectDone(
          await delivery.complete(marketId, work('complete', route.id, dropoff.number, code)),
          'hand over',
        );
      });
    }
    const names = carried.map(({ orderId }) => deps.orderName(orderId));
    recorder.collected(rider.id, minute, minute, names);
    names.forEach((name, index) => recorder.delivered(rider.id, name, dropMinutes[index]!));
    rider.freeMinute = leaves;
    rider.heading = undefined;
    return true;
  }

  return {
    async arrive(minute) {
      const due = deeds.get(minute) ?? [];
      deeds.delete(minute);
      await Promise.all(due.map((deed) => deed.run()));
    },

    rideAhead(courierId, store, minute) {
      const rider = byCourier.get(courierId)!;
      if (rider.freeMinute <= minute) rideTo(rider, store, minute);
    },

    async setOut(minute) {
      const open = await selectOpenRoutes(deps.db, marketId);
      const routes = new Map<CourierId, RouteRecord[]>();
      for (const route of open) routes.set(route.courierId, [...(routes.get(route.courierId) ?? []), route]);
      const waiting = [...routes].flatMap(([courierId, list]) => {
        const route = currentRoute(list);
        const rider = byCourier.get(courierId)!;
        // Still handing over an earlier route.
        return route === undefined ||
          route.pickup.completedAt !== undefined ||
          (rider.freeMinute > minute && rider.heading === undefined)
          ? []
          : [{ rider, route }];
      });
      for (const { rider, route } of waiting) {
        const atStore = rider.node === globe.nodeOf(route.pickup.place);
        if (rider.heading !== route.id && (rider.freeMinute <= minute || atStore))
          rideToStore(rider, route, minute);
      }
      const here = waiting.filter(
        ({ rider, route }) =>
          rider.heading === route.id &&
          rider.freeMinute <= minute &&
          rider.node === globe.nodeOf(route.pickup.place),
      );
      // The arrival of one who set out this minute from next door is due now.
      await this.arrive(minute);
      await Promise.all(
        here
          .filter(({ route }) => route.pickup.arrivedAt === undefined)
          .map(async ({ route }) =>
            expectDone(
              await delivery.arrive(marketId, work('arrive', route.id, PICKUP_NUMBER)),
              'arrive at the store',
            ),
          ),
      );
      const orders = await selectOrders(
        deps.db,
        marketId,
        here.flatMap(({ route }) => route.dropoffs.map((dropoff) => dropoff.orderId)),
      );
      await Promise.all(here.map(({ rider, route }) => pickUp(rider, route, orders, minute)));
    },

    get busy() {
      return deeds.size > 0;
    },
  };
}

function expectDone<T, E>(result: Result<T, E>, what: string): T {
  invariant(result.ok, `could not ${what}: ${JSON.stringify(result)}`);
  return result.value;
}
