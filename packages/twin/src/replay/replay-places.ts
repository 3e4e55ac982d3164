import { type LatLng, invariant } from '@halfhour/kernel';
import type { Instance, InstancePlaces } from '../mdrp/index.ts';

/** Metres of one degree at the equator, where the benchmark's plane is laid. */
const METRES_PER_DEGREE = 111_195;

/** The benchmark's plane on the globe: places for the platform, nodes for travel times. */
export interface ReplayPlaces {
  restaurant(index: number): LatLng;
  order(index: number): LatLng;
  courier(index: number): LatLng;
  /** The node of a place that one of the functions above gave. */
  nodeOf(place: LatLng): number;
}

export function placeOnGlobe(instance: Instance, places: InstancePlaces): ReplayPlaces {
  const nodes = new Map<string, number>();
  const at = ({ x, y }: { readonly x: number; readonly y: number }): LatLng => ({
    lat: y / METRES_PER_DEGREE,
    lng: x / METRES_PER_DEGREE,
  });
  const nameOf = (place: LatLng): string => `${place.lat} ${place.lng}`;
  const note = (point: { readonly x: number; readonly y: number }, node: number): void => {
    // Points that coincide are the same distance from everywhere, so either node will do.
    if (!nodes.has(nameOf(at(point)))) nodes.set(nameOf(at(point)), node);
  };
  instance.restaurants.forEach((restaurant) => note(restaurant, places.restaurantNode.get(restaurant.id)!));
  instance.orders.forEach((order, index) => note(order, places.orderNode(index)));
  instance.couriers.forEach((courier, index) => note(courier, places.courierNode(index)));
  return {
    restaurant: (index) => at(instance.restaurants[index]!),
    order: (index) => at(instance.orders[index]!),
    courier: (index) => at(instance.couriers[index]!),
    nodeOf(place) {
      const node = nodes.get(nameOf(place));
      invariant(node !== undefined, `no place of the instance at ${nameOf(place)}`);
      return node;
    },
  };
}
