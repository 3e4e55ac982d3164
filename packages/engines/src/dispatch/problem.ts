import { availableAtSeconds, halfAfter, halfBefore } from './commitment.ts';
import { type ReadyTime, readyTimeOf } from './ready-time.ts';
import type { CarriedOrder, DispatchPolicy, DispatchState, Load, OpenOrder, TravelTimes } from './types.ts';

/** No time or way is longer; beyond it there is none. */
export const FAR_SECONDS = 0x2fff_ffff;
const LOADS: readonly (keyof Load)[] = ['litres', 'grams', 'coldLitres', 'hotLitres'];
export const LOAD_KINDS = LOADS.length;
/** Nobody is taken to have earned more than this many times the mean. */
const MAX_EARNING_RATIO = 3;

export const START = 0;
export const PICKUP = 1;
export const DROP = 2;

/**
 * A snapshot in flat arrays, times relative to now. Open orders come first, then those on board of couriers.
 * Order `o` has its pickup at stop `2 o` and its drop-off at stop `2 o + 1`; behind them each courier has a
 * stop that its route starts from and ends on.
 */
export class Problem {
  readonly state: DispatchState;
  readonly policy: DispatchPolicy;
  readonly openCount: number;
  /** Open orders and those on board. */
  readonly orderCount: number;
  readonly courierCount: number;
  readonly keyOf: readonly number[];
  /** The courier that has an order on board, -1 for open orders. */
  readonly carrierOf: Int32Array;
  /** The stop that stands for the first courier's start. */
  readonly firstStart: number;
  readonly kind: Uint8Array;
  readonly node: Int32Array;
  /** Service before the moment at a stop, and after it. */
  readonly before: Float64Array;
  readonly after: Float64Array;

  readonly placed: Float64Array;
  readonly due: Float64Array;
  readonly latest: Float64Array;
  readonly ready: readonly ReadyTime[];
  /** Ready time where it is certain; -1 marks one that is only expected, or an order on board. */
  readonly certain: Uint8Array;
  readonly readyAt: Float64Array;
  /** Seconds from the pickup moment straight to the door. */
  readonly straight: Float64Array;
  readonly hasLoads: boolean;
  readonly load: Float64Array;
  /**
   * What leaving an order costs: the policy's price on top of its cost if it were fetched when ready and
   * driven straight. Without the latter an order placed hours ahead would seem too late from the start.
   */
  readonly unservedCost: Float64Array;

  readonly availableAt: Float64Array;
  /** The earliest moment of pickup at the node where the courier stands. */
  readonly standingAt: Float64Array;
  readonly offAt: Float64Array;
  readonly maxOrders: Int32Array;
  readonly capacity: Float64Array;
  /** What even the smallest vehicle holds, a kind each. */
  private readonly leastCapacity = new Float64Array(LOAD_KINDS).fill(Infinity);

  /** The courier that each open order was planned for last, -1 for none. */
  readonly planned: Int32Array;

  private readonly travel: TravelTimes;
  private readonly abilityBits = new Map<string, number>();
  private readonly abilities: Int32Array;
  /** Bits of what an order requires; also tells which orders can share a list of candidates. */
  readonly requires: Int32Array;
  private readonly told: Int32Array;
  private readonly only: Int32Array;
  private readonly declined: readonly (ReadonlySet<number> | undefined)[];
  private readonly hasWishes: boolean;
  private readonly declineCost: Float64Array;
  private readonly fairnessCost: Float64Array;

