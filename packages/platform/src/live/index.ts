export { type Live, type LiveDeps, createLive } from './create-live.ts';
export { lateness } from './lateness.ts';
export { createLiveRoutes } from './routes.ts';
