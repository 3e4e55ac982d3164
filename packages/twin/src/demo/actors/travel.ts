import { findRoute, nearestNode, positionAlong } from '@halfhour/engines/streets';
import { distanceMetres, type LatLng, SECOND_MS } from '@halfhour/kernel';
import type { CourierAtWork } from './courier-at-work.ts';

/** Nearer than this nobody mounts again. */
const THERE_METRES = 25;

/**
 * Moves a courier along the streets to `place`, reporting on the way. Ends early, at the place reached, when
 * `isStillWanted` says no after news came.
 *
 * @param slowness times the usual travel time: lights and luck, or no hurry
 * @returns whether the courier arrived
 */
export async function travelTo(
  courier: CourierAtWork,
  place: LatLng,
  slowness: number,
  isStillWanted: () => boolean,
): Promise<boolean> {
  const { stage, bell } = courier;
  if (distanceMetres(courier.position, place) > THERE_METRES) {
    const startedAt = stage.clock.now();
    const streets = stage.streets(courier.vehicle, startedAt);
    const from = nearestNode(streets.graph, courier.position);
    const route = findRoute(streets, from, nearestNode(streets.graph, place));
    for (;;) {
      const seconds = (stage.clock.now() - startedAt) / SECOND_MS / slowness;
      if (seconds >= route.seconds) break;
      const { lat, lng } = positionAlong(route, seconds);
      courier.position = { lat, lng };
      await courier.report();
      const restMs = Math.ceil((route.seconds - seconds) * slowness * SECOND_MS);
      await bell.wait(Math.min(stage.pace.intervalMs(), restMs));
      if (!isStillWanted()) return false;
    }
    courier.position = { lat: place.lat, lng: place.lng };
  }
  await courier.report();
  return true;
}
