import { useQuery } from '@tanstack/react-query';
import type { AnswerOf, RouteOf } from '@halfhour/contract';
import type { OrderId } from '@halfhour/kernel';
import { useCallback } from 'react';
import { call, usePages } from '../../../api/index.ts';
import { useFinance } from '../use-finance.ts';

export type LedgerAccount = AnswerOf<RouteOf<'listLedgerAccounts'>>['items'][number];
export type LedgerTransaction = AnswerOf<RouteOf<'listLedgerTransactions'>>['items'][number];

const PAGE = 200;
/** A market of more stores, or couriers, shows the codes of the rest. */
const MOST_NAMES = 5_000;

/** What stores are called, by their ids. */
export function useStoreNames() {
  return useNames('listStores');
}

/** What a store or courier is called; undefined for anything else, and until it is loaded. */
export function useNameOf(): (id: string) => string | undefined {
  const { data: stores } = useStoreNames();
  const { data: couriers } = useNames('listCouriers');
  return useCallback((id) => stores?.get(id) ?? couriers?.get(id), [stores, couriers]);
}

function useNames(route: 'listStores' | 'listCouriers') {
  const { market } = useFinance();
  return useQuery({
    queryKey: ['names', market.id, route],
    staleTime: 10 * 60_000,
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>();
      let cursor: string | undefined;
      do {
        const page: Named = await call(route, {
          params: { marketId: market.id },
          query: { limit: PAGE, ...(cursor !== undefined && { cursor }) },
          signal,
        });
        for (const { id, name } of page.items) names.set(id, name);
        cursor = page.next;
      } while (cursor !== undefined && names.size < MOST_NAMES);
      return names;
    },
  });
}

interface Named {
  readonly items: readonly { readonly id: string; readonly name: string }[];
  readonly next?: string | undefined;
}

/** Transactions, newest first, a page at a time. */
export function useTransactions(orderId?: OrderId) {
  const { market } = useFinance();
  return usePages(['ledger-transactions', market.id, orderId], (cursor, signal) =>
    call('listLedgerTransactions', {
      params: { marketId: market.id },
      query: {
        limit: 50,
        ...(orderId !== undefined && { orderId }),
        ...cursor,
      },
      signal,
    }),
  );
}

/** A market of more accounts is cut off here, which the page says. */
export const MOST_ACCOUNTS = 20_000;

/** All accounts of the market with their balances, debits minus credits. */
export function useAccounts() {
  const { market } = useFinance();
  return useQuery({
    queryKey: ['ledger-accounts', market.id],
    queryFn: async ({ signal }) => {
      const accounts: LedgerAccount[] = [];
      let cursor: string | undefined;
      do {
        const page = await call('listLedgerAccounts', {
          params: { marketId: market.id },
          query: { limit: PAGE, ...(cursor !== undefined && { cursor }) },
          signal,
        });
        accounts.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && accounts.length < MOST_ACCOUNTS);
      return { accounts, complete: cursor === undefined };
    },
  });
}

export type LedgerEntry = AnswerOf<RouteOf<'listLedgerEntries'>>['items'][number];

/** The entries of an account, newest first, a page at a time. */
export function useEntries(account: string) {
  const { market } = useFinance();
  return usePages(['ledger-entries', market.id, account], (cursor, signal) =>
    call('listLedgerEntries', {
      params: { marketId: market.id },
      query: { account, limit: 100, ...cursor },
      signal,
    }),
  );
}

/** A file of more rows is cut off here, at the oldest. */
const MOST_ENTRIES = 50_000;

/** Loads the entries of an account for a file, newest first. */
export function useAllEntries(account: string): () => Promise<LedgerEntry[]> {
  const { market } = useFinance();
  return async () => {
    const entries: LedgerEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await call('listLedgerEntries', {
        params: { marketId: market.id },
        query: { account, limit: PAGE, ...(cursor !== undefined && { cursor }) },
      });
      entries.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && entries.length < MOST_ENTRIES);
    return entries;
  };
}

/** @param at a moment, now where absent */
export function useTrialBalance(at: string | undefined) {
  const { market } = useFinance();
  return useQuery({
    queryKey: ['trial-balance', market.id, at],
    queryFn: ({ signal }) =>
      call('getTrialBalance', {
        params: { marketId: market.id },
        query: at === undefined ? {} : { at },
        signal,
      }),
  });
}
