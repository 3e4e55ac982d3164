import type { BodyOf, RouteOf } from '@halfhour/contract';
import type { ArticleId, Clock, IdSource, MarketId, OfferId, Result, StoreId } from '@halfhour/kernel';
import type { ApiError, Authority, CommandKey } from '../api/index.ts';
import type { StockLevel } from '../inventory/index.ts';
import type { Database } from '../postgres/index.ts';
import { changeOffer } from './change-offer.ts';
import { createOffer } from './create-offer.ts';
import type { OfferRecord } from './offer.ts';
import { setStock } from './set-stock.ts';

export interface CatalogueDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export type NewOffer = BodyOf<RouteOf<'createOffer'>>;
export type OfferChange = BodyOf<RouteOf<'updateOffer'>>;

/** An offer with its stock, where the store counts it. */
export interface StockedOffer {
  readonly offer: OfferRecord;
  readonly stock: StockLevel | undefined;
}

/** The use cases of this module. Each checks that the store is one that `authority` may change. */
export interface Catalogue {
  createOffer(
    marketId: MarketId,
    storeId: StoreId,
    draft: NewOffer,
    authority: Authority,
    command?: CommandKey,
  ): Promise<Result<StockedOffer, ApiError>>;
  changeOffer(
    marketId: MarketId,
    storeId: StoreId,
    offerId: OfferId,
    change: OfferChange,
    authority: Authority,
  ): Promise<Result<StockedOffer, ApiError>>;
  setStock(
    marketId: MarketId,
    storeId: StoreId,
    articleId: ArticleId,
    onHand: number,
    authority: Authority,
  ): Promise<Result<StockLevel, ApiError>>;
}

export function createCatalogue(deps: CatalogueDeps): Catalogue {
  return {
    createOffer: (marketId, storeId, draft, authority, command) =>
      createOffer(deps, marketId, storeId, draft, authority, command),
    changeOffer: (marketId, storeId, offerId, change, authority) =>
      changeOffer(deps, marketId, storeId, offerId, change, authority),
    setStock: (marketId, storeId, articleId, onHand, authority) =>
      setStock(deps, marketId, storeId, articleId, onHand, authority),
  };
}
