import type { BodyOf, Compensation, RouteOf, SupportPolicy } from '@halfhour/contract';
import {
  type CompensationId,
  type EpochMs,
  type MarketId,
  type OrderId,
  type Result,
  DAY_MS,
  HOUR_MS,
  addMs,
  err,
  invariant,
  localTime,
  ok,
} from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { GOODWILL } from '../ledger/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import { type OrderRecord, changeOrder } from '../ordering/index.ts';
import { selectDisputed } from '../payments/index.ts';
import type { Tx } from '../postgres/index.ts';
import { lockCase } from './case-store.ts';
import {
  type CompensationRecord,
  type RefundWish,
  addGiven,
  lockGiven,
  selectCompensations,
  selectOrderOf,
  toCompensation,
  writeCompensation,
} from './compensation-store.ts';
import type { SupportDeps } from './create-support.ts';
import { type Asked, type Level, type Need, isBeyondAll, levelOf, overLimits } from './policy.ts';
import { selectPolicy, selectRank } from './policy-store.ts';
import { placeOf, readSignals } from './signals.ts';

/** Compensations that an order may ever have, and proposals that may wait on it at a time. */
const MAX_OF_ORDER = 50;
const MAX_WAITING = 5;

/** Who does it, under which key, in which request. */
export interface Doing {
  readonly by: Authority;
  readonly command: CommandKey;
  readonly requestId: string;
}

export type Draft = BodyOf<RouteOf<'compensateOrder'>>;

/** What is decided by, under the locks of the order and of what the person has given today. */
interface Desk {
  readonly now: EpochMs;
  readonly day: string;
  readonly order: OrderRecord;
  readonly policy: SupportPolicy;
  readonly level: Level;
  readonly before: readonly CompensationRecord[];
  readonly disputedMinor: number;
  readonly givenOnOrderMinor: number;
  readonly givenTodayMinor: number;
}

/**
 * Gives a refund or goodwill, or proposes it where a second person is needed. Once under its key, whoever asks however
 * often: limits, what is left to refund and the money are one transaction, under the lock of the order.
 * Errors: `not_found`, `invalid_request`, `forbidden` (an order of one's own), `wrong_state`, `limit_exceeded`,
 * `idempotency_key_reused`.
 *
 * @param atOnce refuse it with `second_person_needed` instead of proposing it
 */
export function compensate(
  deps: SupportDeps,
  marketId: MarketId,
  orderId: OrderId,
  draft: Draft,
  doing: Doing,
  { atOnce }: { readonly atOnce: boolean } = { atOnce: false },
): Promise<Result<Compensation, ApiError>> {
  return once(deps, marketId, doing, async (tx, market) => {
    const found = await sitDown(tx, deps, market, orderId, doing.by);
    if (!found.ok) return found;
    const desk = found.value;
    const refusal = await refuse(tx, desk, marketId, draft);
    if (refusal !== undefined) return err(refusal);
    const amount = amountOf(desk, draft);
    if (!amount.ok) return amount;
    const amountMinor = amount.value;
    const asked: Asked = { ...desk, amountMinor };
    if (isBeyondAll(desk.policy, asked)) return err(beyond(desk, 'Nobody may give so much on one order.'));
    const signals = await readSignals(tx, marketId, desk.order, desk.policy.signals, desk.now);
    const needs: Need[] = overLimits(desk.policy, desk.level, asked);
    if (asked.givenOnOrderMinor + asked.amountMinor > desk.policy.fourEyesAboveMinor) needs.push('four_eyes');
    for (const { name, needsSecond } of signals) if (needsSecond) needs.push(`signal_${name}`);
    const { now, order } = desk;
    const proposed: CompensationRecord = {
      id: deps.ids.next('cmp'),
      orderId,
      shopperId: order.shopperId,
      caseId: draft.caseId,
      kind: draft.kind,
      amountMinor,
      reason: draft.reason,
      note: draft.note,
      ...(draft.kind === 'refund' ? { wish: wishOf(draft) } : {}),
      state: 'proposed',
      needs,
      proposedBy: doing.by.userId,
      proposedAt: now,
      expiresAt: needs.length === 0 ? undefined : addMs(now, desk.policy.proposalHours * HOUR_MS),
      place: placeOf(order),
    };
    if (needs.length === 0) return give(tx, deps, marketId, desk, proposed, doing, undefined);
    if (atOnce) return err({ code: 'second_person_needed', needs });
    if (desk.before.filter(({ state }) => state === 'proposed').length >= MAX_WAITING) {
      return err({
        code: 'wrong_state',
        detail: `${MAX_WAITING} proposals wait on this order already: have them decided first.`,
        state: order.state,
      });
    }
    await writeCompensation(tx, marketId, proposed);
    tell(tx, deps, marketId, proposed, doing, { kind: `${draft.kind}_proposed`, needs });
    return ok(proposed);
  });
}

