import type { Instance, InstanceCourier } from './instance.ts';
import { travelMinutes } from './places.ts';
import type { Solution, SolutionAssignment, SolutionMove, SolutionOrder } from './solution.ts';

export type SolutionViolationCode =
  | 'unknown_id'
  | 'order_twice'
  | 'order_row_missing'
  | 'order_row_differs'
  | 'empty_bundle'
  | 'two_restaurants'
  | 'assigned_before_placed'
  | 'assigned_after_pickup'
  | 'pickup_before_ready'
  | 'pickup_after_shift'
  | 'departure_before_shift'
  | 'departure_before_arrival'
  | 'broken_chain'
  | 'not_at_restaurant'
  | 'diverted'
  | 'wrong_drop_time'
  | 'service_cut_short'
  | 'aimless_move';

export interface SolutionViolation {
  readonly code: SolutionViolationCode;
  readonly message: string;
}

/** Where a courier stood: from its arrival until it left, for ever at the last place. */
interface Visit {
  readonly place: string;
  readonly arrival: number;
  readonly departure: number;
}

/**
 * Checks every rule of the benchmark, also those that its public evaluator leaves out (half services, that a
 * loaded courier goes straight on, that empty moves lead to restaurants), from the solution alone. Shares
 * nothing with dispatch but the travel time. Orders over 90 minutes are valid and counted by `metricsOf`.
 */
