import { timingSafeEqual } from 'node:crypto';
import {
  type CourierId,
  type EpochMs,
  type GroupExecutor,
  type MarketId,
  type OrderId,
  type Result,
  type RouteId,
  createGroupExecutor,
  err,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import { type Known, findCommands, firstOf, recordCommands } from '../commands/index.ts';
import type { OrderChange, OrderRecord } from '../ordering/index.ts';
import { type Tx, isRowFault } from '../postgres/index.ts';
import { type MadeChange, commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import {
  type RouteRecord,
  MAX_WRONG_CODES,
  PICKUP_NUMBER,
  arrive,
  complete,
  countWrongCode,
  currentRoute,
  remaining,
  removeOrders,
} from './route.ts';
import { lockRoutes, selectOpenRoutes, selectRoutes } from './route-store.ts';

/** Who works at a stop. */
export interface Worker {
  readonly role: 'courier' | 'operator' | 'admin';
  /** The couriers it may act for; absent where for any of the market. */
  readonly courierIds?: readonly CourierId[];
}

export interface StopCommand {
  readonly kind: 'arrive' | 'complete';
  readonly routeId: RouteId;
  readonly stopNumber: number;
  /** The shopper's four digits, at a drop-off. */
  readonly code?: string | undefined;
  readonly by: Worker;
  readonly command?: CommandKey | undefined;
}

type Outcome = Result<RouteRecord, ApiError>;

const MAX_GROUP = 256;
const MAX_QUEUE = 4_000;
/** As in ordering: fewer groups cost less. */
const PACE_MS = 10;

/** Ordering refused a change after the route had allowed it; the transaction is undone. */
class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
  readonly error: ApiError;
  constructor(error: ApiError) {
    super(error.code);
    this.error = error;
  }
}

/** Arrivals and completions of a market, gathered into one transaction while the one before commits. */
export function createStopWorker(
  deps: DeliveryDeps,
): (marketId: MarketId, command: StopCommand) => Promise<Outcome> {
  // One for each market: a transaction stays in one. Markets are few.
  const executors = new Map<MarketId, GroupExecutor<StopCommand, Outcome>>();
  return async (marketId, command) => {
    let executor = executors.get(marketId);
    if (executor === undefined) {
      executor = createGroupExecutor({
        maxGroup: MAX_GROUP,
        maxQueue: MAX_QUEUE,
        lanes: 1,
        laneOf: () => 0,
        pace: { ticker: deps.ticker, ms: PACE_MS },
        run: (items) => runGroup(deps, marketId, items),
        isItemFault: (error) => error instanceof OrderRefused || isRowFault(error),
      });
      executors.set(marketId, executor);
    }
    try {
      return await executor.submit(command);
    } catch (error) {
      if (error instanceof OrderRefused) return err(error.error);
      throw error;
    }
  };
}

async function runGroup(
  deps: DeliveryDeps,
  marketId: MarketId,
  items: readonly StopCommand[],
): Promise<Outcome[]> {
  const outcomes = await deps.db.transaction((tx) => workStops(tx, deps, marketId, items));
  deps.onCommit(marketId);
  return outcomes;
}

async function workStops(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  items: readonly StopCommand[],
): Promise<Outcome[]> {
  const at = deps.clock.now();
  const routeIds = [...new Set(items.map((item) => item.routeId))];
  await lockRoutes(tx, marketId, routeIds, []);
  // After the locks: the same command may have run in another process while this one waited.
  const repeats = await findRepeats(tx, marketId, items);
  const named = await selectRoutes(tx, marketId, routeIds);
  const open = await selectOpenRoutes(tx, marketId, [...new Set(named.map((route) => route.courierId))]);
  // Locked, so that what is allowed here is still allowed when ordering changes them.
  const orders = await deps.ordering.lockOrders(
    tx,
    marketId,
    named.flatMap((route) => remaining(route).map((dropoff) => dropoff.orderId)),
  );
  const group = new StopGroup(at, [...named, ...open], orders);

  const outcomes: Outcome[] = [];
  const done: { command: CommandKey; outcome: Outcome }[] = [];
  items.forEach((item, index) => {
    const repeat = repeats[index]!;
    if (repeat.kind === 'same') return void outcomes.push(outcomes[repeat.index]!);
    if (repeat.kind === 'done') return void outcomes.push(repeat.outcome);
    if (repeat.kind === 'reused') return void outcomes.push(err({ code: 'idempotency_key_reused' }));
    const outcome = group.work(item);
    outcomes.push(outcome);
    // Refusals that changed nothing may end otherwise on a retry; a wrong code has been counted.
    if (item.command !== undefined && (outcome.ok || outcome.error.code === 'wrong_code')) {
      done.push({ command: item.command, outcome });
    }
  });

  for (const answer of await deps.ordering.applyChanges(tx, marketId, group.orderChanges)) {
    if (!answer.ok) throw new OrderRefused(answer.error);
  }
  await commitRoutes(tx, deps, marketId, at, open, group.changes());
  recordCommands(tx, marketId, at, done);
  return outcomes;
}

type Repeat =
  | { readonly kind: 'no' }
  | { readonly kind: 'same'; readonly index: number }
  | Exclude<Known<Outcome>, { kind: 'new' }>;

/** Which commands were run before, or stand twice in this group. */
async function findRepeats(tx: Tx, marketId: MarketId, items: readonly StopCommand[]): Promise<Repeat[]> {
  const keyed = items.flatMap((item, index) =>
    item.command === undefined ? [] : [{ index, command: item.command }],
  );
  const commands = keyed.map((each) => each.command);
  const known = await findCommands<Outcome>(tx, marketId, commands);
  const first = firstOf(commands);
  const repeats = items.map((): Repeat => ({ kind: 'no' }));
  keyed.forEach(({ index, command }, position) => {
    const before = known[position]!;
    const twin = first[position]!;
    if (before.kind !== 'new') repeats[index] = before;
    else if (twin !== position) {
      repeats[index] =
        commands[twin]!.bodyHash === command.bodyHash
          ? { kind: 'same', index: keyed[twin]!.index }
          : { kind: 'reused' };
    }
  });
  return repeats;
}

/** The routes and orders of one group in memory: commands are tried on them in turn. */
class StopGroup {
  readonly orderChanges: OrderChange[] = [];
  private readonly at: EpochMs;
  private readonly before: ReadonlyMap<RouteId, RouteRecord>;
  private readonly now: Map<RouteId, RouteRecord>;
  private readonly makers = new Map<RouteId, string>();
  private readonly orders: ReadonlyMap<OrderId, OrderRecord>;
  /** Picked up by a command of this group; the record still says `ready`. */
  private readonly pickedUp = new Set<OrderId>();

  constructor(at: EpochMs, routes: readonly RouteRecord[], orders: ReadonlyMap<OrderId, OrderRecord>) {
    this.at = at;
    this.orders = orders;
    this.before = new Map(routes.map((route) => [route.id, route]));
    this.now = new Map(this.before);
  }

  changes(): MadeChange[] {
    return [...this.makers].map(([id, by]) => ({
      before: this.before.get(id)!,
      after: this.now.get(id)!,
      by,
    }));
  }

  work(item: StopCommand): Outcome {
    const { by, stopNumber } = item;
    const found = this.now.get(item.routeId);
    if (found === undefined || (by.courierIds !== undefined && !by.courierIds.includes(found.courierId))) {
      return err({ code: 'not_found', detail: 'There is no such route.' });
    }
    // The event of a cancellation may still be on its way; nobody should be sent to that door.
    const cancelled = new Set(
      remaining(found)
        .map((dropoff) => dropoff.orderId)
        .filter((orderId) => this.orders.get(orderId)?.state === 'cancelled'),
    );
    const route = removeOrders(found, cancelled, this.at);
    if (route !== found) this.set(route, 'system');

    const own = [...this.now.values()].filter((each) => each.courierId === route.courierId);
    const current = currentRoute(own);
    if (current !== undefined && current.id !== route.id && route.closedAt === undefined) {
      return err({
        code: 'wrong_state',
        state: route.state,
        detail: `The courier carries out route ${current.id} first.`,
      });
    }
    if (item.kind === 'arrive') return this.settle(arrive(route, stopNumber, this.at), by);
    const completed = complete(route, stopNumber, this.at);
    if (!completed.ok) return completed;
    return stopNumber === PICKUP_NUMBER
      ? this.pickUp(route, completed.value, by)
      : this.handOver(route, completed.value, item);
  }

  private pickUp(route: RouteRecord, completed: RouteRecord, by: Worker): Outcome {
    const orderIds = remaining(route).map((dropoff) => dropoff.orderId);
    const missing = orderIds.filter((orderId) => this.orders.get(orderId)?.state !== 'ready');
    if (missing.length > 0) return err({ code: 'not_ready', orderIds: missing });
    for (const orderId of orderIds) {
      this.pickedUp.add(orderId);
      this.orderChanges.push({ kind: 'pick_up', orderId, courierId: route.courierId, by: by.role });
    }
    return this.settle(ok(completed), by);
  }

  private handOver(
    route: RouteRecord,
    completed: RouteRecord,
    { stopNumber, code, by }: StopCommand,
  ): Outcome {
    const { orderId, wrongCodes } = route.dropoffs.find((dropoff) => dropoff.number === stopNumber)!;
    const order = this.orders.get(orderId);
    if (order === undefined || (order.state !== 'picked_up' && !this.pickedUp.has(orderId))) {
      return err({
        code: 'wrong_state',
        state: order?.state ?? 'unknown',
        detail: 'The order is not picked up.',
      });
    }
    const trusted = by.role !== 'courier' && code === undefined;
    if (!trusted) {
      if (wrongCodes >= MAX_WRONG_CODES) {
        return err({
          code: 'wrong_code',
          triesLeft: 0,
          detail: 'Too many wrong codes; the operator can complete this stop.',
        });
      }
      if (!isSameCode(code ?? '', order.deliveryCode)) {
        this.set(countWrongCode(route, stopNumber), by.role);
        return err({ code: 'wrong_code', triesLeft: MAX_WRONG_CODES - wrongCodes - 1 });
      }
    }
    this.orderChanges.push({ kind: 'deliver', orderId, courierId: route.courierId, by: by.role });
    return this.settle(ok(completed), by);
  }

  private settle(outcome: Outcome, by: Worker): Outcome {
    if (outcome.ok && outcome.value !== this.now.get(outcome.value.id)) this.set(outcome.value, by.role);
    return outcome;
  }

  private set(route: RouteRecord, by: string): void {
    this.now.set(route.id, route);
    this.makers.set(route.id, by);
  }
}

/** In constant time, so that answers do not tell how many digits were right. */
function isSameCode(given: string, expected: string): boolean {
  const a = Buffer.from(given.padEnd(expected.length).slice(0, expected.length));
  const b = Buffer.from(expected);
  return given.length === expected.length && a.length === b.length && timingSafeEqual(a, b);
}
