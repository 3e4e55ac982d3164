import type { Tariff } from '@halfhour/engines/pricing';
import { type EpochMs, type MarketId, epochMs, keyOf, toRfc3339 } from '@halfhour/kernel';
import type { Queryable, Tx } from '../postgres/index.ts';
import type { TariffRecord } from './tariff.ts';

const COLUMNS = 'version, starts_at, document, note, created_at, withdrawn_at';

interface TariffRow {
  readonly version: number;
  readonly starts_at: EpochMs;
  readonly document: Tariff;
  readonly note: string | null;
  readonly created_at: EpochMs;
  readonly withdrawn_at: EpochMs | null;
}

/** Writes the first tariff of a market where it has none: from the beginning of time. */
export async function insertFirst(
  db: Queryable,
  marketId: MarketId,
  terms: Tariff,
  now: EpochMs,
): Promise<void> {
  await db.query(
    `insert into tariffs.tariff (market_id, version, starts_at, document, created_at, created_by)
     values ($1, 1, $2::timestamptz, $3::jsonb, $4::timestamptz, 'policy')
     on conflict (market_id, version) do nothing`,
    [keyOf(marketId), toRfc3339(epochMs(0)), JSON.stringify(terms), toRfc3339(now)],
  );
}

export async function insertTariff(
  tx: Tx,
  marketId: MarketId,
  { version, startsAt, terms, note, createdAt }: TariffRecord,
  createdBy: string,
): Promise<void> {
  await tx.query(
    `insert into tariffs.tariff (market_id, version, starts_at, document, note, created_at, created_by)
     values ($1, $2, $3::timestamptz, $4::jsonb, $5, $6::timestamptz, $7)`,
    [
      keyOf(marketId),
      version,
      toRfc3339(startsAt),
      JSON.stringify(terms),
      note ?? null,
      toRfc3339(createdAt),
      createdBy,
    ],
  );
}

/** Holds a market's tariffs until the transaction ends, so that versions follow each other. @returns the newest version */
export async function lockTariffs(tx: Tx, marketId: MarketId): Promise<number> {
  await tx.query(
    `select 1 as one from tariffs.tariff where market_id = $1 and version = 1 for no key update`,
    [keyOf(marketId)],
  );
  const rows = await tx.query<{ version: number }>(
    `select max(version) as version from tariffs.tariff where market_id = $1`,
    [keyOf(marketId)],
  );
  return rows[0]!.version;
}

export async function updateWithdrawn(
  tx: Tx,
  marketId: MarketId,
  version: number,
  at: EpochMs,
): Promise<void> {
  await tx.query(
    `update tariffs.tariff set withdrawn_at = $3::timestamptz where market_id = $1 and version = $2`,
    [keyOf(marketId), version, toRfc3339(at)],
  );
}

/** A market's tariffs without their terms: small, looked at every few seconds. */
export async function selectVersions(
  db: Queryable,
  marketId: MarketId,
): Promise<Pick<TariffRecord, 'version' | 'startsAt' | 'withdrawnAt'>[]> {
  const rows = await db.query<Pick<TariffRow, 'version' | 'starts_at' | 'withdrawn_at'>>(
    `select version, starts_at, withdrawn_at from tariffs.tariff where market_id = $1 order by version`,
    [keyOf(marketId)],
  );
  return rows.map((row) => ({
    version: row.version,
    startsAt: row.starts_at,
    withdrawnAt: row.withdrawn_at ?? undefined,
  }));
}

/** Tariffs whole, by version. */
export async function selectTariffs(
  db: Queryable,
  marketId: MarketId,
  versions: readonly number[],
): Promise<TariffRecord[]> {
  if (versions.length === 0) return [];
  const rows = await db.query<TariffRow>(
    `select ${COLUMNS} from tariffs.tariff where market_id = $1 and version = any($2::int[]) order by version`,
    [keyOf(marketId), versions],
  );
  return rows.map(toRecord);
}

/** Newest first. @param before continues a list: versions below it */
export async function listTariffs(
  db: Queryable,
  marketId: MarketId,
  before: number | undefined,
  limit: number,
): Promise<TariffRecord[]> {
  const rows = await db.query<TariffRow>(
    `select ${COLUMNS} from tariffs.tariff
     where market_id = $1 and ($2::int is null or version < $2)
     order by version desc limit $3`,
    [keyOf(marketId), before ?? null, limit],
  );
  return rows.map(toRecord);
}

function toRecord(row: TariffRow): TariffRecord {
  return {
    version: row.version,
    startsAt: row.starts_at,
    terms: row.document,
    note: row.note ?? undefined,
    createdAt: row.created_at,
    withdrawnAt: row.withdrawn_at ?? undefined,
  };
}
