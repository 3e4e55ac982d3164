import { type MarketId, type Result, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import type { StoreDeps, StoreDraft } from './create-stores.ts';
import { areHoursSound } from './opening-hours.ts';
import { type StoreRecord, mayChange } from './store.ts';
import { insertStores, lockMerchant } from './store-store.ts';

/**
 * Opens a store of an existing merchant, with status `open`; its hours decide when orders come.
 * Errors: `not_found` (merchant), `invalid_request` (hours), `idempotency_key_reused`.
 */
export async function createStore(
  { db, clock, ids }: StoreDeps,
  marketId: MarketId,
  draft: StoreDraft,
  authority: Authority,
  command?: CommandKey,
): Promise<Result<StoreRecord, ApiError>> {
  if (!mayChange(authority, draft)) return err({ code: 'not_found', detail: 'There is no such merchant.' });
  if (!areHoursSound(draft.hours)) {
    return err({
      code: 'invalid_request',
      detail: 'Each window of `hours` must close after it opens, and be open for a day at most.',
    });
  }
  return db.transact<StoreRecord, ApiError>(async (tx) => {
    if (!(await lockMerchant(tx, marketId, draft.merchantId))) {
      return err({ code: 'not_found', detail: 'There is no such merchant.' });
    }
    if (command !== undefined) {
      const [known] = await findCommands<StoreRecord>(tx, marketId, [command]);
      if (known?.kind === 'done') return ok(known.outcome);
      if (known?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    }
    const at = clock.now();
    const store: StoreRecord = { ...draft, id: ids.next('sto'), marketId, status: 'open' };
    await insertStores(tx, marketId, [store]);
    appendEvents(tx, marketId, [
      {
        type: 'StoreOpened',
        subject: store.id,
        at,
        by: authority.role,
        data: { storeId: store.id, merchantId: store.merchantId, name: store.name, kind: store.kind },
      },
    ]);
    if (command !== undefined) recordCommands(tx, marketId, at, [{ command, outcome: store }]);
    return ok(store);
  });
}
