import { type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import type { Tx } from '../postgres/index.ts';
import type { DeliveryDeps } from './delivery.ts';

/** Runs a command in a transaction of its own, once: a repeat is answered as it was. */
export async function once<Outcome>(
  { db, clock, onCommit }: Pick<DeliveryDeps, 'db' | 'clock' | 'onCommit'>,
  marketId: MarketId,
  command: CommandKey,
  run: (tx: Tx) => Promise<Result<Outcome, ApiError>>,
): Promise<Result<Outcome, ApiError>> {
  const outcome = await db.transact<Outcome, ApiError>(async (tx) => {
    const [known] = await findCommands<Outcome>(tx, marketId, [command]);
    if (known?.kind === 'done') return ok(known.outcome);
    if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    const done = await run(tx);
    if (done.ok) recordCommands(tx, marketId, clock.now(), [{ command, outcome: done.value }]);
    return done;
  });
  if (outcome.ok) onCommit(marketId);
  return outcome;
}
