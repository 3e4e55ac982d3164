import { Climb, type Direction } from './climb.ts';
import { Labels, pairCost } from './labels.ts';
import { manyToMany } from './many-to-many.ts';
import { sweepDown } from './one-to-all.ts';
import { costMetres, costSeconds, type PathCost } from './path-cost.ts';
import { checkNode } from './street-graph.ts';
import type { StreetHierarchy } from './street-hierarchy.ts';

/** Fastest travel between the nodes of a street graph: what dispatch and promises ask, whatever computes it. */
export interface TravelTimes {
  readonly nodeCount: number;
  /** Whole seconds of the fastest path; at most MAX_SECONDS. Throws RangeError for an unknown node. */
  seconds(from: number, to: number): number;
  /** Whole metres of that same path (the shortest among equally fast ones). */
  metres(from: number, to: number): number;
  /** Every pair of two sets of nodes. Throws RangeError for an unknown node. */
  matrix(from: ArrayLike<number>, to: ArrayLike<number>): TravelMatrix;
  /** Keeps all from and to a node once it is asked about: for stores, which every trip touches. */
  pin(node: number): void;
  unpin(node: number): void;
}

/** Row by row: the pair of `from[i]` and `to[j]` is at `i * to.length + j`. */
export interface TravelMatrix {
  readonly seconds: Uint16Array;
  readonly metres: Uint32Array;
}

/** 18 hours: further than anything delivered here, so that a row fits 16 bits. Longer paths read as this. */
export const MAX_SECONDS = 0xffff;

/** 50 MB a direction: the labels of all 62,000 crossings of a large city, or the last ones of a larger one. */
const MAX_LABEL_ENTRIES = 2 ** 22;

/**
 * Travel times from a hierarchy. A pair with a pinned node is two array reads; any other merges two labels,
 * which are made at the first question about their nodes.
 */
export function createTravelTimes(streets: StreetHierarchy): TravelTimes {
  const { graph, hierarchy, seeds } = streets;
  const { nodeCount } = graph;
  const forward = new Labels(streets, 'forward', MAX_LABEL_ENTRIES);
  const backward = new Labels(streets, 'backward', MAX_LABEL_ENTRIES);
  const climbs = {
    forward: new Climb(hierarchy, 'forward'),
    backward: new Climb(hierarchy, 'backward'),
  };
  const pinned = new Set<number>();
  const pinnedFrom = new Map<number, TravelMatrix>();
  const pinnedTo = new Map<number, TravelMatrix>();

  const rowOf = (node: number, direction: Direction): TravelMatrix => {
    const climb = climbs[direction];
    climb.run(seeds[direction], node);
    const costs = sweepDown(climb, hierarchy, direction);
    const ends = seeds[direction === 'forward' ? 'backward' : 'forward'];
    const row = { seconds: new Uint16Array(nodeCount), metres: new Uint32Array(nodeCount) };
    for (let other = 0; other < nodeCount; other++) {
      let cost = other === node ? 0 : Infinity;
      for (let seed = ends.first[other]!; seed < ends.first[other + 1]!; seed++) {
        cost = Math.min(cost, costs[ends.position[seed]!]! + ends.cost[seed]!);
      }
      row.seconds[other] = Math.min(MAX_SECONDS, costSeconds(cost));
      row.metres[other] = costMetres(cost);
    }
    return row;
  };
  /** The pinned row of a node; undefined where it is not pinned. */
  const pinnedRow = (node: number, direction: Direction): TravelMatrix | undefined => {
    const rows = direction === 'forward' ? pinnedFrom : pinnedTo;
    let row = rows.get(node);
    if (row === undefined && pinned.has(node)) rows.set(node, (row = rowOf(node, direction)));
    return row;
  };
  const costOf = (from: number, to: number): PathCost =>
    from === to ? 0 : pairCost(forward, backward, from, to);
  const check = (from: number, to: number): void => {
    checkNode(graph, from);
    checkNode(graph, to);
  };

  return {
    nodeCount,
    seconds(from, to) {
      check(from, to);
      const row = pinnedRow(from, 'forward');
      if (row !== undefined) return row.seconds[to]!;
      const rowBack = pinnedRow(to, 'backward');
      if (rowBack !== undefined) return rowBack.seconds[from]!;
      return Math.min(MAX_SECONDS, costSeconds(costOf(from, to)));
    },
    metres(from, to) {
      check(from, to);
      const row = pinnedRow(from, 'forward');
      if (row !== undefined) return row.metres[to]!;
      const rowBack = pinnedRow(to, 'backward');
      if (rowBack !== undefined) return rowBack.metres[from]!;
      return costMetres(costOf(from, to));
    },
    matrix(from, to) {
      for (const nodes of [from, to]) {
        for (let index = 0; index < nodes.length; index++) checkNode(graph, nodes[index]!);
      }
      const size = from.length * to.length;
      const matrix = { seconds: new Uint16Array(size), metres: new Uint32Array(size) };
      manyToMany(forward, backward, hierarchy.position.length, from, to, (row, costs) => {
        for (let column = 0, at = row * to.length; column < to.length; column++, at++) {
          if (from[row] === to[column]) continue;
          matrix.seconds[at] = Math.min(MAX_SECONDS, costSeconds(costs[column]!));
          matrix.metres[at] = costMetres(costs[column]!);
        }
      });
      return matrix;
    },
    pin(node) {
      checkNode(graph, node);
      pinned.add(node);
    },
    unpin(node) {
      checkNode(graph, node);
      pinned.delete(node);
      pinnedFrom.delete(node);
      pinnedTo.delete(node);
    },
  };
}
