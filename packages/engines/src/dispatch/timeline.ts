import { actionFor, availableAtSeconds, halfAfter, halfBefore } from './commitment.ts';
import type { Assignment, CourierState, DispatchPolicy, DispatchState, OpenOrder } from './types.ts';

/** Puts times and actions to a courier's bundles, as late as does not delay a pickup. */
export function scheduleBundles(
  state: DispatchState,
  policy: DispatchPolicy,
  courier: CourierState,
  bundles: readonly (readonly OpenOrder[])[],
): Assignment[] {
  const { travel, nowSeconds } = state;
  let node = courier.node;
  let time = availableAtSeconds(courier, nowSeconds);
  return bundles.map((orders, index) => {
    const storeNode = orders[0]!.storeNode;
    const ready = Math.max(...orders.map((order) => order.readyAtSeconds));
    const before = halfBefore(policy.pickupServiceSeconds);
    let departAtSeconds: number;
    let pickupAtSeconds: number;
    if (index === 0 && node === storeNode) {
      departAtSeconds = Math.max(courier.freeAtSeconds, courier.onAtSeconds);
      pickupAtSeconds = Math.max(nowSeconds, departAtSeconds + before, ready);
    } else {
      const legSeconds = travel.seconds(node, storeNode);
      pickupAtSeconds = Math.max(time + legSeconds + before, ready);
      departAtSeconds = pickupAtSeconds - before - legSeconds;
    }
    time = pickupAtSeconds + halfAfter(policy.pickupServiceSeconds);
    node = storeNode;
    const dropAtSeconds = orders.map((order) => {
      const dropAt = time + travel.seconds(node, order.dropNode) + halfBefore(policy.dropServiceSeconds);
      time = dropAt + halfAfter(policy.dropServiceSeconds);
      node = order.dropNode;
      return dropAt;
    });
    return {
      courierKey: courier.key,
      storeNode,
      orderKeys: orders.map((order) => order.key),
      departAtSeconds,
      pickupAtSeconds,
      dropAtSeconds,
      action: index === 0 ? actionFor(departAtSeconds, pickupAtSeconds, state.nextTickSeconds) : 'wait',
    };
  });
}
