import type { Payee } from '@halfhour/contract';
import { type CourierId, type MerchantId, idFromKey } from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';

export type PayeeId = MerchantId | CourierId;
export type PayeeKind = 'mer' | 'cou';
export type Payees = 'merchants' | 'couriers';

export function payeeKind(payee: PayeeId): PayeeKind {
  return payee.startsWith('mer_') ? 'mer' : 'cou';
}

export function kindOf(payees: Payees): PayeeKind {
  return payees === 'merchants' ? 'mer' : 'cou';
}

export function payeeFromKey(kind: PayeeKind, key: string): PayeeId {
  return kind === 'mer' ? idFromKey('mer', key) : idFromKey('cou', key);
}

/** As the API names a payee. */
export function toPayee(payee: PayeeId): Payee {
  return payeeKind(payee) === 'mer' ? { merchantId: payee as MerchantId } : { courierId: payee as CourierId };
}

/** Whether the caller may see what this payee is owed: itself where the scope is `own`, else any of the market. */
export function mayRead(authority: Authority | undefined, payee: PayeeId): boolean {
  if (authority === undefined) return false;
  const own: readonly PayeeId[] = [...authority.merchantIds, ...authority.courierIds];
  return authority.scope !== 'own' || own.includes(payee);
}
