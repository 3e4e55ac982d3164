import { randomBytes } from 'node:crypto';
import {
  type Clock,
  type CourierId,
  type IdSource,
  type MarketId,
  type OfferId,
  type StoreId,
  HOUR_MS,
  addMs,
  basisPoints,
  circlePolygon,
  currency,
  idFromKey,
  systemTicker,
} from '@halfhour/kernel';
import { insertArticles, insertOffers } from '@halfhour/platform/catalogue';
import { createCouriers, insertCouriers } from '@halfhour/platform/couriers';
import { type UserDraft, drawToken, insertApiKeys, insertUsers } from '@halfhour/platform/identity';
import { setOnHand } from '@halfhour/platform/inventory';
import { insertMarket } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';

/** In the middle of `synthetic:1`. */
const PLACE = { lat: 40, lng: 20 };
const DOOR = { label: 'Birch Street 12', lat: 40.004, lng: 20.002 };

export interface BenchMarket {
  readonly marketId: MarketId;
  /** `/v1/markets/mkt_…` */
  readonly path: string;
  readonly stores: readonly {
    readonly storeId: StoreId;
    readonly offerIds: readonly OfferId[];
    readonly place: { readonly label: string; readonly lat: number; readonly lng: number };
  }[];
  readonly address: typeof DOOR;
  readonly courierIds: readonly CourierId[];
  /** API keys of the people, as they send them. */
  readonly shopperTokens: readonly string[];
  readonly courierTokens: readonly string[];
  readonly operatorToken: string;
  /** By store. */
  readonly merchantTokens: Readonly<Record<StoreId, string>>;
}

export interface BenchMarketSize {
  /** Drawn where absent. */
  readonly marketId?: MarketId;
  readonly stores: number;
  readonly offersPerStore: number;
  readonly shoppers: number;
  readonly couriers: number;
}

const OPERATOR = {
  userId: idFromKey('usr', 1n),
  role: 'operator',
  scope: 'market',
  merchantIds: [],
  courierIds: [],
} as const;

/** A market in which everybody holds an API key, stores are open, couriers on shift, and stock does not run out. */
export async function insertBenchMarket(
  db: Database,
  ids: IdSource,
  clock: Clock,
  size: BenchMarketSize,
): Promise<BenchMarket> {
  const at = clock.now();
  const marketId = size.marketId ?? ids.next('mkt');
  const users: (UserDraft & { readonly token: string })[] = [];
  const person = (name: string, grants: UserDraft['grants']): string => {
    const token = drawToken({ bytes: randomBytes }, 'key');
    users.push({ id: ids.next('usr'), name, grants, token });
    return token;
  };
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const merchantTokens: Record<StoreId, string> = {};
  const stores = many(size.stores, (index) => {
    const storeId = ids.next('sto');
    const merchantId = ids.next('mer');
    merchantTokens[storeId] = person(`Merchant ${index}`, [{ role: 'merchant', marketId, merchantId }]);
    return {
      storeId,
      merchantId,
      place: {
        label: `Elm Avenue ${index}`,
        lat: PLACE.lat + (index % 10) * 0.0004,
        lng: PLACE.lng + Math.floor(index / 10) * 0.0002,
      },
      offers: many(size.offersPerStore, () => ({ offerId: ids.next('off'), articleId: ids.next('art') })),
    };
  });
  const courierIds = many(size.couriers, () => ids.next('cou'));
  const market: BenchMarket = {
    marketId,
    path: `/v1/markets/${marketId}`,
    address: DOOR,
    courierIds,
    shopperTokens: many(size.shoppers, (index) => person(`Shopper ${index}`, [{ role: 'shopper' }])),
    courierTokens: courierIds.map((courierId, index) =>
      person(`Courier ${index}`, [{ role: 'courier', marketId, courierId }]),
    ),
    operatorToken: person('Operator', [{ role: 'operator', marketId }]),
    merchantTokens,
    stores: stores.map(({ storeId, place, offers }) => ({
      storeId,
      place,
      offerIds: offers.map(({ offerId }) => offerId),
    })),
  };
  const offers = stores.flatMap(({ storeId, offers: sold }) => sold.map((offer) => ({ storeId, ...offer })));
  await db.transaction(async (tx) => {
    await insertMarket(tx, {
      id: marketId,
      slug: 'bench',
      name: 'Bench',
      currency: currency('EUR'),
      timeZone: 'UTC',
      languages: ['en'],
      centre: PLACE,
      bounds: { south: 39.98, west: 19.98, north: 40.02, east: 20.02 },
      attribution: '',
      mapSource: 'synthetic:1',
      policy: {
        commissionBp: basisPoints(2_000),
        serviceFeeBp: basisPoints(400),
        deliveryFeeMinor: 300,
        deliveryFeePerKmMinor: 0,
        freeDistanceMetres: 2_000,
        taxBp: { standard: basisPoints(2_200), reduced: basisPoints(1_000), exempt: basisPoints(0) },
        courierPayPerOrderMinor: 400,
        courierPayPerKmMinor: 50,
        promiseWindowSeconds: 900,
        paymentExpirySeconds: 600,
      },
    });
    await insertMerchants(
      tx,
      marketId,
      stores.map(({ merchantId }, index) => ({ id: merchantId, name: `Merchant ${index}` })),
    );
    await insertStores(
      tx,
      marketId,
      stores.map(({ storeId, merchantId, place }, index) => ({
        id: storeId,
        marketId,
        merchantId,
        name: `Store ${index}`,
        kind: 'shop' as const,
        address: place,
        status: 'open' as const,
        hours: many(7, (weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 })),
        zone: circlePolygon(PLACE, 3_000),
        preparationSeconds: 600,
        minimumOrderMinor: 0,
      })),
    );
    await insertArticles(
      tx,
      marketId,
      offers.map(({ articleId }) => ({
        id: articleId,
        names: { en: 'Article' },
        category: 'All',
        taxClass: 'standard' as const,
      })),
    );
    await insertOffers(
      tx,
      marketId,
      offers.map(({ offerId, storeId, articleId }) => ({
        id: offerId,
        storeId,
        articleId,
        priceMinor: 1_000,
        available: true,
        countsStock: true,
        optionGroups: [],
      })),
    );
    await setOnHand(
      tx,
      marketId,
      at,
      offers.map(({ storeId, articleId }) => ({ storeId, articleId, onHand: 10_000_000 })),
    );
    await insertCouriers(
      tx,
      marketId,
      courierIds.map((id, index) => ({ id, name: `Courier ${index}`, vehicle: 'motorcycle' as const })),
    );
    await insertUsers(tx, at, users);
    await insertApiKeys(
      tx,
      at,
      users.map(({ id, name, token }) => ({ id: ids.next('api'), userId: id, name, token })),
    );
  });
  const couriers = createCouriers({
    db,
    clock,
    ids,
    ticker: systemTicker,
    onError: (error) => {
      throw error;
    },
  });
  const shift = { position: PLACE, endsAt: addMs(at, 12 * HOUR_MS) };
  const waiting = [...courierIds];
  const startShifts = async (): Promise<void> => {
    for (let courierId = waiting.pop(); courierId !== undefined; courierId = waiting.pop()) {
      await couriers.startShift(marketId, courierId, shift, OPERATOR);
    }
  };
  await Promise.all(Array.from({ length: 8 }, startShifts));
  await couriers.close();
  return market;
}
