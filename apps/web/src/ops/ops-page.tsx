import type { Market, User } from '@halfhour/contract';
import type { ReactNode } from 'react';
import { Link, Redirect } from 'wouter';
import { statusOf } from '../api/index.ts';
import { SignInRedirect } from '../session/sign-in-redirect.tsx';
import { marketsOf, useMarkets, useMe } from '../session/use-me.ts';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx';
import { WholePage } from '../ui/whole-page.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { ForbiddenNotice } from './forbidden-notice.tsx';

/** The market of the page, those that the user may choose from, and who that is. */
export interface Operated {
  readonly market: Market;
  readonly markets: readonly Market[];
  readonly user: User;
}

/**
 * `/ops` leads to the operator's market, or lets choose between several; below `/ops/{slug}` is that one. Who is of support
 * and no operator has its pages alone.
 */
export function OpsPage(props: {
  slug?: string | undefined;
  /** Whether the page is also for those of support. */
  forSupport?: boolean;
  children: (operated: Operated) => ReactNode;
}) {
  const { slug, forSupport = false, children } = props;
  const me = useMe();
  const markets = useMarkets();
  if (statusOf(me.error) === 401) return <SignInRedirect />;
  const failed = me.isError ? me : markets.isError ? markets : undefined;
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
  const operated = marketsOf(me.data, markets.data, forSupport ? ['operator', 'support'] : ['operator']);
  const [supported] = marketsOf(me.data, markets.data, ['support']);
  if (operated.length === 0 && supported !== undefined) {
    return <Redirect to={`/ops/${supported.slug}/support`} replace />;
  }
  if (slug !== undefined) {
    const market = operated.find((one) => one.slug === slug);
    if (market !== undefined) return children({ market, markets: operated, user: me.data });
    if (markets.data.some((one) => one.slug === slug)) return <ForbiddenNotice />;
    return (
      <WholePage>
        <Notice icon="problem" title={text.problem.unknownMarketTitle} hint={text.notFoundHint} />
      </WholePage>
    );
  }
  if (operated.length === 1) return <Redirect to={`/ops/${operated[0]!.slug}`} replace />;
  if (operated.length === 0) {
    const isOperator = me.data.grants.some(({ role }) => role === 'operator' || role === 'admin');
    return isOperator ? (
      <WholePage>
        <Notice icon="empty" title={text.problem.noMarketsTitle} hint={text.problem.noMarketsHint} />
      </WholePage>
    ) : (
      <ForbiddenNotice />
    );
  }
  return (
    <main className="mx-auto max-w-md space-y-4 p-6">
      <Wordmark />
      <h1 className="text-xl font-semibold">{text.markets.title}</h1>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {operated.map((market) => (
          <li key={market.id}>
            <Link href={`/ops/${market.slug}`} className="block px-4 py-3 font-medium hover:bg-surface-2">
              {market.name}
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
