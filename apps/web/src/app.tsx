import { lazy, Suspense } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { LivePage } from './ops/live-page.tsx';
import { OpsPage } from './ops/ops-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { text } from './text/index.ts';
import { Loading, Notice } from './ui/notice.tsx';
import { useLanguage } from './ui/preferences.ts';
import { WholePage } from './ui/whole-page.tsx';

// Tables, forms and the component library come with the first page that needs them.
const FinancePage = lazy(async () => ({
  default: (await import('./ops/finance/finance-page.tsx')).FinancePage,
}));

const CourierPage = lazy(async () => ({
  default: (await import('./courier/courier-page.tsx')).CourierPage,
}));

/** The pages of the app. Each surface has a path of its own and a folder of its own. */
export function App() {
  const [language] = useLanguage();
  return (
    <Switch key={language}>
      <Route path="/sign-in">
        <SignInPage />
      </Route>
      <Route path="/ops/:slug/finance/*?">
        {({ slug }) => (
          <OpsPage slug={slug}>
            {(operated) => (
              <Suspense
                fallback={
                  <WholePage>
                    <Loading />
                  </WholePage>
                }
              >
                <FinancePage {...operated} />
              </Suspense>
            )}
          </OpsPage>
        )}
      </Route>
      <Route path="/ops/:slug?">
        {({ slug }) => <OpsPage slug={slug}>{(operated) => <LivePage {...operated} />}</OpsPage>}
      </Route>
      <Route path="/courier/:slug?/*?">
        {({ slug }) => (
          <Suspense
            fallback={
              <WholePage>
                <Loading />
              </WholePage>
            }
          >
            <CourierPage slug={slug} />
          </Suspense>
        )}
      </Route>
      <Route path="/">
        <Redirect to="/ops" replace />
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
