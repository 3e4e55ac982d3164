import { type Objective, objectiveOf } from './objective.ts';
import { Problem } from './problem.ts';
import { Routes } from './routes.ts';
import { scheduleRoute } from './schedule.ts';
import type { Assignment, CourierState, DispatchPolicy, DispatchState, OpenOrder, Plan } from './types.ts';

/**
 * What a plan would cost more if another courier had an order, term by term of the objective: the order taken out of
 * the route that it is in and put where it costs least in the other's, nothing else planned anew. So what the others on
 * both routes gain and lose is in it. Negative where the other would be cheaper by that alone.
 */
export type CourierComparison = (orderKey: number, courierKey: number) => Objective | undefined;

/**
 * Compares couriers for the orders of one plan; the comparison gives undefined where the other cannot take the order.
 * The state and plan must be whole: what the engine left out may not be asked for. About 40 µs a question.
 */
export function createCourierComparison(
  state: DispatchState,
  plan: Plan,
  policy: DispatchPolicy,
): CourierComparison {
  const orders = new Map(state.orders.map((order) => [order.key, order]));
  const couriers = new Map(state.couriers.map((courier) => [courier.key, courier]));
  const rows = new Map<number, Assignment[]>();
  const courierOf = new Map<number, number>();
  for (const assignment of plan.assignments) {
    const row = rows.get(assignment.courierKey);
    if (row === undefined) rows.set(assignment.courierKey, [assignment]);
    else row.push(assignment);
    for (const key of assignment.orderKeys) courierOf.set(key, assignment.courierKey);
  }
  // Fairness is measured by the mean of all, of whom the two compared are only two.
  const meanEarnedPerHour =
    state.meanEarnedPerHour ??
    state.couriers.reduce((sum, { earnedPerHour = 0 }) => sum + earnedPerHour, 0) /
      Math.max(1, state.couriers.length);

  return (orderKey, courierKey) => {
    const order = orders.get(orderKey);
    const other = couriers.get(courierKey);
    const chosenKey = courierOf.get(orderKey);
    if (order === undefined || other === undefined || chosenKey === courierKey) return undefined;
    if (!mayTake(other, order)) return undefined;
    const pair = chosenKey === undefined ? [other] : [other, couriers.get(chosenKey)!];
    const before = pair.flatMap(({ key }) => rows.get(key) ?? []);
    const theirs = new Set(before.flatMap(({ orderKeys }) => orderKeys)).add(orderKey);
    const part: DispatchState = {
      ...state,
      couriers: pair,
      orders: [...theirs].map((key) => orders.get(key)!),
      meanEarnedPerHour,
    };
    const routes = new Routes(new Problem(part, policy));
    const isRestored = pair.every(({ key }, index) => {
      const stops = stopsOf(routes.problem, rows.get(key) ?? [], orderKey);
      return stops.length === 0 || routes.setRoute(index, stops, stops.length);
    });
    const at = routes.problem.keyOf.indexOf(orderKey);
    if (!isRestored || !routes.findInsertion(0, at, Infinity)) return undefined;
    routes.insert(0, at, routes.foundPickupAfter, routes.foundDropAfter);
    const rest = { prepositions: [], leftOut: [] };
    const unassigned = chosenKey === undefined ? [orderKey] : [];
    const costsNow = objectiveOf(part, { ...rest, assignments: before, unassigned }, policy);
    const assignments = pair.flatMap((_, index) => scheduleRoute(routes, index));
    return difference(objectiveOf(part, { ...rest, assignments, unassigned: [] }, policy), costsNow);
  };
}

/** Whether a courier may have an order at all: abilities, declines, the operator's choice, size of the vehicle. */
export function mayTake(courier: CourierState, order: OpenOrder): boolean {
  const { abilities = [], capacity = {} } = courier;
  if (order.requires?.some((name) => !abilities.includes(name))) return false;
  if (order.onlyCourierKey !== undefined && order.onlyCourierKey !== courier.key) return false;
  if (order.declinedBy?.includes(courier.key)) return false;
  return (Object.keys(capacity) as (keyof typeof capacity)[]).every(
    (kind) => (order.load?.[kind] ?? 0) <= (capacity[kind] ?? Infinity),
  );
}

/** A row of assignments as stops, without one order. */
function stopsOf(problem: Problem, row: readonly Assignment[], without: number): number[] {
  const indexOf = new Map(problem.keyOf.map((key, index) => [key, index]));
  return row.flatMap(({ orderKeys, dropKeys }) => [
    ...orderKeys.filter((key) => key !== without).map((key) => 2 * indexOf.get(key)!),
    ...dropKeys.filter((key) => key !== without).map((key) => 2 * indexOf.get(key)! + 1),
  ]);
}

function difference(after: Objective, before: Objective): Objective {
  const names = Object.keys(after) as (keyof Objective)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as Objective;
}
