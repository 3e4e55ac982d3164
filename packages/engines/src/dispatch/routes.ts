import { DROP, FAR_SECONDS, LOAD_KINDS, PICKUP, type Problem, START } from './problem.ts';

/** Orders one courier's plan holds at most; a plan beyond the next hour would not survive anyway. */
export const MAX_ROUTE_ORDERS = 16;

/**
 * The routes of all couriers as linked stops in flat arrays: nothing is copied to try something out. A route is
 * a ring from the courier's start through pickups and drop-offs and back. A run of pickups at one store is one
 * visit: one service, left when the last of its orders is ready. Each stop knows its moment and its slack, how
 * much later it could be reached with all later pickups still in the shift. So an insertion asks for travel at
 * its own two stops alone, is refused in constant time, and is priced by carrying the delay along until a wait
 * has swallowed it. One long file, because all of it works on the same arrays.
 */
export class Routes {
  readonly problem: Problem;
  /** Courier of each order, -1 where none. */
  readonly courierOf: Int32Array;
  /** Open orders of each courier. */
  readonly lengths: Int32Array;
  /** Cost of each route in weighed seconds. */
  readonly costs: Float64Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** When a pickup or drop-off is made, and from when on it could be but for the wait. */
  readonly moment: Float64Array;
  readonly arrival: Float64Array;
  /** Travel from the stop before. */
  readonly leg: Float64Array;
  /** Open orders without a courier, in no order. */
  readonly unserved: number[] = [];

  /** What `findInsertion` found: the cost, and the stops that pickup and drop-off come after. */
  foundCost = 0;
  foundPickupAfter = 0;
  foundDropAfter = 0;

  private readonly slack: Float64Array;
  /** Drop-offs from a stop on, and the waits from there on: what a delay there costs at least. */
  private readonly dropsFrom: Int32Array;
  private readonly waitsFrom: Float64Array;
  /** Orders on board after a stop, and what they take up. */
  private readonly onBoard: Int32Array;
  private readonly loads: Float64Array;
  private readonly unservedAt: Int32Array;
  private readonly carried: Int32Array;
  private readonly firstStart: number;
  private readonly kind: Uint8Array;
  private readonly node: Int32Array;
  private readonly before: Float64Array;
  private readonly after: Float64Array;
  private readonly multiStore: boolean;
  private readonly courierTimeWeight: number;
  private readonly scratch = new Float64Array(LOAD_KINDS);

  constructor(problem: Problem) {
    const { orderCount, openCount, courierCount, firstStart } = problem;
    this.problem = problem;
    this.firstStart = firstStart;
    this.kind = problem.kind;
    this.node = problem.node;
    this.before = problem.before;
    this.after = problem.after;
    this.multiStore = problem.policy.multiStoreRoutes;
    this.courierTimeWeight = problem.policy.courierTimeWeight;
    const stops = firstStart + courierCount;
    this.courierOf = new Int32Array(orderCount).fill(-1);
    this.lengths = new Int32Array(courierCount);
    this.costs = new Float64Array(courierCount);
    this.carried = new Int32Array(courierCount);
    this.next = new Int32Array(stops);
    this.previous = new Int32Array(stops);
    this.moment = new Float64Array(stops);
    this.arrival = new Float64Array(stops);
    this.leg = new Float64Array(stops);
    this.slack = new Float64Array(stops);
    this.dropsFrom = new Int32Array(stops);
    this.waitsFrom = new Float64Array(stops);
    this.onBoard = new Int32Array(stops);
    this.loads = new Float64Array(problem.hasLoads ? stops * LOAD_KINDS : 0);
    this.unservedAt = new Int32Array(openCount);
    for (let order = 0; order < openCount; order++) {
      this.unservedAt[order] = order;
      this.unserved.push(order);
    }
    for (let order = openCount; order < orderCount; order++) {
      const courier = problem.carrierOf[order]!;
      this.carried[courier] = this.carried[courier]! + 1;
      for (let kind = 0; problem.hasLoads && kind < LOAD_KINDS; kind++) {
        const at = (firstStart + courier) * LOAD_KINDS + kind;
        this.loads[at] = this.loads[at]! + problem.load[order * LOAD_KINDS + kind]!;
      }
    }
    for (let courier = 0; courier < courierCount; courier++) {
      const start = firstStart + courier;
      this.next[start] = start;
      this.previous[start] = start;
      this.moment[start] = problem.availableAt[courier]!;
      this.slack[start] = Infinity;
      this.onBoard[start] = this.carried[courier]!;
    }
  }

