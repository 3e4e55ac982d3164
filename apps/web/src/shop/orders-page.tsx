import type { Order } from '@halfhour/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { Loading, Notice } from '../ui/notice.tsx';
import { Tag, type Tone } from '../ui/tag.tsx';
import { Asked, LARGE, Screen } from './parts.tsx';
import { nameIn, useShop } from './shop-context.tsx';
import { isOver } from './use-order.ts';
import { mayOrder, useShopper } from './use-shop-data.ts';
import { useReorder } from './use-reorder.ts';

/** What was ordered in this market, newest first; each can be ordered again. */
export function OrdersPage() {
  const { path } = useShop();
  const shopper = useShopper();
  return (
    <Screen title={text.shop.tabs.orders} tabs>
      {shopper === undefined ? (
        <Loading />
      ) : shopper === null ? (
        <Notice icon="empty" title={text.shop.signInForOrders}>
          <Link href={path(`/sign-in?next=${encodeURIComponent(path('/orders'))}`)} className="underline">
            {text.signIn.title}
          </Link>
        </Notice>
      ) : mayOrder(shopper) ? (
        <List />
      ) : (
        <Notice icon="locked" title={text.shop.notAShopper} hint={text.shop.notAShopperHint} />
      )}
    </Screen>
  );
}

function List() {
  const { market, path } = useShop();
  const orders = useInfiniteQuery({
    queryKey: ['orders', market.id, 'all'],
    queryFn: ({ pageParam, signal }) =>
      call('listOrders', {
        params: { marketId: market.id },
        query: { limit: 20, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    refetchInterval: 30_000,
  });
  return (
    <Asked query={orders}>
      {({ pages }) => {
        // A try whose payment was declined is no order to whoever made it.
        const items = pages
          .flatMap((page) => page.items)
          .filter(({ cancelReason }) => cancelReason !== 'payment_declined');
        if (items.length === 0) {
          return (
            <Notice icon="empty" title={text.shop.noOrders} hint={text.shop.noOrdersHint}>
              <Link href={path()} className="underline">
                {text.shop.toStores}
              </Link>
            </Notice>
          );
        }
        return (
          <>
            <ul className="divide-y divide-line">
              {items.map((order) => (
                <OrderRow key={order.id} order={order} />
              ))}
            </ul>
            {orders.hasNextPage && (
              <div className="p-4">
                <Button
                  className={LARGE}
                  disabled={orders.isFetchingNextPage}
                  onClick={() => void orders.fetchNextPage()}
                >
                  {text.shop.olderOrders}
                </Button>
              </div>
            )}
          </>
        );
      }}
    </Asked>
  );
}

function OrderRow({ order }: { order: Order }) {
  const { path, format } = useShop();
  const reorder = useReorder();
  const tone: Tone = order.state === 'cancelled' ? 'bad' : order.state === 'delivered' ? 'good' : 'accent';
  return (
    <li className="flex items-center gap-3 px-4 py-3" data-testid="past-order" data-id={order.id}>
      <Link href={path(`/orders/${order.id}`)} className="min-w-0 flex-1">
        <span className="block truncate text-base font-semibold">{order.storeName}</span>
        <span className="block truncate text-ink-2">
          {order.lines.map((line) => `${text.shop.times(line.quantity)} ${nameIn(line.names)}`).join(', ')}
        </span>
        <span className="flex flex-wrap items-center gap-x-2 text-ink-2">
          <span>{format.dateTime(order.placedAt)}</span>
          <span className="tabular-nums">{format.money(order.totalMinor)}</span>
          <Tag tone={tone}>{text.shop.orderStates[order.state]}</Tag>
        </span>
      </Link>
      {isOver(order) && (
        <Button
          className="h-11 shrink-0 rounded-full px-4"
          data-testid="reorder"
          onClick={() => reorder(order)}
        >
          {text.shop.reorder}
        </Button>
      )}
    </li>
  );
}
