import type { Market, User } from '@halfhour/contract';
import { Bike, Menu, Wallet } from 'lucide-react';
import { useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { call, statusOf, Unreachable } from '../api/index.ts';
import { startCourierShell } from '../pwa/courier-shell.ts';
import { SignInRedirect } from '../session/sign-in-redirect.tsx';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { WholePage } from '../ui/whole-page.tsx';
import { CannotPage } from './cannot-page.tsx';
import { CourierProvider, useCourierApp } from './courier-context.tsx';
import { EarningsPage } from './earnings-page.tsx';
import { MorePage } from './more-page.tsx';
import { OutboxBanner } from './outbox-banner.tsx';
import { useKept } from './use-kept.ts';
import { useReporting } from './use-position.ts';
import { useCourier, useCourierStream } from './use-work.ts';
import { WorkPage } from './work-page.tsx';

/** `/courier` leads to the market of the courier who is signed in; below `/courier/{slug}` are its pages. */
export function CourierPage({ slug }: { slug: string | undefined }) {
  const me = useKept<User>('me', (signal) => call('getMe', { signal }));
  const markets = useKept<Market[]>(
    'markets',
    async (signal) => (await call('listMarkets', { signal })).items,
  );
  useEffect(startCourierShell, []);
  useEffect(() => {
    document.title = text.courierApp.title;
  }, []);
  if (statusOf(me.error) === 401) return <SignInRedirect />;
  const failed = [me, markets].find(({ error, data }) => error !== null && data === undefined);
  if (failed !== undefined) {
    return (
      <WholePage>
        <ErrorNotice error={failed.error}>
          <Button onClick={() => void failed.refetch()}>{text.retry}</Button>
        </ErrorNotice>
      </WholePage>
    );
  }
  if (me.data === undefined || markets.data === undefined) {
    return (
      <WholePage>
        <Loading />
      </WholePage>
    );
  }
  const own = me.data.grants.flatMap(({ role, marketId, courierId }) => {
    const market = markets.data!.find(({ id }) => id === marketId);
    return role === 'courier' && courierId !== undefined && market !== undefined
      ? [{ market, courierId }]
      : [];
  });
  const [only] = own;
  const chosen = own.find(({ market }) => market.slug === slug);
  if (chosen !== undefined) {
    return (
      <CourierProvider key={chosen.courierId} {...chosen} user={me.data}>
        <CourierPages slug={chosen.market.slug} />
      </CourierProvider>
    );
  }
  if (only === undefined || slug !== undefined) {
    return (
      <WholePage>
        <Notice icon="locked" title={text.courierApp.forbiddenTitle} hint={text.courierApp.forbiddenHint}>
          <Link href="/sign-in?next=/courier" className="underline">
            {text.courierApp.outbox.signIn}
          </Link>
        </Notice>
      </WholePage>
    );
  }
  if (own.length === 1) return <Redirect to={`/courier/${only.market.slug}`} replace />;
  return (
    <main className="mx-auto max-w-md space-y-4 p-6">
      <h1 className="text-xl font-semibold">{text.courierApp.chooseMarket}</h1>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {own.map(({ market }) => (
          <li key={market.id}>
            <Link href={`/courier/${market.slug}`} className="block px-4 py-4 text-base font-medium">
              {market.name}
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}

function CourierPages({ slug }: { slug: string }) {
  const base = `/courier/${slug}`;
  const { view } = useCourierApp();
  const courier = useCourier();
  useCourierStream();
  const position = useReporting(courier.data !== undefined && courier.data.status !== 'off_shift');
  if (statusOf(courier.error) === 401 && view.outbox.waiting.length === 0) return <SignInRedirect />;
  if (courier.data === undefined) {
    return (
      <WholePage>
        {courier.error === null ? (
          <Loading />
        ) : (
          <ErrorNotice error={courier.error}>
            <Button onClick={() => void courier.refetch()}>{text.retry}</Button>
          </ErrorNotice>
        )}
      </WholePage>
    );
  }
  const isCutOff = courier.error instanceof Unreachable || !view.isConnected;
  return (
    <div className="mx-auto flex h-dvh max-w-lg flex-col bg-surface text-base">
      <OutboxBanner isCutOff={isCutOff} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Switch>
          <Route path={base}>
            <WorkPage courier={courier.data} position={position} isCutOff={isCutOff} />
          </Route>
          <Route path={`${base}/cannot/:routeId`}>
            {({ routeId }) => <CannotPage routeId={routeId} back={base} />}
          </Route>
          <Route path={`${base}/earnings`}>
            <EarningsPage />
          </Route>
          <Route path={`${base}/more`}>
            <MorePage courier={courier.data} />
          </Route>
          <Route>
            <Redirect to={base} replace />
          </Route>
        </Switch>
      </div>
      <Tabs base={base} />
    </div>
  );
}

/** Within reach of a thumb. */
function Tabs({ base }: { base: string }) {
  const [here] = useLocation();
  const tabs = [
    { path: base, name: text.courierApp.work, icon: Bike },
    { path: `${base}/earnings`, name: text.courierApp.earnings, icon: Wallet },
    { path: `${base}/more`, name: text.courierApp.more, icon: Menu },
  ];
  return (
    <nav
      aria-label={text.courierApp.nav}
      className="flex shrink-0 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {tabs.map(({ path, name, icon: Icon }) => (
        <Link
          key={path}
          href={path}
          aria-current={here === path ? 'page' : undefined}
          className={`flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium ${
            here === path ? 'text-accent' : 'text-ink-2'
          }`}
        >
          <Icon aria-hidden className="size-5" />
          {name}
        </Link>
      ))}
    </nav>
  );
}
