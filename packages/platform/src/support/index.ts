export { type SupportDeps, expireCompensations } from './create-support.ts';
export { createSupportRoutes } from './routes.ts';
