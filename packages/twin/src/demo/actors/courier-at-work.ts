import type { Route, Stop } from '@halfhour/contract';
import type { CourierId, LatLng, OrderId, Random } from '@halfhour/kernel';
import type { ApiClient } from '../../http/index.ts';
import type { Bell } from './bell.ts';
import type { Stage } from './stage.ts';

/** A courier on shift: where they are, and what they know of their work. */
export interface CourierAtWork {
  readonly stage: Stage;
  readonly api: ApiClient;
  readonly id: CourierId;
  readonly vehicle: 'bicycle' | 'motorcycle' | 'car';
  readonly random: Random;
  /** Rings on news of the route or of an order that is ready. */
  readonly bell: Bell;
  position: LatLng;
  route: Route | null;
  readonly ready: Set<OrderId>;
  /** The platform says that this courier is not on shift (an operator ended it). */
  isSentHome: boolean;
  lastReportMs: number;
  report(): Promise<void>;
  /** Reads the route again, for when a stream was lost or a step was refused. */
  readRoute(): Promise<void>;
}

/** The stop that the courier has to go to or stands at. */
export function nextStop(route: Route | null): Stop | undefined {
  if (route === null || (route.state !== 'assigned' && route.state !== 'started')) return undefined;
  return route.stops.find((stop) => stop.completedAt === undefined);
}

/** Whether the courier's next stop is still this one, at the same place. */
export function isStillNext(courier: CourierAtWork, routeId: string, stop: Stop): boolean {
  const next = nextStop(courier.route);
  return (
    courier.route?.id === routeId &&
    next?.number === stop.number &&
    next.place.lat === stop.place.lat &&
    next.place.lng === stop.place.lng
  );
}

export function createCourierAtWork(
  fixed: Pick<CourierAtWork, 'stage' | 'api' | 'id' | 'vehicle' | 'random' | 'bell' | 'position'>,
): CourierAtWork {
  const { stage, api, id } = fixed;
  const params = { marketId: stage.cast.marketId, courierId: id };
  const courier: CourierAtWork = {
    ...fixed,
    route: null,
    ready: new Set(),
    isSentHome: false,
    lastReportMs: -Infinity,
    async report() {
      if (!stage.pace.mayReport(courier.lastReportMs)) return;
      courier.lastReportMs = stage.ticker.elapsedMs();
      const lat = Math.round(courier.position.lat * 1e6) / 1e6;
      const lng = Math.round(courier.position.lng * 1e6) / 1e6;
      const answer = await api.call('reportPosition', { params, body: { lat, lng }, signal: stage.signal });
      stage.count(answer.ok ? 'reports' : `report_${answer.error.code}`);
      if (!answer.ok && answer.error.code === 'courier_off_shift') courier.isSentHome = true;
    },
    async readRoute() {
      const answer = await api.call('getCourierRoute', { params, signal: stage.signal });
      if (answer.ok) courier.route = answer.value.route;
      else stage.count(`route_${answer.error.code}`);
    },
  };
  return courier;
}
