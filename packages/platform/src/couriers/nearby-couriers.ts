import { createPlane, createPositionIndex } from '@halfhour/engines/positions';
import type { CourierId, LatLng } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import type { CourierPosition } from './courier.ts';

export interface NearbyQuery {
  readonly limit: number;
  readonly withinMetres: number;
  readonly accepts: (courierId: CourierId) => boolean;
}

export interface NearbyCourier {
  readonly courierId: CourierId;
  readonly distanceMetres: number;
}

/** The couriers of a market by where they are. */
export interface NearbyCouriers {
  put(courierId: CourierId, place: LatLng): void;
  remove(courierId: CourierId): void;
  /** Nearest first, by straight distance. */
  nearest(place: LatLng, query: NearbyQuery): NearbyCourier[];
}

export function createNearbyCouriers(
  { centre, bounds }: Pick<MarketRecord, 'centre' | 'bounds'>,
  positions: ReadonlyMap<CourierId, CourierPosition>,
): NearbyCouriers {
  const plane = createPlane(centre);
  const index = createPositionIndex(plane.area(bounds));
  const slots = new Map<CourierId, number>();
  /** By slot. */
  const courierIds: CourierId[] = [];

  function put(courierId: CourierId, place: LatLng): void {
    const slot = slots.get(courierId);
    if (slot !== undefined) index.move(slot, plane.x(place), plane.y(place));
    else {
      const added = index.add(plane.x(place), plane.y(place));
      slots.set(courierId, added);
      courierIds[added] = courierId;
    }
  }

  for (const [courierId, { place }] of positions) put(courierId, place);
  return {
    put,
    remove(courierId) {
      const slot = slots.get(courierId);
      if (slot === undefined) return;
      index.remove(slot);
      slots.delete(courierId);
    },
    nearest(place, { limit, withinMetres, accepts }) {
      const [x, y] = [plane.x(place), plane.y(place)];
      const found = index.nearest(x, y, {
        limit,
        withinMetres,
        accepts: (slot) => accepts(courierIds[slot]!),
      });
      return found.map((slot) => ({
        courierId: courierIds[slot]!,
        distanceMetres: Math.round(index.metresTo(slot, x, y)),
      }));
    },
  };
}
