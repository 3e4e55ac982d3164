import { SPEED_PERCENT } from './periods.ts';
import type { VehicleProfile } from './profiles.ts';
import { NOT_ENTERED, type StreetGraph } from './street-graph.ts';

/** A street graph's nodes on a plane, in metres, and the speed that no way along the straight line exceeds. */
export interface StreetPlane {
  x(node: number): number;
  y(node: number): number;
  readonly fastestMetresPerSecond: number;
}

const METRES_PER_DEGREE = 111_195;

/**
 * The plane of a graph for a vehicle. The bound holds in every period and by construction: no edge is quicker between
 * its ends along the straight line of this plane, so by the triangle inequality no way is, whatever the projection
 * makes of lengths.
 */
export function streetPlane(graph: StreetGraph, profile: VehicleProfile): StreetPlane {
  const { nodeLat, nodeLng, lngScale, edgeFrom, edgeTo } = graph;
  const metres = { x: METRES_PER_DEGREE * lngScale, y: METRES_PER_DEGREE };
  const xs = Float64Array.from(nodeLng, (lng) => (lng - nodeLng[0]!) * metres.x);
  const ys = Float64Array.from(nodeLat, (lat) => (lat - nodeLat[0]!) * metres.y);
  const milliseconds = graph.edgeMilliseconds[profile];
  let fastest = 0;
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (milliseconds[edge] === NOT_ENTERED) continue;
    const [from, to] = [edgeFrom[edge]!, edgeTo[edge]!];
    const straight = Math.hypot(xs[from]! - xs[to]!, ys[from]! - ys[to]!);
    fastest = Math.max(fastest, (straight * 1_000) / milliseconds[edge]!);
  }
  const percent = Math.max(...Object.values(SPEED_PERCENT).map((speeds) => speeds[profile]));
  return {
    x: (node) => xs[node]!,
    y: (node) => ys[node]!,
    fastestMetresPerSecond: Math.max(1, (fastest * percent) / 100),
  };
}
