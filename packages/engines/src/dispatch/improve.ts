import type { Random } from '@halfhour/kernel';
import type { Recreate } from './recreate.ts';
import { MAX_ROUTE_ORDERS, type RouteTable } from './route-table.ts';
import type { Ruin } from './ruin.ts';

const START_TEMPERATURE_SECONDS = 120;
const END_TEMPERATURE_SECONDS = 5;
const BLINK_RATE = 0.02;
/** Unserved orders that are tried along with those taken out. */
const MAX_RETRIED = 4;

/**
 * Ruin and recreate with annealing (Schrimpf et al. 2000): take a few related orders out, put them back by
 * regret, keep the result when it is better or, while warm, a little worse. Ends on the best plan it saw.
 */
export function improve(
  routes: RouteTable,
  ruin: Ruin,
  recreate: Recreate,
  random: Random,
  iterations: number,
): void {
  const orderCount = routes.orders.length;
  const courierCount = routes.couriers.length;
  if (orderCount === 0 || courierCount === 0 || iterations === 0) return;
  const saved = new SavedRoutes(routes);
  const best = new BestRoutes(routes);
  let cost = totalCost(routes);
  let bestCost = cost;
  const cooling = (END_TEMPERATURE_SECONDS / START_TEMPERATURE_SECONDS) ** (1 / iterations);
  let temperature = START_TEMPERATURE_SECONDS;
  for (let step = 0; step < iterations; step++, temperature *= cooling) {
    const removed = ruin.choose(random.below(orderCount));
    const pending = removed.concat(someUnserved(routes, random));
    if (pending.length === 0) continue;
    saved.begin();
    for (const order of removed) {
      saved.keep(routes.courierOf[order]!);
      routes.remove(order);
    }
    recreate.run(pending, BLINK_RATE, (courier) => saved.keep(courier));
    let change = saved.change();
    for (let k = 0; k < pending.length; k++) {
      const order = pending[k]!;
      if (routes.courierOf[order]! < 0) change += routes.unservedCosts[order]!;
      if (k >= removed.length) change -= routes.unservedCosts[order]!;
    }
    if (change <= 0 || random.next() < Math.exp(-change / temperature)) {
      cost += change;
      best.touch(saved.touched);
      if (cost < bestCost - 1e-6) {
        bestCost = cost;
        best.store();
      }
    } else {
      saved.restore();
    }
  }
  if (cost > bestCost + 1e-6) best.restore();
}

function totalCost(routes: RouteTable): number {
  let total = 0;
  for (let courier = 0; courier < routes.couriers.length; courier++) total += routes.costs[courier]!;
  for (let order = 0; order < routes.orders.length; order++) {
    if (routes.courierOf[order]! < 0) total += routes.unservedCosts[order]!;
  }
  return total;
}

function someUnserved(routes: RouteTable, random: Random): number[] {
  const unserved: number[] = [];
  const count = routes.orders.length;
  const start = random.below(count);
  for (let k = 0; k < count && unserved.length < MAX_RETRIED; k++) {
    const order = (start + k) % count;
    if (routes.courierOf[order]! < 0) unserved.push(order);
  }
  return unserved;
}

/** The routes that a step has touched, as they were before it. */
class SavedRoutes {
  private readonly routes: RouteTable;
  /** The couriers whose routes this step has changed. */
  readonly touched: number[] = [];
  private readonly lengths: number[] = [];
  private readonly costs: number[] = [];
  private readonly stamp: Int32Array;
  private step = 0;
  private orders = new Int32Array(32 * MAX_ROUTE_ORDERS);
  private joins = new Uint8Array(32 * MAX_ROUTE_ORDERS);

  constructor(routes: RouteTable) {
    this.routes = routes;
    this.stamp = new Int32Array(routes.couriers.length);
  }

  begin(): void {
    this.step++;
    this.touched.length = 0;
  }

  /** A step touches at most the couriers of five removed and nine inserted orders, so 32 rows suffice. */
  keep(courier: number): void {
    if (this.stamp[courier] === this.step) return;
    this.stamp[courier] = this.step;
    const slot = this.touched.length;
    this.touched.push(courier);
    this.costs[slot] = this.routes.costs[courier]!;
    this.lengths[slot] = this.routes.copyRoute(courier, this.orders, this.joins, slot * MAX_ROUTE_ORDERS);
  }

  change(): number {
    let change = 0;
    this.touched.forEach((courier, slot) => (change += this.routes.costs[courier]! - this.costs[slot]!));
    return change;
  }

  restore(): void {
    for (const courier of this.touched) this.routes.clear(courier);
    this.touched.forEach((courier, slot) => {
      const at = slot * MAX_ROUTE_ORDERS;
      this.routes.setRoute(courier, this.orders.subarray(at), this.joins.subarray(at), this.lengths[slot]!);
    });
  }
}

/** The best plan so far; only routes that were changed since it was seen are copied or put back. */
class BestRoutes {
  private readonly routes: RouteTable;
  private readonly orders: Int32Array;
  private readonly joins: Uint8Array;
  private readonly lengths: Int32Array;
  private readonly changed = new Set<number>();

  constructor(routes: RouteTable) {
    this.routes = routes;
    const count = routes.couriers.length;
    this.orders = new Int32Array(count * MAX_ROUTE_ORDERS);
    this.joins = new Uint8Array(count * MAX_ROUTE_ORDERS);
    this.lengths = new Int32Array(count);
    for (let courier = 0; courier < count; courier++) this.changed.add(courier);
    this.store();
  }

  touch(couriers: readonly number[]): void {
    for (const courier of couriers) this.changed.add(courier);
  }

  store(): void {
    for (const courier of this.changed) {
      const at = courier * MAX_ROUTE_ORDERS;
      this.lengths[courier] = this.routes.copyRoute(courier, this.orders, this.joins, at);
    }
    this.changed.clear();
  }

  restore(): void {
    for (const courier of this.changed) this.routes.clear(courier);
    for (const courier of this.changed) {
      const at = courier * MAX_ROUTE_ORDERS;
      this.routes.setRoute(
        courier,
        this.orders.subarray(at),
        this.joins.subarray(at),
        this.lengths[courier]!,
      );
    }
  }
}
