/** A place on earth in WGS 84 degrees. GeoJSON's [lng, lat] order exists only in codecs. */
export interface LatLng {
  readonly lat: number;
  readonly lng: number;
}

/** A closed ring of corners, first not repeated; inside is decided by the even-odd rule. */
export type Polygon = readonly LatLng[];

const EARTH_RADIUS_METRES = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Great-circle distance in metres (haversine, mean earth radius). */
export function distanceMetres(a: LatLng, b: LatLng): number {
  const halfLat = ((b.lat - a.lat) * RADIANS) / 2;
  const halfLng = ((b.lng - a.lng) * RADIANS) / 2;
  const h =
    Math.sin(halfLat) ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.sin(halfLng) ** 2;
  return 2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Whether `point` lies in `polygon` (even-odd; a point exactly on an edge may fall on either side). */
export function isInside(point: LatLng, polygon: Polygon): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i]!;
    const b = polygon[j]!;
    if (a.lat > point.lat !== b.lat > point.lat) {
      const crossing = a.lng + ((point.lat - a.lat) / (b.lat - a.lat)) * (b.lng - a.lng);
      if (point.lng < crossing) inside = !inside;
    }
  }
  return inside;
}

/** A regular polygon with `corners` corners, `radiusMetres` around `centre`. */
export function circlePolygon(centre: LatLng, radiusMetres: number, corners = 24): LatLng[] {
  const latDegrees = radiusMetres / EARTH_RADIUS_METRES / RADIANS;
  const lngDegrees = latDegrees / Math.cos(centre.lat * RADIANS);
  return Array.from({ length: corners }, (_, index) => {
    const angle = (2 * Math.PI * index) / corners;
    return { lat: centre.lat + latDegrees * Math.sin(angle), lng: centre.lng + lngDegrees * Math.cos(angle) };
  });
}

/** GeoJSON position order: [lng, lat]. */
export function toPosition(place: LatLng): [number, number] {
  return [place.lng, place.lat];
}

export function fromPosition(position: readonly [number, number]): LatLng {
  return { lng: position[0], lat: position[1] };
}
