import type { Market } from '@halfhour/contract';
import { useMemo } from 'react';
import { useMarket } from '../../ui/market-format.tsx';
import { financePaths } from './paths.ts';

/** The market whose finances are shown, and where their pages are. */
export function useFinance(): { readonly market: Market; readonly paths: ReturnType<typeof financePaths> } {
  const market = useMarket();
  const paths = useMemo(() => financePaths(market.slug), [market.slug]);
  return { market, paths };
}
