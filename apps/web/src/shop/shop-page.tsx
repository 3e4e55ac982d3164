import type { Market } from '@halfhour/contract';
import { lazy, type ReactNode, Suspense } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { useMarkets } from '../session/use-me.ts';
import { text } from '../text/index.ts';
import { Loading, Notice } from '../ui/notice.tsx';
import { WholePage } from '../ui/whole-page.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { HomePage } from './home-page.tsx';
import { Installable } from './installable.tsx';
import { Asked } from './parts.tsx';
import { ShopProvider, useShop } from './shop-context.tsx';

// The first page is small; each further one comes when it is gone to.
const AddressPage = lazy(async () => ({ default: (await import('./address-page.tsx')).AddressPage }));
const SearchPage = lazy(async () => ({ default: (await import('./search-page.tsx')).SearchPage }));
const StorePage = lazy(async () => ({ default: (await import('./store-page.tsx')).StorePage }));
const CheckoutPage = lazy(async () => ({ default: (await import('./checkout-page.tsx')).CheckoutPage }));
const ShopSignInPage = lazy(async () => ({
  default: (await import('./shop-sign-in-page.tsx')).ShopSignInPage,
}));
const OrdersPage = lazy(async () => ({ default: (await import('./orders-page.tsx')).OrdersPage }));
const OrderPage = lazy(async () => ({ default: (await import('./order-page.tsx')).OrderPage }));
const AccountPage = lazy(async () => ({ default: (await import('./account-page.tsx')).AccountPage }));

/** `/shop` leads to the only market, or lets choose; below `/shop/{slug}` is that one. */
export function ShopPage({ slug }: { slug: string | undefined }) {
  const markets = useMarkets();
  if (markets.data === undefined) {
    return (
      <WholePage>
        <Asked query={markets}>{() => null}</Asked>
      </WholePage>
    );
  }
  // Where nothing moves by itself, nothing is brought to a door.
  const open = markets.data.filter(({ sandbox }) => !sandbox);
  if (slug === undefined) {
    return open.length === 1 ? <Redirect to={`/shop/${open[0]!.slug}`} replace /> : <Choose markets={open} />;
  }
  const market = markets.data.find((one) => one.slug === slug);
  if (market === undefined) {
    return (
      <WholePage>
        <Notice icon="problem" title={text.problem.unknownMarketTitle} hint={text.notFoundHint}>
          <Link href="/shop" className="underline">
            {text.shop.chooseMarket}
          </Link>
        </Notice>
      </WholePage>
    );
  }
  return (
    <ShopProvider market={market}>
      <title>{text.shop.pageTitle(market.name)}</title>
      <Installable />
      <Suspense fallback={<Waiting />}>
        <Pages />
      </Suspense>
    </ShopProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/shop/:slug">
        <HomePage />
      </Route>
      <Route path="/shop/:slug/address">
        <AddressPage />
      </Route>
      <Route path="/shop/:slug/search">
        <SearchPage />
      </Route>
      <Route path="/shop/:slug/stores/:storeId">{({ storeId }) => <StorePage storeId={storeId} />}</Route>
      <Route path="/shop/:slug/stores/:storeId/checkout">
        {({ storeId }) => <CheckoutPage storeId={storeId} />}
      </Route>
      <Route path="/shop/:slug/sign-in">
        <ShopSignInPage />
      </Route>
      <Route path="/shop/:slug/orders">
        <OrdersPage />
      </Route>
      <Route path="/shop/:slug/orders/:orderId">{({ orderId }) => <OrderPage orderId={orderId} />}</Route>
      <Route path="/shop/:slug/account">
        <AccountPage />
      </Route>
      <Route>
        <Lost />
      </Route>
    </Switch>
  );
}

function Lost(): ReactNode {
  const { path } = useShop();
  return (
    <WholePage>
      <Notice icon="empty" title={text.notFoundTitle} hint={text.notFoundHint}>
        <Link href={path()} className="underline">
          {text.toStart}
        </Link>
      </Notice>
    </WholePage>
  );
}

function Waiting() {
  return (
    <WholePage>
      <Loading />
    </WholePage>
  );
}

function Choose({ markets }: { markets: readonly Market[] }) {
  return (
    <main className="mx-auto max-w-md space-y-4 p-6">
      <Wordmark />
      <h1 className="text-xl font-semibold">{text.shop.chooseMarket}</h1>
      {markets.length === 0 ? (
        <Notice icon="empty" title={text.problem.noMarketsTitle} />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {markets.map((market) => (
            <li key={market.id}>
              <Link
                href={`/shop/${market.slug}`}
                className="block px-4 py-4 text-base font-medium hover:bg-surface-2"
              >
                {market.name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}
