import type { Names, OptionGroup, TaxClass } from '@halfhour/contract';
import {
  type ArticleId,
  type MarketId,
  type OfferId,
  type StoreId,
  idFromKey,
  keyOf,
} from '@halfhour/kernel';
import { type Queryable, type Tx, keyArray, rememberRows } from '../postgres/index.ts';
import type { ArticleDraft, OfferDraft, OfferRecord } from './offer.ts';

/**
 * Inserts articles, passing over those whose GTIN the market has already.
 * @returns for each draft the article that has its GTIN, else its own id
 */
export async function insertArticles(
  tx: Tx,
  marketId: MarketId,
  drafts: readonly ArticleDraft[],
): Promise<ArticleId[]> {
  if (drafts.length === 0) return [];
  await tx.query(
    `insert into catalogue.article (market_id, article_id, names, description, category, gtin, tax_class)
     select $1, article_id, names, description, category, gtin, tax_class
     from unnest($2::bigint[], $3::jsonb[], $4::jsonb[], $5::text[], $6::text[], $7::text[])
       as draft (article_id, names, description, category, gtin, tax_class)
     order by gtin
     on conflict (market_id, gtin) where gtin is not null do nothing`,
    [
      keyOf(marketId),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => JSON.stringify(draft.names)),
      drafts.map((draft) => (draft.description === undefined ? null : JSON.stringify(draft.description))),
      drafts.map((draft) => draft.category),
      drafts.map((draft) => draft.gtin ?? null),
      drafts.map((draft) => draft.taxClass),
    ],
  );
  const gtins = drafts.flatMap((draft) => (draft.gtin === undefined ? [] : [draft.gtin]));
  if (gtins.length === 0) return drafts.map((draft) => draft.id);
  const rows = await tx.query<{ gtin: string; article_id: string }>(
    `select gtin, article_id from catalogue.article where market_id = $1 and gtin = any($2::text[])`,
    [keyOf(marketId), gtins],
  );
  const byGtin = new Map(rows.map((row) => [row.gtin, idFromKey('art', row.article_id)]));
  return drafts.map((draft) => byGtin.get(draft.gtin ?? '') ?? draft.id);
}

/**
 * Inserts offers; those whose article the store offers already are passed over.
 * @returns for each draft whether it was inserted
 */
export async function insertOffers(
  tx: Tx,
  marketId: MarketId,
  drafts: readonly OfferDraft[],
): Promise<boolean[]> {
  if (drafts.length === 0) return [];
  const rows = await tx.query<{ offer_id: string }>(
    `insert into catalogue.offer (market_id, offer_id, store_id, article_id, price_minor, available, counts_stock,
       option_groups)
     select $1, offer_id, store_id, article_id, price_minor, available, counts_stock, option_groups
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bool[], $7::bool[], $8::jsonb[])
       as draft (offer_id, store_id, article_id, price_minor, available, counts_stock, option_groups)
     order by store_id, article_id
     on conflict (market_id, store_id, article_id) do nothing
     returning offer_id`,
    [
      keyOf(marketId),
      drafts.map((draft) => keyOf(draft.id)),
      drafts.map((draft) => keyOf(draft.storeId)),
      drafts.map((draft) => keyOf(draft.articleId)),
      drafts.map((draft) => draft.priceMinor),
      drafts.map((draft) => draft.available),
      drafts.map((draft) => draft.countsStock),
      drafts.map((draft) => JSON.stringify(draft.optionGroups)),
    ],
  );
  const inserted = new Set(rows.map((row) => idFromKey('off', row.offer_id)));
  return drafts.map((draft) => inserted.has(draft.id));
}

interface OfferRow {
  readonly offer_id: string;
  readonly store_id: string;
  readonly article_id: string;
  readonly price_minor: string;
  readonly available: boolean;
  readonly counts_stock: boolean;
  readonly option_groups: OptionGroup[];
  readonly names: Names;
  readonly description: Names | null;
  readonly category: string;
  readonly gtin: string | null;
  readonly tax_class: TaxClass;
}

const COLUMNS = `offer.offer_id, offer.store_id, offer.article_id, offer.price_minor, offer.available,
  offer.counts_stock, offer.option_groups, article.names, article.description, article.category, article.gtin,
  article.tax_class`;

