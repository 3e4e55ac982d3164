import type { PromiseCase, PromiseModel } from '@halfhour/engines/promise';
import { type Instance, type Solution, travelMinutes } from '@halfhour/twin/mdrp';

/** An order of a played day, what it was promised, and when it came. */
export interface PromisedOrder {
  readonly day: number;
  readonly order: PromiseCase;
  readonly quantiles: readonly number[];
  readonly earliestSeconds: number;
  readonly latestSeconds: number;
  /** From the placement; Infinity where it was never delivered. */
  readonly tookSeconds: number;
}

/**
 * Goes through a played day in its order: a promise at each placement, from what is known then (open orders, couriers
 * on shift, who waits at a store), and a lesson at each delivery. Orders that never came are a lesson at the end.
 *
 * @param estimatedReadyMinutes what stores said, where they did not know
 */
export function promiseDay(
  model: PromiseModel,
  day: number,
  instance: Instance,
  solution: Solution,
  estimatedReadyMinutes: readonly number[] | undefined,
): PromisedOrder[] {
  const fates = new Map(solution.orders.map((fate) => [fate.order, fate]));
  const restaurants = new Map(instance.restaurants.map((restaurant) => [restaurant.id, restaurant]));
  const seed = instance.name.slice(0, 1);
  const happenings = instance.orders
    .flatMap(({ id, placedMinute, readyMinute }, index) => {
      const fate = fates.get(id);
      const placed = { minute: placedMinute, kind: 'placed' as const, index };
      const ready = { minute: readyMinute, kind: 'ready' as const, index };
      if (fate === undefined) return [placed, ready];
      return [
        placed,
        ready,
        { minute: fate.pickupMinute, kind: 'picked_up' as const, index },
        { minute: fate.dropMinute, kind: 'delivered' as const, index },
      ];
    })
    // What is over in a minute is known to who orders in it.
    .sort((a, b) => a.minute - b.minute || RANK[a.kind] - RANK[b.kind] || a.index - b.index);

  const promised: PromisedOrder[] = [];
  const promisedOf = new Map<number, PromisedOrder>();
  const waiting = new Map<number, number>();
  let openOrders = 0;
  for (const { minute, kind, index } of happenings) {
    if (kind === 'ready') waiting.set(index, minute);
    else if (kind === 'picked_up') waiting.delete(index);
    else if (kind === 'delivered') {
      openOrders--;
      const { order, quantiles, tookSeconds } = promisedOf.get(index)!;
      model.learn(order, quantiles, tookSeconds);
    } else {
      const placed = instance.orders[index]!;
      const restaurant = restaurants.get(placed.restaurant)!;
      const waits = [...waiting.values()].map((since) => minute - since);
      const order: PromiseCase = {
        // Restaurants are numbered anew in each instance; where they stand tells them apart.
        storeKey: `${seed} ${restaurant.x} ${restaurant.y}`,
        preparationSeconds: 60 * ((estimatedReadyMinutes?.[index] ?? placed.readyMinute) - minute),
        travelSeconds: 60 * travelMinutes(restaurant, placed, instance.parameters.metresPerMinute),
        secondOfDay: (60 * minute) % 86_400,
        load: {
          openOrders,
          couriersOnShift: instance.couriers.filter(
            (each) => each.onMinute <= minute && minute < each.offMinute,
          ).length,
          readyWaitSeconds:
            waits.length === 0 ? 0 : (60 * waits.reduce((sum, wait) => sum + wait, 0)) / waits.length,
        },
      };
      const { quantiles, earliestSeconds, latestSeconds } = model.promise(order);
      const fate = fates.get(placed.id);
      const tookSeconds = fate === undefined ? Infinity : 60 * (fate.dropMinute - minute);
      const one = { day, order, quantiles, earliestSeconds, latestSeconds, tookSeconds };
      promised.push(one);
      promisedOf.set(index, one);
      openOrders++;
    }
  }
  for (const { order, quantiles, tookSeconds } of promised) {
    if (tookSeconds === Infinity) model.learn(order, quantiles, tookSeconds);
  }
  return promised;
}

const RANK = { ready: 0, picked_up: 1, delivered: 2, placed: 3 };
