import type { Market, User } from '@halfhour/contract';
import { Headset, Landmark, type LucideIcon, Map as MapIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { PreferencesMenu } from '../session/preferences-menu.tsx';
import { marketsOf } from '../session/use-me.ts';
import { text } from '../text/index.ts';
import { Wordmark } from '../ui/wordmark.tsx';

export type OpsSection = 'live' | 'finance' | 'support';

const SECTIONS: readonly { name: OpsSection; icon: LucideIcon; path: string }[] = [
  { name: 'live', icon: MapIcon, path: '' },
  { name: 'finance', icon: Landmark, path: '/finance' },
  { name: 'support', icon: Headset, path: '/support' },
];

/** The strip above every page of the operator: which market, which section, and who is here. */
export function OpsHeader(props: {
  market: Market;
  /** Those to choose from. */
  markets: readonly Market[];
  user: User;
  section: OpsSection;
  /** Below the name of the market. */
  status?: ReactNode;
  /** Right of the sections. */
  children?: ReactNode;
}) {
  const { market, markets, user, section, status, children } = props;
  const isOperator = marketsOf(user, [market], ['operator']).length > 0;
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line bg-surface px-3 md:gap-5 md:px-4">
      <Link href="/" title={text.toStart} className="hidden lg:flex">
        <Wordmark />
      </Link>
      <div className="min-w-0">
        <h1 className="truncate leading-tight font-semibold">
          <MarketName market={market} markets={markets} section={section} />
        </h1>
        {status}
      </div>
      <nav aria-label={text.nav.label} className="flex min-w-0 flex-1 gap-1">
        {SECTIONS.filter(({ name }) => name === 'support' || isOperator).map(({ name, icon: Icon, path }) => (
          <Link
            key={name}
            href={`/ops/${market.slug}${path}`}
            aria-current={name === section ? 'page' : undefined}
            title={text.nav[name]}
            className={`flex h-9 items-center gap-1.5 rounded-md px-2 font-medium md:px-3 ${
              name === section ? 'bg-accent-soft text-accent' : 'text-ink-2 hover:bg-surface-2 hover:text-ink'
            }`}
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            <span className="max-md:sr-only">{text.nav[name]}</span>
          </Link>
        ))}
      </nav>
      {children}
      <PreferencesMenu user={user} />
    </header>
  );
}

function MarketName({
  market,
  markets,
  section,
}: {
  market: Market;
  markets: readonly Market[];
  section: OpsSection;
}) {
  const [, navigate] = useLocation();
  if (markets.length < 2) return market.name;
  return (
    <select
      aria-label={text.nav.market}
      value={market.slug}
      onChange={(event) =>
        navigate(`/ops/${event.target.value}${SECTIONS.find(({ name }) => name === section)!.path}`)
      }
      className="max-w-full rounded-md bg-surface pr-1 hover:bg-surface-2"
    >
      {markets.map(({ id, slug, name }) => (
        <option key={id} value={slug}>
          {name}
        </option>
      ))}
    </select>
  );
}
