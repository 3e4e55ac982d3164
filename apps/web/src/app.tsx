import { Link, Redirect, Route, Switch } from 'wouter';
import { OpsPage } from './ops/ops-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { text } from './text/index.ts';
import { Notice } from './ui/notice.tsx';
import { WholePage } from './ui/whole-page.tsx';

/** The pages of the app. Each surface has a path of its own and a folder of its own. */
export function App() {
  return (
    <Switch>
      <Route path="/sign-in">
        <SignInPage />
      </Route>
      <Route path="/ops/:slug?">{({ slug }) => <OpsPage slug={slug} />}</Route>
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
