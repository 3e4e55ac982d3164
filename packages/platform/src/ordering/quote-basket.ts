import type { Basket, Quote, SlotPlan } from '@halfhour/contract';
import { AS_USUAL } from '@halfhour/engines/shortage';
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
import { chargesFor } from './show-charges.ts';
import { type PricedBasket, type SellableOffer, priceBasket } from './price-basket.ts';
import {
  ACCEPTANCE_SECONDS,
  COURIER_SECONDS,
  type PromiseBasis,
  type PromiseSource,
} from './promise-source.ts';
import type { MarketTariffs } from './tariff-source.ts';

/** How far and how long from a store to a door; the streets of the market answer it. */
export type EstimateTrip = (
  marketId: MarketId,
  from: LatLng,
  to: LatLng,
) => { readonly metres: number; readonly seconds: number };

export interface QuotedBasket extends PricedBasket {
  readonly store: StoreRecord;
  /** By which it was priced. */
  readonly tariffVersion: number;
  readonly promise: { readonly earliest: EpochMs; readonly latest: EpochMs };
  /** Why it is this promise; absent for a slot, and where nothing is learned. */
  readonly basis?: PromiseBasis | undefined;
  /** Of a scheduled order: its slot, and when the store is to begin. Whether a place is left is not looked at. */
  readonly scheduled?: { readonly slot: PlannedSlot; readonly prepareAt: EpochMs };
}

/**
 * Checks a basket against the store and the market as they are at `now`, prices it and promises a window.
 * Pure but for what `promises` has learned since: placing an order and showing a quote can never disagree otherwise.
 * While couriers are short an order as soon as possible may be too far, and its delivery fee higher.
 *
 * @param tariffs what the market charges, at any moment
 * @param plan the slots of the store, for a basket that names one
 */
export function quoteBasket(
  basket: Basket,
  store: StoreRecord | undefined,
  offers: ReadonlyMap<OfferId, SellableOffer>,
  market: MarketRecord,
  tariffs: MarketTariffs,
  estimate: EstimateTrip,
  promises: PromiseSource,
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
  // Who has chosen a slot keeps it and its price.
  const measures = slot === undefined ? promises.measures(market) : AS_USUAL;
  if (trip.seconds > measures.maxTripSeconds || !isWithinReach(store, basket.address, measures.reachBp)) {
    return err({
      code: 'delivery_paused',
      detail: `${store.name} takes no orders for ${basket.address.label} at the moment.`,
    });
  }
  const tariff = tariffs.at(now);
  const sold = priceBasket(
    basket,
    offers,
    {
      storeId: store.id,
      address: basket.address,
      at: slot?.start ?? now,
      metres: trip.metres,
      surgeBp: measures.deliveryFeeBp,
      tipMinor: basket.tipMinor,
    },
    { currency: market.currency, timeZone: market.timeZone, tariff },
  );
  if (!sold.ok) return sold;
  const priced = ok({ ...sold.value, tariffVersion: tariff.version });
  if (priced.value.amounts.itemsMinor < store.minimumOrderMinor) {
    return err({
      code: 'below_minimum',
      minimumMinor: store.minimumOrderMinor,
      itemsMinor: priced.value.amounts.itemsMinor,
    });
  }
  if (slot !== undefined) {
    const seconds = ACCEPTANCE_SECONDS + Math.max(store.preparationSeconds, COURIER_SECONDS) + trip.seconds;
    const earliest = addMs(now, seconds * SECOND_MS);
    if (earliest > slot.end) {
      return err({ code: 'slot_closed', detail: 'It can no longer be at the door before this slot ends.' });
    }
    const prepareAt = addMs(now, Math.max(0, slot.start - earliest));
    const promise = { earliest: slot.start, latest: slot.end };
    return ok({ ...priced.value, store, promise, scheduled: { slot, prepareAt } });
  }
  const { earliestSeconds, latestSeconds, basis } = promises.promise(market, {
    storeId: store.id,
    preparationSeconds: store.preparationSeconds,
    tripSeconds: trip.seconds,
    now,
  });
  const promise = {
    earliest: addMs(now, earliestSeconds * SECOND_MS),
    latest: addMs(now, latestSeconds * SECOND_MS),
  };
  return ok({ ...priced.value, store, promise, basis });
}

/** Whether a place lies in the store's zone also when that is drawn together towards the store to `reachBp` of itself. */
export function isWithinReach(store: StoreRecord, { lat, lng }: LatLng, reachBp: number): boolean {
  if (reachBp >= 10_000) return true;
  const stretch = 10_000 / Math.max(1, reachBp);
  const { lat: storeLat, lng: storeLng } = store.address;
  return deliversTo(store, {
    lat: storeLat + (lat - storeLat) * stretch,
    lng: storeLng + (lng - storeLng) * stretch,
  });
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
    charges: chargesFor('shopper', quoted.charges),
    promise: { earliest: toRfc3339(quoted.promise.earliest), latest: toRfc3339(quoted.promise.latest) },
  };
}
