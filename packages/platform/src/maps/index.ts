export { type Maps, createMaps } from './create-maps.ts';
export { type MarketMap, createMarketMap } from './market-map.ts';
export { createMapRoutes } from './routes.ts';
