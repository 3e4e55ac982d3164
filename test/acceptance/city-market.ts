import { randomBytes } from 'node:crypto';
import type { OptionGroup } from '@halfhour/contract';
import {
  type ApiKeyId,
  type ArticleId,
  type CourierId,
  type EpochMs,
  type IdSource,
  type LatLng,
  type MarketId,
  type MerchantId,
  type OfferId,
  type StoreId,
  type UserId,
  basisPoints,
  circlePolygon,
  currency,
} from '@halfhour/kernel';
import { insertArticles, insertOffers } from '@halfhour/platform/catalogue';
import { insertCouriers } from '@halfhour/platform/couriers';
import { type UserDraft, drawToken, insertApiKeys, insertUsers } from '@halfhour/platform/identity';
import { setOnHand } from '@halfhour/platform/inventory';
import { exampleMarket, insertMarket } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';

/** The made-up city of the acceptance tests, and its middle. */
export const CITY = 'synthetic:1';
const CENTRE: LatLng = { lat: 40, lng: 20 };
/** A door some streets from the centre, inside the zone of every store. */
export const DOOR = { label: 'Birch Street 12', lat: 40.006, lng: 20.004 };

export interface Person {
  readonly userId: UserId;
  readonly apiKeyId: ApiKeyId;
  readonly token: string;
}

export interface Article {
  readonly offerId: OfferId;
  readonly articleId: ArticleId;
}

export interface CityMarket {
  readonly marketId: MarketId;
  /** `/v1/markets/mkt_…` */
  readonly path: string;
  readonly merchantIds: readonly [MerchantId, MerchantId];
  /** A restaurant of the first merchant, always open. */
  readonly kitchenId: StoreId;
  /** A shop of the first merchant, always open, with a minimum of 1,000 minor units. */
  readonly shopId: StoreId;
  /** Of the second merchant; open on Sundays from 3 to 4 in the morning. */
  readonly pharmacyId: StoreId;
  /** Of the kitchen, 1,000 minor units, not counted; a size must be chosen: `small`, or `large` for 300 more. */
  readonly pizza: Article;
  /** Of the shop, 600 minor units, counted. */
  readonly rice: Article;
  /** Of the shop, 1,500 minor units, counted. */
  readonly oil: Article;
  /** Of the pharmacy, counted. */
  readonly plaster: Article;
  readonly courierIds: readonly CourierId[];
  readonly shoppers: readonly Person[];
  /** One for each of `merchantIds`. */
  readonly merchants: readonly [Person, Person];
  /** One for each of `courierIds`. */
  readonly couriers: readonly Person[];
  readonly support: Person;
  readonly operator: Person;
  readonly admin: Person;
}

export interface CityMarketOptions {
  readonly shoppers?: number;
  readonly couriers?: number;
  readonly riceOnHand?: number;
  readonly oilOnHand?: number;
  readonly paymentExpirySeconds?: number;
  readonly sandbox?: boolean;
}

const SIZES: OptionGroup[] = [
  {
    id: 'size',
    names: { en: 'Size' },
    minChoices: 1,
    maxChoices: 1,
    options: [
      { id: 'small', names: { en: 'Small' }, priceMinor: 0 },
      { id: 'large', names: { en: 'Large' }, priceMinor: 300 },
    ],
  },
];

const ALWAYS = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 }));

