import type { CourierId, LatLng } from '@halfhour/kernel';
import type { CourierPosition } from '../couriers/index.ts';
import type { MarketMemory } from './market-memory.ts';

/** Ways from each of some places to each of others. */
export interface WaysAsked {
  readonly from: readonly LatLng[];
  readonly to: readonly LatLng[];
}

/** What a round asks about most: from couriers and doors to the stores that have orders, and from each of these to its doors. */
export function waysAsked(
  { orders, couriers, stores }: Pick<MarketMemory, 'orders' | 'couriers' | 'stores'>,
  positions: ReadonlyMap<CourierId, CourierPosition>,
): WaysAsked[] {
  const doorsOf = new Map<string, LatLng[]>();
  for (const { storeId, address } of orders.values()) {
    const doors = doorsOf.get(storeId);
    if (doors === undefined) doorsOf.set(storeId, [address]);
    else doors.push(address);
  }
  const busy = [...stores.values()].filter(({ id }) => doorsOf.has(id));
  const here = [...couriers.values()].flatMap(
    ({ id, position }) => positions.get(id)?.place ?? position ?? [],
  );
  const doors = [...doorsOf.values()].flat();
  return [
    ...busy.map(({ id, address }) => ({ from: [address], to: doorsOf.get(id)! })),
    { from: [...here, ...doors], to: busy.map(({ address }) => address) },
  ];
}
