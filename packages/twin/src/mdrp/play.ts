import {
  type Assignment,
  type CourierState,
  type DispatchEngine,
  type DispatchPolicy,
  type OpenOrder,
  type Plan,
  afterCollecting,
  afterGoing,
  availableAtSeconds,
  defaultPolicy,
  halfAfter,
  validatePlan,
} from '@halfhour/engines/dispatch';
import { type Random, invariant, normal } from '@halfhour/kernel';
import type { Instance } from './instance.ts';
import { type InstancePlaces, placesOf } from './places.ts';
import { type SolutionRecorder, createSolutionRecorder } from './record-solution.ts';
import type { Solution } from './solution.ts';

const TICK_SECONDS = 60;

/** The benchmark's service times over the given policy. */
export function policyFor(instance: Instance, overrides: Partial<DispatchPolicy> = {}): DispatchPolicy {
  return {
    ...defaultPolicy,
    pickupServiceSeconds: instance.parameters.pickupServiceMinutes * 60,
    dropServiceSeconds: instance.parameters.dropServiceMinutes * 60,
    ...overrides,
  };
}

/** An order as dispatch sees it; its key is its place in the file. */
export function openOrderOf(instance: Instance, places: InstancePlaces, index: number): OpenOrder {
  const order = instance.orders[index]!;
  return {
    key: index,
    placedAtSeconds: order.placedMinute * 60,
    readyAtSeconds: order.readyMinute * 60,
    storeNode: places.restaurantNode.get(order.restaurant)!,
    dropNode: places.orderNode(index),
    dueAtSeconds: (order.placedMinute + instance.parameters.targetMinutes) * 60,
    latestAtSeconds: (order.placedMinute + instance.parameters.maximumMinutes) * 60,
  };
}

/** A courier at its start; its key is its place in the file. The benchmark bounds no bundle. */
export function courierStateOf(instance: Instance, places: InstancePlaces, index: number): CourierState {
  const courier = instance.couriers[index]!;
  return {
    key: index,
    node: places.courierNode(index),
    freeAtSeconds: courier.onMinute * 60,
    onAtSeconds: courier.onMinute * 60,
    offAtSeconds: courier.offMinute * 60,
    maxOrders: Number.MAX_SAFE_INTEGER,
  };
}

/** How the world differs from the benchmark's, where everything is known and nobody declines. */
export interface PlayedWorld {
  /** Ready times are told with an error of this standard deviation; the truth is known when the food is ready. */
  readonly readySpreadMinutes: number;
  /**
   * What stores say at placement instead, one an order in file order: the real time is learned at the first tick after
   * it, and nothing is collected before.
   */
  readonly estimatedReadyMinutes?: readonly number[];
  /** Share of offers that a courier declines. An offer is made when the courier is to leave, or to collect. */
  readonly declineRate: number;
  readonly random: Random;
}

/**
 * Plays a day in memory: each minute the orders placed by then and the couriers on shift or soon to be go to
 * the engine, and what its plan says must start now is done. Every plan passes the validator first.
 */
export function playInstance(
  instance: Instance,
  engine: DispatchEngine,
  policy: DispatchPolicy,
  played?: PlayedWorld,
): Solution {
  const places = placesOf(instance);
  const recorder = createSolutionRecorder(instance);
  const acceptance = 1 - (played?.declineRate ?? 0);
  const couriers = instance.couriers.map((_, index) => ({
    ...courierStateOf(instance, places, index),
    acceptance,
  }));
  const arriving = instance.orders
    .map((_, index) => openOrderOf(instance, places, index))
    .sort((a, b) => a.placedAtSeconds - b.placedAtSeconds || a.key - b.key);
  const open = new Map<number, OpenOrder>();
  const world: World = { instance, places, policy, couriers, open, recorder, played };
  const lastOff = couriers.reduce((last, courier) => Math.max(last, courier.offAtSeconds), 0);
  let next = 0;
  const goesOn = (now: number): boolean =>
    (now <= lastOff && (next < arriving.length || open.size > 0)) || couriers.some(isLoaded);
  for (let now = 0; goesOn(now); now += TICK_SECONDS) {
    for (; next < arriving.length && arriving[next]!.placedAtSeconds <= now; next++) {
      open.set(arriving[next]!.key, asTold(arriving[next]!, played));
    }
    if (played !== undefined) learnWhatIsReady(world, now);
    const state = {
      nowSeconds: now,
      nextTickSeconds: now + TICK_SECONDS,
      couriers: couriers.filter(
        (courier) =>
          (courier.onAtSeconds <= now + policy.horizonSeconds && courier.offAtSeconds >= now) ||
          isLoaded(courier),
      ),
      orders: [...open.values()].map((order) => asKnown(order, now, played?.estimatedReadyMinutes)),
      travel: places.travel,
    };
    const plan = engine.plan(state);
    const violations = validatePlan(state, plan, policy);
    invariant(violations.length === 0, `invalid plan at ${now}: ${violations[0]?.message}`);
    enact(world, plan, now);
  }
  return recorder.solution();
}