  startOf(courier: number): number {
    return this.firstStart + courier;
  }

  /** Whether a pickup belongs to the visit of the stop before it. */
  continuesVisit(before: number, stop: number): boolean {
    return (
      this.kind[stop] === PICKUP && this.kind[before] === PICKUP && this.node[stop] === this.node[before]
    );
  }

  /**
   * Looks for the cheapest way to put `order` into the courier's route for less than `limit` extra cost.
   * Gives false where there is none, else sets the `found…` fields.
   */
  findInsertion(courier: number, order: number, limit: number): boolean {
    const { problem, next, moment, onBoard } = this;
    if (this.lengths[courier]! >= MAX_ROUTE_ORDERS || !problem.fits(courier, order)) return false;
    this.foundCost = limit;
    this.foundPickupAfter = -1;
    const start = this.firstStart + courier;
    const store = this.node[2 * order]!;
    const fixed = problem.courierCost(courier, order);
    const off = problem.offAt[courier]!;
    for (let at = start; ;) {
      const after = next[at]!;
      if (
        this.multiStore ||
        onBoard[at] === 0 ||
        (this.kind[at] === PICKUP && this.node[at] === store && this.kind[after] === DROP)
      ) {
        if (moment[at]! > off) break;
        // Nothing after this can be at the door sooner than from here.
        const joins = this.kind[at] === PICKUP && this.node[at] === store;
        const leaves = joins ? moment[at]! : moment[at]! + this.after[at]!;
        const soonest = Math.max(leaves, problem.readyAt[order]!) + problem.straight[order]!;
        const least = fixed + problem.dropCost(order, soonest);
        if (least >= this.foundCost) break;
        // Nor can what follows a trip of its own be reached sooner than behind it.
        const isOwnTrip = !this.multiStore && onBoard[at] === 0;
        if (!isOwnTrip || least + this.leastDelayCost(after, soonest) < this.foundCost) {
          this.tryPickupAfter(courier, order, at, fixed, off);
        }
      }
      at = after;
      if (at === start) break;
    }
    return this.foundPickupAfter >= 0;
  }

  insert(courier: number, order: number, pickupAfter: number, dropAfter: number): void {
    this.link(2 * order, pickupAfter);
    this.link(2 * order + 1, dropAfter);
    this.take(courier, order);
    this.refresh(courier);
  }

  remove(order: number): void {
    const courier = this.courierOf[order]!;
    this.unlink(2 * order);
    this.unlink(2 * order + 1);
    this.leave(courier, order);
    this.refresh(courier);
  }

  /**
   * Fills an empty route with stops in sequence, asking for their legs where none are given. Gives false and
   * leaves the route empty where it breaks a rule.
   */
  setRoute(courier: number, stops: ArrayLike<number>, count: number, legs?: ArrayLike<number>): boolean {
    const start = this.firstStart + courier;
    let last = start;
    for (let k = 0; k < count; k++) {
      const stop = stops[k]!;
      this.next[last] = stop;
      this.previous[stop] = last;
      this.leg[stop] = legs === undefined ? this.legBetween(last, stop) : legs[k]!;
      last = stop;
      const order = stop >> 1;
      if (order >= this.problem.openCount) this.courierOf[order] = courier;
      else if (this.kind[stop] === PICKUP) this.take(courier, order);
    }
    this.next[last] = start;
    this.previous[start] = last;
    if (this.refresh(courier)) return true;
    this.clear(courier);
    return false;
  }

