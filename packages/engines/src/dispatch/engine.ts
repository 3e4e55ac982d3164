import type { Random } from '@halfhour/kernel';
import { Candidates } from './candidates.ts';
import { checkedState } from './check-state.ts';
import { improve } from './improve.ts';
import { DemandMemory, preposition } from './preposition.ts';
import { DROP, Problem } from './problem.ts';
import { Recreate } from './recreate.ts';
import { Routes } from './routes.ts';
import { Ruin } from './ruin.ts';
import { scheduleRoute } from './schedule.ts';
import type { Assignment, DispatchEngine, DispatchPolicy, DispatchState, Plan } from './types.ts';

const SEARCHED_AGAIN = 40;

/** A courier's stops by order key, as planned last. */
type RememberedRoute = readonly { readonly key: number; readonly isDrop: boolean }[];

/**
 * Rolling-horizon dispatch. Each tick takes the plan of the tick before, drops what is gone or no longer
 * possible, inserts what is new by regret and improves the whole by ruin and recreate, half of it around what is
 * new. Deterministic: the same states in the same order with the same seed give the same plans. Starting without
 * memory is safe, it only costs the quality of one tick.
 */
export function createDispatchEngine(policy: DispatchPolicy, random: Random): DispatchEngine {
  let remembered = new Map<number, RememberedRoute>();
  const demand = new DemandMemory();

  return {
    plan(given: DispatchState, progress?: (steps: number) => number): Plan {
      const { state, leftOut } = checkedState(given, policy);
      const routes = new Routes(new Problem(state, policy));
      restore(routes, remembered);
      const fresh = routes.unserved.toSorted((a, b) => a - b);
      const recreate = new Recreate(routes, new Candidates(routes.problem), random);
      recreate.run(fresh, 0, () => {});
      // What persists was searched before: besides what is new only so many orders count.
      const searched = Math.min(state.orders.length, SEARCHED_AGAIN + fresh.length);
      const iterations = Math.min(policy.maxIterations, policy.iterationsPerOrder * searched);
      improve(
        routes,
        new Ruin(routes, random),
        recreate,
        random,
        fresh,
        progress ?? ((steps) => (iterations > 0 ? steps / iterations : 1)),
      );

      const assignments: Assignment[] = [];
      remembered = new Map();
      state.couriers.forEach((courier, index) => {
        const route = stopsOf(routes, index);
        if (route.length === 0) return;
        assignments.push(...scheduleRoute(routes, index));
        remembered.set(courier.key, route);
      });
      const unassigned = routes.unserved.toSorted((a, b) => a - b).map((order) => state.orders[order]!.key);
      for (const { orderKey } of leftOut) if (orderKey !== undefined) unassigned.push(orderKey);
      demand.observe(state);
      return {
        assignments,
        unassigned,
        prepositions: preposition(state, policy, assignments, demand),
        leftOut,
      };
    },
  };
}

/** Brings the plan of the tick before into the table; what became impossible is left without a courier. */
function restore(routes: Routes, remembered: ReadonlyMap<number, RememberedRoute>): void {
  const { problem } = routes;
  const { keyOf, openCount, orderCount, carrierOf, state } = problem;
  const indexOf = new Map<number, number>();
  keyOf.forEach((key, index) => indexOf.set(key, index));
  const carriedBy = new Map<number, number[]>();
  for (let order = openCount; order < orderCount; order++) {
    const own = carriedBy.get(carrierOf[order]!);
    if (own === undefined) carriedBy.set(carrierOf[order]!, [order]);
    else own.push(order);
  }
  state.couriers.forEach(({ key }, courier) => {
    const carried = carriedBy.get(courier) ?? [];
    let stops: number[] = [];
    for (const { key: orderKey, isDrop } of remembered.get(key) ?? []) {
      const order = indexOf.get(orderKey);
      if (order === undefined) continue;
      const isOurs =
        order < openCount ? problem.fits(courier, order) : isDrop && carrierOf[order] === courier;
      if (!isOurs) continue;
      stops.push(2 * order + (isDrop ? 1 : 0));
      if (order < openCount) problem.planned[order] = courier;
    }
    const known = new Set(stops);
    const foreign = carried.filter((order) => !known.has(2 * order + 1));
    // What came on board unforeseen goes first into the route; the rest is planned anew around it.
    if (foreign.length > 0) stops = stops.filter((stop) => stop >> 1 >= openCount);
    while (stops.length > 0 && !routes.setRoute(courier, stops, stops.length)) {
      // Later trips are the ones that a delay makes impossible, so orders go from the end.
      const last = stops.findLast((stop) => stop >> 1 < openCount)! >> 1;
      stops = stops.filter((stop) => stop >> 1 !== last);
    }
    for (const order of foreign) routes.insertCarried(order);
  });
}

function stopsOf(routes: Routes, courier: number): RememberedRoute {
  const { keyOf, kind } = routes.problem;
  const start = routes.startOf(courier);
  const route: { key: number; isDrop: boolean }[] = [];
  for (let stop = routes.next[start]!; stop !== start; stop = routes.next[stop]!) {
    route.push({ key: keyOf[stop >> 1]!, isDrop: kind[stop] === DROP });
  }
  return route;
}
