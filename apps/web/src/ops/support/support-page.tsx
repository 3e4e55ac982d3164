import { useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { text } from '../../text/index.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { Notice } from '../../ui/notice.tsx';
import { WorkLook } from '../../ui/work/work-look.tsx';
import { MarketFormat } from '../../ui/market-format.tsx';
import { OpsHeader } from '../ops-header.tsx';
import type { Operated } from '../ops-page.tsx';
import { CasesPage } from './cases-page.tsx';
import { OrderPage } from './order-page.tsx';
import { supportPaths } from './paths.ts';
import { ProposalsPage } from './proposals-page.tsx';

/** The pages of those who help shoppers of one market. */
export function SupportPage(operated: Operated) {
  const { market, user } = operated;
  const paths = supportPaths(market.slug);
  useEffect(() => {
    document.title = text.support.pageTitle(market.name);
  }, [market.name]);
  return (
    <WorkLook>
      <MarketFormat key={market.id} market={market}>
        <div className="flex h-dvh flex-col overflow-hidden">
          <OpsHeader {...operated} section="support" />
          <main className="relative min-h-0 flex-1 overflow-y-auto bg-surface">
            <ErrorBoundary key={market.id}>
              <Switch>
                <Route path={paths.cases}>
                  <CasesPage state="open" />
                </Route>
                <Route path={paths.closed}>
                  <CasesPage state="closed" />
                </Route>
                <Route path={paths.proposals}>
                  <ProposalsPage userId={user.id} />
                </Route>
                <Route path="/ops/:slug/support/orders/:id">
                  {({ id }) => <OrderPage key={id} id={id} userId={user.id} />}
                </Route>
                <Route>
                  <Notice icon="empty" title={text.notFoundTitle} hint={text.notFoundHint} />
                </Route>
              </Switch>
            </ErrorBoundary>
          </main>
        </div>
      </MarketFormat>
    </WorkLook>
  );
}
