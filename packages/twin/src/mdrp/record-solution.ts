import type { Instance } from './instance.ts';
import type { Solution, SolutionAssignment, SolutionMove, SolutionOrder } from './solution.ts';

/** Gathers what happened in a replay, in any order over couriers, into a Solution. */
export interface SolutionRecorder {
  /** A courier left one place (`0`: its start) for another. */
  moved(courier: string, departureMinute: number, origin: string, destination: string): void;
  /** Orders became a courier's for good and are picked up together; in delivery sequence. */
  collected(courier: string, assignedMinute: number, pickupMinute: number, orders: readonly string[]): void;
  /** An order that was collected is handed over. */
  delivered(courier: string, order: string, dropMinute: number): void;
  solution(): Solution;
}

export function createSolutionRecorder(instance: Instance): SolutionRecorder {
  const known = new Map(instance.orders.map((order) => [order.id, order]));
  const assignments: SolutionAssignment[] = [];
  const orders: SolutionOrder[] = [];
  const pickedUp = new Map<string, number>();
  const moves = new Map<string, SolutionMove[]>();
  return {
    moved(courier, departureMinute, origin, destination) {
      const list = moves.get(courier) ?? [];
      list.push({ courier, departureMinute, origin, destination });
      moves.set(courier, list);
    },
    collected(courier, assignedMinute, pickupMinute, ids) {
      assignments.push({ assignedMinute, pickupMinute, courier, orders: ids });
      for (const id of ids) pickedUp.set(id, pickupMinute);
    },
    delivered(courier, order, dropMinute) {
      const { placedMinute, readyMinute } = known.get(order)!;
      orders.push({
        order,
        placedMinute,
        readyMinute,
        pickupMinute: pickedUp.get(order)!,
        dropMinute,
        courier,
      });
    },
    solution: () => ({ assignments, orders, moves: [...moves.values()].flat() }),
  };
}
