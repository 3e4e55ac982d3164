import { createMinHeap } from './min-heap.ts';

/** What is contracted: the arcs that leave state s are `first[s]` to `first[s + 1]`. */
export interface ArcGraph {
  readonly first: Uint32Array;
  readonly head: Uint32Array;
  /** Exact sums: whole numbers, and every path below 2^53. */
  readonly cost: Float64Array;
}

/** Arcs of each position that lead to more important ones; those of position p are `first[p]` to `first[p + 1]`. */
export interface UpwardArcs {
  readonly first: Uint32Array;
  /** Position of the more important end, always smaller than p. */
  readonly node: Uint32Array;
  readonly cost: Float64Array;
  readonly arc: Uint32Array;
}

/**
 * A contraction hierarchy: states by importance, and for each the arcs to more important states, the
 * graph's own and shortcuts. Every fastest path is one that climbs along `out` and one that, read from its
 * end, climbs along `in`. Typed arrays only, so it moves between threads as it is.
 */
export interface Hierarchy {
  /** State → position: 0 is the most important, contracted last. */
  readonly position: Uint32Array;
  readonly out: UpwardArcs;
  /** Arcs that come from more important states, at their less important end. */
  readonly in: UpwardArcs;
  /** Arc → the arcs that a shortcut stands for; an arc of the graph itself has its index and -1. */
  readonly firstPart: Int32Array;
  readonly secondPart: Int32Array;
}

/**
 * States that a search for a witness settles at most. Too few make needless shortcuts, which every later
 * search has to look at: with 20, a grid of 18,000 crossings took 92 s; with 80, 1.3 s; from 150 on it does
 * not matter.
 */
const WITNESS_SETTLED = 200;

/**
 * What shortcuts weigh against depth. With 1, Montevideo took 1.13 s and a climb settled 53 states; with 4,
 * 0.66 s and 51; a grid of 62,000 crossings 6.8 s and 72, and 2.7 s and 62. With 8 climbs grow again.
 */
const SHORTCUT_WEIGHT = 4;

/**
 * Contracts all states, the least important first (Geisberger, Sanders, Schultes, Delling 2008). A state is
 * the less important the fewer shortcuts its removal needs for the arcs it removes, counted as arcs and as
 * arcs of the graph within them, and the fewer contractions lie below it, so that they spread evenly.
 * Priorities are brought up to date when a state comes to the top.
 */
export function contractGraph(graph: ArcGraph): Hierarchy {
  return new Contraction(graph).run();
}

/** The graph's own arcs that an arc of the hierarchy stands for, in the order of travel. */
export function unpackArc({ firstPart, secondPart }: Hierarchy, arc: number): number[] {
  const arcs: number[] = [];
  const open = [arc];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (secondPart[next]! < 0) arcs.push(firstPart[next]!);
    else open.push(secondPart[next]!, firstPart[next]!);
  }
  return arcs;
}

class Contraction {
  private readonly stateCount: number;
  // Arcs, growing as shortcuts come.
  private arcCount = 0;
  private tail: Int32Array;
  private head: Int32Array;
  private cost: Float64Array;
  private hops: Int32Array;
  private firstPart: Int32Array;
  private secondPart: Int32Array;
  /** Linked lists of the arcs between states that remain. */
  private nextOut: Int32Array;
  private nextIn: Int32Array;
  private readonly firstOut: Int32Array;
  private readonly firstIn: Int32Array;

  private readonly level: Int32Array;
  /** Of the search for witnesses: state → cost so far, and the cost that a witness must not exceed. */
  private readonly witness: Float64Array;
  private readonly bound: Float64Array;
  private readonly touched: Int32Array;
  private readonly heap = createMinHeap(256);

  /** The shortcuts that the state looked at last needs, as pairs of arcs. */
  private planned = new Int32Array(64);
  private plannedCount = 0;

