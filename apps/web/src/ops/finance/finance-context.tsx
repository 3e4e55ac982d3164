import type { Market } from '@halfhour/contract';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { MarketFormat } from '../market-format.tsx';
import { financePaths } from './paths.ts';

interface Finance {
  readonly market: Market;
  readonly paths: ReturnType<typeof financePaths>;
}

const FinanceContext = createContext<Finance | undefined>(undefined);

/** The market whose finances are shown, for all below. */
export function FinanceProvider({ market, children }: { market: Market; children: ReactNode }) {
  const value = useMemo(() => ({ market, paths: financePaths(market.slug) }), [market]);
  return (
    <FinanceContext value={value}>
      <MarketFormat market={market}>{children}</MarketFormat>
    </FinanceContext>
  );
}

export function useFinance(): Finance {
  const value = use(FinanceContext);
  if (value === undefined) throw new Error('outside of FinanceProvider');
  return value;
}