  /** Takes all stops out of a route, also those of orders on board. */
  clear(courier: number): void {
    const start = this.firstStart + courier;
    for (let stop = this.next[start]!; stop !== start; stop = this.next[stop]!) {
      const order = stop >> 1;
      if (order >= this.problem.openCount) this.courierOf[order] = -1;
      else if (this.kind[stop] === PICKUP) this.leave(courier, order);
    }
    this.next[start] = start;
    this.previous[start] = start;
    this.slack[start] = Infinity;
    this.costs[courier] = 0;
  }

  /** Copies a route's stops and legs out, for taking a step back or for keeping the best; gives their number. */
  copyRoute(courier: number, stops: Int32Array, legs: Float64Array, at: number): number {
    const start = this.firstStart + courier;
    let count = 0;
    for (let stop = this.next[start]!; stop !== start; stop = this.next[stop]!) {
      stops[at + count] = stop;
      legs[at + count] = this.leg[stop]!;
      count++;
    }
    return count;
  }

  /** Puts the drop-off of an order on board where it costs least. */
  insertCarried(order: number): void {
    const { problem } = this;
    const courier = problem.carrierOf[order]!;
    const start = this.firstStart + courier;
    const drop = 2 * order + 1;
    let best = Infinity;
    let bestAfter = start;
    for (let at = start; ;) {
      this.link(drop, at);
      if (this.refresh(courier) && this.costs[courier]! < best) {
        best = this.costs[courier]!;
        bestAfter = at;
      }
      this.unlink(drop);
      at = this.next[at]!;
      if (at === start) break;
    }
    this.link(drop, bestAfter);
    this.courierOf[order] = courier;
    this.refresh(courier);
  }

  /** Tries all drop-offs for a pickup right after `at`; improves on `foundCost`. */
  private tryPickupAfter(courier: number, order: number, at: number, fixed: number, off: number): void {
    const { problem, next, kind, node, moment, after } = this;
    const pickup = 2 * order;
    const door = node[pickup + 1]!;
    const start = this.firstStart + courier;
    if (!this.hasRoom(courier, order, at)) return;
    const pickupLeg = this.legBetween(at, pickup);
    const pickedUp = problem.pickupMoment(order, this.arrivalAt(at, moment[at]!, pickup, pickupLeg));
    if (pickedUp > off) return;
    let cost = fixed + problem.waitingCost(order, pickedUp) + this.courierTimeWeight * pickupLeg;
    let last = pickup;
    let lastMoment = pickedUp;
    for (let cursor = next[at]!; ;) {
      // The drop-off after `last`.
      const service = after[last]! + this.before[pickup + 1]!;
      const dropLeg =
        last === pickup ? problem.straight[order]! - service : problem.seconds(node[last]!, door);
      const dropped = lastMoment + service + dropLeg;
      let total = cost + problem.dropCost(order, dropped) + this.courierTimeWeight * dropLeg;
      if (total + this.leastDelayCost(cursor, dropped) < this.foundCost) {
        total += this.rejoinCost(courier, cursor, pickup + 1, dropped, this.foundCost - total);
        if (total < this.foundCost) {
          this.foundCost = total;
          this.foundPickupAfter = at;
          this.foundDropAfter = last;
        }
      }
      if (cursor === start) return;
      // Or carried on to the next stop. One store a route: up to the end of the bundle that it joined.
      if (!this.multiStore && (this.onBoard[this.previous[cursor]!] === 0 || kind[cursor] === PICKUP)) return;
      const leg = last === pickup ? this.legBetween(pickup, cursor) : this.leg[cursor]!;
      const arrival = this.arrivalAt(last, lastMoment, cursor, leg);
      const other = cursor >> 1;
      if (last === pickup) cost += this.courierTimeWeight * (leg - this.leg[cursor]!);
      if (kind[cursor] === PICKUP) {
        lastMoment = problem.pickupMoment(other, arrival);
        if (lastMoment > off || !this.hasRoom(courier, order, cursor)) return;
        cost += problem.waitingCost(other, lastMoment) - problem.waitingCost(other, moment[cursor]!);
      } else {
        lastMoment = arrival;
        cost += problem.dropCost(other, lastMoment) - problem.dropCost(other, moment[cursor]!);
      }
      if (cost >= this.foundCost && lastMoment >= moment[cursor]!) return;
      last = cursor;
      cursor = next[cursor]!;
    }
  }