/** The offers that exist of some ids as they are in a transaction, from memory where they are unchanged. */
export const readOffers = rememberRows<OfferId, OfferRecord>({
  // About 0.7 KB each.
  max: 100_000,
  async versions(tx, marketId, offerIds) {
    const rows = await tx.query<{ n: number; version: string }>(
      `select wanted.n::int, offer.xmin || '.' || article.xmin as version
       from unnest($2::bigint[]) with ordinality as wanted (offer_id, n)
       cross join lateral (
         select xmin, article_id from catalogue.offer where market_id = $1 and offer_id = wanted.offer_id limit 1
       ) as offer
       cross join lateral (
         select xmin from catalogue.article where market_id = $1 and article_id = offer.article_id limit 1
       ) as article`,
      [keyOf(marketId), keyArray(offerIds)],
    );
    return new Map(rows.map(({ n, version }) => [offerIds[n - 1]!, version]));
  },
  rows: selectOffers,
});

/** The offers that exist of `offerIds`, by id, each with its article. Plan: two primary-key lookups an offer. */
export async function selectOffers(
  db: Queryable,
  marketId: MarketId,
  offerIds: readonly OfferId[],
): Promise<Map<OfferId, OfferRecord>> {
  if (offerIds.length === 0) return new Map();
  const rows = await db.query<OfferRow>(
    // One by one by their keys, whatever the planner believes of the market's share (see ordering/order-store.ts).
    `select ${COLUMNS}
     from unnest($2::bigint[]) as wanted (offer_id)
     cross join lateral (
       select * from catalogue.offer where market_id = $1 and offer_id = wanted.offer_id limit 1
     ) as offer
     cross join lateral (
       select * from catalogue.article where market_id = $1 and article_id = offer.article_id limit 1
     ) as article`,
    [keyOf(marketId), offerIds.map(keyOf)],
  );
  return new Map(rows.map((row) => toRecord(marketId, row)).map((offer) => [offer.id, offer]));
}

/** Offers of a store in id order after `after`; only of `articleId` where it is given. */
export async function selectOfferPage(
  db: Queryable,
  marketId: MarketId,
  storeId: StoreId,
  filter: {
    readonly after?: OfferId | undefined;
    readonly articleId?: ArticleId | undefined;
    readonly limit: number;
  },
): Promise<OfferRecord[]> {
  const rows = await db.query<OfferRow>(
    `select ${COLUMNS}
     from catalogue.offer
     join catalogue.article on article.market_id = $1 and article.article_id = offer.article_id
     where offer.market_id = $1 and offer.store_id = $2
       and ($3::bigint is null or offer.offer_id > $3)
       and ($4::bigint is null or offer.article_id = $4)
     order by offer.offer_id
     limit $5`,
    [
      keyOf(marketId),
      keyOf(storeId),
      filter.after === undefined ? null : keyOf(filter.after),
      filter.articleId === undefined ? null : keyOf(filter.articleId),
      filter.limit,
    ],
  );
  return rows.map((row) => toRecord(marketId, row));
}

/** Writes price, availability and whether stock is counted of an offer that exists. */
export async function updateOfferRow(
  tx: Tx,
  marketId: MarketId,
  offer: Pick<OfferRecord, 'id' | 'priceMinor' | 'available' | 'countsStock'>,
): Promise<void> {
  await tx.query(
    `update catalogue.offer set price_minor = $3, available = $4, counts_stock = $5
     where market_id = $1 and offer_id = $2`,
    [keyOf(marketId), keyOf(offer.id), offer.priceMinor, offer.available, offer.countsStock],
  );
}

/** Holds an offer until the transaction ends, so that two changes of it follow each other. */
export async function lockOffer(tx: Tx, marketId: MarketId, offerId: OfferId): Promise<void> {
  await tx.query(`select 1 from catalogue.offer where market_id = $1 and offer_id = $2 for update`, [
    keyOf(marketId),
    keyOf(offerId),
  ]);
}

function toRecord(marketId: MarketId, row: OfferRow): OfferRecord {
  return {
    id: idFromKey('off', row.offer_id),
    marketId,
    storeId: idFromKey('sto', row.store_id),
    articleId: idFromKey('art', row.article_id),
    names: row.names,
    ...(row.description === null ? {} : { description: row.description }),
    category: row.category,
    ...(row.gtin === null ? {} : { gtin: row.gtin }),
    taxClass: row.tax_class,
    priceMinor: Number(row.price_minor),
    available: row.available,
    countsStock: row.counts_stock,
    optionGroups: row.option_groups,
  };
}
