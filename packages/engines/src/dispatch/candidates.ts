import { PointGrid } from './point-grid.ts';
import type { Problem } from './problem.ts';

/** Couriers by the time at which they can be at a store. */
export interface CandidateList {
  readonly couriers: Int32Array;
  readonly arrivals: Float64Array;
}

/**
 * Couriers worth trying for an order: the first `candidateCouriers` by earliest arrival at its store, among those
 * that come free within the horizon, can still arrive in their shift and may have the order. Found when first
 * asked for, since of a plan that persists most orders are never asked about; orders of one store that ask for
 * the same share a list.
 */
export class Candidates {
  private readonly problem: Problem;
  private readonly usable: number[] = [];
  private readonly grid: PointGrid | undefined;
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;
  private readonly shared = new Map<number, CandidateList>();
  private readonly own = new Map<number, CandidateList>();
  private readonly couriers: Int32Array;
  private readonly arrivals: Float64Array;

  constructor(problem: Problem) {
    this.problem = problem;
    const { policy, state, courierCount, availableAt, offAt, node, firstStart } = problem;
    for (let courier = 0; courier < courierCount; courier++) {
      const from = availableAt[courier]!;
      if (from <= policy.horizonSeconds && from <= offAt[courier]!) this.usable.push(courier);
    }
    const { plane } = state.travel;
    this.xs = new Float64Array(plane === undefined ? 0 : courierCount);
    this.ys = new Float64Array(plane === undefined ? 0 : courierCount);
    if (plane !== undefined) {
      for (const courier of this.usable) {
        this.xs[courier] = plane.x(node[firstStart + courier]!);
        this.ys[courier] = plane.y(node[firstStart + courier]!);
      }
      this.grid = new PointGrid(this.xs, this.ys, this.usable);
    }
    const width = Math.max(1, Math.min(policy.candidateCouriers, this.usable.length));
    this.couriers = new Int32Array(width);
    this.arrivals = new Float64Array(width);
  }

  of(order: number): CandidateList {
    const { problem } = this;
    if (problem.isPeculiar(order)) return this.listIn(this.own, order, order);
    const store = problem.node[2 * order]!;
    // Nodes are 32 bits and so are the bits of what is required: together still a whole number.
    return this.listIn(this.shared, problem.requires[order]! * 0x1_0000_0000 + (store >>> 0), order);
  }

  private listIn(lists: Map<number, CandidateList>, key: number, order: number): CandidateList {
    let list = lists.get(key);
    if (list === undefined) {
      list = this.find(order);
      lists.set(key, list);
    }
    return list;
  }

  private find(order: number): CandidateList {
    const { problem, couriers, arrivals, grid, xs, ys } = this;
    const { availableAt, offAt, node, firstStart, state } = problem;
    const store = node[2 * order]!;
    const width = couriers.length;
    let count = 0;
    const offer = (courier: number): void => {
      const arrival = availableAt[courier]! + problem.seconds(node[firstStart + courier]!, store);
      const isBehind = (at: number): boolean =>
        arrivals[at]! < arrival || (arrivals[at] === arrival && couriers[at]! < courier);
      if (count === width && isBehind(width - 1)) return;
      if (arrival > offAt[courier]! || !problem.fits(courier, order)) return;
      let at = count < width ? count++ : width - 1;
      for (; at > 0 && !isBehind(at - 1); at--) {
        arrivals[at] = arrivals[at - 1]!;
        couriers[at] = couriers[at - 1]!;
      }
      arrivals[at] = arrival;
      couriers[at] = courier;
    };
    const { plane } = state.travel;
    if (grid === undefined || plane === undefined) {
      for (const courier of this.usable) offer(courier);
    } else {
      const x = plane.x(store);
      const y = plane.y(store);
      const fastest = plane.fastestMetresPerSecond;
      grid.search(
        x,
        y,
        (courier) => {
          if (count === width) {
            const reach = (arrivals[width - 1]! - availableAt[courier]!) * fastest;
            const dx = xs[courier]! - x;
            const dy = ys[courier]! - y;
            if (reach < 0 || dx * dx + dy * dy > reach * reach) return;
          }
          offer(courier);
        },
        (metres) => count === width && metres / fastest > arrivals[width - 1]!,
      );
    }
    return { couriers: couriers.slice(0, count), arrivals: arrivals.slice(0, count) };
  }
}
