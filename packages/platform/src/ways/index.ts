export { createWayRoutes } from './routes.ts';
