import type { Market, Store, User } from '@halfhour/contract';
import { ClipboardList, type LucideIcon, ShoppingBasket, Wallet } from 'lucide-react';
import { useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { PreferencesMenu } from '../session/preferences-menu.tsx';
import { text } from '../text/index.ts';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { Notice } from '../ui/notice.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { CataloguePage } from './catalogue/catalogue-page.tsx';
import { ImportPage } from './catalogue/import-page.tsx';
import { DeskProvider } from './desk/desk-context.tsx';
import { EarningsPage } from './money/earnings-page.tsx';
import { InvoicesPage } from './money/invoices-page.tsx';
import { PayoutPage, PayoutsPage } from './money/payouts-page.tsx';
import { BoardPage } from './orders/board-page.tsx';
import { storePaths } from './paths.ts';
import { StoreProvider } from './store-context.tsx';
import { StatusControl } from './store/status-control.tsx';
import type { MyStore } from './use-my-stores.ts';

interface Pages {
  readonly user: User;
  readonly market: Market;
  readonly store: Store;
  readonly stores: readonly MyStore[];
}

/** The pages of one store below their header. */
export function StorePages({ user, market, store, stores }: Pages) {
  const paths = storePaths(market.slug, store.id);
  useEffect(() => {
    document.title = text.merchant.pageTitle(store.name);
  }, [store.name]);
  return (
    <StoreProvider market={market} store={store}>
      <DeskProvider>
        <div className="flex h-dvh flex-col overflow-hidden print:hidden">
          <Header user={user} market={market} store={store} stores={stores} />
          <main className="relative min-h-0 flex-1 overflow-y-auto bg-surface">
            <ErrorBoundary key={store.id}>
              <Switch>
                <Route path={paths.orders}>
                  <BoardPage />
                </Route>
                <Route path={paths.catalogue}>
                  <CataloguePage />
                </Route>
                <Route path={paths.importing}>
                  <ImportPage />
                </Route>
                <Route path={paths.money}>
                  <EarningsPage />
                </Route>
                <Route path={paths.payouts}>
                  <PayoutsPage />
                </Route>
                <Route path={`${paths.payouts}/:id`}>{({ id }) => <PayoutPage key={id} id={id} />}</Route>
                <Route path={paths.invoices}>
                  <InvoicesPage />
                </Route>
                <Route path={paths.base}>
                  <Redirect to={paths.orders} replace />
                </Route>
                <Route>
                  <Notice icon="empty" title={text.notFoundTitle} hint={text.notFoundHint} />
                </Route>
              </Switch>
            </ErrorBoundary>
          </main>
        </div>
      </DeskProvider>
    </StoreProvider>
  );
}

function Header({ user, market, store, stores }: Pages) {
  const [location, navigate] = useLocation();
  const paths = storePaths(market.slug, store.id);
  const t = text.merchant.nav;
  const sections: readonly { name: string; icon: LucideIcon; path: string }[] = [
    { name: t.orders, icon: ClipboardList, path: paths.orders },
    { name: t.catalogue, icon: ShoppingBasket, path: paths.catalogue },
    { name: t.money, icon: Wallet, path: paths.money },
  ];
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-surface px-4 lg:gap-5">
      <Link href="/merchant" title={text.toStart} className="hidden xl:flex">
        <Wordmark />
      </Link>
      <h1 className="max-w-56 min-w-0 truncate leading-tight font-semibold">
        {stores.length < 2 ? (
          store.name
        ) : (
          <select
            aria-label={t.store}
            value={store.id}
            onChange={(event) => {
              const chosen = stores.find((one) => one.store.id === event.target.value);
              if (chosen !== undefined) navigate(storePaths(chosen.market.slug, chosen.store.id).orders);
            }}
            className="max-w-full rounded-md bg-surface pr-1 hover:bg-surface-2"
          >
            {stores.map((one) => (
              <option key={one.store.id} value={one.store.id}>
                {one.store.name}
              </option>
            ))}
          </select>
        )}
      </h1>
      <nav aria-label={text.nav.label} className="flex min-w-0 flex-1 gap-1 overflow-x-auto">
        {sections.map(({ name, icon: Icon, path }) => {
          const here = location === path || location.startsWith(`${path}/`);
          return (
            <Link
              key={path}
              href={path}
              aria-current={here ? 'page' : undefined}
              className={`flex h-10 shrink-0 items-center gap-1.5 rounded-md px-3 font-medium ${
                here ? 'bg-accent-soft text-accent' : 'text-ink-2 hover:bg-surface-2 hover:text-ink'
              }`}
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {name}
            </Link>
          );
        })}
      </nav>
      <StatusControl />
      <PreferencesMenu user={user} />
    </header>
  );
}
