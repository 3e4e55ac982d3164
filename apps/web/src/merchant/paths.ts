/** Where the pages of a store are. */
export function storePaths(slug: string, storeId: string) {
  const base = `/merchant/${slug}/${storeId}`;
  return {
    base,
    orders: `${base}/orders`,
    order: (id: string) => `${base}/orders?order=${id}`,
    catalogue: `${base}/catalogue`,
    importing: `${base}/catalogue/import`,
    store: `${base}/store`,
    money: `${base}/money`,
    day: (day: string) => `${base}/money/days/${day}`,
    payouts: `${base}/money/payouts`,
    payout: (id: string) => `${base}/money/payouts/${id}`,
    invoices: `${base}/money/invoices`,
    invoice: (id: string) => `${base}/money/invoices/${id}`,
  };
}
