export { type SandboxDeps, createSandboxRoutes } from './routes.ts';
