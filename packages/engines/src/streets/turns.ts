import type { VehicleProfile } from './profiles.ts';
import { edgeLine } from './street-graph.ts';
import type { StreetLinks } from './street-hierarchy.ts';

/** What turning costs a vehicle, besides the time on the streets. */
export interface TurnCosts {
  readonly uTurnSeconds: number;
  /** Against the oncoming traffic: left where people drive on the right. */
  readonly acrossSeconds: number;
}

/**
 * Speeds are means over whole trips, with the usual turns in them, so only what no usual trip has is added.
 * Assumptions, in one place so that a market can be calibrated.
 */
export const TURN_COSTS: Readonly<Record<VehicleProfile, TurnCosts>> = {
  motorcycle: { uTurnSeconds: 10, acrossSeconds: 0 },
  bicycle: { uTurnSeconds: 5, acrossSeconds: 0 },
  car: { uTurnSeconds: 20, acrossSeconds: 0 },
};

/**
 * A forbidden turn costs an hour. It is not taken as long as anything else leads on, and a mistake in the
 * map does not cut a door off.
 */
export const FORBIDDEN_TURN_SECONDS = 3_600;

export type Turn = 'straight' | 'right' | 'left' | 'u_turn';

/** Directions of an edge at its ends, in degrees: 0 north, 90 east. */
export interface EdgeHeadings {
  readonly start: Float32Array;
  readonly end: Float32Array;
}

export function edgeHeadings(graph: StreetLinks): EdgeHeadings {
  const start = new Float32Array(graph.edgeCount);
  const end = new Float32Array(graph.edgeCount);
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const line = edgeLine(graph, edge);
    const heading = (at: number): number => {
      const [a, b] = [line[at]!, line[at + 1]!];
      return (Math.atan2((b.lng - a.lng) * graph.lngScale, b.lat - a.lat) * 180) / Math.PI;
    };
    start[edge] = heading(0);
    end[edge] = heading(line.length - 2);
  }
  return { start, end };
}

/** What a driver calls the way from one edge into the next: up to 40 degrees are straight on. */
export function turnBetween(graph: StreetLinks, headings: EdgeHeadings, from: number, to: number): Turn {
  const isBack = graph.edgeShape[from] === graph.edgeShape[to];
  if (isBack) return 'u_turn';
  const angle = ((headings.start[to]! - headings.end[from]! + 540) % 360) - 180;
  if (Math.abs(angle) <= 40) return 'straight';
  return angle > 0 ? 'right' : 'left';
}
