import type { Route } from '@halfhour/contract';
import { type EpochMs, toRfc3339 } from '@halfhour/kernel';
import { type PickupRecord, type RouteRecord, PICKUP_NUMBER, payOf } from './route.ts';

/** The route as the contract shows it; delivery codes are never part of it. */
export function toRoute(route: RouteRecord): Route {
  return {
    id: route.id,
    courierId: route.courierId,
    state: route.state,
    assignedAt: toRfc3339(route.assignedAt),
    stops: [
      {
        number: PICKUP_NUMBER,
        kind: 'pickup',
        storeId: route.storeId,
        orderIds: route.dropoffs.map((dropoff) => dropoff.orderId),
        ...toStop(route.pickup),
      },
      ...route.dropoffs.map((dropoff) => ({
        number: dropoff.number,
        kind: 'dropoff' as const,
        orderIds: [dropoff.orderId],
        ...toStop(dropoff),
      })),
    ],
    payMinor: payOf(route),
    ...(route.byHand === undefined ? {} : { byHand: true }),
  };
}

function toStop(stop: PickupRecord): {
  place: Route['stops'][number]['place'];
  expectedAt: string;
  arrivedAt?: string;
  completedAt?: string;
} {
  const moment = (name: string, at: EpochMs | undefined): object =>
    at === undefined ? {} : { [name]: toRfc3339(at) };
  return {
    place: stop.place,
    expectedAt: toRfc3339(stop.expectedAt),
    ...moment('arrivedAt', stop.arrivedAt),
    ...moment('completedAt', stop.completedAt),
  };
}
