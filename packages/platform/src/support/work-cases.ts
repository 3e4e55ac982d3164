import type { BodyOf, RouteOf, SupportCase } from '@halfhour/contract';
import {
  type CaseId,
  type MarketId,
  type OrderId,
  type Result,
  DAY_MS,
  addMs,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Tx } from '../postgres/index.ts';
import { type CaseRecord, closeCaseRow, insertCase, lockCase, selectCases, toCase } from './case-store.ts';
import type { Doing } from './compensate.ts';
import type { SupportDeps } from './create-support.ts';
import { selectPolicy } from './policy-store.ts';

/** Cases that an order may have. */
const MAX_OF_ORDER = 20;

/**
 * Opens a case on an order that is the caller's, or of the market.
 * Errors: `not_found`, `invalid_request` (a line), `wrong_state`, `idempotency_key_reused`.
 */
export function openCase(
  deps: SupportDeps,
  marketId: MarketId,
  orderId: OrderId,
  body: BodyOf<RouteOf<'openCase'>>,
  doing: Doing,
): Promise<Result<SupportCase, ApiError>> {
  const { by } = doing;
  return once(deps, marketId, doing, async (tx) => {
    // The lock makes two at the same time count each other.
    const order = (await deps.ordering.lockOrders(tx, marketId, [orderId])).get(orderId);
    if (order === undefined || (by.scope === 'own' && order.shopperId !== by.userId)) {
      return err({ code: 'not_found' });
    }
    const lines = [...new Set(body.lines)].sort((a, b) => a - b);
    const unknown = lines.find((line) => line >= order.lines.length);
    if (unknown !== undefined) {
      return err({ code: 'invalid_request', detail: `The order has no line ${unknown}.` });
    }
    const now = deps.clock.now();
    const { caseWithinDays } = await selectPolicy(tx, marketId);
    const { state } = order;
    if (state === 'pending_payment') {
      return err({ code: 'wrong_state', detail: 'The order is not paid for yet.', state });
    }
    if (by.scope === 'own' && now > addMs(order.placedAt, caseWithinDays * DAY_MS)) {
      return err({ code: 'wrong_state', detail: `A case is opened within ${caseWithinDays} days.`, state });
    }
    const before = await selectCases(tx, marketId, { orderId, limit: MAX_OF_ORDER });
    if (before.length >= MAX_OF_ORDER) {
      return err({ code: 'wrong_state', detail: `The order has ${MAX_OF_ORDER} cases already.`, state });
    }
    const opened: CaseRecord = {
      id: deps.ids.next('cas'),
      orderId,
      openedBy: by.userId,
      openedRole: by.role,
      kind: body.kind,
      lines,
      text: body.text,
      state: 'open',
      openedAt: now,
    };
    await insertCase(tx, marketId, opened);
    appendEvents(tx, marketId, [
      { type: 'CaseOpened', subject: opened.id, at: now, by: by.role, data: { orderId, kind: body.kind } },
    ]);
    return ok(opened);
  });
}

/** Answers a case. Errors: `not_found`, `wrong_state` (closed already), `idempotency_key_reused`. */
export function closeCase(
  deps: SupportDeps,
  marketId: MarketId,
  id: CaseId,
  { outcome, answer }: BodyOf<RouteOf<'closeCase'>>,
  doing: Doing,
): Promise<Result<SupportCase, ApiError>> {
  return once(deps, marketId, doing, async (tx) => {
    const open = await lockCase(tx, marketId, id);
    if (open === undefined) return err({ code: 'not_found' });
    if (open.state === 'closed') {
      return err({ code: 'wrong_state', detail: 'The case is closed.', state: open.state, allowed: [] });
    }
    const closedAt = deps.clock.now();
    const closed: CaseRecord = { ...open, state: 'closed', outcome, answer, closedAt };
    await closeCaseRow(tx, marketId, closed);
    appendEvents(tx, marketId, [
      {
        type: 'CaseClosed',
        subject: id,
        at: closedAt,
        by: doing.by.role,
        data: { orderId: open.orderId, outcome },
      },
    ]);
    return ok(closed);
  });
}

async function once(
  { db, clock, onCommit }: SupportDeps,
  marketId: MarketId,
  { command }: Doing,
  run: (tx: Tx) => Promise<Result<CaseRecord, ApiError>>,
): Promise<Result<SupportCase, ApiError>> {
  const done = await db.transact<SupportCase, ApiError>(async (tx) => {
    const [known] = await findCommands<SupportCase>(tx, marketId, [command]);
    if (known?.kind === 'done') return ok(known.outcome);
    if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    const outcome = await run(tx);
    if (!outcome.ok) return outcome;
    const answer = toCase(outcome.value);
    recordCommands(tx, marketId, clock.now(), [{ command, outcome: answer }]);
    return ok(answer);
  });
  if (done.ok) onCommit(marketId);
  return done;
}
