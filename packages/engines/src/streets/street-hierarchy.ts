import type { Direction, Seeds } from './climb.ts';
import { contractGraph, type Hierarchy } from './contract-graph.ts';
import { pathCost } from './path-cost.ts';
import { SPEED_PERCENT, type Period } from './periods.ts';
import type { VehicleProfile } from './profiles.ts';
import { NOT_ENTERED, type StreetGraph } from './street-graph.ts';
import { edgeHeadings, FORBIDDEN_TURN_SECONDS, TURN_COSTS, turnBetween, type TurnCosts } from './turns.ts';

/**
 * A street graph made ready for the questions of one vehicle. Where no turn costs anything the states are
 * nodes. Where one does they are edges, each meaning "has come along it": what a turn costs depends on
 * where one comes from.
 */
export interface StreetHierarchy {
  readonly graph: StreetGraph;
  readonly profile: VehicleProfile;
  readonly hasTurns: boolean;
  readonly hierarchy: Hierarchy;
  /**
   * What was contracted: the arcs that leave a state are `first[s]` to `first[s + 1]`, each with the edge that
   * is travelled and its cost, the turn into it included.
   */
  readonly arcs: { readonly first: Uint32Array; readonly edge: Uint32Array; readonly cost: Float64Array };
  /** Leaving a node, and arriving there. With turns, one leaves along `edge`. */
  readonly seeds: Readonly<Record<Direction, Seeds & { readonly edge: Uint32Array }>>;
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

/** Contracts the graph: by nodes unless a turn costs or is forbidden. */
export function contractStreets(
  graph: StreetLinks,
  profile: VehicleProfile,
  { period = 'usual', turnCosts = TURN_COSTS[profile] }: StreetHierarchyOptions = {},
): ContractedStreets {
  const milliseconds = millisecondsIn(graph.edgeMilliseconds[profile], SPEED_PERCENT[period][profile]);
  // Without forbidden turns nobody gains from turning back, so that alone needs no states of its own.
  const hasTurns = turnCosts.acrossSeconds > 0 || graph.forbiddenTurns.length > 0;
  const states = hasTurns
    ? edgeStates(graph, profile, milliseconds, turnCosts)
    : nodeStates(graph, milliseconds);
  const hierarchy = contractGraph({ first: states.first, head: states.head, cost: states.cost });
  const seeds = (direction: Direction): StreetHierarchy['seeds'][Direction] => {
    const { first, state, cost } = states.seeds[direction];
    return { first, position: state.map((each) => hierarchy.position[each]!), cost, edge: state };
  };
  return {
    profile,
    hasTurns,
    hierarchy,
    arcs: { first: states.first, edge: states.edge, cost: states.cost },
    seeds: { forward: seeds('forward'), backward: seeds('backward') },
  };
}

interface States {
  readonly first: Uint32Array;
  readonly head: Uint32Array;
  readonly edge: Uint32Array;
  readonly cost: Float64Array;
  readonly seeds: Readonly<
    Record<
      Direction,
      { readonly first: Uint32Array; readonly state: Uint32Array; readonly cost: Float64Array }
    >
  >;
}

/** Whole milliseconds again, at least 1; what is not entered stays so. */
function millisecondsIn(usual: Uint32Array, speedPercent: number): Uint32Array {
  return usual.map((each) =>
    each === NOT_ENTERED ? each : Math.max(1, Math.round((each * 100) / speedPercent)),
  );
}

function nodeStates(graph: StreetLinks, milliseconds: Uint32Array): States {
  const rows = Array.from({ length: graph.nodeCount }, (_, node) => enteredFrom(graph, node, milliseconds));
  const edge = Uint32Array.from(rows.flat());
  const ownSeeds = {
    first: Uint32Array.from({ length: graph.nodeCount + 1 }, (_, node) => node),
    state: Uint32Array.from({ length: graph.nodeCount }, (_, node) => node),
    cost: new Float64Array(graph.nodeCount),
  };
  return {
    first: firstOfRows(rows),
    head: edge.map((each) => graph.edgeTo[each]!),
    edge,
    cost: Float64Array.from(edge, (each) => pathCost(milliseconds[each]!, graph.edgeDecimetres[each]!)),
    seeds: { forward: ownSeeds, backward: ownSeeds },
  };
}

function edgeStates(
  graph: StreetLinks,
  profile: VehicleProfile,
  milliseconds: Uint32Array,
  turnCosts: TurnCosts,
): States {
  const headings = edgeHeadings(graph);
  const forbidden = new Set(
    graph.forbiddenTurns
      .filter((turn) => !(turn.exceptBicycles && profile === 'bicycle'))
      .map(({ from, to }) => from * graph.edgeCount + to),
  );
  const turnMilliseconds = (from: number, to: number): number => {
    const turn = turnBetween(graph, headings, from, to);
    const seconds =
      (turn === 'u_turn' ? turnCosts.uTurnSeconds : 0) +
      (turn === 'left' ? turnCosts.acrossSeconds : 0) +
      (forbidden.has(from * graph.edgeCount + to) ? FORBIDDEN_TURN_SECONDS : 0);
    return Math.round(seconds * 1000);
  };
  const leaving = Array.from({ length: graph.nodeCount }, (_, node) =>
    enteredFrom(graph, node, milliseconds),
  );
  const arriving = Array.from({ length: graph.nodeCount }, (): number[] => []);
  leaving.flat().forEach((edge) => arriving[graph.edgeTo[edge]!]!.push(edge));
  const rows = Array.from({ length: graph.edgeCount }, (_, edge) =>
    milliseconds[edge] === NOT_ENTERED ? [] : leaving[graph.edgeTo[edge]!]!,
  );
  const edge = Uint32Array.from(rows.flat());
  const first = firstOfRows(rows);
  const cost = new Float64Array(edge.length);
  for (let from = 0; from < graph.edgeCount; from++) {
    for (let arc = first[from]!; arc < first[from + 1]!; arc++) {
      const to = edge[arc]!;
      cost[arc] = pathCost(turnMilliseconds(from, to) + milliseconds[to]!, graph.edgeDecimetres[to]!);
    }
  }
  const out = Uint32Array.from(leaving.flat());
  const into = Uint32Array.from(arriving.flat());
  return {
    first,
    head: edge,
    edge,
    cost,
    seeds: {
      forward: {
        first: firstOfRows(leaving),
        state: out,
        cost: Float64Array.from(out, (each) => pathCost(milliseconds[each]!, graph.edgeDecimetres[each]!)),
      },
      backward: { first: firstOfRows(arriving), state: into, cost: new Float64Array(into.length) },
    },
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
