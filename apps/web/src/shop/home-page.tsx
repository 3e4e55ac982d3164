import type { Reach } from '@halfhour/contract';
import { ChevronDown, ChevronRight, MapPin, Search, ShoppingBag } from 'lucide-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Redirect, useSearchParams } from 'wouter';
import { call } from '../api/index.ts';
import { text } from '../text/index.ts';
import { Notice } from '../ui/notice.tsx';
import { countOf, sumOf } from './basket.ts';
import { Asked, Chips, Screen } from './parts.tsx';
import { NEEDS, type Need, isNeed, useBaskets, useDoor, useShop } from './shop-context.tsx';
import { StoreCard, whenOf } from './store-card.tsx';
import { mayOrder, useMarketNow, useReach, useShopper } from './use-shop-data.ts';

const OPEN_STATES = new Set(['pending_payment', 'placed', 'accepted', 'ready', 'picked_up']);

/** What can reach the door now, by need. */
export function HomePage() {
  const { market, path } = useShop();
  const [door] = useDoor();
  const [search, setSearch] = useSearchParams();
  const reach = useReach(door);
  const nowMs = useMarketNow(15_000);
  if (door === undefined) return <Redirect to={path('/address')} replace />;
  const asked = search.get('need');
  const need: Need = isNeed(asked) ? asked : 'everything';
  return (
    <Screen
      title={market.name}
      tabs
      head={
        <>
          <div className="space-y-2 px-4 pb-2">
            <Link href={path('/address')} className="flex h-11 items-center gap-2" data-testid="door">
              <MapPin aria-hidden className="size-5 shrink-0 text-accent" />
              <span className="min-w-0">
                <span className="block text-xs text-ink-2">{text.shop.deliverTo}</span>
                <span className="flex items-center gap-1 font-semibold">
                  <span className="truncate">{door.label}</span>
                  <ChevronDown aria-hidden className="size-4 shrink-0" />
                </span>
              </span>
            </Link>
            <Link
              href={path('/search')}
              className="flex h-11 items-center gap-2 rounded-xl bg-surface-2 px-4 text-ink-2"
            >
              <Search aria-hidden className="size-4" />
              {text.shop.searchHint}
            </Link>
          </div>
          <Chips
            label={text.shop.needLabel}
            options={(Object.keys(NEEDS) as Need[]).map((id) => ({ id, name: text.shop.needs[id] }))}
            value={need}
            onChange={(id) => setSearch(id === 'everything' ? {} : { need: id }, { replace: true })}
          />
        </>
      }
    >
      <OpenOrders nowMs={nowMs} />
      <OpenBaskets />
      <Asked query={reach}>{(items) => <Stores items={items} need={need} nowMs={nowMs} />}</Asked>
    </Screen>
  );
}

function Stores({ items, need, nowMs }: { items: readonly Reach[]; need: Need; nowMs: number | undefined }) {
  const { path } = useShop();
  const kinds: readonly string[] | undefined = NEEDS[need];
  const shown = items.filter(({ store }) => kinds === undefined || kinds.includes(store.kind));
  if (shown.length === 0) {
    return (
      <Notice
        icon="empty"
        title={items.length === 0 ? text.shop.nothingReaches : text.shop.nothingOfNeed}
        hint={items.length === 0 ? text.shop.nothingReachesHint : undefined}
      >
        <Link href={items.length === 0 ? path('/address') : path()} className="underline">
          {items.length === 0 ? text.shop.otherAddress : text.shop.showEverything}
        </Link>
      </Notice>
    );
  }
  const open = shown.filter(({ state }) => state === 'open');
  const others = shown.filter(({ state }) => state !== 'open');
  return (
    <>
      {open.length > 0 && <StoreList title={text.shop.reachesNow(open.length)} items={open} nowMs={nowMs} />}
      {others.length > 0 && <StoreList title={text.shop.notNow} items={others} nowMs={nowMs} />}
    </>
  );
}

function StoreList({
  title,
  items,
  nowMs,
}: {
  title: string;
  items: readonly Reach[];
  nowMs: number | undefined;
}) {
  return (
    <section>
      <h2 className="px-4 pt-4 pb-1 text-base font-semibold">{title}</h2>
      <ul className="divide-y divide-line">
        {items.map((reach) => (
          <li key={reach.store.id}>
            <StoreCard reach={reach} nowMs={nowMs} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Baskets that wait on this device. */
function OpenBaskets() {
  const { path, format } = useShop();
  const [baskets] = useBaskets();
  return Object.entries(baskets).map(([storeId, basket]) => (
    <Row
      key={storeId}
      href={path(`/stores/${storeId}/checkout`)}
      title={text.shop.basketAt(basket.storeName)}
      hint={`${text.shop.items(countOf(basket))} · ${format.money(sumOf(basket))}`}
    />
  ));
}

/** Orders that are on their way, for who is signed in. */
function OpenOrders({ nowMs }: { nowMs: number | undefined }) {
  const { market, path, format } = useShop();
  const shopper = useShopper();
  const orders = useQuery({
    queryKey: ['orders', market.id, 'latest', shopper?.id],
    queryFn: async ({ signal }) =>
      (await call('listOrders', { params: { marketId: market.id }, query: { limit: 5 }, signal })).items,
    enabled: shopper != null && mayOrder(shopper),
    refetchInterval: 30_000,
  });
  return orders.data
    ?.filter(({ state }) => OPEN_STATES.has(state))
    .map((order) => (
      <Row
        key={order.id}
        href={path(`/orders/${order.id}`)}
        title={`${order.storeName}: ${text.shop.orderStates[order.state]}`}
        hint={text.shop.between(
          whenOf(order.promise.earliest, nowMs, format),
          format.time(order.promise.latest),
        )}
      />
    ));
}

function Row({ href, title, hint }: { href: string; title: string; hint: string }) {
  return (
    <Link href={href} className="mx-4 mt-3 flex items-center gap-3 rounded-xl bg-accent-soft px-4 py-3">
      <ShoppingBag aria-hidden className="size-5 shrink-0 text-accent" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{title}</span>
        <span className="block truncate text-ink-2">{hint}</span>
      </span>
      <ChevronRight aria-hidden className="size-5 shrink-0 text-ink-2" />
    </Link>
  );
}
