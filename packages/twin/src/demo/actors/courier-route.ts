import type { Route, Stop } from '@halfhour/contract';

/** The stop that the courier has to go to or stands at. */
export function nextStop(route: Route | null): Stop | undefined {
  if (route === null || (route.state !== 'assigned' && route.state !== 'started')) return undefined;
  return route.stops.find((stop) => stop.completedAt === undefined);
}

/** Whether the next stop of `route` is still `stop` of the route `routeId`, at the same place. */
export function isStillNext(route: Route | null, routeId: string, stop: Stop): boolean {
  const next = nextStop(route);
  return route?.id === routeId && next !== undefined && isSameStop(next, stop);
}

/**
 * What is known of the route after being told of it. The stream may tell late what the answer to a step has
 * told already, so what has been done of the same route stays done.
 */
export function newerRoute(known: Route | null, told: Route | null): Route | null {
  if (known === null || told === null || known.id !== told.id) return told;
  const stops = told.stops.map((stop) => {
    const before = known.stops.find((each) => isSameStop(each, stop));
    if (before === undefined) return stop;
    const arrivedAt = stop.arrivedAt ?? before.arrivedAt;
    const completedAt = stop.completedAt ?? before.completedAt;
    return {
      ...stop,
      ...(arrivedAt === undefined ? {} : { arrivedAt }),
      ...(completedAt === undefined ? {} : { completedAt }),
    };
  });
  return { ...told, stops };
}

function isSameStop(a: Stop, b: Stop): boolean {
  return (
    a.number === b.number &&
    a.kind === b.kind &&
    a.orderIds[0] === b.orderIds[0] &&
    a.place.lat === b.place.lat &&
    a.place.lng === b.place.lng
  );
}