/** Puts a small market with everyone who acts in it into the database; each person holds an API key. */
export async function insertCityMarket(
  db: Database,
  ids: IdSource,
  at: EpochMs,
  options: CityMarketOptions = {},
): Promise<CityMarket> {
  const marketId = ids.next('mkt');
  const merchantIds = [ids.next('mer'), ids.next('mer')] as const;
  const [kitchenId, shopId, pharmacyId] = [ids.next('sto'), ids.next('sto'), ids.next('sto')];
  const article = (): Article => ({ offerId: ids.next('off'), articleId: ids.next('art') });
  const [pizza, rice, oil, plaster] = [article(), article(), article(), article()];
  const courierIds = Array.from({ length: options.couriers ?? 2 }, () => ids.next('cou'));
  const users: (UserDraft & { readonly key: Person })[] = [];
  const person = (name: string, grants: UserDraft['grants']): Person => {
    const token = drawToken({ bytes: randomBytes }, 'key');
    const key = { userId: ids.next('usr'), apiKeyId: ids.next('api'), token };
    users.push({ id: key.userId, name, grants, key });
    return key;
  };
  const market: CityMarket = {
    marketId,
    path: `/v1/markets/${marketId}`,
    merchantIds,
    kitchenId,
    shopId,
    pharmacyId,
    pizza,
    rice,
    oil,
    plaster,
    courierIds,
    shoppers: Array.from({ length: options.shoppers ?? 2 }, (_, index) =>
      person(`Shopper ${index + 1}`, [{ role: 'shopper' }]),
    ),
    merchants: [
      person('Merchant 1', [{ role: 'merchant', marketId, merchantId: merchantIds[0] }]),
      person('Merchant 2', [{ role: 'merchant', marketId, merchantId: merchantIds[1] }]),
    ],
    couriers: courierIds.map((courierId, index) =>
      person(`Courier ${index + 1}`, [{ role: 'courier', marketId, courierId }]),
    ),
    support: person('Support', [{ role: 'support', marketId }]),
    operator: person('Operator', [{ role: 'operator', marketId }]),
    admin: person('Admin', [{ role: 'admin' }]),
  };
  const example = exampleMarket(marketId);
  const store = (id: StoreId, merchantId: MerchantId, name: string, lat: number) => ({
    id,
    marketId,
    merchantId,
    name,
    kind: 'shop' as const,
    address: { label: `${name}, Elm Avenue`, lat, lng: CENTRE.lng },
    status: 'open' as const,
    hours: ALWAYS,
    zone: circlePolygon(CENTRE, 3_000),
    preparationSeconds: 300,
    minimumOrderMinor: 0,
  });
  await db.transaction(async (tx) => {
    await insertMarket(tx, {
      ...example,
      name: 'Test city',
      currency: currency('EUR'),
      timeZone: 'UTC',
      centre: CENTRE,
      bounds: { south: 39.98, west: 19.98, north: 40.02, east: 20.02 },
      mapSource: CITY,
      sandbox: options.sandbox ?? false,
      policy: {
        ...example.policy,
        serviceFeeBp: basisPoints(400),
        paymentExpirySeconds: options.paymentExpirySeconds ?? example.policy.paymentExpirySeconds,
      },
    });
    await insertMerchants(
      tx,
      marketId,
      merchantIds.map((id, index) => ({ id, name: `Merchant ${index + 1}` })),
    );
    await insertStores(tx, marketId, [
      { ...store(kitchenId, merchantIds[0], 'Kitchen', 40.001), kind: 'restaurant' },
      { ...store(shopId, merchantIds[0], 'Shop', 40.002), minimumOrderMinor: 1_000 },
      {
        ...store(pharmacyId, merchantIds[1], 'Pharmacy', 39.999),
        kind: 'pharmacy',
        hours: [{ weekday: 0, opensMinute: 180, closesMinute: 240 }],
      },
    ]);
    const sold: readonly (Article & {
      readonly storeId: StoreId;
      readonly name: string;
      readonly priceMinor: number;
      readonly optionGroups?: OptionGroup[];
      readonly onHand?: number;
    })[] = [
      { ...pizza, storeId: kitchenId, name: 'Pizza', priceMinor: 1_000, optionGroups: SIZES },
      { ...rice, storeId: shopId, name: 'Rice', priceMinor: 600, onHand: options.riceOnHand ?? 1_000 },
      { ...oil, storeId: shopId, name: 'Oil', priceMinor: 1_500, onHand: options.oilOnHand ?? 1_000 },
      { ...plaster, storeId: pharmacyId, name: 'Plaster', priceMinor: 400, onHand: 100 },
    ];
    await insertArticles(
      tx,
      marketId,
      sold.map(({ articleId, name }) => ({
        id: articleId,
        names: { en: name },
        category: 'All',
        taxClass: 'standard' as const,
      })),
    );
    await insertOffers(
      tx,
      marketId,
      sold.map(({ offerId, articleId, storeId, priceMinor, optionGroups, onHand }) => ({
        id: offerId,
        articleId,
        storeId,
        priceMinor,
        available: true,
        countsStock: onHand !== undefined,
        optionGroups: optionGroups ?? [],
      })),
    );
    await setOnHand(
      tx,
      marketId,
      at,
      sold.flatMap(({ storeId, articleId, onHand }) =>
        onHand === undefined ? [] : [{ storeId, articleId, onHand }],
      ),
    );
    await insertCouriers(
      tx,
      marketId,
      courierIds.map((id, index) => ({ id, name: `Courier ${index + 1}`, vehicle: 'motorcycle' as const })),
    );
    await insertUsers(tx, at, users);
    await insertApiKeys(
      tx,
      at,
      users.map(({ id, name, key }) => ({ id: key.apiKeyId, userId: id, name, token: key.token })),
    );
  });
  return market;
}
