import type { Direction, Seeds } from './climb.ts';
import { contractGraph, type ArcGraph, type Hierarchy } from './contract-graph.ts';
import { pathCost } from './path-cost.ts';
import { SPEED_PERCENT, type Period } from './periods.ts';
import type { VehicleProfile } from './profiles.ts';
import { NOT_ENTERED, type StreetGraph } from './street-graph.ts';
import { edgeHeadings, FORBIDDEN_TURN_SECONDS, TURN_COSTS, turnBetween, type TurnCosts } from './turns.ts';

/**
 * A street graph made ready for the questions of one vehicle. A crossing where all turns cost the same is one
 * state; any other is expanded into a state for each edge that leads there, because what a turn costs depends
 * on where one comes from.
 */
export interface StreetHierarchy {
  readonly graph: StreetGraph;
  readonly profile: VehicleProfile;
  readonly hierarchy: Hierarchy;
  /**
   * What was contracted: the arcs that leave a state are `first[s]` to `first[s + 1]`, each with the edge that
   * is travelled and its cost, the turn into it included.
   */
  readonly arcs: ArcGraph & { readonly edge: Uint32Array };
  /** Leaving a node, and arriving there; along `edge` at an expanded node, -1 at any other. */
  readonly seeds: Readonly<Record<Direction, Seeds & { readonly edge: Int32Array }>>;
}

/** What can be made elsewhere and sent: plain arrays, without the graph that both sides have. */
export type ContractedStreets = Omit<StreetHierarchy, 'graph'>;

/** What contracting reads of a graph: all but its index, so that the rest can be sent. */
export type StreetLinks = Omit<StreetGraph, 'nodeIndex'>;

export interface StreetHierarchyOptions {
  /** `usual` unless given. */
  readonly period?: Period;
  /** Those of the profile unless given. */
  readonly turnCosts?: TurnCosts;
}

/** Makes a street graph ready for the questions of a vehicle. */
export function buildStreetHierarchy(
  graph: StreetGraph,
  profile: VehicleProfile,
  options?: StreetHierarchyOptions,
): StreetHierarchy {
  return { graph, ...contractStreets(graph, profile, options) };
}

/** The part of `buildStreetHierarchy` that takes the time. */
export function contractStreets(
  graph: StreetLinks,
  profile: VehicleProfile,
  { period = 'usual', turnCosts = TURN_COSTS[profile] }: StreetHierarchyOptions = {},
): ContractedStreets {
  const milliseconds = millisecondsIn(graph.edgeMilliseconds[profile], SPEED_PERCENT[period][profile]);
  const states = statesOf(graph, profile, milliseconds, turnCosts);
  const hierarchy = contractGraph({ first: states.first, head: states.head, cost: states.cost });
  const seeds = (direction: Direction): StreetHierarchy['seeds'][Direction] => {
    const { first, state, edge, cost } = states.seeds[direction];
    return { first, position: state.map((each) => hierarchy.position[each]!), cost, edge };
  };
  return {
    profile,
    hierarchy,
    arcs: { first: states.first, head: states.head, edge: states.edge, cost: states.cost },
    seeds: { forward: seeds('forward'), backward: seeds('backward') },
  };
}

interface SeedStates {
  readonly first: Uint32Array;
  readonly state: Uint32Array;
  readonly edge: Int32Array;
  readonly cost: Float64Array;
}

interface States extends ArcGraph {
  readonly edge: Uint32Array;
  readonly seeds: Readonly<Record<Direction, SeedStates>>;
}

/** Whole milliseconds again, at least 1; what is not entered stays so. */
function millisecondsIn(usual: Uint32Array, speedPercent: number): Uint32Array {
  return usual.map((each) =>
    each === NOT_ENTERED ? each : Math.max(1, Math.round((each * 100) / speedPercent)),
  );
}

/**
 * States 0 to nodeCount - 1 are the nodes; those of expanded nodes are not used. After them comes a state for
 * each edge into an expanded node.
 */
