import { type Order, type OrderEvent, type Place, ROUTES } from '@halfhour/contract';
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call, pathOf } from '../api/index.ts';
import { useShop } from './shop-context.tsx';

/** Nothing more happens to it by itself. */
export function isOver({ state }: Pick<Order, 'state'>): boolean {
  return state === 'delivered' || state === 'cancelled' || state === 'refunded';
}

export interface FollowedOrder {
  readonly order: UseQueryResult<Order>;
  /** Where the courier was last, from the pickup on. */
  readonly courier: Place | undefined;
  /** Whether news come by themselves at the moment. */
  readonly live: boolean;
}

/** An order as it is now: what the server told last, and its stream, which the browser takes up again by itself. */
export function useOrder(orderId: string): FollowedOrder {
  const { market } = useShop();
  const queries = useQueryClient();
  const params = { marketId: market.id, orderId: orderId as Order['id'] };
  const key = ['order', market.id, orderId];
  const [courier, setCourier] = useState<Place>();
  const [live, setLive] = useState(false);
  const order = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call('getOrder', { params, signal }),
    // The stream is the quick way; without it the page is a little late and never wrong.
    refetchInterval: live ? false : 10_000,
  });
  const follow = order.data !== undefined && !isOver(order.data);
  useEffect(() => {
    if (!follow) return;
    const stream = new EventSource(pathOf(ROUTES.streamOrder.path, { marketId: market.id, orderId }));
    stream.onopen = () => setLive(true);
    stream.onerror = () => setLive(false);
    stream.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as OrderEvent;
      if (event.type === 'courier') setCourier(event.position);
      else {
        queries.setQueryData<Order>(['order', market.id, orderId], (before) => ({
          ...event.order,
          // The stream tells no charges; they are asked for below.
          ...(before?.charges === undefined ? {} : { charges: before.charges }),
        }));
        void queries.invalidateQueries({ queryKey: ['order', market.id, orderId] });
        void queries.invalidateQueries({ queryKey: ['order-payment', market.id, orderId] });
      }
    };
    return () => {
      stream.close();
      setLive(false);
    };
  }, [follow, market.id, orderId, queries]);
  return { order, courier, live };
}
