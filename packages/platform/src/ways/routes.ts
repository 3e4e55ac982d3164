import type { CourierWay } from '@halfhour/contract';
import { type LatLng, type MarketId, err, ok } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import {
  type CourierRecord,
  type Couriers,
  maySteer,
  selectCouriers,
  withPosition,
} from '../couriers/index.ts';
import { type Delivery, PICKUP_NUMBER, type RouteRecord, isPickedUp, remaining } from '../delivery/index.ts';
import type { Maps, Way } from '../maps/index.ts';
import { findOwn } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';

export interface WayDeps {
  readonly db: Queryable;
  readonly couriers: Pick<Couriers, 'positions'>;
  readonly delivery: Pick<Delivery, 'current'>;
  readonly maps: Pick<Maps, 'roads'>;
}

/** As the contract bounds them. */
const MAX_LEGS = 20;

export function createWayRoutes({
  db,
  couriers,
  delivery,
  maps,
}: WayDeps): Handlers<'getCourierWay' | 'getOrderWay'> {
  return {
    async getCourierWay({ params: { marketId, courierId }, authority }) {
      if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
      const courier = await latest(marketId, courierId);
      if (courier === undefined) return err({ code: 'not_found' });
      const route = await delivery.current(marketId, courierId);
      if (route === undefined) return ok({ legs: [] });
      const roads = await maps.roads(marketId);
      const legs: CourierWay['legs'] = [];
      let from = courier.position;
      for (const { number, place } of stopsLeft(route).slice(0, MAX_LEGS)) {
        if (from !== undefined) {
          const way = await roads.route(courier.vehicle, from, place);
          legs.push({ stopNumber: number, ...lineOf(way), steps: way.steps.map((step) => ({ ...step })) });
        }
        from = place;
      }
      return ok({ routeId: route.id, legs });
    },

    async getOrderWay(request) {
      const found = await findOwn(db, request);
      if (!found.ok) return found;
      const { order } = found.value;
      const { marketId } = request.params;
      if (order.state !== 'picked_up' || order.courierId === undefined) {
        return err({ code: 'wrong_state', state: order.state, detail: 'The order is not on its way.' });
      }
      const route = await delivery.current(marketId, order.courierId);
      const stops = route === undefined ? [] : remaining(route);
      const stopsBefore = Math.max(
        0,
        stops.findIndex(({ orderId }) => orderId === order.id),
      );
      const courier = stopsBefore > 0 ? undefined : await latest(marketId, order.courierId);
      if (courier?.position === undefined) return ok({ stopsBefore });
      const roads = await maps.roads(marketId);
      const { lat, lng } = order.address;
      const way = await roads.route(courier.vehicle, courier.position, { lat, lng });
      return ok({ stopsBefore, way: lineOf(way) });
    },
  };

  async function latest(
    marketId: MarketId,
    courierId: CourierRecord['id'],
  ): Promise<CourierRecord | undefined> {
    const [courier] = await selectCouriers(db, marketId, [courierId]);
    return courier === undefined
      ? undefined
      : withPosition(courier, couriers.positions(marketId).get(courierId));
  }
}

function stopsLeft(route: RouteRecord): { readonly number: number; readonly place: LatLng }[] {
  const doors = remaining(route).map(({ number, place }) => ({ number, place: placeOf(place) }));
  if (isPickedUp(route)) return doors;
  return [{ number: PICKUP_NUMBER, place: placeOf(route.pickup.place) }, ...doors];
}

function placeOf({ lat, lng }: LatLng): LatLng {
  return { lat, lng };
}

function lineOf({ metres, seconds, points }: Way) {
  return {
    metres: Math.round(metres),
    seconds: Math.round(seconds),
    points: points.map(placeOf),
  };
}
