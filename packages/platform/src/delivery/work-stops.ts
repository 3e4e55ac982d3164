import { timingSafeEqual } from 'node:crypto';
import {
  type CourierId,
  type EpochMs,
  type GroupExecutor,
  type MarketId,
  type OrderId,
  type RouteId,
  createGroupExecutor,
  err,
  invariant,
  ok,
} from '@halfhour/kernel';
import type { ApiError, CommandKey } from '../api/index.ts';
import type { MarketPolicy } from '../markets/index.ts';
import type { OrderChange, OrderRecord } from '../ordering/index.ts';
import { type Tx, isRowFault } from '../postgres/index.ts';
import { type MadeChange, commitRoutes } from './commit-routes.ts';
import type { DeliveryDeps } from './delivery.ts';
import { type KeptRoute, type StopOutcome, findAnswer, relaid, withAnswer, wrongCode } from './kept-route.ts';
import {
  type RouteRecord,
  MAX_WRONG_CODES,
  PICKUP_NUMBER,
  arrive,
  complete,
  countWrongCode,
  currentRoute,
  isOpen,
  remaining,
  removeOrders,
} from './route.ts';
import { waitingPay } from './route-pay.ts';
import { lockRoutes } from './route-store.ts';

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
): (marketId: MarketId, command: StopCommand) => Promise<StopOutcome> {
  // One for each market: a transaction stays in one. Markets are few.
  const executors = new Map<MarketId, GroupExecutor<StopCommand, StopOutcome>>();
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
): Promise<StopOutcome[]> {
  const outcomes = await deps.db.transaction((tx) => workStops(tx, deps, marketId, items));
  deps.onCommit(marketId);
  return outcomes;
}

async function workStops(
  tx: Tx,
  deps: DeliveryDeps,
  marketId: MarketId,
  items: readonly StopCommand[],
): Promise<StopOutcome[]> {
  const at = deps.clock.now();
  const routeIds = [...new Set(items.map((item) => item.routeId))];
  const held = await lockRoutes(tx, marketId, routeIds, []);
  const orderIds = routeIds.flatMap((id) => {
    const kept = held.get(id);
    return kept === undefined ? [] : remaining(kept.route).map((dropoff) => dropoff.orderId);
  });
  const market = await deps.markets.get(marketId);
  invariant(market !== undefined, `no market ${marketId}`);
  const work = (orders: ReadonlyMap<OrderId, OrderRecord>) => {
    const tried = new StopGroup(at, market.policy, held, orders);
    return { group: tried, outcomes: items.map((item) => tried.answer(item)) };
  };
  // What is made of orders as they are known is refused by Postgres where they are not so any more. What is not allowed is
  // decided by orders that are locked, so that it is still so when ordering changes the others.
  const known = tx.attempt === 1 ? deps.ordering.knownOrders(marketId, orderIds) : undefined;
  let worked = known === undefined ? undefined : work(known);
  if (worked === undefined || worked.outcomes.some(({ ok: done }) => !done)) {
    worked = work(await deps.ordering.lockOrders(tx, marketId, orderIds));
  }
  const { group, outcomes } = worked;
  for (const answer of await deps.ordering.applyChanges(tx, marketId, group.orderChanges)) {
    if (!answer.ok) throw new OrderRefused(answer.error);
  }
  await commitRoutes(tx, deps, marketId, at, held, group.changes());
  return outcomes;
}

/** The routes and orders of one group in memory: commands are tried on them in turn. */
class StopGroup {
  readonly orderChanges: OrderChange[] = [];
  private readonly at: EpochMs;
  private readonly policy: MarketPolicy;
  private readonly before: ReadonlyMap<RouteId, KeptRoute>;
  private readonly now: Map<RouteId, KeptRoute>;
  private readonly makers = new Map<RouteId, string>();
  private readonly routesOf = new Map<CourierId, RouteId[]>();
  private readonly orders: ReadonlyMap<OrderId, OrderRecord>;
  /** Picked up by a command of this group; the record still says `ready`. */
  private readonly pickedUp = new Set<OrderId>();

  constructor(
    at: EpochMs,
    policy: MarketPolicy,
    routes: ReadonlyMap<RouteId, KeptRoute>,
    orders: ReadonlyMap<OrderId, OrderRecord>,
  ) {
    this.at = at;
    this.policy = policy;
    this.orders = orders;
    this.before = routes;
    this.now = new Map(routes);
    for (const [id, { route }] of routes) {
      const own = this.routesOf.get(route.courierId);
      if (own === undefined) this.routesOf.set(route.courierId, [id]);
      else own.push(id);
    }
  }

