import {
  type EpochMs,
  type MarketId,
  type MerchantId,
  type WebhookId,
  idFromKey,
  keyOf,
  toRfc3339,
} from '@halfhour/kernel';
import type { Position } from '../events/index.ts';
import type { Queryable, Tx } from '../postgres/index.ts';
import type { DisabledReason, EndpointRecord } from './endpoint.ts';

interface EndpointRow {
  readonly endpoint_id: string;
  readonly merchant_id: string | null;
  readonly url: string;
  readonly event_types: string[];
  readonly enabled: boolean;
  readonly disabled_reason: DisabledReason | null;
  readonly since_seq: string;
  readonly behind_seq: string | null;
  readonly failing_since: EpochMs | null;
  readonly created_at: EpochMs;
}

const COLUMNS = `endpoint_id, merchant_id, url, event_types, enabled, disabled_reason, since_seq, behind_seq,
  failing_since, created_at`;

function toRecord(marketId: MarketId, row: EndpointRow): EndpointRecord {
  return {
    id: idFromKey('whk', row.endpoint_id),
    marketId,
    merchantId: row.merchant_id === null ? undefined : idFromKey('mer', row.merchant_id),
    url: row.url,
    eventTypes: row.event_types,
    enabled: row.enabled,
    disabledReason: row.disabled_reason ?? undefined,
    since: row.since_seq as Position,
    behind: (row.behind_seq ?? undefined) as Position | undefined,
    failingSince: row.failing_since ?? undefined,
    createdAt: row.created_at,
  };
}

/**
 * Holds the market's place in its events until the transaction ends: one process at a time makes messages of them,
 * or creates an endpoint. @returns the place; undefined in a market that never had an endpoint
 */
export async function lockReader(tx: Tx, marketId: MarketId): Promise<Position | undefined> {
  const [row] = await tx.query<{ seq: string }>(
    `select seq from webhooks.reader where market_id = $1 for update`,
    [keyOf(marketId)],
  );
  return row?.seq as Position | undefined;
}

export async function moveReader(tx: Tx, marketId: MarketId, to: Position): Promise<void> {
  await tx.query(`update webhooks.reader set seq = $2 where market_id = $1`, [keyOf(marketId), to]);
}

/**
 * Inserts an endpoint for the events from now on. Where it is the market's only one its reader, which had nothing to
 * do, begins at the present.
 *
 * @returns undefined; or the limit that it would exceed, and nothing is inserted
 */
export async function insertEndpointWithin(
  tx: Tx,
  endpoint: EndpointRecord,
  limits: { readonly market: number; readonly merchant: number; readonly all: number },
): Promise<number | undefined> {
  const { marketId, merchantId } = endpoint;
  await tx.query(`insert into webhooks.reader (market_id, seq) values ($1, $2) on conflict do nothing`, [
    keyOf(marketId),
    endpoint.since,
  ]);
  await lockReader(tx, marketId);
  const merchant = merchantId === undefined ? null : keyOf(merchantId);
  const [count] = await tx.query<{ all: string; same: string }>(
    `select count(*) as "all", count(*) filter (where merchant_id is not distinct from $2::bigint) as same
     from webhooks.endpoint where market_id = $1 and deleted_at is null`,
    [keyOf(marketId), merchant],
  );
  const limit = merchantId === undefined ? limits.market : limits.merchant;
  if (Number(count!.same) >= limit) return limit;
  if (Number(count!.all) >= limits.all) return limits.all;
  if (Number(count!.all) === 0) await moveReader(tx, marketId, endpoint.since);
  await tx.query(
    `insert into webhooks.endpoint (market_id, endpoint_id, merchant_id, url, event_types, enabled, since_seq, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz)`,
    [
      keyOf(marketId),
      keyOf(endpoint.id),
      merchant,
      endpoint.url,
      endpoint.eventTypes,
      endpoint.enabled,
      endpoint.since,
      toRfc3339(endpoint.createdAt),
    ],
  );
  return undefined;
}

/** An endpoint that was not deleted; with `lock` it is locked until the transaction ends. */
export async function selectEndpoint(
  db: Queryable,
  marketId: MarketId,
  id: WebhookId,
  lock: 'lock' | 'lock even deleted' | 'read' = 'read',
): Promise<EndpointRecord | undefined> {
  const [row] = await db.query<EndpointRow>(SELECT_ONE[lock], [keyOf(marketId), keyOf(id)]);
  return row === undefined ? undefined : toRecord(marketId, row);
}

const SELECT_EVEN_DELETED = `select ${COLUMNS} from webhooks.endpoint where market_id = $1 and endpoint_id = $2`;
const SELECT = `${SELECT_EVEN_DELETED} and deleted_at is null`;
const SELECT_ONE = {
  read: SELECT,
  lock: `${SELECT} for update`,
  'lock even deleted': `${SELECT_EVEN_DELETED} for update`,
};

/** Endpoints after `after` in order of creation; those of merchants alone where `merchantIds` are given. */
export async function selectEndpoints(
  db: Queryable,
  marketId: MarketId,
  filter: {
    readonly merchantIds?: readonly MerchantId[] | undefined;
    readonly after?: WebhookId | undefined;
    readonly limit: number;
  },
): Promise<EndpointRecord[]> {
  const rows = await db.query<EndpointRow>(
    `select ${COLUMNS} from webhooks.endpoint
     where market_id = $1 and deleted_at is null and endpoint_id > $2
       and ($3::bigint[] is null or merchant_id = any($3::bigint[]))
     order by endpoint_id limit $4`,
    [
      keyOf(marketId),
      filter.after === undefined ? 0 : keyOf(filter.after),
      filter.merchantIds?.map(keyOf) ?? null,
      filter.limit,
    ],
  );
  return rows.map((row) => toRecord(marketId, row));
}

