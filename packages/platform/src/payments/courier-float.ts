import {
  type Clock,
  type CourierId,
  type Currency,
  type IdSource,
  type MarketId,
  type Result,
  err,
  ok,
} from '@halfhour/kernel';
import type { Acting, ApiError, CommandKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { bank, courierFloat, postTransactions, selectBalances } from '../ledger/index.ts';
import type { Database, Queryable } from '../postgres/index.ts';
import { type DepositRecord, insertDeposit, lockFloat, selectCashPolicy } from './cash-store.ts';
import type { ExceptionDraft } from './exception.ts';
import { CASH } from './cash-provider.ts';
import { closeGone, openExceptions } from './exception-store.ts';

export interface DepositDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly onCommit: (marketId: MarketId) => void;
}

export interface RecordDeposit {
  readonly courierId: CourierId;
  readonly amountMinor: number;
  readonly note?: string | undefined;
  readonly currency: Currency;
  readonly by: Acting;
  readonly command: CommandKey;
}

/** Cash that a courier holds: the balance of the courier's account. */
export async function readFloat(db: Queryable, marketId: MarketId, courierId: CourierId): Promise<number> {
  const { code } = courierFloat(courierId);
  // The first account behind the code without its last letter.
  const [account] = await selectBalances(db, marketId, code.slice(0, -1), 1);
  return account?.code === code ? account.balanceMinor : 0;
}

/**
 * A courier has brought in cash, and an operator has counted it: Dr bank, Cr the courier's float. Errors: `wrong_state`
 * with `floatMinor` where the courier holds less, `idempotency_key_reused`.
 */
export async function recordDeposit(
  { db, clock, ids, onCommit }: DepositDeps,
  marketId: MarketId,
  { courierId, amountMinor, note, currency, by, command }: RecordDeposit,
): Promise<Result<DepositRecord, ApiError>> {
  const recorded = await db.transact<DepositRecord, ApiError>(async (tx) => {
    const [known] = await findCommands<DepositRecord>(tx, marketId, [command]);
    if (known!.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    if (known!.kind === 'done') return ok(known!.outcome);
    await lockFloat(tx, courierId);
    const floatMinor = await readFloat(tx, marketId, courierId);
    if (amountMinor > floatMinor) {
      return err({
        code: 'wrong_state',
        detail: `The courier holds ${floatMinor} minor units in cash.`,
        floatMinor,
      });
    }
    const at = clock.now();
    const deposit: DepositRecord = {
      id: ids.next('dep'),
      courierId,
      amountMinor,
      note,
      recordedBy: by.userId,
      at,
    };
    await insertDeposit(tx, marketId, deposit);
    postTransactions(tx, marketId, ids, [
      {
        kind: 'cash-deposit',
        reference: deposit.id,
        currency,
        postedAt: at,
        postings: [
          { account: bank, amountMinor },
          { account: courierFloat(courierId), amountMinor: -amountMinor },
        ],
      },
    ]);
    appendEvents(tx, marketId, [
      {
        type: 'CashDeposited',
        subject: courierId,
        at,
        by: by.role,
        data: { depositId: deposit.id, amountMinor, recordedBy: by.userId },
      },
    ]);
    recordCommands(tx, marketId, at, [{ command, outcome: deposit }]);
    recordAction(tx, marketId, ids, {
      at,
      by,
      kind: 'cash_deposit_recorded',
      subject: courierId,
      amountMinor,
      reason: note === '' ? undefined : note,
      before: { floatMinor },
      after: { floatMinor: floatMinor - amountMinor },
      requestId: by.requestId,
    });
    return ok(deposit);
  });
  if (recorded.ok) onCommit(marketId);
  return recorded;
}

const PAGE = 500;
const MAX_PAGES = 200;
const FLOAT = /^courier:(cou_\w{13}):float$/;

/** Puts couriers who hold too much cash into the queue, and takes out those who have brought it in. */
export async function watchFloats(
  { db, clock, ids, onCommit }: DepositDeps,
  marketId: MarketId,
): Promise<void> {
  const found = await findFloatsOverLimit(db, marketId);
  await db.transaction(async (tx) => {
    const at = clock.now();
    const still = found.map(({ subject }) => subject);
    await closeGone(tx, marketId, 'float_over_limit', still, at, 'The cash was brought in.');
    await openExceptions(tx, marketId, at, ids, found);
  });
  if (found.length > 0) onCommit(marketId);
}

/** Couriers who hold as much cash as the market's policy allows, or more: each is an exception until it is brought in. */
async function findFloatsOverLimit(db: Queryable, marketId: MarketId): Promise<ExceptionDraft[]> {
  const policy = await selectCashPolicy(db, marketId);
  if (policy === undefined) return [];
  const found: ExceptionDraft[] = [];
  let after = 'courier:';
  for (let page = 0; page < MAX_PAGES; page++) {
    const accounts = await selectBalances(db, marketId, after, PAGE);
    for (const { code, balanceMinor } of accounts) {
      const courierId = FLOAT.exec(code)?.[1];
      if (courierId === undefined || balanceMinor <= 0 || balanceMinor < policy.floatLimitMinor) continue;
      found.push({
        kind: 'float_over_limit',
        subject: courierId,
        provider: CASH,
        oursMinor: balanceMinor,
        detail: `${courierId} holds ${balanceMinor} minor units in cash; the limit is ${policy.floatLimitMinor}.`,
      });
    }
    const last = accounts.at(-1)?.code;
    if (last === undefined || !last.startsWith('courier:') || accounts.length < PAGE) break;
    after = last;
  }
  return found;
}
