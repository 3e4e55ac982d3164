export { type WalletDeps, type Wallets, createWallets } from './create-wallets.ts';
export { createWalletRoutes } from './routes.ts';
export type { Credit, Take, WalletRefusal, Want } from './wallet.ts';
export { readWallets } from './wallet-store.ts';
