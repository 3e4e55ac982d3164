import type { Address, OpeningHours, StoreKind } from '@halfhour/contract';
import {
  type LatLng,
  type MarketId,
  type MerchantId,
  type StoreId,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import { type Queryable, type Tx, keyArray, rememberRows } from '../postgres/index.ts';
import type { StoreRecord, StoreStatus } from './store.ts';

const COLUMNS = `store_id, merchant_id, name, kind, status, address_label, lat, lng, address_note, hours, zone,
  preparation_seconds, minimum_order_minor`;

export interface MerchantRecord {
  readonly id: MerchantId;
  readonly name: string;
}

export async function insertMerchants(
  tx: Tx,
  marketId: MarketId,
  drafts: readonly MerchantRecord[],
): Promise<void> {
  if (drafts.length === 0) return;
  await tx.query(
    `insert into stores.merchant (market_id, merchant_id, name)
     select $1, merchant_id, name from unnest($2::bigint[], $3::text[]) as draft (merchant_id, name)`,
    [keyOf(marketId), drafts.map((draft) => keyOf(draft.id)), drafts.map((draft) => draft.name)],
  );
}

export async function selectMerchants(
  db: Queryable,
  marketId: MarketId,
  merchantIds: readonly MerchantId[],
): Promise<Map<MerchantId, MerchantRecord>> {
  const rows = await db.query<{ merchant_id: string; name: string }>(
    `select merchant_id, name from stores.merchant where market_id = $1 and merchant_id = any($2::bigint[])`,
    [keyOf(marketId), merchantIds.map(keyOf)],
  );
  return new Map(
    rows.map((row) => {
      const id = idFromKey('mer', row.merchant_id);
      return [id, { id, name: row.name }];
    }),
  );
}

/** Holds the merchant until the transaction ends. @returns whether there is one */
export async function lockMerchant(tx: Tx, marketId: MarketId, merchantId: MerchantId): Promise<boolean> {
  const rows = await tx.query(
    `select 1 as one from stores.merchant where market_id = $1 and merchant_id = $2 for no key update`,
    [keyOf(marketId), keyOf(merchantId)],
  );
  return rows.length === 1;
}

/** The store, held until the transaction ends so that changes of what it sells follow each other. */
export async function lockStore(
  tx: Tx,
  marketId: MarketId,
  storeId: StoreId,
): Promise<StoreRecord | undefined> {
  const rows = await tx.query<StoreRow>(
    `select ${COLUMNS} from stores.store where market_id = $1 and store_id = $2 for no key update`,
    [keyOf(marketId), keyOf(storeId)],
  );
  return rows[0] === undefined ? undefined : toRecord(marketId, rows[0]);
}

/** Inserts stores, however many, in one statement; each with the market of the call. */
export async function insertStores(
  tx: Tx,
  marketId: MarketId,
  drafts: readonly StoreRecord[],
): Promise<void> {
  if (drafts.length === 0) return;
  const boxes = drafts.map((draft) => boundsOf(draft.zone));
  await tx.query(
    `insert into stores.store (market_id, store_id, merchant_id, name, kind, status, address_label, lat, lng,
       address_note, hours, zone, zone_south, zone_west, zone_north, zone_east, preparation_seconds,
       minimum_order_minor)
     select $1, draft.*
     from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[],
       $9::float8[], $10::text[], $11::jsonb[], $12::jsonb[], $13::float8[], $14::float8[], $15::float8[],
       $16::float8[], $17::int[], $18::bigint[]) as draft`,
    [
      keyOf(marketId),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => keyOf(draft.merchantId)),
      drafts.map((draft) => draft.name),
      drafts.map((draft) => draft.kind),
      drafts.map((draft) => draft.status),
      drafts.map((draft) => draft.address.label),
      drafts.map((draft) => draft.address.lat),
      drafts.map((draft) => draft.address.lng),
      drafts.map((draft) => draft.address.note ?? null),
      drafts.map((draft) => JSON.stringify(draft.hours)),
      drafts.map((draft) => JSON.stringify(draft.zone)),
      boxes.map((box) => box.south),
      boxes.map((box) => box.west),
      boxes.map((box) => box.north),
      boxes.map((box) => box.east),
      drafts.map((draft) => draft.preparationSeconds),
      drafts.map((draft) => draft.minimumOrderMinor),
    ],
  );
}

/** Sets the status of stores. @returns those that had another before */
export async function updateStatus(
  tx: Tx,
  marketId: MarketId,
  storeIds: readonly StoreId[],
  status: StoreStatus,
): Promise<StoreId[]> {
  const rows = await tx.query<{ store_id: string }>(
    `update stores.store set status = $3
     where market_id = $1 and store_id = any($2::bigint[]) and status <> $3
     returning store_id`,
    [keyOf(marketId), storeIds.map(keyOf), status],
  );
  return rows.map((row) => idFromKey('sto', row.store_id));
}

