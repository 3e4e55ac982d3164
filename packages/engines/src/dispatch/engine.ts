import { type Random, invariant } from '@halfhour/kernel';
import { findCandidates } from './candidates.ts';
import { improve } from './improve.ts';
import { DemandMemory, preposition } from './preposition.ts';
import { Recreate } from './recreate.ts';
import { MAX_ROUTE_ORDERS, RouteTable } from './route-table.ts';
import { Ruin } from './ruin.ts';
import { scheduleBundles } from './timeline.ts';
import type { Assignment, DispatchEngine, DispatchPolicy, DispatchState, OpenOrder, Plan } from './types.ts';

/**
 * Rolling-horizon dispatch. Each tick takes the plan of the tick before, drops what is gone or no longer
 * possible, inserts what is new by regret and improves the whole by ruin and recreate. Deterministic: the
 * same states in the same order with the same seed give the same plans. Starting without memory is safe, it
 * only costs the quality of one tick.
 */
export function createDispatchEngine(policy: DispatchPolicy, random: Random): DispatchEngine {
  let remembered = new Map<number, readonly (readonly number[])[]>();
  const demand = new DemandMemory();

  return {
    plan(state: DispatchState): Plan {
      const routes = new RouteTable(state, policy);
      restore(state, routes, remembered);
      const candidates = findCandidates(state, policy);
      const recreate = new Recreate(routes, candidates, random);
      const fresh: number[] = [];
      for (let order = 0; order < state.orders.length; order++) {
        if (routes.courierOf[order]! < 0) fresh.push(order);
      }
      recreate.run(fresh, 0, () => {});
      const iterations = Math.min(policy.maxIterations, policy.iterationsPerOrder * state.orders.length);
      improve(routes, new Ruin(state, routes, random), recreate, random, iterations);

      const assignments: Assignment[] = [];
      remembered = new Map();
      state.couriers.forEach((courier, index) => {
        const bundles = bundlesOf(routes, index);
        if (bundles.length === 0) return;
        assignments.push(...scheduleBundles(state, policy, courier, bundles));
        remembered.set(
          courier.key,
          bundles.map((bundle) => bundle.map((order) => order.key)),
        );
      });
      const unassigned: number[] = [];
      state.orders.forEach((order, index) => {
        if (routes.courierOf[index]! < 0) unassigned.push(order.key);
      });
      demand.observe(state);
      return { assignments, unassigned, prepositions: preposition(state, policy, assignments, demand) };
    },
  };
}

/** Brings the plan of the tick before into the table; what became impossible is left without a courier. */
function restore(
  state: DispatchState,
  routes: RouteTable,
  remembered: ReadonlyMap<number, readonly (readonly number[])[]>,
): void {
  const indexOf = new Map<number, number>();
  state.orders.forEach((order, index) => indexOf.set(order.key, index));
  invariant(indexOf.size === state.orders.length, 'order keys must be different');
  const sequence = new Int32Array(MAX_ROUTE_ORDERS);
  const joins = new Uint8Array(MAX_ROUTE_ORDERS);
  state.couriers.forEach((courier, index) => {
    let length = 0;
    for (const bundle of remembered.get(courier.key) ?? []) {
      let storeNode = -1;
      for (const key of bundle) {
        const order = indexOf.get(key);
        if (order === undefined) continue;
        // An order whose store changed since (a transfer between branches) no longer fits its bundle.
        joins[length] = state.orders[order]!.storeNode === storeNode ? 1 : 0;
        storeNode = state.orders[order]!.storeNode;
        sequence[length++] = order;
      }
    }
    // Later trips are the ones that a delay makes impossible, so orders go from the end.
    while (length > 0 && !routes.setRoute(index, sequence, joins, length)) length--;
  });
}

function bundlesOf(routes: RouteTable, courier: number): OpenOrder[][] {
  const bundles: OpenOrder[][] = [];
  for (let position = 0; position < routes.lengths[courier]!; position++) {
    const order = routes.orders[routes.orderAt(courier, position)]!;
    if (position > 0 && routes.joinsAt(courier, position)) bundles.at(-1)!.push(order);
    else bundles.push([order]);
  }
  return bundles;
}
