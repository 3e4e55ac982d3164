import {
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
import { invariant } from '@halfhour/kernel';
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

/**
 * Plays a day in memory: each minute the orders placed by then and the couriers on shift or soon to be go to
 * the engine, and what its plan says must start now is done. Every plan passes the validator first.
 */
export function playInstance(instance: Instance, engine: DispatchEngine, policy: DispatchPolicy): Solution {
  const places = placesOf(instance);
  const recorder = createSolutionRecorder(instance);
  const couriers = instance.couriers.map((_, index) => courierStateOf(instance, places, index));
  const arriving = instance.orders
    .map((_, index) => openOrderOf(instance, places, index))
    .sort((a, b) => a.placedAtSeconds - b.placedAtSeconds || a.key - b.key);
  const open = new Map<number, OpenOrder>();
  const world: World = { instance, places, policy, couriers, open, recorder };
  const lastOff = couriers.reduce((last, courier) => Math.max(last, courier.offAtSeconds), 0);
  let next = 0;
  for (let now = 0; now <= lastOff && (next < arriving.length || open.size > 0); now += TICK_SECONDS) {
    for (; next < arriving.length && arriving[next]!.placedAtSeconds <= now; next++) {
      open.set(arriving[next]!.key, arriving[next]!);
    }
    const state = {
      nowSeconds: now,
      nextTickSeconds: now + TICK_SECONDS,
      couriers: couriers.filter(
        (courier) => courier.onAtSeconds <= now + policy.horizonSeconds && courier.offAtSeconds >= now,
      ),
      orders: [...open.values()],
      travel: places.travel,
    };
    const plan = engine.plan(state);
    const violations = validatePlan(state, plan, policy);
    invariant(violations.length === 0, `invalid plan at ${now}: ${violations[0]?.message}`);
    enact(world, plan, now);
  }
  return recorder.solution();
}

interface World {
  readonly instance: Instance;
  readonly places: InstancePlaces;
  readonly policy: DispatchPolicy;
  readonly couriers: CourierState[];
  readonly open: Map<number, OpenOrder>;
  readonly recorder: SolutionRecorder;
}

function enact(world: World, plan: Plan, now: number): void {
  const { instance, places, policy, couriers, open, recorder } = world;
  for (const assignment of plan.assignments) {
    if (assignment.action === 'wait') continue;
    go(world, assignment.courierKey, assignment.storeNode, now);
    if (assignment.action !== 'collect') continue;
    const id = instance.couriers[assignment.courierKey]!.id;
    const orderOf = (key: number): OpenOrder => openOrderOf(instance, places, key);
    recorder.collected(
      id,
      now / 60,
      assignment.pickupAtSeconds / 60,
      assignment.orderKeys.map((key) => instance.orders[key]!.id),
      assignment.dropAtSeconds.map((seconds) => seconds / 60),
    );
    let from = assignment.storeNode;
    let leaves = assignment.pickupAtSeconds + halfAfter(policy.pickupServiceSeconds);
    assignment.orderKeys.forEach((key, index) => {
      const door = places.orderNode(key);
      recorder.moved(id, leaves / 60, places.idOf(from), places.idOf(door));
      from = door;
      leaves = assignment.dropAtSeconds[index]! + halfAfter(policy.dropServiceSeconds);
      open.delete(key);
    });
    const courier = couriers[assignment.courierKey]!;
    couriers[assignment.courierKey] = afterCollecting(courier, assignment, orderOf, policy);
  }
  for (const { courierKey, storeNode } of plan.prepositions) go(world, courierKey, storeNode, now);
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
