import type { CarriedOrder, DispatchPolicy, DispatchState, Plan } from './types.ts';

/** What a plan costs, term by term, in weighed seconds, for an operator to read. */
export interface Objective {
  readonly clickToDoor: number;
  readonly overage: number;
  readonly beyondLatest: number;
  readonly foodWaiting: number;
  readonly courierTime: number;
  readonly fairness: number;
  readonly declines: number;
  readonly changes: number;
  readonly unserved: number;
  readonly total: number;
}

/** The objective of a plan, computed from the plan and its state alone as the policy defines it. */
export function objectiveOf(state: DispatchState, plan: Plan, policy: DispatchPolicy): Objective {
  const { couriers, travel } = state;
  const orders = new Map(state.orders.map((order) => [order.key, order]));
  const courierOf = new Map(couriers.map((courier) => [courier.key, courier]));
  const carried = new Map<number, CarriedOrder>(orders);
  for (const { carrying } of couriers) for (const order of carrying ?? []) carried.set(order.key, order);
  const meanEarned =
    state.meanEarnedPerHour ??
    couriers.reduce((sum, { earnedPerHour = 0 }) => sum + earnedPerHour, 0) / Math.max(1, couriers.length);
  const sums = {
    clickToDoor: 0,
    overage: 0,
    beyondLatest: 0,
    foodWaiting: 0,
    courierTime: 0,
    fairness: 0,
    declines: 0,
    changes: 0,
    unserved: 0,
  };
  const addDrop = (order: CarriedOrder, moment: number): void => {
    sums.clickToDoor += policy.clickToDoorWeight * (moment - order.placedAtSeconds);
    sums.overage += policy.overageWeight * Math.max(0, moment - order.dueAtSeconds);
    // The two bends add up only where the latest time is not before the promise.
    sums.beyondLatest += policy.beyondLatestWeight * Math.max(0, moment - order.latestAtSeconds);
  };
  const seconds = (from: number, to: number): number => (from === to ? 0 : travel.seconds(from, to));
  const placeOf = new Map<number, number>();
  for (const {
    courierKey,
    storeNode,
    orderKeys,
    pickupAtSeconds,
    dropKeys,
    dropAtSeconds,
  } of plan.assignments) {
    const courier = courierOf.get(courierKey)!;
    let place = placeOf.get(courierKey) ?? courier.node;
    sums.courierTime += policy.courierTimeWeight * seconds(place, storeNode);
    place = storeNode;
    for (const key of orderKeys) {
      const order = orders.get(key)!;
      sums.foodWaiting += policy.foodWaitingWeight * (pickupAtSeconds - order.readyAtSeconds);
      const rate = meanEarned > 0 ? (courier.earnedPerHour ?? 0) / meanEarned : 0;
      sums.fairness += policy.fairnessCostSeconds * Math.min(3, rate);
      if (order.toldCourierKey === courierKey) continue;
      sums.declines += policy.declineCostSeconds * (1 - (courier.acceptance ?? 1));
      if (order.toldCourierKey !== undefined) sums.changes += policy.changeCostSeconds;
    }
    dropKeys.forEach((key, index) => {
      const order = carried.get(key)!;
      addDrop(order, dropAtSeconds[index]!);
      sums.courierTime += policy.courierTimeWeight * seconds(place, order.dropNode);
      place = order.dropNode;
    });
    placeOf.set(courierKey, place);
  }
  const leftOut = new Set(plan.leftOut.map(({ orderKey }) => orderKey));
  for (const key of plan.unassigned) {
    // What cannot be planned at all has no best case.
    if (leftOut.has(key)) continue;
    const order = orders.get(key)!;
    const atBest =
      Math.max(state.nowSeconds, order.readyAtSeconds) +
      Math.ceil(policy.pickupServiceSeconds / 2) +
      seconds(order.storeNode, order.dropNode) +
      Math.floor(policy.dropServiceSeconds / 2);
    sums.unserved += policy.unservedCostSeconds;
    addDrop(order, atBest);
  }
  return { ...sums, total: Object.values(sums).reduce((sum, value) => sum + value, 0) };
}
