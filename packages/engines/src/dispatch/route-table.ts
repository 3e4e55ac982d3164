import { availableAtSeconds, halfAfter, halfBefore } from './commitment.ts';
import type { CourierState, DispatchPolicy, DispatchState, OpenOrder, TravelTimes } from './types.ts';

/** Orders one courier's plan holds at most; a plan beyond the next hour would not survive anyway. */
export const MAX_ROUTE_ORDERS = 16;
const STRIDE = MAX_ROUTE_ORDERS + 1;
/** Times are kept relative to now in 32 bits; shifts that never end are clamped. */
const FAR_SECONDS = 0x2fff_ffff;

/**
 * The routes of all couriers in flat arrays. A route is a row of orders; `joins` says whether an order is
 * in the bundle of the one before it. For each place where a bundle begins, and for the end, the time,
 * node and cost so far are kept, so that a trial insertion simulates only what comes after it, on one
 * scratch row and without copies. One long file, because all of it works on the same arrays.
 */
export class RouteTable {
  readonly orders: readonly OpenOrder[];
  readonly couriers: readonly CourierState[];
  readonly nowSeconds: number;
  /** Courier of each order, -1 where none. */
  readonly courierOf: Int32Array;
  readonly lengths: Int32Array;
  /** Cost of each route in seconds. */
  readonly costs: Float64Array;
  /**
   * What leaving an order costs: the policy's price on top of its cost if it were fetched when ready and
   * driven straight. Without the latter an order placed hours ahead would seem too late from the start.
   */
  readonly unservedCosts: Float64Array;

  /** What `findInsertion` found. */
  foundCost = 0;
  foundPosition = 0;
  /** 0: a bundle of its own, 1: joins the bundle before it, 2: becomes the first of the bundle after it. */
  foundMode = 0;

  private readonly travel: TravelTimes;
  private readonly policy: DispatchPolicy;
  private readonly sequence: Int32Array;
  private readonly joins: Uint8Array;
  private readonly startTime: Int32Array;
  private readonly startNode: Int32Array;
  private readonly startCost: Float64Array;
  private readonly store: Int32Array;
  private readonly drop: Int32Array;
  private readonly placed: Int32Array;
  private readonly ready: Int32Array;
  private readonly due: Int32Array;
  private readonly latest: Int32Array;
  private readonly arrived: Int32Array;
  private readonly off: Int32Array;
  private readonly capacity: Int32Array;
  private readonly halfPickup: number;
  private readonly restPickup: number;
  private readonly halfDrop: number;
  private readonly restDrop: number;
  private readonly trial = new Int32Array(STRIDE + 1);
  private readonly trialJoins = new Uint8Array(STRIDE + 1);

  constructor(state: DispatchState, policy: DispatchPolicy) {
    const { orders, couriers, nowSeconds } = state;
    this.orders = orders;
    this.couriers = couriers;
    this.nowSeconds = nowSeconds;
    this.travel = state.travel;
    this.policy = policy;
    const relative = (seconds: number): number =>
      Math.max(-FAR_SECONDS, Math.min(FAR_SECONDS, seconds - nowSeconds));
    this.store = Int32Array.from(orders, (order) => order.storeNode);
    this.drop = Int32Array.from(orders, (order) => order.dropNode);
    this.placed = Int32Array.from(orders, (order) => relative(order.placedAtSeconds));
    this.ready = Int32Array.from(orders, (order) => relative(order.readyAtSeconds));
    this.due = Int32Array.from(orders, (order) => relative(order.dueAtSeconds));
    this.latest = Int32Array.from(orders, (order) => relative(order.latestAtSeconds));
    this.arrived = Int32Array.from(couriers, (courier) =>
      relative(Math.max(courier.freeAtSeconds, courier.onAtSeconds)),
    );
    this.off = Int32Array.from(couriers, (courier) => relative(courier.offAtSeconds));
    this.capacity = Int32Array.from(couriers, (courier) =>
      Math.min(courier.maxOrders, policy.maxBundleOrders, MAX_ROUTE_ORDERS),
    );
    this.halfPickup = halfBefore(policy.pickupServiceSeconds);
    this.restPickup = halfAfter(policy.pickupServiceSeconds);
    this.halfDrop = halfBefore(policy.dropServiceSeconds);
    this.restDrop = halfAfter(policy.dropServiceSeconds);
    this.courierOf = new Int32Array(orders.length).fill(-1);
    this.lengths = new Int32Array(couriers.length);
    this.costs = new Float64Array(couriers.length);
    this.sequence = new Int32Array(couriers.length * STRIDE);
    this.joins = new Uint8Array(couriers.length * STRIDE);
    this.startTime = new Int32Array(couriers.length * STRIDE);
    this.startNode = new Int32Array(couriers.length * STRIDE);
    this.startCost = new Float64Array(couriers.length * STRIDE);
    const leastService = this.restPickup + this.halfDrop;
    this.unservedCosts = Float64Array.from(orders, (order, index) => {
      const straight = state.travel.seconds(order.storeNode, order.dropNode) + leastService;
      return policy.unservedCostSeconds + this.orderCost(index, Math.max(0, this.ready[index]!) + straight);
    });
    couriers.forEach((courier, index) => {
      this.startTime[index * STRIDE] = relative(availableAtSeconds(courier, nowSeconds));
      this.startNode[index * STRIDE] = courier.node;
    });
  }