function statesOf(
  graph: StreetLinks,
  profile: VehicleProfile,
  milliseconds: Uint32Array,
  turnCosts: TurnCosts,
): States {
  const isExpanded = expandedNodes(graph, turnCosts);
  const turnMilliseconds = turnsOf(graph, profile, turnCosts);
  const edgeCost = (edge: number, turn: number): number =>
    pathCost(turn + milliseconds[edge]!, graph.edgeDecimetres[edge]!);
  const leaving = Array.from({ length: graph.nodeCount }, (_, node) =>
    enteredFrom(graph, node, milliseconds),
  );
  const cameBy: number[] = [];
  const arriving = Array.from({ length: graph.nodeCount }, (): number[] => []);
  const stateAfter = new Uint32Array(graph.edgeCount);
  for (const edge of leaving.flat()) {
    const node = graph.edgeTo[edge]!;
    stateAfter[edge] = isExpanded[node] === 1 ? graph.nodeCount + cameBy.length : node;
    if (isExpanded[node] === 1) {
      cameBy.push(edge);
      arriving[node]!.push(edge);
    }
  }
  const rows = [
    ...leaving.map((edges, node) => (isExpanded[node] === 1 ? [] : edges)),
    ...cameBy.map((edge) => leaving[graph.edgeTo[edge]!]!),
  ];
  const first = firstOfRows(rows);
  const edge = Uint32Array.from(rows.flat());
  const cost = new Float64Array(edge.length);
  for (let state = 0; state < rows.length; state++) {
    const from = state < graph.nodeCount ? undefined : cameBy[state - graph.nodeCount]!;
    for (let arc = first[state]!; arc < first[state + 1]!; arc++) {
      const to = edge[arc]!;
      cost[arc] = edgeCost(to, from === undefined ? 0 : turnMilliseconds(from, to));
    }
  }
  // A node that is not expanded is where its searches begin; else they begin beyond its edges, or before them.
  const starts = leaving.map((edges, node) => (isExpanded[node] === 1 ? edges : [-1]));
  const ends = arriving.map((edges, node) => (isExpanded[node] === 1 ? edges : [-1]));
  const seedsOf = (list: readonly number[][], costOf: (edge: number) => number): SeedStates => {
    const edges = list.flat();
    const owners = list.flatMap((row, node) => row.map(() => node));
    return {
      first: firstOfRows(list),
      state: Uint32Array.from(edges, (each, index) => (each < 0 ? owners[index]! : stateAfter[each]!)),
      edge: Int32Array.from(edges),
      cost: Float64Array.from(edges, (each) => (each < 0 ? 0 : costOf(each))),
    };
  };
  return {
    first,
    head: edge.map((each) => stateAfter[each]!),
    edge,
    cost,
    seeds: { forward: seedsOf(starts, (each) => edgeCost(each, 0)), backward: seedsOf(ends, () => 0) },
  };
}

/**
 * Where it matters along which edge one came: everywhere if turns across the traffic cost time; else at
 * crossings with forbidden turns and those next to them, where one would turn back to get around the sign.
 * Nobody gains by turning back anywhere else, so it may be free there.
 */
function expandedNodes(graph: StreetLinks, { acrossSeconds }: TurnCosts): Uint8Array {
  if (acrossSeconds > 0) return new Uint8Array(graph.nodeCount).fill(1);
  const isExpanded = new Uint8Array(graph.nodeCount);
  for (const { from } of graph.forbiddenTurns) {
    const node = graph.edgeTo[from]!;
    isExpanded[node] = 1;
    for (const { first, node: next } of [graph.out, graph.in]) {
      for (let link = first[node]!; link < first[node + 1]!; link++) isExpanded[next[link]!] = 1;
    }
  }
  return isExpanded;
}

/** What turning from one edge into the next costs in milliseconds. */
function turnsOf(
  graph: StreetLinks,
  profile: VehicleProfile,
  { uTurnSeconds, acrossSeconds }: TurnCosts,
): (from: number, to: number) => number {
  const headings = edgeHeadings(graph);
  const forbidden = new Set(
    graph.forbiddenTurns
      .filter((turn) => !(turn.exceptBicycles && profile === 'bicycle'))
      .map(({ from, to }) => from * graph.edgeCount + to),
  );
  return (from, to) => {
    const turn = turnBetween(graph, headings, from, to);
    const seconds =
      (turn === 'u_turn' ? uTurnSeconds : 0) +
      (turn === 'left' ? acrossSeconds : 0) +
      (forbidden.has(from * graph.edgeCount + to) ? FORBIDDEN_TURN_SECONDS : 0);
    return Math.round(seconds * 1000);
  };
}

/** The edges by which a vehicle may leave a node. */
function enteredFrom({ out }: StreetLinks, node: number, milliseconds: Uint32Array): number[] {
  const edges: number[] = [];
  for (let link = out.first[node]!; link < out.first[node + 1]!; link++) {
    if (milliseconds[out.edge[link]!] !== NOT_ENTERED) edges.push(out.edge[link]!);
  }
  return edges;
}

function firstOfRows(rows: readonly (readonly number[])[]): Uint32Array {
  const first = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => (first[index + 1] = first[index]! + row.length));
  return first;
}