interface StoreRow {
  readonly store_id: string;
  readonly merchant_id: string;
  readonly name: string;
  readonly kind: StoreKind;
  readonly status: StoreStatus;
  readonly address_label: string;
  readonly lat: number;
  readonly lng: number;
  readonly address_note: string | null;
  readonly hours: OpeningHours[];
  readonly zone: LatLng[];
  readonly preparation_seconds: number;
  readonly minimum_order_minor: string;
}

/** The stores that exist of `storeIds`, by id. */
export async function selectStores(
  db: Queryable,
  marketId: MarketId,
  storeIds: readonly StoreId[],
): Promise<Map<StoreId, StoreRecord>> {
  const rows = await db.query<StoreRow>(
    `select ${COLUMNS} from stores.store where market_id = $1 and store_id = any($2::bigint[])`,
    [keyOf(marketId), storeIds.map(keyOf)],
  );
  return new Map(rows.map((row) => toRecord(marketId, row)).map((store) => [store.id, store]));
}

/** The stores that exist of some ids as they are in a transaction, from memory where they are unchanged. */
export const readStores = rememberRows<StoreId, StoreRecord>({
  max: 20_000,
  async versions(tx, marketId, storeIds) {
    const rows = await tx.query<{ n: number; version: string }>(
      `select wanted.n::int, store.xmin::text as version
       from unnest($2::bigint[]) with ordinality as wanted (store_id, n)
       cross join lateral (
         select xmin from stores.store where market_id = $1 and store_id = wanted.store_id limit 1
       ) as store`,
      [keyOf(marketId), keyArray(storeIds)],
    );
    return new Map(rows.map(({ n, version }) => [storeIds[n - 1]!, version]));
  },
  rows: selectStores,
});

/** All stores of a market, oldest first. */
export async function selectAllStores(db: Queryable, marketId: MarketId): Promise<StoreRecord[]> {
  const rows = await db.query<StoreRow>(
    `select ${COLUMNS} from stores.store where market_id = $1 order by store_id`,
    [keyOf(marketId)],
  );
  return rows.map((row) => toRecord(marketId, row));
}

export interface StoreFilter {
  readonly after?: StoreId | undefined;
  readonly kind?: StoreKind | undefined;
  readonly merchantId?: MerchantId | undefined;
  /** Only stores whose zone has this place within its bounding box; the polygon is the caller's to check. */
  readonly near?: LatLng | undefined;
  readonly limit: number;
}

/** Stores in id order after `after`. */
export async function selectStorePage(
  db: Queryable,
  marketId: MarketId,
  filter: StoreFilter,
): Promise<StoreRecord[]> {
  const rows = await db.query<StoreRow>(
    `select ${COLUMNS} from stores.store
     where market_id = $1
       and ($2::bigint is null or store_id > $2)
       and ($3::text is null or kind = $3)
       and ($4::float8 is null or ($4 between zone_south and zone_north and $5 between zone_west and zone_east))
       and ($7::bigint is null or merchant_id = $7)
     order by store_id
     limit $6`,
    [
      keyOf(marketId),
      filter.after === undefined ? null : keyOf(filter.after),
      filter.kind ?? null,
      filter.near?.lat ?? null,
      filter.near?.lng ?? null,
      filter.limit,
      filter.merchantId === undefined ? null : keyOf(filter.merchantId),
    ],
  );
  return rows.map((row) => toRecord(marketId, row));
}

function toRecord(marketId: MarketId, row: StoreRow): StoreRecord {
  const address: Address = { label: row.address_label, lat: row.lat, lng: row.lng };
  return {
    id: idFromKey('sto', row.store_id),
    marketId,
    merchantId: idFromKey('mer', row.merchant_id),
    name: row.name,
    kind: row.kind,
    address: row.address_note === null ? address : { ...address, note: row.address_note },
    status: row.status,
    hours: row.hours,
    zone: row.zone,
    preparationSeconds: row.preparation_seconds,
    minimumOrderMinor: Number(row.minimum_order_minor),
  };
}

function boundsOf(zone: readonly LatLng[]): { south: number; west: number; north: number; east: number } {
  const lats = zone.map((corner) => corner.lat);
  const lngs = zone.map((corner) => corner.lng);
  return {
    south: Math.min(...lats),
    west: Math.min(...lngs),
    north: Math.max(...lats),
    east: Math.max(...lngs),
  };
}
