import type {
  Assignment,
  AssignmentAction,
  CarriedOrder,
  CourierState,
  DispatchPolicy,
  TravelTimes,
} from './types.ts';

/**
 * Late commitment, in one place for the engine, the validator, the benchmark and the live market: a courier
 * leaves when waiting longer would delay the pickup, and a bundle is final when it is picked up. Until then
 * the next tick may still do better (Reyes et al. 2018 gain more by this than by exact assignment).
 */
export function actionFor(
  departAtSeconds: number,
  pickupAtSeconds: number,
  nextTickSeconds: number,
): AssignmentAction {
  if (pickupAtSeconds < nextTickSeconds) return 'collect';
  return departAtSeconds < nextTickSeconds ? 'go' : 'wait';
}

/** From when a courier can do something new. */
export function availableAtSeconds(courier: CourierState, nowSeconds: number): number {
  return Math.max(nowSeconds, courier.freeAtSeconds, courier.onAtSeconds);
}

/** The courier after it has been told to go to a store: on its way there, or standing there as before. */
export function afterGoing(
  courier: CourierState,
  storeNode: number,
  nowSeconds: number,
  travel: TravelTimes,
): CourierState {
  if (courier.node === storeNode) return courier;
  const departure = availableAtSeconds(courier, nowSeconds);
  return {
    ...courier,
    node: storeNode,
    freeAtSeconds: departure + travel.seconds(courier.node, storeNode),
  };
}

/**
 * The courier after a final assignment: free behind its last drop-off, or behind the pickup where it goes on to
 * another store, with what it then has on board. `orderOf` knows the orders of the assignment.
 */
export function afterCollecting(
  courier: CourierState,
  assignment: Assignment,
  orderOf: (key: number) => CarriedOrder,
  policy: DispatchPolicy,
): CourierState {
  const { storeNode, orderKeys, pickupAtSeconds, dropKeys, dropAtSeconds } = assignment;
  const lastDrop = dropAtSeconds.at(-1);
  const dropped = new Set(dropKeys);
  const carrying = [...(courier.carrying ?? []), ...orderKeys.map(orderOf)].filter(
    ({ key }) => !dropped.has(key),
  );
  return {
    ...courier,
    node: lastDrop === undefined ? storeNode : orderOf(dropKeys.at(-1)!).dropNode,
    freeAtSeconds:
      lastDrop === undefined
        ? pickupAtSeconds + halfAfter(policy.pickupServiceSeconds)
        : lastDrop + halfAfter(policy.dropServiceSeconds),
    ...(courier.carrying === undefined && carrying.length === 0 ? {} : { carrying }),
  };
}

/** Service time before the moment of pickup or drop-off; with an odd number of seconds the shorter half. */
export function halfBefore(serviceSeconds: number): number {
  return serviceSeconds >> 1;
}

export function halfAfter(serviceSeconds: number): number {
  return serviceSeconds - halfBefore(serviceSeconds);
}
