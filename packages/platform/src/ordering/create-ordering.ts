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
  createGroupExecutor,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { selectOffers } from '../catalogue/index.ts';
import { findCommands, firstOf, recordCommands } from '../commands/index.ts';
import { selectStock } from '../inventory/index.ts';
import type { MarketRecord, Markets } from '../markets/index.ts';
import {
  type PaymentAnswer,
  type PaymentProvider,
  askProvider,
  selectPayment,
  settleDue,
} from '../payments/index.ts';
import { type Database, type Tx, isRowFault } from '../postgres/index.ts';
import { selectStores } from '../stores/index.ts';
import { type ChangeOutcome, applyChanges } from './change-orders.ts';
import type { OrderChange, OrderRecord } from './order.ts';
import { selectOrders, selectUnpaid } from './order-store.ts';
import { type PlaceOrder, type Placed, placeOrders } from './place-orders.ts';
import { type EstimateTrip, quoteBasket, toQuote } from './quote-basket.ts';

export interface OrderingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ticker: Ticker;
  readonly ids: IdSource;
  readonly random: Random;
  readonly markets: Markets;
  readonly estimate: EstimateTrip;
  readonly provider: PaymentProvider;
  /** Told after each commit that wrote events, so that readers look at once. */
  readonly onCommit: () => void;
}