  orderAt(courier: number, position: number): number {
    return this.sequence[courier * STRIDE + position]!;
  }

  /** Whether the order at `position` is in the bundle of the one before it. */
  joinsAt(courier: number, position: number): boolean {
    return this.joins[courier * STRIDE + position] === 1;
  }

  /**
   * Looks for the cheapest way to put `order` into the courier's route for less than `limit` extra cost.
   * Gives false where there is none, else sets the `found…` fields.
   */
  findInsertion(courier: number, order: number, limit: number): boolean {
    const length = this.lengths[courier]!;
    if (length >= MAX_ROUTE_ORDERS) return false;
    const base = courier * STRIDE;
    const { trial, trialJoins } = this;
    trial[0] = order;
    for (let k = 0; k < length; k++) {
      trial[k + 1] = this.sequence[base + k]!;
      trialJoins[k + 1] = this.joins[base + k]!;
    }
    const store = this.store[order]!;
    const before = this.costs[courier]!;
    let best = before + limit;
    let found = false;
    let bundleStart = 0;
    for (let position = 0; ; position++) {
      const atBoundary = position === length || this.joins[base + position] === 0;
      if (atBoundary) {
        trialJoins[position] = 0;
        const cost = this.simulate(courier, length + 1, position, best);
        if (cost < best) {
          best = cost;
          found = true;
          this.foundPosition = position;
          this.foundMode = 0;
        }
      }
      if (position > 0 && this.store[trial[position - 1]!] === store) {
        trialJoins[position] = 1;
        const cost = this.simulate(courier, length + 1, bundleStart, best);
        if (cost < best) {
          best = cost;
          found = true;
          this.foundPosition = position;
          this.foundMode = 1;
        }
      }
      if (position === length) break;
      if (atBoundary) {
        bundleStart = position;
        if (this.store[trial[position + 1]!] === store) {
          trialJoins[position] = 0;
          trialJoins[position + 1] = 1;
          const cost = this.simulate(courier, length + 1, position, best);
          trialJoins[position + 1] = 0;
          if (cost < best) {
            best = cost;
            found = true;
            this.foundPosition = position;
            this.foundMode = 2;
          }
        }
      }
      trial[position] = trial[position + 1]!;
      trialJoins[position] = trialJoins[position + 1]!;
      trial[position + 1] = order;
    }
    this.foundCost = best - before;
    return found;
  }

  insert(courier: number, order: number, position: number, mode: number): void {
    const base = courier * STRIDE;
    const length = this.lengths[courier]!;
    for (let k = base + length; k > base + position; k--) {
      this.sequence[k] = this.sequence[k - 1]!;
      this.joins[k] = this.joins[k - 1]!;
    }
    this.sequence[base + position] = order;
    this.joins[base + position] = mode === 1 ? 1 : 0;
    if (mode === 2) this.joins[base + position + 1] = 1;
    this.lengths[courier] = length + 1;
    this.courierOf[order] = courier;
    this.refresh(courier);
  }

