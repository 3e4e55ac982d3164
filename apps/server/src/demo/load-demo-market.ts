import type { DemoMarket } from '@halfhour/twin/demo';
import { type ArticleId, type Clock, type IdSource, basisPoints, currency } from '@halfhour/kernel';
import {
  type ArticleDraft,
  type OfferDraft,
  insertArticles,
  insertOffers,
} from '@halfhour/platform/catalogue';
import { insertCouriers } from '@halfhour/platform/couriers';
import {
  type ApiKeyDraft,
  type SecretSource,
  type UserDraft,
  drawToken,
  hashPassword,
  insertApiKeys,
  insertUsers,
} from '@halfhour/platform/identity';
import { setOnHand } from '@halfhour/platform/inventory';
import { type MarketPolicy, insertMarket, selectMarkets } from '@halfhour/platform/markets';
import type { Database } from '@halfhour/platform/postgres';
import { upsertBankAccounts } from '@halfhour/platform/settlements';
import { insertMerchants, insertStores } from '@halfhour/platform/stores';
import { type CastFile, type Person, readCast, writeCast } from './cast-file.ts';

/** What the demo's market charges and pays, in centésimos of the Uruguayan peso (about 40 pesos to the dollar). */
export const POLICY: MarketPolicy = {
  commissionBp: basisPoints(2_200),
  serviceFeeBp: basisPoints(400),
  deliveryFeeMinor: 6_900,
  deliveryFeePerKmMinor: 1_500,
  freeDistanceMetres: 1_500,
  // Uruguay's IVA: 22 %, 10 % on basic food and medicine.
  taxBp: { standard: basisPoints(2_200), reduced: basisPoints(1_000), exempt: basisPoints(0) },
  courierPayPerOrderMinor: 9_000,
  courierPayPerKmMinor: 1_200,
  promiseWindowSeconds: 900,
  paymentExpirySeconds: 600,
};

export const OPERATOR_EMAIL = 'operator@halfhour.local';

export interface LoadDeps {
  readonly db: Database;
  /** Of the market: when its history begins. */
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly secrets: SecretSource;
  readonly castPath: string;
}

/**
 * Puts a demo market into the platform once: in one transaction, so an interrupted start leaves nothing half
 * loaded. The cast is written before the commit; a start that finds a cast without its market loads again.
 */
export async function loadDemoMarket(deps: LoadDeps, demo: DemoMarket, mapSource: string): Promise<CastFile> {
  const earlier = await readCast(deps.castPath);
  if (earlier !== undefined && (await selectMarkets(deps.db, earlier.marketId)).length > 0) return earlier;
  const cast = earlier ?? drawCast(deps, demo);
  const passwordHash = await hashPassword(cast.operatorPassword, deps.secrets);
  await writeCast(deps.castPath, cast);
  const at = deps.clock.now();
  const { marketId } = cast;

  await deps.db.transaction(async (tx) => {
    await insertMarket(tx, {
      id: marketId,
      slug: demo.slug,
      name: demo.name,
      currency: currency(demo.currency),
      timeZone: demo.timeZone,
      languages: demo.languages,
      centre: demo.centre,
      bounds: demo.bounds,
      attribution: demo.attribution,
      mapSource,
      policy: POLICY,
    });
    await insertMerchants(
      tx,
      marketId,
      demo.merchants.map(({ key, name }) => ({ id: cast.merchants[key]!, name })),
    );
    await insertStores(
      tx,
      marketId,
      demo.stores.map((store) => ({
        id: cast.stores[store.key]!,
        marketId,
        merchantId: cast.merchants[store.merchantKey]!,
        name: store.name,
        kind: store.kind,
        address: store.address,
        status: 'open' as const,
        hours: store.hours,
        zone: store.zone,
        preparationSeconds: store.preparationSeconds,
        minimumOrderMinor: store.minimumOrderMinor,
      })),
    );
    const assortment = assortmentOf(deps.ids, cast, demo);
    await insertArticles(tx, marketId, assortment.articles);
    await insertOffers(tx, marketId, assortment.offers);
    await setOnHand(tx, marketId, at, assortment.stock);
    await insertCouriers(
      tx,
      marketId,
      demo.couriers.map(({ key, name, vehicle }) => ({ id: cast.couriers[key]!.courierId, name, vehicle })),
    );
    await upsertBankAccounts(tx, marketId, accountsOf(cast, demo), { at, by: cast.operatorId });
    const people = peopleOf(deps.ids, cast, demo, passwordHash);
    await insertUsers(tx, at, people.users);
    await insertApiKeys(tx, at, people.keys);
  });
  return cast;
}

