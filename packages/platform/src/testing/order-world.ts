import assert from 'node:assert/strict';
import type { Basket } from '@halfhour/contract';
import {
  type ArticleId,
  type IdSource,
  type OfferId,
  type OrderId,
  type PaymentId,
  type StoreId,
  type Ticker,
  ManualClock,
  createIdSource,
  distanceMetres,
  idFromKey,
  keyOf,
  seededRandom,
  systemNow,
} from '@halfhour/kernel';
import type { ApiError, Authority } from '../api/index.ts';
import { insertArticles, insertOffers } from '../catalogue/index.ts';
import { BEGINNING, readEvents } from '../events/index.ts';
import { countUnexplainedStock, selectStock, setOnHand } from '../inventory/index.ts';
import { selectBalances, selectImbalance, selectTransactions } from '../ledger/index.ts';
import { createMarkets } from '../markets/index.ts';
import {
  type OrderChange,
  type OrderRecord,
  type Ordering,
  createOrdering,
  selectOrders,
} from '../ordering/index.ts';
import {
  type PaymentProvider,
  type PaymentRequest,
  type PaymentState,
  createTestProvider,
  paymentIdOf,
} from '../payments/index.ts';
import type { Database } from '../postgres/index.ts';
import { createStores, insertStores, selectStores } from '../stores/index.ts';
import {
  type Action,
  type Answer,
  type Article,
  type Change,
  type Line,
  type Model,
  type OrderSight,
  type Sight,
  COURIERS,
  PAYMENT_EXPIRY_MS,
  PRICES,
  STORES,
  TIP_MINOR,
  describeAnswer,
  stockName,
  totalOf,
} from './order-model.ts';
import { TEST_START, createTestMarket } from './test-market.ts';

/** A market of the database in which what `order-model.ts` describes is acted out. */
export interface OrderWorld {
  /** Does something through one of the ordering modules, which share nothing but the database. */
  act(action: Action, process: number): Promise<Answer>;
  pass(milliseconds: number): Promise<void>;
  see(): Promise<Sight>;
  /** Lets all payments come to their end, and checks that nothing is left open and the provider was told the same. */
  end(): Promise<void>;
}

export const PROCESSES = 2;
const ARTICLES: readonly Article[] = ['dish', 'can', 'bread'];
const EVENTS = 2_000;
/** A payment that was authorised in one sweep may be voided or captured in the next. */
const LAST_SWEEPS = 3;

/** The clocks of all worlds begin at the same moment, so their ids come from another. */
const ids: IdSource = createIdSource(systemNow, 99);

/** Lets what is under way already come before a time-out, and nothing else. */
const impatient: Ticker = {
  elapsedMs: () => 0,
  after(_, callback) {
    const waiting = setImmediate(callback);
    return () => clearImmediate(waiting);
  },
};

