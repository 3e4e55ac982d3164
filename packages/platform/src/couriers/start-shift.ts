import {
  type CourierId,
  type EpochMs,
  type LatLng,
  type MarketId,
  type Result,
  DAY_MS,
  err,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { type CourierRecord, maySteer } from './courier.ts';
import { insertShift, lockCourier, writePositions } from './courier-store.ts';
import type { CourierDeps } from './create-couriers.ts';

/**
 * Puts a courier on shift at `position`, idle, until about `endsAt`.
 * Errors: `not_found`, `invalid_request` (ends in the past or in more than a day), `wrong_state` (on shift),
 * `idempotency_key_reused`.
 */
export async function startShift(
  { db, clock, ids }: CourierDeps,
  marketId: MarketId,
  courierId: CourierId,
  shift: { readonly position: LatLng; readonly endsAt: EpochMs },
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
    const at = clock.now();
    const { position, endsAt } = shift;
    if (endsAt <= at || endsAt > at + DAY_MS) {
      return err({ code: 'invalid_request', detail: '`endsAt` must be later than now, by a day at most.' });
    }
    if (before.status !== 'off_shift') {
      return err({ code: 'wrong_state', state: before.status, detail: 'The courier is on shift already.' });
    }
    await insertShift(tx, marketId, { id: ids.next('shf'), courierId, startedAt: at, endsAt });
    await writePositions(tx, marketId, [[courierId, { place: position, at }]]);
    appendEvents(tx, marketId, [
      {
        type: 'ShiftStarted',
        subject: courierId,
        at,
        by: authority.role,
        data: { courierId, position, endsAt: toRfc3339(endsAt) },
      },
    ]);
    const courier: CourierRecord = {
      ...before,
      status: 'idle',
      load: 0,
      shiftEnding: false,
      onBreak: false,
      shiftEndsAt: endsAt,
      position,
      positionAt: at,
    };
    if (command !== undefined) recordCommands(tx, marketId, at, [{ command, outcome: courier }]);
    return ok(courier);
  });
}