export interface Ordering {
  quote(marketId: MarketId, basket: Basket): Promise<Result<Quote, ApiError>>;
  /** Places an order and authorises its payment. Rejects with GroupOverloaded when too many are waiting. */
  placeOrder(marketId: MarketId, command: PlaceOrder): Promise<Result<OrderRecord, ApiError>>;
  /** One change, gathered with others into a transaction; `command` makes a retry answer the same. */
  change(marketId: MarketId, change: OrderChange, command?: CommandKey): Promise<ChangeOutcome>;
  /** Changes in the caller's transaction, for delivery. Call `onCommit` after it. */
  applyChanges(tx: Tx, marketId: MarketId, changes: readonly OrderChange[]): Promise<ChangeOutcome[]>;
  /** What a provider reported. @returns false when it is not signed by the provider */
  receiveNotification(
    marketId: MarketId,
    providerName: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<boolean>;
  /** Asks providers what is due and cancels what was not paid in time; run every few seconds. */
  sweep(marketId: MarketId): Promise<void>;
  /** Commands waiting or running, for metrics and for a clean end. */
  readonly pending: number;
  drained(): Promise<void>;
}

interface ChangeCommand {
  readonly change: OrderChange;
  readonly command: CommandKey | undefined;
}

/** Measured best group sizes are in the hundreds; the queue holds about a second of work at full rate. */
const MAX_GROUP = 512;
const MAX_QUEUE = 5_000;
/** Two connections keep both cores busy; stores are spread over them so that groups do not contend. */
const LANES = 2;
const PROVIDER_TIMEOUT_MS = 5_000;
const SWEEP_LIMIT = 500;

export function createOrdering(deps: OrderingDeps): Ordering {
  const { db, clock, ticker, provider, markets } = deps;
  const placements = new Map<MarketId, GroupExecutor<PlaceOrder, Placed>>();
  const changes = new Map<MarketId, GroupExecutor<ChangeCommand, ChangeOutcome>>();

  function placementsOf(market: MarketRecord): GroupExecutor<PlaceOrder, Placed> {
    return getOrMake(placements, market.id, () =>
      createGroupExecutor({
        maxGroup: MAX_GROUP,
        maxQueue: MAX_QUEUE,
        lanes: LANES,
        laneOf: (command) => laneOf(command.basket.storeId),
        isItemFault: isRowFault,
        run: async (commands) => {
          const placed = await db.transaction((tx) => placeOrders(tx, deps, market, commands));
          deps.onCommit();
          return placed;
        },
      }),
    );
  }

  function changesOf(marketId: MarketId): GroupExecutor<ChangeCommand, ChangeOutcome> {
    return getOrMake(changes, marketId, () =>
      createGroupExecutor({
        maxGroup: MAX_GROUP,
        maxQueue: MAX_QUEUE,
        lanes: LANES,
        laneOf: ({ change }) => laneOf(change.orderId),
        isItemFault: isRowFault,
        run: async (commands) => {
          const outcomes = await db.transaction((tx) => changeGroup(tx, marketId, commands));
          deps.onCommit();
          return outcomes;
        },
      }),
    );
  }

  async function changeGroup(
    tx: Tx,
    marketId: MarketId,
    commands: readonly ChangeCommand[],
  ): Promise<ChangeOutcome[]> {
    const keyed = commands.flatMap(({ command }, index) =>
      command === undefined ? [] : [{ command, index }],
    );
    const found = await findCommands<{ orderId: OrderId }>(
      tx,
      marketId,
      keyed.map(({ command }) => command),
    );
    const leaders = firstOf(keyed.map(({ command }) => command));
    const place = new Map(keyed.map(({ index }, position) => [index, position]));
    const isFresh = (index: number): boolean => {
      const position = place.get(index);
      return position === undefined || (found[position]!.kind === 'new' && leaders[position] === position);
    };

    const fresh = commands.flatMap((_, index) => (isFresh(index) ? [index] : []));
    const applied = await applyChanges(
      tx,
      deps,
      marketId,
      fresh.map((index) => commands[index]!.change),
    );
    const outcomes: (ChangeOutcome | undefined)[] = commands.map(() => undefined);
    fresh.forEach((index, position) => (outcomes[index] = applied[position]));
    await recordCommands(
      tx,
      marketId,
      clock.now(),
      fresh.flatMap((index) => {
        const { command, change } = commands[index]!;
        return command !== undefined && outcomes[index]!.ok
          ? [{ command, outcome: { orderId: change.orderId } }]
          : [];
      }),
    );
    const repeated = found.flatMap((known) => (known.kind === 'done' ? [known.outcome.orderId] : []));
    const orders = await selectOrders(tx, marketId, repeated);
    return commands.map((_, index): ChangeOutcome => {
      if (outcomes[index] !== undefined) return outcomes[index];
      const position = place.get(index)!;
      const known = found[position]!;
      if (known.kind === 'done') return ok(orders.get(known.outcome.orderId)!);
      const leader = keyed[leaders[position]!]!;
      const sameBody = leader.command.bodyHash === keyed[position]!.command.bodyHash;
      return known.kind === 'reused' || !sameBody
        ? err({ code: 'idempotency_key_reused' })
        : outcomes[leader.index]!;
    });
  }

  /** Takes what the provider answered to an authorisation; a pending one leaves the order as it is. */
  async function settleAuthorisation(
    marketId: MarketId,
    orderId: OrderId,
    answer: PaymentAnswer,
  ): Promise<ChangeOutcome | undefined> {
    if (answer.kind === 'pending') return undefined;
    return changesOf(marketId).submit({
      change:
        answer.kind === 'done'
          ? { orderId, kind: 'payment_authorised', reference: answer.reference, by: 'system' }
          : { orderId, kind: 'cancel', reason: 'payment_declined', note: answer.reason, by: 'system' },
      command: undefined,
    });
  }

  return {
    async quote(marketId, basket) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const stores = await selectStores(db, marketId, [basket.storeId]);
      const offers = await selectOffers(db, marketId, [...new Set(basket.lines.map((line) => line.offerId))]);
      const store = stores.get(basket.storeId);
      const quoted = quoteBasket(basket, store, offers, market, deps.estimate, clock.now());
      if (!quoted.ok) return quoted;
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
      const placed = await placementsOf(market).submit(command);
      if (!placed.ok) return placed;
      const { order } = placed.value;
      if (order.state !== 'pending_payment') return afterPayment(order);
      const answer = await askProvider(ticker, PROVIDER_TIMEOUT_MS, (signal) =>
        provider.authorise(
          {
            marketId,
            paymentId: order.paymentId,
            amountMinor: order.totalMinor,
            currency: order.currency,
            method: command.paymentMethod,
            reference: undefined,
          },
          signal,
        ),
      );
      const settled = await settleAuthorisation(marketId, order.id, answer);
      if (settled?.ok === true) return afterPayment(settled.value);
      // Not answered yet, or settled by someone else meanwhile (a notification, a cancellation).
      const current = await selectOrders(db, marketId, [order.id]);
      return afterPayment(current.get(order.id)!);
    },

    change: (marketId, change, command) => changesOf(marketId).submit({ change, command }),
    applyChanges: (tx, marketId, given) => applyChanges(tx, deps, marketId, given),

    async receiveNotification(marketId, providerName, body) {
      if (providerName !== provider.name) return false;
      const notification = provider.readNotification(body);
      if (notification === undefined) return false;
      const payment = await selectPayment(db, marketId, notification.paymentId);
      // Late or repeated: the order has moved on, and the state machine refuses the change.
      if (payment?.state === 'authorising') {
        await settleAuthorisation(
          marketId,
          payment.orderId,
          notification.outcome === 'authorised'
            ? { kind: 'done', reference: notification.reference }
            : { kind: 'declined', reason: 'The provider declined it.' },
        );
      }
      return true;
    },

    async sweep(marketId) {
      await settleDue(
        {
          db,
          clock,
          ticker,
          providers: [provider],
          timeoutMs: PROVIDER_TIMEOUT_MS,
          onAuthorisation: async (payment, answer) => {
            await settleAuthorisation(marketId, payment.orderId, answer);
          },
        },
        marketId,
      );
      const unpaid = await selectUnpaid(db, marketId, clock.now(), SWEEP_LIMIT);
      await Promise.all(
        unpaid.map((orderId) =>
          changesOf(marketId).submit({
            change: { orderId, kind: 'cancel', reason: 'payment_expired', by: 'system' },
            command: undefined,
          }),
        ),
      );
    },

    get pending() {
      return [...placements.values(), ...changes.values()].reduce((sum, each) => sum + each.pending, 0);
    },
    async drained() {
      await Promise.all([...placements.values(), ...changes.values()].map((each) => each.drained()));
    },
  };
}

/** The answer to a placement once its payment is known: a declined one is an error, also for a retry. */
function afterPayment(order: OrderRecord): Result<OrderRecord, ApiError> {
  return order.state === 'cancelled' && order.cancelReason === 'payment_declined'
    ? err({ code: 'payment_declined', orderId: order.id })
    : ok(order);
}

/** Spreads ids over the lanes; the last characters of an id hold its sequence. */
function laneOf(id: string): number {
  let hash = 0;
  for (let index = id.length - 6; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) | 0;
  return Math.abs(hash) % LANES;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
