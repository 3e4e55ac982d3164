import type { TariffPreview } from '@halfhour/contract';
import { type Charge, type PreparedTariff, readCharges, sharesOf } from '@halfhour/engines/pricing';
import {
  type EpochMs,
  type LatLng,
  type OrderId,
  type StoreId,
  DAY_MS,
  addMs,
  toRfc3339,
} from '@halfhour/kernel';
import type { MarketRecord } from '../markets/index.ts';
import { type EstimateTrip, type OrderRecord, listOrders, repriceOrder } from '../ordering/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { selectStores } from '../stores/index.ts';

type Sums = TariffPreview['before'];

const DAYS = 7;
const BATCH = 500;
/** Of a larger market the newest orders stand for the others. */
const MAX_ORDERS = 20_000;
const MAX_SHOWN = 100;

/**
 * Prices the orders of the last seven days again by a draft, in batches from the newest on: the same lines, way, hour, surge
 * and tip. Orders that were not paid or were cancelled are left out; what was refunded is not looked at.
 */
export async function previewTariff(
  { db, estimate }: { readonly db: Queryable; readonly estimate: EstimateTrip },
  market: MarketRecord,
  prepared: PreparedTariff,
  now: EpochMs,
): Promise<TariffPreview> {
  const from = addMs(now, -DAYS * DAY_MS);
  const terms = { currency: market.currency, timeZone: market.timeZone, tariff: { version: 0, prepared } };
  const places = new Map<StoreId, LatLng>();
  const before = nothing();
  const after = nothing();
  const changes: { orderId: OrderId; before: Sums; after: Sums }[] = [];
  let orders = 0;
  let last: OrderId | undefined;
  let isComplete = false;
  for (let looked = 0; looked < MAX_ORDERS && !isComplete; looked += BATCH) {
    const batch = await listOrders(db, market.id, { before: last, limit: BATCH });
    isComplete = batch.length < BATCH || batch.at(-1)!.placedAt < from;
    last = batch.at(-1)?.id;
    const counted = batch.filter((order) => order.placedAt >= from && isCounted(order));
    await learnPlaces(db, market, counted, places);
    for (const order of counted) {
      const store = places.get(order.storeId);
      const metres = store === undefined ? 0 : estimate(market.id, store, order.address).metres;
      const was = sumsOf(readCharges(order.charges));
      const would = sumsOf(repriceOrder(order, terms, metres));
      orders += 1;
      add(before, was);
      add(after, would);
      if (!isSame(was, would)) changes.push({ orderId: order.id, before: was, after: would });
    }
  }
  const largest = changes.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MAX_SHOWN);
  return {
    from: toRfc3339(from),
    to: toRfc3339(now),
    orders,
    complete: isComplete,
    before,
    after,
    changed: changes.length,
    largest,
  };
}

function isCounted({ state }: OrderRecord): boolean {
  return state !== 'pending_payment' && state !== 'cancelled';
}

async function learnPlaces(
  db: Queryable,
  { id }: MarketRecord,
  orders: readonly OrderRecord[],
  places: Map<StoreId, LatLng>,
): Promise<void> {
  const missing = [...new Set(orders.map(({ storeId }) => storeId))].filter((each) => !places.has(each));
  if (missing.length === 0) return;
  for (const [storeId, { address }] of await selectStores(db, id, missing)) places.set(storeId, address);
}

function sumsOf(charges: readonly Charge[]): Sums {
  const sums = nothing();
  for (const { owner, amountMinor } of sharesOf(charges)) {
    sums.shoppersPayMinor += amountMinor;
    if (owner.of === 'merchant') sums.merchantsGetMinor += amountMinor;
    else if (owner.of === 'platform') sums.platformEarnsMinor += amountMinor;
    else if (owner.of === 'authority') sums.taxMinor += amountMinor;
  }
  return sums;
}

function nothing(): Sums {
  return { shoppersPayMinor: 0, merchantsGetMinor: 0, platformEarnsMinor: 0, taxMinor: 0 };
}

function add(to: Sums, more: Sums): void {
  to.shoppersPayMinor += more.shoppersPayMinor;
  to.merchantsGetMinor += more.merchantsGetMinor;
  to.platformEarnsMinor += more.platformEarnsMinor;
  to.taxMinor += more.taxMinor;
}

function isSame(a: Sums, b: Sums): boolean {
  return (
    a.shoppersPayMinor === b.shoppersPayMinor &&
    a.merchantsGetMinor === b.merchantsGetMinor &&
    a.platformEarnsMinor === b.platformEarnsMinor &&
    a.taxMinor === b.taxMinor
  );
}

/** By what a shopper would notice, then by what the others would. */
function sizeOf({ before, after }: { readonly before: Sums; readonly after: Sums }): number {
  return (
    Math.abs(after.shoppersPayMinor - before.shoppersPayMinor) * 1_000 +
    Math.abs(after.merchantsGetMinor - before.merchantsGetMinor)
  );
}
