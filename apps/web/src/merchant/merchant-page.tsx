import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { call, statusOf } from '../api/index.ts';
import { SignInRedirect } from '../session/sign-in-redirect.tsx';
import { useMarkets, useMe } from '../session/use-me.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { WholePage } from '../ui/whole-page.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { WorkLook } from '../ui/work/work-look.tsx';
import { storePaths } from './paths.ts';
import { StorePages } from './store-pages.tsx';
import { useMyStores } from './use-my-stores.ts';

/** What a merchant does: `/merchant` leads to the only store or lets choose; below `/merchant/{slug}/{store}` is that one. */
export function MerchantPage() {
  return (
    <WorkLook>
      <Switch>
        <Route path="/merchant/:slug/:storeId/*?">
          {({ slug, storeId }) => <StoreBySlug slug={slug} storeId={storeId} />}
        </Route>
        <Route path="/merchant/:slug?">{({ slug }) => <ChooseStore slug={slug} />}</Route>
      </Switch>
    </WorkLook>
  );
}

/** Who is here and which markets there are; until then that it loads, or why it does not. */
function useSignedIn() {
  const me = useMe();
  const markets = useMarkets();
  const stores = useMyStores(me.data, markets.data);
  let instead: ReactNode;
  if (statusOf(me.error) === 401) instead = <SignInRedirect />;
  else {
    const failed = [me, markets, stores].find(({ isError }) => isError);
    if (failed !== undefined) {
      instead = (
        <WholePage>
          <ErrorNotice error={failed.error}>
            <Button onClick={() => void failed.refetch()}>{text.retry}</Button>
          </ErrorNotice>
        </WholePage>
      );
    } else if (stores.data === undefined) {
      instead = (
        <WholePage>
          <Loading />
        </WholePage>
      );
    }
  }
  return { user: me.data, markets: markets.data ?? [], stores: stores.data ?? [], instead };
}

function ChooseStore({ slug }: { slug: string | undefined }) {
  const { stores, instead } = useSignedIn();
  if (instead !== undefined) return instead;
  const choice = stores.filter(({ market }) => slug === undefined || market.slug === slug);
  const only = choice.length === 1 ? choice[0] : undefined;
  if (only !== undefined) return <Redirect to={storePaths(only.market.slug, only.store.id).orders} replace />;
  const t = text.merchant;
  if (choice.length === 0) {
    return (
      <WholePage>
        <Notice icon="locked" title={t.noStoreTitle} hint={t.noStoreHint}>
          <Link href="/sign-in?next=/merchant" className="underline">
            {text.signIn.title}
          </Link>
        </Notice>
      </WholePage>
    );
  }
  return (
    <main className="mx-auto max-w-md space-y-4 p-6">
      <Wordmark />
      <h1 className="text-xl font-semibold">{t.choose}</h1>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {choice.map(({ market, store }) => (
          <li key={store.id}>
            <Link
              href={storePaths(market.slug, store.id).orders}
              className="block px-4 py-3 hover:bg-surface-2"
            >
              <span className="block font-medium">{store.name}</span>
              <span className="text-ink-2">
                {store.address.label} · {market.name}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}

function StoreBySlug({ slug, storeId }: { slug: string; storeId: string }) {
  const { user, markets, stores, instead } = useSignedIn();
  const market = markets.find((one) => one.slug === slug);
  // An operator may look into any store of the market: the server says whether it is one.
  const store = useQuery({
    queryKey: ['store', market?.id, storeId],
    enabled: market !== undefined,
    queryFn: ({ signal }) => {
      const id = storeId as Parameters<typeof call<'getStoreDesk'>>[1]['params']['storeId'];
      return call('getStoreDesk', { params: { marketId: market!.id, storeId: id }, signal });
    },
    staleTime: Infinity,
  });
  if (instead !== undefined) return instead;
  if (user !== undefined && market !== undefined && store.data !== undefined) {
    return <StorePages key={storeId} user={user} market={market} store={store.data.store} stores={stores} />;
  }
  if (market !== undefined && store.isPending) {
    return (
      <WholePage>
        <Loading />
      </WholePage>
    );
  }
  const refused = market === undefined || [400, 403, 404].includes(statusOf(store.error) ?? 0);
  return (
    <WholePage>
      {refused ? (
        <Notice icon="locked" title={text.merchant.notYoursTitle} hint={text.merchant.notYoursHint}>
          <Link href="/merchant" className="underline">
            {text.merchant.toStores}
          </Link>
        </Notice>
      ) : (
        <ErrorNotice error={store.error}>
          <Button onClick={() => void store.refetch()}>{text.retry}</Button>
        </ErrorNotice>
      )}
    </WholePage>
  );
}
