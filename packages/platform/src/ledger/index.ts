export {
  COMMISSION,
  COURIER_PAY,
  DELIVERY_FEES,
  REFUNDS,
  SERVICE_FEES,
  TAX_PAYABLE,
  TIPS_UNASSIGNED,
  clearing,
  courierPayable,
  merchantPayable,
  refundsDue,
  shopperReceivable,
} from './accounts.ts';
export {
  type AccountBalance,
  type PostedTransaction,
  selectBalances,
  selectImbalance,
  selectTransactions,
} from './ledger-store.ts';
export { postTransactions } from './post-transactions.ts';
export { createLedgerRoutes } from './routes.ts';
export {
  type AccountKind,
  type AccountName,
  type Posting,
  type TransactionDraft,
  balanced,
} from './transaction.ts';
