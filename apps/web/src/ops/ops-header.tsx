import type { Market, User } from '@halfhour/contract';
import { Headset, Landmark, LogOut, type LucideIcon, Map as MapIcon, Settings2 } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Link, useLocation } from 'wouter';
import { marketsOf } from '../session/use-me.ts';
import { useSignOut } from '../session/use-sign-out.ts';
import { isLanguage, LANGUAGES, text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { COLOURS, useColours, useLanguage } from '../ui/preferences.ts';
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
      <Preferences user={user} />
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

/** Language, colours and the way out, as a popover of the browser's own: Escape and a click elsewhere close it. */
function Preferences({ user }: { user: User }) {
  const id = useId();
  const signOut = useSignOut();
  const [language, speak] = useLanguage();
  const [colours, , choose] = useColours();
  const label = `${text.nav.preferences} (${text.signedInAs(user.name)})`;
  const select = 'h-9 w-full rounded-md border border-line bg-surface px-2';
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={label}
        title={label}
        data-testid="preferences"
        className="inline-flex size-9 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-surface-3 hover:text-ink"
      >
        <Settings2 aria-hidden className="size-4" />
      </button>
      <div
        id={id}
        popover="auto"
        className="fixed inset-auto top-12 right-2 w-64 space-y-3 rounded-xl border border-line bg-surface p-4 text-ink shadow-xl"
      >
        <p className="truncate text-ink-2">{text.signedInAs(user.name)}</p>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.nav.language}</span>
          <select
            value={language}
            onChange={(event) => isLanguage(event.target.value) && speak(event.target.value)}
            className={select}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="block space-y-1">
          <span className="text-ink-2">{text.nav.colours}</span>
          <select
            value={colours}
            onChange={(event) => choose(COLOURS.find((one) => one === event.target.value) ?? 'system')}
            className={select}
          >
            {COLOURS.map((one) => (
              <option key={one} value={one}>
                {text.nav.colour[one]}
              </option>
            ))}
          </select>
        </label>
        <Button className="w-full" onClick={() => void signOut()}>
          <LogOut aria-hidden className="size-4" />
          {text.signOut}
        </Button>
      </div>
    </>
  );
}
