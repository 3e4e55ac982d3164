import type { Basket, Quote } from '@halfhour/contract';
import {
  type Clock,
  type GroupExecutor,
  type IdSource,
  type MarketId,
  type OrderId,
  type Random,
  type Result,
  type Ticker,
  SECOND_MS,
  addMs,
  createGroupExecutor,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { selectOffers } from '../catalogue/index.ts';
import { appendEvents } from '../events/index.ts';
import { selectStock } from '../inventory/index.ts';
import type { MarketRecord, Markets } from '../markets/index.ts';
import {
  type NotificationRequest,
  type PaymentAnswer,
  type PaymentProvider,
  askProvider,
  challengePayment,
  insertPayments,
  orderIdOf,
  paymentIdOf,
  providerOf,
  requestOf,
  selectExpired,
  selectPayment,
  settleDue,
  takeDispute,
  takeLateApproval,
} from '../payments/index.ts';
import { type Database, type Tx, isRowFault, Line } from '../postgres/index.ts';
import { selectPlans, selectTaken, slotName } from '../slots/index.ts';
import { selectStores } from '../stores/index.ts';
import { type ChangeCommand, type ChangeOutcome, applyChanges } from './change-orders.ts';
import { type ChangeContext, articlesOf, authorisedMinor, termsOf } from './revise-order.ts';
import { type OrderChange, type OrderRecord, changeOrder, offersOf } from './order.ts';
import { paymentOf } from './order-money.ts';
import { OrderCache } from './order-cache.ts';
import { orderAt, readOrderHistory } from './order-history.ts';
import { type Command, type Outcome, runGroup } from './run-group.ts';
import { lockOrders, selectOrders, selectUnanswered } from './order-store.ts';
import type { PlaceOrder, Placed } from './place-orders.ts';
import { offerOtherSlots } from './offer-other-slots.ts';
import { type EstimateTrip, type QuotedBasket, quoteBasket, toQuote } from './quote-basket.ts';
import { type PromiseSource, createPriorPromises } from './promise-source.ts';
import { type TariffSource, createPolicyTariffs } from './tariff-source.ts';
import { UnansweredScan } from './unanswered-scan.ts';

export interface OrderingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly ids: IdSource;
  readonly random: Random;
  readonly markets: Markets;
  readonly estimate: EstimateTrip;
  /** What is promised; the market's prior where absent. */
  readonly promises?: PromiseSource;
  /** What is charged; what the market's policy says where absent. */
  readonly tariffs?: TariffSource;
  /** Of all methods that are none of the others'. */
  readonly provider: PaymentProvider;
  /** Other ways to pay, each with its own methods. */
  readonly otherProviders?: readonly PaymentProvider[];
  /** Told after each commit that wrote events, so that readers look at once. */
  readonly onCommit: (marketId: MarketId) => void;
}

export interface Ordering {
  quote(marketId: MarketId, basket: Basket): Promise<Result<Quote, ApiError>>;
  /** Places an order and authorises its payment. Rejects with GroupOverloaded when too many are waiting. */
  placeOrder(marketId: MarketId, command: PlaceOrder): Promise<Result<OrderRecord, ApiError>>;
  /** One change, gathered with others into a transaction. */
  change(
    marketId: MarketId,
    change: OrderChange,
    command?: CommandKey,
    isOwn?: ChangeCommand['isOwn'],
  ): Promise<ChangeOutcome>;
  /** Changes in the caller's transaction, for delivery. Call `onCommit` after it. */
  applyChanges(tx: Tx, marketId: MarketId, changes: readonly OrderChange[]): Promise<ChangeOutcome[]>;
  /** Orders as they are, held until the caller's transaction ends. */
  lockOrders(
    tx: Tx,
    marketId: MarketId,
    orderIds: readonly OrderId[],
  ): Promise<ReadonlyMap<OrderId, OrderRecord>>;
  /** What a provider reported. @returns false when it is not signed by the provider */
  receiveNotification(
    marketId: MarketId,
    providerName: string,
    body: Readonly<Record<string, unknown>>,
    raw?: Pick<NotificationRequest, 'text' | 'headers'>,
  ): Promise<boolean>;
  /** Orders as this process knows them, or undefined where it does not know them all: see `OrderCache`. */
  knownOrders(
    marketId: MarketId,
    orderIds: readonly OrderId[],
  ): ReadonlyMap<OrderId, OrderRecord> | undefined;
  /**
   * The shopper is back from a challenge: the provider is asked how it went. Errors: `not_found`, `wrong_state` where
   * nothing waits for a challenge, `payment_declined`.
   */
  completeChallenge(
    marketId: MarketId,
    orderId: OrderId,
    testOutcome?: 'approve' | 'decline',
  ): Promise<Result<OrderRecord, ApiError>>;
  /** Asks providers what is due and cancels what was not paid in time; run every few seconds. */
  sweep(marketId: MarketId): Promise<void>;
  /** Commands waiting or running, for metrics and for a clean end. */
  readonly pending: number;
  drained(): Promise<void>;
}

