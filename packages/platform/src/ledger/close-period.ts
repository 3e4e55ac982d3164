import { type Clock, type IdSource, type MarketId, type Result, HOUR_MS, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import {
  type PeriodClose,
  insertPeriodClose,
  lockPostings,
  selectEndOfDay,
  selectPeriodCloses,
} from './period-store.ts';

export interface FinanceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Markets;
  readonly onCommit: (marketId: MarketId) => void;
}

/** By whom, under which key, in which request. */
export interface Asked {
  readonly authority: Authority;
  readonly command: CommandKey;
  readonly requestId: string;
}

/** Commands that began before midnight are posted by then. */
const LEAST_AGE_MS = HOUR_MS;

/**
 * Closes all days up to and with `throughDay` of the market's calendar, for good: from then on Postgres refuses what would
 * be posted in them, and a mistake is corrected by a posting of now. The day must have ended an hour ago.
 * Errors: `not_found` (market), `wrong_state` (the day is closed, or has not ended), `idempotency_key_reused`.
 */
export async function closePeriod(
  { db, clock, ids, markets, onCommit }: FinanceDeps,
  marketId: MarketId,
  { throughDay, note }: { readonly throughDay: string; readonly note: string },
  { authority, command, requestId }: Asked,
): Promise<Result<PeriodClose, ApiError>> {
  const market = await markets.get(marketId);
  if (market === undefined) return err({ code: 'not_found' });
  const closed = await db.transact<PeriodClose, ApiError>(async (tx) => {
    const [known] = await findCommands<PeriodClose>(tx, marketId, [command]);
    if (known?.kind === 'done') return ok(known.outcome);
    if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    await lockPostings(tx, marketId);
    const at = clock.now();
    const closedUntil = await selectEndOfDay(tx, throughDay, market.timeZone);
    if (closedUntil > at - LEAST_AGE_MS) {
      return err({
        code: 'wrong_state',
        detail: `${throughDay} can be closed an hour after it has ended. Close an earlier day, or wait.`,
      });
    }
    const [last] = await selectPeriodCloses(tx, marketId, undefined, 1);
    if (last !== undefined && last.closedUntil >= closedUntil) {
      return err({
        code: 'wrong_state',
        detail: `The books are closed through ${last.throughDay} already. Name a later day; a closed period is never opened again.`,
      });
    }
    const close: PeriodClose = {
      id: ids.next('cls'),
      throughDay,
      closedUntil,
      closedAt: at,
      closedBy: authority.userId,
      note,
    };
    await insertPeriodClose(tx, marketId, close);
    appendEvents(tx, marketId, [
      {
        type: 'LedgerPeriodClosed',
        subject: close.id,
        at,
        by: authority.role,
        data: { throughDay, closedBy: authority.userId, note },
      },
    ]);
    recordCommands(tx, marketId, at, [{ command, outcome: close }]);
    recordAction(tx, marketId, ids, {
      at,
      by: authority,
      kind: 'period_closed',
      subject: close.id,
      reason: note,
      ...(last !== undefined && { before: { throughDay: last.throughDay } }),
      after: { throughDay },
      requestId,
    });
    return ok(close);
  });
  if (closed.ok) onCommit(marketId);
  return closed;
}