  remove(order: number): void {
    const courier = this.courierOf[order]!;
    const base = courier * STRIDE;
    const length = this.lengths[courier]!;
    let at = base;
    while (this.sequence[at] !== order) at++;
    const wasStart = this.joins[at] === 0;
    for (let k = at; k < base + length - 1; k++) {
      this.sequence[k] = this.sequence[k + 1]!;
      this.joins[k] = this.joins[k + 1]!;
    }
    if (wasStart) this.joins[at] = 0;
    this.lengths[courier] = length - 1;
    this.courierOf[order] = -1;
    this.refresh(courier);
  }

  /** Takes all orders out of a route. */
  clear(courier: number): void {
    const base = courier * STRIDE;
    for (let k = 0; k < this.lengths[courier]!; k++) this.courierOf[this.sequence[base + k]!] = -1;
    this.lengths[courier] = 0;
    this.costs[courier] = 0;
  }

  /** Fills an empty route; gives false and leaves it empty where the route breaks a rule by now. */
  setRoute(courier: number, orders: ArrayLike<number>, joins: ArrayLike<number>, length: number): boolean {
    const base = courier * STRIDE;
    for (let k = 0; k < length; k++) {
      this.sequence[base + k] = orders[k]!;
      this.joins[base + k] = joins[k]!;
      this.courierOf[orders[k]!] = courier;
    }
    this.lengths[courier] = length;
    if (this.refresh(courier)) return true;
    this.clear(courier);
    return false;
  }

  /** Copies a route out, for taking a step back or for keeping the best. */
  copyRoute(courier: number, orders: Int32Array, joins: Uint8Array, at: number): number {
    const base = courier * STRIDE;
    const length = this.lengths[courier]!;
    for (let k = 0; k < length; k++) {
      orders[at + k] = this.sequence[base + k]!;
      joins[at + k] = this.joins[base + k]!;
    }
    return length;
  }

  private refresh(courier: number): boolean {
    const base = courier * STRIDE;
    const length = this.lengths[courier]!;
    for (let k = 0; k < length; k++) {
      this.trial[k] = this.sequence[base + k]!;
      this.trialJoins[k] = this.joins[base + k]!;
    }
    const cost = this.simulate(courier, length, 0, Infinity, true);
    this.costs[courier] = cost;
    return cost < Infinity;
  }

  /** Click-to-door in seconds, more of it past the due time and much more past the latest. */
  private orderCost(order: number, dropAt: number): number {
    let cost = dropAt - this.placed[order]!;
    const late = dropAt - this.due[order]!;
    if (late > 0) {
      cost += this.policy.overageWeight * late;
      const beyond = dropAt - this.latest[order]!;
      if (beyond > 0) cost += this.policy.beyondLatestWeight * beyond;
    }
    return cost;
  }

  /** Cost of the trial row from the bundle that begins at `start`, or Infinity where it breaks a rule or reaches `limit`. */
  private simulate(courier: number, length: number, start: number, limit: number, keep = false): number {
    const base = courier * STRIDE;
    const { trial, trialJoins, travel } = this;
    let time = this.startTime[base + start]!;
    let node = this.startNode[base + start]!;
    let cost = this.startCost[base + start]!;
    let at = start;
    while (at < length) {
      const first = trial[at]!;
      const store = this.store[first]!;
      let ready = this.ready[first]!;
      let end = at + 1;
      for (; end < length && trialJoins[end] === 1; end++) {
        const other = this.ready[trial[end]!]!;
        if (other > ready) ready = other;
      }
      if (end - at > this.capacity[courier]!) return Infinity;
      let pickup: number;
      if (at === 0 && node === store) {
        pickup = this.arrived[courier]! + this.halfPickup;
        if (pickup < time) pickup = time;
      } else {
        pickup = time + travel.seconds(node, store) + this.halfPickup;
      }
      if (pickup < ready) pickup = ready;
      if (pickup > this.off[courier]!) return Infinity;
      time = pickup + this.restPickup;
      node = store;
      for (; at < end; at++) {
        const order = trial[at]!;
        const door = this.drop[order]!;
        const dropAt = time + travel.seconds(node, door) + this.halfDrop;
        cost += this.orderCost(order, dropAt);
        if (cost >= limit) return Infinity;
        time = dropAt + this.restDrop;
        node = door;
      }
      if (keep) {
        this.startTime[base + at] = time;
        this.startNode[base + at] = node;
        this.startCost[base + at] = cost;
      }
    }
    return cost;
  }
}
