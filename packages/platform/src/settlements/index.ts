export { type Settlements, createSettlements } from './create-settlements.ts';
export { upsertBankAccounts } from './payouts/bank-account-store.ts';
export { createEmbeddedPayoutProvider } from './payouts/embedded-provider.ts';
export { createSettlementRoutes } from './routes.ts';
