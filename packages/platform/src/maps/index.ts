export { type Maps, createMaps } from './create-maps.ts';
export type { MarketMap } from './market-map.ts';
export { createMapRoutes } from './routes.ts';
