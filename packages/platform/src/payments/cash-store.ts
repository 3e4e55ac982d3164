import {
  type CourierId,
  type DepositId,
  type EpochMs,
  type MarketId,
  type UserId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';

export interface CashPolicy {
  /** An order may be paid in cash up to that; 0: none. */
  readonly orderLimitMinor: number;
  /** A courier who holds that much is to bring it in. */
  readonly floatLimitMinor: number;
}

export async function selectCashPolicy(db: Queryable, marketId: MarketId): Promise<CashPolicy | undefined> {
  const rows = await db.query<{ order_limit_minor: string; float_limit_minor: string }>(
    `select order_limit_minor, float_limit_minor from payments.cash_policy where market_id = $1
     order by version desc limit 1`,
    [keyOf(marketId)],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { orderLimitMinor: Number(row.order_limit_minor), floatLimitMinor: Number(row.float_limit_minor) };
}

/** Puts a policy in force; those before stay, with who set them. */
export async function insertCashPolicy(
  tx: Tx,
  marketId: MarketId,
  policy: CashPolicy,
  by: UserId,
  at: EpochMs,
): Promise<void> {
  await tx.query(
    `insert into payments.cash_policy (market_id, version, order_limit_minor, float_limit_minor, set_by, set_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 from payments.cash_policy where market_id = $1`,
    [keyOf(marketId), policy.orderLimitMinor, policy.floatLimitMinor, by, toRfc3339(at)],
  );
}

export interface DepositRecord {
  readonly id: DepositId;
  readonly courierId: CourierId;
  readonly amountMinor: number;
  readonly note: string | undefined;
  readonly recordedBy: string;
  readonly at: EpochMs;
}

export async function insertDeposit(tx: Tx, marketId: MarketId, deposit: DepositRecord): Promise<void> {
  await tx.query(
    `insert into payments.cash_deposit (market_id, deposit_id, courier_id, amount_minor, note, recorded_by, at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      keyOf(marketId),
      keyOf(deposit.id),
      keyOf(deposit.courierId),
      deposit.amountMinor,
      deposit.note ?? null,
      deposit.recordedBy,
      toRfc3339(deposit.at),
    ],
  );
}

/** A courier's deposits, newest first. */
export async function selectDeposits(
  db: Queryable,
  marketId: MarketId,
  courierId: CourierId,
  limit: number,
): Promise<DepositRecord[]> {
  const rows = await db.query<{
    deposit_id: string;
    amount_minor: string;
    note: string | null;
    recorded_by: string;
    at: EpochMs;
  }>(
    `select deposit_id, amount_minor, note, recorded_by, at from payments.cash_deposit
     where market_id = $1 and courier_id = $2 order by deposit_id desc limit $3`,
    [keyOf(marketId), keyOf(courierId), limit],
  );
  return rows.map((row) => ({
    id: idFromKey('dep', row.deposit_id),
    courierId,
    amountMinor: Number(row.amount_minor),
    note: row.note ?? undefined,
    recordedBy: row.recorded_by,
    at: row.at,
  }));
}

/** Deposits of a courier wait for each other: none may take more than is there. */
export async function lockFloat(tx: Tx, courierId: CourierId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('float', $1::bigint))`, [keyOf(courierId)]);
}
