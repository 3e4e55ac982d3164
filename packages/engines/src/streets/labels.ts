import { Climb, type Direction, type Seeds } from './climb.ts';
import type { PathCost } from './path-cost.ts';
import type { StreetHierarchy } from './street-hierarchy.ts';

/**
 * What a climb from each node found, kept for the next question: the hubs it settled, the most important
 * first, and their costs (hub labels, Abraham, Delling, Goldberg, Werneck 2011). A label is made when its
 * node is first asked about. The memory is bounded: when it is full, all labels are forgotten.
 */
export class Labels {
  /** The label of a node is `hub` and `cost` from `startOf(node)` to `endOf(node)`. */
  hub: Uint32Array = new Uint32Array(1024);
  cost: Float64Array = new Float64Array(1024);
  private count = 0;
  /** Node → where its label starts, -1 without one. */
  private readonly start: Int32Array;
  private readonly end: Int32Array;
  private readonly climb: Climb;
  private readonly seeds: Seeds;
  private readonly maxEntries: number;

  constructor({ graph, hierarchy, seeds }: StreetHierarchy, direction: Direction, maxEntries: number) {
    this.start = new Int32Array(graph.nodeCount).fill(-1);
    this.end = new Int32Array(graph.nodeCount);
    this.climb = new Climb(hierarchy, direction);
    this.seeds = seeds[direction];
    this.maxEntries = maxEntries;
  }

  /** Where the label of a node starts; valid until another node is asked about. */
  startOf(node: number): number {
    const start = this.start[node]!;
    return start >= 0 ? start : this.make(node);
  }

  /** Where it ends, after `startOf`. */
  endOf(node: number): number {
    return this.end[node]!;
  }

  private make(node: number): number {
    const { climb } = this;
    climb.run(this.seeds, node);
    if (this.count > 0 && this.count + climb.count > this.maxEntries) {
      this.start.fill(-1);
      this.count = 0;
    }
    while (this.count + climb.count > this.hub.length) this.grow();
    const start = this.count;
    const end = start + climb.count;
    const hubs = this.hub.subarray(start, end);
    hubs.set(climb.settled.subarray(0, climb.count));
    hubs.sort();
    for (let entry = start; entry < end; entry++) this.cost[entry] = climb.best[this.hub[entry]!]!;
    this.count = end;
    this.start[node] = start;
    this.end[node] = end;
    return start;
  }

  private grow(): void {
    const hub = new Uint32Array(this.hub.length * 2);
    hub.set(this.hub);
    this.hub = hub;
    const cost = new Float64Array(this.cost.length * 2);
    cost.set(this.cost);
    this.cost = cost;
  }
}

/** The cost of the fastest path between two different nodes: the best hub that both labels have, found by merging them. */
export function pairCost(forward: Labels, backward: Labels, from: number, to: number): PathCost {
  let there = forward.startOf(from);
  let back = backward.startOf(to);
  const thereEnd = forward.endOf(from);
  const backEnd = backward.endOf(to);
  const { hub: hubThere, cost: costThere } = forward;
  const { hub: hubBack, cost: costBack } = backward;
  let best = Infinity;
  while (there < thereEnd && back < backEnd) {
    const gap = hubThere[there]! - hubBack[back]!;
    if (gap === 0) {
      const total = costThere[there]! + costBack[back]!;
      if (total < best) best = total;
    }
    if (gap <= 0) there += 1;
    if (gap >= 0) back += 1;
  }
  return best;
}
