import { invariant, type LatLng } from '@halfhour/kernel';
import { Climb } from './climb.ts';
import { unpackArc, type Hierarchy } from './contract-graph.ts';
import { costMetres, costMilliseconds, costSeconds, type PathCost } from './path-cost.ts';
import { checkNode, edgeLine, type StreetGraph } from './street-graph.ts';
import type { StreetHierarchy } from './street-hierarchy.ts';

/** A way through the streets, with the time at which each of its points is passed. Plain JSON. */
export interface Route {
  readonly seconds: number;
  readonly metres: number;
  /** Edges of the street graph in the order of travel. */
  readonly edges: readonly number[];
  readonly points: readonly LatLng[];
  /** Seconds since the start at each point; rises from 0 to the exact (fractional) duration. */
  readonly pointSeconds: readonly number[];
}

/**
 * The fastest route between two nodes: both ends climb the hierarchy, and the shortcuts on the way through
 * the best meeting are unpacked into streets. Throws RangeError for an unknown node.
 */
export function findRoute(streets: StreetHierarchy, from: number, to: number): Route {
  const { graph, hierarchy, arcs, seeds } = streets;
  checkNode(graph, from);
  checkNode(graph, to);
  if (from === to) return { seconds: 0, metres: 0, edges: [], ...traceEdges(graph, from, [], []) };
  const { forward, backward } = climbsOf(hierarchy);
  forward.run(seeds.forward, from);
  backward.run(seeds.backward, to);
  let meeting = -1;
  let best: PathCost = Infinity;
  for (let index = 0; index < forward.count; index++) {
    const at = forward.settled[index]!;
    const total = forward.best[at]! + backward.best[at]!;
    if (total >= best) continue;
    best = total;
    meeting = at;
  }
  invariant(meeting >= 0, 'every node of a street graph is reached from every other');
  const links = [...forward.arcsTo(meeting).toReversed(), ...backward.arcsTo(meeting)].flatMap((arc) =>
    unpackArc(hierarchy, arc),
  );
  const edges = links.map((link) => arcs.edge[link]!);
  const costs = links.map((link) => arcs.cost[link]!);
  // From an expanded node the search begins at the end of the first edge.
  const seed = forward.seedOf(meeting);
  if (seeds.forward.edge[seed]! >= 0) {
    edges.unshift(seeds.forward.edge[seed]!);
    costs.unshift(seeds.forward.cost[seed]!);
  }
  return {
    seconds: costSeconds(best),
    metres: costMetres(best),
    edges,
    ...traceEdges(graph, from, edges, costs.map(costMilliseconds)),
  };
}

/** Kept with their hierarchy, because making the working arrays anew takes longer than a search. */
const climbsOfHierarchies = new WeakMap<Hierarchy, { forward: Climb; backward: Climb }>();

function climbsOf(hierarchy: Hierarchy): { forward: Climb; backward: Climb } {
  let climbs = climbsOfHierarchies.get(hierarchy);
  if (climbs === undefined) {
    climbs = { forward: new Climb(hierarchy, 'forward'), backward: new Climb(hierarchy, 'backward') };
    climbsOfHierarchies.set(hierarchy, climbs);
  }
  return climbs;
}

function traceEdges(
  graph: StreetGraph,
  from: number,
  edges: readonly number[],
  /** Of each edge with the turn into it. */
  edgeMilliseconds: readonly number[],
): Pick<Route, 'points' | 'pointSeconds'> {
  const points: LatLng[] = [{ lat: graph.nodeLat[from]!, lng: graph.nodeLng[from]! }];
  const pointSeconds = [0];
  let milliseconds = 0;
  edges.forEach((edge, at) => {
    const line = edgeLine(graph, edge);
    const steps = line.slice(1).map((point, index) => flatLength(line[index]!, point, graph.lngScale));
    const length = steps.reduce((sum, step) => sum + step, 0);
    let passed = 0;
    steps.forEach((step, index) => {
      passed += step;
      const share = index === steps.length - 1 ? 1 : passed / length;
      points.push(line[index + 1]!);
      pointSeconds.push((milliseconds + share * edgeMilliseconds[at]!) / 1000);
    });
    milliseconds += edgeMilliseconds[at]!;
  });
  return { points, pointSeconds };
}

/** In degrees of latitude; only ratios are used. */
function flatLength(a: LatLng, b: LatLng, lngScale: number): number {
  return Math.hypot(b.lat - a.lat, (b.lng - a.lng) * lngScale);
}
