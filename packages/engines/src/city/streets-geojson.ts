import type { LatLng } from '@halfhour/kernel';
import type { Area, CityMap, Street, StreetKind } from './city-map.ts';

type Position = [lng: number, lat: number];

/** A street line or an area, as GeoJSON (RFC 7946). */
export type MapFeature = {
  readonly type: 'Feature';
  readonly properties: { readonly kind: StreetKind | Area['kind']; readonly name?: string };
  readonly geometry:
    | { readonly type: 'LineString'; readonly coordinates: Position[] }
    | { readonly type: 'Polygon'; readonly coordinates: Position[][] };
};

export interface MapFeatureCollection {
  readonly type: 'FeatureCollection';
  readonly features: MapFeature[];
}

/**
 * The city as a map page draws it: areas first, then streets. Pieces of one street are joined end to end
 * (labels need long lines) and coordinates have 5 decimals (one metre): Montevideo is 2.7 MB, 0.44 MB gzipped.
 */
export function streetsGeoJson(city: CityMap): MapFeatureCollection {
  const features: MapFeature[] = city.areas.map(({ kind, rings }) => ({
    type: 'Feature',
    properties: { kind },
    geometry: { type: 'Polygon', coordinates: rings.map(toPositions) },
  }));
  const groups = new Map<string, Street[]>();
  for (const street of city.streets) {
    const key = `${street.kind}/${street.name ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [street]);
    else group.push(street);
  }
  for (const group of groups.values()) {
    const { kind, name } = group[0]!;
    for (const line of joinLines(group.map((street) => street.points))) {
      const coordinates = toPositions(line);
      if (coordinates.length < 2) continue;
      features.push({
        type: 'Feature',
        properties: { kind, ...(name !== undefined && { name }) },
        geometry: { type: 'LineString', coordinates },
      });
    }
  }
  return { type: 'FeatureCollection', features };
}

/** Joins lines that end where another begins, greedily. */
function joinLines(lines: readonly (readonly LatLng[])[]): LatLng[][] {
  const byStart = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const key = keyOf(line[0]!);
    const starting = byStart.get(key);
    if (starting === undefined) byStart.set(key, [index]);
    else starting.push(index);
  });
  const hasPredecessor = new Set<number>();
  const next = lines.map((line, index) => {
    const candidates = byStart.get(keyOf(line.at(-1)!)) ?? [];
    const free = candidates.find((other) => other !== index && !hasPredecessor.has(other));
    if (free !== undefined) hasPredecessor.add(free);
    return free;
  });
  const joined: LatLng[][] = [];
  const done = new Set<number>();
  const follow = (first: number): void => {
    const line = [...lines[first]!];
    done.add(first);
    for (let index = next[first]; index !== undefined && !done.has(index); index = next[index]) {
      line.push(...lines[index]!.slice(1));
      done.add(index);
    }
    joined.push(line);
  };
  lines.forEach((_, index) => {
    if (!hasPredecessor.has(index)) follow(index);
  });
  // What is left are closed rings, which may be cut anywhere.
  lines.forEach((_, index) => {
    if (!done.has(index)) follow(index);
  });
  return joined;
}

function keyOf(point: LatLng): string {
  return `${point.lat},${point.lng}`;
}

function toPositions(points: readonly LatLng[]): Position[] {
  const positions: Position[] = [];
  for (const { lat, lng } of points) {
    const position: Position = [Math.round(lng * 1e5) / 1e5, Math.round(lat * 1e5) / 1e5];
    const last = positions.at(-1);
    if (last === undefined || last[0] !== position[0] || last[1] !== position[1]) positions.push(position);
  }
  return positions;
}
