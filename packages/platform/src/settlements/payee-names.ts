import type { CourierId, MarketId, MerchantId } from '@halfhour/kernel';
import { selectCouriers } from '../couriers/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectMerchants } from '../stores/index.ts';
import { type PayeeId, payeeKind } from './payee.ts';

/** What payees are called; without those that the market does not have. */
export async function readPayeeNames(
  db: Queryable,
  marketId: MarketId,
  payees: readonly PayeeId[],
): Promise<ReadonlyMap<PayeeId, string>> {
  const of = <Id extends PayeeId>(kind: 'mer' | 'cou') =>
    [...new Set(payees)].filter((payee): payee is Id => payeeKind(payee) === kind);
  const [merchantIds, courierIds] = [of<MerchantId>('mer'), of<CourierId>('cou')];
  const merchants =
    merchantIds.length === 0 ? [] : (await selectMerchants(db, marketId, merchantIds)).values();
  const couriers = courierIds.length === 0 ? [] : await selectCouriers(db, marketId, courierIds);
  return new Map([...merchants, ...couriers].map(({ id, name }) => [id, name]));
}
