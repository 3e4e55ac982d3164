import { type EpochMs, type MarketId, type Result, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import type { Acting, ApiError, CommandKey } from '../../api/index.ts';
import { recordAction } from '../../audit/index.ts';
import { findCommands, recordCommands } from '../../commands/index.ts';
import { appendEvents } from '../../events/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { lockCollector, updateNewest } from '../collector.ts';
import type { SettlementDeps } from '../deps.ts';
import { type Payees, kindOf } from '../payee.ts';
import { collectEntries } from './collect-entries.ts';
import { selectWaiting, takeEntries } from './entry-store.ts';
import { type RunRecord, insertRun, insertSettlements, selectRunNow } from './run-store.ts';
import { settlePayee } from './settle-payee.ts';

/**
 * Opens a run of merchants or of couriers with all that was posted before `upTo` (now, unless given) and is in no other
 * run. One that finds nothing is `empty` and over. Errors: `invalid_request` (in the future), `wrong_state` (a run is open), `idempotency_key_reused`.
 */
export async function startRun(
  deps: SettlementDeps,
  marketId: MarketId,
  { payees, upTo }: { readonly payees: Payees; readonly upTo: EpochMs | undefined },
  authority: Acting,
  command: CommandKey,
): Promise<Result<RunRecord, ApiError>> {
  const started = await deps.db.transact<RunRecord, ApiError>(async (tx) => {
    const { newest, policy } = await lockCollector(tx, marketId);
    const [known] = await findCommands<RunRecord>(tx, marketId, [command]);
    if (known?.kind === 'done') return ok(known.outcome);
    if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    const at = deps.clock.now();
    if (upTo !== undefined && upTo > at) {
      return err({ code: 'invalid_request', detail: '`upTo` must not be in the future.' });
    }
    const open = await selectRunNow(tx, marketId, payees);
    if (open !== undefined) {
      return err({
        code: 'wrong_state',
        state: 'open',
        runId: open.id,
        detail: `A run of ${payees} is open; approve or discard it first.`,
      });
    }
    const opened = await openRun(deps, tx, marketId, {
      payees,
      upTo: upTo ?? at,
      at,
      by: authority.userId,
      role: authority.role,
      newest,
      minimumPayoutMinor: policy.minimumPayoutMinor,
    });
    recordCommands(tx, marketId, at, [{ command, outcome: opened }]);
    recordAction(tx, marketId, deps.ids, {
      at,
      by: authority,
      kind: 'settlement_run_started',
      subject: opened.id,
      amountMinor: opened.payoutMinor,
      after: { state: opened.state, payees, upTo: toRfc3339(opened.upTo), settlements: opened.settlements },
      requestId: authority.requestId,
    });
    return ok(opened);
  });
  deps.onCommit(marketId);
  return started;
}

/**
 * Opens the run of a day by schedule; does nothing where the day has one, or where a run of these payees is open: that
 * one is to be approved or discarded first.
 */
export async function startRunOfDay(
  deps: SettlementDeps,
  marketId: MarketId,
  { payees, day, upTo }: { readonly payees: Payees; readonly day: string; readonly upTo: EpochMs },
): Promise<void> {
  if ((await selectRunNow(deps.db, marketId, payees, day)) !== undefined) return;
  await deps.db.transaction(async (tx) => {
    const { newest, policy } = await lockCollector(tx, marketId);
    if ((await selectRunNow(tx, marketId, payees, day)) !== undefined) return;
    await openRun(deps, tx, marketId, {
      payees,
      upTo,
      day,
      at: deps.clock.now(),
      by: 'system',
      role: 'system',
      newest,
      minimumPayoutMinor: policy.minimumPayoutMinor,
    });
  });
  deps.onCommit(marketId);
}

/** The collector's row is held, and no run of these payees is open. */
async function openRun(
  { ids }: SettlementDeps,
  tx: Tx,
  marketId: MarketId,
  start: {
    readonly payees: Payees;
    readonly upTo: EpochMs;
    readonly day?: string;
    readonly at: EpochMs;
    readonly by: string;
    readonly role: string;
    readonly newest: string;
    readonly minimumPayoutMinor: number;
  },
): Promise<RunRecord> {
  const { payees, upTo, at, day, by, role } = start;
  await updateNewest(tx, marketId, await collectEntries(tx, marketId, start.newest));
  const kind = kindOf(payees);
  const waiting = await selectWaiting(tx, marketId, kind, upTo);
  const settlements = waiting.flatMap(({ payee, hasBankAccount, accounts }) => {
    const settled = settlePayee(accounts, { minimumPayoutMinor: start.minimumPayoutMinor, hasBankAccount });
    return settled === undefined ? [] : [{ ...settled, id: ids.next('stl'), payee }];
  });
  const run: RunRecord = {
    id: ids.next('srn'),
    payees,
    ...(settlements.length === 0 ? { state: 'empty', closedAt: at, closedBy: 'system' } : { state: 'open' }),
    upTo,
    ...(day === undefined ? {} : { day }),
    startedAt: at,
    startedBy: by,
    settlements: settlements.length,
    payoutMinor: settlements.reduce((sum, { payoutMinor }) => sum + payoutMinor, 0),
  };
  await insertRun(tx, marketId, run);
  await insertSettlements(tx, marketId, run.id, settlements);
  const taken = await takeEntries(
    tx,
    marketId,
    kind,
    upTo,
    settlements.flatMap(({ id, parts }) => parts.map(({ accountId }) => ({ accountId, settlementId: id }))),
  );
  const lines = settlements.reduce((sum, settlement) => sum + settlement.lines, 0);
  invariant(taken === lines, `a run of ${lines} lines has taken ${taken} entries`);
  appendEvents(tx, marketId, [
    {
      type: 'SettlementRunStarted',
      subject: run.id,
      at,
      by: role,
      data: {
        runId: run.id,
        payees,
        upTo: toRfc3339(upTo),
        state: run.state,
        settlements: run.settlements,
        payoutMinor: run.payoutMinor,
      },
    },
  ]);
  return run;
}
