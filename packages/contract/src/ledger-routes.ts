import { z } from 'zod';
import { day, idSchema, inMarket, minor, moment, page, pageQuery } from './common.ts';
import type { RouteContract } from './route.ts';

const accountKind = z.enum(['asset', 'liability', 'income', 'expense']);

const chartEntry = z.object({
  family: z
    .string()
    .describe('The code of the account; `*` stands for whose it is, as in `merchant:*:payable`.'),
  kind: accountKind,
  name: z.string().describe('As in a balance sheet or a profit and loss account.'),
  meaning: z.string().describe('What stands on it, and what moves it.'),
});

/** Sums over accounts can be larger than any one amount. */
const sumMinor = z.int();
const accountCode = z
  .string()
  .min(1)
  .max(120)
  .describe('The code of an account, from the list of accounts: `merchant:sto_…:payable`.');
const transactionId = idSchema('txn');

const trialBalanceLine = z.object({
  family: z.string().describe('As in the chart.'),
  kind: accountKind,
  name: z.string(),
  accounts: z.int().describe('How many accounts of the family anything was posted to.'),
  debitMinor: sumMinor,
  creditMinor: sumMinor,
});

const entry = z.object({
  transactionId,
  kind: z.string(),
  cause: z.string().describe('What it is about: an order, a refund, a payout, a correction.'),
  actor: z.string().optional().describe('Who caused it, where a person did.'),
  reason: z.string().optional(),
  postedAt: moment,
  amountMinor: minor.describe('Debit positive, credit negative.'),
  balanceMinor: sumMinor.describe('What stood on the account when this had been posted.'),
});

const periodClose = z.object({
  id: idSchema('cls'),
  throughDay: day,
  closedUntil: moment.describe('The end of that day in the market.'),
  closedAt: moment,
  closedBy: z.string().describe('The user who closed it.'),
  note: z.string(),
});

const NOW = 'Now where absent. What was posted by then counts, that moment included.';
const access = { operator: 'market', admin: 'all' } as const;

export const LEDGER_ROUTES = {
  getLedgerChart: {
    method: 'GET',
    path: '/v1/ledger/chart',
    tag: 'Ledger',
    summary: 'The chart of accounts',
    description:
      'The same in every market, in the order of a balance sheet and a profit and loss account. Debits are positive, credits negative: assets and expenses usually have positive balances, liabilities and income negative ones.',
    access: 'public',
    response: { status: 200, schema: z.object({ items: z.array(chartEntry) }) },
  },
  getLedgerBalance: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/balance',
    tag: 'Ledger',
    summary: 'What stood on an account at any moment',
    access,
    params: inMarket,
    query: z.object({ account: accountCode, at: moment.optional().describe(NOW) }),
    response: {
      status: 200,
      schema: z.object({ account: z.string(), at: moment, balanceMinor: sumMinor }),
    },
  },
  getTrialBalance: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/trial-balance',
    tag: 'Ledger',
    summary: 'The trial balance at any moment',
    description:
      'Balances by the chart of accounts, those in debit and those in credit apart. The two totals are equal in sound books.',
    access,
    params: inMarket,
    query: z.object({ at: moment.optional().describe(NOW) }),
    response: {
      status: 200,
      schema: z.object({
        at: moment,
        lines: z.array(trialBalanceLine),
        debitMinor: sumMinor,
        creditMinor: sumMinor,
      }),
    },
  },
  listLedgerEntries: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/entries',
    tag: 'Ledger',
    summary: 'The statement of an account: its entries, newest first, each with the balance after it',
    access,
    params: inMarket,
    query: pageQuery.extend({ account: accountCode }),
    response: { status: 200, schema: page(entry) },
  },
  listPeriodCloses: {
    method: 'GET',
    path: '/v1/markets/{marketId}/ledger/period-closes',
    tag: 'Ledger',
    summary: 'Closed periods, the latest first',
    access,
    params: inMarket,
    query: pageQuery,
    response: { status: 200, schema: page(periodClose) },
  },
  closePeriod: {
    method: 'POST',
    path: '/v1/markets/{marketId}/ledger/period-closes',
    tag: 'Ledger',
    summary: 'Close all days up to and with one, for good',
    description:
      'Nothing is posted in closed days any more, and they are never opened again: correct a mistake by a posting of now. A day can be closed an hour after it has ended in the market.',
    access,
    params: inMarket,
    body: z.strictObject({ throughDay: day, note: z.string().min(3).max(500) }),
    idempotencyKey: 'required',
    response: { status: 201, schema: periodClose },
    problems: ['wrong_state', 'idempotency_key_reused'],
  },
  postLedgerCorrection: {
    method: 'POST',
    path: '/v1/markets/{marketId}/ledger/corrections',
    tag: 'Ledger',
    summary: 'Correct the books by postings of now',
    description:
      'Nothing that was posted is changed. You and the reason stand in the transaction. Debits and credits must be equal; accounts are those of the chart, and those of a store, courier or shopper must have been posted to before.',
    access,
    params: inMarket,
    body: z.strictObject({
      reason: z.string().min(3).max(500),
      corrects: transactionId.optional().describe('The transaction that was wrong.'),
      postings: z
        .array(z.strictObject({ account: accountCode, amountMinor: minor }))
        .min(2)
        .max(20),
    }),
    idempotencyKey: 'required',
    response: { status: 201, schema: z.object({ id: idSchema('cor'), postedAt: moment }) },
    problems: ['idempotency_key_reused'],
  },
} as const satisfies Record<string, RouteContract>;
