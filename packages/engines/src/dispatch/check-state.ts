import { FAR_SECONDS } from './problem.ts';
import type {
  CarriedOrder,
  CourierState,
  DispatchPolicy,
  DispatchState,
  Load,
  OpenOrder,
  Plane,
  SnapshotProblem,
  TravelTimes,
} from './types.ts';

/** Seconds and metres beyond this are taken for a mistake: a moment in milliseconds, say. */
const MAX_SECONDS = 1e11;
const MAX_METRES = 1e8;
/** Who is free only in years is a mistake too, and beyond what the search counts in. */
const MAX_AHEAD_SECONDS = 1e8;
/** Kinds of abilities in one snapshot: bits of a whole number. */
const MAX_ABILITIES = 30;

/** Nothing can be planned: the clock, the policy, or keys make no sense. The message says what to mend. */
export class UnusableSnapshot extends Error {
  override readonly name = 'UnusableSnapshot';
}

/**
 * The state without couriers and orders that cannot be planned with, and what was wrong with each of these.
 * Throws UnusableSnapshot where the whole cannot be.
 */
export function checkedState(
  state: DispatchState,
  policy: DispatchPolicy,
): { state: DispatchState; leftOut: readonly SnapshotProblem[] } {
  checkPolicy(policy);
  const { nowSeconds, nextTickSeconds, travel } = state;
  if (!isMoment(nowSeconds)) refuse(`nowSeconds must be whole seconds: ${nowSeconds}`);
  if (!isMoment(nextTickSeconds) || nextTickSeconds < nowSeconds) {
    refuse(`nextTickSeconds must be whole seconds, not before now: ${nextTickSeconds}`);
  }
  const { plane } = travel;
  if (plane !== undefined && !(plane.fastestMetresPerSecond > 0)) {
    refuse(`fastestMetresPerSecond must be more than 0: ${plane.fastestMetresPerSecond}`);
  }
  checkKeys(state);
  const leftOut: SnapshotProblem[] = [];
  const couriers = state.couriers.filter((courier) => {
    const problem = problemOfCourier(courier, state);
    if (problem !== undefined) {
      leftOut.push({ message: `courier ${courier.key}: ${problem}`, courierKey: courier.key });
    }
    return problem === undefined;
  });
  const orders = state.orders.filter((order) => {
    const problem = problemOfOrder(order, state);
    if (problem !== undefined) {
      leftOut.push({ message: `order ${order.key}: ${problem}`, orderKey: order.key });
    }
    return problem === undefined;
  });
  return leftOut.length === 0 ? { state, leftOut } : { state: { ...state, couriers, orders }, leftOut };
}

function checkPolicy(policy: DispatchPolicy): void {
  for (const [name, value] of Object.entries(policy)) {
    if (typeof value !== 'number') continue;
    if (Number.isNaN(value) || value < 0) refuse(`policy: ${name} must be 0 or more: ${value}`);
  }
  for (const name of ['pickupServiceSeconds', 'dropServiceSeconds'] as const) {
    if (!isMoment(policy[name])) refuse(`policy: ${name} must be whole seconds: ${policy[name]}`);
  }
  if (!(policy.readyQuantile > 0 && policy.readyQuantile < 1)) {
    refuse(`policy: readyQuantile must lie between 0 and 1: ${policy.readyQuantile}`);
  }
  if (!Number.isInteger(policy.candidateCouriers)) {
    refuse(`policy: candidateCouriers must be a whole number: ${policy.candidateCouriers}`);
  }
}

function checkKeys({ couriers, orders }: DispatchState): void {
  const orderKeys = new Set<number>();
  const abilities = new Set<string>();
  const see = ({ key }: { readonly key: number }): void => {
    if (orderKeys.has(key)) refuse(`two orders have the key ${key}: give each a key of its own`);
    orderKeys.add(key);
  };
  for (const order of orders) {
    see(order);
    for (const name of order.requires ?? []) abilities.add(name);
  }
  const courierKeys = new Set<number>();
  for (const courier of couriers) {
    if (courierKeys.has(courier.key)) {
      refuse(`two couriers have the key ${courier.key}: give each a key of its own`);
    }
    courierKeys.add(courier.key);
    for (const name of courier.abilities ?? []) abilities.add(name);
    courier.carrying?.forEach(see);
  }
  if (abilities.size > MAX_ABILITIES) {
    refuse(
      `${abilities.size} kinds of abilities, at most ${MAX_ABILITIES} are possible: leave out what no order requires`,
    );
  }
}

