import type { Random } from '@halfhour/kernel';
import type { RouteTable } from './route-table.ts';
import type { DispatchState } from './types.ts';

const NEIGHBOURS = 16;
const MAX_REMOVED = 5;

/**
 * Chooses up to five orders to take out together: related ones (Shaw 1998), near in store, door and ready
 * time, or a stretch of one courier's route. What is unrelated could only be put back where it was.
 */
export class Ruin {
  private readonly state: DispatchState;
  private readonly routes: RouteTable;
  private readonly random: Random;
  private readonly neighbours: (Int32Array | undefined)[];

  constructor(state: DispatchState, routes: RouteTable, random: Random) {
    this.state = state;
    this.routes = routes;
    this.random = random;
    this.neighbours = new Array<Int32Array | undefined>(state.orders.length);
  }

  /** The orders to take out, all of them with a courier now; the first is `seed` where that has one. */
  choose(seed: number): number[] {
    const { routes, random } = this;
    const count = 1 + random.below(MAX_REMOVED);
    const chosen: number[] = [];
    const courier = routes.courierOf[seed]!;
    if (courier >= 0) chosen.push(seed);
    if (courier >= 0 && random.next() < 0.3) {
      for (let k = 0; k < routes.lengths[courier]! && chosen.length < count; k++) {
        const order = routes.orderAt(courier, k);
        if (order !== seed) chosen.push(order);
      }
    }
    for (const other of this.neighboursOf(seed)) {
      if (chosen.length >= count) break;
      if (routes.courierOf[other]! >= 0 && !chosen.includes(other) && random.next() < 0.6) chosen.push(other);
    }
    return chosen;
  }

  /** The nearest orders, found by one pass when an order is first chosen: most orders of a tick never are. */
  private neighboursOf(seed: number): Int32Array {
    const known = this.neighbours[seed];
    if (known !== undefined) return known;
    const { orders, travel } = this.state;
    const own = orders[seed]!;
    const nearest = new Int32Array(NEIGHBOURS);
    const distances = new Float64Array(NEIGHBOURS).fill(Infinity);
    let count = 0;
    for (let index = 0; index < orders.length; index++) {
      if (index === seed) continue;
      const order = orders[index]!;
      const distance =
        travel.seconds(own.storeNode, order.storeNode) +
        0.5 * travel.seconds(own.dropNode, order.dropNode) +
        0.5 * Math.abs(own.readyAtSeconds - order.readyAtSeconds);
      if (distance >= distances[NEIGHBOURS - 1]!) continue;
      let at = Math.min(count, NEIGHBOURS - 1);
      for (; at > 0 && distances[at - 1]! > distance; at--) {
        distances[at] = distances[at - 1]!;
        nearest[at] = nearest[at - 1]!;
      }
      distances[at] = distance;
      nearest[at] = index;
      if (count < NEIGHBOURS) count++;
    }
    const list = nearest.slice(0, count);
    this.neighbours[seed] = list;
    return list;
  }
}
