import { type CourierState, type DispatchPolicy, halfAfter, halfBefore } from '@halfhour/engines/dispatch';
import { type EpochMs, type LatLng, SECOND_MS } from '@halfhour/kernel';
import type { CourierPosition, CourierRecord } from '../couriers/index.ts';
import { type RouteRecord, currentRoute, isPickedUp, remaining } from '../delivery/index.ts';

/** How far it is between places, by the market's streets or a benchmark's plane. */
export interface Travel {
  nodeOf(place: LatLng): number;
  seconds(fromNode: number, toNode: number): number;
  metres(fromNode: number, toNode: number): number;
}

/** On the way to a store, as committed: there it will be, whatever becomes of the route meanwhile. */
export interface Heading {
  readonly node: number;
  readonly arrivesAtSeconds: number;
  readonly since: EpochMs;
}

export interface OutlookInput {
  readonly courier: CourierRecord;
  readonly position: CourierPosition | undefined;
  readonly routes: readonly RouteRecord[];
  readonly heading: Heading | undefined;
  readonly lastStopAt: EpochMs | undefined;
  readonly now: EpochMs;
  readonly travel: Travel;
  readonly policy: DispatchPolicy;
  readonly maxOrders: number;
  readonly key: number;
}

/**
 * Where a courier will be free, and when: at the end of its drop-offs, at the store that it is on its way to,
 * or where it stands. Undefined for one whose place nobody knows.
 */
export function outlookOf(input: OutlookInput): CourierState | undefined {
  const { courier, position, travel, policy, now } = input;
  const place = position?.place ?? courier.position;
  if (place === undefined) return undefined;
  const seenAt = toSeconds(position?.at ?? courier.positionAt ?? now);
  const nowSeconds = toSeconds(now);
  const doneAt =
    input.lastStopAt === undefined ? 0 : toSeconds(input.lastStopAt) + halfAfter(policy.dropServiceSeconds);
  let node = travel.nodeOf(place);
  let freeAt = Math.max(seenAt, doneAt);

  const current = currentRoute(input.routes);
  const carried = current !== undefined && isPickedUp(current) ? remaining(current) : [];
  carried.forEach((drop, index) => {
    const door = travel.nodeOf(drop.place);
    const arrival =
      drop.arrivedAt === undefined
        ? Math.max(freeAt + travel.seconds(node, door), index === 0 ? nowSeconds : 0)
        : toSeconds(drop.arrivedAt);
    freeAt =
      Math.max(arrival + halfBefore(policy.dropServiceSeconds), index === 0 ? nowSeconds : 0) +
      halfAfter(policy.dropServiceSeconds);
    node = door;
  });

  const next = input.routes.find((route) => !isPickedUp(route));
  if (next !== undefined) {
    const store = travel.nodeOf(next.pickup.place);
    if (next.pickup.arrivedAt !== undefined) freeAt = toSeconds(next.pickup.arrivedAt);
    else if (carried.length > 0) freeAt += travel.seconds(node, store);
    else {
      // A place seen since it set out says more than the plan; before that the plan is all there is.
      const { heading } = input;
      const isPlanned = heading !== undefined && heading.node === store && seenAt <= toSeconds(heading.since);
      freeAt = isPlanned
        ? heading.arrivesAtSeconds
        : Math.max(nowSeconds, Math.max(freeAt, toSeconds(next.assignedAt)) + travel.seconds(node, store));
    }
    node = store;
  } else if (carried.length === 0 && input.heading !== undefined) {
    // Sent to a store for a route that was taken back: it goes on until it is seen somewhere else.
    const { heading } = input;
    if (seenAt <= toSeconds(heading.since) && heading.arrivesAtSeconds > nowSeconds) {
      node = heading.node;
      freeAt = heading.arrivesAtSeconds;
    }
  }
  return {
    key: input.key,
    node,
    freeAtSeconds: freeAt,
    onAtSeconds: 0,
    offAtSeconds: toSeconds(courier.shiftEndsAt ?? now),
    maxOrders: input.maxOrders,
  };
}

export function toSeconds(moment: EpochMs): number {
  return Math.floor(moment / SECOND_MS);
}
