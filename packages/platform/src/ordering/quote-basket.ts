import type { Basket, Quote, SlotPlan } from '@halfhour/contract';
import {
  type EpochMs,
  type LatLng,
  type MarketId,
  type OfferId,
  type Result,
  SECOND_MS,
  addMs,
  err,
  fromRfc3339,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import { type PlannedSlot, findSlot } from '../slots/index.ts';
import { type StoreRecord, deliversTo, isOpenAt, opensAt } from '../stores/index.ts';
import { type PricedBasket, type SellableOffer, priceBasket } from './price-basket.ts';

/** How far and how long from a store to a door; the streets of the market answer it. */
export type EstimateTrip = (
  marketId: MarketId,
  from: LatLng,
  to: LatLng,
) => { readonly metres: number; readonly seconds: number };

export interface QuotedBasket extends PricedBasket {
  readonly store: StoreRecord;
  readonly promise: { readonly earliest: EpochMs; readonly latest: EpochMs };
  /** Of a scheduled order: its slot, and when the store is to begin. Whether a place is left is not looked at. */
  readonly scheduled?: { readonly slot: PlannedSlot; readonly prepareAt: EpochMs };
}

/** Time for the store to see an order, and for a courier to be found and to hand over. */
const ACCEPTANCE_SECONDS = 60;
const COURIER_SECONDS = 240;

/**
 * Checks a basket against the store and the market as they are at `now`, prices it and promises a window.
 * Pure: placing an order and showing a quote can never disagree.
 *
 * @param plan the slots of the store, for a basket that names one
 */
export function quoteBasket(
  basket: Basket,
  store: StoreRecord | undefined,
  offers: ReadonlyMap<OfferId, SellableOffer>,
  market: MarketRecord,
  estimate: EstimateTrip,
  now: EpochMs,
  plan?: SlotPlan,
): Result<QuotedBasket, ApiError> {
  if (store === undefined)
    return err({ code: 'not_found', detail: 'There is no such store in this market.' });
  const start = slotOf(basket);
  const slot = start === undefined ? undefined : findSlot(store, plan, start, now, market.timeZone);
  if (basket.slot !== undefined && store.status === 'open' && slot === undefined) {
    return err({ code: 'slot_closed', detail: `${store.name} takes no orders for ${basket.slot}.` });
  }
  if (slot === undefined && !isOpenAt(store, now, market.timeZone)) {
    const opens = opensAt(store, now, market.timeZone);
    return err({
      code: 'store_closed',
      detail: `${store.name} takes no orders now.`,
      ...(opens === undefined ? {} : { opensAt: toRfc3339(opens) }),
    });
  }
  if (!deliversTo(store, basket.address)) {
    return err({
      code: 'outside_zone',
      detail: `${store.name} does not deliver to ${basket.address.label}.`,
    });
  }
  const trip = estimate(market.id, store.address, basket.address);
  const priced = priceBasket(basket, offers, trip.metres, { ...market.policy, currency: market.currency });
  if (!priced.ok) return priced;
  if (priced.value.amounts.itemsMinor < store.minimumOrderMinor) {
    return err({
      code: 'below_minimum',
      minimumMinor: store.minimumOrderMinor,
      itemsMinor: priced.value.amounts.itemsMinor,
    });
  }
  const seconds = ACCEPTANCE_SECONDS + Math.max(store.preparationSeconds, COURIER_SECONDS) + trip.seconds;
  const earliest = addMs(now, seconds * SECOND_MS);
  if (slot !== undefined) {
    if (earliest > slot.end) {
      return err({ code: 'slot_closed', detail: 'It can no longer be at the door before this slot ends.' });
    }
    const prepareAt = addMs(now, Math.max(0, slot.start - earliest));
    const promise = { earliest: slot.start, latest: slot.end };
    return ok({ ...priced.value, store, promise, scheduled: { slot, prepareAt } });
  }
  const latest = addMs(earliest, market.policy.promiseWindowSeconds * SECOND_MS);
  return ok({ ...priced.value, store, promise: { earliest, latest } });
}

/** The start of the slot that a basket names; undefined where it names none. */
export function slotOf(basket: Basket): EpochMs | undefined {
  return basket.slot === undefined ? undefined : fromRfc3339(basket.slot);
}

export function toQuote(quoted: QuotedBasket): Quote {
  return {
    ...quoted.amounts,
    storeId: quoted.store.id,
    lines: quoted.lines,
    promise: { earliest: toRfc3339(quoted.promise.earliest), latest: toRfc3339(quoted.promise.latest) },
  };
}
