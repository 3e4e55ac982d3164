import { z } from 'zod';
import { day, idSchema, inMarket, minor, moment, orderId, page, pageQuery, storeId } from './common.ts';
import type { RouteContract } from './route.ts';

const earningsDay = z.object({
  day: day.describe('Of the market’s calendar.'),
  orders: z.int().describe('Sales posted on it.'),
  salesMinor: minor.describe('What the store is owed for them, with the commission that was kept.'),
  commissionMinor: minor.describe('What the platform kept, less what it gave back.'),
  otherMinor: minor.describe('Refunds, corrections and whatever else is neither sale nor payout.'),
  earnedMinor: minor.describe('Sales less commission and the rest: what the store is owed of this day.'),
  paidOutMinor: minor.describe('Less what came back.'),
});

const storeEntry = z.object({
  transactionId: idSchema('txn'),
  kind: z.string().describe('Of the transaction in the ledger: `sale`, `refund-…`, `payout`, …'),
  orderId: orderId.optional(),
  postedAt: moment,
  amountMinor: minor.describe('Positive where it is owed to the store.'),
  commissionMinor: minor.describe('What the platform kept in the same transaction.'),
  balanceMinor: z.int().describe('What the store was owed when this had been posted.'),
});

const access = { merchant: 'own', operator: 'market', admin: 'all' } as const;
const params = inMarket.extend({ storeId });

/** What a store earns: its own account in the ledger, as it stands now. */
export const STORE_EARNINGS_ROUTES = {
  getStoreEarnings: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/earnings',
    tag: 'Settlements',
    summary: 'What a store has earned, day by day',
    description:
      'The last `days` days, today with it, the newest first; days without postings are left out. Settled or not.',
    access,
    params,
    query: z.object({ days: z.coerce.number().int().min(1).max(62).default(14) }),
    response: {
      status: 200,
      schema: z.object({
        balanceMinor: z.int().describe('What the store is owed now.'),
        days: z.array(earningsDay),
        complete: z
          .boolean()
          .describe('False where the store has so many postings that the earliest days are not in it.'),
      }),
    },
  },
  listStoreEntries: {
    method: 'GET',
    path: '/v1/markets/{marketId}/stores/{storeId}/entries',
    tag: 'Settlements',
    summary: 'The statement of a store: what was posted to its account, newest first',
    access,
    params,
    query: pageQuery,
    response: { status: 200, schema: page(storeEntry) },
  },
} as const satisfies Record<string, RouteContract>;
