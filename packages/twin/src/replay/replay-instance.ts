import { createDispatchEngine } from '@halfhour/engines/dispatch';
import {
  type CourierId,
  type EpochMs,
  type LatLng,
  type OrderId,
  type Result,
  type Ticker,
  MINUTE_MS,
  ManualClock,
  createIdSource,
  epochMs,
  invariant,
  seededRandom,
} from '@halfhour/kernel';
import { createCouriers } from '@halfhour/platform/couriers';
import { createDelivery } from '@halfhour/platform/delivery';
import { createDispatcher } from '@halfhour/platform/dispatch';
import { selectImbalance } from '@halfhour/platform/ledger';
import { createMarkets } from '@halfhour/platform/markets';
import { type OrderChange, createOrdering, selectOpenOrders } from '@halfhour/platform/ordering';
import { createTestProvider } from '@halfhour/platform/payments';
import type { Database } from '@halfhour/platform/postgres';
import {
  type Instance,
  type Metrics,
  type Solution,
  type SolutionViolation,
  createSolutionRecorder,
  metricsOf,
  placesOf,
  policyFor,
  validateSolution,
} from '../mdrp/index.ts';
import { MEAL_MINOR, openInstanceMarket } from './open-instance-market.ts';
import { placeOnGlobe } from './replay-places.ts';
import { createRiders } from './ride-routes.ts';

export interface ReplayOptions {
  readonly instance: Instance;
  /** Migrated; the replay opens a market of its own in it. */
  readonly db: Database;
  readonly ticker: Ticker;
  readonly seed: string;
  /** Market minutes a second at most; as fast as it goes where absent. */
  readonly minutesPerSecond?: number | undefined;
  /** Told each market minute. */
  readonly onMinute?: (minute: number, delivered: number) => void;
  readonly onWarning: (what: string, facts: Readonly<Record<string, unknown>>) => void;
}

export interface Replay {
  readonly solution: Solution;
  readonly metrics: Metrics;
  readonly violations: readonly SolutionViolation[];
}

/** Monday 2026-01-05, 00:00 UTC: the benchmark's minute 0. */
const DAY_START = 1_767_571_200_000;

/**
 * Plays a day of the benchmark through the platform: its orders are placed by the ordering commands at their
 * minutes, stores accept and are ready when the file says, the market's dispatcher decides each minute, and
 * couriers ride as its routes say. Time is a clock that is moved from minute to minute.
 */
