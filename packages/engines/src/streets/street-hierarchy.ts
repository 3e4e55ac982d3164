import type { Direction, Seeds } from './climb.ts';
import { contractGraph, type Hierarchy } from './contract-graph.ts';
import { pathCost } from './path-cost.ts';
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

export interface StreetHierarchyOptions {
  /** Those of the profile unless given. */
  readonly turnCosts?: TurnCosts;
}

/** Contracts a street graph for a vehicle. A graph without forbidden turns is contracted by nodes unless turns cost. */
export function buildStreetHierarchy(
  graph: StreetGraph,
  profile: VehicleProfile,
  { turnCosts = TURN_COSTS[profile] }: StreetHierarchyOptions = {},
): StreetHierarchy {
  // Without forbidden turns nobody gains from turning back, so that alone needs no states of its own.
  const hasTurns = turnCosts.acrossSeconds > 0 || graph.forbiddenTurns.length > 0;
  const states = hasTurns ? edgeStates(graph, profile, turnCosts) : nodeStates(graph, profile);
  const hierarchy = contractGraph({ first: states.first, head: states.head, cost: states.cost });
  const seeds = (direction: Direction): StreetHierarchy['seeds'][Direction] => {
    const { first, state, cost } = states.seeds[direction];
    return { first, position: state.map((each) => hierarchy.position[each]!), cost, edge: state };
  };
  return {
    graph,
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

function nodeStates(graph: StreetGraph, profile: VehicleProfile): States {
  const milliseconds = graph.edgeMilliseconds[profile];
  const rows = Array.from({ length: graph.nodeCount }, (_, node) => enteredFrom(graph, node, profile));
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

function edgeStates(graph: StreetGraph, profile: VehicleProfile, turnCosts: TurnCosts): States {
  const milliseconds = graph.edgeMilliseconds[profile];
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
  const leaving = Array.from({ length: graph.nodeCount }, (_, node) => enteredFrom(graph, node, profile));
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
function enteredFrom(
  { out, edgeMilliseconds }: StreetGraph,
  node: number,
  profile: VehicleProfile,
): number[] {
  const edges: number[] = [];
  for (let link = out.first[node]!; link < out.first[node + 1]!; link++) {
    if (edgeMilliseconds[profile][out.edge[link]!] !== NOT_ENTERED) edges.push(out.edge[link]!);
  }
  return edges;
}

function firstOfRows(rows: readonly (readonly number[])[]): Uint32Array {
  const first = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => (first[index + 1] = first[index]! + row.length));
  return first;
}
