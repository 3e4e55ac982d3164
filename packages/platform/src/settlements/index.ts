export { type Settlements, createSettlements } from './create-settlements.ts';
export { createEmbeddedPayoutProvider } from './payouts/embedded-provider.ts';
export { createSettlementRoutes } from './routes.ts';
