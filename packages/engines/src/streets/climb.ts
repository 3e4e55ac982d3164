import type { Hierarchy, UpwardArcs } from './contract-graph.ts';
import { createMinHeap } from './min-heap.ts';

/** Where searches from each node begin: those of node n are `first[n]` to `first[n + 1]`. */
export interface Seeds {
  readonly first: Uint32Array;
  readonly position: Uint32Array;
  /** What it costs to begin there. */
  readonly cost: Float64Array;
}

/** Which way paths are read: along the arcs from where they start, or against them from where they end. */
export type Direction = 'forward' | 'backward';

/**
 * Dijkstra's search from one end of a path towards more important states only. It settles some hundred
 * states of a city. The working arrays are kept for the next search, because making them anew would take
 * longer than searching.
 */
export class Climb {
  /** Position → cost; Infinity where the last search did not come. */
  readonly best: Float64Array;
  /** Positions that the last search reached at a cost that may be that of a fastest path, `count` of them. */
  readonly settled: Int32Array;
  count = 0;

  private readonly via: Int32Array;
  private readonly cameFrom: Int32Array;
  private readonly touched: Int32Array;
  private touchedCount = 0;
  private readonly heap = createMinHeap(256);
  private readonly ahead: UpwardArcs;
  private readonly behind: UpwardArcs;

  constructor(hierarchy: Hierarchy, direction: Direction) {
    const size = hierarchy.position.length;
    this.best = new Float64Array(size).fill(Infinity);
    this.settled = new Int32Array(size);
    this.via = new Int32Array(size);
    this.cameFrom = new Int32Array(size);
    this.touched = new Int32Array(size);
    this.ahead = direction === 'forward' ? hierarchy.out : hierarchy.in;
    this.behind = direction === 'forward' ? hierarchy.in : hierarchy.out;
  }

  /**
   * Searches from a node, by the positions where its searches begin. A position that a more important neighbour reaches at less cost is on no
   * fastest path, and nothing is looked at behind it (stall on demand, Geisberger et al. 2008).
   */
  run(seeds: Seeds, from: number): void {
    const { best, settled, via, cameFrom, touched, heap } = this;
    const { first, node, cost, arc } = this.ahead;
    const { first: firstBehind, node: nodeBehind, cost: costBehind } = this.behind;
    for (let index = 0; index < this.touchedCount; index++) best[touched[index]!] = Infinity;
    let touchedCount = 0;
    let count = 0;
    for (let seed = seeds.first[from]!, end = seeds.first[from + 1]!; seed < end; seed++) {
      const at = seeds.position[seed]!;
      if (seeds.cost[seed]! >= best[at]!) continue;
      if (best[at] === Infinity) touched[touchedCount++] = at;
      best[at] = seeds.cost[seed]!;
      via[at] = -1;
      cameFrom[at] = seed;
      heap.push(best[at]!, at);
    }
    search: while (heap.size() > 0) {
      const reached = heap.topKey();
      const at = heap.pop();
      if (reached > best[at]!) continue;
      for (let index = firstBehind[at]!, end = firstBehind[at + 1]!; index < end; index++) {
        if (best[nodeBehind[index]!]! + costBehind[index]! < reached) continue search;
      }
      settled[count++] = at;
      for (let index = first[at]!, end = first[at + 1]!; index < end; index++) {
        const next = node[index]!;
        const total = reached + cost[index]!;
        const known = best[next]!;
        if (total >= known) continue;
        if (known === Infinity) touched[touchedCount++] = next;
        best[next] = total;
        via[next] = arc[index]!;
        cameFrom[next] = at;
        heap.push(total, next);
      }
    }
    this.touchedCount = touchedCount;
    this.count = count;
  }

  /** The arcs of the hierarchy by which the last search came to a position, the last one first. */
  arcsTo(position: number): number[] {
    const arcs: number[] = [];
    for (let at = position; this.via[at]! >= 0; at = this.cameFrom[at]!) arcs.push(this.via[at]!);
    return arcs;
  }

  /** Index of the seed from which the last search came to a position. */
  seedOf(position: number): number {
    let at = position;
    while (this.via[at]! >= 0) at = this.cameFrom[at]!;
    return this.cameFrom[at]!;
  }
}
