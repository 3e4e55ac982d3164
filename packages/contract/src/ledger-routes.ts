import { z } from 'zod';
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
} as const satisfies Record<string, RouteContract>;
