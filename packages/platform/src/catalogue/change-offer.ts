import { type MarketId, type OfferId, type Result, type StoreId, err, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { appendEvents } from '../events/index.ts';
import { selectStock } from '../inventory/index.ts';
import { mayChange, selectStores } from '../stores/index.ts';
import { lockOffer, selectOffers, updateOfferRow } from './catalogue-store.ts';
import type { CatalogueDeps, OfferChange, StockedOffer } from './create-catalogue.ts';
import { offerEvent } from './offer-event.ts';

/** Changes price or availability. A change to what is so already tells nothing. Errors: `not_found`. */
export async function changeOffer(
  { db, clock }: CatalogueDeps,
  marketId: MarketId,
  storeId: StoreId,
  offerId: OfferId,
  change: OfferChange,
  authority: Authority,
): Promise<Result<StockedOffer, ApiError>> {
  return db.transact<StockedOffer, ApiError>(async (tx) => {
    const store = (await selectStores(tx, marketId, [storeId])).get(storeId);
    if (store === undefined || !mayChange(authority, store)) return err({ code: 'not_found' });
    await lockOffer(tx, marketId, offerId);
    const before = (await selectOffers(tx, marketId, [offerId])).get(offerId);
    if (before?.storeId !== storeId) return err({ code: 'not_found' });
    const offer = {
      ...before,
      priceMinor: change.priceMinor ?? before.priceMinor,
      available: change.available ?? before.available,
    };
    if (offer.priceMinor !== before.priceMinor || offer.available !== before.available) {
      await updateOfferRow(tx, marketId, offer);
      appendEvents(tx, marketId, [offerEvent('OfferChanged', offer, clock.now(), authority.role)]);
    }
    const stock = await selectStock(tx, marketId, storeId, offer.countsStock ? [offer.articleId] : []);
    return ok({ offer, stock: stock.get(offer.articleId) });
  });
}
