import type { AnswerOf, Market, ParamsOf, RouteOf } from '@halfhour/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../api/index.ts';
import { useStoreParams, useStoreScope } from '../store-context.tsx';

export type Earnings = AnswerOf<RouteOf<'getStoreEarnings'>>;
export type StoreEntry = AnswerOf<RouteOf<'listStoreEntries'>>['items'][number];
export type Settlement = AnswerOf<RouteOf<'getSettlement'>>;
type SettlementLine = AnswerOf<RouteOf<'listSettlementLines'>>['items'][number];
type SettlementId = ParamsOf<RouteOf<'getSettlement'>>['settlementId'];

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** A list by the page, with what is loaded of it so far. */
function usePages<T>(
  key: readonly unknown[],
  load: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<Page<T>>,
) {
  const query = useInfiniteQuery({
    queryKey: ['money', ...key],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => load(pageParam === undefined ? {} : { cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { query, items };
}

export function useEarnings(days: number) {
  const params = useStoreParams();
  return useQuery({
    queryKey: ['money', 'earnings', params.storeId, days],
    queryFn: ({ signal }) => call('getStoreEarnings', { params, query: { days }, signal }),
  });
}

export function useEntries() {
  const params = useStoreParams();
  return usePages(['entries', params.storeId], (cursor, signal) =>
    call('listStoreEntries', { params, query: { limit: 50, ...cursor }, signal }),
  );
}

export function useMerchantSettlements() {
  const { market, store } = useStoreScope();
  const params = { marketId: market.id, merchantId: store.merchantId };
  return usePages(['settlements', store.merchantId], (cursor, signal) =>
    call('listMerchantSettlements', { params, query: { limit: 50, ...cursor }, signal }),
  );
}

export function useMerchantSettlement(id: string) {
  const { market } = useStoreScope();
  const params = { marketId: market.id, settlementId: id as SettlementId };
  return useQuery({
    queryKey: ['money', 'settlement', id],
    queryFn: ({ signal }) => call('getSettlement', { params, signal }),
  });
}

export function useLines(id: string) {
  const { market } = useStoreScope();
  const params = { marketId: market.id, settlementId: id as SettlementId };
  return usePages(['lines', id], (cursor, signal) =>
    call('listSettlementLines', { params, query: { limit: 100, ...cursor }, signal }),
  );
}

/** All lines of a settlement, for a file. */
export async function readLines(marketId: Market['id'], id: string): Promise<SettlementLine[]> {
  const params = { marketId, settlementId: id as SettlementId };
  const lines: SettlementLine[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await call('listSettlementLines', { params, query });
    lines.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return lines;
}

export function useInvoices() {
  const { market, store } = useStoreScope();
  const params = { marketId: market.id, merchantId: store.merchantId };
  return usePages(['invoices', store.merchantId], (cursor, signal) =>
    call('listMerchantInvoices', { params, query: { limit: 50, ...cursor }, signal }),
  );
}
