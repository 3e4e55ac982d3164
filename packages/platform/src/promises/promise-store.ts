import type { MarketHistory, MarketLoad, StoreHistory } from '@halfhour/engines/promise';
import {
  type ShortagePolicy,
  type ShortageState,
  NO_SHORTAGE,
  defaultShortagePolicy,
  faultOfPolicy,
} from '@halfhour/engines/shortage';
import { type EpochMs, type MarketId, type StoreId, idFromKey, invariant, keyOf } from '@halfhour/kernel';
import type { Position } from '../events/index.ts';
import { type Queryable, type Tx, keyArray } from '../postgres/index.ts';

/** How a market stood at its last round of dispatch. */
export interface Standing {
  readonly load: MarketLoad;
  readonly breakingOrders: number;
  readonly shortage: ShortageState;
  /** When a measure last began or ended. */
  readonly changedAt?: EpochMs | undefined;
}

export const NO_STANDING: Standing = {
  load: { openOrders: 0, couriersOnShift: 0, readyWaitSeconds: 0 },
  breakingOrders: 0,
  shortage: NO_SHORTAGE,
};

export interface PolicyVersion {
  readonly version: number;
  readonly policy: ShortagePolicy;
}

/** What was learned after `after`. */
export interface LearnedRows {
  readonly version: Position;
  readonly market: MarketHistory | undefined;
  readonly stores: readonly { readonly storeId: StoreId; readonly learned: StoreHistory }[];
}

const MARKET_KEY = '0';

/** What a market has learned since `after`; of `storeIds` alone and of itself where they are given. */
export async function selectLearned(
  db: Queryable,
  marketId: MarketId,
  after: Position,
  storeIds?: readonly StoreId[],
): Promise<LearnedRows> {
  const rows = await db.query<{ store_id: string; version: string; learned: MarketHistory | StoreHistory }>(
    `select store_id, version, learned from promises.history
     where market_id = $1 and version > $2 and ($3::bigint[] is null or store_id = 0 or store_id = any($3))`,
    [keyOf(marketId), after, storeIds === undefined ? null : keyArray(storeIds)],
  );
  const market = rows.find((row) => row.store_id === MARKET_KEY);
  return {
    // Every lesson is one of the market too.
    version: (market?.version ?? after) as Position,
    market: market?.learned as MarketHistory | undefined,
    stores: rows
      .filter((row) => row !== market)
      .map((row) => ({ storeId: idFromKey('sto', row.store_id), learned: row.learned as StoreHistory })),
  };
}

export async function upsertLearned(
  tx: Tx,
  marketId: MarketId,
  version: Position,
  market: MarketHistory,
  stores: readonly { readonly storeId: StoreId; readonly learned: StoreHistory }[],
): Promise<void> {
  await tx.query(
    `insert into promises.history (market_id, store_id, version, learned)
     select $1, each.store_id, $2, each.learned::jsonb
     from unnest($3::bigint[], $4::text[]) as each (store_id, learned)
     on conflict (market_id, store_id) do update set version = excluded.version, learned = excluded.learned`,
    [
      keyOf(marketId),
      version,
      [MARKET_KEY, ...stores.map(({ storeId }) => keyOf(storeId))],
      [market, ...stores.map(({ learned }) => learned)].map((each) => JSON.stringify(each)),
    ],
  );
}

/** Held until the transaction ends, so that of two processes that dispatch for a moment one decides after the other. */
export async function lockStanding(tx: Tx, marketId: MarketId): Promise<Standing> {
  const rows = await tx.query<{ document: Standing }>(
    `insert into promises.standing as standing (market_id, document) values ($1, $2::jsonb)
     on conflict (market_id) do update set document = standing.document
     returning document`,
    [keyOf(marketId), JSON.stringify(NO_STANDING)],
  );
  return rows[0]!.document;
}

export async function updateStanding(tx: Tx, marketId: MarketId, standing: Standing): Promise<void> {
  await tx.query(`update promises.standing set document = $2::jsonb where market_id = $1`, [
    keyOf(marketId),
    JSON.stringify(standing),
  ]);
}

export async function selectStanding(db: Queryable, marketId: MarketId): Promise<Standing> {
  const rows = await db.query<{ document: Standing }>(
    `select document from promises.standing where market_id = $1`,
    [keyOf(marketId)],
  );
  return rows[0]?.document ?? NO_STANDING;
}

/** The policy in force: the default, version 0, where nobody has set one. */
export async function selectPolicy(db: Queryable, marketId: MarketId): Promise<PolicyVersion> {
  const rows = await db.query<{ version: number; document: ShortagePolicy }>(
    `select version, document from promises.policy where market_id = $1 order by version desc limit 1`,
    [keyOf(marketId)],
  );
  const [row] = rows;
  if (row === undefined) return { version: 0, policy: defaultShortagePolicy };
  const fault = faultOfPolicy(row.document);
  invariant(fault === undefined, `the policy of ${marketId} is none: ${fault}`);
  return { version: row.version, policy: row.document };
}

export async function insertPolicy(
  tx: Tx,
  marketId: MarketId,
  { version, policy }: PolicyVersion,
  setAt: EpochMs,
  setBy: string,
): Promise<void> {
  await tx.query(
    `insert into promises.policy (market_id, version, document, set_at, set_by)
     values ($1, $2, $3::jsonb, to_timestamp($4::double precision / 1000), $5)`,
    [keyOf(marketId), version, JSON.stringify(policy), setAt, setBy],
  );
}