  /**
   * Extra cost of all from `stop` on, when it comes behind `last` at `lastMoment`; Infinity beyond the shift, or
   * once it has reached `limit`.
   */
  private rejoinCost(courier: number, stop: number, last: number, lastMoment: number, limit: number): number {
    const { problem, next, kind, moment } = this;
    const start = this.firstStart + courier;
    if (stop === start) return 0;
    const leg = this.legBetween(last, stop);
    let arrival = this.arrivalAt(last, lastMoment, stop, leg);
    if (arrival - this.arrival[stop]! > this.slack[stop]!) return Infinity;
    let cost = this.courierTimeWeight * (leg - this.leg[stop]!);
    for (let cursor = stop; ;) {
      const order = cursor >> 1;
      let now = arrival;
      if (kind[cursor] === PICKUP) {
        now = problem.pickupMoment(order, arrival);
        cost += problem.waitingCost(order, now) - problem.waitingCost(order, moment[cursor]!);
      } else {
        cost += problem.dropCost(order, now) - problem.dropCost(order, moment[cursor]!);
      }
      const delay = now - moment[cursor]!;
      cursor = next[cursor]!;
      if (delay === 0 || cursor === start) return cost;
      if (delay > 0 && cost >= limit) return Infinity;
      arrival = this.arrival[cursor]! + delay;
    }
  }

  /** What it costs at least to reach `stop` only behind a drop-off at `dropped`, whatever the way between. */
  private leastDelayCost(stop: number, dropped: number): number {
    const earliest = dropped + this.after[1]! + this.before[stop]!;
    const delay = earliest - this.arrival[stop]! - this.waitsFrom[stop]!;
    return delay > 0 ? this.problem.policy.clickToDoorWeight * delay * this.dropsFrom[stop]! : 0;
  }

  private arrivalAt(before: number, moment: number, stop: number, leg: number): number {
    if (this.kind[stop] === PICKUP && this.node[stop] === this.node[before]) {
      if (this.kind[before] === PICKUP) return moment;
      if (this.kind[before] === START) return this.problem.standingAt[before - this.firstStart]!;
    }
    return moment + this.after[before]! + leg + this.before[stop]!;
  }

  private legBetween(before: number, stop: number): number {
    return this.problem.seconds(this.node[before]!, this.node[stop]!);
  }

  /** Whether the order has room from the stop on until the next drop-off. */
  private hasRoom(courier: number, order: number, stop: number): boolean {
    const { problem } = this;
    if (this.onBoard[stop]! + 1 > problem.maxOrders[courier]!) return false;
    for (let kind = 0; problem.hasLoads && kind < LOAD_KINDS; kind++) {
      const load = this.loads[stop * LOAD_KINDS + kind]! + problem.load[order * LOAD_KINDS + kind]!;
      if (load > problem.capacity[courier * LOAD_KINDS + kind]!) return false;
    }
    return true;
  }

  private link(stop: number, before: number): void {
    const after = this.next[before]!;
    this.next[before] = stop;
    this.previous[stop] = before;
    this.next[stop] = after;
    this.previous[after] = stop;
    this.leg[stop] = this.legBetween(before, stop);
    if (this.kind[after] !== START) this.leg[after] = this.legBetween(stop, after);
  }