/** All endpoints of a market with how many of their messages wait, counted up to `limit`. */
export async function selectQueues(
  tx: Queryable,
  marketId: MarketId,
  limit: number,
): Promise<{ readonly endpoint: EndpointRecord; readonly waiting: number }[]> {
  const rows = await tx.query<EndpointRow & { waiting: string }>(
    `select ${COLUMNS}, queue.waiting
     from webhooks.endpoint
     cross join lateral (
       select count(*) as waiting from (
         select from webhooks.message
         where message.market_id = endpoint.market_id and message.endpoint_id = endpoint.endpoint_id
           and state = 'waiting'
         limit $2
       ) as counted
     ) as queue
     where market_id = $1 and deleted_at is null
     order by endpoint_id`,
    [keyOf(marketId), limit],
  );
  return rows.map((row) => ({ endpoint: toRecord(marketId, row), waiting: Number(row.waiting) }));
}

/** Whether there is anything to read for: an enabled endpoint, with the reader's place and whether any is behind. */
export async function selectReader(
  db: Queryable,
  marketId: MarketId,
): Promise<{ readonly position: Position; readonly someBehind: boolean } | undefined> {
  const [row] = await db.query<{ seq: string; some_behind: boolean | null }>(
    `select seq, (
       select bool_or(behind_seq is not null) from webhooks.endpoint
       where endpoint.market_id = $1 and enabled and deleted_at is null
     ) as some_behind
     from webhooks.reader where market_id = $1`,
    [keyOf(marketId)],
  );
  if (row === undefined || row.some_behind === null) return undefined;
  return { position: row.seq as Position, someBehind: row.some_behind };
}

/** Where each endpoint stays behind the reader; undefined: no longer. */
export async function setBehind(
  tx: Tx,
  marketId: MarketId,
  places: readonly { readonly id: WebhookId; readonly behind: Position | undefined }[],
): Promise<void> {
  if (places.length === 0) return;
  await tx.query(
    `update webhooks.endpoint set behind_seq = place.behind
     from unnest($2::bigint[], $3::bigint[]) as place (endpoint_id, behind)
     where endpoint.market_id = $1 and endpoint.endpoint_id = place.endpoint_id`,
    [keyOf(marketId), places.map(({ id }) => keyOf(id)), places.map(({ behind }) => behind ?? null)],
  );
}

/** Writes what people may change. An endpoint that is enabled is no longer held to have failed. */
export async function updateEndpoint(tx: Tx, endpoint: EndpointRecord): Promise<void> {
  await tx.query(
    `update webhooks.endpoint
     set url = $3, event_types = $4, enabled = $5, disabled_reason = $6, failing_since = $7::timestamptz
     where market_id = $1 and endpoint_id = $2`,
    [
      keyOf(endpoint.marketId),
      keyOf(endpoint.id),
      endpoint.url,
      endpoint.eventTypes,
      endpoint.enabled,
      endpoint.disabledReason ?? null,
      endpoint.failingSince === undefined ? null : toRfc3339(endpoint.failingSince),
    ],
  );
}

/** Marks an endpoint as deleted and forgets its secrets. */
export async function markDeleted(tx: Tx, marketId: MarketId, id: WebhookId, at: EpochMs): Promise<void> {
  await tx.query(
    `update webhooks.endpoint set deleted_at = coalesce(deleted_at, $3::timestamptz), enabled = false, disabled_reason = null
     where market_id = $1 and endpoint_id = $2`,
    [keyOf(marketId), keyOf(id), toRfc3339(at)],
  );
  await tx.query(`delete from webhooks.secret where market_id = $1 and endpoint_id = $2`, [
    keyOf(marketId),
    keyOf(id),
  ]);
}

/**
 * Gives an endpoint a secret; those before it expire at `oldUntil`, or earlier where they would. What has expired
 * is removed. The endpoint must be locked.
 *
 * @returns false where it has `maximum` secrets already
 */
export async function insertSecretWithin(
  tx: Tx,
  endpoint: Pick<EndpointRecord, 'marketId' | 'id'>,
  secret: { readonly key: string; readonly bytes: Buffer; readonly at: EpochMs; readonly oldUntil: EpochMs },
  maximum: number,
): Promise<boolean> {
  const key = [keyOf(endpoint.marketId), keyOf(endpoint.id)];
  await tx.query(
    `delete from webhooks.secret where market_id = $1 and endpoint_id = $2 and expires_at <= $3::timestamptz`,
    [...key, toRfc3339(secret.at)],
  );
  const before = await tx.query(
    `update webhooks.secret set expires_at = coalesce(expires_at, $3::timestamptz)
     where market_id = $1 and endpoint_id = $2 returning 1 as one`,
    [...key, toRfc3339(secret.oldUntil)],
  );
  if (before.length >= maximum) return false;
  await tx.query(
    `insert into webhooks.secret (market_id, endpoint_id, secret_id, secret) values ($1, $2, $3, $4)`,
    [...key, secret.key, secret.bytes],
  );
  return true;
}

/** What an endpoint's messages are signed with now, the newest first. */
export async function selectSecrets(
  db: Queryable,
  marketId: MarketId,
  id: WebhookId,
  now: EpochMs,
): Promise<Buffer[]> {
  const rows = await db.query<{ secret: Buffer }>(
    `select secret from webhooks.secret
     where market_id = $1 and endpoint_id = $2 and (expires_at is null or expires_at > $3::timestamptz)
     order by secret_id desc`,
    [keyOf(marketId), keyOf(id), toRfc3339(now)],
  );
  return rows.map((row) => row.secret);
}
