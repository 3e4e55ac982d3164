import {
  type IdSource,
  type OrderId,
  type UserId,
  ManualClock,
  createIdSource,
  distanceMetres,
  seededRandom,
  systemTicker,
} from '@halfhour/kernel';
import type { CommandKey } from '../api/index.ts';
import { createMarkets } from '../markets/index.ts';
import { type Ordering, type PromiseSource, type TariffSource, createOrdering } from '../ordering/index.ts';
import {
  type PaymentProvider,
  type ReconcileDeps,
  type TestBooks,
  createCashProvider,
  createTestProvider,
  createWalletProvider,
} from '../payments/index.ts';
import type { Database } from '../postgres/index.ts';
import { type Wallets, createWallets } from '../wallet/index.ts';
import { TEST_START, type TestMarket, createTestMarket } from './test-market.ts';

export interface TestOrdering {
  readonly clock: ManualClock;
  readonly ids: IdSource;
  readonly ordering: Ordering;
  readonly market: TestMarket;
  readonly shopperId: UserId;
  /** Notifications that the test provider wants to send; hand them to `ordering.receiveNotification`. */
  readonly notifications: Record<string, unknown>[];
  readonly provider: PaymentProvider;
  readonly wallets: Wallets;
  /** What reconciliation of this provider needs. */
  readonly reconciling: ReconcileDeps;
  /** A command key that has not been used. */
  key(body?: string): CommandKey;
  /** Places `basket` (one dish) as quoted and returns the order's id; fails the test when it is refused. */
  place(paymentMethod?: string): Promise<OrderId>;
}

/** The real ordering module with its neighbours on a market of its own, and a clock that the test moves. */
export async function createTestOrdering(
  db: Database,
  options: {
    readonly cans?: number;
    readonly couriers?: number;
    readonly promises?: PromiseSource;
    readonly tariffs?: TariffSource;
    /** The provider's own books, kept by the clock of the test. */
    readonly booksOf?: (clock: ManualClock) => TestBooks;
  } = {},
): Promise<TestOrdering> {
  const clock = new ManualClock(TEST_START);
  const ids = createIdSource(() => clock.now(), nodes++);
  const market = await createTestMarket(db, ids, options);
  const notifications: Record<string, unknown>[] = [];
  const wallets = createWallets({ db, clock, ids });
  const provider = createTestProvider({
    clock,
    secret: 'test',
    notify: (_, body) => notifications.push(body),
    ...(options.booksOf === undefined ? {} : { books: options.booksOf(clock) }),
  });
  const ordering = createOrdering({
    db,
    clock,
    ticker: systemTicker,
    ids,
    random: seededRandom('test-ordering'),
    markets: createMarkets({ db }),
    estimate: (_, from, to) => {
      const metres = Math.round(distanceMetres(from, to));
      return { metres, seconds: Math.round(metres / 5) };
    },
    provider,
    otherProviders: [createCashProvider(db), createWalletProvider(db, wallets)],
    ...(options.promises === undefined ? {} : { promises: options.promises }),
    ...(options.tariffs === undefined ? {} : { tariffs: options.tariffs }),
    onCommit: () => {},
  });
  const shopperId = ids.next('usr');
  let keys = 0;
  const key = (body = 'body'): CommandKey => ({ caller: shopperId, key: `key-${keys++}`, bodyHash: body });
  return {
    clock,
    ids,
    ordering,
    market,
    shopperId,
    notifications,
    provider,
    wallets,
    reconciling: { db, clock, ticker: systemTicker, ids, providers: [provider], onCommit: () => {} },
    key,
    async place(paymentMethod = 'test_approve') {
      const basket = market.basket();
      const quote = await ordering.quote(market.marketId, basket);
      if (!quote.ok) throw new Error(`no quote: ${quote.error.code}`);
      const placed = await ordering.placeOrder(market.marketId, {
        shopperId,
        command: key(),
        basket,
        expectedTotalMinor: quote.value.totalMinor,
        paymentMethod,
      });
      if (!placed.ok) throw new Error(`not placed: ${placed.error.code}`);
      return placed.value.id;
    },
  };
}

/** Clocks of tests stand still, so each id source needs a node of its own. */
let nodes = 100;
