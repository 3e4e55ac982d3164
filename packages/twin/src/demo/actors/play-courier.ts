import { distanceMetres, type EpochMs, type LatLng, SECOND_MS, sleep, toRfc3339 } from '@halfhour/kernel';
import type { ApiClient } from '../../http/index.ts';
import type { DemoCourier } from '../demo-market.ts';
import { createBell } from './bell.ts';
import { type CourierAtWork, createCourierAtWork } from './courier-at-work.ts';
import { doStop } from './do-stop.ts';
import { newerRoute, nextStop } from './courier-route.ts';
import { nextShift, type ShiftTime } from './next-shift.ts';
import type { Stage } from './stage.ts';
import { travelTo } from './travel.ts';

const IDLE_LOOK_MS = 120 * SECOND_MS;
/** Also without news the route is read again after so many idle looks. */
const LOOKS_BEFORE_READING = 5;
const AFTER_TROUBLE_MS = 60 * SECOND_MS;
/** One who waits this near to where orders come from stays there. */
const NEAR_WORK_METRES = 500;
const DRIFT_SLOWNESS = 1.6;

/** Plays a courier through their shifts for as long as the signal lives. */
export async function playCourier(stage: Stage, demo: DemoCourier): Promise<void> {
  const { clock, signal } = stage;
  const api = await stage.client({ role: 'courier', key: demo.key });
  let isFirst = true;
  for (;;) {
    const now = clock.now();
    const shift = nextShift(demo.shifts, now, stage.demo.timeZone);
    if (isFirst && (shift === undefined || shift.startsAt > now)) {
      // Their shift may have ended while nobody played: they finish what they carry and go home.
      await workShift(stage, demo, api, { startsAt: now, endsAt: now }, false);
    }
    isFirst = false;
    if (shift === undefined) return;
    await clock.until(shift.startsAt, signal);
    const end = await workShift(stage, demo, api, shift, true);
    if (end === 'trouble') await sleep(clock, AFTER_TROUBLE_MS, signal);
    else await clock.until(shift.endsAt, signal);
  }
}

/** One shift, begun where `mayStart`, or taken up again where a restart left it. */
async function workShift(
  stage: Stage,
  demo: DemoCourier,
  api: ApiClient,
  shift: ShiftTime,
  mayStart: boolean,
): Promise<'done' | 'trouble'> {
  const id = stage.cast.couriers.get(demo.key);
  if (id === undefined) return 'done';
  const params = { marketId: stage.cast.marketId, courierId: id };
  const me = await api.call('getCourier', { params, signal: stage.signal });
  if (!me.ok) {
    stage.count(`courier_${me.error.code}`);
    return 'trouble';
  }
  if (me.value.status === 'off_shift') {
    if (!mayStart) return 'done';
    const body = { position: demo.home, endsAt: toRfc3339(shift.endsAt) };
    const idempotencyKey = `shift-${id}-${shift.startsAt}`;
    const started = await api.call('startShift', { params, body, idempotencyKey, signal: stage.signal });
    if (!started.ok && started.error.code !== 'wrong_state') {
      stage.count(`shift_${started.error.code}`);
      return 'trouble';
    }
    stage.count('shifts_started');
  }
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(stage.signal.reason);
  stage.signal.addEventListener('abort', onAbort, { once: true });
  stage.pace.join();
  const courier = createCourierAtWork({
    stage,
    api,
    id,
    vehicle: demo.vehicle,
    random: stage.random.fork(`${demo.key} ${shift.startsAt}`),
    bell: createBell(stage.clock, stage.signal),
    position: me.value.position ?? demo.home,
  });
  const listening = listen(courier, ending.signal).catch((error: unknown) => {
    // The fallback reads the route, so a deaf courier goes on; that it is deaf is shown.
    if (!ending.signal.aborted) stage.log('courier_stream_lost', { courier: demo.key, error: String(error) });
  });
  try {
    await courier.readRoute();
    await work(courier, shift.endsAt);
    stage.count('shifts_ended');
    return 'done';
  } finally {
    stage.pace.leave();
    stage.signal.removeEventListener('abort', onAbort);
    ending.abort(new Error('the shift is over'));
    await listening;
  }
}

async function listen(courier: CourierAtWork, signal: AbortSignal): Promise<void> {
  const params = { marketId: courier.stage.cast.marketId, courierId: courier.id };
  for await (const item of courier.api.stream('streamCourier', { params, signal })) {
    // What happened while nobody listened is in the route.
    if (item.kind === 'open') await courier.readRoute();
    else if (item.data.type === 'order_ready') courier.ready.add(item.data.orderId);
    else courier.route = newerRoute(courier.route, item.data.route);
    courier.bell.ring();
  }
}

/** Does what the route says; waits where there is nothing; goes off shift at its end when the work is done. */
async function work(courier: CourierAtWork, endsAt: EpochMs): Promise<void> {
  const { stage } = courier;
  let hasSignedOff = false;
  let looks = 0;
  while (!courier.isSentHome) {
    const isOver = stage.clock.now() >= endsAt;
    if (isOver && !hasSignedOff) {
      hasSignedOff = await signOff(courier, endsAt);
      if (!hasSignedOff) await courier.bell.wait(AFTER_TROUBLE_MS);
      await courier.readRoute();
      continue;
    }
    const stop = nextStop(courier.route);
    if (courier.route !== null && stop !== undefined) {
      looks = 0;
      await doStop(courier, courier.route, stop);
    } else if (isOver) return;
    else {
      await idle(courier, endsAt);
      if (++looks % LOOKS_BEFORE_READING === 0) await courier.readRoute();
    }
  }
}

async function signOff(courier: CourierAtWork, endsAt: EpochMs): Promise<boolean> {
  const { stage, id, api } = courier;
  const answer = await api.call('endShift', {
    params: { marketId: stage.cast.marketId, courierId: id },
    body: {},
    idempotencyKey: `shift-end-${id}-${endsAt}`,
    signal: stage.signal,
  });
  return answer.ok || answer.error.code === 'wrong_state';
}

/** Drifts back to where orders come from, then stands there and is seen. */
async function idle(courier: CourierAtWork, endsAt: EpochMs): Promise<void> {
  const { stage, bell } = courier;
  const isIdle = (): boolean =>
    !courier.isSentHome && nextStop(courier.route) === undefined && stage.clock.now() < endsAt;
  const spot = busySpot(courier);
  if (distanceMetres(spot, courier.position) > NEAR_WORK_METRES) {
    await bell.wait(40 * SECOND_MS + 80 * SECOND_MS * courier.random.next());
    if (isIdle()) await travelTo(courier, spot, DRIFT_SLOWNESS, isIdle);
  } else await courier.report();
  if (isIdle()) {
    const look = Math.max(IDLE_LOOK_MS, stage.pace.intervalMs());
    await bell.wait(Math.max(SECOND_MS, Math.min(look, endsAt - stage.clock.now())));
  }
}

/** The busiest of a few stores by how many go there and how near it is. */
function busySpot(courier: CourierAtWork): LatLng {
  let best: LatLng = courier.position;
  let bestScore = -Infinity;
  for (const { address, popularity } of courier.stage.storeById.values()) {
    const metres = distanceMetres(address, courier.position);
    if (metres < NEAR_WORK_METRES) return courier.position;
    const score = popularity / (600 + metres);
    if (score > bestScore) [best, bestScore] = [address, score];
  }
  return best;
}
