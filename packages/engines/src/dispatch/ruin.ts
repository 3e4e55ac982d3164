import type { Random } from '@halfhour/kernel';
import { PointGrid } from './point-grid.ts';
import type { Routes } from './routes.ts';

const NEIGHBOURS = 16;
const MAX_REMOVED = 5;
/** How often a neighbour is passed over, so that the same seed does not always take the same orders out. */
const SKIP_RATE = 0.4;
/** How often the seed's whole string goes, and not only orders near it. */
const STRING_RATE = 0.3;

/**
 * Chooses up to five orders to take out together: related ones (Shaw 1998), near in store, door and ready
 * time, or a string of one courier's route (Christiaens and Vanden Berghe 2020). What is unrelated could only be
 * put back where it was.
 */
export class Ruin {
  private readonly routes: Routes;
  private readonly random: Random;
  private readonly neighbours: (Int32Array | undefined)[];
  private grid: PointGrid | undefined;
  private readonly nearest = new Int32Array(NEIGHBOURS);
  private readonly distances = new Float64Array(NEIGHBOURS);

  constructor(routes: Routes, random: Random) {
    this.routes = routes;
    this.random = random;
    this.neighbours = new Array<Int32Array | undefined>(routes.problem.openCount);
  }

  /** The orders to take out, all of them with a courier now; the first is `seed` where that has one. */
  choose(seed: number): number[] {
    const { routes, random } = this;
    const count = 1 + random.below(MAX_REMOVED);
    const chosen: number[] = [];
    const courier = routes.courierOf[seed]!;
    if (courier >= 0) chosen.push(seed);
    if (courier >= 0 && random.next() < STRING_RATE) {
      const start = routes.startOf(courier);
      for (
        let stop = routes.next[start]!;
        stop !== start && chosen.length < count;
        stop = routes.next[stop]!
      ) {
        const order = stop >> 1;
        if (order !== seed && (stop & 1) === 0) chosen.push(order);
      }
    }
    for (const other of this.neighboursOf(seed)) {
      if (chosen.length >= count) break;
      if (routes.courierOf[other]! >= 0 && !chosen.includes(other) && random.next() >= SKIP_RATE) {
        chosen.push(other);
      }
    }
    return chosen;
  }

  /** The nearest orders, found when an order is first chosen: most orders of a tick never are. */
  private neighboursOf(seed: number): Int32Array {
    const known = this.neighbours[seed];
    if (known !== undefined) return known;
    const { problem } = this.routes;
    const { node, readyAt, openCount } = problem;
    const { nearest, distances } = this;
    let count = 0;
    const offer = (order: number): void => {
      if (order === seed) return;
      const worst = count === NEIGHBOURS ? distances[NEIGHBOURS - 1]! : Infinity;
      let distance = 0.5 * Math.abs(readyAt[seed]! - readyAt[order]!);
      if (distance >= worst) return;
      distance += problem.seconds(node[2 * seed]!, node[2 * order]!);
      if (distance >= worst) return;
      distance += 0.5 * problem.seconds(node[2 * seed + 1]!, node[2 * order + 1]!);
      if (distance >= worst) return;
      let at = count < NEIGHBOURS ? count++ : NEIGHBOURS - 1;
      for (; at > 0 && distances[at - 1]! > distance; at--) {
        distances[at] = distances[at - 1]!;
        nearest[at] = nearest[at - 1]!;
      }
      distances[at] = distance;
      nearest[at] = order;
    };
    const { plane } = problem.state.travel;
    if (plane === undefined) {
      for (let order = 0; order < openCount; order++) offer(order);
    } else {
      this.grid ??= this.gridOfStores();
      const store = node[2 * seed]!;
      this.grid.search(
        plane.x(store),
        plane.y(store),
        offer,
        (metres) =>
          count === NEIGHBOURS && metres / plane.fastestMetresPerSecond >= distances[NEIGHBOURS - 1]!,
      );
    }
    const list = nearest.slice(0, count);
    this.neighbours[seed] = list;
    return list;
  }

  private gridOfStores(): PointGrid {
    const { openCount, node, state } = this.routes.problem;
    const orders = Int32Array.from({ length: openCount }, (_, order) => order);
    const { plane } = state.travel;
    const xs = Float64Array.from(orders, (order) => plane!.x(node[2 * order]!));
    const ys = Float64Array.from(orders, (order) => plane!.y(node[2 * order]!));
    return new PointGrid(xs, ys, orders);
  }
}
