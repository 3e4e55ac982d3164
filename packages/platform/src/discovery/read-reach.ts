import type { Reach } from '@halfhour/contract';
import { type Clock, type LatLng, toRfc3339 } from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import {
  type EstimateTrip,
  type PromiseSource,
  type TariffSource,
  estimateStore,
} from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { listStores, toStore } from '../stores/index.ts';

export interface ReachDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly estimate: EstimateTrip;
  readonly promises: PromiseSource;
  readonly tariffs: TariffSource;
}

/** Beyond that nobody chooses; it bounds what one request costs. */
const MAX_STORES = 500;

/** Every store whose zone has the door in it, as it is from there now: the soonest first, then those that take no order. */
export async function readReach(
  { db, clock, estimate, promises, tariffs }: ReachDeps,
  market: MarketRecord,
  door: LatLng,
): Promise<Reach[]> {
  const { stores } = await listStores(db, market.id, { near: door, limit: MAX_STORES });
  const charged = await tariffs.of(market);
  const now = clock.now();
  return stores
    .map((store) => ({
      store,
      estimate: estimateStore(store, door, market, charged, estimate, promises, now),
    }))
    .toSorted((a, b) => soonness(a.estimate) - soonness(b.estimate) || a.estimate.metres - b.estimate.metres)
    .map(({ store, estimate: { metres, state, placedNow } }): Reach => {
      const { zone: _, ...shown } = toStore(store, now, market.timeZone);
      return {
        store: shown,
        distanceMetres: Math.round(metres),
        state,
        ...(placedNow === undefined
          ? {}
          : {
              promise: {
                earliest: toRfc3339(placedNow.promise.earliest),
                latest: toRfc3339(placedNow.promise.latest),
              },
              deliveryFeeMinor: placedNow.deliveryFeeMinor,
            }),
      };
    });
}

function soonness({ placedNow }: ReturnType<typeof estimateStore>): number {
  return placedNow?.promise.latest ?? Number.MAX_SAFE_INTEGER;
}
