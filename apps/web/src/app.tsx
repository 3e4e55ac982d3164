import { lazy, Suspense } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { useMe } from './session/use-me.ts';
import { text } from './text/index.ts';
import { Loading, Notice } from './ui/notice.tsx';
import { useLanguage } from './ui/preferences.ts';
import { WholePage } from './ui/whole-page.tsx';

// Each surface loads by itself: a shopper's phone gets nothing of the operator's.
const OpsPage = lazy(async () => ({ default: (await import('./ops/ops-page.tsx')).OpsPage }));
const LivePage = lazy(async () => ({ default: (await import('./ops/live-page.tsx')).LivePage }));
const SignInPage = lazy(async () => ({ default: (await import('./session/sign-in-page.tsx')).SignInPage }));
const ShopPage = lazy(async () => ({ default: (await import('./shop/shop-page.tsx')).ShopPage }));
// Tables, forms and the component library come with the first page that needs them.
const FinancePage = lazy(async () => ({
  default: (await import('./ops/finance/finance-page.tsx')).FinancePage,
}));
const MerchantPage = lazy(async () => ({
  default: (await import('./merchant/merchant-page.tsx')).MerchantPage,
}));

const SupportPage = lazy(async () => ({
  default: (await import('./ops/support/support-page.tsx')).SupportPage,
}));

const CourierPage = lazy(async () => ({
  default: (await import('./courier/courier-page.tsx')).CourierPage,
}));

/** The pages of the app. Each surface has a path of its own and a folder of its own. */
export function App() {
  const [language] = useLanguage();
  return (
    <Suspense
      fallback={
        <WholePage>
          <Loading />
        </WholePage>
      }
    >
      <Pages key={language} />
    </Suspense>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/sign-in">
        <SignInPage />
      </Route>
      <Route path="/ops/:slug/finance/*?">
        {({ slug }) => <OpsPage slug={slug}>{(operated) => <FinancePage {...operated} />}</OpsPage>}
      </Route>
      <Route path="/ops/:slug/support/*?">
        {({ slug }) => (
          <OpsPage slug={slug} forSupport>
            {(operated) => <SupportPage {...operated} />}
          </OpsPage>
        )}
      </Route>
      <Route path="/ops/:slug?">
        {({ slug }) => <OpsPage slug={slug}>{(operated) => <LivePage {...operated} />}</OpsPage>}
      </Route>
      <Route path="/shop/:slug?/*?">{({ slug }) => <ShopPage slug={slug} />}</Route>
      <Route path="/courier/:slug?/*?">{({ slug }) => <CourierPage slug={slug} />}</Route>
      <Route path="/merchant/*?">
        <MerchantPage />
      </Route>
      <Route path="/">
        <StartPage />
      </Route>
      <Route>
        <WholePage>
          <Notice icon="empty" title={text.notFoundTitle} hint={text.notFoundHint}>
            <Link href="/" className="underline">
              {text.toStart}
            </Link>
          </Notice>
        </WholePage>
      </Route>
    </Switch>
  );
}

/** Everybody begins where their work is; whoever only shops, and who is not signed in, in the shop. */
function StartPage() {
  const me = useMe();
  if (me.data === undefined && !me.isError) {
    return (
      <WholePage>
        <Loading />
      </WholePage>
    );
  }
  const roles = new Set(me.data?.grants.map(({ role }) => role));
  const to = (['operator', 'admin', 'support'] as const).some((role) => roles.has(role))
    ? '/ops'
    : roles.has('merchant')
      ? '/merchant'
      : roles.has('courier')
        ? '/courier'
        : '/shop';
  return <Redirect to={to} replace />;
}
