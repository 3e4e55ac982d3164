import type { Place } from '@halfhour/contract';
import { circlePolygon, type LatLng } from '@halfhour/kernel';
import type { AddressField } from './address-field.ts';

const CORNERS = 24;
const MARGIN_METRES = 200;
const LEAST_METRES = 700;

/**
 * The delivery zone of a store: a circle, drawn in where nobody lives (the sea, the harbour, the airport).
 * Each corner is as far out as the farthest doors of its sector, so the zone always contains the store and
 * stays star-shaped around it. Coordinates have five decimals, about a metre.
 */
export function deliveryZone(field: AddressField, store: LatLng, radiusMetres: number): Place[] {
  const farthest = new Float64Array(CORNERS);
  const lngScale = Math.cos((store.lat * Math.PI) / 180);
  field.forEachCell(store, radiusMetres, (centre, metres) => {
    const angle = Math.atan2(centre.lat - store.lat, (centre.lng - store.lng) * lngScale);
    const sector = (Math.round((angle / (2 * Math.PI)) * CORNERS) + CORNERS) % CORNERS;
    farthest[sector] = Math.max(farthest[sector]!, metres);
  });
  return Array.from({ length: CORNERS }, (_, corner) => {
    const reach = Math.min(radiusMetres, Math.max(LEAST_METRES, farthest[corner]! + MARGIN_METRES));
    const { lat, lng } = circlePolygon(store, reach, CORNERS)[corner]!;
    return { lat: Math.round(lat * 1e5) / 1e5, lng: Math.round(lng * 1e5) / 1e5 };
  });
}