/**
 * Where everyone is paid, so that a settlement run pays. Numbers count up: the embedded provider refuses one of them and
 * takes its time with two (`settlements/payouts/embedded-provider.ts`).
 */
function accountsOf(cast: CastFile, demo: DemoMarket) {
  const payees = [
    ...demo.merchants.map(({ key, name }) => ({ payee: cast.merchants[key]!, name })),
    ...demo.couriers.map(({ key, name }) => ({ payee: cast.couriers[key]!.courierId, name })),
  ];
  return payees.map(({ payee, name }, index) => ({
    payee,
    account: {
      holder: name.slice(0, 70),
      accountNumber: String(index + 1).padStart(14, '0'),
      bankCode: '001',
    },
  }));
}

function drawCast({ ids, secrets }: LoadDeps, demo: DemoMarket): CastFile {
  const person = (): Person => ({ userId: ids.next('usr'), token: drawToken(secrets, 'key') });
  return {
    marketId: ids.next('mkt'),
    operatorId: ids.next('usr'),
    operatorPassword: secrets.bytes(9).toString('base64url'),
    integrator: person(),
    merchants: Object.fromEntries(demo.merchants.map(({ key }) => [key, ids.next('mer')])),
    stores: Object.fromEntries(demo.stores.map(({ key }) => [key, ids.next('sto')])),
    couriers: Object.fromEntries(
      demo.couriers.map(({ key }) => [key, { ...person(), courierId: ids.next('cou') }]),
    ),
    shoppers: Object.fromEntries(demo.shoppers.map(({ key }) => [key, person()])),
  };
}

/** Articles are shared by the stores of a merchant; what a store sells and has of them is its own. */
function assortmentOf(
  ids: IdSource,
  cast: CastFile,
  demo: DemoMarket,
): {
  readonly articles: ArticleDraft[];
  readonly offers: OfferDraft[];
  readonly stock: Parameters<typeof setOnHand>[3][number][];
} {
  const articles = new Map<string, ArticleDraft>();
  const offers: OfferDraft[] = [];
  const stock: Parameters<typeof setOnHand>[3][number][] = [];
  for (const store of demo.stores) {
    const storeId = cast.stores[store.key]!;
    for (const offer of store.offers) {
      // A GTIN names one article of the market, whoever sells it.
      const name = offer.gtin ?? `${store.merchantKey} ${offer.key}`;
      let article = articles.get(name);
      if (article === undefined) {
        article = {
          id: ids.next('art'),
          names: offer.names,
          category: offer.category,
          taxClass: offer.taxClass,
          ...(offer.description === undefined ? {} : { description: offer.description }),
          ...(offer.gtin === undefined ? {} : { gtin: offer.gtin }),
        };
        articles.set(name, article);
      }
      const articleId: ArticleId = article.id;
      offers.push({
        id: ids.next('off'),
        storeId,
        articleId,
        priceMinor: offer.priceMinor,
        available: true,
        countsStock: offer.onHand !== undefined,
        optionGroups: offer.optionGroups,
      });
      if (offer.onHand !== undefined) stock.push({ storeId, articleId, onHand: offer.onHand });
    }
  }
  return { articles: [...articles.values()], offers, stock };
}

function peopleOf(
  ids: IdSource,
  cast: CastFile,
  demo: DemoMarket,
  passwordHash: string,
): { readonly users: UserDraft[]; readonly keys: ApiKeyDraft[] } {
  const { marketId } = cast;
  const key = (person: Person): ApiKeyDraft => ({
    id: ids.next('api'),
    userId: person.userId,
    name: 'Demo',
    token: person.token,
  });
  const users: UserDraft[] = [
    {
      id: cast.operatorId,
      name: 'Demo operator',
      email: OPERATOR_EMAIL,
      passwordHash,
      grants: [{ role: 'operator', marketId }],
    },
    { id: cast.integrator.userId, name: 'Till integrator', grants: [{ role: 'operator', marketId }] },
    ...demo.couriers.map(({ key: name, name: label }) => ({
      id: cast.couriers[name]!.userId,
      name: label,
      grants: [{ role: 'courier' as const, marketId, courierId: cast.couriers[name]!.courierId }],
    })),
    ...demo.shoppers.map(({ key: name, name: label }) => ({
      id: cast.shoppers[name]!.userId,
      name: label,
      grants: [{ role: 'shopper' as const }],
    })),
  ];
  const keys = [cast.integrator, ...Object.values(cast.couriers), ...Object.values(cast.shoppers)].map(key);
  return { users, keys };
}
