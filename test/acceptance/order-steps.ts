import assert from 'node:assert/strict';
import type { BasketLine, Order, Route } from '@halfhour/contract';
import { HOUR_MS, addMs, toRfc3339 } from '@halfhour/kernel';
import type { ApiClient } from '@halfhour/twin/http';
import { type CityMarket, DOOR } from './city-market.ts';
import type { ServedPlatform } from './platform.ts';

/** Market seconds a second while a test waits for what takes its time in the market. */
const SPEED = 60;
const PATIENCE_MS = 30_000;

/** The value of an answer that must be none of a problem. */
export function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error));
  return result.value;
}

let keys = 0;
export function newKey(): string {
  return `acceptance-${process.pid}-${keys++}`;
}

/** A small pizza from the kitchen, to the door. */
export function pizzaBasket(market: CityMarket): {
  storeId: Order['storeId'];
  lines: BasketLine[];
  address: typeof DOOR;
  tipMinor: number;
} {
  return {
    storeId: market.kitchenId,
    lines: [
      { offerId: market.pizza.offerId, quantity: 1, options: [{ groupId: 'size', optionId: 'small' }] },
    ],
    address: DOOR,
    tipMinor: 50,
  };
}

export async function quoteAndPlace(
  shopper: ApiClient,
  market: CityMarket,
  basket: ReturnType<typeof pizzaBasket> = pizzaBasket(market),
): Promise<Order> {
  const params = { marketId: market.marketId };
  const quote = valueOf(await shopper.call('createQuote', { params, body: basket }));
  const body = { ...basket, expectedTotalMinor: quote.totalMinor, payment: { method: 'test_approve' } };
  return valueOf(await shopper.call('placeOrder', { params, body, idempotencyKey: newKey() }));
}

/** Puts a courier of the market on shift for an hour, at the kitchen. */
export async function goOnShift(platform: ServedPlatform, index: number): Promise<ApiClient> {
  const { market, clock } = platform;
  const courier = platform.clientOf(market.couriers[index]);
  const params = { marketId: market.marketId, courierId: market.courierIds[index]! };
  const body = {
    position: { lat: 40.001, lng: 20 },
    endsAt: toRfc3339(addMs(clock.now(), HOUR_MS)),
  };
  valueOf(await courier.call('startShift', { params, body, idempotencyKey: newKey() }));
  return courier;
}

/** Lets the market's time run until the stream of a courier tells of a route with all these orders. */
export async function routeFromStream(
  platform: ServedPlatform,
  courier: ApiClient,
  index: number,
  orders: readonly Order[],
): Promise<Route> {
  const { market, clock } = platform;
  const params = { marketId: market.marketId, courierId: market.courierIds[index]! };
  clock.setSpeed(SPEED);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for await (const item of courier.stream('streamCourier', { params, signal })) {
      if (item.kind !== 'event' || item.data.type !== 'route' || item.data.route === null) continue;
      const { route } = item.data;
      const carried = route.stops.flatMap((stop) => (stop.kind === 'dropoff' ? stop.orderIds : []));
      if (orders.every(({ id }) => carried.includes(id))) return route;
    }
    throw new Error('the stream of the courier ended');
  } finally {
    clock.setSpeed(0);
  }
}