/**
 * Gives what another person proposed; it counts against the limits of who approves.
 * Errors: those of `compensate`, and `second_person_needed` where it is the one who proposed.
 */
export function approve(
  deps: SupportDeps,
  marketId: MarketId,
  id: CompensationId,
  note: string | undefined,
  doing: Doing,
): Promise<Result<Compensation, ApiError>> {
  return once(deps, marketId, doing, async (tx, market) => {
    const found = await findProposal(tx, deps, market, id, doing.by);
    if (!found.ok) return found;
    const { desk, proposal } = found.value;
    if (proposal.proposedBy === doing.by.userId) return err({ code: 'second_person_needed' });
    if (!desk.policy.levels[desk.level].mayApprove) {
      return err(beyond(desk, `As ${desk.level} you may not approve what others propose.`));
    }
    const amount = amountOf(desk, { ...proposal, ...proposal.wish });
    if (!amount.ok) return amount;
    if (amount.value !== proposal.amountMinor) {
      return err({
        code: 'wrong_state',
        detail: `What was proposed comes to ${amount.value} now: have it proposed anew.`,
        state: desk.order.state,
      });
    }
    const over = overLimits(desk.policy, desk.level, { ...desk, amountMinor: proposal.amountMinor });
    if (over.length > 0) return err(beyond(desk, `It is above your own limit: ${over.join(', ')}.`));
    return give(tx, deps, marketId, desk, proposal, doing, note);
  });
}

/** Ends a proposal; whoever proposed it may, and whoever might approve. Errors: `not_found`, `wrong_state`, `limit_exceeded`. */
export function reject(
  deps: SupportDeps,
  marketId: MarketId,
  id: CompensationId,
  note: string,
  doing: Doing,
): Promise<Result<Compensation, ApiError>> {
  return once(deps, marketId, doing, async (tx, market) => {
    const found = await findProposal(tx, deps, market, id, doing.by);
    if (!found.ok) return found;
    const { desk, proposal } = found.value;
    const isOwn = proposal.proposedBy === doing.by.userId;
    if (!isOwn && !desk.policy.levels[desk.level].mayApprove) {
      return err(beyond(desk, `As ${desk.level} you decide only about what you have proposed yourself.`));
    }
    const { now } = desk;
    const rejected = { ...proposal, state: 'rejected' as const, decidedBy: doing.by.userId, decidedAt: now };
    await writeCompensation(tx, marketId, rejected);
    tell(tx, deps, marketId, rejected, doing, { kind: `${proposal.kind}_rejected`, note });
    return ok(rejected);
  });
}

/** The command's answer: the one it had before, or a new one, kept with its effect. */
async function once(
  deps: SupportDeps,
  marketId: MarketId,
  { command }: Doing,
  run: (tx: Tx, market: MarketRecord) => Promise<Result<CompensationRecord, ApiError>>,
): Promise<Result<Compensation, ApiError>> {
  // Before the transaction: a look for it on another connection, while all are in transactions, would never end.
  const market = await deps.markets.get(marketId);
  if (market === undefined) return err({ code: 'not_found' });
  const done = await deps.db.transact<Compensation, ApiError>(async (tx) => {
    const [known] = await findCommands<Compensation>(tx, marketId, [command]);
    if (known?.kind === 'done') return ok(known.outcome);
    if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    const outcome = await run(tx, market);
    if (!outcome.ok) return outcome;
    const answer = toCompensation(outcome.value);
    recordCommands(tx, marketId, deps.clock.now(), [{ command, outcome: answer }]);
    return ok(answer);
  });
  if (done.ok) deps.onCommit(marketId);
  return done;
}

