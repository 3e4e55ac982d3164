import type { Order } from '@halfhour/contract';
import { useLocation } from 'wouter';
import { basketOfOrder } from './basket.ts';
import { useBaskets, useShop } from './shop-context.tsx';

/** Puts what was ordered into the basket of its store, in place of what lies there, and goes to the checkout. */
export function useReorder(): (order: Order) => void {
  const { path } = useShop();
  const [, keepBasket] = useBaskets();
  const [, navigate] = useLocation();
  return (order) => {
    keepBasket(order.storeId, basketOfOrder(order));
    navigate(path(`/stores/${order.storeId}/checkout`));
  };
}
