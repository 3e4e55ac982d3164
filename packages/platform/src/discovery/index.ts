export { type DiscoveryDeps, createDiscoveryRoutes } from './routes.ts';
