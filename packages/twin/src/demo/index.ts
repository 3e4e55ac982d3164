export { buildDemoMarket, type DemoMarketOptions } from './build-demo-market.ts';
export type {
  DemoCourier,
  DemoMarket,
  DemoMerchant,
  DemoOffer,
  DemoShift,
  DemoShopper,
  DemoStore,
  StoreFormatName,
} from './demo-market.ts';
export { DEFAULT_ORDERS_PER_DAY, ordersPerMinute, type DemandKind } from './demand.ts';
export { gtinCheckDigit, isValidGtin } from './gtin.ts';
export type { ActorRef, DemoCast } from './actors/cast.ts';
export { playDay } from './actors/play-day.ts';
export type { PlayDayOptions } from './actors/stage.ts';