/** Locks the order, and what the person has given today, in this order; everything is decided under both. */
async function sitDown(
  tx: Tx,
  { ordering, clock }: SupportDeps,
  { id: marketId, timeZone }: MarketRecord,
  orderId: OrderId,
  by: Authority,
): Promise<Result<Desk, ApiError>> {
  const order = (await ordering.lockOrders(tx, marketId, [orderId])).get(orderId);
  if (order === undefined) return err({ code: 'not_found' });
  if (order.shopperId === by.userId) {
    return err({ code: 'forbidden', detail: 'It is an order of your own: somebody else decides about it.' });
  }
  const now = clock.now();
  const day = localTime(now, timeZone).date;
  const policy = await selectPolicy(tx, marketId);
  const level = levelOf(by, by.role === 'support' ? await selectRank(tx, marketId, by.userId) : undefined);
  const before = await selectCompensations(tx, marketId, { orderId, limit: MAX_OF_ORDER });
  const goodwillMinor = goodwillOf(before);
  return ok({
    now,
    day,
    order,
    policy,
    level,
    before,
    disputedMinor: (await selectDisputed(tx, marketId, [orderId])).get(orderId) ?? 0,
    givenOnOrderMinor: order.refundedMinor + goodwillMinor,
    givenTodayMinor: await lockGiven(tx, marketId, by.userId, day),
  });
}