  constructor({ first, head, cost }: ArcGraph) {
    this.stateCount = first.length - 1;
    const capacity = Math.max(16, 2 * head.length);
    this.tail = new Int32Array(capacity);
    this.head = new Int32Array(capacity);
    this.cost = new Float64Array(capacity);
    this.hops = new Int32Array(capacity);
    this.firstPart = new Int32Array(capacity);
    this.secondPart = new Int32Array(capacity);
    this.nextOut = new Int32Array(capacity);
    this.nextIn = new Int32Array(capacity);
    this.firstOut = new Int32Array(this.stateCount).fill(-1);
    this.firstIn = new Int32Array(this.stateCount).fill(-1);
    this.level = new Int32Array(this.stateCount);
    this.witness = new Float64Array(this.stateCount).fill(Infinity);
    this.bound = new Float64Array(this.stateCount).fill(-1);
    this.touched = new Int32Array(this.stateCount);
    for (let state = 0; state < this.stateCount; state++) {
      for (let index = first[state]!; index < first[state + 1]!; index++) {
        if (head[index] !== state) this.offer(state, head[index]!, cost[index]!, 1, index, -1);
      }
    }
  }

  run(): Hierarchy {
    const { stateCount } = this;
    const position = new Uint32Array(stateCount);
    const queue = createMinHeap(stateCount + 1);
    for (let state = 0; state < stateCount; state++) queue.push(this.examine(state), state);
    const outArcs: number[][] = [];
    const inArcs: number[][] = [];
    for (let next = stateCount - 1; next >= 0;) {
      const state = queue.pop();
      const priority = this.examine(state);
      if (queue.size() > 0 && priority > queue.topKey()) {
        queue.push(priority, state);
        continue;
      }
      position[state] = next;
      [outArcs[next], inArcs[next]] = this.remove(state);
      next -= 1;
    }
    return {
      position,
      out: this.upwardArcs(outArcs, this.head, position),
      in: this.upwardArcs(inArcs, this.tail, position),
      firstPart: this.firstPart.slice(0, this.arcCount),
      secondPart: this.secondPart.slice(0, this.arcCount),
    };
  }

  /** Plans the shortcuts that take the place of a state, and says how urgent it is to keep it. */
  private examine(state: number): number {
    this.plannedCount = 0;
    let removed = 0;
    let removedHops = 0;
    let addedHops = 0;
    const { cost, hops, head, tail, bound, witness } = this;
    for (let arc = this.firstOut[state]!; arc >= 0; arc = this.nextOut[arc]!) {
      removed += 1;
      removedHops += hops[arc]!;
    }
    for (let arc = this.firstIn[state]!; arc >= 0; arc = this.nextIn[arc]!) {
      removed += 1;
      removedHops += hops[arc]!;
    }
    for (let arcIn = this.firstIn[state]!; arcIn >= 0; arcIn = this.nextIn[arcIn]!) {
      const from = tail[arcIn]!;
      let open = 0;
      let furthest = 0;
      for (let arcOut = this.firstOut[state]!; arcOut >= 0; arcOut = this.nextOut[arcOut]!) {
        const to = head[arcOut]!;
        if (to === from) continue;
        const through = cost[arcIn]! + cost[arcOut]!;
        bound[to] = through;
        open += 1;
        if (through > furthest) furthest = through;
      }
      if (open === 0) continue;
      const count = this.searchWitnesses(from, state, open, furthest);
      for (let arcOut = this.firstOut[state]!; arcOut >= 0; arcOut = this.nextOut[arcOut]!) {
        const to = head[arcOut]!;
        if (to === from) continue;
        if (witness[to]! > bound[to]!) {
          this.plan(arcIn, arcOut);
          addedHops += hops[arcIn]! + hops[arcOut]!;
        }
        bound[to] = -1;
      }
      for (let index = 0; index < count; index++) witness[this.touched[index]!] = Infinity;
    }
    if (removed === 0) return this.level[state]!;
    return this.level[state]! + SHORTCUT_WEIGHT * (this.plannedCount / removed + addedHops / removedHops);
  }

  /**
   * Dijkstra's search among the states that remain, without `avoided`, until all `open` bounds are met or
   * cannot be. Leaves costs in `witness`; returns how many of `touched` it has set.
   */
  private searchWitnesses(from: number, avoided: number, open: number, furthest: number): number {
    const { heap, witness, bound, touched, head, cost, nextOut, firstOut } = this;
    let count = 0;
    let unmet = open;
    witness[from] = 0;
    touched[count++] = from;
    heap.push(0, from);
    for (let settled = 0; settled < WITNESS_SETTLED && heap.size() > 0; settled++) {
      const reached = heap.topKey();
      if (reached > furthest) break;
      const at = heap.pop();
      if (reached > witness[at]!) continue;
      for (let arc = firstOut[at]!; arc >= 0; arc = nextOut[arc]!) {
        const next = head[arc]!;
        if (next === avoided) continue;
        const total = reached + cost[arc]!;
        const known = witness[next]!;
        if (total >= known || total > furthest) continue;
        if (known === Infinity) touched[count++] = next;
        witness[next] = total;
        if (total <= bound[next]! && known > bound[next]!) unmet -= 1;
        heap.push(total, next);
      }
      if (unmet === 0) break;
    }
    heap.clear();
    return count;
  }

