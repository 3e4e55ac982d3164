import { actionFor } from './commitment.ts';
import { DROP, PICKUP } from './problem.ts';
import type { Routes } from './routes.ts';
import type { Assignment } from './types.ts';

/**
 * A courier's route as it is told: a part for each visit to a store with the drop-offs up to the next, and before
 * them one for what it has on board and drops first. Departures are as late as does not delay a pickup; to a
 * store whose ready time is only expected they are early enough to be there by the policy's quantile of it.
 */
export function scheduleRoute(routes: Routes, courier: number): Assignment[] {
  const { problem, next, moment } = routes;
  const { state, policy, keyOf, kind, node, before } = problem;
  const { nowSeconds, nextTickSeconds } = state;
  const { key: courierKey, freeAtSeconds, onAtSeconds } = state.couriers[courier]!;
  const start = routes.startOf(courier);
  const assignments: Assignment[] = [];
  for (let stop = next[start]!; stop !== start;) {
    let departAt = moment[start]!;
    let pickupAt = departAt;
    let storeNode = node[start]!;
    let isCertain = true;
    const picked = new Set<number>();
    if (kind[stop] === PICKUP) {
      const first = stop;
      let reachBy = -Infinity;
      storeNode = node[first]!;
      for (; kind[stop] === PICKUP && node[stop] === storeNode; stop = next[stop]!) {
        const order = stop >> 1;
        picked.add(keyOf[order]!);
        pickupAt = moment[stop]!;
        if (problem.certain[order] === 1) continue;
        isCertain = false;
        reachBy = Math.max(reachBy, problem.ready[order]!.quantile(policy.readyQuantile));
      }
      const isStanding = assignments.length === 0 && node[start] === storeNode;
      if (isStanding) departAt = Math.max(freeAtSeconds, onAtSeconds) - nowSeconds;
      else {
        const earliest = routes.arrival[first]! - before[first]! - routes.leg[first]!;
        const wanted = isCertain ? pickupAt : Math.min(pickupAt, reachBy);
        departAt = Math.max(earliest, wanted - before[first]! - routes.leg[first]!);
      }
    }
    const dropKeys: number[] = [];
    const dropAtSeconds: number[] = [];
    for (; kind[stop] === DROP; stop = next[stop]!) {
      dropKeys.push(keyOf[stop >> 1]!);
      dropAtSeconds.push(nowSeconds + moment[stop]!);
    }
    // In the sequence of their drop-offs; those that stay on board beyond this part come last.
    const orderKeys = dropKeys.filter((key) => picked.delete(key)).concat([...picked]);
    const departAtSeconds = nowSeconds + departAt;
    const pickupAtSeconds = nowSeconds + pickupAt;
    assignments.push({
      courierKey,
      storeNode,
      orderKeys,
      departAtSeconds,
      pickupAtSeconds,
      dropKeys,
      dropAtSeconds,
      action:
        assignments.length > 0
          ? 'wait'
          : actionFor(departAtSeconds, isCertain ? pickupAtSeconds : Infinity, nextTickSeconds),
    });
  }
  return assignments;
}
