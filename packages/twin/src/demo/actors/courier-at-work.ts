import type { Route } from '@halfhour/contract';
import type { CourierId, LatLng, OrderId, Random } from '@halfhour/kernel';
import type { ApiClient } from '../../http/index.ts';
import type { Bell } from './bell.ts';
import { newerRoute } from './courier-route.ts';
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
      if (answer.ok) courier.route = newerRoute(courier.route, answer.value.route);
      else stage.count(`route_${answer.error.code}`);
    },
  };
  return courier;
}