export function validateSolution(instance: Instance, solution: Solution): SolutionViolation[] {
  const violations: SolutionViolation[] = [];
  const report = (code: SolutionViolationCode, message: string): void => {
    violations.push({ code, message });
  };
  const couriers = new Map(instance.couriers.map((courier) => [courier.id, courier]));
  const orders = new Map(instance.orders.map((order) => [order.id, order]));
  const places = new Map(
    [...instance.restaurants, ...instance.orders, ...instance.couriers].map((place) => [place.id, place]),
  );
  const rows = checkOrderRows();
  const assigned = checkAssignments();
  for (const id of rows.keys()) {
    if (!assigned.has(id)) report('order_row_differs', `order ${id} is delivered but in no assignment`);
  }

  const movesOf = groupBy(solution.moves, (move) => move.courier);
  const bundlesOf = groupBy(solution.assignments, (assignment) => assignment.courier);
  for (const id of new Set([...movesOf.keys(), ...bundlesOf.keys()])) {
    const courier = couriers.get(id);
    if (courier === undefined) report('unknown_id', `no courier ${id}`);
    else checkCourier(courier, movesOf.get(id) ?? [], bundlesOf.get(id) ?? []);
  }
  return violations;

  function checkOrderRows(): Map<string, SolutionOrder> {
    const seen = new Map<string, SolutionOrder>();
    for (const row of solution.orders) {
      const order = orders.get(row.order);
      if (order === undefined) report('unknown_id', `no order ${row.order}`);
      else if (row.placedMinute !== order.placedMinute || row.readyMinute !== order.readyMinute) {
        report('order_row_differs', `order ${row.order} was not placed or ready at these times`);
      }
      if (seen.has(row.order)) report('order_twice', `order ${row.order} is delivered twice`);
      seen.set(row.order, row);
    }
    return seen;
  }

  function checkAssignments(): Set<string> {
    const seen = new Set<string>();
    for (const { assignedMinute, pickupMinute, courier, orders: bundle } of solution.assignments) {
      if (bundle.length === 0) report('empty_bundle', `courier ${courier} at ${pickupMinute}`);
      if (assignedMinute > pickupMinute) {
        report('assigned_after_pickup', `courier ${courier}: ${assignedMinute} after ${pickupMinute}`);
      }
      const offMinute = couriers.get(courier)?.offMinute ?? Infinity;
      if (pickupMinute > offMinute) {
        report('pickup_after_shift', `courier ${courier} picks up at ${pickupMinute}, off at ${offMinute}`);
      }
      const restaurant = orders.get(bundle[0] ?? '')?.restaurant;
      for (const id of bundle) {
        if (seen.has(id)) report('order_twice', `order ${id} is assigned twice`);
        seen.add(id);
        const order = orders.get(id);
        if (order === undefined) {
          report('unknown_id', `no order ${id}`);
          continue;
        }
        if (order.restaurant !== restaurant)
          report('two_restaurants', `order ${id} in a bundle of ${restaurant}`);
        if (assignedMinute < order.placedMinute) report('assigned_before_placed', `order ${id}`);
        if (pickupMinute < order.readyMinute) report('pickup_before_ready', `order ${id}`);
        const row = rows.get(id);
        if (row === undefined)
          report('order_row_missing', `order ${id} is assigned but not in the orders file`);
        else if (row.pickupMinute !== pickupMinute || row.courier !== courier) {
          report('order_row_differs', `order ${id} has another pickup time or courier in the orders file`);
        }
      }
    }
    return seen;
  }

  function visitsOf(courier: InstanceCourier, moves: readonly SolutionMove[]): Visit[] {
    const visits: Visit[] = [];
    let place = courier.id;
    let arrival = courier.onMinute;
    for (const move of moves) {
      const origin = move.origin === '0' ? courier.id : move.origin;
      const from = places.get(origin);
      const to = places.get(move.destination);
      if (from === undefined || to === undefined) {
        report('unknown_id', `courier ${courier.id} moves from ${move.origin} to ${move.destination}`);
        return visits;
      }
      if (origin !== place)
        report('broken_chain', `courier ${courier.id} leaves ${origin} while at ${place}`);
      if (move.departureMinute < courier.onMinute) {
        report('departure_before_shift', `courier ${courier.id} at ${move.departureMinute}`);
      } else if (move.departureMinute < arrival) {
        report('departure_before_arrival', `courier ${courier.id} at ${move.departureMinute} from ${origin}`);
      }
      visits.push({ place, arrival, departure: move.departureMinute });
      place = move.destination;
      arrival = move.departureMinute + travelMinutes(from, to, instance.parameters.metresPerMinute);
    }
    visits.push({ place, arrival, departure: Infinity });
    return visits;
  }

  function checkCourier(
    courier: InstanceCourier,
    moves: readonly SolutionMove[],
    bundles: readonly SolutionAssignment[],
  ): void {
    const halfPickup = instance.parameters.pickupServiceMinutes / 2;
    const halfDrop = instance.parameters.dropServiceMinutes / 2;
    const visits = visitsOf(courier, moves);
    const doors = new Set<number>();
    let cursor = 0;
    for (const bundle of [...bundles].sort((a, b) => a.pickupMinute - b.pickupMinute)) {
      const restaurant = orders.get(bundle.orders[0] ?? '')?.restaurant;
      const { pickupMinute } = bundle;
      const at = visits.findIndex(
        (visit, index) =>
          index >= cursor &&
          visit.place === restaurant &&
          visit.arrival <= pickupMinute &&
          visit.departure >= pickupMinute,
      );
      if (at < 0) {
        report('not_at_restaurant', `courier ${courier.id} is not at ${restaurant} at ${pickupMinute}`);
        continue;
      }
      if (
        visits[at]!.arrival + halfPickup > pickupMinute ||
        visits[at]!.departure < pickupMinute + halfPickup
      ) {
        report('service_cut_short', `courier ${courier.id}, pickup at ${restaurant} at ${pickupMinute}`);
      }
      let mustLeave = pickupMinute + halfPickup;
      bundle.orders.forEach((id, index) => {
        const visit = visits[at + 1 + index];
        if (visit?.place !== id) {
          report('diverted', `courier ${courier.id} does not go to ${id} next`);
          return;
        }
        doors.add(at + 1 + index);
        // The first leg may not leave early (checked above); a loaded courier does not linger either.
        if (visits[at + index]!.departure > mustLeave) {
          report('diverted', `courier ${courier.id} lingers before ${id}`);
        }
        const dropMinute = rows.get(id)?.dropMinute;
        if (dropMinute !== visit.arrival + halfDrop) {
          report('wrong_drop_time', `order ${id} at ${dropMinute}, arrival at ${visit.arrival}`);
        }
        mustLeave = visit.arrival + 2 * halfDrop;
        if (visit.departure < mustLeave)
          report('service_cut_short', `courier ${courier.id}, drop-off of ${id}`);
      });
      cursor = at + 1 + bundle.orders.length;
    }
    const restaurants = new Set(instance.restaurants.map(({ id }) => id));
    visits.forEach(({ place }, index) => {
      if (index > 0 && !restaurants.has(place) && !doors.has(index)) {
        report('aimless_move', `courier ${courier.id} goes to ${place} with nothing for it`);
      }
    });
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