  private unlink(stop: number): void {
    const before = this.previous[stop]!;
    const after = this.next[stop]!;
    this.next[before] = after;
    this.previous[after] = before;
    if (this.kind[after] !== START) this.leg[after] = this.legBetween(before, after);
  }

  private take(courier: number, order: number): void {
    this.courierOf[order] = courier;
    this.lengths[courier] = this.lengths[courier]! + 1;
    const place = this.unservedAt[order]!;
    const moved = this.unserved.pop()!;
    if (moved === order) return;
    this.unserved[place] = moved;
    this.unservedAt[moved] = place;
  }

  private leave(courier: number, order: number): void {
    this.courierOf[order] = -1;
    this.lengths[courier] = this.lengths[courier]! - 1;
    this.unservedAt[order] = this.unserved.length;
    this.unserved.push(order);
  }

  /** Times, loads, cost and slack of a route from its links and legs; false where it breaks a rule. */
  private refresh(courier: number): boolean {
    const { problem, next, kind, moment, onBoard } = this;
    const start = this.firstStart + courier;
    const off = problem.offAt[courier]!;
    const most = problem.maxOrders[courier]!;
    let feasible = true;
    let cost = 0;
    let previous = start;
    if (problem.hasLoads) this.loadFrom(start);
    for (let stop = next[start]!; stop !== start; stop = next[stop]!) {
      const order = stop >> 1;
      const leg = this.leg[stop]!;
      const arrival = this.arrivalAt(previous, moment[previous]!, stop, leg);
      this.arrival[stop] = arrival;
      cost += this.courierTimeWeight * leg;
      if (leg >= FAR_SECONDS) feasible = false;
      if (kind[stop] === PICKUP) {
        const now = problem.pickupMoment(order, arrival);
        moment[stop] = now;
        if (now > off || onBoard[previous]! >= most) feasible = false;
        if (!this.multiStore && onBoard[previous]! > 0 && !this.continuesVisit(previous, stop))
          feasible = false;
        onBoard[stop] = onBoard[previous]! + 1;
        cost += problem.courierCost(courier, order) + problem.waitingCost(order, now);
      } else {
        moment[stop] = arrival;
        onBoard[stop] = onBoard[previous]! - 1;
        cost += problem.dropCost(order, arrival);
      }
      if (problem.hasLoads && !this.loadAt(courier, stop)) feasible = false;
      previous = stop;
    }
    let slack = Infinity;
    let drops = 0;
    let waits = 0;
    for (let stop = previous; stop !== start; stop = this.previous[stop]!) {
      if (kind[stop] === PICKUP) {
        slack = Math.min(slack, off - moment[stop]!);
        // A wait for a time that is certain swallows a delay; for an expected one it may or may not.
        if (problem.certain[stop >> 1] === 1) {
          slack += moment[stop]! - this.arrival[stop]!;
          waits += moment[stop]! - this.arrival[stop]!;
        } else waits = Infinity;
      } else drops++;
      this.slack[stop] = slack;
      this.dropsFrom[stop] = drops;
      this.waitsFrom[stop] = waits;
    }
    this.slack[start] = Infinity;
    this.costs[courier] = cost;
    return feasible;
  }

  private loadFrom(start: number): void {
    for (let kind = 0; kind < LOAD_KINDS; kind++) this.scratch[kind] = this.loads[start * LOAD_KINDS + kind]!;
  }

  private loadAt(courier: number, stop: number): boolean {
    const { problem, scratch } = this;
    const sign = this.kind[stop] === PICKUP ? 1 : -1;
    let fits = true;
    for (let kind = 0; kind < LOAD_KINDS; kind++) {
      scratch[kind] = scratch[kind]! + sign * problem.load[(stop >> 1) * LOAD_KINDS + kind]!;
      this.loads[stop * LOAD_KINDS + kind] = scratch[kind]!;
      // What is on board from before is not the plan's fault.
      if (sign > 0 && scratch[kind]! > problem.capacity[courier * LOAD_KINDS + kind]!) fits = false;
    }
    return fits;
  }
}
