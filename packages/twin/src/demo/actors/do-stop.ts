import type { Route, Stop } from '@halfhour/contract';
import { SECOND_MS } from '@halfhour/kernel';
import type { CourierAtWork } from './courier-at-work.ts';
import { isStillNext } from './courier-route.ts';
import { askDoorCode } from './door-code.ts';
import { travelTo } from './travel.ts';

/** The stream says when an order is ready; this is for when it does not. */
const ASK_AGAIN_MS = 180 * SECOND_MS;
const AFTER_REFUSAL_MS = 20 * SECOND_MS;

/**
 * Goes to a stop and does it. Returns when it is done or when the route has changed under way; the caller
 * then looks at the route again. A step that the platform refuses (an operator cancelled, say) is no failure:
 * the route is read again after a moment.
 */
export async function doStop(courier: CourierAtWork, route: Route, stop: Stop): Promise<void> {
  const { stage, api, bell } = courier;
  const isWanted = (): boolean => !courier.isSentHome && isStillNext(courier.route, route.id, stop);
  const params = { marketId: stage.cast.marketId, routeId: route.id, stopNumber: stop.number };
  if (stop.arrivedAt === undefined) {
    const slowness = 0.95 + 0.3 * courier.random.next();
    if (!(await travelTo(courier, stop.place, slowness, isWanted)) || !isWanted()) return;
    const idempotencyKey = `arrive-${route.id}-${stop.number}-${stage.clock.now()}`;
    const answer = await api.call('arriveAtStop', { params, body: {}, idempotencyKey, signal: stage.signal });
    if (!answer.ok) return refused(courier, `arrive_${answer.error.code}`);
    courier.route = answer.value;
    if (!isWanted()) return;
    const serviceSeconds =
      stop.kind === 'pickup' ? 40 + 60 * courier.random.next() : 50 + 100 * courier.random.next();
    const doneAt = stage.clock.now() + serviceSeconds * SECOND_MS;
    while (stage.clock.now() < doneAt) {
      await bell.wait(doneAt - stage.clock.now());
      if (!isWanted()) return;
    }
  } else courier.position = { lat: stop.place.lat, lng: stop.place.lng };
  for (;;) {
    const orderId = stop.orderIds[0];
    const code = stop.kind === 'dropoff' && orderId ? await askDoorCode(stage, orderId, api) : undefined;
    const answer = await api.call('completeStop', {
      params,
      body: code === undefined ? {} : { code },
      // A new key each time: the same one would be told again what it was told before.
      idempotencyKey: `complete-${route.id}-${stop.number}-${stage.clock.now()}`,
      signal: stage.signal,
    });
    if (answer.ok) {
      courier.route = answer.value;
      for (const id of stop.orderIds) courier.ready.delete(id);
      if (stop.kind === 'dropoff') for (const id of stop.orderIds) stage.doorbell.delete(id);
      return stage.count(stop.kind === 'pickup' ? 'pickups' : 'dropoffs');
    }
    if (answer.error.code !== 'not_ready') return refused(courier, `complete_${answer.error.code}`);
    const isReady = (): boolean => stop.orderIds.every((id) => courier.ready.has(id));
    const askAt = stage.clock.now() + ASK_AGAIN_MS;
    // Also one who waits is seen on the map; news of other orders does not end the wait.
    do {
      await courier.report();
      await bell.wait(Math.max(stage.pace.intervalMs(), ASK_AGAIN_MS / 3));
      if (!isWanted()) return;
    } while (!isReady() && stage.clock.now() < askAt);
    // The event may come before the order can be taken; one who was told so and refused again asks slowly.
    for (const id of stop.orderIds) courier.ready.delete(id);
  }
}

async function refused(courier: CourierAtWork, what: string): Promise<void> {
  courier.stage.count(what);
  await courier.bell.wait(AFTER_REFUSAL_MS);
  await courier.readRoute();
}
