export { askProvider, providerOf, requestOf } from './ask-provider.ts';
export {
  type PaymentDraft,
  type PaymentRecord,
  type PaymentState,
  insertPayments,
  insertRefunds,
  type PaymentMove,
  movePayments,
  paymentIdOf,
  orderIdOf,
  selectExpired,
  selectPayment,
} from './payment-store.ts';
export type { PaymentAnswer, PaymentNotification, PaymentProvider, PaymentRequest } from './provider.ts';
export { type SettleDeps, settleDue } from './settle-due.ts';
export { LATE_MS, createTestProvider } from './test-provider.ts';