/** Makes a market of stores that sell the same, with what `stock` says on their shelves. */
export async function createOrderWorld(db: Database, stock: Model['stock']): Promise<OrderWorld> {
  const clock = new ManualClock(TEST_START);
  const market = await createTestMarket(db, ids, { couriers: COURIERS });
  const { marketId, courierIds } = market;
  const articles = { dish: ids.next('art'), can: ids.next('art'), bread: ids.next('art') } as const;
  const storeIds = Array.from({ length: STORES }, () => ids.next('sto'));
  const offers = new Map<string, OfferId>();
  for (let store = 0; store < STORES; store++) {
    for (const article of ARTICLES) offers.set(stockName(store, article), ids.next('off'));
  }
  await db.transaction(async (tx) => {
    const record = (await selectStores(tx, marketId, [market.storeId])).get(market.storeId)!;
    await insertStores(
      tx,
      marketId,
      storeIds.map((id) => ({ ...record, id })),
    );
    await insertArticles(
      tx,
      marketId,
      ARTICLES.map((article) => ({
        id: articles[article],
        names: { en: article },
        category: 'All',
        taxClass: 'standard' as const,
      })),
    );
    await insertOffers(
      tx,
      marketId,
      [...offers].map(([name, id]) => ({
        ...placeOf(name),
        id,
        priceMinor: PRICES[articleIn(name)],
        available: true,
        countsStock: name in stock,
        optionGroups: [],
      })),
    );
    const counted = Object.entries(stock).map(([name, { onHand }]) => ({ ...placeOf(name), onHand }));
    await setOnHand(tx, marketId, clock.now(), counted);
  });

  const { provider, notifications, told } = createWitness(clock);
  const processes = Array.from({ length: PROCESSES }, (_, process) =>
    createOrdering({
      db,
      clock,
      ticker: impatient,
      ids,
      random: seededRandom(`order-world/${process}`),
      markets: createMarkets({ db }),
      estimate: (_, from, to) => {
        const metres = Math.round(distanceMetres(from, to));
        return { metres, seconds: Math.round(metres / 5) };
      },
      provider,
      onCommit: () => {},
    }),
  );
  const stores = createStores({ db, clock, ids });
  const shopperId = ids.next('usr');
  const operator: Authority = {
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  /** By the key of the command that placed it. */
  const orderIds = new Map<string, OrderId>();
  const storesOf = new Map<OrderId, number>();
  const nameOf = (id: unknown): string | undefined => [...orderIds].find(([, each]) => each === id)?.[0];

  function articleIn(name: string): Article {
    return name.split(' ')[1] as Article;
  }
  function placeOf(name: string): { storeId: StoreId; articleId: ArticleId } {
    return { storeId: storeIds[Number(name.split(' ')[0])]!, articleId: articles[articleIn(name)] };
  }
  function basketOf(store: number, lines: readonly Line[]): Basket {
    const chosen = lines.map(({ article, quantity }) => ({
      offerId: offers.get(stockName(store, article))!,
      quantity,
    }));
    return { ...market.basket(chosen), storeId: storeIds[store]!, tipMinor: TIP_MINOR };
  }

  const articleOf = (offerId: OfferId): Article =>
    articleIn([...offers].find(([, each]) => each === offerId)![0]);

  function describeRefusal(error: ApiError): Answer {
    switch (error.code) {
      case 'out_of_stock': {
        const short = error['lines'] as { offerId: OfferId; available: number }[];
        return `out_of_stock ${short.map(({ offerId, available }) => `${articleOf(offerId)}:${available}`).join(' ')}`;
      }
      case 'price_changed':
        return `price_changed ${(error['quote'] as { totalMinor: number }).totalMinor}`;
      case 'wrong_state':
        return `wrong_state ${String(error['state'])}`;
      case 'payment_declined':
        return `payment_declined ${nameOf(error['orderId'])}`;
      default:
        return error.code;
    }
  }
  const courierOf = (order: OrderRecord): number | undefined =>
    order.courierId === undefined ? undefined : courierIds.indexOf(order.courierId);
  const describe = (order: OrderRecord): Answer =>
    describeAnswer(nameOf(order.id) ?? 'unknown', {
      state: order.state,
      totalMinor: order.totalMinor,
      refundedMinor: order.refundedMinor,
      courier: courierOf(order),
    });

  async function place(ordering: Ordering, action: Action & { kind: 'place' }): Promise<Answer> {
    const { key, body, store, lines } = action;
    const placed = await ordering.placeOrder(marketId, {
      shopperId,
      command: { caller: shopperId, key, bodyHash: body },
      basket: basketOf(store, lines),
      expectedTotalMinor: totalOf(lines) + (action.isTotalWrong ? 1 : 0),
      paymentMethod: action.method,
    });
    const id = placed.ok ? placed.value.id : (placed.error['orderId'] as OrderId | undefined);
    if (id !== undefined) {
      assert.equal(orderIds.get(key) ?? id, id, `the key ${key} has placed two orders`);
      orderIds.set(key, id);
      storesOf.set(id, store);
    }
    return placed.ok ? describe(placed.value) : describeRefusal(placed.error);
  }

  function changeOf(orderId: OrderId, store: number, change: Change): OrderChange {
    const { by } = change;
    switch (change.kind) {
      case 'assign': {
        const courierId = courierIds[change.courier]!;
        return { kind: 'assign', orderId, by, courierId, expectedDeliveryAt: clock.now() };
      }
      case 'pick_up':
      case 'deliver':
        return { kind: change.kind, orderId, by, courierId: courierIds[change.courier]! };
      case 'cancel':
        return { kind: 'cancel', orderId, by, reason: by === 'courier' ? 'operator' : by };
      case 'change_address':
        return { kind: 'change_address', orderId, by, address: market.basket().address };
      case 'change_lines': {
        const { line, quantity, add, expectedTotalMinor } = change;
        const offerIn = (article: Article): OfferId => offers.get(stockName(store, article))!;
        return {
          kind: 'change_lines',
          orderId,
          by,
          quantities: [{ line, offerId: offerIn(change.article), quantity }],
          add:
            add === undefined ? [] : [{ offerId: offerIn(add.article), quantity: add.quantity, options: [] }],
          expectedTotalMinor,
        };
      }
      case 'refund':
        return { kind: 'refund', orderId, by, amountMinor: change.amountMinor, reason: 'cold' };
      default:
        return { kind: change.kind, orderId, by };
    }
  }

  /** Reads the table: a payment is written when there is something to ask, and has no reader but the sweep. */
  async function selectPayments(): Promise<Map<OrderId, PaymentState>> {
    const rows = await db.query<{ order_id: string; state: PaymentState }>(
      `select order_id, state from payments.payment where market_id = $1`,
      [keyOf(marketId)],
    );
    return new Map(rows.map(({ order_id, state }) => [idFromKey('ord', order_id), state]));
  }

  async function seeOrder(
    order: OrderRecord,
    events: readonly string[],
    payment: PaymentState = 'authorising',
  ): Promise<OrderSight> {
    const posted = await selectTransactions(db, marketId, { orderId: order.id, limit: 100 });
    return {
      state: order.state,
      cancelReason: order.cancelReason ?? '',
      refundedMinor: order.refundedMinor,
      courier: courierOf(order),
      totalMinor: order.totalMinor,
      events,
      payment: SIGHT_OF_PAYMENT[payment],
      postings: posted.filter(({ kind }) => isDecided(kind)).length,
    };
  }

  async function see(): Promise<Sight> {
    const events = await readEvents(db, marketId, BEGINNING, EVENTS);
    const known = await selectOrders(db, marketId, [...orderIds.values()]);
    const payments = await selectPayments();
    const orders = await Promise.all(
      [...orderIds].map(async ([name, id]) => {
        // What became of its payment is told of the order, too, when the provider has answered.
        const types = events
          .filter((event) => event.subject === id && event.type.startsWith('Order'))
          .map((event) => event.type);
        return [name, await seeOrder(known.get(id)!, types, payments.get(id))] as const;
      }),
    );
    const levels = await Promise.all(
      Object.keys(stock).map(async (name) => {
        const { storeId, articleId } = placeOf(name);
        return [name, (await selectStock(db, marketId, storeId, [articleId])).get(articleId)!] as const;
      }),
    );
    const accounts = await selectBalances(db, marketId, '', 100);
    const balance = (code: string): number =>
      accounts.find((account) => account.code === code)?.balanceMinor ?? 0;
    const received = events.filter((event) => event.type === 'OrderReceived');
    assert.equal(received.length, orderIds.size, 'there is an order that nobody was told of');
    assert.deepEqual(await selectImbalance(db, marketId), { sumMinor: 0, unbalanced: 0 });
    assert.equal(await countUnexplainedStock(db, marketId), 0);
    const shops = await selectStores(db, marketId, storeIds);
    return {
      open: storeIds.map((id) => shops.get(id)!.status === 'open'),
      stock: Object.fromEntries(levels),
      takenMinor: SHOPPERS_MONEY.reduce((sum, code) => sum + balance(code), 0),
      tipsMinor: courierIds.map((id) => 0 - balance(`courier:${id}:payable`)),
      orders: Object.fromEntries(orders),
    };
  }

  return {
    async act(action, process) {
      const ordering = processes[process]!;
      switch (action.kind) {
        case 'place':
          return place(ordering, action);
        case 'change': {
          const { key, body, order, change } = action;
          const command = { caller: shopperId, key, bodyHash: body };
          const id = orderIds.get(order)!;
          const done = await ordering.change(marketId, changeOf(id, storesOf.get(id)!, change), command);
          return done.ok ? describe(done.value) : describeRefusal(done.error);
        }
        case 'read': {
          const id = orderIds.get(action.order)!;
          return describe((await selectOrders(db, marketId, [id])).get(id)!);
        }
        case 'quote': {
          const quote = await ordering.quote(marketId, basketOf(action.store, action.lines));
          return quote.ok ? `ok ${quote.value.totalMinor}` : describeRefusal(quote.error);
        }
        case 'notify': {
          const id = orderIds.get(action.order)!;
          const notification = notifications.find((each) => each['paymentId'] === paymentIdOf(id))!;
          return (await ordering.receiveNotification(marketId, provider.name, notification))
            ? 'ok'
            : 'refused';
        }
        case 'sweep':
          await ordering.sweep(marketId);
          return 'ok';
        case 'open': {
          const status = action.isOpen ? 'open' : 'paused';
          const changed = await stores.changeStatus(marketId, storeIds[action.store]!, status, operator);
          return changed.ok ? 'ok' : changed.error.code;
        }
        case 'count': {
          const counted = { ...placeOf(stockName(action.store, action.article)), onHand: action.onHand };
          const [accepted] = await db.transaction((tx) => setOnHand(tx, marketId, clock.now(), [counted]));
          return accepted ? 'ok' : 'refused';
        }
      }
    },
    async pass(milliseconds) {
      clock.advanceBy(milliseconds);
      // What slept until now goes on.
      await new Promise(setImmediate);
    },
    see,
    async end() {
      for (let sweep = 0; sweep < LAST_SWEEPS; sweep++) {
        clock.advanceBy(PAYMENT_EXPIRY_MS);
        await processes[sweep % PROCESSES]!.sweep(marketId);
      }
      const payments = await selectPayments();
      for (const order of (await selectOrders(db, marketId, [...orderIds.values()])).values()) {
        const { captured, voided, refunded } = told(paymentIdOf(order.id));
        const isDelivered = order.state === 'delivered' || order.state === 'refunded';
        assert.notEqual(order.state, 'pending_payment', `${order.id} is neither paid nor given up`);
        assert.deepEqual(
          { captured, voided, refunded, state: payments.get(order.id) },
          {
            captured: isDelivered ? order.totalMinor : 0,
            voided: order.state === 'cancelled',
            refunded: order.refundedMinor,
            state: isDelivered ? 'captured' : order.state === 'cancelled' ? 'voided' : 'authorised',
          },
          `the provider and ${order.id}`,
        );
      }
      for (const { code, balanceMinor } of await selectBalances(db, marketId, '', 100)) {
        if (PASSED_THROUGH.has(code))
          assert.equal(balanceMinor, 0, `${code} when the provider has answered all`);
      }
      await see();
    },
  };
}

/** Where the money of shoppers is on its way between them and the provider. */
const SHOPPERS_MONEY = ['shoppers:receivable', 'payments:test:clearing', 'payments:refunds-due'] as const;

/** Empty once the provider has answered. */
const PASSED_THROUGH: ReadonlySet<string> = new Set(['shoppers:receivable', 'payments:refunds-due']);

/** Whether a transaction is posted with its order; what the provider has answered is posted later. */
function isDecided(kind: string): boolean {
  return kind !== 'capture' && !kind.startsWith('refund-paid-');
}

const SIGHT_OF_PAYMENT: Readonly<Record<PaymentState, OrderSight['payment']>> = {
  authorising: 'open',
  challenged: 'open',
  authorised: 'authorised',
  declined: 'void',
  capture_due: 'captured',
  captured: 'captured',
  capture_refused: 'captured',
  void_due: 'void',
  voided: 'void',
  void_refused: 'void',
};

/** What the provider was told of a payment, in minor units. */
interface Told {
  captured: number;
  voided: boolean;
  refunded: number;
}

interface Witness {
  readonly provider: PaymentProvider;
  /** What the provider wants to tell by itself. */
  readonly notifications: Readonly<Record<string, unknown>>[];
  told(paymentId: PaymentId): Told;
}

/** The test provider, remembering what it was told; repetitions under one id count once, as at any provider. */
function createWitness(clock: ManualClock): Witness {
  const notifications: Record<string, unknown>[] = [];
  const provider = createTestProvider({
    clock,
    secret: 'test',
    notify: (_, body) => notifications.push(body),
  });
  const payments = new Map<PaymentId, Told>();
  const refunds = new Set<string>();
  const lost = new Set<PaymentId>();
  const of = (paymentId: PaymentId): Told => {
    const found = payments.get(paymentId) ?? { captured: 0, voided: false, refunded: 0 };
    payments.set(paymentId, found);
    return found;
  };
  const isAnswerLost = ({ method, paymentId }: PaymentRequest): boolean => {
    if (method !== 'test_lost' || lost.has(paymentId)) return false;
    lost.add(paymentId);
    return true;
  };
  return {
    notifications,
    told: of,
    provider: {
      ...provider,
      authorise(request, signal) {
        if (isAnswerLost(request)) return Promise.reject(new Error('the connection broke'));
        const method = request.method === 'test_lost' ? 'test_approve' : request.method;
        return provider.authorise({ ...request, method }, signal);
      },
      capture(request, signal) {
        const payment = of(request.paymentId);
        assert.ok(!payment.voided, `${request.paymentId} is captured after it was voided`);
        payment.captured = request.amountMinor;
        return provider.capture(request, signal);
      },
      void(request, signal) {
        const payment = of(request.paymentId);
        assert.equal(payment.captured, 0, `${request.paymentId} is voided after it was captured`);
        payment.voided = true;
        return provider.void(request, signal);
      },
      refund(request, signal) {
        const payment = of(request.paymentId);
        assert.ok(payment.captured > 0, `${request.paymentId} is refunded before it was captured`);
        if (!refunds.has(request.refundId)) payment.refunded += request.amountMinor;
        refunds.add(request.refundId);
        return provider.refund(request, signal);
      },
    },
  };
}