export async function replayInstance(options: ReplayOptions): Promise<Replay> {
  const { instance, db, ticker } = options;
  const clock = new ManualClock(epochMs(DAY_START));
  const ids = createIdSource(() => clock.now(), 0);
  const momentOf = (minute: number): EpochMs => epochMs(DAY_START + minute * MINUTE_MS);
  const minuteOf = (moment: EpochMs): number => (moment - DAY_START) / MINUTE_MS;
  const places = placesOf(instance);
  const globe = placeOnGlobe(instance, places);
  const market = await openInstanceMarket(db, ids, instance, globe);
  const { marketId } = market;
  const metresPerSecond = instance.parameters.metresPerMinute / 60;
  const travel = {
    nodeOf: globe.nodeOf,
    seconds: places.travel.seconds,
    metres: (from: number, to: number) => Math.round(places.travel.seconds(from, to) * metresPerSecond),
  };

  const markets = createMarkets({ db });
  const onCommit = (): void => {};
  const ordering = createOrdering({
    db,
    clock,
    ticker,
    ids,
    random: seededRandom(`${options.seed} codes`),
    markets,
    estimate: (_, from, to) => {
      const [a, b] = [globe.nodeOf(from), globe.nodeOf(to)];
      return { metres: travel.metres(a, b), seconds: travel.seconds(a, b) };
    },
    provider: createTestProvider({ clock, secret: 'replay', notify: () => {} }),
    onCommit,
  });
  const delivery = createDelivery({ db, clock, ticker, ids, ordering, markets, onCommit });
  const couriers = createCouriers({
    db,
    clock,
    ids,
    ticker,
    onError: (error) => options.onWarning('positions not written', { error: String(error) }),
  });
  const policy = policyFor(instance);
  let sentAhead: { readonly courierId: CourierId; readonly place: LatLng }[] = [];
  const dispatcher = createDispatcher({
    db,
    clock,
    marketId,
    holder: 'replay',
    markets,
    ordering,
    delivery,
    couriers,
    travelAt: () => travel,
    policy,
    createEngine: (given) => createDispatchEngine(given, seededRandom(options.seed)),
    onCommit,
    onError: (error) => {
      throw error;
    },
    onPreposition: (courierId, store) => sentAhead.push({ courierId, place: store.address }),
    onViolations: (violations) => options.onWarning('a plan breaks rules', { violations }),
    options: {
      tickSeconds: 60,
      dueAfterSeconds: instance.parameters.targetMinutes * 60,
      latestAfterSeconds: instance.parameters.maximumMinutes * 60,
    },
  });

  const recorder = createSolutionRecorder(instance);
  const orderIds: (OrderId | undefined)[] = instance.orders.map(() => undefined);
  const names = new Map<OrderId, string>();
  const riders = createRiders({
    db,
    marketId,
    instance,
    places,
    globe,
    delivery,
    couriers,
    courierIds: market.couriers,
    recorder,
    orderName: (orderId) => names.get(orderId)!,
    minuteOf,
  });

  const shopperId = ids.next('usr');
  async function place(index: number): Promise<void> {
    const order = instance.orders[index]!;
    const { storeId, offerId } = market.stores.get(order.restaurant)!;
    const placed = done(
      await ordering.placeOrder(marketId, {
        shopperId,
        command: { caller: shopperId, key: `place-${order.id}`, bodyHash: order.id },
        basket: {
          storeId,
          lines: [{ offerId, quantity: 1, options: [] }],
          address: { label: order.id, ...globe.order(index) },
          tipMinor: 0,
        },
        expectedTotalMinor: MEAL_MINOR + 300,
        paymentMethod: 'test_approve',
      }),
      `place ${order.id}`,
    );
    orderIds[index] = placed.id;
    names.set(placed.id, order.id);
    const preparationSeconds = Math.max(0, order.readyMinute - order.placedMinute) * 60;
    await change({ orderId: placed.id, kind: 'accept', by: 'merchant', preparationSeconds });
  }
  async function change(given: OrderChange): Promise<void> {
    const command = { caller: 'replay', key: `${given.kind}-${given.orderId}`, bodyHash: '' };
    done(await ordering.change(marketId, given, command), `${given.kind} an order`);
  }

  const operator = {
    userId: shopperId,
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  } as const;
  const placedAt = byMinute(instance.orders, (order) => order.placedMinute);
  const readyAt = byMinute(instance.orders, (order) => Math.max(order.readyMinute, order.placedMinute));
  const onAt = byMinute(instance.couriers, (courier) => courier.onMinute);
  const lastMinute = Math.max(...instance.couriers.map((courier) => courier.offMinute));
  const lastPlaced = Math.max(...instance.orders.map((order) => order.placedMinute));
  let paceFrom = ticker.elapsedMs();

  for (let minute = 0; minute <= lastMinute || riders.busy; minute++) {
    clock.advanceTo(momentOf(minute));
    await riders.arrive(minute);
    // One after the other, so that ids and with them the dispatcher's ties are the same in each run.
    for (const index of placedAt.get(minute) ?? []) await place(index);
    await Promise.all(
      (readyAt.get(minute) ?? []).map((index) =>
        change({ orderId: orderIds[index]!, kind: 'ready', by: 'merchant' }),
      ),
    );
    await couriers.endDueShifts(marketId);
    await Promise.all(
      (onAt.get(minute) ?? []).map(async (index) => {
        const { offMinute } = instance.couriers[index]!;
        const shift = { position: globe.courier(index), endsAt: momentOf(offMinute) };
        if (offMinute > minute) {
          done(
            await couriers.startShift(marketId, market.couriers[index]!, shift, operator),
            'start a shift',
          );
        }
      }),
    );
    sentAhead = [];
    if (minute <= lastMinute) await dispatcher.tick();
    for (const { courierId, place: store } of sentAhead) riders.rideAhead(courierId, store, minute);
    await riders.setOut(minute);
    options.onMinute?.(minute, names.size);
    if (options.minutesPerSecond !== undefined) {
      paceFrom += 1_000 / options.minutesPerSecond;
      await new Promise<void>((resolve) => ticker.after(Math.max(0, paceFrom - ticker.elapsedMs()), resolve));
    }
    if (minute > lastPlaced && !riders.busy && (await selectOpenOrders(db, marketId)).length === 0) break;
  }

  await ordering.sweep(marketId);
  await dispatcher.stop();
  await couriers.close();
  const { sumMinor, unbalanced } = await selectImbalance(db, marketId);
  invariant(sumMinor === 0 && unbalanced === 0, 'the ledger does not balance after the replay');
  const solution = recorder.solution();
  return {
    solution,
    metrics: metricsOf(instance, solution),
    violations: validateSolution(instance, solution),
  };
}

function byMinute<T>(items: readonly T[], minuteOf: (item: T) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  items.forEach((item, index) => {
    const minute = minuteOf(item);
    groups.set(minute, [...(groups.get(minute) ?? []), index]);
  });
  return groups;
}

function done<T, E>(result: Result<T, E>, what: string): T {
  invariant(result.ok, `could not ${what}: ${JSON.stringify(result)}`);
  return result.value;
}
