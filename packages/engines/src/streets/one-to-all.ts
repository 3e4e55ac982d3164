import type { Climb, Direction } from './climb.ts';
import type { Hierarchy } from './contract-graph.ts';

/**
 * Turns the costs of a climb into those of all positions, in `climb.best`: the most important come first,
 * and whoever is less important is reached down from one who is done (Delling, Goldberg, Nowatzyk,
 * Werneck 2011). Returns a new array.
 */
export function sweepDown(climb: Climb, hierarchy: Hierarchy, direction: Direction): Float64Array {
  const costs = climb.best.slice();
  const { first, node, cost } = direction === 'forward' ? hierarchy.in : hierarchy.out;
  for (let at = 0, index = 0; at < costs.length; at++) {
    let best = costs[at]!;
    for (const end = first[at + 1]!; index < end; index++) {
      const total = costs[node[index]!]! + cost[index]!;
      if (total < best) best = total;
    }
    costs[at] = best;
  }
  return costs;
}
