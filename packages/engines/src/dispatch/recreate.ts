import type { Random } from '@halfhour/kernel';
import type { Candidates } from './candidates.ts';
import type { Routes } from './routes.ts';

/** Orders inserted side by side; more are taken in portions, so that the work grows with their number and not its square. */
const PORTION = 48;

/**
 * Regret insertion (Potvin and Rousseau 1993) with blinks (Christiaens and Vanden Berghe 2020): of the
 * orders without a courier, the one goes in first whose second-best courier is worst compared with its best.
 * A blink skips a courier by chance, which keeps repeated insertions from ending in the same plan. Candidates
 * come by earliest arrival, so the search for best and second ends where even the soonest drop-off costs more.
 */
export class Recreate {
  private readonly routes: Routes;
  private readonly candidates: Candidates;
  private readonly random: Random;
  private readonly width: number;
  /** Of each order in the portion and each of its candidates: cost of insertion, or what it is at least. */
  private readonly cost: Float64Array;
  private readonly isExact: Uint8Array;
  private readonly pickupAfter: Int32Array;
  private readonly dropAfter: Int32Array;
  private readonly best = new Float64Array(PORTION);
  private readonly second = new Float64Array(PORTION);
  private readonly slot = new Int32Array(PORTION);

  constructor(routes: Routes, candidates: Candidates, random: Random) {
    this.routes = routes;
    this.candidates = candidates;
    this.random = random;
    this.width = Math.max(1, routes.problem.policy.candidateCouriers);
    this.cost = new Float64Array(PORTION * this.width);
    this.isExact = new Uint8Array(PORTION * this.width);
    this.pickupAfter = new Int32Array(PORTION * this.width);
    this.dropAfter = new Int32Array(PORTION * this.width);
  }

  /** Inserts each of `orders` where that costs less than leaving it; `beforeChange` sees each route before it changes. */
  run(orders: readonly number[], blinkRate: number, beforeChange: (courier: number) => void): void {
    for (let from = 0; from < orders.length; from += PORTION) {
      this.runPortion(orders.slice(from, from + PORTION), blinkRate, beforeChange);
    }
  }

  private runPortion(
    pending: readonly number[],
    blinkRate: number,
    beforeChange: (courier: number) => void,
  ): void {
    const { routes, width, cost } = this;
    cost.fill(-Infinity, 0, pending.length * width);
    this.isExact.fill(0, 0, pending.length * width);
    const rows: number[] = [];
    for (let row = 0; row < pending.length; row++) {
      if (blinkRate > 0) this.blink(row, blinkRate);
      this.scan(row, pending[row]!);
      rows.push(row);
    }
    while (rows.length > 0) {
      let chosen = -1;
      let regret = -1;
      for (let index = 0; index < rows.length; index++) {
        const row = rows[index]!;
        if (this.slot[row]! < 0 || this.second[row]! - this.best[row]! <= regret) continue;
        regret = this.second[row]! - this.best[row]!;
        chosen = index;
      }
      if (chosen < 0) return;
      const row = rows[chosen]!;
      const order = pending[row]!;
      const slot = this.slot[row]!;
      const courier = this.candidates.of(order).couriers[slot - row * width]!;
      beforeChange(courier);
      routes.insert(courier, order, this.pickupAfter[slot]!, this.dropAfter[slot]!);
      rows[chosen] = rows.at(-1)!;
      rows.pop();
      for (const other of rows) {
        const at = this.candidates.of(pending[other]!).couriers.indexOf(courier);
        if (at < 0 || cost[other * width + at] === Infinity) continue;
        cost[other * width + at] = -Infinity;
        this.isExact[other * width + at] = 0;
        this.scan(other, pending[other]!);
      }
    }
  }

  private blink(row: number, rate: number): void {
    for (let k = row * this.width; k < (row + 1) * this.width; k++) {
      if (this.random.next() < rate) this.cost[k] = Infinity;
    }
  }

  /** Finds the best and second-best courier of an order. */
  private scan(row: number, order: number): void {
    const { routes, width, cost } = this;
    const { problem } = routes;
    const { couriers, arrivals } = this.candidates.of(order);
    const unserved = problem.unservedCost[order]!;
    let best = unserved;
    let second = unserved;
    let slot = -1;
    const ready = problem.readyAt[order]!;
    for (let k = 0, at = row * width; k < couriers.length; k++, at++) {
      if (problem.dropCost(order, Math.max(arrivals[k]!, ready) + problem.straight[order]!) >= second) break;
      let value = cost[at]!;
      if (value < second && this.isExact[at] === 0) {
        const found = routes.findInsertion(couriers[k]!, order, second);
        value = found ? routes.foundCost : second;
        cost[at] = value;
        this.isExact[at] = found ? 1 : 0;
        this.pickupAfter[at] = routes.foundPickupAfter;
        this.dropAfter[at] = routes.foundDropAfter;
      }
      if (value < best) {
        second = best;
        best = value;
        slot = at;
      } else if (value < second) {
        second = value;
      }
    }
    this.best[row] = best;
    this.second[row] = second;
    this.slot[row] = slot;
  }
}
