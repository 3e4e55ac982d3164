import {
  type EpochMs,
  type MarketId,
  type OrderId,
  type Result,
  err,
  idFromKey,
  keyOf,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { Acting, ApiError } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { appendEvents } from '../events/index.ts';
import { selectOrders } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { lockCollector } from './collector.ts';
import type { SettlementDeps } from './deps.ts';

export interface HoldRecord {
  readonly orderId: OrderId;
  readonly reason: string;
  readonly heldAt: EpochMs;
  readonly heldBy: string;
}

/**
 * Keeps what the merchant is owed for an order out of runs that start from now on; what is in a settlement stays there.
 * Held again, it keeps the first reason. Error: `not_found`.
 */
export async function holdOrder(
  { db, clock, ids, onCommit }: SettlementDeps,
  marketId: MarketId,
  orderId: OrderId,
  reason: string,
  authority: Acting,
): Promise<Result<HoldRecord, ApiError>> {
  const held = await db.transact<HoldRecord, ApiError>(async (tx) => {
    await lockCollector(tx, marketId);
    if (!(await selectOrders(tx, marketId, [orderId])).has(orderId)) return err({ code: 'not_found' });
    const at = clock.now();
    const fresh = await tx.query(
      `insert into settlements.hold (market_id, order_id, reason, held_at, held_by) values ($1, $2, $3, $4, $5)
       on conflict do nothing returning 1`,
      [keyOf(marketId), keyOf(orderId), reason, toRfc3339(at), authority.userId],
    );
    if (fresh.length === 0) {
      const [before] = await selectHolds(tx, marketId, { orderId, limit: 1 });
      return ok(before!);
    }
    appendEvents(tx, marketId, [
      {
        type: 'SettlementHeld',
        subject: orderId,
        at,
        by: authority.role,
        data: { orderId, reason, userId: authority.userId },
      },
    ]);
    recordAction(tx, marketId, ids, {
      at,
      by: authority,
      kind: 'settlement_held',
      subject: orderId,
      orderId,
      reason,
      requestId: authority.requestId,
    });
    return ok({ orderId, reason, heldAt: at, heldBy: authority.userId });
  });
  onCommit(marketId);
  return held;
}

/** Lets the next run have it. What is not held stays so. */
export async function releaseOrder(
  { db, clock, ids, onCommit }: SettlementDeps,
  marketId: MarketId,
  orderId: OrderId,
  authority: Acting,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockCollector(tx, marketId);
    const gone = await tx.query<{ reason: string }>(
      `delete from settlements.hold where market_id = $1 and order_id = $2 returning reason`,
      [keyOf(marketId), keyOf(orderId)],
    );
    if (gone.length === 0) return;
    const at = clock.now();
    appendEvents(tx, marketId, [
      {
        type: 'SettlementReleased',
        subject: orderId,
        at,
        by: authority.role,
        data: { orderId, userId: authority.userId },
      },
    ]);
    recordAction(tx, marketId, ids, {
      at,
      by: authority,
      kind: 'settlement_released',
      subject: orderId,
      orderId,
      before: { heldBecause: gone[0]!.reason },
      requestId: authority.requestId,
    });
  });
  onCommit(marketId);
}

/** Held orders, the newest order first, before `before`. */
export async function selectHolds(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly orderId?: OrderId | undefined;
    readonly before?: OrderId | undefined;
    readonly limit: number;
  },
): Promise<HoldRecord[]> {
  const rows = await db.query<{ order_id: string; reason: string; held_at: EpochMs; held_by: string }>(
    `select order_id, reason, held_at, held_by from settlements.hold
     where market_id = $1 and ($2::bigint is null or order_id = $2) and ($3::bigint is null or order_id < $3)
     order by order_id desc limit $4`,
    [
      keyOf(marketId),
      filter.orderId === undefined ? null : keyOf(filter.orderId),
      filter.before === undefined ? null : keyOf(filter.before),
      filter.limit,
    ],
  );
  return rows.map((row) => ({
    orderId: idFromKey('ord', row.order_id),
    reason: row.reason,
    heldAt: row.held_at,
    heldBy: row.held_by,
  }));
}
