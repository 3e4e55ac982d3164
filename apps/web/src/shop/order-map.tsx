import type { Order, Place } from '@halfhour/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { useShop } from './shop-context.tsx';
import { ShopMap, type ShopMapHandle } from './shop-map.tsx';
import { useStore } from './use-shop-data.ts';

/** Store, door and, once it is on its way, the courier with the way that is left. */
export function OrderMap({ order, courier }: { order: Order; courier: Place | undefined }) {
  const { market } = useShop();
  const store = useStore(order.storeId);
  const [map, setMap] = useState<ShopMapHandle>();
  const isRiding = order.state === 'picked_up';
  const way = useQuery({
    queryKey: ['order-way', market.id, order.id],
    queryFn: ({ signal }) =>
      call('getOrderWay', { params: { marketId: market.id, orderId: order.id }, signal }),
    enabled: isRiding,
    refetchInterval: 10_000,
    retry: false,
  });
  const from = store.data?.address;
  const shown = isRiding ? courier : undefined;
  const points = isRiding ? way.data?.way?.points : undefined;
  useEffect(() => {
    map?.mark('door', order.address);
    map?.mark('store', from);
    if (from !== undefined) map?.fit([from, order.address]);
  }, [map, from, order.address.lat, order.address.lng]);
  useEffect(() => map?.mark('courier', shown), [map, shown]);
  useEffect(() => map?.line(points ?? []), [map, points]);
  const before = way.data?.stopsBefore ?? 0;
  return (
    <div className="relative h-full">
      <ShopMap label={text.shop.orderMap} centre={order.address} zoom={14} onReady={setMap} />
      {isRiding && before > 0 && (
        <p className="absolute top-2 left-2 rounded-full bg-surface px-3 py-1 text-sm shadow">
          {text.shop.stopsBefore(before)}
        </p>
      )}
    </div>
  );
}
