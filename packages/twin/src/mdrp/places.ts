import type { TravelTimes } from '@halfhour/engines/dispatch';
import type { Instance } from './instance.ts';

/** Travel in whole minutes: the straight line, rounded up (so the triangle inequality may fail). */
export function travelMinutes(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  metresPerMinute: number,
): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  return Math.ceil(Math.sqrt(dx * dx + dy * dy) / metresPerMinute);
}

/** The nodes that the engine sees: restaurants, then order doors, then couriers' starts, each in file order. */
export interface InstancePlaces {
  readonly travel: TravelTimes;
  readonly restaurantNode: ReadonlyMap<string, number>;
  orderNode(orderIndex: number): number;
  courierNode(courierIndex: number): number;
  /** The id of a node as solutions name it: a courier's start is `0`. */
  idOf(node: number): string;
}

/** All travel times of an instance as one matrix of seconds (1,400 places: 8 MB). */
export function placesOf(instance: Instance): InstancePlaces {
  const places = [...instance.restaurants, ...instance.orders, ...instance.couriers];
  const count = places.length;
  const seconds = new Int32Array(count * count);
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      seconds[from * count + to] =
        60 * travelMinutes(places[from]!, places[to]!, instance.parameters.metresPerMinute);
    }
  }
  const firstOrder = instance.restaurants.length;
  const firstCourier = firstOrder + instance.orders.length;
  return {
    travel: { seconds: (fromNode, toNode) => seconds[fromNode * count + toNode]! },
    restaurantNode: new Map(instance.restaurants.map(({ id }, index) => [id, index])),
    orderNode: (orderIndex) => firstOrder + orderIndex,
    courierNode: (courierIndex) => firstCourier + courierIndex,
    idOf: (node) => (node >= firstCourier ? '0' : places[node]!.id),
  };
}
