import type { Instance } from './instance.ts';
import type { Solution, SolutionAssignment, SolutionMove, SolutionOrder } from './solution.ts';

/** Gathers what happened in a replay, in any order over couriers, into a Solution. */
export interface SolutionRecorder {
  /** A courier left one place (`0`: its start) for another. */
  moved(courier: string, departureMinute: number, origin: string, destination: string): void;
  /** A bundle became final; `dropMinutes` in the sequence of `orders`. */
  collected(
    courier: string,
    assignedMinute: number,
    pickupMinute: number,
    orders: readonly string[],
    dropMinutes: readonly number[],
  ): void;
  solution(): Solution;
}

export function createSolutionRecorder(instance: Instance): SolutionRecorder {
  const known = new Map(instance.orders.map((order) => [order.id, order]));
  const assignments: SolutionAssignment[] = [];
  const orders: SolutionOrder[] = [];
  const moves = new Map<string, SolutionMove[]>();
  return {
    moved(courier, departureMinute, origin, destination) {
      const list = moves.get(courier) ?? [];
      list.push({ courier, departureMinute, origin, destination });
      moves.set(courier, list);
    },
    collected(courier, assignedMinute, pickupMinute, ids, dropMinutes) {
      assignments.push({ assignedMinute, pickupMinute, courier, orders: ids });
      ids.forEach((id, index) => {
        const { placedMinute, readyMinute } = known.get(id)!;
        const dropMinute = dropMinutes[index]!;
        orders.push({ order: id, placedMinute, readyMinute, pickupMinute, dropMinute, courier });
      });
    },
    solution: () => ({ assignments, orders, moves: [...moves.values()].flat() }),
  };
}
