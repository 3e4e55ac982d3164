import { type MarketId, currency, idFromKey, keyOf, localTime, epochMs } from '@halfhour/kernel';
import { type Queryable, type Tx, ensurePartitions } from '../postgres/index.ts';
import { type MarketDraft, type MarketRecord, parsePolicy } from './market.ts';

/**
 * Adds a market. Throws InvariantViolation for a policy that is not one, RangeError for an unknown currency or
 * time zone, and a unique violation where the slug is taken.
 */
export async function insertMarket(tx: Tx, draft: MarketDraft): Promise<void> {
  localTime(epochMs(0), draft.timeZone);
  await tx.query(
    `insert into markets.market (market_id, slug, name, currency, time_zone, languages, centre_lat, centre_lng,
       bounds, attribution, map_source, policy, sandbox)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      keyOf(draft.id),
      draft.slug,
      draft.name,
      currency(draft.currency),
      draft.timeZone,
      draft.languages,
      draft.centre.lat,
      draft.centre.lng,
      JSON.stringify(draft.bounds),
      draft.attribution,
      draft.mapSource,
      JSON.stringify(parsePolicy(draft.policy)),
      draft.sandbox ?? false,
    ],
  );
  await ensurePartitions(tx, draft.id);
}

interface MarketRow {
  readonly market_id: string;
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
  readonly time_zone: string;
  readonly languages: string[];
  readonly centre_lat: number;
  readonly centre_lng: number;
  readonly bounds: MarketRecord['bounds'];
  readonly attribution: string;
  readonly map_source: string;
  readonly policy: unknown;
  readonly sandbox: boolean;
}

/** Markets that were here, and where each is served now. */
export async function selectMoved(db: Queryable): Promise<Map<MarketId, string>> {
  const rows = await db.query<{ market_id: string; moved_to: string }>(
    `select market_id, moved_to from markets.market where moved_to is not null`,
  );
  return new Map(rows.map((row) => [idFromKey('mkt', row.market_id), row.moved_to]));
}

/** All markets that are here, oldest first; only `marketId` where it is given. */
export async function selectMarkets(db: Queryable, marketId?: MarketId): Promise<MarketRecord[]> {
  const rows = await db.query<MarketRow>(
    `select market_id, slug, name, currency, time_zone, languages, centre_lat, centre_lng, bounds, attribution,
       map_source, policy, sandbox
     from markets.market
     where ($1::bigint is null or market_id = $1) and moved_to is null
     order by market_id`,
    [marketId === undefined ? null : keyOf(marketId)],
  );
  return rows.map((row) => ({
    id: idFromKey('mkt', row.market_id),
    slug: row.slug,
    name: row.name,
    currency: currency(row.currency),
    timeZone: row.time_zone,
    languages: row.languages,
    centre: { lat: row.centre_lat, lng: row.centre_lng },
    bounds: row.bounds,
    attribution: row.attribution,
    mapSource: row.map_source,
    policy: parsePolicy(row.policy),
    sandbox: row.sandbox,
  }));
}