function problemOfCourier(courier: CourierState, { travel, nowSeconds }: DispatchState): string | undefined {
  const { plane } = travel;
  if (!isNode(courier.node, plane)) return 'has no position: give the node where it stands or will be free';
  for (const name of ['freeAtSeconds', 'onAtSeconds', 'offAtSeconds'] as const) {
    if (!isMoment(courier[name])) return `${name} must be whole seconds: ${courier[name]}`;
  }
  if (Math.max(courier.freeAtSeconds, courier.onAtSeconds) - nowSeconds > MAX_AHEAD_SECONDS) {
    return 'is free only in years: freeAtSeconds and onAtSeconds are moments in seconds on the axis of nowSeconds';
  }
  if (!(courier.maxOrders >= 0)) return `maxOrders must be 0 or more: ${courier.maxOrders}`;
  const { acceptance = 1, earnedPerHour = 0 } = courier;
  if (!(acceptance >= 0 && acceptance <= 1)) return `acceptance must be 0 to 1: ${acceptance}`;
  if (!(earnedPerHour >= 0 && earnedPerHour < Infinity))
    return `earnedPerHour must be 0 or more: ${earnedPerHour}`;
  const load = problemOfLoad(courier.capacity);
  if (load !== undefined) return `capacity: ${load}`;
  for (const order of courier.carrying ?? []) {
    const problem = problemOfDrop(order, plane);
    if (problem !== undefined) return `carries order ${order.key}: ${problem}`;
    for (const from of [courier.node, ...courier.carrying!.map(({ dropNode }) => dropNode)]) {
      if (!isWay(travel, from, order.dropNode))
        return `carries order ${order.key}: there is no way to its door`;
    }
  }
  return undefined;
}

function problemOfOrder(order: OpenOrder, { travel }: DispatchState): string | undefined {
  const problem = problemOfDrop(order, travel.plane);
  if (problem !== undefined) return problem;
  if (!isMoment(order.readyAtSeconds)) return `readyAtSeconds must be whole seconds: ${order.readyAtSeconds}`;
  const { readySpreadSeconds = 0 } = order;
  if (!(readySpreadSeconds >= 0 && readySpreadSeconds < MAX_SECONDS)) {
    return `readySpreadSeconds must be 0 or more: ${readySpreadSeconds}`;
  }
  if (!isNode(order.storeNode, travel.plane)) return 'its store has no place: give its node';
  if (!isWay(travel, order.storeNode, order.dropNode)) return 'there is no way from its store to its door';
  return undefined;
}

function problemOfDrop(order: CarriedOrder, plane: Plane | undefined): string | undefined {
  for (const name of ['placedAtSeconds', 'dueAtSeconds', 'latestAtSeconds'] as const) {
    if (!isMoment(order[name])) return `${name} must be whole seconds: ${order[name]}`;
  }
  if (!isNode(order.dropNode, plane)) return 'its door has no place: give its node';
  const load = problemOfLoad(order.load);
  return load === undefined ? undefined : `load: ${load}`;
}

function problemOfLoad(load: Partial<Load> | undefined): string | undefined {
  for (const [name, value] of Object.entries(load ?? {})) {
    if (!(value >= 0)) return `${name} must be 0 or more: ${value}`;
  }
  return undefined;
}

function isMoment(seconds: number): boolean {
  return Number.isInteger(seconds) && Math.abs(seconds) <= MAX_SECONDS;
}

function isWay(travel: TravelTimes, from: number, to: number): boolean {
  if (from === to) return true;
  const seconds = travel.seconds(from, to);
  return seconds >= 0 && seconds < FAR_SECONDS;
}

function isNode(node: number, plane: Plane | undefined): boolean {
  if (node !== (node | 0)) return false;
  return (
    plane === undefined || (Math.abs(plane.x(node)) <= MAX_METRES && Math.abs(plane.y(node)) <= MAX_METRES)
  );
}

function refuse(message: string): never {
  throw new UnusableSnapshot(message);
}
