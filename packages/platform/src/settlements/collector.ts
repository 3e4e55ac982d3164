import type { SettlementPolicy } from '@halfhour/contract';
import { type MarketId, keyOf } from '@halfhour/kernel';
import { type Queryable, type Tx, single } from '../postgres/index.ts';

/** Of a market that has not said: runs by hand, everything above zero, through the provider. */
const DEFAULT_POLICY: SettlementPolicy = {
  merchants: 'on_demand',
  couriers: 'on_demand',
  minimumPayoutMinor: 1,
  payoutBy: 'provider',
};

/**
 * Holds the market's settlements until the transaction ends: runs, approvals and holds follow each other.
 * @returns the last transaction that was collected, as its key, and the policy
 */
export async function lockCollector(
  tx: Tx,
  marketId: MarketId,
): Promise<{ readonly newest: string; readonly policy: SettlementPolicy }> {
  await tx.query(
    `insert into settlements.collector (market_id, policy) values ($1, $2) on conflict do nothing`,
    [keyOf(marketId), JSON.stringify(DEFAULT_POLICY)],
  );
  return single(
    await tx.query<{ newest: string; policy: SettlementPolicy }>(
      `select newest, policy from settlements.collector where market_id = $1 for update`,
      [keyOf(marketId)],
    ),
  );
}

export async function updateNewest(tx: Tx, marketId: MarketId, newest: string): Promise<void> {
  await tx.query(`update settlements.collector set newest = greatest(newest, $2) where market_id = $1`, [
    keyOf(marketId),
    newest,
  ]);
}

export async function selectPolicy(db: Queryable, marketId: MarketId): Promise<SettlementPolicy> {
  const rows = await db.query<{ policy: SettlementPolicy }>(
    `select policy from settlements.collector where market_id = $1`,
    [keyOf(marketId)],
  );
  return rows[0]?.policy ?? DEFAULT_POLICY;
}

/** The collector's row is held. */
export async function updatePolicy(tx: Tx, marketId: MarketId, policy: SettlementPolicy): Promise<void> {
  await tx.query(`update settlements.collector set policy = $2 where market_id = $1`, [
    keyOf(marketId),
    JSON.stringify(policy),
  ]);
}
