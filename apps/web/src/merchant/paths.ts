/** Where the pages of a store are. */
export function storePaths(slug: string, storeId: string) {
  const base = `/merchant/${slug}/${storeId}`;
  return {
    base,
    orders: `${base}/orders`,
    order: (id: string) => `${base}/orders?order=${id}`,
    catalogue: `${base}/catalogue`,
    importing: `${base}/catalogue/import`,
    money: `${base}/money`,
    payouts: `${base}/money/payouts`,
    payout: (id: string) => `${base}/money/payouts/${id}`,
    invoices: `${base}/money/invoices`,
  };
}