  changes(): MadeChange[] {
    return [...this.now].map(([id, after]) => ({
      before: this.before.get(id)!,
      after,
      by: this.makers.get(id) ?? 'system',
    }));
  }

  /** Runs a command, or answers it as it was answered before: in another group, or in this one. */
  answer(item: StopCommand): StopOutcome {
    const kept = this.now.get(item.routeId);
    const { courierIds } = item.by;
    if (kept === undefined || (courierIds !== undefined && !courierIds.includes(kept.route.courierId))) {
      return err({ code: 'not_found', detail: 'There is no such route.' });
    }
    const { command } = item;
    const before = command === undefined ? undefined : findAnswer(kept, command);
    if (before !== undefined) return before;
    const outcome = this.work(kept.route, item);
    // Refusals that changed nothing may end otherwise on a retry; a wrong code has been counted. A route that was
    // closed stays as it is, and so do answers.
    if (command !== undefined && isOpen(kept.route) && (outcome.ok || outcome.error.code === 'wrong_code')) {
      this.now.set(item.routeId, withAnswer(this.now.get(item.routeId)!, command, outcome));
    }
    return outcome;
  }

  private work(found: RouteRecord, item: StopCommand): StopOutcome {
    const { by, stopNumber } = item;
    // The event of a cancellation may still be on its way; nobody should be sent to that door.
    const cancelled = new Set(
      remaining(found)
        .map((dropoff) => dropoff.orderId)
        .filter((orderId) => this.orders.get(orderId)?.state === 'cancelled'),
    );
    const route = removeOrders(found, cancelled, this.at);
    if (route !== found) {
      this.now.set(route.id, relaid(this.now.get(route.id)!, route));
      this.makers.set(route.id, 'system');
    }

    const current = currentRoute(this.routesOf.get(route.courierId)!.map((id) => this.now.get(id)!.route));
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

  private pickUp(route: RouteRecord, completed: RouteRecord, by: Worker): StopOutcome {
    const orderIds = remaining(route).map((dropoff) => dropoff.orderId);
    const missing = orderIds.filter((orderId) => this.orders.get(orderId)?.state !== 'ready');
    if (missing.length > 0) return err({ code: 'not_ready', orderIds: missing });
    for (const orderId of orderIds) {
      this.pickedUp.add(orderId);
      this.orderChanges.push({ kind: 'pick_up', orderId, courierId: route.courierId, by: by.role });
    }
    const waitingPayMinor = this.waitingPay(completed, orderIds);
    return this.settle(ok(waitingPayMinor === 0 ? completed : { ...completed, waitingPayMinor }), by);
  }

  private waitingPay({ pickup }: RouteRecord, orderIds: readonly OrderId[]): number {
    const { arrivedAt, completedAt } = pickup;
    invariant(arrivedAt !== undefined && completedAt !== undefined, 'a pickup that was not made');
    const promised = orderIds.flatMap((orderId) => this.orders.get(orderId)?.expectedReadyAt ?? []);
    // All that a route holds is taken at once, so what was promised last is what can be waited for.
    const promisedReadyAt = promised.length === 0 ? undefined : (Math.max(...promised) as EpochMs);
    return waitingPay(this.policy, { arrivedAt, completedAt, promisedReadyAt });
  }

  private handOver(
    route: RouteRecord,
    completed: RouteRecord,
    { stopNumber, code, by }: StopCommand,
  ): StopOutcome {
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
      if (wrongCodes >= MAX_WRONG_CODES) return wrongCode(wrongCodes + 1);
      if (!isSameCode(code ?? '', order.deliveryCode)) {
        this.set(countWrongCode(route, stopNumber), by.role);
        return wrongCode(wrongCodes + 1);
      }
    }
    this.orderChanges.push({ kind: 'deliver', orderId, courierId: route.courierId, by: by.role });
    return this.settle(ok(completed), by);
  }

  private settle(outcome: StopOutcome, by: Worker): StopOutcome {
    if (outcome.ok && outcome.value !== this.now.get(outcome.value.id)!.route)
      this.set(outcome.value, by.role);
    return outcome;
  }

  private set(route: RouteRecord, by: string): void {
    this.now.set(route.id, { ...this.now.get(route.id)!, route });
    this.makers.set(route.id, by);
  }
}

/** In constant time, so that answers do not tell how many digits were right. */
function isSameCode(given: string, expected: string): boolean {
  const a = Buffer.from(given.padEnd(expected.length).slice(0, expected.length));
  const b = Buffer.from(expected);
  return given.length === expected.length && a.length === b.length && timingSafeEqual(a, b);
}
