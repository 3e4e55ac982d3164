import { type LatLng, distanceMetres } from '@halfhour/kernel';
import type { PlaneArea } from './position-index.ts';

const METRES_PER_DEGREE = distanceMetres({ lat: 0, lng: 0 }, { lat: 1, lng: 0 });

/** A market's ground as a plane in whole metres, x to the east and y to the north of its centre. */
export interface Plane {
  x(place: LatLng): number;
  y(place: LatLng): number;
  /** The rectangle around a part of the plane. */
  area(bounds: {
    readonly south: number;
    readonly west: number;
    readonly north: number;
    readonly east: number;
  }): PlaneArea;
}

/**
 * The equirectangular projection with the true scale at the centre's latitude. Distances within a city of 50 km are
 * off by 0.5 % of their length at most up to 50° of latitude; across the date line is near.
 */
export function createPlane(centre: LatLng): Plane {
  const metresPerLng = METRES_PER_DEGREE * Math.cos((centre.lat * Math.PI) / 180);
  const x = ({ lng }: LatLng): number => {
    const east = lng - centre.lng;
    return Math.round((east > 180 ? east - 360 : east < -180 ? east + 360 : east) * metresPerLng);
  };
  const y = ({ lat }: LatLng): number => Math.round((lat - centre.lat) * METRES_PER_DEGREE);
  return {
    x,
    y,
    area({ south, west, north, east }) {
      const [low, high] = [
        { lat: south, lng: west },
        { lat: north, lng: east },
      ];
      return { minX: x(low), minY: y(low), maxX: x(high), maxY: y(high) };
    },
  };
}
