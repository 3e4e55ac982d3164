/** Where the finance pages of a market are. */
export function financePaths(slug: string) {
  const base = `/ops/${slug}/finance`;
  return {
    ledger: `${base}/ledger`,
    transactions: `${base}/ledger/transactions`,
    trialBalance: `${base}/ledger/trial-balance`,
    account: (code: string) => `${base}/ledger/accounts/${encodeURIComponent(code)}`,
    reconciliation: `${base}/reconciliation`,
    resolvedExceptions: `${base}/reconciliation/resolved`,
    attention: `${base}/reconciliation/attention`,
    exception: (id: string) => `${base}/reconciliation?show=${id}`,
    settlements: `${base}/settlements`,
    run: (id: string) => `${base}/settlements/${id}`,
    settlement: (runId: string, id: string) => `${base}/settlements/${runId}/${id}`,
    invoices: `${base}/invoices`,
    periods: `${base}/periods`,
    tariffs: `${base}/tariffs`,
    newTariff: `${base}/tariffs/new`,
    order: (id: string) => `${base}/ledger/orders/${id}`,
  };
}
