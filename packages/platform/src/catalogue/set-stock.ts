import { type ArticleId, type MarketId, type Result, type StoreId, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { type StockLevel, selectStock, setOnHand } from '../inventory/index.ts';
import { mayChange, selectStores } from '../stores/index.ts';
import { selectOfferPage, updateOfferRow } from './catalogue-store.ts';
import type { CatalogueDeps } from './create-catalogue.ts';
import { offerEvent } from './offer-event.ts';

/**
 * Sets what was counted of an article that the store offers; a store that did not count it counts it from now on.
 * Errors: `not_found`; `wrong_state` with `reserved` where less was counted than orders on their way have reserved.
 */
export async function setStock(
  { db, clock }: CatalogueDeps,
  marketId: MarketId,
  storeId: StoreId,
  articleId: ArticleId,
  onHand: number,
  authority: Authority,
): Promise<Result<StockLevel, ApiError>> {
  return db.transact<StockLevel, ApiError>(async (tx) => {
    const store = (await selectStores(tx, marketId, [storeId])).get(storeId);
    if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
    const [offer] = await selectOfferPage(tx, marketId, storeId, { articleId, limit: 1 });
    if (offer === undefined) return err({ code: 'not_found' });
    const at = clock.now();
    const [accepted] = await setOnHand(tx, marketId, at, [{ storeId, articleId, onHand }]);
    const level = (await selectStock(tx, marketId, storeId, [articleId])).get(articleId);
    const reserved = level?.reserved ?? 0;
    if (!accepted) {
      return err({
        code: 'wrong_state',
        detail: `${reserved} are reserved for orders on their way; cancel some of them or count again.`,
        reserved,
      });
    }
    if (!offer.countsStock) {
      const counted = { ...offer, countsStock: true };
      await updateOfferRow(tx, marketId, counted);
      appendEvents(tx, marketId, [offerEvent('OfferChanged', counted, at, authority.role)]);
    }
    return ok({ onHand, reserved });
  });
}
