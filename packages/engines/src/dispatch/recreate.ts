import type { Random } from '@halfhour/kernel';
import type { RouteTable } from './route-table.ts';

/** Orders inserted side by side; more are taken in portions, so that the work grows with their number and not its square. */
const PORTION = 48;

/**
 * Regret insertion (Potvin and Rousseau 1993) with blinks (Christiaens and Vanden Berghe 2020): of the
 * orders without a courier, the one goes in first whose second-best courier is worst compared with its best.
 * A blink skips a courier by chance, which keeps repeated insertions from ending in the same plan.
 */
export class Recreate {
  private readonly routes: RouteTable;
  private readonly candidates: readonly Int32Array[];
  private readonly random: Random;
  private readonly width: number;
  private readonly cost: Float64Array;
  private readonly position: Uint8Array;
  private readonly mode: Uint8Array;

  constructor(routes: RouteTable, candidates: readonly Int32Array[], random: Random) {
    this.routes = routes;
    this.candidates = candidates;
    this.random = random;
    this.width = Math.max(1, ...candidates.map((list) => list.length));
    this.cost = new Float64Array(PORTION * this.width);
    this.position = new Uint8Array(PORTION * this.width);
    this.mode = new Uint8Array(PORTION * this.width);
  }

  /** Inserts each of `orders` where that costs less than leaving it; `beforeChange` sees each route before it changes. */
  run(orders: readonly number[], blinkRate: number, beforeChange: (courier: number) => void): void {
    for (let from = 0; from < orders.length; from += PORTION) {
      this.runPortion(orders.slice(from, from + PORTION), blinkRate, beforeChange);
    }
  }

  private runPortion(pending: number[], blinkRate: number, beforeChange: (courier: number) => void): void {
    const { width, cost } = this;
    const rows = pending.map((_, row) => row);
    for (const row of rows) {
      const list = this.candidates[pending[row]!]!;
      for (let k = 0; k < list.length; k++) {
        if (blinkRate > 0 && this.random.next() < blinkRate) cost[row * width + k] = Infinity;
        else this.evaluate(pending[row]!, list[k]!, row * width + k);
      }
    }
    while (rows.length > 0) {
      let chosen = -1;
      let chosenSlot = -1;
      let chosenRegret = -1;
      for (let index = 0; index < rows.length; index++) {
        const row = rows[index]!;
        const count = this.candidates[pending[row]!]!.length;
        let best = this.routes.unservedCosts[pending[row]!]!;
        let second = best;
        let slot = -1;
        for (let k = row * width; k < row * width + count; k++) {
          if (cost[k]! < best) {
            second = best;
            best = cost[k]!;
            slot = k;
          } else if (cost[k]! < second) {
            second = cost[k]!;
          }
        }
        if (slot >= 0 && second - best > chosenRegret) {
          chosenRegret = second - best;
          chosen = index;
          chosenSlot = slot;
        }
      }
      if (chosen < 0) return;
      const row = rows[chosen]!;
      const order = pending[row]!;
      const courier = this.candidates[order]![chosenSlot - row * width]!;
      beforeChange(courier);
      this.routes.insert(courier, order, this.position[chosenSlot]!, this.mode[chosenSlot]!);
      rows.splice(chosen, 1);
      for (const other of rows) {
        const list = this.candidates[pending[other]!]!;
        for (let k = 0; k < list.length; k++) {
          if (list[k] === courier) this.evaluate(pending[other]!, courier, other * width + k);
        }
      }
    }
  }

  private evaluate(order: number, courier: number, slot: number): void {
    const found = this.routes.findInsertion(courier, order, this.routes.unservedCosts[order]!);
    this.cost[slot] = found ? this.routes.foundCost : Infinity;
    this.position[slot] = this.routes.foundPosition;
    this.mode[slot] = this.routes.foundMode;
  }
}
