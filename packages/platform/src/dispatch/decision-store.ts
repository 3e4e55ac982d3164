import { type EpochMs, type MarketId, type OrderId, keyOf } from '@halfhour/kernel';
import { type Queryable, keyArray, momentArray, textArray } from '../postgres/index.ts';
import type { Decision } from './decisions.ts';

/** Keeps the last decision about each order. */
export async function saveDecisions(
  db: Queryable,
  marketId: MarketId,
  decisions: ReadonlyMap<OrderId, Decision>,
): Promise<void> {
  if (decisions.size === 0) return;
  const sorted = [...decisions].sort(([a], [b]) => (a < b ? -1 : 1));
  await db.query(
    `insert into dispatch.decision (market_id, order_id, decided_at, document)
     select $1, given.* from unnest($2::bigint[], $3::timestamptz[], $4::text[]) as given
     on conflict (market_id, order_id) do update
       set decided_at = excluded.decided_at, document = excluded.document`,
    [
      keyOf(marketId),
      keyArray(sorted.map(([id]) => id)),
      momentArray(sorted.map(([, { at }]) => at)),
      textArray(sorted.map(([, { at: _, ...document }]) => JSON.stringify(document))),
    ],
  );
}

/** The last decision about an order; undefined for one never planned. */
export async function selectDecision(
  db: Queryable,
  marketId: MarketId,
  orderId: OrderId,
): Promise<Decision | undefined> {
  const [row] = await db.query<{ decided_at: EpochMs; document: string }>(
    `select decided_at, document from dispatch.decision where market_id = $1 and order_id = $2`,
    [keyOf(marketId), keyOf(orderId)],
  );
  if (row === undefined) return undefined;
  return { ...(JSON.parse(row.document) as Omit<Decision, 'at'>), at: row.decided_at };
}