/** Measured best group sizes are in the hundreds; the queue holds about a second of work at full rate. */
const MAX_GROUP = 512;
const MAX_QUEUE = 5_000;
/** One that Postgres works on, and one that is prepared meanwhile. */
const GROUPS_UNDER_WAY = 2;
/** Each group costs something however small it is: fewer groups cost less. */
const PACE_MS = 10;
/** Received, and paid for. */
const PLACED_VERSION = 2;
/** Time after which the sweep asks the provider when the process that placed the order is gone. */
const ASK_AGAIN_SECONDS = 15;
const PROVIDER_TIMEOUT_MS = 5_000;
const SWEEP_LIMIT = 500;
/** 20,000 orders that expire in one sweep; what is left is given up by the next. */
const MAX_EXPIRY_BATCHES = 40;

export function createOrdering(deps: OrderingDeps): Ordering {
  const { db, clock, ids, ticker, markets } = deps;
  const providers = [...(deps.otherProviders ?? []), deps.provider];
  const providerFor = (method: string): PaymentProvider =>
    deps.otherProviders?.find((each) => each.takes?.(method) === true) ?? deps.provider;
  /** Of a payment that was made: a provider that is configured no more says nothing. */
  const named = (name: string): PaymentProvider | undefined => providerOf(providers, name);
  const caches = new Map<MarketId, OrderCache>();
  const cacheOf = (marketId: MarketId): OrderCache => getOrMake(caches, marketId, () => new OrderCache());
  const promises = deps.promises ?? createPriorPromises();
  const tariffs = deps.tariffs ?? createPolicyTariffs();
  const withKnown = (marketId: MarketId) => ({
    ...deps,
    promises,
    tariffs,
    providerFor,
    known: cacheOf(marketId),
  });
  const sweeps = new Map<MarketId, UnansweredScan>();
  const executors = new Map<MarketId, GroupExecutor<Command, Outcome>>();

  function executorOf(marketId: MarketId): GroupExecutor<Command, Outcome> {
    return getOrMake(executors, marketId, () => {
      const line = new Line();
      return createGroupExecutor<Command, Outcome>({
        maxGroup: MAX_GROUP,
        maxQueue: MAX_QUEUE,
        // A market's commits follow each other anyway: a second lane, by store, cost a fifth to a third more CPU an order.
        lanes: 1,
        laneOf: () => 0,
        pace: { ticker, ms: PACE_MS },
        isItemFault: isRowFault,
        ahead: GROUPS_UNDER_WAY,
        run: async (commands) => {
          const outcomes = await runGroup(db, withKnown(marketId), marketId, commands, line);
          deps.onCommit(marketId);
          return outcomes;
        },
      });
    });
  }

  const submitPlacement = (market: MarketRecord, place: PlaceOrder): Promise<Placed> =>
    executorOf(market.id).submit({ kind: 'place', market, place }) as Promise<Placed>;
  const submitChange = (marketId: MarketId, change: ChangeCommand): Promise<ChangeOutcome> =>
    executorOf(marketId).submit({ kind: 'change', change }) as Promise<ChangeOutcome>;

  /**
   * Has the provider raise what is authorised, where a change makes an order dearer, and makes the change then. The
   * provider goes first: when the change is refused after all, or the process dies in between, more is held than the
   * order costs until its total is captured; nobody ever captures more than is held.
   */
  async function changeAndRaise(
    marketId: MarketId,
    command: ChangeCommand & { readonly change: DearerChange },
    triesLeft = 2,
  ): Promise<ChangeOutcome> {
    const { change } = command;
    const order = (await selectOrders(db, marketId, [change.orderId])).get(change.orderId);
    if (order === undefined || command.isOwn?.(order) === false) return err({ code: 'not_found' });
    const preview = changeOrder(
      order,
      { ...change, authorisedMinor: Infinity },
      clock.now(),
      await readContext(marketId, order, change),
    );
    // Where it is refused, or was made before, the transaction tells why and what there is.
    if (!preview.ok) {
      const outcome = await submitChange(marketId, command);
      // What was refused a moment ago can be done now, and the provider is asked for it.
      const isPossible = !outcome.ok && outcome.error.code === 'unavailable';
      return isPossible && triesLeft > 0 ? changeAndRaise(marketId, command, triesLeft - 1) : outcome;
    }
    const { totalMinor } = preview.value.order;
    if (totalMinor <= authorisedMinor(order)) return submitChange(marketId, command);
    const payment = await selectPayment(db, marketId, order.id);
    invariant(payment !== undefined, `order ${order.id} is ${order.state} without a payment`);
    const provider = named(payment.provider);
    if (provider === undefined) return submitChange(marketId, command);
    const answer = await askProvider(ticker, PROVIDER_TIMEOUT_MS, (signal) =>
      provider.raise({ ...requestOf(marketId, payment), amountMinor: totalMinor }, signal),
    );
    if (answer.kind === 'declined') {
      return err({
        code: 'payment_declined',
        detail: 'The higher amount was declined; the order stays as it is.',
        orderId: order.id,
      });
    }
    return submitChange(
      marketId,
      answer.kind === 'done' ? { ...command, change: { ...change, authorisedMinor: totalMinor } } : command,
    );
  }

  async function readContext(
    marketId: MarketId,
    order: OrderRecord,
    change: OrderChange,
  ): Promise<ChangeContext> {
    const market = await markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    const stores = await selectStores(db, marketId, [order.storeId]);
    const offers = await selectOffers(db, marketId, [...new Set(offersOf(change))]);
    const stock = await selectStock(db, marketId, order.storeId, [
      ...articlesOf(order),
      ...[...offers.values()].map(({ articleId }) => articleId),
    ]);
    return {
      store: stores.get(order.storeId),
      offers,
      terms: termsOf(market, await tariffs.of(market), order),
      available: (articleId) => {
        const level = stock.get(articleId);
        return level === undefined ? undefined : level.onHand - level.reserved;
      },
      tripSeconds: () => 0,
    };
  }

  async function isFull(marketId: MarketId, { store, scheduled }: QuotedBasket): Promise<boolean> {
    if (scheduled === undefined) return false;
    const slot = { storeId: store.id, start: scheduled.slot.start };
    const taken = (await selectTaken(db, marketId, [slot])).get(slotName(slot)) ?? 0;
    return taken >= scheduled.slot.capacity;
  }

  /** The order as its placement was answered, whatever has become of it since; as it is where it was never placed. */
  async function asPlaced(marketId: MarketId, order: OrderRecord): Promise<OrderRecord> {
    if (order.state === 'pending_payment' || order.version === PLACED_VERSION) return order;
    const history = await readOrderHistory(db, marketId, order.id);
    const placed = history.findIndex(({ type }) => type === 'OrderPlaced');
    return placed < 0 ? order : (orderAt(order, history, placed + 1) ?? order);
  }

  /** Takes what the provider answered to an authorisation; a pending one leaves the order as it is. */
  async function settleAuthorisation(
    marketId: MarketId,
    orderId: OrderId,
    answer: PaymentAnswer,
  ): Promise<ChangeOutcome | undefined> {
    if (answer.kind === 'challenge') await keepChallenge(marketId, orderId, answer);
    if (answer.kind === 'pending' || answer.kind === 'challenge') return undefined;
    const settled = await submitChange(marketId, {
      change:
        answer.kind === 'done'
          ? { orderId, kind: 'payment_authorised', reference: answer.reference, by: 'system' }
          : {
              orderId,
              kind: 'payment_failed',
              reason: 'payment_declined',
              note: answer.reason,
              by: 'system',
            },
    });
    if (answer.kind === 'done' && !settled.ok && settled.error.code === 'wrong_state') {
      await releaseLateApproval(marketId, orderId, answer.reference);
    }
    return settled;
  }

  /** The shopper has to prove who pays: the order waits for it, and where is kept with its payment. */
  async function keepChallenge(
    marketId: MarketId,
    orderId: OrderId,
    { url, token }: PaymentAnswer & { readonly kind: 'challenge' },
  ): Promise<void> {
    const order = (await selectOrders(db, marketId, [orderId])).get(orderId);
    if (order === undefined) return;
    const now = clock.now();
    const kept = await db.transaction(async (tx) => {
      insertPayments(tx, marketId, now, addMs(now, ASK_AGAIN_SECONDS * SECOND_MS), [paymentOf(order)]);
      const challenged = await challengePayment(tx, marketId, orderId, now, { url, token });
      if (challenged) {
        const data = { url };
        appendEvents(tx, marketId, [
          { type: 'PaymentChallenged', subject: orderId, at: now, by: 'system', data },
        ]);
      }
      return challenged;
    });
    if (kept) deps.onCommit(marketId);
  }

  /**
   * An approval of an order that was given up meanwhile: what is held is released by the next sweep, and the shopper
   * is told.
   */
  async function releaseLateApproval(marketId: MarketId, orderId: OrderId, reference: string): Promise<void> {
    const now = clock.now();
    const late = await db.transaction(async (tx) => {
      const payment = await takeLateApproval(tx, marketId, orderId, reference, now);
      if (payment === undefined) return undefined;
      const { amountMinor } = payment;
      appendEvents(tx, marketId, [
        {
          type: 'PaymentReleased',
          subject: orderId,
          at: now,
          by: 'system',
          data: { amountMinor, reason: 'late' },
        },
      ]);
      return payment;
    });
    if (late !== undefined) deps.onCommit(marketId);
  }

  /**
   * Takes up the authorisations of orders whose process went away, or whose provider said that it would tell later:
   * from now on they are due like all other work with a provider. (Most orders are answered at once and never need
   * a payment that waits.)
   */
  async function findUnanswered(marketId: MarketId): Promise<void> {
    const now = clock.now();
    const sweep = getOrMake(sweeps, marketId, () => new UnansweredScan());
    let after = sweep.begin(now, ids.next('ord'));
    for (;;) {
      const before = addMs(now, -ASK_AGAIN_SECONDS * SECOND_MS);
      const found = await selectUnanswered(db, marketId, after, before, SWEEP_LIMIT);
      await db.transaction(async (tx) => insertPayments(tx, marketId, now, now, found.map(paymentOf)));
      if (found.length < SWEEP_LIMIT) break;
      after = found.at(-1)!.id;
    }
    sweep.end();
  }

  /**
   * Gives up what nobody has paid in time, in groups like all changes: stock and places are free again. Before
   * providers are asked, so that one that hangs does not hold up what it has not answered for minutes.
   */
  async function expireUnpaid(marketId: MarketId): Promise<void> {
    for (let batch = 0; batch < MAX_EXPIRY_BATCHES; batch++) {
      const unpaid = await selectExpired(db, marketId, clock.now(), SWEEP_LIMIT);
      const outcomes = await Promise.all(
        unpaid.map((orderId) =>
          submitChange(marketId, {
            change: { orderId, kind: 'payment_failed', reason: 'payment_expired', by: 'system' },
          }),
        ),
      );
      // One that was paid or cancelled meanwhile is refused; where all are, the same would be found again.
      if (unpaid.length < SWEEP_LIMIT || !outcomes.some(({ ok: done }) => done)) break;
    }
  }

  return {
    async quote(marketId, basket) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const stores = await selectStores(db, marketId, [basket.storeId]);
      const offers = await selectOffers(db, marketId, [...new Set(basket.lines.map((line) => line.offerId))]);
      const store = stores.get(basket.storeId);
      const plans = await selectPlans(db, marketId, basket.slot === undefined ? [] : [basket.storeId]);
      const now = clock.now();
      const plan = plans.get(basket.storeId);
      const charged = await tariffs.of(market);
      let quoted = quoteBasket(basket, store, offers, market, charged, deps.estimate, promises, now, plan);
      if (quoted.ok && (await isFull(marketId, quoted.value))) quoted = err({ code: 'slot_full' });
      if (!quoted.ok) {
        const answers = [quoted];
        await offerOtherSlots(db, market, stores, plans, [basket], answers, now);
        return answers[0]!;
      }
      const stock = await selectStock(db, marketId, basket.storeId, [
        ...new Set(quoted.value.lines.map((line) => line.articleId)),
      ]);
      const short = quoted.value.lines.flatMap((line, index) => {
        const level = stock.get(line.articleId);
        const available = level === undefined ? Infinity : level.onHand - level.reserved;
        return available < line.quantity ? [{ line: index, offerId: line.offerId, available }] : [];
      });
      return short.length > 0 ? err({ code: 'out_of_stock', lines: short }) : ok(toQuote(quoted.value));
    },

    async placeOrder(marketId, command) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const placed = await submitPlacement(market, command);
      if (!placed.ok) return placed;
      const { order } = placed.value;
      if (order.state !== 'pending_payment') return afterPayment(await asPlaced(marketId, order));
      const provider = named(order.payment.provider)!;
      const answer = await askProvider(ticker, PROVIDER_TIMEOUT_MS, (signal) =>
        provider.authorise(
          {
            marketId,
            paymentId: paymentIdOf(order.id),
            amountMinor: order.totalMinor,
            currency: order.currency,
            method: order.payment.method,
            reference: undefined,
          },
          signal,
        ),
      );
      const settled = await settleAuthorisation(marketId, order.id, answer);
      if (settled?.ok === true) return afterPayment(settled.value);
      // Not answered yet, or settled by someone else meanwhile (a notification, a cancellation).
      const current = await selectOrders(db, marketId, [order.id]);
      return afterPayment(await asPlaced(marketId, current.get(order.id)!));
    },

    change: (marketId, change, command, isOwn) =>
      mayBeDearer(change)
        ? changeAndRaise(marketId, { change, command, isOwn })
        : submitChange(marketId, { change, command, isOwn }),
    applyChanges: (tx, marketId, changes) =>
      applyChanges(
        tx,
        withKnown(marketId),
        marketId,
        changes.map((change) => ({ change })),
      ),

    async lockOrders(tx, marketId, orderIds) {
      const locked = await lockOrders(tx, marketId, orderIds, cacheOf(marketId));
      return new Map([...locked].map(([id, { order }]) => [id, order]));
    },

    knownOrders(marketId, orderIds) {
      const cache = cacheOf(marketId);
      if (!cache.isTrusted(clock.now())) return undefined;
      const orders = new Map<OrderId, OrderRecord>();
      for (const id of orderIds) {
        const known = cache.get(id);
        if (known === undefined) return undefined;
        orders.set(id, known.order);
      }
      return orders;
    },

    async receiveNotification(marketId, providerName, body, raw = { text: '', headers: {} }) {
      const notification = await named(providerName)?.readNotification({ marketId, body, ...raw });
      if (notification === undefined) return false;
      if (notification === 'ignored') return true;
      if (notification.outcome === 'dispute') {
        await takeDispute(deps, marketId, providerName, notification);
        deps.onCommit(marketId);
        return true;
      }
      // Late or repeated, or of no order at all: the state machine refuses the change.
      await settleAuthorisation(
        marketId,
        orderIdOf(notification.paymentId),
        notification.outcome === 'authorised'
          ? { kind: 'done', reference: notification.reference }
          : { kind: 'declined', reason: 'The provider declined it.' },
      );
      return true;
    },

    async completeChallenge(marketId, orderId, testOutcome) {
      const payment = await selectPayment(db, marketId, orderId);
      if (payment?.state !== 'challenged') {
        return err({
          code: 'wrong_state',
          detail: 'No challenge waits for an answer.',
          state: payment?.state,
        });
      }
      const provider = named(payment.provider);
      if (provider === undefined) {
        return err({ code: 'unavailable', detail: `${payment.provider} is not configured any more.` });
      }
      if (testOutcome !== undefined) provider.answerChallenge?.(marketId, paymentIdOf(orderId), testOutcome);
      const answer = await askProvider(ticker, PROVIDER_TIMEOUT_MS, (signal) =>
        provider.authorise(requestOf(marketId, payment), signal),
      );
      await settleAuthorisation(marketId, orderId, answer);
      const order = (await selectOrders(db, marketId, [orderId])).get(orderId);
      return order === undefined ? err({ code: 'not_found' }) : afterPayment(order);
    },

    async sweep(marketId) {
      await findUnanswered(marketId);
      await expireUnpaid(marketId);
      await settleDue(
        {
          db,
          clock,
          ticker,
          ids,
          onCommit: deps.onCommit,
          providers,
          timeoutMs: PROVIDER_TIMEOUT_MS,
          onAuthorisation: async (payment, answer) => {
            await settleAuthorisation(marketId, payment.orderId, answer);
          },
        },
        marketId,
      );
    },

    get pending() {
      return [...executors.values()].reduce((sum, each) => sum + each.pending, 0);
    },
    async drained() {
      await Promise.all([...executors.values()].map((each) => each.drained()));
    },
  };
}

type DearerChange = OrderChange & { readonly kind: 'change_lines' | 'answer_substitution' };

/** Whether a change may raise the total: only one that the shopper has confirmed. */
function mayBeDearer(change: OrderChange): change is DearerChange {
  const { kind } = change;
  if (kind !== 'change_lines' && kind !== 'answer_substitution') return false;
  return change.expectedTotalMinor !== undefined;
}

/** The answer to a placement once its payment is known: a declined one is an error, also for a retry. */
function afterPayment(order: OrderRecord): Result<OrderRecord, ApiError> {
  return order.state === 'cancelled' && order.cancelReason === 'payment_declined'
    ? err({ code: 'payment_declined', orderId: order.id })
    : ok(order);
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
