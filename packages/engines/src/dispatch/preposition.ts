import { availableAtSeconds } from './commitment.ts';
import type { Assignment, CourierState, DispatchPolicy, DispatchState, Preposition } from './types.ts';

/** After this time an order counts half in a store's demand; three hours did better than one. */
const HALF_LIFE_SECONDS = 10_800;
/** Stores that are looked at as goals, and orders they must have had for it (weighted by age). */
const MAX_GOALS = 40;
const MIN_DEMAND = 0.5;
/** Couriers sent ahead in one tick at most; the others are looked at again in the next. */
const MAX_SENT = 8;
/** Seconds that a move must take off the expected way to the next order, for each second it takes. */
const MIN_GAIN_RATIO = 0.1;

/** How many orders each store had lately, learnt from what the engine is shown; forgets by half in three hours. */
export class DemandMemory {
  private weights = new Map<number, number>();
  private known = new Set<number>();
  private lastSeconds: number | undefined;

  observe(state: DispatchState): void {
    const elapsed = this.lastSeconds === undefined ? 0 : state.nowSeconds - this.lastSeconds;
    this.lastSeconds = state.nowSeconds;
    const keep = 0.5 ** (elapsed / HALF_LIFE_SECONDS);
    for (const [store, weight] of this.weights) {
      if (weight * keep < 0.01) this.weights.delete(store);
      else this.weights.set(store, weight * keep);
    }
    for (const order of state.orders) {
      if (this.known.has(order.key)) continue;
      this.weights.set(order.storeNode, (this.weights.get(order.storeNode) ?? 0) + 1);
    }
    this.known = new Set(state.orders.map((order) => order.key));
  }

  /** Stores by falling demand, with their weights. */
  busiest(count: number): { storeNode: number; weight: number }[] {
    return [...this.weights]
      .filter(([, weight]) => weight >= MIN_DEMAND)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, count)
      .map(([storeNode, weight]) => ({ storeNode, weight }));
  }
}

/**
 * Sends idle couriers ahead to stores where the next orders are likely: greedily the move that takes most
 * off the demand-weighted time until a courier can be at each store, for the time it takes. Busy couriers
 * count from when and where they will be free, so that no store is staffed twice.
 */
export function preposition(
  state: DispatchState,
  policy: DispatchPolicy,
  assignments: readonly Assignment[],
  demand: DemandMemory,
): Preposition[] {
  const within = policy.prepositionWithinSeconds;
  if (within <= 0) return [];
  const goals = demand.busiest(MAX_GOALS);
  const assigned = new Set(assignments.map((assignment) => assignment.courierKey));
  const isIdle = (courier: CourierState): boolean =>
    !assigned.has(courier.key) &&
    courier.offAtSeconds > state.nowSeconds &&
    availableAtSeconds(courier, state.nowSeconds) < state.nextTickSeconds;
  const idle = state.couriers.filter(isIdle);
  if (idle.length === 0 || goals.length === 0) return [];

  const count = goals.length;
  const secondsTo = (node: number): Float64Array =>
    Float64Array.from(goals, ({ storeNode }) =>
      node === storeNode ? 0 : state.travel.seconds(node, storeNode),
    );
  const between = goals.map(({ storeNode }) => secondsTo(storeNode));
  const reach = idle.map(({ node }) => secondsTo(node));
  const total = goals.reduce((sum, { weight }) => sum + weight, 0);
  // Beyond this a store counts as without a courier.
  const cap = 2 * within;
  const busy = new Float64Array(count).fill(cap);
  for (const { node, atSeconds, untilSeconds } of freeLater(state, assignments, isIdle)) {
    const delay = atSeconds - state.nowSeconds;
    if (delay >= cap || atSeconds >= untilSeconds) continue;
    secondsTo(node).forEach((seconds, goal) => {
      busy[goal] = Math.min(busy[goal]!, delay + seconds);
    });
  }

  const sent: Preposition[] = [];
  const moved = new Set<number>();
  const nearest = new Float64Array(count);
  const second = new Float64Array(count);
  const owner = new Int32Array(count);
  while (sent.length < MAX_SENT) {
    for (let goal = 0; goal < count; goal++) {
      nearest[goal] = second[goal] = busy[goal]!;
      owner[goal] = -1;
      for (let index = 0; index < idle.length; index++) {
        const seconds = reach[index]![goal]!;
        if (seconds < nearest[goal]!) {
          second[goal] = nearest[goal]!;
          nearest[goal] = seconds;
          owner[goal] = index;
        } else if (seconds < second[goal]!) {
          second[goal] = seconds;
        }
      }
    }
    // What a courier at each target would take off, if it were not the nearest to anything itself.
    const gainAt = between.map((from) => {
      let gain = 0;
      for (let goal = 0; goal < count; goal++) {
        gain += goals[goal]!.weight * Math.max(0, nearest[goal]! - from[goal]!);
      }
      return gain;
    });
    const owned = new Map<number, number[]>();
    for (let goal = 0; goal < count; goal++) {
      const list = owned.get(owner[goal]!);
      if (list === undefined) owned.set(owner[goal]!, [goal]);
      else list.push(goal);
    }
    let bestRatio = MIN_GAIN_RATIO;
    let bestCourier = -1;
    let bestGoal = -1;
    for (let index = 0; index < idle.length; index++) {
      if (moved.has(index)) continue;
      const leaves = availableAtSeconds(idle[index]!, state.nowSeconds);
      const left = owned.get(index) ?? [];
      for (let target = 0; target < count; target++) {
        const trip = reach[index]![target]!;
        if (trip === 0 || trip > within || leaves + trip > idle[index]!.offAtSeconds) continue;
        let gain = gainAt[target]!;
        // Where it was the nearest, the second takes over.
        for (const goal of left) {
          const from = between[target]![goal]!;
          gain -= goals[goal]!.weight * Math.max(0, Math.min(from, second[goal]!) - nearest[goal]!);
        }
        const ratio = gain / total / trip;
        if (ratio > bestRatio) {
          bestRatio = ratio;
          bestCourier = index;
          bestGoal = target;
        }
      }
    }
    if (bestCourier < 0) break;
    moved.add(bestCourier);
    reach[bestCourier] = between[bestGoal]!;
    sent.push({ courierKey: idle[bestCourier]!.key, storeNode: goals[bestGoal]!.storeNode });
  }
  return sent;
}

/** Where and when couriers that have something to do, or are not on shift yet, come free. */
function freeLater(
  state: DispatchState,
  assignments: readonly Assignment[],
  isIdle: (courier: CourierState) => boolean,
): { node: number; atSeconds: number; untilSeconds: number }[] {
  const doors = new Map(state.orders.map((order) => [order.key, order.dropNode]));
  for (const { carrying } of state.couriers) {
    for (const order of carrying ?? []) doors.set(order.key, order.dropNode);
  }
  const last = new Map(assignments.map((assignment) => [assignment.courierKey, assignment]));
  return state.couriers
    .filter((courier) => !isIdle(courier))
    .map((courier) => {
      const assignment = last.get(courier.key);
      const untilSeconds = courier.offAtSeconds;
      if (assignment === undefined) {
        return { node: courier.node, atSeconds: availableAtSeconds(courier, state.nowSeconds), untilSeconds };
      }
      const node = doors.get(assignment.dropKeys.at(-1)!)!;
      return { node, atSeconds: assignment.dropAtSeconds.at(-1)!, untilSeconds };
    });
}
