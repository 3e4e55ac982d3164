import type { VehicleProfile } from './profiles.ts';
import { costMetres, costsToAll, costSeconds, linkCosts } from './shortest-paths.ts';
import { checkNode, type StreetGraph } from './street-graph.ts';

/**
 * Fastest travel between the nodes of a street graph: what dispatch and promises ask, whatever computes
 * it. Rows today, a contraction hierarchy later.
 */
export interface TravelTimes {
  readonly nodeCount: number;
  /** Whole seconds of the fastest path; at most MAX_SECONDS. Throws RangeError for an unknown node. */
  seconds(from: number, to: number): number;
  /** Whole metres of that same path (the shortest among equally fast ones). */
  metres(from: number, to: number): number;
  /** Seconds from `node` to every node. Read only; valid until the caller lets go of it. */
  secondsFrom(node: number): Uint16Array;
  /** Seconds from every node to `node`. */
  secondsTo(node: number): Uint16Array;
  /** Computes both rows of a node now and keeps them: for stores, which every trip touches. */
  pin(node: number): void;
  unpin(node: number): void;
}

export interface TravelTimesOptions {
  /** Rows kept besides the pinned ones; the least recently used goes. 6 bytes a node and row. */
  readonly maxRows: number;
}

/** 18 hours: further than anything delivered here, so a row fits 16 bits. Longer paths read as this. */
export const MAX_SECONDS = 0xffff;

interface Row {
  readonly seconds: Uint16Array;
  readonly metres: Uint32Array;
}

/**
 * Travel times by one Dijkstra search a row, kept in a bounded cache. A pair is answered from whichever
 * row is there: from its start forwards, or from its end backwards; else the row from its start is
 * computed. With the stores pinned, each leg that starts or ends at a store is two array reads.
 */
export function createTravelTimes(
  graph: StreetGraph,
  profile: VehicleProfile,
  options: TravelTimesOptions,
): TravelTimes {
  const { maxRows } = options;
  if (!Number.isInteger(maxRows) || maxRows < 1)
    throw new RangeError('maxRows must be a whole number from 1');
  const outCosts = linkCosts(graph, graph.out, profile);
  const inCosts = linkCosts(graph, graph.in, profile);
  /** Keys are 2 × node for the row from it, 2 × node + 1 for the row to it; a Map keeps the order of use. */
  const recent = new Map<number, Row>();
  const pinned = new Map<number, Row>();

  const keyFrom = (node: number): number => 2 * check(node);
  const keyTo = (node: number): number => 2 * check(node) + 1;
  const check = (node: number): number => {
    checkNode(graph, node);
    return node;
  };
  const compute = (key: number): Row => {
    const node = key >> 1;
    const costs =
      (key & 1) === 0 ? costsToAll(graph.out, outCosts, node) : costsToAll(graph.in, inCosts, node);
    const seconds = new Uint16Array(costs.length);
    const metres = new Uint32Array(costs.length);
    for (let index = 0; index < costs.length; index++) {
      seconds[index] = Math.min(MAX_SECONDS, costSeconds(costs[index]!));
      metres[index] = costMetres(costs[index]!);
    }
    return { seconds, metres };
  };
  const cached = (key: number): Row | undefined => {
    const kept = pinned.get(key);
    if (kept !== undefined) return kept;
    const row = recent.get(key);
    if (row !== undefined) {
      recent.delete(key);
      recent.set(key, row);
    }
    return row;
  };
  const keep = (key: number, row: Row): void => {
    recent.set(key, row);
    if (recent.size > maxRows) recent.delete(recent.keys().next().value!);
  };
  const rowOf = (key: number): Row => {
    const known = cached(key);
    if (known !== undefined) return known;
    const row = compute(key);
    keep(key, row);
    return row;
  };

  return {
    nodeCount: graph.nodeCount,
    seconds(from, to) {
      const row = cached(keyFrom(from));
      if (row !== undefined) return row.seconds[check(to)]!;
      const rowBack = cached(keyTo(to));
      return rowBack === undefined ? rowOf(keyFrom(from)).seconds[to]! : rowBack.seconds[from]!;
    },
    metres(from, to) {
      const row = cached(keyFrom(from));
      if (row !== undefined) return row.metres[check(to)]!;
      const rowBack = cached(keyTo(to));
      return rowBack === undefined ? rowOf(keyFrom(from)).metres[to]! : rowBack.metres[from]!;
    },
    secondsFrom: (node) => rowOf(keyFrom(node)).seconds,
    secondsTo: (node) => rowOf(keyTo(node)).seconds,
    pin(node) {
      for (const key of [keyFrom(node), keyTo(node)]) {
        if (pinned.has(key)) continue;
        pinned.set(key, recent.get(key) ?? compute(key));
        recent.delete(key);
      }
    },
    unpin(node) {
      for (const key of [keyFrom(node), keyTo(node)]) {
        const row = pinned.get(key);
        if (row === undefined) continue;
        pinned.delete(key);
        keep(key, row);
      }
    },
  };
}
