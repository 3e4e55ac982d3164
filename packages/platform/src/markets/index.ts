export { type Markets, createMarkets } from './create-markets.ts';
export { type CourierTerms, parseCourierTerms } from './courier-terms.ts';
export { exampleMarket } from './example-market.ts';
export { type MarketDraft, type MarketPolicy, type MarketRecord, parsePolicy, toMarket } from './market.ts';
export { insertMarket, selectMarkets, selectMoved } from './market-store.ts';
export { createMarketRoutes } from './routes.ts';
