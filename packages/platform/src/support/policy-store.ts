import type { SupportPolicy } from '@halfhour/contract';
import { type EpochMs, type MarketId, type UserId, idFromKey, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import { DEFAULT_POLICY } from './policy.ts';

/** What the market allows its people to give. */
export async function selectPolicy(db: Queryable, marketId: MarketId): Promise<SupportPolicy> {
  const rows = await db.query<{ document: SupportPolicy }>(
    `select document from support.policy where market_id = $1`,
    [keyOf(marketId)],
  );
  return rows[0]?.document ?? DEFAULT_POLICY;
}

export async function writePolicy(
  tx: Tx,
  marketId: MarketId,
  at: EpochMs,
  policy: SupportPolicy,
): Promise<void> {
  await tx.query(
    `insert into support.policy (market_id, document, changed_at) values ($1, $2, $3::timestamptz)
     on conflict (market_id) do update set document = excluded.document, changed_at = excluded.changed_at`,
    [keyOf(marketId), JSON.stringify(policy), toRfc3339(at)],
  );
}

export type Rank = 'agent' | 'lead';

export async function selectRank(
  db: Queryable,
  marketId: MarketId,
  userId: UserId,
): Promise<Rank | undefined> {
  const rows = await db.query<{ level: Rank }>(
    `select level from support.member where market_id = $1 and user_id = $2`,
    [keyOf(marketId), keyOf(userId)],
  );
  return rows[0]?.level;
}

export async function writeRank(tx: Tx, marketId: MarketId, userId: UserId, rank: Rank): Promise<void> {
  await tx.query(
    `insert into support.member (market_id, user_id, level) values ($1, $2, $3)
     on conflict (market_id, user_id) do update set level = excluded.level`,
    [keyOf(marketId), keyOf(userId), rank],
  );
}

/** Everybody who was given a rank, by key; `after` continues a list. */
export async function selectMembers(
  db: Queryable,
  marketId: MarketId,
  after: UserId | undefined,
  limit: number,
): Promise<{ readonly userId: UserId; readonly level: Rank }[]> {
  const rows = await db.query<{ user_id: string; level: Rank }>(
    `select user_id, level from support.member
     where market_id = $1 and ($2::bigint is null or user_id > $2) order by user_id limit $3`,
    [keyOf(marketId), after === undefined ? null : keyOf(after), limit],
  );
  return rows.map((row) => ({ userId: idFromKey('usr', row.user_id), level: row.level }));
}
