import { type CourierId, type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { type CourierRecord, maySteer } from './courier.ts';
import { lockCourier, writeBreak } from './courier-store.ts';
import type { CourierDeps } from './create-couriers.ts';

/**
 * Begins or ends a break of a courier on shift. There is no new work from now on; what is in hand is finished first, and
 * the break runs from then. Already so changes nothing. Errors: `not_found`, `wrong_state` (off shift),
 * `idempotency_key_reused`.
 */
export async function setBreak(
  { db, clock }: CourierDeps,
  marketId: MarketId,
  courierId: CourierId,
  onBreak: boolean,
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
    const courier: CourierRecord = { ...before, onBreak };
    if (onBreak !== before.onBreak) {
      await writeBreak(tx, marketId, courierId, onBreak, at);
      const told = { subject: courierId, at, by: authority.role, data: { courierId } };
      appendEvents(tx, marketId, [
        onBreak ? { type: 'BreakStarted', ...told } : { type: 'BreakEnded', ...told },
      ]);
    }
    if (command !== undefined) recordCommands(tx, marketId, at, [{ command, outcome: courier }]);
    return ok(courier);
  });
}
