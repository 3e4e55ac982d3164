import { type EpochMs, type LatLng, SECOND_MS, addMs } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import { type StoreRecord, isOpenAt } from '../stores/index.ts';
import { sumUp } from './price-basket.ts';
import type { PromiseSource } from './promise-source.ts';
import { type EstimateTrip, isWithinReach } from './quote-basket.ts';
import type { MarketTariffs } from './tariff-source.ts';

/** What an order from a store to a door would be like, before anything is in its basket. */
export interface StoreEstimate {
  readonly metres: number;
  readonly state: 'open' | 'closed' | 'paused' | 'too_far_now';
  /** Of an order placed now; absent where none is taken. */
  readonly placedNow?: {
    readonly promise: { readonly earliest: EpochMs; readonly latest: EpochMs };
    readonly deliveryFeeMinor: number;
  };
}

/**
 * Time and delivery fee as `quoteBasket` gives them to a basket at the same moment: neither depends on what is in it, as
 * long as nothing in it has a weight. The door is one that the store delivers to.
 */
export function estimateStore(
  store: StoreRecord,
  door: LatLng,
  market: MarketRecord,
  tariffs: MarketTariffs,
  estimate: EstimateTrip,
  promises: PromiseSource,
  now: EpochMs,
): StoreEstimate {
  const { metres, seconds: tripSeconds } = estimate(market.id, store.address, door);
  if (store.status === 'paused') return { metres, state: 'paused' };
  if (!isOpenAt(store, now, market.timeZone)) return { metres, state: 'closed' };
  const measures = promises.measures(market);
  if (tripSeconds > measures.maxTripSeconds || !isWithinReach(store, door, measures.reachBp)) {
    return { metres, state: 'too_far_now' };
  }
  const { amounts } = sumUp(
    [],
    { storeId: store.id, address: door, at: now, metres, surgeBp: measures.deliveryFeeBp, tipMinor: 0 },
    { currency: market.currency, timeZone: market.timeZone, tariff: tariffs.at(now) },
  );
  const { earliestSeconds, latestSeconds } = promises.promise(market, {
    storeId: store.id,
    preparationSeconds: store.preparationSeconds,
    tripSeconds,
    now,
  });
  return {
    metres,
    state: 'open',
    placedNow: {
      promise: {
        earliest: addMs(now, earliestSeconds * SECOND_MS),
        latest: addMs(now, latestSeconds * SECOND_MS),
      },
      deliveryFeeMinor: amounts.deliveryFeeMinor,
    },
  };
}
