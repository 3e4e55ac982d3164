import type { Basket } from '@halfhour/contract';
import { storeCharges } from '@halfhour/engines/pricing';
import {
  type ArticleId,
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type OrderId,
  type Random,
  type Result,
  type StoreId,
  type UserId,
  MINUTE_MS,
  SECOND_MS,
  addMs,
  err,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { readOffers } from '../catalogue/index.ts';
import { findCommands, findSeenCommands, firstOf, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import { reserveStock } from '../inventory/index.ts';
import type { MarketRecord } from '../markets/index.ts';
import type { PaymentProvider } from '../payments/index.ts';
import { TransactionConflict, type Tx } from '../postgres/index.ts';
import { lockSlots, selectPlans, slotName, takePlaces } from '../slots/index.ts';
import { readStores } from '../stores/index.ts';
import type { OrderRecord } from './order.ts';
import { NOTHING_YET } from './order-history.ts';
import type { OrderCache } from './order-cache.ts';
import { insertOrders, selectOrders } from './order-store.ts';
import { type EstimateTrip, type QuotedBasket, quoteBasket, toQuote } from './quote-basket.ts';
import type { PromiseSource } from './promise-source.ts';
import type { TariffSource } from './tariff-source.ts';
import { offerOtherSlots } from './offer-other-slots.ts';

export interface PlaceOrder {
  readonly shopperId: UserId;
  readonly command: CommandKey;
  readonly basket: Basket;
  /** The total that the shopper saw; another one is refused with the new quote. */
  readonly expectedTotalMinor: number;
  /** The window that the shopper saw, which the order keeps; one that has become much later is refused. */
  readonly expectedPromise?: QuotedBasket['promise'] | undefined;
  readonly paymentMethod: string;
}

export interface PlaceDeps {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** For delivery codes: from a secure source in production. */
  readonly random: Random;
  readonly estimate: EstimateTrip;
  readonly promises: PromiseSource;
  readonly tariffs: TariffSource;
  readonly providerFor: (method: string) => PaymentProvider;
  readonly known: OrderCache;
}

/** Where an order stands after its placement was written: to be paid now, or known from an earlier try. */
export type Placed = Result<{ readonly order: OrderRecord; readonly isNew: boolean }, ApiError>;

interface Outcome {
  readonly orderId: OrderId;
}

/**
 * Writes a group of placements as one transaction of eight statements, whatever its size: each order with its
 * stock reserved, its event and its idempotency key, or refused by itself. Where this process knows what the market sells
 * and no key was seen before, nothing is read. Scheduled orders take a place in their
 * slot as well, in three statements more, and one to tell those who got none what is free.
 */
export async function placeOrders(
  tx: Tx,
  deps: PlaceDeps,
  market: MarketRecord,
  commands: readonly PlaceOrder[],
): Promise<Placed[]> {
  const now = deps.clock.now();
  const keys = commands.map((command) => command.command);
  const baskets = commands.map((command) => command.basket);
  // Sent together.
  const [known, stores, offers, plans, tariffs] = await Promise.all([
    findSeenCommands<Outcome>(tx, market.id, keys),
    readStores(tx, market.id, [...new Set(baskets.map((basket) => basket.storeId))]),
    readOffers(tx, market.id, [
      ...new Set(baskets.flatMap((basket) => basket.lines.map((line) => line.offerId))),
    ]),
    selectPlans(tx, market.id, storesWithSlots(baskets)),
    deps.tariffs.of(market),
  ]);
  const first = firstOf(keys);
  const isFresh = (index: number): boolean => known[index]!.kind === 'new' && first[index] === index;

  const answers: (Placed | undefined)[] = commands.map(() => undefined);
  const candidates: { readonly index: number; readonly quoted: QuotedBasket }[] = [];
  commands.forEach((command, index) => {
    if (!isFresh(index)) return;
    const store = stores.get(command.basket.storeId);
    const plan = plans.get(command.basket.storeId);
    const { basket } = command;
    const { estimate, promises } = deps;
    const quoted = quoteBasket(basket, store, offers, market, tariffs, estimate, promises, now, plan);
    if (!quoted.ok) answers[index] = quoted;
    else if (quoted.value.amounts.totalMinor !== command.expectedTotalMinor) {
      answers[index] = err({
        code: 'price_changed',
        detail: `The total is ${quoted.value.amounts.totalMinor}, you expected ${command.expectedTotalMinor}.`,
        quote: toQuote(quoted.value),
      });
    } else if (isLater(quoted.value, command.expectedPromise)) {
      answers[index] = err({
        code: 'promise_changed',
        detail: `It would be at the door by ${toRfc3339(quoted.value.promise.latest)}.`,
        quote: toQuote(quoted.value),
      });
    } else {
      const promise = keptPromise(quoted.value, command.expectedPromise);
      candidates.push({ index, quoted: { ...quoted.value, promise } });
    }
  });

  // An order gets its stock and its place or neither, each in its turn. Slots are locked after all stock, by all.
  const lockPlaces = async (): Promise<(position: number) => boolean> => {
    const left = await lockSlots(tx, market.id, placesOf(candidates));
    return (position) => {
      const [place] = placesOf([candidates[position]!]);
      if (place === undefined) return true;
      const places = left.get(slotName(place))!;
      if (places > 0) left.set(slotName(place), places - 1);
      else answers[candidates[position]!.index] = err({ code: 'slot_full' });
      return places > 0;
    };
  };
  const reservations = await reserveStock(
    tx,
    market.id,
    candidates.map(({ quoted: { lines, store } }) =>
      lines.flatMap(({ offerId, articleId, quantity }) =>
        offers.get(offerId)!.countsStock ? [{ storeId: store.id, articleId, quantity }] : [],
      ),
    ),
    placesOf(candidates).length === 0 ? undefined : lockPlaces,
  );
  const placed: { readonly index: number; readonly order: OrderRecord; readonly quoted: QuotedBasket }[] = [];
  candidates.forEach(({ index, quoted }, position) => {
    const { shortages, counted } = reservations[position]!;
    if (shortages.length > 0) {
      answers[index] = err({ code: 'out_of_stock', lines: describeShortage(quoted, shortages) });
    } else if (answers[index] === undefined) {
      placed.push({ index, quoted, order: newOrder(deps, market, now, commands[index]!, quoted, counted) });
    }
  });
  await requireStillNew(
    tx,
    market.id,
    keys.filter((_, index) => answers[index] !== undefined),
  );
  await takePlaces(tx, market.id, placesOf(placed));
  await offerOtherSlots(
    tx,
    market,
    stores,
    plans,
    commands.map(({ basket }) => basket),
    answers,
    now,
  );

  const orders = placed.map(({ order }) => order);
  insertOrders(tx, market.id, orders);
  tx.afterCommit(() => {
    for (const order of orders) deps.known.set({ order, edition: 1, applied: undefined });
  });
  appendEvents(
    tx,
    market.id,
    orders.map((order) => ({
      type: 'OrderReceived',
      subject: order.id,
      at: now,
      by: 'shopper',
      data: { storeId: order.storeId, totalMinor: order.totalMinor, lineCount: order.lines.length },
    })),
  );
  recordCommands<Outcome>(
    tx,
    market.id,
    now,
    placed.map(({ index, order }) => ({ command: commands[index]!.command, outcome: { orderId: order.id } })),
  );
  for (const { index, order } of placed) answers[index] = ok({ order, isNew: true });

  // Retries: what an earlier try, or the same key earlier in this group, has brought about.
  const earlier = known.flatMap((each) => (each.kind === 'done' ? [each.outcome.orderId] : []));
  const before = await selectOrders(tx, market.id, earlier);
  return commands.map((command, index): Placed => {
    const each = known[index]!;
    if (each.kind === 'reused') return err({ code: 'idempotency_key_reused' });
    if (each.kind === 'done') return ok({ order: before.get(each.outcome.orderId)!, isNew: false });
    const leader = first[index]!;
    if (leader === index) return answers[index]!;
    return commands[leader]!.command.bodyHash === command.command.bodyHash
      ? answers[leader]!
      : err({ code: 'idempotency_key_reused' });
  });
}

/**
 * What is refused may have been done before: a retry of what another process placed, while the price has changed since or
 * it took the last itself. Then the group runs again and finds it done.
 */
async function requireStillNew(tx: Tx, marketId: MarketId, refused: readonly CommandKey[]): Promise<void> {
  const known = await findCommands(tx, marketId, refused);
  if (known.some(({ kind }) => kind !== 'new')) {
    throw new TransactionConflict('a command that was refused here was done by another process');
  }
}

function storesWithSlots(baskets: readonly Basket[]): StoreId[] {
  return [...new Set(baskets.flatMap(({ slot, storeId }) => (slot === undefined ? [] : [storeId])))];
}

/** The places that the scheduled orders among these need. */
function placesOf(orders: readonly { readonly quoted: QuotedBasket }[]) {
  return orders.flatMap(({ quoted: { scheduled, store } }) =>
    scheduled === undefined ? [] : [{ storeId: store.id, ...scheduled.slot }],
  );
}

function newOrder(
  deps: PlaceDeps,
  market: MarketRecord,
  // The moment that the order was promised at.
  now: EpochMs,
  command: PlaceOrder,
  quoted: QuotedBasket,
  counted: ReadonlySet<ArticleId>,
): OrderRecord {
  return {
    ...quoted.amounts,
    id: deps.ids.next('ord', quoted.store.id),
    marketId: market.id,
    storeId: quoted.store.id,
    storeName: quoted.store.name,
    merchantId: quoted.store.merchantId,
    shopperId: command.shopperId,
    version: 1,
    state: 'pending_payment',
    lines: quoted.lines.map((line) => ({ ...line, reserved: counted.has(line.articleId) })),
    address: command.basket.address,
    charges: storeCharges(quoted.tariffVersion, quoted.charges),
    promise: quoted.promise,
    promiseBasis: quoted.basis,
    slot: quoted.scheduled?.slot.start,
    prepareAt: quoted.scheduled?.prepareAt,
    preparationSeconds: quoted.store.preparationSeconds,
    payment: paymentBy(deps.providerFor(command.paymentMethod), command),
    deliveryCode: String(deps.random.below(10_000)).padStart(4, '0'),
    placedAt: now,
    payUntil: addMs(now, market.policy.paymentExpirySeconds * SECOND_MS),
    refundedMinor: 0,
    ...NOTHING_YET,
  };
}

function paymentBy(
  provider: PaymentProvider,
  { paymentMethod, shopperId }: PlaceOrder,
): OrderRecord['payment'] {
  return { provider: provider.name, method: provider.methodOf?.(paymentMethod, shopperId) ?? paymentMethod };
}

/** A promise that moves by less while a shopper pays is kept as it was shown. */
const KEPT_MS = 5 * MINUTE_MS;

function isLater({ promise, scheduled }: QuotedBasket, seen: PlaceOrder['expectedPromise']): boolean {
  return seen !== undefined && scheduled === undefined && promise.latest - seen.latest > KEPT_MS;
}

/** The window that was seen, where it could have been; an older or invented one is not kept. */
function keptPromise(
  { promise, scheduled }: QuotedBasket,
  seen: PlaceOrder['expectedPromise'],
): QuotedBasket['promise'] {
  const isKept =
    seen !== undefined &&
    scheduled === undefined &&
    seen.earliest <= seen.latest &&
    Math.abs(promise.earliest - seen.earliest) <= KEPT_MS &&
    Math.abs(promise.latest - seen.latest) <= KEPT_MS;
  return isKept ? seen : promise;
}

function describeShortage(
  quoted: QuotedBasket,
  short: readonly { articleId: string; wanted: number; available: number }[],
): { line: number; offerId: string; available: number }[] {
  return quoted.lines.flatMap((line, index) => {
    const shortage = short.find((each) => each.articleId === line.articleId);
    return shortage === undefined
      ? []
      : [{ line: index, offerId: line.offerId, available: shortage.available }];
  });
}
