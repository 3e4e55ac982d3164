import type { Random } from '@halfhour/kernel';
import type { Recreate } from './recreate.ts';
import { MAX_ROUTE_ORDERS, type Routes } from './routes.ts';
import type { Ruin } from './ruin.ts';

const START_TEMPERATURE_SECONDS = 120;
const END_TEMPERATURE_SECONDS = 5;
const BLINK_RATE = 0.02;
/** Unserved orders that are tried along with those taken out. */
const MAX_RETRIED = 4;
/** How often a step begins at an order that is new. */
const FOCUS_RATE = 0.5;
/** Steps between two questions about the budget. */
const STEPS_A_LOOK = 16;

/**
 * Ruin and recreate with annealing (Schrimpf et al. 2000): take a few related orders out, put them back by
 * regret, keep the result when it is better or, while warm, a little worse. `progress` says what share of the
 * budget is used after so many steps; the temperature follows it. Ends on the best plan it saw.
 */
export function improve(
  routes: Routes,
  ruin: Ruin,
  recreate: Recreate,
  random: Random,
  fresh: readonly number[],
  progress: (steps: number) => number,
): void {
  const orderCount = routes.problem.openCount;
  if (orderCount === 0 || routes.problem.courierCount === 0) return;
  const saved = new SavedRoutes(routes);
  const best = new BestRoutes(routes);
  let cost = totalCost(routes);
  let bestCost = cost;
  let temperature = START_TEMPERATURE_SECONDS;
  for (let step = 0; ; step++) {
    if (step % STEPS_A_LOOK === 0) {
      const used = progress(step);
      if (!(used < 1)) break;
      temperature = START_TEMPERATURE_SECONDS * (END_TEMPERATURE_SECONDS / START_TEMPERATURE_SECONDS) ** used;
    }
    const focused = fresh.length > 0 && random.next() < FOCUS_RATE;
    const removed = ruin.choose(focused ? random.pick(fresh) : random.below(orderCount));
    const retried = someUnserved(routes, random);
    const pending = removed.concat(retried);
    if (pending.length === 0) continue;
    saved.begin();
    let change = 0;
    for (const order of retried) change -= routes.problem.unservedCost[order]!;
    for (const order of removed) {
      saved.keep(routes.courierOf[order]!);
      routes.remove(order);
    }
    recreate.run(pending, BLINK_RATE, (courier) => saved.keep(courier));
    for (const order of pending) {
      if (routes.courierOf[order]! < 0) change += routes.problem.unservedCost[order]!;
    }
    change += saved.change();
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

function totalCost(routes: Routes): number {
  let total = 0;
  for (const cost of routes.costs) total += cost;
  for (const order of routes.unserved) total += routes.problem.unservedCost[order]!;
  return total;
}

function someUnserved(routes: Routes, random: Random): number[] {
  const { unserved } = routes;
  if (unserved.length <= MAX_RETRIED) return [...unserved];
  const start = random.below(unserved.length);
  return Array.from({ length: MAX_RETRIED }, (_, k) => unserved[(start + k) % unserved.length]!);
}

/** Stops and legs of some routes as they once were. */
class RouteCopies {
  private readonly routes: Routes;
  private readonly width: number;
  private stops: Int32Array;
  private legs: Float64Array;
  private counts: Int32Array;

  constructor(routes: Routes, slots: number) {
    this.routes = routes;
    // All that a courier can have on board besides its plan.
    const carried = Math.max(
      0,
      ...routes.problem.state.couriers.map(({ carrying }) => carrying?.length ?? 0),
    );
    this.width = 2 * MAX_ROUTE_ORDERS + carried;
    this.stops = new Int32Array(slots * this.width);
    this.legs = new Float64Array(slots * this.width);
    this.counts = new Int32Array(slots);
  }

  take(slot: number, courier: number): void {
    this.counts[slot] = this.routes.copyRoute(courier, this.stops, this.legs, slot * this.width);
  }

  putBack(slot: number, courier: number): void {
    const at = slot * this.width;
    this.routes.setRoute(courier, this.stops.subarray(at), this.counts[slot]!, this.legs.subarray(at));
  }
}

/** The routes that a step has touched, as they were before it. */
class SavedRoutes {
  private readonly routes: Routes;
  /** The couriers whose routes this step has changed. */
  readonly touched: number[] = [];
  private readonly copies: RouteCopies;
  private readonly costs: number[] = [];
  private readonly stamp: Int32Array;
  private step = 0;

  constructor(routes: Routes) {
    this.routes = routes;
    // A step touches at most the couriers of five removed and nine inserted orders.
    this.copies = new RouteCopies(routes, 16);
    this.stamp = new Int32Array(routes.problem.courierCount);
  }

  begin(): void {
    this.step++;
    this.touched.length = 0;
  }

  keep(courier: number): void {
    if (this.stamp[courier] === this.step) return;
    this.stamp[courier] = this.step;
    const slot = this.touched.length;
    this.touched.push(courier);
    this.costs[slot] = this.routes.costs[courier]!;
    this.copies.take(slot, courier);
  }

  change(): number {
    let change = 0;
    for (let slot = 0; slot < this.touched.length; slot++) {
      change += this.routes.costs[this.touched[slot]!]! - this.costs[slot]!;
    }
    return change;
  }

  restore(): void {
    for (const courier of this.touched) this.routes.clear(courier);
    for (let slot = 0; slot < this.touched.length; slot++) this.copies.putBack(slot, this.touched[slot]!);
  }
}

/** The best plan so far; only routes that were changed since it was seen are copied or put back. */
class BestRoutes {
  private readonly routes: Routes;
  private readonly copies: RouteCopies;
  private readonly changed = new Set<number>();

  constructor(routes: Routes) {
    this.routes = routes;
    const count = routes.problem.courierCount;
    this.copies = new RouteCopies(routes, count);
    for (let courier = 0; courier < count; courier++) this.copies.take(courier, courier);
  }

  touch(couriers: readonly number[]): void {
    for (const courier of couriers) this.changed.add(courier);
  }

  store(): void {
    for (const courier of this.changed) this.copies.take(courier, courier);
    this.changed.clear();
  }

  restore(): void {
    for (const courier of this.changed) this.routes.clear(courier);
    for (const courier of this.changed) this.copies.putBack(courier, courier);
  }
}
