export { insertArticles, insertOffers, readOffers, selectOffers } from './catalogue-store.ts';
export {
  type Catalogue,
  type NewOffer,
  type OfferChange,
  type StockedOffer,
  createCatalogue,
} from './create-catalogue.ts';
export { type ArticleDraft, type OfferDraft, type OfferRecord, checkOptionGroups, toOffer } from './offer.ts';
export { createHandlingRoutes, selectHandling } from './handling.ts';
export { createCatalogueRoutes } from './routes.ts';