  constructor(state: DispatchState, policy: DispatchPolicy) {
    const { couriers, nowSeconds } = state;
    const relative = (seconds: number): number =>
      Math.max(-FAR_SECONDS, Math.min(FAR_SECONDS, seconds - nowSeconds));
    this.state = state;
    this.policy = policy;
    this.travel = state.travel;
    const open = state.orders;
    const carried: CarriedOrder[] = [];
    const carriers: number[] = [];
    couriers.forEach((courier, index) => {
      for (const order of courier.carrying ?? []) {
        carried.push(order);
        carriers.push(index);
      }
    });
    const orders: readonly (OpenOrder | CarriedOrder)[] = carried.length === 0 ? open : [...open, ...carried];
    const count = orders.length;
    this.openCount = open.length;
    this.orderCount = count;
    this.courierCount = couriers.length;
    this.firstStart = 2 * count;
    this.keyOf = orders.map((order) => order.key);
    this.carrierOf = new Int32Array(count).fill(-1);
    carriers.forEach((courier, index) => (this.carrierOf[open.length + index] = courier));

    const stops = this.firstStart + couriers.length;
    this.kind = new Uint8Array(stops);
    this.node = new Int32Array(stops);
    this.before = new Float64Array(stops);
    this.after = new Float64Array(stops);
    this.placed = Float64Array.from(orders, (order) => relative(order.placedAtSeconds));
    this.due = Float64Array.from(orders, (order) => relative(order.dueAtSeconds));
    this.latest = Float64Array.from(orders, (order) => relative(order.latestAtSeconds));
    this.ready = open.map((order) =>
      readyTimeOf(relative(order.readyAtSeconds), order.readySpreadSeconds ?? 0),
    );
    this.certain = Uint8Array.from(this.ready, ({ spread }) => (spread === 0 ? 1 : 0));
    this.readyAt = Float64Array.from(this.ready, ({ mean }) => mean);
    this.hasLoads =
      orders.some((order) => order.load !== undefined) ||
      couriers.some((courier) => courier.capacity !== undefined);
    this.load = new Float64Array(count * LOAD_KINDS);
    this.requires = Int32Array.from(orders, (order) =>
      'requires' in order ? this.bitsOf(order.requires) : 0,
    );
    const indexOf = new Map(couriers.map((courier, index) => [courier.key, index]));
    const courierIndex = (key: number | undefined): number =>
      key === undefined ? -1 : (indexOf.get(key) ?? couriers.length);
    this.planned = new Int32Array(open.length).fill(-1);
    this.told = Int32Array.from(open, (order) => courierIndex(order.toldCourierKey));
    this.only = Int32Array.from(open, (order) => courierIndex(order.onlyCourierKey));
    this.declined = open.map(({ declinedBy }) =>
      declinedBy === undefined || declinedBy.length === 0 ? undefined : new Set(declinedBy.map(courierIndex)),
    );
    this.hasWishes =
      this.requires.some((bits) => bits !== 0) ||
      this.only.some((courier) => courier >= 0) ||
      this.declined.some((set) => set !== undefined);

    const halfPickup = halfBefore(policy.pickupServiceSeconds);
    const restPickup = halfAfter(policy.pickupServiceSeconds);
    const halfDrop = halfBefore(policy.dropServiceSeconds);
    const restDrop = halfAfter(policy.dropServiceSeconds);
    this.straight = new Float64Array(count);
    this.unservedCost = new Float64Array(count);
    orders.forEach((order, index) => {
      const pickup = 2 * index;
      this.kind[pickup] = PICKUP;
      this.before[pickup] = halfPickup;
      this.after[pickup] = restPickup;
      this.kind[pickup + 1] = DROP;
      this.node[pickup + 1] = order.dropNode;
      this.before[pickup + 1] = halfDrop;
      this.after[pickup + 1] = restDrop;
      if (order.load !== undefined) {
        LOADS.forEach((name, kind) => (this.load[index * LOAD_KINDS + kind] = order.load?.[name] ?? 0));
      }
      if (!('storeNode' in order)) return;
      this.node[pickup] = order.storeNode;
      this.straight[index] = restPickup + this.seconds(order.storeNode, order.dropNode) + halfDrop;
      this.unservedCost[index] =
        policy.unservedCostSeconds +
        this.dropCost(index, Math.max(0, this.readyAt[index]!) + this.straight[index]!);
    });

    this.availableAt = Float64Array.from(couriers, (courier) =>
      relative(availableAtSeconds(courier, nowSeconds)),
    );
    this.standingAt = Float64Array.from(couriers, (courier, index) =>
      Math.max(
        this.availableAt[index]!,
        relative(Math.max(courier.freeAtSeconds, courier.onAtSeconds)) + halfPickup,
      ),
    );
    this.offAt = Float64Array.from(couriers, (courier) => relative(courier.offAtSeconds));
    this.maxOrders = Int32Array.from(couriers, (courier) =>
      Math.min(courier.maxOrders, policy.maxBundleOrders),
    );
    this.capacity = new Float64Array(couriers.length * LOAD_KINDS).fill(Infinity);
    this.abilities = Int32Array.from(couriers, (courier) => this.bitsOf(courier.abilities));
    const earnings = couriers.map((courier) => courier.earnedPerHour ?? 0);
    const mean =
      state.meanEarnedPerHour ?? earnings.reduce((sum, rate) => sum + rate, 0) / Math.max(1, couriers.length);
    this.fairnessCost = Float64Array.from(earnings, (rate) =>
      mean > 0 ? policy.fairnessCostSeconds * Math.min(MAX_EARNING_RATIO, rate / mean) : 0,
    );
    this.declineCost = Float64Array.from(
      couriers,
      (courier) => policy.declineCostSeconds * (1 - (courier.acceptance ?? 1)),
    );
    couriers.forEach((courier, index) => {
      this.node[this.firstStart + index] = courier.node;
      if (courier.capacity === undefined) return;
      LOADS.forEach(
        (name, kind) => (this.capacity[index * LOAD_KINDS + kind] = courier.capacity?.[name] ?? Infinity),
      );
      for (let kind = 0; kind < LOAD_KINDS; kind++) {
        this.leastCapacity[kind] = Math.min(
          this.leastCapacity[kind]!,
          this.capacity[index * LOAD_KINDS + kind]!,
        );
      }
    });
  }

