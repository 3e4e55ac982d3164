import { epochMs, toRfc3339 } from '@halfhour/kernel';
import type { Scenario } from '../lib/load-scenario.ts';

/** Points of one courier that a request carries, a second apart. */
export const POINTS = 10;
/** Positions of a fleet that a request carries. */
export const FLEET = 500;

export interface PointsParameters {
  /** `/v1/markets/mkt_…` */
  readonly path: string;
  readonly courierIds: readonly string[];
  /** API keys, by courier. */
  readonly couriers: readonly string[];
  readonly operator: string;
  /** Who sends: each courier its own points, or an operator those of a fleet. */
  readonly way: 'courier' | 'fleet';
}

/** A point north or south of the middle of the market. */
export function pointAt(milliseconds: number, turn: number) {
  return { lat: 40 + (turn % 1_000) / 100_000, lng: 20, at: toRfc3339(epochMs(milliseconds)) };
}

/** A session is one request; couriers take turns. */
export function createScenario({ path, courierIds, couriers, operator, way }: PointsParameters): Scenario {
  const done = new Set<number>();
  let turn = 0;
  const courierPoints = () => {
    const each = turn++ % courierIds.length;
    const now = Date.now();
    const points = Array.from({ length: POINTS }, (_, at) => pointAt(now - (POINTS - at) * 1_000, turn + at));
    return {
      path: `${path}/couriers/${courierIds[each]}/positions`,
      token: couriers[each]!,
      body: JSON.stringify({ points }),
    };
  };
  const fleetPositions = () => {
    const now = Date.now();
    const positions = Array.from({ length: FLEET }, () => ({
      courierId: courierIds[turn++ % courierIds.length],
      ...pointAt(now, turn),
    }));
    return { path: `${path}/positions`, token: operator, body: JSON.stringify({ positions }) };
  };
  return {
    begin: (session) => void done.delete(session),
    next(session) {
      if (done.has(session)) return 'end';
      const request = way === 'fleet' ? fleetPositions() : courierPoints();
      return { kind: way, method: 'POST', ...request };
    },
    answered: (session) => void done.add(session),
  };
}
