import type { AnswerOf, RouteOf } from '@halfhour/contract';
import {
  type MarketId,
  type StoreId,
  type TransactionId,
  DAY_MS,
  type EpochMs,
  addMs,
  localTime,
  parseId,
  toRfc3339,
} from '@halfhour/kernel';
import { type StatementEntry, merchantPayable, selectCommissions, selectEntries } from '../ledger/index.ts';
import type { Queryable } from '../postgres/index.ts';

type Earnings = AnswerOf<RouteOf<'getStoreEarnings'>>;
type StoreEntry = AnswerOf<RouteOf<'listStoreEntries'>>['items'][number];
type Day = Earnings['days'][number];

const PAGE = 1_000;
/** So many pages are added up and no more: a store with more a month has its statement. */
const MAX_PAGES = 50;

/** Entries of a store's account, newest first, each with the commission of its transaction. Amounts are the store's. */
export async function readStoreEntries(
  db: Queryable,
  marketId: MarketId,
  storeId: StoreId,
  page: { readonly before?: TransactionId | undefined; readonly limit: number },
): Promise<StoreEntry[]> {
  const entries = (await selectEntries(db, marketId, merchantPayable(storeId).code, page)) ?? [];
  const ids = entries.map(({ transactionId }) => transactionId);
  const commissions = await selectCommissions(db, marketId, ids);
  return entries.map((entry) => toEntry(entry, commissions.get(entry.transactionId) ?? 0));
}

function toEntry(entry: StatementEntry, commissionMinor: number): StoreEntry {
  const orderId = parseId('ord', entry.cause);
  return {
    transactionId: entry.transactionId,
    kind: entry.kind,
    ...(orderId === undefined ? {} : { orderId }),
    postedAt: toRfc3339(entry.postedAt),
    // The ledger writes what is owed as credit, below zero.
    amountMinor: 0 - entry.amountMinor,
    commissionMinor,
    balanceMinor: 0 - entry.balanceMinor,
  };
}

/** The last days of a store's account, added up by the market's calendar. */
export async function readStoreEarnings(
  db: Queryable,
  market: { readonly id: MarketId; readonly timeZone: string },
  storeId: StoreId,
  { days, now }: { readonly days: number; readonly now: EpochMs },
): Promise<Earnings> {
  const firstDay = localTime(addMs(now, (1 - days) * DAY_MS), market.timeZone).date;
  const sums = new Map<string, Day>();
  let before: TransactionId | undefined;
  let balanceMinor: number | undefined;
  let complete = false;
  for (let pages = 0; pages < MAX_PAGES && !complete; pages++) {
    const entries = await readStoreEntries(db, market.id, storeId, { before, limit: PAGE });
    balanceMinor ??= entries[0]?.balanceMinor;
    const dated = entries.map((entry) => ({ entry, day: dayOf(entry, market.timeZone) }));
    for (const { entry, day } of dated) {
      if (day >= firstDay) sums.set(day, withEntry(sums.get(day) ?? emptyDay(day), entry));
    }
    before = entries.at(-1)?.transactionId;
    // Ids rise with time, though not strictly: a whole page before the first day ends it.
    complete = entries.length < PAGE || dated.every(({ day }) => day < firstDay);
  }
  return {
    balanceMinor: balanceMinor ?? 0,
    days: [...sums.values()].sort((a, b) => (a.day < b.day ? 1 : -1)),
    complete,
  };
}

function dayOf({ postedAt }: StoreEntry, timeZone: string): string {
  return localTime(Date.parse(postedAt) as EpochMs, timeZone).date;
}

function emptyDay(day: string): Day {
  const none = { salesMinor: 0, commissionMinor: 0, otherMinor: 0, earnedMinor: 0, paidOutMinor: 0 };
  return { day, orders: 0, ...none };
}

function withEntry(day: Day, { kind, amountMinor, commissionMinor }: StoreEntry): Day {
  if (kind.startsWith('payout')) return { ...day, paidOutMinor: day.paidOutMinor - amountMinor };
  const sum = {
    ...day,
    commissionMinor: day.commissionMinor + commissionMinor,
    earnedMinor: day.earnedMinor + amountMinor,
  };
  const gross = amountMinor + commissionMinor;
  return kind === 'sale'
    ? { ...sum, orders: day.orders + 1, salesMinor: day.salesMinor + gross }
    : { ...sum, otherMinor: day.otherMinor + gross };
}
