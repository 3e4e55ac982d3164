import { availableAtSeconds } from './commitment.ts';
import type { DispatchPolicy, DispatchState } from './types.ts';

/**
 * Couriers worth trying for each order: the first `candidateCouriers` by earliest arrival at its store, among
 * those that come free within the horizon and can still arrive in time. Orders of one store share one list.
 */
export function findCandidates(state: DispatchState, policy: DispatchPolicy): readonly Int32Array[] {
  const usable: number[] = [];
  const available = new Float64Array(state.couriers.length);
  state.couriers.forEach((courier, index) => {
    const from = availableAtSeconds(courier, state.nowSeconds);
    available[index] = from;
    if (from <= state.nowSeconds + policy.horizonSeconds && from <= courier.offAtSeconds) usable.push(index);
  });
  const arrival = new Float64Array(state.couriers.length);
  const byStore = new Map<number, Int32Array>();
  return state.orders.map(({ storeNode }) => {
    let list = byStore.get(storeNode);
    if (list === undefined) {
      const reachable: number[] = [];
      for (const index of usable) {
        const courier = state.couriers[index]!;
        arrival[index] =
          available[index]! +
          (courier.node === storeNode ? 0 : state.travel.seconds(courier.node, storeNode));
        if (arrival[index]! <= courier.offAtSeconds) reachable.push(index);
      }
      reachable.sort((a, b) => arrival[a]! - arrival[b]! || a - b);
      list = Int32Array.from(reachable.slice(0, policy.candidateCouriers));
      byStore.set(storeNode, list);
    }
    return list;
  });
}
