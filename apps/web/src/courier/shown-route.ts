import type { Route, Stop } from '@halfhour/contract';
import type { Waiting } from './outbox/outbox.ts';

/**
 * The route as it will be once what waits has been sent: without a connection the courier goes on by this. A step that
 * the server would refuse is shown as done here, and comes back when its refusal does.
 */
export function withWaiting(route: Route, waiting: readonly Waiting[]): Route {
  return waiting.reduce((shown, { command }) => {
    if (!('routeId' in command) || command.routeId !== shown.id) return shown;
    if (command.kind === 'decline') return { ...shown, state: 'cancelled' };
    return {
      ...shown,
      state: 'started',
      stops: shown.stops.map((stop) =>
        stop.number === command.stopNumber ? made(stop, command.kind === 'complete') : stop,
      ),
    };
  }, route);
}

function made(stop: Stop, isComplete: boolean): Stop {
  const arrivedAt = stop.arrivedAt ?? stop.expectedAt;
  return { ...stop, arrivedAt, ...(isComplete ? { completedAt: arrivedAt } : {}) };
}

/** The stop that the courier is at or on the way to; undefined where all are made or the route is no more. */
export function nextStop(route: Route): Stop | undefined {
  if (route.state === 'cancelled') return undefined;
  return route.stops.find((stop) => stop.completedAt === undefined);
}
