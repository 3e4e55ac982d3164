import type { CourierState, DispatchState, OpenOrder, TravelTimes } from '@halfhour/engines/dispatch';
import { type Random, normal, seededRandom } from '@halfhour/kernel';

/** Couriers ride 18 km/h along streets. */
const METRES_PER_SECOND = 5;
const NOW_SECONDS = 12 * 3_600;
export const PROMISE_SECONDS = 40 * 60;
/** Couriers a square kilometre, as in a city centre at noon. */
const COURIERS_A_KM2 = 5;
const ORDERS_A_STORE = 5;

/** A city of a size, from which snapshots are taken and orders come in. */
export interface SnapshotCity {
  readonly state: DispatchState;
  /** The same city so many seconds later, with new orders in it. */
  later(seconds: number, newOrders: number): DispatchState;
}

/**
 * Open orders and couriers on a plane whose streets run east and north: a way is as long as both together. Stores
 * stand in clusters, doors around them within a few kilometres, couriers anywhere; a third of them come free
 * within ten minutes, the others are. Orders were placed within the last 15 minutes, are ready 10 to 25 minutes
 * after that, and are promised within 40. The same counts and seed give the same city.
 */
export function snapshotCity(orderCount: number, courierCount: number, seed = 'snapshots'): SnapshotCity {
  const random = seededRandom(seed);
  const side = 1_000 * Math.sqrt(courierCount / COURIERS_A_KM2);
  const xs: number[] = [];
  const ys: number[] = [];
  const place = (x: number, y: number): number => {
    xs.push(Math.max(0, Math.min(side, x)));
    ys.push(Math.max(0, Math.min(side, y)));
    return xs.length - 1;
  };
  const centres = Array.from({ length: Math.max(1, Math.round(side / 1_500) ** 2) }, () => [
    random.next() * side,
    random.next() * side,
  ]);
  const stores = Array.from({ length: Math.max(1, Math.round(orderCount / ORDERS_A_STORE)) }, () => {
    const [x, y] = random.pick(centres) as [number, number];
    return place(normal(random, x, 400), normal(random, y, 400));
  });
  const couriers = Array.from({ length: courierCount }, (_, key): CourierState => {
    const busy = random.next() < 1 / 3;
    return {
      key,
      node: place(random.next() * side, random.next() * side),
      freeAtSeconds: busy ? NOW_SECONDS + random.below(600) : NOW_SECONDS - random.below(1_200),
      onAtSeconds: NOW_SECONDS - 3_600,
      offAtSeconds: NOW_SECONDS + 2 * 3_600 + random.below(7_200),
      maxOrders: 4,
    };
  });
  const orders = Array.from({ length: orderCount }, (_, key) =>
    orderOf(random, key, NOW_SECONDS - random.below(900), random.pick(stores), place, xs, ys),
  );
  const travel: TravelTimes = {
    seconds: (from, to) =>
      Math.ceil((Math.abs(xs[from]! - xs[to]!) + Math.abs(ys[from]! - ys[to]!)) / METRES_PER_SECOND),
    plane: { x: (node) => xs[node]!, y: (node) => ys[node]!, fastestMetresPerSecond: METRES_PER_SECOND },
  };
  const state = { nowSeconds: NOW_SECONDS, nextTickSeconds: NOW_SECONDS + 20, couriers, orders, travel };
  return {
    state,
    later(seconds, newOrders) {
      const nowSeconds = NOW_SECONDS + seconds;
      const fresh = Array.from({ length: newOrders }, (_, index) =>
        orderOf(random, orderCount + index, nowSeconds, random.pick(stores), place, xs, ys),
      );
      return { ...state, nowSeconds, nextTickSeconds: nowSeconds + 20, orders: [...orders, ...fresh] };
    },
  };
}

function orderOf(
  random: Random,
  key: number,
  placedAtSeconds: number,
  storeNode: number,
  place: (x: number, y: number) => number,
  xs: readonly number[],
  ys: readonly number[],
): OpenOrder {
  return {
    key,
    placedAtSeconds,
    readyAtSeconds: placedAtSeconds + 600 + random.below(900),
    storeNode,
    dropNode: place(normal(random, xs[storeNode]!, 1_200), normal(random, ys[storeNode]!, 1_200)),
    dueAtSeconds: placedAtSeconds + PROMISE_SECONDS,
    latestAtSeconds: placedAtSeconds + 90 * 60,
  };
}
