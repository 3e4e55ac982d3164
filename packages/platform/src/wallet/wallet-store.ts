import type { WalletMovement } from '@halfhour/contract';
import {
  type EpochMs,
  type IdPrefix,
  type MarketId,
  type MovementId,
  type OrderId,
  type UserId,
  idFromKey,
  invariant,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import { walletLiability } from '../ledger/index.ts';
import { type Queryable, type Tx, int8Array, keyArray, momentArray, textArray } from '../postgres/index.ts';
import type { Credit, ExpiringCredit, Hold, MovementDraft, OpenWallet } from './wallet.ts';

/** Wallets that a transaction has locked: what it posts to the ledger is written at its end, so it is remembered here. */
const locked = new WeakMap<Tx, Map<string, OpenWallet>>();

/**
 * Locks wallets until the transaction ends, in the order of their keys, and tells what is in them. Whoever moves one
 * does this first, so what is read here no other can change before the commit. In every transaction wallets come after
 * orders, stock and places, and before balances.
 */
export async function lockWallets(
  tx: Tx,
  marketId: MarketId,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, OpenWallet>> {
  let known = locked.get(tx);
  if (known === undefined) locked.set(tx, (known = new Map()));
  const missing = [...new Set(userIds)].filter((id) => !known.has(`${marketId} ${id}`)).sort();
  if (missing.length > 0) {
    for (const wallet of await lockAndRead(tx, marketId, missing)) {
      known.set(`${marketId} ${wallet.userId}`, wallet);
    }
    tx.beforeCommit('outbox', async () =>
      tx.write(`select wallet.require_covered($1, $2::bigint[], $3::text[])`, [
        keyOf(marketId),
        keyArray(missing),
        textArray(missing.map((id) => walletLiability(id).code)),
      ]),
    );
  }
  return new Map(userIds.map((id) => [id, known.get(`${marketId} ${id}`)!]));
}

async function lockAndRead(tx: Tx, marketId: MarketId, sorted: readonly UserId[]): Promise<OpenWallet[]> {
  tx.write(
    `insert into wallet.holder (market_id, user_id) select $1, * from unnest($2::bigint[])
     on conflict (market_id, user_id) do nothing`,
    [keyOf(marketId), keyArray(sorted)],
  );
  await tx.query(
    `select from wallet.holder where market_id = $1 and user_id = any($2::bigint[]) order by user_id for update`,
    [keyOf(marketId), keyArray(sorted)],
  );
  // In statements of their own: only what begins under the lock sees what was committed before it.
  return readWallets(tx, marketId, sorted);
}

/** What is in wallets; of whom there is none, it is empty. */
export async function readWallets(
  db: Queryable,
  marketId: MarketId,
  userIds: readonly UserId[],
): Promise<OpenWallet[]> {
  const [amounts, credits] = await Promise.all([
    db.query<{ user_id: string; balance_minor: string; held_minor: string }>(
      `select asked.user_id, -coalesce(balance.amount_minor, 0) as balance_minor,
         (select coalesce(sum(hold.amount_minor), 0) from wallet.hold
          where hold.market_id = $1 and hold.user_id = asked.user_id and hold.state = 'held') as held_minor
       from unnest($2::bigint[], $3::text[]) as asked (user_id, code)
       left join ledger.account on account.market_id = $1 and account.code = asked.code
       left join ledger.balance on balance.market_id = $1 and balance.account_id = account.account_id`,
      [keyOf(marketId), keyArray(userIds), textArray(userIds.map((id) => walletLiability(id).code))],
    ),
    db.query<{ user_id: string; movement_id: string; left_minor: string; expires_at: EpochMs }>(
      `select user_id, movement_id, left_minor, expires_at from wallet.expiring
       where market_id = $1 and user_id = any($2::bigint[]) and left_minor > 0
       order by expires_at, movement_id`,
      [keyOf(marketId), keyArray(userIds)],
    ),
  ]);
  return amounts.map((row) => ({
    userId: idFromKey('usr', row.user_id),
    balanceMinor: Number(row.balance_minor),
    heldMinor: Number(row.held_minor),
    expiring: credits
      .filter((credit) => credit.user_id === row.user_id)
      .map((credit) => ({
        movementId: idFromKey('mov', credit.movement_id),
        leftMinor: Number(credit.left_minor),
        expiresAt: credit.expires_at,
      })),
  }));
}

/** What orders hold or held. */
export async function selectHolds(
  tx: Tx,
  marketId: MarketId,
  orderIds: readonly OrderId[],
): Promise<Map<OrderId, Hold>> {
  const rows = await tx.query<{
    order_id: string;
    user_id: string;
    amount_minor: string;
    state: Hold['state'];
    taken_minor: string;
  }>(
    `select order_id, user_id, amount_minor, state, taken_minor from wallet.hold
     where market_id = $1 and order_id = any($2::bigint[])`,
    [keyOf(marketId), keyArray(orderIds)],
  );
  return new Map(
    rows.map((row) => {
      const orderId = idFromKey('ord', row.order_id);
      const hold: Hold = {
        orderId,
        userId: idFromKey('usr', row.user_id),
        amountMinor: Number(row.amount_minor),
        state: row.state,
        takenMinor: Number(row.taken_minor),
      };
      return [orderId, hold];
    }),
  );
}

/** Writes holds as they are now. */
export function writeHolds(tx: Tx, marketId: MarketId, at: EpochMs, holds: readonly Hold[]): void {
  if (holds.length === 0) return;
  tx.write(
    `insert into wallet.hold as hold (market_id, order_id, user_id, amount_minor, state, taken_minor, held_at,
       settled_at)
     select $1, given.*, $2::timestamptz, case when state = 'held' then null else $2::timestamptz end
     from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[])
       as given (order_id, user_id, amount_minor, state, taken_minor)
     on conflict (market_id, order_id) do update set amount_minor = excluded.amount_minor, state = excluded.state,
       taken_minor = excluded.taken_minor, settled_at = excluded.settled_at
     where hold.user_id = excluded.user_id`,
    [
      keyOf(marketId),
      toRfc3339(at),
      keyArray(holds.map((hold) => hold.orderId)),
      keyArray(holds.map((hold) => hold.userId)),
      int8Array(holds.map((hold) => hold.amountMinor)),
      textArray(holds.map((hold) => hold.state)),
      int8Array(holds.map((hold) => hold.takenMinor)),
    ],
  );
}

/** Which credits were made before, with the movement that made them. */
export async function selectCredited(
  tx: Tx,
  marketId: MarketId,
  credits: readonly Credit[],
): Promise<Map<string, { readonly id: MovementId; readonly amountMinor: number; readonly userId: UserId }>> {
  const rows = await tx.query<{
    cause: string;
    reference: string;
    movement_id: string;
    amount_minor: string;
    user_id: string;
  }>(
    `select cause, reference, movement_id, amount_minor, user_id
     from wallet.movement
     where market_id = $1 and (reference, cause) in (select * from unnest($2::bigint[], $3::text[]))`,
    [
      keyOf(marketId),
      keyArray(credits.map((credit) => credit.reference)),
      textArray(credits.map((credit) => credit.cause)),
    ],
  );
  return new Map(
    rows.map((row) => [
      `${row.cause} ${row.reference}`,
      {
        id: idFromKey('mov', row.movement_id),
        amountMinor: Number(row.amount_minor),
        userId: idFromKey('usr', row.user_id),
      },
    ]),
  );
}

export function insertMovements(tx: Tx, marketId: MarketId, movements: readonly MovementDraft[]): void {
  if (movements.length === 0) return;
  tx.write(
    `insert into wallet.movement (market_id, movement_id, user_id, at, cause, reference_kind, reference, order_id,
       amount_minor, balance_minor, expires_at)
     select $1, * from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[],
       $8::bigint[], $9::bigint[], $10::bigint[], $11::timestamptz[])`,
    [
      keyOf(marketId),
      keyArray(movements.map((movement) => movement.id)),
      keyArray(movements.map((movement) => movement.userId)),
      momentArray(movements.map((movement) => movement.at)),
      textArray(movements.map((movement) => movement.cause)),
      textArray(movements.map((movement) => movement.reference.slice(0, 3))),
      keyArray(movements.map((movement) => movement.reference)),
      keyArray(movements.map((movement) => movement.orderId)),
      int8Array(movements.map((movement) => movement.amountMinor)),
      int8Array(movements.map((movement) => movement.balanceMinor)),
      momentArray(movements.map((movement) => movement.expiresAt)),
    ],
  );
}

/** Writes what is left of credits that expire. */
export function writeExpiring(
  tx: Tx,
  marketId: MarketId,
  credits: readonly (ExpiringCredit & { readonly userId: UserId })[],
): void {
  if (credits.length === 0) return;
  const last = [...new Map(credits.map((credit) => [credit.movementId, credit])).values()];
  tx.write(
    `insert into wallet.expiring (market_id, user_id, movement_id, left_minor, expires_at)
     select $1, * from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
     on conflict (market_id, user_id, movement_id) do update set left_minor = excluded.left_minor`,
    [
      keyOf(marketId),
      keyArray(last.map((credit) => credit.userId)),
      keyArray(last.map((credit) => credit.movementId)),
      int8Array(last.map((credit) => credit.leftMinor)),
      momentArray(last.map((credit) => credit.expiresAt)),
    ],
  );
}

/** Whose credit has expired, oldest first; of those for whom orders hold something later. */
export async function selectExpired(
  db: Queryable,
  marketId: MarketId,
  now: EpochMs,
  limit: number,
): Promise<UserId[]> {
  const rows = await db.query<{ user_id: string }>(
    `select user_id from wallet.expiring
     where market_id = $1 and left_minor > 0 and expires_at <= $2::timestamptz
       and not exists (select from wallet.hold where hold.market_id = $1 and hold.user_id = expiring.user_id
         and state = 'held')
     order by expires_at limit $3`,
    [keyOf(marketId), toRfc3339(now), limit],
  );
  return [...new Set(rows.map((row) => idFromKey('usr', row.user_id)))];
}

/** Movements of a wallet, newest first; `before` continues a list. */
export async function selectMovements(
  db: Queryable,
  marketId: MarketId,
  userId: UserId,
  filter: { readonly before?: MovementId | undefined; readonly limit: number },
): Promise<MovementDraft[]> {
  const rows = await db.query<{
    movement_id: string;
    at: EpochMs;
    cause: WalletMovement['cause'];
    reference_kind: IdPrefix;
    reference: string;
    order_id: string | null;
    amount_minor: string;
    balance_minor: string;
    expires_at: EpochMs | null;
  }>(
    `select movement_id, at, cause, reference_kind, reference, order_id, amount_minor, balance_minor, expires_at
     from wallet.movement
     where market_id = $1 and user_id = $2 and ($3::bigint is null or movement_id < $3)
     order by movement_id desc
     limit $4`,
    [keyOf(marketId), keyOf(userId), filter.before === undefined ? null : keyOf(filter.before), filter.limit],
  );
  return rows.map((row) => ({
    id: idFromKey('mov', row.movement_id),
    userId,
    at: row.at,
    cause: row.cause,
    reference: idFromKey(row.reference_kind, row.reference),
    orderId: row.order_id === null ? undefined : idFromKey('ord', row.order_id),
    amountMinor: Number(row.amount_minor),
    balanceMinor: Number(row.balance_minor),
    expiresAt: row.expires_at ?? undefined,
  }));
}

/** A hold is of one shopper for good. */
export function requireOwn(hold: Hold | undefined, userId: UserId): void {
  invariant(hold === undefined || hold.userId === userId, `order ${hold?.orderId} holds of another wallet`);
}
