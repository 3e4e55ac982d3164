import { availableAtSeconds } from './commitment.ts';
import type { Assignment, DispatchPolicy, DispatchState, Preposition } from './types.ts';

/** After this time an order counts half in a store's demand. */
const HALF_LIFE_SECONDS = 3_600;
/** Stores that are looked at as goals, and orders they must have had for it (weighted by age). */
const MAX_GOALS = 40;
const MIN_DEMAND = 0.5;
/** Couriers sent ahead in one tick at most; the others are looked at again in the next. */
const MAX_SENT = 8;
/** Seconds that a move must take off the expected way to the next order, for each second it takes. */
const MIN_GAIN_RATIO = 0.1;

/** How many orders each store had lately, learnt from what the engine is shown; forgets by half each hour. */
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
 * off the demand-weighted way from each store to its nearest idle courier, for the time it takes.
 */
export function preposition(
  state: DispatchState,
  policy: DispatchPolicy,
  assignments: readonly Assignment[],
  demand: DemandMemory,
): Preposition[] {
  if (policy.prepositionWithinSeconds <= 0) return [];
  const goals = demand.busiest(MAX_GOALS);
  const assigned = new Set(assignments.map((assignment) => assignment.courierKey));
  const idle = state.couriers.filter(
    (courier) =>
      !assigned.has(courier.key) &&
      courier.offAtSeconds > state.nowSeconds &&
      availableAtSeconds(courier, state.nowSeconds) < state.nextTickSeconds,
  );
  if (idle.length === 0 || goals.length === 0) return [];
  const places = idle.map((courier) => courier.node);
  const way = (from: number, to: number): number => (from === to ? 0 : state.travel.seconds(from, to));
  const sent: Preposition[] = [];
  const moved = new Set<number>();
  const limit = Math.min(MAX_SENT, idle.length);
  while (sent.length < limit) {
    const nearest = goals.map(() => Infinity);
    const second = goals.map(() => Infinity);
    const owner = goals.map(() => -1);
    places.forEach((place, index) => {
      goals.forEach((goal, g) => {
        const seconds = way(place, goal.storeNode);
        if (seconds < nearest[g]!) {
          second[g] = nearest[g]!;
          nearest[g] = seconds;
          owner[g] = index;
        } else if (seconds < second[g]!) second[g] = seconds;
      });
    });
    const cap = policy.prepositionWithinSeconds * 2;
    const total = goals.reduce((sum, goal) => sum + goal.weight, 0);
    let bestRatio = MIN_GAIN_RATIO;
    let bestCourier = -1;
    let bestGoal = -1;
    idle.forEach((courier, index) => {
      if (moved.has(index)) return;
      for (let target = 0; target < goals.length; target++) {
        const trip = way(places[index]!, goals[target]!.storeNode);
        if (trip === 0 || trip > policy.prepositionWithinSeconds) continue;
        if (availableAtSeconds(courier, state.nowSeconds) + trip > courier.offAtSeconds) continue;
        let gain = 0;
        for (let g = 0; g < goals.length; g++) {
          const without = owner[g] === index ? second[g]! : nearest[g]!;
          const after = Math.min(cap, without, way(goals[target]!.storeNode, goals[g]!.storeNode));
          gain += goals[g]!.weight * (Math.min(cap, nearest[g]!) - after);
        }
        const ratio = gain / total / trip;
        if (ratio > bestRatio) {
          bestRatio = ratio;
          bestCourier = index;
          bestGoal = target;
        }
      }
    });
    if (bestCourier < 0) break;
    moved.add(bestCourier);
    places[bestCourier] = goals[bestGoal]!.storeNode;
    sent.push({ courierKey: idle[bestCourier]!.key, storeNode: goals[bestGoal]!.storeNode });
  }
  return sent;
}