function goodwillOf(compensations: readonly CompensationRecord[]): number {
  return compensations
    .filter(({ kind, state }) => kind === 'goodwill' && state === 'given')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

async function refuse(tx: Tx, desk: Desk, marketId: MarketId, draft: Draft): Promise<ApiError | undefined> {
  const { order, before } = desk;
  if (before.length >= MAX_OF_ORDER) {
    return {
      code: 'wrong_state',
      detail: `The order has ${MAX_OF_ORDER} compensations.`,
      state: order.state,
    };
  }
  if (draft.caseId !== undefined) {
    const about = await lockCase(tx, marketId, draft.caseId);
    if (about?.orderId !== order.id) return { code: 'not_found', detail: 'The order has no such case.' };
  }
  return undefined;
}

/** How much it comes to as the order is now, or why it cannot be given, whoever decides. */
function amountOf(
  { order, now, before, disputedMinor }: Desk,
  draft: RefundWish & Pick<Draft, 'kind' | 'reason'>,
): Result<number, ApiError> {
  const { kind, reason, amountMinor } = draft;
  if (kind === 'refund') {
    const wish = wishOf(draft);
    const change = { kind, orderId: order.id, by: 'system', reason, ...wish } as const;
    const refunded = changeOrder(order, change, now, undefined, disputedMinor);
    return refunded.ok ? ok(refunded.value.order.refundedMinor - order.refundedMinor) : refunded;
  }
  if (amountMinor === undefined || draft.lines !== undefined || draft.fees !== undefined) {
    return err({
      code: 'invalid_request',
      detail: 'Goodwill names `amountMinor`, and neither lines nor fees.',
    });
  }
  if (order.state === 'pending_payment') {
    return err({ code: 'wrong_state', detail: 'The order is not paid for yet.', state: order.state });
  }
  const left = order.totalMinor - goodwillOf(before);
  if (amountMinor <= left) return ok(amountMinor);
  return err({
    code: 'wrong_state',
    detail: `Goodwill for an order is what it cost at most: ${left} minor units are left.`,
    state: order.state,
    goodwillLeftMinor: left,
  });
}

function wishOf({ amountMinor, lines, fees }: RefundWish): RefundWish {
  return {
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(lines === undefined ? {} : { lines }),
    ...(fees === undefined ? {} : { fees }),
  };
}

/** The money, what is counted of it, and what is told, in one transaction. */
async function give(
  tx: Tx,
  deps: SupportDeps,
  marketId: MarketId,
  desk: Desk,
  proposed: CompensationRecord,
  doing: Doing,
  note: string | undefined,
): Promise<Result<CompensationRecord, ApiError>> {
  const { now, day, order, policy } = desk;
  const { id, orderId, kind, amountMinor, reason } = proposed;
  const given = { ...proposed, state: 'given' as const, decidedBy: doing.by.userId, decidedAt: now };
  if (kind === 'refund') {
    const by = doing.by.role;
    invariant(by === 'support' || by === 'operator' || by === 'admin', `${by} gives a refund`);
    const [refunded] = await deps.ordering.applyChanges(tx, marketId, [
      { kind, orderId, by, reason, ...proposed.wish },
    ]);
    if (!refunded!.ok) return refunded!;
  } else {
    await deps.wallets.creditAll(tx, marketId, [
      {
        userId: order.shopperId,
        amountMinor,
        cause: 'goodwill',
        reference: id,
        orderId,
        against: GOODWILL,
        ...(policy.goodwillDays === null ? {} : { expiresAt: addMs(now, policy.goodwillDays * DAY_MS) }),
      },
    ]);
  }
  await addGiven(tx, marketId, doing.by.userId, day, amountMinor);
  await writeCompensation(tx, marketId, given);
  const beforeMinor = desk.givenOnOrderMinor;
  tell(tx, deps, marketId, given, doing, {
    kind: `${kind}_given`,
    note,
    before: { givenOnOrderMinor: beforeMinor },
    after: { givenOnOrderMinor: beforeMinor + amountMinor },
  });
  return ok(given);
}

/** The event and the entry in the audit trail. */
function tell(
  tx: Tx,
  { ids, clock }: SupportDeps,
  marketId: MarketId,
  record: CompensationRecord,
  { by, requestId }: Doing,
  action: {
    readonly kind: string;
    readonly note?: string | undefined;
    readonly needs?: readonly Need[];
    readonly before?: Readonly<Record<string, unknown>>;
    readonly after?: Readonly<Record<string, unknown>>;
  },
): void {
  const at = clock.now();
  const { id, orderId, amountMinor, state } = record;
  const note = action.note ?? record.note;
  recordAction(tx, marketId, ids, {
    at,
    by,
    kind: action.kind,
    subject: id,
    orderId,
    amountMinor,
    reason: note === undefined ? record.reason : `${record.reason}: ${note}`.slice(0, 2_000),
    before: action.before,
    after: { state, ...action.after, ...(action.needs === undefined ? {} : { needs: action.needs }) },
    requestId,
  });
  appendEvents(tx, marketId, [
    {
      type: EVENTS[state],
      subject: id,
      at,
      by: by.role,
      data: { orderId, kind: record.kind, amountMinor, reason: record.reason },
    },
  ]);
}

const EVENTS: Readonly<Record<CompensationRecord['state'], string>> = {
  proposed: 'CompensationProposed',
  given: 'CompensationGiven',
  rejected: 'CompensationRejected',
  expired: 'CompensationExpired',
};

/** A proposal that waits, with the desk of who decides about it. */
async function findProposal(
  tx: Tx,
  deps: SupportDeps,
  market: MarketRecord,
  id: CompensationId,
  by: Authority,
): Promise<Result<{ desk: Desk; proposal: CompensationRecord }, ApiError>> {
  const orderId = await selectOrderOf(tx, market.id, id);
  if (orderId === undefined) return err({ code: 'not_found' });
  const found = await sitDown(tx, deps, market, orderId, by);
  if (!found.ok) return found;
  const desk = found.value;
  // Read under the lock of the order, which everybody takes who decides about one of its compensations.
  const proposal = desk.before.find((each) => each.id === id);
  invariant(proposal !== undefined, `compensation ${id} is not among those of its order`);
  const isOver = proposal.expiresAt !== undefined && proposal.expiresAt <= desk.now;
  if (proposal.state !== 'proposed' || isOver) {
    const state = proposal.state === 'proposed' ? 'expired' : proposal.state;
    return err({ code: 'wrong_state', detail: `The proposal is ${state}.`, state, allowed: [] });
  }
  return ok({ desk, proposal });
}

function beyond({ policy, level }: Desk, detail: string): ApiError {
  return { code: 'limit_exceeded', detail, level, limits: policy.levels[level] };
}
