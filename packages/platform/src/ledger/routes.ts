import type { AnswerOf, RouteOf } from '@halfhour/contract';
import { err, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { CHART } from './chart.ts';
import { type PostedTransaction, selectBalances, selectTransactions } from './ledger-store.ts';

export function createLedgerRoutes(
  db: Queryable,
): Handlers<'getLedgerChart' | 'listLedgerAccounts' | 'listLedgerTransactions'> {
  return {
    getLedgerChart: async () => ok({ items: [...CHART] }),

    async listLedgerAccounts({ params, query }) {
      const accounts = await selectBalances(db, params.marketId, query.cursor ?? '', query.limit);
      return ok({
        items: accounts.map(({ code, kind, currency, balanceMinor }) => ({
          code,
          kind,
          currency,
          balanceMinor,
        })),
        ...(accounts.length === query.limit ? { next: accounts.at(-1)!.code } : {}),
      });
    },

    async listLedgerTransactions({ params, query }) {
      const before = query.cursor === undefined ? undefined : parseId('txn', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const transactions = await selectTransactions(db, params.marketId, {
        orderId: query.orderId,
        before,
        limit: query.limit,
      });
      return ok({
        items: transactions.map(toTransaction),
        ...(transactions.length === query.limit ? { next: transactions.at(-1)!.id } : {}),
      });
    },
  };
}

/** A transaction as the API shows it. */
export function toTransaction({
  id,
  kind,
  orderId,
  postedAt,
  postings,
}: PostedTransaction): AnswerOf<RouteOf<'listLedgerTransactions'>>['items'][number] {
  return {
    id,
    kind,
    ...(orderId === undefined ? {} : { orderId }),
    postedAt: toRfc3339(postedAt),
    postings: [...postings],
  };
}
