import type { Instance } from './instance.ts';
import { travelMinutes } from './places.ts';
import type { Solution } from './solution.ts';

/** The benchmark's figures, computed as its public evaluator does; minutes. Means over nothing are 0. */
export interface Metrics {
  readonly orders: number;
  readonly delivered: number;
  readonly clickToDoorMean: number;
  readonly clickToDoorP90: number;
  readonly readyToPickupMean: number;
  readonly readyToPickupP90: number;
  /** Minutes past the target, over all delivered orders. */
  readonly overageMean: number;
  /** Delivered orders past the maximum click-to-door. */
  readonly over90: number;
  /** Driving and service over shift time, mean over couriers. */
  readonly courierUtilisation: number;
  readonly payTotal: number;
  readonly payPerOrder: number;
  readonly ordersPerBundle: number;
}

export function metricsOf(instance: Instance, solution: Solution): Metrics {
  const { parameters } = instance;
  const clickToDoor = solution.orders.map((order) => order.dropMinute - order.placedMinute);
  const readyToPickup = solution.orders.map((order) => order.pickupMinute - order.readyMinute);
  const places = new Map(
    [...instance.restaurants, ...instance.orders, ...instance.couriers].map((place) => [place.id, place]),
  );
  const busy = new Map<string, number>();
  const served = new Map<string, number>();
  const add = (counts: Map<string, number>, id: string, amount: number): void => {
    counts.set(id, (counts.get(id) ?? 0) + amount);
  };
  for (const { courier, origin, destination } of solution.moves) {
    const from = places.get(origin === '0' ? courier : origin)!;
    add(busy, courier, travelMinutes(from, places.get(destination)!, parameters.metresPerMinute));
  }
  for (const { courier } of solution.assignments) add(busy, courier, parameters.pickupServiceMinutes);
  for (const { courier } of solution.orders) {
    add(busy, courier, parameters.dropServiceMinutes);
    add(served, courier, 1);
  }
  let payTotal = 0;
  const utilisation: number[] = [];
  for (const { id, onMinute, offMinute } of instance.couriers) {
    const shift = offMinute - onMinute;
    payTotal += Math.max(
      parameters.payPerOrder * (served.get(id) ?? 0),
      (parameters.guaranteedPayPerHour * shift) / 60,
    );
    utilisation.push(shift > 0 ? (busy.get(id) ?? 0) / shift : 0);
  }
  const delivered = solution.orders.length;
  return {
    orders: instance.orders.length,
    delivered,
    clickToDoorMean: mean(clickToDoor),
    clickToDoorP90: percentile(clickToDoor, 0.9),
    readyToPickupMean: mean(readyToPickup),
    readyToPickupP90: percentile(readyToPickup, 0.9),
    overageMean: mean(clickToDoor.map((minutes) => Math.max(0, minutes - parameters.targetMinutes))),
    over90: clickToDoor.filter((minutes) => minutes > parameters.maximumMinutes).length,
    courierUtilisation: mean(utilisation),
    payTotal,
    payPerOrder: delivered === 0 ? 0 : payTotal / delivered,
    ordersPerBundle: mean(solution.assignments.map(({ orders }) => orders.length)),
  };
}

/** Mean click-to-door that no method can pass. */
export function clickToDoorFloor(instance: Instance): number {
  return mean(clickToDoorFloors(instance));
}

/** The least click-to-door of each order: picked up when ready and driven straight. */
export function clickToDoorFloors(instance: Instance): number[] {
  const { metresPerMinute, pickupServiceMinutes, dropServiceMinutes } = instance.parameters;
  const restaurants = new Map(instance.restaurants.map((restaurant) => [restaurant.id, restaurant]));
  return instance.orders.map(
    (order) =>
      order.readyMinute -
      order.placedMinute +
      pickupServiceMinutes / 2 +
      travelMinutes(restaurants.get(order.restaurant)!, order, metresPerMinute) +
      dropServiceMinutes / 2,
  );
}

/**
 * Orders that nobody can deliver: no courier, going there at once and with nothing else to do, could pick it up
 * in its shift.
 */
export function countUnreachable(instance: Instance): number {
  const { metresPerMinute, pickupServiceMinutes } = instance.parameters;
  const restaurants = new Map(instance.restaurants.map((restaurant) => [restaurant.id, restaurant]));
  return instance.orders.filter((order) => {
    const restaurant = restaurants.get(order.restaurant)!;
    return instance.couriers.every(
      (courier) =>
        Math.max(
          order.readyMinute,
          courier.onMinute + travelMinutes(courier, restaurant, metresPerMinute) + pickupServiceMinutes / 2,
        ) > courier.offMinute,
    );
  }).length;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear between ranks, as pandas has it. */
function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * share;
  const low = Math.floor(rank);
  const high = Math.ceil(rank);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (rank - low);
}
