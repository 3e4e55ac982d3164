import Flatbush from 'flatbush';
import { distanceMetres, invariant, type LatLng } from '@halfhour/kernel';
import type { CityMap, Street, TurnRestriction } from '@halfhour/engines/city';
import { isDrivable, travelMilliseconds, VEHICLE_PROFILES, type VehicleProfile } from './profiles.ts';
import { largestStrongComponent } from './strong-components.ts';

/** Who is next to whom, in compressed rows: the links of node n are `first[n]` to `first[n + 1]`. */
export interface Adjacency {
  readonly first: Uint32Array;
  readonly node: Uint32Array;
  readonly edge: Uint32Array;
}

/**
 * The street network that vehicles travel: crossings as nodes, stretches between crossings as directed
 * edges, all in typed arrays, restricted to its largest strongly connected component (every node reaches
 * every other).
 */
export interface StreetGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeLat: Float64Array;
  readonly nodeLng: Float64Array;
  readonly edgeFrom: Uint32Array;
  readonly edgeTo: Uint32Array;
  readonly edgeDecimetres: Uint32Array;
  /** NOT_ENTERED where a vehicle may not go: against a one-way street on which only bicycles may. */
  readonly edgeMilliseconds: Readonly<Record<VehicleProfile, Uint32Array>>;
  /** Edge → index into `names`; the empty name is 0. */
  readonly edgeName: Uint32Array;
  readonly names: readonly string[];
  /** Turns that are forbidden. */
  readonly forbiddenTurns: readonly ForbiddenTurn[];
  readonly out: Adjacency;
  readonly in: Adjacency;
  /** Edge → its line, as points `shapeStart[s]` to `shapeStart[s + 1]`; the way back shares the line. */
  readonly edgeShape: Uint32Array;
  readonly edgeIsReversed: Uint8Array;
  readonly shapeStart: Uint32Array;
  readonly shapeLat: Float64Array;
  readonly shapeLng: Float64Array;
  /** Nodes by position; longitude is scaled so that distances compare. */
  readonly nodeIndex: Flatbush;
  readonly lngScale: number;
}

/** From one edge into one that begins where it ends. */
export interface ForbiddenTurn {
  readonly from: number;
  readonly to: number;
  readonly exceptBicycles: boolean;
}

export const NOT_ENTERED = 0xffffffff;

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly street: Street;
  readonly points: readonly LatLng[];
}

/**
 * Builds the graph of a city's drivable streets; throws RangeError where it has none. The component is that
 * of the directions which every vehicle may take, so that one serves all; ways against a one-way street,
 * for bicycles alone, come on top.
 */
