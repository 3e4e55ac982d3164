import type { Market } from '@halfhour/contract';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { language, localeOf } from '../text/index.ts';
import { createFormat, type Format } from '../ui/format.ts';

const FormatContext = createContext<Format | undefined>(undefined);

/** How a market writes time and money, in the reader's language, for all below. */
export function MarketFormat({ market, children }: { market: Market; children: ReactNode }) {
  const { timeZone, currency } = market;
  const locale = localeOf(language, navigator.languages);
  const format = useMemo(() => createFormat(locale, timeZone, currency), [locale, timeZone, currency]);
  return <FormatContext value={format}>{children}</FormatContext>;
}

export function useFormat(): Format {
  const format = use(FormatContext);
  if (format === undefined) throw new Error('outside of MarketFormat');
  return format;
}
