import { type MarketId, type OfferId, type StoreId, idFromKey, keyOf } from '@halfhour/kernel';
import type { Queryable } from '../postgres/index.ts';

/** Articles that are looked at further; beyond that the best ones are there already. */
const MAX_ARTICLES = 300;
/** Of one store, so that a search shows several. */
const MOST_OF_A_STORE = 3;

/**
 * Offers of some stores whose article is called like what was typed, the likest first: its words with a wrong letter here
 * and there, or a part of its name. What is not on sale is left out; whether there is stock is the caller's to look up.
 *
 * Plan: the trigram index for the articles, then the offers of those articles by their unique key.
 */
export async function searchOfferIds(
  db: Queryable,
  marketId: MarketId,
  typed: string,
  storeIds: readonly StoreId[],
  limit: number,
): Promise<OfferId[]> {
  const rows = await db.query<{ offer_id: string }>(
    `with wanted as (select catalogue.plain($2) as words),
     found as (
       select article_id,
         greatest(word_similarity(wanted.words, catalogue.searched(names)),
           case when catalogue.searched(names) like $3 then 1 else 0 end) as likeness
       from catalogue.article, wanted
       where market_id = $1 and (wanted.words <% catalogue.searched(names) or catalogue.searched(names) like $3)
       order by likeness desc, article_id
       limit ${MAX_ARTICLES}
     ),
     offered as (
       select offer_id, likeness,
         row_number() over (partition by store_id order by likeness desc, offer_id) as place
       from found
       join catalogue.offer on offer.market_id = $1 and offer.article_id = found.article_id
         and offer.store_id = any($4::bigint[])
       where available
     )
     select offer_id from offered where place <= ${MOST_OF_A_STORE}
     order by likeness desc, place, offer_id
     limit $5`,
    [keyOf(marketId), typed, `%${plainPart(typed)}%`, storeIds.map(keyOf), limit],
  );
  return rows.map((row) => idFromKey('off', row.offer_id));
}

/** As `catalogue.plain` makes it, for a pattern in which every letter is itself. */
function plainPart(typed: string): string {
  return typed
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\\%_]/g, String.raw`\$&`);
}
