import type { StreetKind } from '@halfhour/engines/city';

export const VEHICLE_PROFILES = ['motorcycle', 'bicycle', 'car'] as const;
export type VehicleProfile = (typeof VEHICLE_PROFILES)[number];

/**
 * Kilometres an hour over a whole trip, lights and crossings included, not the speed on a free stretch.
 * They are assumptions, in one place so that a market can be calibrated; the anchor is the 19 km/h
 * (320 m a minute) of the Grubhub instances, which is a straight-line speed: over streets about 25.
 *
 * - motorcycle: passes between standing cars, so it loses little below what the street allows
 *   (signed in Montevideo: 45 km/h on most streets, 60 to 75 on primary ones, up to 90 on trunk roads);
 * - car: as fast as a motorcycle on a motorway, a quarter slower where there are lights and queues;
 * - bicycle: the rider is the limit, so the class of the street hardly matters; slower where people walk.
 *
 * A street class without a speed is not entered. All profiles may enter the same classes: one graph, with
 * one strongly connected component, serves them all. Bicycles obey one-way streets,
 * but for those that let them ride against the direction.
 */
export const SPEED_KILOMETRES_PER_HOUR: Readonly<
  Record<VehicleProfile, Readonly<Partial<Record<StreetKind, number>>>>
> = {
  motorcycle: {
    motorway: 75,
    trunk: 55,
    primary: 36,
    secondary: 32,
    tertiary: 29,
    unclassified: 26,
    residential: 25,
    living_street: 12,
    service: 12,
  },
  bicycle: {
    motorway: 16,
    trunk: 16,
    primary: 16,
    secondary: 16,
    tertiary: 16,
    unclassified: 15,
    residential: 15,
    living_street: 11,
    service: 11,
  },
  car: {
    motorway: 75,
    trunk: 46,
    primary: 28,
    secondary: 25,
    tertiary: 23,
    unclassified: 21,
    residential: 20,
    living_street: 10,
    service: 10,
  },
};

/** Whether vehicles may enter streets of this class. */
export function isDrivable(kind: StreetKind): boolean {
  return SPEED_KILOMETRES_PER_HOUR.motorcycle[kind] !== undefined;
}

/** Whole milliseconds for a stretch, at least 1, so that no loop is free. Throws RangeError for a class not entered. */
export function travelMilliseconds(kind: StreetKind, decimetres: number, profile: VehicleProfile): number {
  const speed = SPEED_KILOMETRES_PER_HOUR[profile][kind];
  if (speed === undefined) throw new RangeError(`a ${profile} does not enter a ${kind} street`);
  return Math.max(1, Math.round((decimetres * 360) / speed));
}
