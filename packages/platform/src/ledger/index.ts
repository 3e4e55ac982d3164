export {
  COMMISSION,
  COURIER_PAY,
  DELIVERY_FEES,
  GOODWILL,
  LOSSES,
  PACKAGING_FEES,
  PROVIDER_FEES,
  REFUNDS,
  ROUNDING,
  SERVICE_FEES,
  SMALL_ORDER_FEES,
  TAX_PAYABLE,
  TIPS_UNASSIGNED,
  bank,
  clearing,
  courierFloat,
  courierPayable,
  disputesOpen,
  merchantPayable,
  payoutsInTransit,
  refundsDue,
  shopperReceivable,
  subsidies,
  taxPayable,
  voucherLiability,
  walletLiability,
} from './accounts.ts';
export { type ChartEntry, CHART, chartEntryOf } from './chart.ts';
export {
  type AccountBalance,
  type PostedTransaction,
  selectBalances,
  selectImbalance,
  selectTransactions,
} from './ledger-store.ts';
export { type PayablePosting, type PayablePostings, selectPayablePostings } from './payable-postings.ts';
export { postTransactions } from './post-transactions.ts';
export { createLedgerRoutes } from './routes.ts';
export {
  type AccountKind,
  type AccountName,
  type Posting,
  type TransactionDraft,
  balanced,
} from './transaction.ts';
