import { guaranteeTopUp } from '@halfhour/engines/courier-pay';
import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type ShiftId,
  type TransactionId,
  MINUTE_MS,
  fromRfc3339,
  invariant,
  momentOf,
} from '@halfhour/kernel';
import type { StoredEvent } from '../events/index.ts';
import {
  type TransactionDraft,
  COURIER_PAY,
  courierPayable,
  postTransactions,
  selectEntries,
} from '../ledger/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { DeliveryDeps } from './delivery.ts';
import { ROUTE_PAY } from './commit-routes.ts';
import { payPlanOf } from './route-pay.ts';

interface EndedShift {
  readonly id: ShiftId;
  readonly courierId: CourierId;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly breakMs: number;
}

/** The kind of the transaction that tops a shift up. */
export const SHIFT_GUARANTEE = 'shift-guarantee';

const PAGE = 200;
/** How far the clocks of two processes may be apart that draw ids. */
const SKEW_MS = MINUTE_MS;

/**
 * Posts what the pay of ended shifts is short of the market's hourly guarantee: debit courier pay, credit what the
 * courier is owed, once for each shift. Tips do not count, they come on top;
 * breaks are no time on shift.
 */
export async function topUpShifts(
  tx: Tx,
  { ids, clock, markets }: Pick<DeliveryDeps, 'ids' | 'clock' | 'markets'>,
  marketId: MarketId,
  events: readonly StoredEvent[],
): Promise<void> {
  const shifts = events.filter((event) => event.type === 'ShiftEnded').map(toShift);
  if (shifts.length === 0) return;
  const market = await markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const plan = payPlanOf(market.policy);
  if (plan.hourlyGuaranteeMinor === undefined) return;
  const drafts: TransactionDraft[] = [];
  for (const shift of shifts) {
    const milliseconds = shift.endedAt - shift.startedAt - shift.breakMs;
    const paidMinor = await paidInShift(tx, marketId, shift);
    const amountMinor = guaranteeTopUp(plan, { milliseconds, paidMinor });
    if (amountMinor === 0) continue;
    drafts.push({
      kind: SHIFT_GUARANTEE,
      reference: shift.id,
      currency: market.currency,
      postedAt: clock.now(),
      postings: [
        { account: COURIER_PAY, amountMinor },
        { account: courierPayable(shift.courierId), amountMinor: -amountMinor },
      ],
    });
  }
  postTransactions(tx, marketId, ids, drafts);
}

/**
 * What the routes of a shift have paid, as it was posted. One that is done at the moment in which the shift ends is of
 * this shift, one at the moment in which it began of the one before.
 */
async function paidInShift(
  tx: Tx,
  marketId: MarketId,
  { id, courierId, startedAt, endedAt }: EndedShift,
): Promise<number> {
  const { code } = courierPayable(courierId);
  // By ids and not by moments: ids are drawn by the real clock, a market's clock may run faster.
  const isEarlier = (transaction: TransactionId): boolean => momentOf(transaction) < momentOf(id) - SKEW_MS;
  let paidMinor = 0;
  let before: TransactionId | undefined;
  for (;;) {
    const entries = (await selectEntries(tx, marketId, code, { before, limit: PAGE })) ?? [];
    for (const { kind, postedAt, amountMinor } of entries) {
      if (kind === ROUTE_PAY && postedAt > startedAt && postedAt <= endedAt) paidMinor -= amountMinor;
    }
    before = entries.at(-1)?.transactionId;
    if (before === undefined || entries.length < PAGE || isEarlier(before)) return paidMinor;
  }
}

function toShift({ at, data }: StoredEvent): EndedShift {
  const startedAt = fromRfc3339(String(data['startedAt']));
  invariant(startedAt !== undefined, 'a shift that ended and never began');
  return {
    id: data['shiftId'] as ShiftId,
    courierId: data['courierId'] as CourierId,
    startedAt,
    endedAt: at,
    // Absent from events that were written before there were breaks.
    breakMs: Number(data['breakMs'] ?? 0),
  };
}
