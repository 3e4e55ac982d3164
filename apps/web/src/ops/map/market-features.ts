import type { Courier, OrderSummary } from '@halfhour/contract';
import { type LatLng, toPosition } from '@halfhour/kernel';
import type { Feature, FeatureCollection, LineString, Point } from 'geojson';
import type { LiveStoreEntry } from '../live-state.ts';
import { riskAt } from '../order-board.ts';

/** Feature ids of MapLibre are numbers; ours travel as a property. */
function point(at: LatLng, properties: Record<string, unknown>): Feature<Point> {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: toPosition(at) }, properties };
}

function collect<G extends Point | LineString>(features: Feature<G>[]): FeatureCollection<G> {
  return { type: 'FeatureCollection', features };
}

export function storeFeatures(stores: Iterable<LiveStoreEntry>): FeatureCollection<Point> {
  return collect(
    [...stores].map((store) =>
      point(store.address, {
        id: store.id,
        name: store.name,
        kind: store.kind,
        open: store.status === 'open' && store.openNow,
      }),
    ),
  );
}

export function orderFeatures(orders: Iterable<OrderSummary>, nowMs: number): FeatureCollection<Point> {
  return collect(
    [...orders].map((order) => point(order.address, { id: order.id, risk: riskAt(order, nowMs) })),
  );
}

/** Couriers on shift, each where `shownAt` says. */
export function courierFeatures(
  couriers: Iterable<Courier>,
  shownAt: (courier: Courier) => LatLng | undefined,
): FeatureCollection<Point> {
  const features: Feature<Point>[] = [];
  for (const courier of couriers) {
    if (courier.status === 'off_shift') continue;
    const at = shownAt(courier);
    if (at === undefined) continue;
    features.push(
      point(at, { id: courier.id, load: courier.load, busy: courier.status !== 'idle' || courier.load > 0 }),
    );
  }
  return collect(features);
}

/** The way of a selected order: courier → store until it is picked up (dashed), then on to the address. */
export function orderWay(
  order: OrderSummary,
  store: LatLng | undefined,
  courier: LatLng | undefined,
): FeatureCollection<LineString> {
  const legs: Feature<LineString>[] = [];
  const leg = (from: LatLng | undefined, to: LatLng | undefined, taken: boolean): void => {
    if (from === undefined || to === undefined) return;
    legs.push({
      type: 'Feature',
      properties: { taken },
      geometry: { type: 'LineString', coordinates: [toPosition(from), toPosition(to)] },
    });
  };
  if (order.state === 'picked_up') {
    leg(courier, order.address, true);
  } else {
    leg(courier, store, true);
    leg(store, order.address, false);
  }
  return collect(legs);
}
