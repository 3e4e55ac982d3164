import type { FileAnswer } from '@halfhour/contract';
import { type Currency, type MarketId, type Result, invariant } from '@halfhour/kernel';
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
import { selectStores } from '../stores/index.ts';
import type { SettlementDeps } from './deps.ts';
import { readPayeeNames } from './payee-names.ts';
import { type LineRecord, type SettlementRecord, selectLines, selectRun } from './runs/run-store.ts';

/** The statement of a settlement that the caller may read. Error: `invalid_request` (too many lines for its form). */
export async function writeSettlementStatement(
  { db, markets }: SettlementDeps,
  marketId: MarketId,
  settlement: SettlementRecord,
  { format, language }: WantedForm,
): Promise<Result<FileAnswer, ApiError>> {
  const fits = checkLines(settlement.lines, format, 'Read its lines by the page.');
  if (!fits.ok) return fits;
  const market = await markets.get(marketId);
  const run = await selectRun(db, marketId, settlement.runId);
  invariant(market !== undefined && run !== undefined, `settlement ${settlement.id} is of no run`);
  const name =
    (await readPayeeNames(db, marketId, [settlement.payee])).get(settlement.payee) ?? settlement.payee;
  const lines = await selectLines(db, marketId, settlement.id, undefined, MAX_LINES.csv);
  const storeNames = await readStoreNames(db, marketId, lines);
  const words = wordsOf(language);
  const paper = {
    title: words.settlementOf(name),
    name: `settlement-${settlement.id}`,
    language,
    currency: market.currency as Currency,
    at: run.closedAt ?? run.upTo,
    facts: [
      [words.settlement, settlement.id],
      [words.payee, `${name} (${settlement.payee})`],
      [words.upTo, localText(settlement.upTo, market.timeZone)],
      [words.state, settlement.state === 'approved' ? words.approved : words.open],
      [words.currency, market.currency],
    ],
    columns: [
      { name: words.when, kind: 'text', share: 19 },
      { name: words.what, kind: 'text', share: 17 },
      { name: words.order, kind: 'text', share: 22 },
      { name: words.store, kind: 'text', share: 20 },
      { name: words.commission, kind: 'amount', share: 13 },
      { name: words.amount, kind: 'amount', share: 13 },
    ],
    rows: lines.map((line) => [
      localText(line.postedAt, market.timeZone),
      kindWord(words, line.kind),
      line.orderId ?? '',
      line.storeId === undefined ? '' : (storeNames.get(line.storeId) ?? line.storeId),
      line.commissionMinor,
      line.amountMinor,
    ]),
    totals: [
      [words.opening, settlement.openingMinor],
      [words.lines, settlement.linesMinor],
      [words.payout, settlement.payoutMinor],
      [words.closing, settlement.closingMinor],
      ...(settlement.heldMinor === 0 ? [] : [[words.held, settlement.heldMinor] as const]),
    ],
    notes: [],
  } as const;
  return { ok: true, value: await writePaper(paper, format) };
}

async function readStoreNames(
  db: SettlementDeps['db'],
  marketId: MarketId,
  lines: readonly LineRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(lines.flatMap(({ storeId }) => (storeId === undefined ? [] : [storeId])))];
  const found = await selectStores(db, marketId, ids);
  return new Map([...found.values()].map(({ id, name }) => [id, name]));
}
