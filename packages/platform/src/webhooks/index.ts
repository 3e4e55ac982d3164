export { type WebhookDeps, type Webhooks, createWebhooks } from './create-webhooks.ts';
export { createWebhookRoutes } from './routes.ts';
