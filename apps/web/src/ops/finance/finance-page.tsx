import {
  Banknote,
  BookOpenText,
  CalendarCheck,
  type LucideIcon,
  ReceiptText,
  Scale,
  Tags,
} from 'lucide-react';
import { useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { text } from '../../text/index.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { Notice } from '../../ui/notice.tsx';
import { MarketFormat } from '../../ui/market-format.tsx';
import { WorkLook } from '../../ui/work/work-look.tsx';
import { OpsHeader } from '../ops-header.tsx';
import type { Operated } from '../ops-page.tsx';
import { InvoicesPage } from './invoices/invoices-page.tsx';
import { LedgerPage } from './ledger/ledger-page.tsx';
import { OrderPostingsPage } from './ledger/order-postings-page.tsx';
import { StatementPage } from './ledger/statement-page.tsx';
import { TransactionsPage } from './ledger/transactions-page.tsx';
import { TrialBalancePage } from './ledger/trial-balance-page.tsx';
import { financePaths } from './paths.ts';
import { AttentionPage } from './payments/attention-page.tsx';
import { ReconciliationPage } from './payments/reconciliation-page.tsx';
import { PeriodsPage } from './periods/periods-page.tsx';
import { RunPage } from './settlements/run-page.tsx';
import { RunsPage } from './settlements/runs-page.tsx';
import { SettlementPage } from './settlements/settlement-page.tsx';
import { NewTariffPage } from './tariffs/new-tariff-page.tsx';
import { TariffsPage } from './tariffs/tariffs-page.tsx';

/** The finance pages of one market: their list on the left, the chosen one beside it. */
export function FinancePage(operated: Operated) {
  const { market } = operated;
  const paths = financePaths(market.slug);
  useEffect(() => {
    document.title = text.finance.pageTitle(market.name);
  }, [market.name]);
  return (
    <WorkLook>
      <MarketFormat key={market.id} market={market}>
        <div className="flex h-dvh flex-col overflow-hidden">
          <OpsHeader {...operated} section="finance" />
          <div className="flex min-h-0 flex-1 max-md:flex-col">
            <FinanceNav slug={market.slug} />
            <main className="relative min-w-0 flex-1 overflow-y-auto bg-surface">
              <ErrorBoundary key={market.id}>
                <Switch>
                  <Route path={paths.ledger}>
                    <LedgerPage />
                  </Route>
                  <Route path={paths.transactions}>
                    <TransactionsPage />
                  </Route>
                  <Route path={paths.trialBalance}>
                    <TrialBalancePage />
                  </Route>
                  <Route path="/ops/:slug/finance/ledger/accounts/:code">
                    {({ code }) => <StatementPage key={code} code={decodeURIComponent(code)} />}
                  </Route>
                  <Route path="/ops/:slug/finance/ledger/orders/:id">
                    {({ id }) => <OrderPostingsPage id={id} />}
                  </Route>
                  <Route path={paths.reconciliation}>
                    <ReconciliationPage state="open" />
                  </Route>
                  <Route path={paths.resolvedExceptions}>
                    <ReconciliationPage state="resolved" />
                  </Route>
                  <Route path={paths.attention}>
                    <AttentionPage />
                  </Route>
                  <Route path={paths.settlements}>
                    <RunsPage />
                  </Route>
                  <Route path="/ops/:slug/finance/settlements/:id">
                    {({ id }) => <RunPage key={id} id={id} />}
                  </Route>
                  <Route path="/ops/:slug/finance/settlements/:runId/:id">
                    {({ runId, id }) => <SettlementPage key={id} runId={runId} id={id} />}
                  </Route>
                  <Route path={paths.invoices}>
                    <InvoicesPage />
                  </Route>
                  <Route path={paths.periods}>
                    <PeriodsPage />
                  </Route>
                  <Route path={paths.tariffs}>
                    <TariffsPage />
                  </Route>
                  <Route path={paths.newTariff}>
                    <NewTariffPage />
                  </Route>
                  <Route path={`/ops/${market.slug}/finance`}>
                    <Redirect to={paths.ledger} replace />
                  </Route>
                  <Route>
                    <Notice icon="empty" title={text.notFoundTitle} hint={text.notFoundHint} />
                  </Route>
                </Switch>
              </ErrorBoundary>
            </main>
          </div>
        </div>
      </MarketFormat>
    </WorkLook>
  );
}

function FinanceNav({ slug }: { slug: string }) {
  const [location] = useLocation();
  const paths = financePaths(slug);
  const pages: readonly { name: string; icon: LucideIcon; path: string }[] = [
    { name: text.finance.nav.ledger, icon: BookOpenText, path: paths.ledger },
    { name: text.finance.nav.reconciliation, icon: Scale, path: paths.reconciliation },
    { name: text.finance.nav.settlements, icon: Banknote, path: paths.settlements },
    { name: text.finance.nav.invoices, icon: ReceiptText, path: paths.invoices },
    { name: text.finance.nav.periods, icon: CalendarCheck, path: paths.periods },
    { name: text.finance.nav.tariffs, icon: Tags, path: paths.tariffs },
  ];
  return (
    <nav
      aria-label={text.finance.nav.label}
      className="flex shrink-0 gap-1 border-line bg-surface-2 p-2 max-md:overflow-x-auto max-md:border-b md:w-48 md:flex-col md:border-r"
    >
      {pages.map(({ name, icon: Icon, path }) => {
        const here = location === path || location.startsWith(`${path}/`);
        return (
          <Link
            key={path}
            href={path}
            aria-current={here ? 'page' : undefined}
            className={`flex h-9 shrink-0 items-center gap-2 rounded-md px-2.5 font-medium whitespace-nowrap ${
              here ? 'bg-surface text-ink shadow-sm' : 'text-ink-2 hover:bg-surface-3 hover:text-ink'
            }`}
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            {name}
          </Link>
        );
      })}
    </nav>
  );
}
