import { type Courier, type CourierWay, type Order, type Route, ROUTES } from '@halfhour/contract';
import { type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call, pathOf } from '../api/index.ts';
import { keep, readKept } from './device-store.ts';
import { courierName, routeName, useCourierApp } from './courier-context.tsx';
import { keptKey, READ, useKept } from './use-kept.ts';

/** News come over the stream at once; this often the page asks all the same, should the stream be gone unseen. */
const EVERY_MS = 15_000;

export function useCourier(): UseQueryResult<Courier> {
  const { market, courierId } = useCourierApp();
  const params = { marketId: market.id, courierId };
  return useKept(courierName(courierId), (signal) => call('getCourier', { params, signal }), {
    everyMs: EVERY_MS,
  });
}

export function useRoute(): UseQueryResult<{ route: Route | null }> {
  const { market, courierId } = useCourierApp();
  const params = { marketId: market.id, courierId };
  return useKept(routeName(courierId), (signal) => call('getCourierRoute', { params, signal }), {
    everyMs: EVERY_MS,
  });
}

/** The line and the turns to the stops of a route that are left. */
export function useWay(route: Route, isConnected: boolean): UseQueryResult<CourierWay> {
  const { market, courierId } = useCourierApp();
  const params = { marketId: market.id, courierId };
  const made = route.stops.filter((stop) => stop.completedAt !== undefined).length;
  return useKept(
    `${courierId}/way/${route.id}/${made}`,
    (signal) => call('getCourierWay', { params, signal }),
    { everyMs: 20_000, enabled: isConnected },
  );
}

/** The orders of a route, those that are known. */
export function useOrders(route: Route): Map<string, Order> {
  const { market, courierId } = useCourierApp();
  const orderIds = [...new Set(route.stops.flatMap((stop) => stop.orderIds))];
  const found = useQueries({
    queries: orderIds.map((orderId) => {
      const name = `${courierId}/order/${orderId}`;
      return {
        queryKey: keptKey(name),
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const order = await call('getOrder', { params: { marketId: market.id, orderId }, signal });
          keep(READ + name, JSON.stringify(order));
          return order;
        },
        initialData: () => {
          const text = readKept(READ + name);
          return text === null ? undefined : (JSON.parse(text) as Order);
        },
        initialDataUpdatedAt: 0,
        networkMode: 'always' as const,
        retry: false,
        refetchInterval: EVERY_MS,
      };
    }),
  });
  return new Map(
    found.flatMap(({ data }) => (data === undefined ? [] : [[data.id as string, data] as const])),
  );
}

/** Looks again as soon as the server tells of new work or of an order that is ready. */
export function useCourierStream(): void {
  const { market, courierId } = useCourierApp();
  const queries = useQueryClient();
  const marketId = market.id;
  useEffect(() => {
    const path = pathOf(ROUTES.streamCourier.path, { marketId, courierId });
    // The browser connects again by itself after a break.
    const stream = new EventSource(path);
    stream.addEventListener('message', () => {
      void queries.invalidateQueries({ queryKey: keptKey(courierId) }, { cancelRefetch: false });
    });
    return () => stream.close();
  }, [queries, marketId, courierId]);
}
