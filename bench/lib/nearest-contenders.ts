import { around } from 'geokdbush';
import { gridDisk, latLngToCell } from 'h3-js';
import KDBush from 'kdbush';
import { createPlane, createPositionIndex } from '@halfhour/engines/positions';
import { type LatLng, distanceMetres } from '@halfhour/kernel';

/** Moving things by number, as each contender keeps them. */
export interface Contender {
  readonly name: string;
  move(thing: number, place: LatLng): void;
  nearest(place: LatLng, limit: number): number[];
  /** Called when a second has passed, by those that are rebuilt. */
  rebuild?(): void;
}

/** The platform's index, from degrees to degrees: the projection is part of its cost. */
export function indexContender(centre: LatLng, spanMetres: number, places: readonly LatLng[]): Contender {
  const plane = createPlane(centre);
  const half = spanMetres / 2;
  const index = createPositionIndex({ minX: -half, minY: -half, maxX: half, maxY: half });
  for (const place of places) index.add(plane.x(place), plane.y(place));
  return {
    name: 'position index',
    move: (thing, place) => index.move(thing, plane.x(place), plane.y(place)),
    nearest: (place, limit) => index.nearest(plane.x(place), plane.y(place), { limit }),
  };
}

/** Cells of about 350 m across; finer and coarser ones were slower. */
const H3_RESOLUTION = 9;

/** Buckets by cell of h3-js, as its users do it: rings of cells until there are enough, and one more. */
export function h3Contender(places: readonly LatLng[]): Contender {
  const buckets = new Map<string, Set<number>>();
  const cells: string[] = [];
  const now = [...places];
  const put = (thing: number, cell: string): void => {
    const bucket = buckets.get(cell) ?? new Set();
    buckets.set(cell, bucket.add(thing));
    cells[thing] = cell;
  };
  places.forEach((place, thing) => put(thing, latLngToCell(place.lat, place.lng, H3_RESOLUTION)));
  return {
    name: 'h3-js buckets',
    move(thing, place) {
      now[thing] = place;
      const cell = latLngToCell(place.lat, place.lng, H3_RESOLUTION);
      const before = cells[thing]!;
      if (cell === before) return;
      const bucket = buckets.get(before)!;
      bucket.delete(thing);
      if (bucket.size === 0) buckets.delete(before);
      put(thing, cell);
    },
    nearest(place, limit) {
      const cell = latLngToCell(place.lat, place.lng, H3_RESOLUTION);
      let enough = false;
      for (let ring = 1; ; ring++) {
        const found: { thing: number; metres: number }[] = [];
        for (const each of gridDisk(cell, ring)) {
          for (const thing of buckets.get(each) ?? []) {
            found.push({ thing, metres: distanceMetres(now[thing]!, place) });
          }
        }
        if (enough || ring > 64) {
          return found
            .sort((a, b) => a.metres - b.metres)
            .slice(0, limit)
            .map(({ thing }) => thing);
        }
        enough = found.length >= limit;
      }
    },
  };
}

/** A k-d tree that is built anew each second: it answers from places that are up to a second old. */
export function geokdbushContender(places: readonly LatLng[]): Contender {
  const now = [...places];
  const build = (): KDBush => {
    const tree = new KDBush(now.length);
    for (const { lat, lng } of now) tree.add(lng, lat);
    return tree.finish();
  };
  let tree = build();
  return {
    name: 'geokdbush, rebuilt each second',
    move: (thing, place) => void (now[thing] = place),
    nearest: ({ lat, lng }, limit) => around(tree, lng, lat, limit),
    rebuild: () => void (tree = build()),
  };
}