export function buildStreetGraph(city: CityMap): StreetGraph {
  const stretches = cutAtCrossings(city.streets.filter((street) => isDrivable(street.kind)));
  const edges: { from: number; to: number; stretch: number; reversed: 0 | 1 }[] = [];
  const contraflow: typeof edges = [];
  let rawNodes = 0;
  stretches.forEach(({ from, to, street }, stretch) => {
    rawNodes = Math.max(rawNodes, from + 1, to + 1);
    edges.push({ from, to, stretch, reversed: 0 });
    const back = { from: to, to: from, stretch, reversed: 1 } as const;
    if (!street.oneway) edges.push(back);
    else if (street.contraflow === true) contraflow.push(back);
  });
  if (edges.length === 0) throw new RangeError(`${city.name} has no street to travel on`);

  const rawOut = adjacency(
    rawNodes,
    Uint32Array.from(edges, (edge) => edge.from),
    Uint32Array.from(edges, (edge) => edge.to),
  );
  const newNode = largestStrongComponent(rawOut);
  const kept = [...edges, ...contraflow].filter((edge) => newNode[edge.from]! >= 0 && newNode[edge.to]! >= 0);
  const forBicycles = new Set(contraflow);
  kept.sort((a, b) => newNode[a.from]! - newNode[b.from]!);
  if (kept.length === 0) throw new RangeError(`${city.name} has no round trip`);

  const newShape = new Map<number, number>();
  for (const edge of kept) if (!newShape.has(edge.stretch)) newShape.set(edge.stretch, newShape.size);
  const shapes = [...newShape.keys()].map((stretch) => stretches[stretch]!);
  const nodeCount = newNode.reduce((highest, node) => Math.max(highest, node), -1) + 1;
  const nodeLat = new Float64Array(nodeCount);
  const nodeLng = new Float64Array(nodeCount);
  const edgeFrom = Uint32Array.from(kept, (edge) => newNode[edge.from]!);
  const edgeTo = Uint32Array.from(kept, (edge) => newNode[edge.to]!);
  const shapeDecimetres = shapes.map(({ points }) => lengthDecimetres(points));
  const edgeShape = Uint32Array.from(kept, (edge) => newShape.get(edge.stretch)!);
  const edgeMilliseconds = {} as Record<VehicleProfile, Uint32Array>;
  for (const profile of VEHICLE_PROFILES) {
    edgeMilliseconds[profile] = Uint32Array.from(kept, (edge, index) => {
      if (profile !== 'bicycle' && forBicycles.has(edge)) return NOT_ENTERED;
      const shape = edgeShape[index]!;
      return travelMilliseconds(shapes[shape]!.street.kind, shapeDecimetres[shape]!, profile);
    });
  }
  for (const { from, to, points } of shapes) {
    for (const [node, point] of [
      [newNode[from]!, points[0]!],
      [newNode[to]!, points.at(-1)!],
    ] as const) {
      nodeLat[node] = point.lat;
      nodeLng[node] = point.lng;
    }
  }
  const lngScale = Math.cos((((city.bounds.south + city.bounds.north) / 2) * Math.PI) / 180);
  const names = ['', ...new Set(shapes.flatMap(({ street }) => street.name ?? []))];
  const nameIndex = new Map(names.map((name, index) => [name, index]));
  const graph: StreetGraph = {
    nodeCount,
    edgeCount: kept.length,
    nodeLat,
    nodeLng,
    edgeFrom,
    edgeTo,
    edgeDecimetres: Uint32Array.from(edgeShape, (shape) => shapeDecimetres[shape]!),
    edgeMilliseconds,
    edgeName: Uint32Array.from(edgeShape, (shape) => nameIndex.get(shapes[shape]!.street.name ?? '')!),
    names,
    forbiddenTurns: [],
    out: adjacency(nodeCount, edgeFrom, edgeTo),
    in: adjacency(nodeCount, edgeTo, edgeFrom),
    edgeShape,
    edgeIsReversed: Uint8Array.from(kept, (edge) => edge.reversed),
    ...shapeColumns(shapes),
    nodeIndex: indexNodes(nodeLat, nodeLng, lngScale),
    lngScale,
  };
  return { ...graph, forbiddenTurns: findForbiddenTurns(graph, city.turnRestrictions ?? []) };
}

/** The line of an edge in its direction. */
export function edgeLine(graph: Omit<StreetGraph, 'nodeIndex'>, edge: number): LatLng[] {
  const shape = graph.edgeShape[edge]!;
  const line: LatLng[] = [];
  for (let index = graph.shapeStart[shape]!; index < graph.shapeStart[shape + 1]!; index++) {
    line.push({ lat: graph.shapeLat[index]!, lng: graph.shapeLng[index]! });
  }
  return graph.edgeIsReversed[edge] === 1 ? line.reverse() : line;
}

/** Restrictions as pairs of edges; one that fits no edges of the graph restricts nothing. */
function findForbiddenTurns(graph: StreetGraph, restrictions: readonly TurnRestriction[]): ForbiddenTurn[] {
  const nodes = new Map<string, number>();
  if (restrictions.length > 0) {
    for (let node = 0; node < graph.nodeCount; node++) nodes.set(pointKey(nodePlace(graph, node)), node);
  }
  const edgesAt = ({ first, edge }: Adjacency, node: number): number[] => [
    ...edge.subarray(first[node]!, first[node + 1]!),
  ];
  const turns: ForbiddenTurn[] = [];
  for (const { kind, via, from, to, exceptBicycles = false } of restrictions) {
    const node = nodes.get(pointKey(via));
    if (node === undefined) continue;
    const leaving = edgesAt(graph.out, node);
    const isGoal = (edge: number): boolean => pointKey(edgeLine(graph, edge)[1]!) === pointKey(to);
    // A command to enter a street that is not there must not close the crossing.
    if (!leaving.some(isGoal)) continue;
    for (const edge of edgesAt(graph.in, node)) {
      if (pointKey(edgeLine(graph, edge).at(-2)!) !== pointKey(from)) continue;
      for (const next of leaving) {
        if (isGoal(next) === (kind === 'no')) turns.push({ from: edge, to: next, exceptBicycles });
      }
    }
  }
  return turns;
}

