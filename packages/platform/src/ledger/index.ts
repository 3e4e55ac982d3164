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
export { selectCommissions } from './commissions.ts';
export { type ChartEntry, CHART, chartEntryOf } from './chart.ts';
export {
  type AccountBalance,
  type PostedTransaction,
  selectBalance,
  selectBalances,
  selectImbalance,
  selectTransactions,
} from './ledger-store.ts';
export {
  type BalanceAt,
  type StatementEntry,
  selectBalanceAt,
  selectBalancesAt,
  selectEntries,
} from './moment-store.ts';
export { type PayablePosting, type PayablePostings, selectPayablePostings } from './payable-postings.ts';
export { postTransactions } from './post-transactions.ts';
export { rollUp } from './roll-up.ts';
export { createLedgerRoutes, toTransaction } from './routes.ts';
export {
  type AccountKind,
  type AccountName,
  type Posting,
  type TransactionDraft,
  balanced,
} from './transaction.ts';
export { type TrialBalance, trialBalance } from './trial-balance.ts';
