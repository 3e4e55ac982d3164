import { invariant, type LatLng } from '@halfhour/kernel';
import { Climb } from './climb.ts';
import { unpackArc, type Hierarchy } from './contract-graph.ts';
import { costMetres, costSeconds, type PathCost } from './path-cost.ts';
import type { VehicleProfile } from './profiles.ts';
import { checkNode, type StreetGraph } from './street-graph.ts';
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
  const { graph, hierarchy, profile } = streets;
  checkNode(graph, from);
  checkNode(graph, to);
  const { forward, backward } = climbsOf(hierarchy);
  forward.run(hierarchy.position[from]!);
  backward.run(hierarchy.position[to]!);
  let meeting = -1;
  let best: PathCost = Infinity;
  for (let index = 0; index < forward.count; index++) {
    const at = forward.settled[index]!;
    const total = forward.best[at]! + backward.best[at]!;
    if (total >= best) continue;
    best = total;
    meeting = at;
  }
  invariant(meeting >= 0, 'a street graph is strongly connected');
  const links = [...forward.arcsTo(meeting).toReversed(), ...backward.arcsTo(meeting)].flatMap((arc) =>
    unpackArc(hierarchy, arc),
  );
  const edges = links.map((link) => graph.out.edge[link]!);
  return {
    seconds: costSeconds(best),
    metres: costMetres(best),
    edges,
    ...traceEdges(graph, from, edges, profile),
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
  profile: VehicleProfile,
): Pick<Route, 'points' | 'pointSeconds'> {
  const points: LatLng[] = [{ lat: graph.nodeLat[from]!, lng: graph.nodeLng[from]! }];
  const pointSeconds = [0];
  let milliseconds = 0;
  for (const edge of edges) {
    const line = edgeLine(graph, edge);
    const steps = line.slice(1).map((point, index) => flatLength(line[index]!, point, graph.lngScale));
    const length = steps.reduce((sum, step) => sum + step, 0);
    let passed = 0;
    steps.forEach((step, index) => {
      passed += step;
      const share = index === steps.length - 1 ? 1 : passed / length;
      points.push(line[index + 1]!);
      pointSeconds.push((milliseconds + share * graph.edgeMilliseconds[profile][edge]!) / 1000);
    });
    milliseconds += graph.edgeMilliseconds[profile][edge]!;
  }
  return { points, pointSeconds };
}

function edgeLine(graph: StreetGraph, edge: number): LatLng[] {
  const shape = graph.edgeShape[edge]!;
  const line: LatLng[] = [];
  for (let index = graph.shapeStart[shape]!; index < graph.shapeStart[shape + 1]!; index++) {
    line.push({ lat: graph.shapeLat[index]!, lng: graph.shapeLng[index]! });
  }
  return graph.edgeIsReversed[edge] === 1 ? line.reverse() : line;
}

/** In degrees of latitude; only ratios are used. */
function flatLength(a: LatLng, b: LatLng, lngScale: number): number {
  return Math.hypot(b.lat - a.lat, (b.lng - a.lng) * lngScale);
}
