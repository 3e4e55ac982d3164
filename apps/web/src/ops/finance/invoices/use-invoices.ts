import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../../api/index.ts';
import { useFinance } from '../finance-context.tsx';

export function useInvoices() {
  const { market } = useFinance();
  const query = useInfiniteQuery({
    queryKey: ['invoices', market.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('listInvoices', {
        params: { marketId: market.id },
        query: { limit: 50, ...(pageParam !== undefined && { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.next,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { query, items };
}