/** The node nearest to a place, as the crow flies. About 1 µs. */
export function nearestNode(graph: StreetGraph, place: LatLng): number {
  const [node] = graph.nodeIndex.neighbors(place.lng * graph.lngScale, place.lat, 1);
  invariant(node !== undefined, 'a street graph has at least one node');
  return node;
}

export function nodePlace(graph: StreetGraph, node: number): LatLng {
  checkNode(graph, node);
  return { lat: graph.nodeLat[node]!, lng: graph.nodeLng[node]! };
}

/** Throws RangeError unless `node` is one of the graph. */
export function checkNode(graph: StreetGraph, node: number): void {
  if (!(Number.isInteger(node) && node >= 0 && node < graph.nodeCount))
    throw new RangeError(`no node ${node}`);
}

/** Cuts streets where they begin, end or meet; a crossing is a point that is used twice or ends a street. */
function cutAtCrossings(streets: readonly Street[]): Stretch[] {
  const uses = new Map<string, number>();
  for (const { points } of streets) {
    points.forEach((point, index) => {
      const isEnd = index === 0 || index === points.length - 1;
      const key = pointKey(point);
      uses.set(key, (uses.get(key) ?? 0) + (isEnd ? 2 : 1));
    });
  }
  const nodes = new Map<string, number>();
  const nodeAt = (key: string): number => {
    let node = nodes.get(key);
    if (node === undefined) nodes.set(key, (node = nodes.size));
    return node;
  };
  const stretches: Stretch[] = [];
  for (const street of streets) {
    let start = 0;
    let from = -1;
    street.points.forEach((point, index) => {
      const key = pointKey(point);
      if (uses.get(key)! < 2) return;
      const to = nodeAt(key);
      const line = street.points.slice(start, index + 1);
      if (from >= 0 && from !== to) stretches.push({ from, to, street, points: line });
      if (from === to && line.length > 2) {
        // A loop that leaves the network and comes back: its middle becomes a node, so that it can be a goal.
        const middle = line.length >> 1;
        const top = nodeAt(pointKey(line[middle]!));
        stretches.push({ from, to: top, street, points: line.slice(0, middle + 1) });
        stretches.push({ from: top, to, street, points: line.slice(middle) });
      }
      start = index;
      from = to;
    });
  }
  return stretches;
}

function pointKey(point: LatLng): string {
  return `${point.lat},${point.lng}`;
}

function lengthDecimetres(points: readonly LatLng[]): number {
  let metres = 0;
  for (let index = 1; index < points.length; index++) {
    metres += distanceMetres(points[index - 1]!, points[index]!);
  }
  return Math.round(metres * 10);
}

/** Counting sort of links by the node they start at. */
function adjacency(nodeCount: number, from: Uint32Array, to: Uint32Array): Adjacency {
  const first = new Uint32Array(nodeCount + 1);
  for (const node of from) first[node + 1]! += 1;
  for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!;
  const cursor = first.slice(0, nodeCount);
  const node = new Uint32Array(from.length);
  const edge = new Uint32Array(from.length);
  for (let index = 0; index < from.length; index++) {
    const slot = cursor[from[index]!]!++;
    node[slot] = to[index]!;
    edge[slot] = index;
  }
  return { first, node, edge };
}

function shapeColumns(shapes: readonly Stretch[]): Pick<StreetGraph, 'shapeStart' | 'shapeLat' | 'shapeLng'> {
  const shapeStart = new Uint32Array(shapes.length + 1);
  shapes.forEach(({ points }, shape) => (shapeStart[shape + 1] = shapeStart[shape]! + points.length));
  const points = shapes.flatMap((shape) => shape.points);
  return {
    shapeStart,
    shapeLat: Float64Array.from(points, (point) => point.lat),
    shapeLng: Float64Array.from(points, (point) => point.lng),
  };
}

function indexNodes(lat: Float64Array, lng: Float64Array, lngScale: number): Flatbush {
  const index = new Flatbush(lat.length);
  for (let node = 0; node < lat.length; node++) index.add(lng[node]! * lngScale, lat[node]!);
  index.finish();
  return index;
}
