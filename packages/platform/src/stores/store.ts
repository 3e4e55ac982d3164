import type { Address, OpeningHours, Store, StoreKind } from '@halfhour/contract';
import {
  type EpochMs,
  type LatLng,
  type MarketId,
  type MerchantId,
  type StoreId,
  isInside,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { isWithinHours, nextWithinHours } from './opening-hours.ts';

export type StoreStatus = Store['status'];

export interface StoreRecord {
  readonly id: StoreId;
  readonly marketId: MarketId;
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly kind: StoreKind;
  readonly address: Address;
  /** What the merchant or operator has set; the hours come on top. */
  readonly status: StoreStatus;
  readonly hours: readonly OpeningHours[];
  /** Corners of the delivery zone. */
  readonly zone: readonly LatLng[];
  readonly preparationSeconds: number;
  readonly minimumOrderMinor: number;
}

/** Whether the store takes orders at `moment`: its status and its hours together. */
export function isOpenAt(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  moment: EpochMs,
  timeZone: string,
): boolean {
  return store.status === 'open' && isWithinHours(store.hours, moment, timeZone);
}

/**
 * The first moment from `moment` on at which the store is open, `moment` itself where it is open then.
 * Undefined where nobody can say: it is paused or closed, or has no hours.
 */
export function opensAt(
  store: Pick<StoreRecord, 'status' | 'hours'>,
  moment: EpochMs,
  timeZone: string,
): EpochMs | undefined {
  return store.status === 'open' ? nextWithinHours(store.hours, moment, timeZone) : undefined;
}

export function deliversTo(store: Pick<StoreRecord, 'zone'>, place: LatLng): boolean {
  return isInside(place, store.zone);
}

/** Whether the caller may change this store: its own where the scope is `own`, else any of the market. */
export function mayChange(
  authority: Authority | undefined,
  store: { readonly merchantId: MerchantId },
): boolean {
  if (authority === undefined) return false;
  return authority.scope !== 'own' || authority.merchantIds.includes(store.merchantId);
}

/** The store as the API shows it at `now`. */
export function toStore(record: StoreRecord, now: EpochMs, timeZone: string): Store {
  const openNow = isOpenAt(record, now, timeZone);
  const next = openNow ? undefined : opensAt(record, now, timeZone);
  return {
    id: record.id,
    merchantId: record.merchantId,
    name: record.name,
    kind: record.kind,
    address: record.address,
    status: record.status,
    openNow,
    ...(next === undefined ? {} : { opensAt: toRfc3339(next) }),
    hours: [...record.hours],
    zone: [...record.zone],
    preparationSeconds: record.preparationSeconds,
    minimumOrderMinor: record.minimumOrderMinor,
  };
}