/** The order as the market knows it at `now`: what is not ready by then is not before the next tick. */
function asKnown(order: OpenOrder, now: number, estimates: readonly number[] | undefined): OpenOrder {
  if (estimates === undefined || order.readyAtSeconds <= now) return order;
  return { ...order, readyAtSeconds: Math.max(now + TICK_SECONDS, estimates[order.key]! * 60) };
}

interface World {
  readonly instance: Instance;
  readonly places: InstancePlaces;
  readonly policy: DispatchPolicy;
  readonly couriers: CourierState[];
  readonly open: Map<number, OpenOrder>;
  readonly recorder: SolutionRecorder;
  readonly played: PlayedWorld | undefined;
}

function isLoaded({ carrying }: CourierState): boolean {
  return carrying !== undefined && carrying.length > 0;
}

/** The order with the ready time that the store expects. */
function asTold(order: OpenOrder, played: PlayedWorld | undefined): OpenOrder {
  if (played === undefined || played.readySpreadMinutes === 0) return order;
  const error = 60 * Math.round(normal(played.random, 0, played.readySpreadMinutes));
  return {
    ...order,
    readyAtSeconds: Math.max(order.placedAtSeconds, order.readyAtSeconds + error),
    readySpreadSeconds: 60 * played.readySpreadMinutes,
  };
}

function learnWhatIsReady({ instance, open }: World, now: number): void {
  for (const order of open.values()) {
    const readyAtSeconds = 60 * instance.orders[order.key]!.readyMinute;
    if (readyAtSeconds <= now) open.set(order.key, { ...order, readyAtSeconds, readySpreadSeconds: 0 });
  }
}

function enact(world: World, plan: Plan, now: number): void {
  const { instance, places, policy, couriers, open, recorder } = world;
  const orderOf = (key: number): OpenOrder => openOrderOf(instance, places, key);
  for (const assignment of plan.assignments) {
    if (assignment.action === 'wait' || !accepts(world, assignment)) continue;
    const { courierKey, storeNode, orderKeys, pickupAtSeconds, dropKeys, dropAtSeconds } = assignment;
    go(world, courierKey, storeNode, now);
    if (assignment.action !== 'collect') continue;
    const { id } = instance.couriers[courierKey]!;
    const nameOf = (key: number): string => instance.orders[key]!.id;
    let leaves = pickupAtSeconds;
    if (orderKeys.length > 0) {
      recorder.collected(id, now / 60, pickupAtSeconds / 60, orderKeys.map(nameOf));
      leaves += halfAfter(policy.pickupServiceSeconds);
    }
    let from = storeNode;
    dropKeys.forEach((key, index) => {
      const door = places.orderNode(key);
      recorder.moved(id, leaves / 60, places.idOf(from), places.idOf(door));
      recorder.delivered(id, nameOf(key), dropAtSeconds[index]! / 60);
      from = door;
      leaves = dropAtSeconds[index]! + halfAfter(policy.dropServiceSeconds);
    });
    for (const key of orderKeys) open.delete(key);
    couriers[courierKey] = afterCollecting(couriers[courierKey]!, assignment, orderOf, policy);
  }
  for (const { courierKey, storeNode } of plan.prepositions) go(world, courierKey, storeNode, now);
}

/** Offers a courier what it was not told of before; where it declines one, it does nothing until the next minute. */
function accepts({ open, played }: World, { courierKey, orderKeys }: Assignment): boolean {
  const declineRate = played?.declineRate ?? 0;
  let all = true;
  for (const key of orderKeys) {
    const order = open.get(key)!;
    if (order.toldCourierKey === courierKey) continue;
    const declines = played !== undefined && declineRate > 0 && played.random.next() < declineRate;
    if (declines) open.set(key, { ...order, declinedBy: [...(order.declinedBy ?? []), courierKey] });
    else open.set(key, { ...order, toldCourierKey: courierKey });
    all &&= !declines;
  }
  return all;
}

function go(world: World, courierKey: number, storeNode: number, now: number): void {
  const { instance, places, couriers, recorder } = world;
  const courier = couriers[courierKey]!;
  if (courier.node === storeNode) return;
  const leaves = availableAtSeconds(courier, now);
  recorder.moved(
    instance.couriers[courierKey]!.id,
    leaves / 60,
    places.idOf(courier.node),
    places.idOf(storeNode),
  );
  couriers[courierKey] = afterGoing(courier, storeNode, now, places.travel);
}
