import type { VehicleProfile } from './profiles.ts';
import type { Adjacency, StreetGraph } from './street-graph.ts';
import { createMinHeap } from './min-heap.ts';

/**
 * Time and length of a path in one number: milliseconds × 2^23 + decimetres. Sums stay exact integers
 * below 2^53 for paths under 838 km and 12 days, and comparing two is comparing time first, then length, so that
 * forward and backward searches agree on both.
 */
export type PathCost = number;
const LENGTH_RANGE = 2 ** 23;

export function costSeconds(cost: PathCost): number {
  return Math.round(Math.floor(cost / LENGTH_RANGE) / 1000);
}

export function costMetres(cost: PathCost): number {
  return Math.round((cost % LENGTH_RANGE) / 10);
}

const costsOfLinks = new WeakMap<Adjacency, Map<VehicleProfile, Float64Array>>();

/**
 * The cost of each link of `links` (the graph's `out` or `in`), in its order. Computed once a graph and
 * profile, which never change; gone when the graph goes.
 */
export function linkCosts(graph: StreetGraph, links: Adjacency, profile: VehicleProfile): Float64Array {
  let byProfile = costsOfLinks.get(links);
  if (byProfile === undefined) costsOfLinks.set(links, (byProfile = new Map()));
  let costs = byProfile.get(profile);
  if (costs === undefined) {
    const milliseconds = graph.edgeMilliseconds[profile];
    costs = Float64Array.from(
      links.edge,
      (edge) => milliseconds[edge]! * LENGTH_RANGE + graph.edgeDecimetres[edge]!,
    );
    byProfile.set(profile, costs);
  }
  return costs;
}

/** Dijkstra's costs from `source` to every node along `links`; Infinity where there is no path. */
export function costsToAll(links: Adjacency, costs: Float64Array, source: number): Float64Array {
  const { first, node } = links;
  const best = new Float64Array(first.length - 1).fill(Infinity);
  const heap = createMinHeap(1024);
  best[source] = 0;
  heap.push(0, source);
  while (heap.size() > 0) {
    const cost = heap.topKey();
    const at = heap.pop();
    // A node is pushed again when a better path is found; the older entry is stale.
    if (cost > best[at]!) continue;
    for (let link = first[at]!, end = first[at + 1]!; link < end; link++) {
      const next = node[link]!;
      const reached = cost + costs[link]!;
      if (reached < best[next]!) {
        best[next] = reached;
        heap.push(reached, next);
      }
    }
  }
  return best;
}