  private plan(arcIn: number, arcOut: number): void {
    if (2 * this.plannedCount + 2 > this.planned.length) {
      const more = new Int32Array(this.planned.length * 2);
      more.set(this.planned);
      this.planned = more;
    }
    this.planned[2 * this.plannedCount] = arcIn;
    this.planned[2 * this.plannedCount + 1] = arcOut;
    this.plannedCount += 1;
  }

  /** Takes a state that was just examined out of what remains; returns the arcs it had, out and in. */
  private remove(state: number): [number[], number[]] {
    const out: number[] = [];
    const into: number[] = [];
    const level = this.level[state]! + 1;
    for (let arc = this.firstOut[state]!; arc >= 0; arc = this.nextOut[arc]!) {
      out.push(arc);
      unlink(this.firstIn, this.nextIn, this.head[arc]!, arc);
      if (this.level[this.head[arc]!]! < level) this.level[this.head[arc]!] = level;
    }
    for (let arc = this.firstIn[state]!; arc >= 0; arc = this.nextIn[arc]!) {
      into.push(arc);
      unlink(this.firstOut, this.nextOut, this.tail[arc]!, arc);
      if (this.level[this.tail[arc]!]! < level) this.level[this.tail[arc]!] = level;
    }
    for (let index = 0; index < this.plannedCount; index++) {
      const arcIn = this.planned[2 * index]!;
      const arcOut = this.planned[2 * index + 1]!;
      this.offer(
        this.tail[arcIn]!,
        this.head[arcOut]!,
        this.cost[arcIn]! + this.cost[arcOut]!,
        this.hops[arcIn]! + this.hops[arcOut]!,
        arcIn,
        arcOut,
      );
    }
    return [out, into];
  }

  /** Puts an arc between two states that remain, unless there is one that costs no more. */
  private offer(from: number, to: number, cost: number, hops: number, first: number, second: number): void {
    let arc = this.firstOut[from]!;
    while (arc >= 0 && this.head[arc] !== to) arc = this.nextOut[arc]!;
    if (arc >= 0) {
      if (this.cost[arc]! <= cost) return;
    } else {
      arc = this.arcCount++;
      if (arc === this.tail.length) this.grow();
      this.tail[arc] = from;
      this.head[arc] = to;
      this.nextOut[arc] = this.firstOut[from]!;
      this.firstOut[from] = arc;
      this.nextIn[arc] = this.firstIn[to]!;
      this.firstIn[to] = arc;
    }
    this.cost[arc] = cost;
    this.hops[arc] = hops;
    this.firstPart[arc] = first;
    this.secondPart[arc] = second;
  }

  private grow(): void {
    const longer = (array: Int32Array): Int32Array<ArrayBuffer> => {
      const more = new Int32Array(array.length * 2);
      more.set(array);
      return more;
    };
    this.tail = longer(this.tail);
    this.head = longer(this.head);
    this.hops = longer(this.hops);
    this.firstPart = longer(this.firstPart);
    this.secondPart = longer(this.secondPart);
    this.nextOut = longer(this.nextOut);
    this.nextIn = longer(this.nextIn);
    const cost = new Float64Array(this.cost.length * 2);
    cost.set(this.cost);
    this.cost = cost;
  }

  private upwardArcs(arcsOf: readonly number[][], end: Int32Array, position: Uint32Array): UpwardArcs {
    const first = new Uint32Array(this.stateCount + 1);
    arcsOf.forEach((arcs, at) => (first[at + 1] = first[at]! + arcs.length));
    const arc = Uint32Array.from(arcsOf.flat());
    return {
      first,
      arc,
      node: arc.map((each) => position[end[each]!]!),
      cost: Float64Array.from(arc, (each) => this.cost[each]!),
    };
  }
}

function unlink(first: Int32Array, next: Int32Array, state: number, arc: number): void {
  if (first[state] === arc) {
    first[state] = next[arc]!;
    return;
  }
  let before = first[state]!;
  while (next[before] !== arc) before = next[before]!;
  next[before] = next[arc]!;
}
