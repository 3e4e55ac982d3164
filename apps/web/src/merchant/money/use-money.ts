import type { AnswerOf, Market, ParamsOf, RouteOf } from '@halfhour/contract';
import { useQuery } from '@tanstack/react-query';
import { call, usePages } from '../../api/index.ts';
import { useStoreParams, useStoreScope } from '../store-context.tsx';

export type Earnings = AnswerOf<RouteOf<'getStoreEarnings'>>;
export type StoreEntry = AnswerOf<RouteOf<'listStoreEntries'>>['items'][number];
export type Settlement = AnswerOf<RouteOf<'getSettlement'>>;
type SettlementLine = AnswerOf<RouteOf<'listSettlementLines'>>['items'][number];
type SettlementId = ParamsOf<RouteOf<'getSettlement'>>['settlementId'];

export function useEarnings(days: number) {
  const params = useStoreParams();
  return useQuery({
    queryKey: ['money', 'earnings', params.storeId, days],
    queryFn: ({ signal }) => call('getStoreEarnings', { params, query: { days }, signal }),
  });
}

export function useEntries() {
  const params = useStoreParams();
  return usePages(['money', 'entries', params.storeId], (cursor, signal) =>
    call('listStoreEntries', { params, query: { limit: 50, ...cursor }, signal }),
  );
}

export function useMerchantSettlements() {
  const { market, store } = useStoreScope();
  const params = { marketId: market.id, merchantId: store.merchantId };
  return usePages(['money', 'settlements', store.merchantId], (cursor, signal) =>
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
  return usePages(['money', 'lines', id], (cursor, signal) =>
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
  return usePages(['money', 'invoices', store.merchantId], (cursor, signal) =>
    call('listMerchantInvoices', { params, query: { limit: 50, ...cursor }, signal }),
  );
}
