import type { FileAnswer } from '@halfhour/contract';
import {
  type Currency,
  type EpochMs,
  type MarketId,
  type Result,
  type TransactionId,
  HOUR_MS,
  addMs,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import {
  type WantedForm,
  MAX_LINES,
  checkLines,
  kindWord,
  localText,
  wordsOf,
  writePaper,
} from '../documents/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import { type StatementEntry, selectBalanceAt, selectEntries } from './moment-store.ts';
import { selectEndOfDay, selectStartOfDay } from './period-store.ts';

const PAGE = 5_000;
/** Entries that are read back from now for days that are long ago. */
const MAX_READ = 200_000;
/** Ids rise with time, but commit in any order: so much earlier than the first day is looked at. */
const SKEW_MS = HOUR_MS;

/**
 * What was posted to an account from the beginning of one day of the market to the end of another, with the balance before,
 * after, and after each entry. Errors: `not_found` (market, account), `invalid_request` (days in the wrong order, too much).
 */
export async function writeAccountStatement(
  { db, markets }: { readonly db: Database; readonly markets: Markets },
  marketId: MarketId,
  wanted: { readonly account: string; readonly from: string; readonly until: string },
  { format, language }: WantedForm,
): Promise<Result<FileAnswer, ApiError>> {
  const market = await markets.get(marketId);
  if (market === undefined) return err({ code: 'not_found' });
  if (wanted.from > wanted.until) {
    return err({ code: 'invalid_request', detail: '`from` is after `until`.' });
  }
  const { account } = wanted;
  const start = await selectStartOfDay(db, wanted.from, market.timeZone);
  const end = await selectEndOfDay(db, wanted.until, market.timeZone);
  const read = await readEntries(db, marketId, account, start, end);
  if (!read.ok) return read;
  const entries = read.value;
  const fits = checkLines(entries.length, format, 'Ask for fewer days.');
  if (!fits.ok) return fits;
  const openingMinor = (await selectBalanceAt(db, marketId, account, addMs(start, -1))) ?? 0;
  let balanceMinor = openingMinor;
  const words = wordsOf(language);
  const rows = entries.map(({ postedAt, kind, cause, amountMinor }) => {
    balanceMinor += amountMinor;
    return [localText(postedAt, market.timeZone), kindWord(words, kind), cause, amountMinor, balanceMinor];
  });
  const paper = {
    title: words.statementOf(account),
    name: `statement-${account.replaceAll(/[^\w-]/g, '-')}-${wanted.from}-${wanted.until}`,
    language,
    currency: market.currency as Currency,
    at: end,
    facts: [
      [words.account, account],
      [words.period, `${wanted.from} – ${wanted.until}`],
      [words.currency, market.currency],
    ],
    columns: [
      { name: words.when, kind: 'text', share: 18 },
      { name: words.what, kind: 'text', share: 24 },
      { name: words.cause, kind: 'text', share: 22 },
      { name: words.amount, kind: 'amount', share: 18 },
      { name: words.balance, kind: 'amount', share: 18 },
    ],
    rows,
    totals: [
      [words.openingBalance, openingMinor],
      [words.closingBalance, balanceMinor],
    ],
    notes: [words.debitPositive],
  } as const;
  return ok(await writePaper(paper, format));
}

/** The oldest first. */
async function readEntries(
  db: Database,
  marketId: MarketId,
  account: string,
  start: EpochMs,
  end: EpochMs,
): Promise<Result<StatementEntry[], ApiError>> {
  const found: StatementEntry[] = [];
  let before: TransactionId | undefined;
  for (let read = 0; read < MAX_READ; read += PAGE) {
    const page = await selectEntries(db, marketId, account, { before, limit: PAGE });
    if (page === undefined) {
      return err({ code: 'not_found', detail: 'Nothing was ever posted to `account`.' });
    }
    for (const entry of page) if (entry.postedAt >= start && entry.postedAt < end) found.push(entry);
    before = page.at(-1)?.transactionId;
    const isPast = page.every(({ postedAt }) => postedAt < addMs(start, -SKEW_MS));
    if (page.length < PAGE || isPast) return ok(found.reverse());
    if (found.length > MAX_LINES.csv) return ok(found);
  }
  return err({
    code: 'invalid_request',
    detail: `More than ${MAX_READ} entries have been posted to this account since. Read them by the page.`,
  });
}
