import type { Offer, Store } from '@halfhour/contract';
import { distanceMetres, epochMs, MINUTE_MS, type Random } from '@halfhour/kernel';
import type { ApiClient } from '../../http/index.ts';
import { appetite, demandKindOf } from '../demand.ts';
import type { DemoShopper } from '../demo-market.ts';
import { type Arrival, arrivalsInMinute } from './arrivals.ts';
import { fillBasket } from './fill-basket.ts';
import { type Stage, rememberShopper } from './stage.ts';

/** Offers are read again after this long; prices and stock seen may be older, as on any open screen. */
const OFFERS_FRESH_MS = 20 * MINUTE_MS;
const LATE_MS = 10 * MINUTE_MS;
const OFFERS_CACHED_STORES = 200;
/** Most people order from near: the wish to order falls by a factor e with each this many metres. */
const REACH_METRES = 1_100;
const TIPS_PESOS = [20, 30, 50, 50, 80, 100];

interface Shelf {
  readonly readAt: number;
  readonly offers: readonly Offer[];
}

/** Lets shoppers come by the demand curve for as long as the signal lives. `spawn` takes what runs beside it. */
export async function playShoppers(
  stage: Stage,
  spawn: (name: string, work: () => Promise<void>) => void,
): Promise<void> {
  const { clock, demo, random, signal } = stage;
  const shelves = new Map<string, Shelf>();
  const startedAt = clock.now();
  let minute = epochMs(startedAt - (startedAt % MINUTE_MS));
  for (;;) {
    for (const arrival of arrivalsInMinute(minute, demo.timeZone, random, stage.ordersPerDay)) {
      if (arrival.moment < startedAt) continue;
      await clock.until(arrival.moment, signal);
      spawn('shopper', async () => {
        const went = await stage.shoppingGate.run(() => shop(stage, arrival, shelves).then(() => true));
        if (went === undefined) stage.count('shopper_turned_away');
      });
    }
    minute = epochMs(minute + MINUTE_MS);
    await clock.until(minute, signal);
    // After a pause of the machine nobody orders lunch for yesterday.
    if (clock.now() - minute > LATE_MS) minute = epochMs(clock.now() - (clock.now() % MINUTE_MS));
  }
}

async function shop(stage: Stage, arrival: Arrival, shelves: Map<string, Shelf>): Promise<void> {
  const { cast, demo, signal } = stage;
  const { random } = arrival;
  const shopper = random.pick(demo.shoppers);
  const api = await stage.client({ role: 'shopper', key: shopper.key });
  const params = { marketId: cast.marketId };
  const { lat, lng } = shopper.address;
  const listed = await api.call('listStores', { params, query: { lat, lng, limit: 200 }, signal });
  if (!listed.ok) return stage.count(`stores_${listed.error.code}`);
  const store = chooseStore(stage, listed.value.items, arrival, shopper);
  if (store === undefined) return stage.count('no_store_open');
  const offers = await readShelf(stage, api, store, shelves);
  const lines = fillBasket(offers, store.kind === 'restaurant', store.minimumOrderMinor, random);
  if (lines.length === 0) return stage.count('nothing_to_buy');
  const tipMinor = random.next() < 0.35 ? random.pick(TIPS_PESOS) * 100 : 0;
  const basket = { storeId: store.id, lines, address: shopper.address, tipMinor };
  const quoted = await api.call('createQuote', { params, body: basket, signal });
  if (!quoted.ok) {
    // What was seen is not so any more: the next shopper looks again.
    shelves.delete(store.id);
    return stage.count(`quote_${quoted.error.code}`);
  }
  const expectedTotalMinor = quoted.value.totalMinor;
  for (const [attempt, method] of paymentsOf(random).entries()) {
    const placed = await api.call('placeOrder', {
      params,
      body: { ...basket, expectedTotalMinor, payment: { method } },
      idempotencyKey: `order-${arrival.key}-${attempt}`,
      signal,
    });
    if (placed.ok) {
      rememberShopper(stage, placed.value.id, shopper.key, placed.value.deliveryCode);
      return stage.count('placed');
    }
    stage.count(`order_${placed.error.code}`);
    if (placed.error.code !== 'payment_declined') return;
  }
}

/** A few cards are declined, and most who hold one have another; a few answers of the bank come late. */
function paymentsOf(random: Random): string[] {
  const chance = random.next();
  if (chance < 0.025) return random.next() < 0.6 ? ['test_decline', 'test_approve'] : ['test_decline'];
  return [chance < 0.04 ? 'test_late' : 'test_approve'];
}

function chooseStore(
  stage: Stage,
  stores: readonly Store[],
  { kind, random }: Arrival,
  shopper: DemoShopper,
): Store | undefined {
  const { minuteOfDay } = stage.local();
  const weighed = stores.flatMap((store) => {
    const known = stage.storeById.get(store.id);
    if (!store.openNow || known === undefined || demandKindOf(known) !== kind) return [];
    const near = Math.exp(-distanceMetres(store.address, shopper.address) / REACH_METRES);
    return [{ store, weight: known.popularity * appetite(known.format, minuteOfDay) * near }];
  });
  let mark = random.next() * weighed.reduce((sum, { weight }) => sum + weight, 0);
  return (weighed.find(({ weight }) => (mark -= weight) < 0) ?? weighed.at(-1))?.store;
}

async function readShelf(
  stage: Stage,
  api: ApiClient,
  store: Store,
  shelves: Map<string, Shelf>,
): Promise<readonly Offer[]> {
  const known = shelves.get(store.id);
  if (known !== undefined && stage.clock.now() - known.readAt < OFFERS_FRESH_MS) return known.offers;
  const offers = await readOffers(stage, api, store.id);
  if (shelves.size >= OFFERS_CACHED_STORES) shelves.delete(shelves.keys().next().value!);
  shelves.set(store.id, { readAt: stage.clock.now(), offers });
  return offers;
}

/** All offers of a store; the pages that could be read where one fails. */
export async function readOffers(stage: Stage, api: ApiClient, storeId: Store['id']): Promise<Offer[]> {
  const offers: Offer[] = [];
  const params = { marketId: stage.cast.marketId, storeId };
  let cursor: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await api.call('listOffers', { params, query, signal: stage.signal });
    if (!page.ok) break;
    offers.push(...page.value.items);
    cursor = page.value.next;
    if (cursor === undefined) break;
  }
  return offers;
}
