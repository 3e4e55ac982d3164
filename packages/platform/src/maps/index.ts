export { type Maps, createMaps } from './create-maps.ts';
export { RoadTable } from './road-table.ts';
export { type RoadMatrix, type Roads, type Way } from './roads.ts';
export type { MarketMap } from './market-map.ts';
export { createMapRoutes } from './routes.ts';
