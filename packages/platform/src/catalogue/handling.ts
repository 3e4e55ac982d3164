import type { Handling } from '@halfhour/contract';
import {
  type ArticleId,
  type Clock,
  type MarketId,
  err,
  idFromKey,
  invariant,
  keyOf,
  ok,
} from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { type Database, type Queryable, keyArray } from '../postgres/index.ts';

/** What carrying these articles takes, of those of which it is known. */
export async function selectHandling(
  db: Queryable,
  marketId: MarketId,
  articleIds: readonly ArticleId[],
): Promise<Map<ArticleId, Handling>> {
  if (articleIds.length === 0) return new Map();
  const rows = await db.query<Omit<Handling, 'minimumAge'> & { article_id: string; minimum_age: number }>(
    `select article_id, grams, millilitres, keep, minimum_age from catalogue.handling
     where market_id = $1 and article_id = any($2::bigint[])`,
    [keyOf(marketId), keyArray(articleIds)],
  );
  return new Map(
    rows.map(({ article_id, minimum_age, grams, millilitres, keep }) => [
      idFromKey('art', article_id),
      { grams, millilitres, keep, minimumAge: minimum_age },
    ]),
  );
}

export interface HandlingDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
}

/** Routes for what carrying an article takes. */
export function createHandlingRoutes({
  db,
  clock,
  onCommit,
}: HandlingDeps): Handlers<'getArticleHandling' | 'setArticleHandling'> {
  return {
    async getArticleHandling({ params: { marketId, articleId } }) {
      if (!(await exists(db, marketId, articleId))) return err({ code: 'not_found' });
      const handling = (await selectHandling(db, marketId, [articleId])).get(articleId);
      return ok({ articleId, ...(handling === undefined ? {} : { handling }) });
    },

    async setArticleHandling({ params: { marketId, articleId }, body, authority }) {
      invariant(authority !== undefined, 'the route lets in nobody who is not signed in');
      if (!(await exists(db, marketId, articleId))) return err({ code: 'not_found' });
      const { grams, millilitres, keep, minimumAge } = body;
      await db.transaction(async (tx) => {
        await tx.query(
          `insert into catalogue.handling (market_id, article_id, grams, millilitres, keep, minimum_age)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (market_id, article_id) do update set grams = excluded.grams,
             millilitres = excluded.millilitres, keep = excluded.keep, minimum_age = excluded.minimum_age`,
          [keyOf(marketId), keyOf(articleId), grams, millilitres, keep, minimumAge],
        );
        appendEvents(tx, marketId, [
          {
            type: 'ArticleHandlingChanged',
            subject: articleId,
            at: clock.now(),
            by: authority.role,
            data: { articleId, ...body },
          },
        ]);
      });
      onCommit(marketId);
      return ok({ articleId, handling: body });
    },
  };
}

async function exists(db: Queryable, marketId: MarketId, articleId: ArticleId): Promise<boolean> {
  const rows = await db.query(`select 1 from catalogue.article where market_id = $1 and article_id = $2`, [
    keyOf(marketId),
    keyOf(articleId),
  ]);
  return rows.length > 0;
}
