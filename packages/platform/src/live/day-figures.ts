import type { Figures } from '@halfhour/contract';
import { type EpochMs, DAY_MS, MINUTE_MS, epochMs, localTime } from '@halfhour/kernel';
import type { CourierRecord } from '../couriers/index.ts';
import { type DayFigures, type OrderRecord, waitsSince } from '../ordering/index.ts';

/** What one order adds to the figures of the day on which it was placed. */
type Share = Omit<DayFigures, 'open'>;

const NOTHING: Share = {
  orders: 0,
  delivered: 0,
  cancelled: 0,
  onTime: 0,
  minutesToDoorSum: 0,
  grossMinor: 0,
};

/** The same counting as ordering's `selectDayFigures`, for one order; a test compares the two. */
export function shareOfOrder(order: OrderRecord | undefined, from: EpochMs): Share {
  if (order === undefined || order.state === 'pending_payment' || order.placedAt < from) return NOTHING;
  const { deliveredAt } = order;
  return {
    orders: 1,
    delivered: deliveredAt === undefined ? 0 : 1,
    cancelled: order.state === 'cancelled' ? 1 : 0,
    onTime: deliveredAt !== undefined && deliveredAt <= order.promise.latest ? 1 : 0,
    minutesToDoorSum: deliveredAt === undefined ? 0 : (deliveredAt - waitsSince(order)) / MINUTE_MS,
    grossMinor: order.state === 'cancelled' ? 0 : order.totalMinor,
  };
}

/** The figures after an order has gone from `before` to `after`; undefined stands for "not there". */
export function moveShare(
  figures: Share,
  before: OrderRecord | undefined,
  after: OrderRecord | undefined,
  from: EpochMs,
): Share {
  const old = shareOfOrder(before, from);
  const now = shareOfOrder(after, from);
  const moved = (name: keyof Share): number => figures[name] - old[name] + now[name];
  return {
    orders: moved('orders'),
    delivered: moved('delivered'),
    cancelled: moved('cancelled'),
    onTime: moved('onTime'),
    minutesToDoorSum: moved('minutesToDoorSum'),
    grossMinor: moved('grossMinor'),
  };
}

/** The key figures as the API shows them; a ratio is absent before there is anything to divide by. */
export function toFigures(
  day: Share,
  open: number,
  couriers: Iterable<CourierRecord>,
  shiftSeconds: number,
): Figures {
  let couriersOnShift = 0;
  let couriersBusy = 0;
  for (const courier of couriers) {
    if (courier.status !== 'off_shift') couriersOnShift += 1;
    if (courier.load > 0) couriersBusy += 1;
  }
  return {
    orders: day.orders,
    open,
    delivered: day.delivered,
    cancelled: day.cancelled,
    ...(day.delivered === 0
      ? {}
      : {
          onTimePercent: rounded((100 * day.onTime) / day.delivered, 1),
          minutesToDoorMean: rounded(day.minutesToDoorSum / day.delivered, 1),
        }),
    ...(shiftSeconds < 1 ? {} : { ordersPerCourierHour: rounded((day.delivered * 3_600) / shiftSeconds, 2) }),
    couriersOnShift,
    couriersBusy,
    grossMinor: day.grossMinor,
  };
}

/** Midnight at which the day of `moment` began by the clocks of `timeZone`, to the minute. */
export function startOfDay(moment: EpochMs, timeZone: string): EpochMs {
  const today = localTime(moment, timeZone);
  const guess = Math.floor(moment / MINUTE_MS) * MINUTE_MS - today.minuteOfDay * MINUTE_MS;
  // On a day whose clock was changed since midnight the guess is off by the change.
  const { date, minuteOfDay } = localTime(epochMs(guess), timeZone);
  return epochMs(
    date === today.date ? guess - minuteOfDay * MINUTE_MS : guess + DAY_MS - minuteOfDay * MINUTE_MS,
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