  /** Travel from node to node; FAR_SECONDS where there is no way. */
  seconds(fromNode: number, toNode: number): number {
    if (fromNode === toNode) return 0;
    const seconds = this.travel.seconds(fromNode, toNode);
    return seconds >= 0 && seconds < FAR_SECONDS ? seconds : FAR_SECONDS;
  }

  /** Cost of handing an order over at `moment`: convex in it, by its two bends. */
  dropCost(order: number, moment: number): number {
    const { clickToDoorWeight, overageWeight, beyondLatestWeight } = this.policy;
    let cost = clickToDoorWeight * (moment - this.placed[order]!);
    const late = moment - this.due[order]!;
    if (late > 0) cost += overageWeight * late;
    const beyond = moment - this.latest[order]!;
    if (beyond > 0) cost += beyondLatestWeight * beyond;
    return cost;
  }

  /** Cost of an order that stands ready until it is picked up at `moment`. */
  waitingCost(order: number, moment: number): number {
    const weight = this.policy.foodWaitingWeight;
    return weight === 0 ? 0 : weight * Math.max(0, moment - this.readyAt[order]!);
  }

  /** The moment of pickup for one who is there from `arrival` on. */
  pickupMoment(order: number, arrival: number): number {
    if (this.certain[order] === 1) return Math.max(arrival, this.readyAt[order]!);
    return this.ready[order]!.expectedPickup(arrival);
  }

  /** What an order costs at a courier whenever it is carried: fairness, declines, changes of mind. */
  courierCost(courier: number, order: number): number {
    const told = this.told[order]!;
    const planned = this.planned[order]!;
    let cost = this.fairnessCost[courier]!;
    if (planned >= 0 && planned !== courier) cost += this.policy.replanCostSeconds;
    if (told !== courier) {
      cost += this.declineCost[courier]!;
      if (told >= 0) cost += this.policy.changeCostSeconds;
    }
    return cost;
  }

  /** Whether a courier may have an order at all: abilities, declines, the operator's choice, size of the vehicle. */
  fits(courier: number, order: number): boolean {
    if (this.hasWishes) {
      const bits = this.requires[order]!;
      if ((this.abilities[courier]! & bits) !== bits) return false;
      const only = this.only[order]!;
      if (only >= 0 && only !== courier) return false;
      if (this.declined[order]?.has(courier)) return false;
    }
    if (!this.hasLoads) return true;
    for (let kind = 0; kind < LOAD_KINDS; kind++) {
      if (this.load[order * LOAD_KINDS + kind]! > this.capacity[courier * LOAD_KINDS + kind]!) return false;
    }
    return true;
  }

  /** Whether only this order asks for what it asks for, so that it cannot share a list of candidates. */
  isPeculiar(order: number): boolean {
    if (this.only[order]! >= 0 || this.declined[order] !== undefined) return true;
    for (let kind = 0; this.hasLoads && kind < LOAD_KINDS; kind++) {
      if (this.load[order * LOAD_KINDS + kind]! > this.leastCapacity[kind]!) return true;
    }
    return false;
  }

  private bitsOf(names: readonly string[] | undefined): number {
    let bits = 0;
    for (const name of names ?? []) {
      let bit = this.abilityBits.get(name);
      if (bit === undefined) {
        bit = 1 << this.abilityBits.size;
        this.abilityBits.set(name, bit);
      }
      bits |= bit;
    }
    return bits;
  }
}
