import { type Result, err, ok, parseId } from '@halfhour/kernel';
import type { Offer } from '@halfhour/contract';
import type { ApiError, Handlers } from '../api/index.ts';
import { type StockLevel, selectStock } from '../inventory/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { listStores, selectStores } from '../stores/index.ts';
import { selectOfferPage, selectOffers } from './catalogue-store.ts';
import type { Catalogue, StockedOffer } from './create-catalogue.ts';
import { type OfferRecord, toOffer } from './offer.ts';
import { searchOfferIds } from './search-offers.ts';

/** As many stores as a shop shows of one door. */
const MAX_STORES = 500;

export function createCatalogueRoutes({
  db,
  catalogue,
}: {
  readonly db: Queryable;
  readonly catalogue: Catalogue;
}): Handlers<'listOffers' | 'searchOffers' | 'createOffer' | 'updateOffer' | 'setStock'> {
  return {
    async listOffers({ params: { marketId, storeId }, query }) {
      const after = query.cursor === undefined ? undefined : parseId('off', query.cursor);
      if (query.cursor !== undefined && after === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const found = await selectOfferPage(db, marketId, storeId, { after, limit: query.limit + 1 });
      if (found.length === 0 && !(await selectStores(db, marketId, [storeId])).has(storeId)) {
        return err({ code: 'not_found' });
      }
      const offers = found.slice(0, query.limit);
      const counted = offers.filter((offer) => offer.countsStock).map((offer) => offer.articleId);
      const stock = counted.length === 0 ? new Map() : await selectStock(db, marketId, storeId, counted);
      return ok({
        items: offers.map((offer) => show(offer, stock.get(offer.articleId))),
        ...(found.length > query.limit ? { next: offers.at(-1)!.id } : {}),
      });
    },

    async searchOffers({ params: { marketId }, query: { query, lat, lng, limit } }) {
      const { stores } = await listStores(db, marketId, { near: { lat, lng }, limit: MAX_STORES });
      const names = new Map(stores.map(({ id, name }) => [id, name]));
      const offerIds = await searchOfferIds(db, marketId, query, [...names.keys()], limit);
      const offers = await selectOffers(db, marketId, offerIds);
      const found = offerIds.flatMap((id) => offers.get(id) ?? []);
      const stock = new Map(
        await Promise.all(
          [...Map.groupBy(found, ({ storeId }) => storeId)].map(
            async ([storeId, some]) =>
              [
                storeId,
                await selectStock(
                  db,
                  marketId,
                  storeId,
                  some.map(({ articleId }) => articleId),
                ),
              ] as const,
          ),
        ),
      );
      return ok({
        items: found.map((offer) => ({
          storeName: names.get(offer.storeId)!,
          offer: show(offer, stock.get(offer.storeId)?.get(offer.articleId)),
        })),
      });
    },

    async createOffer({ params: { marketId, storeId }, body, authority, command }) {
      if (authority === undefined) return err({ code: 'not_found' });
      return shown(await catalogue.createOffer(marketId, storeId, body, authority, command));
    },

    async updateOffer({ params: { marketId, storeId, offerId }, body, authority }) {
      if (authority === undefined) return err({ code: 'not_found' });
      return shown(await catalogue.changeOffer(marketId, storeId, offerId, body, authority));
    },

    async setStock({ params: { marketId, storeId, articleId }, body, authority }) {
      if (authority === undefined) return err({ code: 'not_found' });
      const outcome = await catalogue.setStock(marketId, storeId, articleId, body.onHand, authority);
      return outcome.ok ? ok({ articleId, ...outcome.value }) : outcome;
    },
  };
}

function show(offer: OfferRecord, stock: StockLevel | undefined): Offer {
  return toOffer(offer, offer.countsStock ? (stock?.onHand ?? 0) - (stock?.reserved ?? 0) : undefined);
}

function shown(outcome: Result<StockedOffer, ApiError>): Result<Offer, ApiError> {
  return outcome.ok ? ok(show(outcome.value.offer, outcome.value.stock)) : outcome;
}
