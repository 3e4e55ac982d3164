import { call, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

export function useInvoices() {
  const { market } = useFinance();
  return usePages(['invoices', market.id], (cursor, signal) =>
    call('listInvoices', {
      params: { marketId: market.id },
      query: { limit: 50, ...cursor },
      signal,
    }),
  );
}
