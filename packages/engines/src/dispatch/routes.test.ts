import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultPolicy } from './policy.ts';
import { Problem } from './problem.ts';
import { Routes } from './routes.ts';
import { anyState, anyWeights } from './test-states.ts';
import type { DispatchState } from './types.ts';

const anyCertainState = anyState({ rich: true, onBoard: true }).map((state): DispatchState => ({
  ...state,
  orders: state.orders.map((order) => ({ ...order, readySpreadSeconds: 0 })),
}));

/** The cheapest insertion by trying out every pair of places on a table of its own; undefined where none is allowed. */
function cheapest(routes: Routes, courier: number, order: number): number | undefined {
  const { problem } = routes;
  if (!problem.fits(courier, order)) return undefined;
  const stops: number[] = [];
  const start = routes.startOf(courier);
  for (let stop = routes.next[start]!; stop !== start; stop = routes.next[stop]!) stops.push(stop);
  let best: number | undefined;
  for (let pickup = 0; pickup <= stops.length; pickup++) {
    for (let drop = pickup; drop <= stops.length; drop++) {
      const trial = [
        ...stops.slice(0, pickup),
        2 * order,
        ...stops.slice(pickup, drop),
        2 * order + 1,
        ...stops.slice(drop),
      ];
      const table = new Routes(problem);
      if (!table.setRoute(courier, trial, trial.length)) continue;
      const cost = table.costs[courier]! - routes.costs[courier]!;
      if (best === undefined || cost < best) best = cost;
    }
  }
  return best;
}

test('an insertion found by slack and delay is the cheapest of all pairs of places, at the cost that it then has', () => {
  fc.assert(
    fc.property(
      anyCertainState,
      anyWeights,
      fc.array(fc.nat(), { maxLength: 40, size: 'max' }),
      (state, weights, choices) => {
        const problem = new Problem(state, { ...defaultPolicy, ...weights });
        if (problem.courierCount === 0 || problem.openCount === 0) return;
        const routes = new Routes(problem);
        for (let order = problem.openCount; order < problem.orderCount; order++) routes.insertCarried(order);
        for (const choice of choices) {
          const order = choice % problem.openCount;
          // Few couriers, so that their routes grow long.
          const courier = Math.floor(choice / problem.openCount) % Math.min(3, problem.courierCount);
          if (routes.courierOf[order]! >= 0) {
            routes.remove(order);
            continue;
          }
          const expected = cheapest(routes, courier, order);
          const found = routes.findInsertion(courier, order, Infinity);
          assert.equal(found, expected !== undefined);
          if (!found) continue;
          // One store a route: an order joins a visit as its last, and each waits for its own turn in the visit alone.
          const slackOfVisit = weights.multiStoreRoutes || weights.foodWaitingWeight === 0 ? 0 : Infinity;
          const excess = routes.foundCost - expected!;
          assert.ok(excess > -1e-6 && excess <= 1e-6 + slackOfVisit, `${routes.foundCost} for ${expected}`);
          const { foundCost } = routes;
          const before = routes.costs[courier]!;
          routes.insert(courier, order, routes.foundPickupAfter, routes.foundDropAfter);
          assert.ok(Math.abs(routes.costs[courier]! - before - foundCost) < 1e-6);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a route that is copied out and put back has the same stops, moments and cost', () => {
  fc.assert(
    fc.property(anyCertainState, (state) => {
      const problem = new Problem(state, defaultPolicy);
      const routes = new Routes(problem);
      for (let order = 0; order < problem.openCount; order++) {
        for (let courier = 0; courier < problem.courierCount && routes.courierOf[order]! < 0; courier++) {
          if (routes.findInsertion(courier, order, Infinity)) {
            routes.insert(courier, order, routes.foundPickupAfter, routes.foundDropAfter);
          }
        }
      }
      const stops = new Int32Array(64);
      const legs = new Float64Array(64);
      for (let courier = 0; courier < problem.courierCount; courier++) {
        const [moments, cost] = [routes.moment.slice(), routes.costs[courier]];
        const count = routes.copyRoute(courier, stops, legs, 0);
        routes.clear(courier);
        assert.equal(routes.setRoute(courier, stops, count, legs), true);
        assert.deepEqual(routes.moment, moments);
        assert.equal(routes.costs[courier], cost);
      }
    }),
    { numRuns: 100 },
  );
});
