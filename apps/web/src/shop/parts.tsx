import { ArrowLeft, Home, Minus, Package, Plus, Search, User } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { text } from '../text/index.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { useShop } from './shop-context.tsx';

/** Large enough for a thumb. */
export const LARGE = 'h-12! w-full rounded-xl! text-base!';
export const FIELD =
  'h-12 w-full rounded-xl border border-line bg-surface px-4 text-base placeholder:text-ink-3';

/** A page of the shop: its head stays, its foot is where the thumb is. */
export function Screen({
  title,
  back,
  head,
  foot,
  tabs = false,
  children,
}: {
  title: string;
  /** Where the arrow leads to; none on pages of the tabs. */
  back?: string;
  /** Below the title, and staying with it. */
  head?: ReactNode;
  /** The one thing to do next. */
  foot?: ReactNode;
  tabs?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-2xl flex-col">
      <header className="sticky top-0 z-10 border-b border-line bg-surface">
        <div className="flex min-h-14 items-center gap-1 px-2">
          {back !== undefined && (
            <Link
              href={back}
              aria-label={text.back}
              className="flex size-11 shrink-0 items-center justify-center rounded-full hover:bg-surface-2"
            >
              <ArrowLeft aria-hidden className="size-5" />
            </Link>
          )}
          <h1 className={`min-w-0 flex-1 truncate text-lg font-semibold ${back === undefined ? 'px-2' : ''}`}>
            {title}
          </h1>
        </div>
        {head}
      </header>
      <main className={`flex-1 text-[15px] ${tabs || foot !== undefined ? 'pb-28' : 'pb-8'}`}>
        {children}
      </main>
      {foot !== undefined && (
        <div className="fixed inset-x-0 bottom-0 z-10 mx-auto max-w-2xl border-t border-line bg-surface p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          {foot}
        </div>
      )}
      {tabs && <Tabs />}
    </div>
  );
}

function Tabs() {
  const { path } = useShop();
  const [here] = useLocation();
  const tabs = [
    { to: path(), label: text.shop.tabs.home, Icon: Home },
    { to: path('/search'), label: text.shop.tabs.search, Icon: Search },
    { to: path('/orders'), label: text.shop.tabs.orders, Icon: Package },
    { to: path('/account'), label: text.shop.tabs.account, Icon: User },
  ];
  return (
    <nav
      aria-label={text.shop.tabs.label}
      className="fixed inset-x-0 bottom-0 z-10 mx-auto flex max-w-2xl border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {tabs.map(({ to, label, Icon }) => (
        <Link
          key={to}
          href={to}
          aria-current={here === to ? 'page' : undefined}
          className="flex h-16 flex-1 flex-col items-center justify-center gap-1 text-xs text-ink-2 aria-[current=page]:font-semibold aria-[current=page]:text-accent"
        >
          <Icon aria-hidden className="size-5" />
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** What was asked for; until then that it loads, or why it did not come and how to ask again. */
export function Asked<T>({
  query,
  children,
}: {
  query: {
    readonly data: T | undefined;
    readonly error: unknown;
    readonly isError: boolean;
    readonly refetch: () => Promise<unknown>;
  };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return <Loading />;
  return (
    <ErrorNotice error={query.error}>
      <Button onClick={() => void query.refetch()}>{text.retry}</Button>
    </ErrorNotice>
  );
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b-8 border-surface-2 px-4 py-4 last:border-b-0">
      <h2 className="mb-3 text-base font-semibold">{title}</h2>
      {children}
    </section>
  );
}

/** Fewer, how many, more. `least` 0 lets the last one be taken away. */
export function Stepper({
  value,
  least,
  most,
  label,
  onChange,
}: {
  value: number;
  least: number;
  most: number;
  /** What there are so many of. */
  label: string;
  onChange: (value: number) => void;
}) {
  const round =
    'flex size-10 items-center justify-center rounded-full border border-line hover:bg-surface-2 disabled:opacity-40';
  return (
    <div role="group" aria-label={text.shop.quantityOf(label)} className="flex shrink-0 items-center gap-2">
      <button
        type="button"
        className={round}
        aria-label={text.shop.fewer(label)}
        disabled={value <= least}
        onClick={() => onChange(value - 1)}
      >
        <Minus aria-hidden className="size-4" />
      </button>
      <output className="min-w-6 text-center font-semibold tabular-nums">{value}</output>
      <button
        type="button"
        className={round}
        aria-label={text.shop.more(label)}
        disabled={value >= most}
        onClick={() => onChange(value + 1)}
      >
        <Plus aria-hidden className="size-4" />
      </button>
    </div>
  );
}

const TONES = {
  bad: 'bg-late-soft text-late',
  watch: 'bg-at-risk-soft text-at-risk',
  good: 'bg-on-time-soft text-on-time',
  plain: 'bg-surface-2 text-ink-2',
} as const;

/** Something that the shopper has to know before going on. */
export function Word({
  tone,
  title,
  hint,
  testId,
  children,
}: {
  tone: keyof typeof TONES;
  title: string;
  hint?: string | undefined;
  testId?: string;
  children?: ReactNode;
}) {
  return (
    <div
      role={tone === 'bad' || tone === 'watch' ? 'alert' : 'status'}
      data-testid={testId}
      className={`space-y-2 rounded-xl p-3 ${TONES[tone]}`}
    >
      <div>
        <strong className="block font-semibold">{title}</strong>
        {hint !== undefined && <p>{hint}</p>}
      </div>
      {children}
    </div>
  );
}

/** Choices of which one is taken, side by side; they scroll where there are many. */
export function Chips<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { readonly id: T; readonly name: string }[];
  value: T | undefined;
  onChange: (id: T) => void;
}) {
  return (
    <div
      role="group"
      aria-label={label}
      className="flex gap-2 overflow-x-auto px-4 py-2 [scrollbar-width:none]"
    >
      {options.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === value}
          onClick={() => onChange(id)}
          className="h-10 shrink-0 rounded-full border border-line px-4 font-medium whitespace-nowrap hover:bg-surface-2 aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-on-accent"
        >
          {name}
        </button>
      ))}
    </div>
  );
}
