import type { Labels } from './labels.ts';
import type { PathCost } from './path-cost.ts';

/** At each hub, which goals are reached down from it and at what cost. */
interface Buckets {
  readonly first: Uint32Array;
  readonly goal: Uint32Array;
  readonly cost: Float64Array;
}

/**
 * The cost of the fastest path between every pair of two sets of nodes: each goal puts its label into
 * buckets at its hubs, each start looks into the buckets at its own (Knopp, Sanders, Schultes, Schulz,
 * Wagner 2007). `onRow` gets the costs from each start to all goals, in an array that the next row overwrites.
 */
export function manyToMany(
  forward: Labels,
  backward: Labels,
  hubCount: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  onRow: (row: number, costs: ArrayLike<PathCost>) => void,
): void {
  const { first, goal, cost } = fillBuckets(backward, hubCount, to);
  const costs = new Float64Array(to.length);
  for (let row = 0; row < from.length; row++) {
    costs.fill(Infinity);
    const start = forward.startOf(from[row]!);
    const end = forward.endOf(from[row]!);
    for (let entry = start; entry < end; entry++) {
      const hub = forward.hub[entry]!;
      const reached = forward.cost[entry]!;
      for (let index = first[hub]!, last = first[hub + 1]!; index < last; index++) {
        const total = reached + cost[index]!;
        if (total < costs[goal[index]!]!) costs[goal[index]!] = total;
      }
    }
    onRow(row, costs);
  }
}

/** Counting sort of the goals' labels by hub. A label may be forgotten between the passes and made again: it is the same. */
function fillBuckets(backward: Labels, hubCount: number, to: ArrayLike<number>): Buckets {
  const first = new Uint32Array(hubCount + 1);
  for (let index = 0; index < to.length; index++) {
    const start = backward.startOf(to[index]!);
    const end = backward.endOf(to[index]!);
    for (let entry = start; entry < end; entry++) first[backward.hub[entry]! + 1]! += 1;
  }
  for (let hub = 0; hub < hubCount; hub++) first[hub + 1]! += first[hub]!;
  const cursor = first.slice();
  const goal = new Uint32Array(first[hubCount]!);
  const cost = new Float64Array(first[hubCount]!);
  for (let index = 0; index < to.length; index++) {
    const start = backward.startOf(to[index]!);
    const end = backward.endOf(to[index]!);
    for (let entry = start; entry < end; entry++) {
      const slot = cursor[backward.hub[entry]!]!++;
      goal[slot] = index;
      cost[slot] = backward.cost[entry]!;
    }
  }
  return { first, goal, cost };
}
