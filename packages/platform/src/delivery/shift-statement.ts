import type { FileAnswer } from '@halfhour/contract';
import {
  type CourierId,
  type Currency,
  type MarketId,
  type Result,
  type ShiftId,
  type TransactionId,
  MINUTE_MS,
  err,
  momentOf,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { type CourierShift, selectCouriers, selectShifts } from '../couriers/index.ts';
import {
  type WantedForm,
  MAX_LINES,
  checkLines,
  kindWord,
  localText,
  wordsOf,
  writePaper,
} from '../documents/index.ts';
import { type StatementEntry, courierPayable, selectEntries } from '../ledger/index.ts';
import type { Database, Queryable } from '../postgres/index.ts';
import type { DeliveryDeps } from './delivery.ts';

const PAGE = 500;
/** How far the clocks of two processes may be apart that draw ids. */
const SKEW_MS = MINUTE_MS;
/** Of what is posted to a courier's account: no pay, what becomes of it. */
const NO_PAY: ReadonlySet<string> = new Set(['payout', 'payout_paid', 'payout_failed']);

/**
 * What a shift has earned: pay and tips that were posted in it, and its guarantee, which is posted when it has ended.
 * Errors: `not_found`, `invalid_request` (too many lines for a PDF).
 */
export async function writeShiftStatement(
  { db, clock, markets }: Pick<DeliveryDeps, 'clock' | 'markets'> & { readonly db: Database },
  marketId: MarketId,
  courierId: CourierId,
  shiftId: ShiftId,
  { format, language }: WantedForm,
): Promise<Result<FileAnswer, ApiError>> {
  const market = await markets.get(marketId);
  const [courier] = await selectCouriers(db, marketId, [courierId]);
  const [shift] = await selectShifts(db, marketId, courierId, { id: shiftId, limit: 1 });
  if (market === undefined || courier === undefined || shift === undefined) return err({ code: 'not_found' });
  const entries = await readEarnings(db, marketId, courierId, shift);
  const fits = checkLines(entries.length, format, 'A shift has no more.');
  if (!fits.ok) return fits;
  const words = wordsOf(language);
  const at = shift.endedAt ?? clock.now();
  const minutes = Math.floor((at - shift.startedAt) / MINUTE_MS);
  const time = (moment: CourierShift['startedAt']): string => localText(moment, market.timeZone);
  const totalMinor = entries.reduce((sum, { amountMinor }) => sum - amountMinor, 0);
  const paper = {
    title: words.shiftOf(courier.name),
    name: `shift-${shiftId}`,
    language,
    currency: market.currency as Currency,
    at,
    facts: [
      [words.shift, shiftId],
      [words.courier, `${courier.name} (${courierId})`],
      [words.from, time(shift.startedAt)],
      [words.until, shift.endedAt === undefined ? '–' : time(shift.endedAt)],
      [words.onShift, `${Math.floor(minutes / 60)} h ${minutes % 60} min`],
      [words.currency, market.currency],
    ],
    columns: [
      { name: words.when, kind: 'text', share: 20 },
      { name: words.what, kind: 'text', share: 35 },
      { name: words.cause, kind: 'text', share: 25 },
      { name: words.amount, kind: 'amount', share: 20 },
    ],
    rows: entries.map(({ postedAt, kind, cause, amountMinor }) => [
      time(postedAt),
      kindWord(words, kind),
      cause,
      -amountMinor,
    ]),
    totals: [[words.total, totalMinor]],
    notes: shift.endedAt === undefined ? [words.running] : [],
  } as const;
  return ok(await writePaper(paper, format));
}

/** The oldest first. What is posted at the moment in which a shift ends is of it, at the one in which it began of the one before. */
async function readEarnings(
  db: Queryable,
  marketId: MarketId,
  courierId: CourierId,
  { id, startedAt, endedAt }: CourierShift,
): Promise<StatementEntry[]> {
  const { code } = courierPayable(courierId);
  const found: StatementEntry[] = [];
  let before: TransactionId | undefined;
  for (;;) {
    const entries = (await selectEntries(db, marketId, code, { before, limit: PAGE })) ?? [];
    for (const entry of entries) {
      const { kind, cause, postedAt } = entry;
      const isWithin = postedAt > startedAt && (endedAt === undefined || postedAt <= endedAt);
      const isGuarantee = kind === 'shift-guarantee';
      if (isGuarantee ? cause === id : isWithin && !NO_PAY.has(kind)) found.push(entry);
    }
    before = entries.at(-1)?.transactionId;
    // By ids and not by moments: ids are drawn by the real clock, a market's clock may run faster.
    const isPast = before === undefined || momentOf(before) < momentOf(id) - SKEW_MS;
    if (isPast || entries.length < PAGE || found.length > MAX_LINES.csv) return found.reverse();
  }
}
