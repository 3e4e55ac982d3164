import type { AnswerOf, RouteOf } from '@halfhour/contract';
import { type Clock, epochMs, err, fromRfc3339, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import { type Handlers, requiredKey } from '../api/index.ts';
import { writeAccountStatement } from './account-statement.ts';
import { CHART, chartEntryOf } from './chart.ts';
import { type FinanceDeps, closePeriod } from './close-period.ts';
import { type PostedTransaction, selectBalances, selectTransactions } from './ledger-store.ts';
import { selectBalanceAt, selectBalancesAt, selectEntries } from './moment-store.ts';
import { type PeriodClose, selectPeriodCloses } from './period-store.ts';
import { postCorrection } from './post-correction.ts';
import { trialBalance } from './trial-balance.ts';

type LedgerRouteName =
  | 'getLedgerChart'
  | 'listLedgerAccounts'
  | 'listLedgerTransactions'
  | 'getLedgerBalance'
  | 'getTrialBalance'
  | 'listLedgerEntries'
  | 'getAccountStatement'
  | 'listPeriodCloses'
  | 'closePeriod'
  | 'postLedgerCorrection';

const WRONG_CURSOR = {
  code: 'invalid_request',
  detail: '`cursor` is not one that this list gave.',
} as const;

export function createLedgerRoutes(deps: FinanceDeps): Handlers<LedgerRouteName> {
  const { db, clock } = deps;
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
      if (query.cursor !== undefined && before === undefined) return err(WRONG_CURSOR);
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

    async getLedgerBalance({ params: { marketId }, query }) {
      const at = momentOf(query.at, clock);
      const balanceMinor =
        (await selectBalanceAt(db, marketId, query.account, at)) ??
        (isAlwaysThere(query.account) ? 0 : undefined);
      if (balanceMinor === undefined) return err({ code: 'not_found', detail: NO_ACCOUNT });
      return ok({ account: query.account, at: toRfc3339(at), balanceMinor });
    },

    async getTrialBalance({ params: { marketId }, query }) {
      const at = momentOf(query.at, clock);
      const { lines, debitMinor, creditMinor } = trialBalance(await selectBalancesAt(db, marketId, at));
      return ok({ at: toRfc3339(at), lines: [...lines], debitMinor, creditMinor });
    },

    async listLedgerEntries({ params: { marketId }, query }) {
      const before = query.cursor === undefined ? undefined : parseId('txn', query.cursor);
      if (query.cursor !== undefined && before === undefined) return err(WRONG_CURSOR);
      const entries =
        (await selectEntries(db, marketId, query.account, { before, limit: query.limit })) ??
        (isAlwaysThere(query.account) ? [] : undefined);
      if (entries === undefined) return err({ code: 'not_found', detail: NO_ACCOUNT });
      return ok({
        items: entries.map(({ actor, reason, postedAt, ...entry }) => ({
          ...entry,
          ...(actor === undefined ? {} : { actor }),
          ...(reason === undefined ? {} : { reason }),
          postedAt: toRfc3339(postedAt),
        })),
        ...(entries.length === query.limit ? { next: entries.at(-1)!.transactionId } : {}),
      });
    },

    getAccountStatement: ({ params, query }) => writeAccountStatement(deps, params.marketId, query, query),

    async listPeriodCloses({ params: { marketId }, query }) {
      const before = query.cursor === undefined ? undefined : fromRfc3339(query.cursor);
      if (query.cursor !== undefined && before === undefined) return err(WRONG_CURSOR);
      const closes = await selectPeriodCloses(db, marketId, before, query.limit);
      return ok({
        items: closes.map(toAnswer),
        ...(closes.length === query.limit ? { next: toRfc3339(closes.at(-1)!.closedUntil) } : {}),
      });
    },

    async closePeriod({ params: { marketId }, body, authority, command, requestId }) {
      if (authority === undefined) return err({ code: 'not_found' });
      const closed = await closePeriod(deps, marketId, body, {
        authority,
        command: requiredKey(command),
        requestId,
      });
      return closed.ok ? ok(toAnswer(closed.value)) : closed;
    },

    async postLedgerCorrection({ params: { marketId }, body, authority, command, requestId }) {
      if (authority === undefined) return err({ code: 'not_found' });
      const posted = await postCorrection(deps, marketId, body, {
        authority,
        command: requiredKey(command),
        requestId,
      });
      return posted.ok
        ? ok({ id: posted.value.id, postedAt: toRfc3339(epochMs(posted.value.postedAt)) })
        : posted;
    },
  };
}

const NO_ACCOUNT = 'Nothing was ever posted to `account`. Take its code from the list of accounts.';

/** Accounts that are not kept for each owner are there before anything is posted to them. */
function isAlwaysThere(code: string): boolean {
  const entry = chartEntryOf(code);
  return entry !== undefined && !entry.family.includes('*');
}

/** The contract has checked its form. */
function momentOf(at: string | undefined, clock: Clock) {
  return at === undefined ? clock.now() : fromRfc3339(at)!;
}

function toAnswer({ id, throughDay, closedUntil, closedAt, closedBy, note }: PeriodClose) {
  return {
    id,
    throughDay,
    closedUntil: toRfc3339(epochMs(closedUntil)),
    closedAt: toRfc3339(epochMs(closedAt)),
    closedBy,
    note,
  };
}

/** A transaction as the API shows it. */
export function toTransaction({
  id,
  kind,
  cause,
  orderId,
  actor,
  reason,
  postedAt,
  postings,
}: PostedTransaction): AnswerOf<RouteOf<'listLedgerTransactions'>>['items'][number] {
  return {
    id,
    kind,
    cause,
    ...(orderId === undefined ? {} : { orderId }),
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
    postedAt: toRfc3339(postedAt),
    postings: [...postings],
  };
}
