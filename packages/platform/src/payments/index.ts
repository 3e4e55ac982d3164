export { askProvider, providerOf, requestOf } from './ask-provider.ts';
export { CASH, createCashProvider } from './cash-provider.ts';
export { createCashRoutes } from './cash-routes.ts';
export { selectCashPolicy } from './cash-store.ts';
export { watchFloats } from './courier-float.ts';
export { selectDisputed, takeDispute } from './dispute.ts';
export { selectOverdue } from './overdue.ts';
export { recheckDifferences } from './recheck-exception.ts';
export { type ReconcileDeps, reconcile } from './reconcile.ts';
export { createPaymentRoutes } from './routes.ts';
export {
  type PaymentDraft,
  type PaymentRecord,
  challengePayment,
  insertPayments,
  insertRefunds,
  type PaymentMove,
  movePayments,
  paymentIdOf,
  orderIdOf,
  selectExpired,
  selectPayment,
  selectRefunded,
  takeLateApproval,
} from './payment-store.ts';
export type { PaymentState } from './payment-machine.ts';
export type {
  NotificationRequest,
  PaymentAnswer,
  PaymentNotification,
  PaymentProvider,
  PaymentRequest,
  ProviderPayout,
} from './provider.ts';
export { createWalletProvider } from './wallet-provider.ts';
export { createStripeProvider } from './stripe-provider.ts';
export { type SettleDeps, settleDue } from './settle-due.ts';
export { reconcilePayouts } from './reconcile-payouts.ts';
export { type TestBooks, createMemoryBooks, createPostgresBooks } from './test-books.ts';
export { LATE_MS, createTestProvider } from './test-provider.ts';
