import { distanceMetres, type LatLng } from '@halfhour/kernel';

/** How a courier is shown to move between two reports: straight, at an even pace. */
export interface Track {
  readonly from: LatLng;
  readonly to: LatLng;
  readonly startMs: number;
  readonly durationMs: number;
}

/** A report that comes after a pause should not make the courier crawl. */
const SLOWEST_MS = 4_000;
const QUICKEST_MS = 150;
/** Farther than any courier gets between two reports, even at 60×: a correction, not a movement. */
const JUMP_METRES = 5_000;

/** Where the courier is shown at `nowMs`. */
export function positionAt(track: Track, nowMs: number): LatLng {
  if (nowMs >= track.startMs + track.durationMs) return track.to;
  const share = Math.max(0, (nowMs - track.startMs) / track.durationMs);
  return {
    lat: track.from.lat + (track.to.lat - track.from.lat) * share,
    lng: track.from.lng + (track.to.lng - track.from.lng) * share,
  };
}

export function isMoving(track: Track, nowMs: number): boolean {
  return nowMs < track.startMs + track.durationMs;
}

/**
 * The track after a report: from where the courier is shown now to where it was reported, in as long as
 * reports lie apart, so that it arrives when the next one does. It is shown one report behind the truth.
 */
export function follow(track: Track | undefined, reported: LatLng, nowMs: number): Track {
  if (track === undefined) return { from: reported, to: reported, startMs: nowMs, durationMs: 0 };
  if (track.to.lat === reported.lat && track.to.lng === reported.lng) return track;
  const from = positionAt(track, nowMs);
  if (distanceMetres(from, reported) > JUMP_METRES) {
    return { from: reported, to: reported, startMs: nowMs, durationMs: 0 };
  }
  const apartMs = Math.min(SLOWEST_MS, Math.max(QUICKEST_MS, nowMs - track.startMs));
  return { from, to: reported, startMs: nowMs, durationMs: apartMs };
}
