import type { Market } from '@halfhour/contract';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { language, localeOf } from '../text/index.ts';
import { createFormat, type Format } from './format.ts';

interface Here {
  readonly market: Market;
  readonly format: Format;
}

const HereContext = createContext<Here | undefined>(undefined);

/** The market that is shown, and how it writes time and money in the reader's language, for all below. */
export function MarketFormat({ market, children }: { market: Market; children: ReactNode }) {
  const { timeZone, currency } = market;
  const locale = localeOf(language, navigator.languages);
  const format = useMemo(() => createFormat(locale, timeZone, currency), [locale, timeZone, currency]);
  const here = useMemo(() => ({ market, format }), [market, format]);
  return <HereContext value={here}>{children}</HereContext>;
}

export function useMarket(): Market {
  return useHere().market;
}

export function useFormat(): Format {
  return useHere().format;
}

function useHere(): Here {
  const here = use(HereContext);
  if (here === undefined) throw new Error('outside of MarketFormat');
  return here;
}
