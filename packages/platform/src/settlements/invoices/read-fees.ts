import type { MerchantFee } from '@halfhour/engines/pricing';
import type { EpochMs, MarketId, SettlementId } from '@halfhour/kernel';
import { type OrderRecord, merchantFeesOf, selectOrders } from '../../ordering/index.ts';
import type { Tx } from '../../postgres/index.ts';
import { type FeeEntry, type FeePlace, selectFeeEntries } from './invoice-store.ts';

/** Entries that are read at once, each with its order. */
const PAGE = 2_000;

export interface SettlementFees {
  readonly from: EpochMs;
  readonly fees: readonly MerchantFee[];
}

/**
 * What merchants paid the platform in the lines of settlements, and got back. The ledger has commission without its tax,
 * which it books by authority together with everyone's; so the charges of the order say it, posting by posting.
 */
export async function readFees(
  tx: Tx,
  marketId: MarketId,
  settlementIds: readonly SettlementId[],
): Promise<Map<SettlementId, SettlementFees>> {
  const sums = new Map<SettlementId, { from: EpochMs; fees: MerchantFee[] }>();
  let after: FeePlace | undefined;
  for (;;) {
    const page = await selectFeeEntries(tx, marketId, settlementIds, after, PAGE);
    const orderIds = page.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId]));
    const orders = await selectOrders(tx, marketId, [...new Set(orderIds)]);
    for (const entry of page) {
      const sum = sums.get(entry.settlementId) ?? { from: entry.postedAt, fees: [] };
      sums.set(entry.settlementId, sum);
      if (entry.postedAt < sum.from) sum.from = entry.postedAt;
      const order = entry.orderId === undefined ? undefined : orders.get(entry.orderId);
      sum.fees.push(...feesOf(entry, order));
    }
    after = page.at(-1);
    if (page.length < PAGE) return sums;
  }
}

/**
 * The fees of one entry. Where its order does not say what was posted, as for a correction by hand, the commission that
 * was posted counts, without tax: a tax that nobody charged is on no invoice.
 */
function feesOf(
  { kind, commissionMinor }: Pick<FeeEntry, 'kind' | 'commissionMinor'>,
  order: Pick<OrderRecord, 'charges' | 'refunds'> | undefined,
): MerchantFee[] {
  const fees = order === undefined ? undefined : merchantFeesOf(order, kind);
  const saidMinor = (fees ?? []).reduce(
    (sum, fee) => sum + (fee.kind === 'commission' ? fee.netMinor : 0),
    0,
  );
  if (fees !== undefined && saidMinor === commissionMinor) return fees;
  if (commissionMinor === 0) return [];
  return [{ kind: 'commission', tax: undefined, netMinor: commissionMinor, taxMinor: 0 }];
}
