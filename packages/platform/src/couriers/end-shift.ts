import {
  type CourierId,
  type EpochMs,
  type MarketId,
  type Result,
  err,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import type { Tx } from '../postgres/index.ts';
import { type CourierRecord, maySteer } from './courier.ts';
import { type ClosedShift, closeShifts, lockCourier, markShiftsEnding } from './courier-store.ts';
import type { CourierDeps } from './create-couriers.ts';

/**
 * Takes a courier off shift, or, with work in hand, marks the shift as ending: `setCourierWork` ends it with the
 * last delivery. Errors: `not_found`, `wrong_state` (off shift), `idempotency_key_reused`.
 */
export async function endShift(
  { db, clock }: CourierDeps,
  marketId: MarketId,
  courierId: CourierId,
  authority: Authority,
  command?: CommandKey,
): Promise<Result<CourierRecord, ApiError>> {
  if (!maySteer(authority, courierId)) return err({ code: 'not_found' });
  return db.transact<CourierRecord, ApiError>(async (tx) => {
    const before = await lockCourier(tx, marketId, courierId);
    if (before === undefined) return err({ code: 'not_found' });
    if (command !== undefined) {
      const [known] = await findCommands<CourierRecord>(tx, marketId, [command]);
      if (known?.kind === 'done') return ok(known.outcome);
      if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    }
    if (before.status === 'off_shift') {
      return err({ code: 'wrong_state', state: before.status, detail: 'The courier is not on shift.' });
    }
    const at = clock.now();
    const over = await markShiftsEnding(tx, marketId, at, [courierId]);
    const closed = await closeShifts(tx, marketId, at, over);
    tellShiftsEnded(tx, marketId, at, authority.role, closed);
    const courier: CourierRecord = over.length === 0 ? { ...before, shiftEnding: true } : offShift(before);
    if (command !== undefined) recordCommands(tx, marketId, at, [{ command, outcome: courier }]);
    return ok(courier);
  });
}

/** Ends, or marks as ending, all shifts of a market that are due. @returns couriers who went off shift */
export async function endDueShifts({ db, clock }: CourierDeps, marketId: MarketId): Promise<CourierId[]> {
  return db.transaction(async (tx) => {
    const at = clock.now();
    const over = await markShiftsEnding(tx, marketId, at);
    tellShiftsEnded(tx, marketId, at, 'system', await closeShifts(tx, marketId, at, over));
    return over;
  });
}

export function tellShiftsEnded(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  by: string,
  closed: readonly ClosedShift[],
): void {
  appendEvents(
    tx,
    marketId,
    closed.map(({ id, courierId, startedAt, breakMs }) => ({
      type: 'ShiftEnded',
      subject: courierId,
      at,
      by,
      data: { courierId, shiftId: id, startedAt: toRfc3339(startedAt), breakMs },
    })),
  );
}

function offShift({ shiftEndsAt: _, ...courier }: CourierRecord): CourierRecord {
  return { ...courier, status: 'off_shift', load: 0, shiftEnding: false, onBreak: false };
}
