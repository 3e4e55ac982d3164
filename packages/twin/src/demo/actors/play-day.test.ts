import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { syntheticCity } from '@halfhour/engines/city';
import {
  buildStreetGraph,
  buildStreetHierarchy,
  VEHICLE_PROFILES,
  type VehicleProfile,
} from '@halfhour/engines/streets';
import { epochMs, HOUR_MS, ManualClock, MINUTE_MS, seededRandom, systemTicker } from '@halfhour/kernel';
import { buildDemoMarket } from '../build-demo-market.ts';
import type { DemoCast } from './cast.ts';
import { playDay } from './play-day.ts';
import { openStandInMarket, type StandInMarket } from './stand-in-market.ts';

const city = syntheticCity(5, { blocks: 16 });
const graph = buildStreetGraph(city);
const hierarchies = VEHICLE_PROFILES.map((vehicle) => buildStreetHierarchy(graph, vehicle));
const streets = (vehicle: VehicleProfile) => hierarchies[VEHICLE_PROFILES.indexOf(vehicle)]!;
const demo = buildDemoMarket(city, seededRandom(1), { stores: 24, couriers: 24, shoppers: 60 });
/** A Monday, 11:30 in UTC, which is what a made-up city lives by. */
const NOON = epochMs(Date.UTC(2026, 10, 23, 11, 30));

/** One turn of the event loop, in which what has arrived is handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Run {
  readonly market: StandInMarket;
  readonly clock: ManualClock;
  readonly failures: unknown[];
  start(attended?: DemoCast['attended']): AbortController;
  stop(controller: AbortController): Promise<void>;
  advance(milliseconds: number): Promise<void>;
}

async function begin(context: TestContext): Promise<Run> {
  const clock = new ManualClock(NOON);
  const market = await openStandInMarket(demo, clock);
  context.after(() => market.close());
  const failures: unknown[] = [];
  const days = new Map<AbortController, Promise<void>>();
  const stop = async (controller: AbortController): Promise<void> => {
    controller.abort(new Error('the test is over'));
    await days.get(controller);
  };
  context.after(() => Promise.all([...days.keys()].map(stop)));
  return {
    market,
    clock,
    failures,
    stop,
    start(attended) {
      const controller = new AbortController();
      const { baseUrl } = market;
      const cast = attended === undefined ? market.cast : { ...market.cast, attended };
      const log = (event: string, facts: unknown): void => {
        if (event === 'actor_failed' || event === 'courier_stream_lost') failures.push(facts);
      };
      const day = playDay({
        baseUrl, demo, cast, streets, clock, log, ticker: systemTicker, random: seededRandom(9),
        signal: controller.signal, ordersPerDay: 400, reportsPerSecond: 10_000,
      }); // prettier-ignore
      days.set(controller, day);
      return controller;
    },
    /** Moves the clock on whenever nobody has said anything for a moment of the loop. */
    async advance(milliseconds) {
      const end = clock.now() + milliseconds;
      while (clock.now() < end) {
        for (let turns = 0; turns < 12 || market.idleForMs() < 2; turns++) await turn();
        clock.advanceBy(5_000);
      }
    },
  };
}

function ended(market: StandInMarket): { delivered: number; cancelled: number; open: number } {
  const states = [...market.orders.values()].map((order) => order.state);
  const delivered = states.filter((state) => state === 'delivered').length;
  const cancelled = states.filter((state) => state === 'cancelled').length;
  return { delivered, cancelled, open: states.length - delivered - cancelled };
}

test('in an hour and a half shoppers order, stores prepare and couriers deliver, all within the contract', async (context) => {
  const run = await begin(context);
  const day = run.start();
  await run.advance(1.5 * HOUR_MS);
  const { delivered, open } = ended(run.market);
  assert.deepEqual(run.market.faults, []);
  assert.deepEqual(run.failures, []);
  assert.ok(delivered >= 15, `${delivered} delivered, ${open} open`);
  assert.ok(run.market.calls['reportPosition']! > delivered * 10);
  await run.stop(day);
});

test('people who are stopped and started again finish what was open', async (context) => {
  const run = await begin(context);
  await run.stop((await (async () => {
    const day = run.start();
    await run.advance(40 * MINUTE_MS);
    return day;
  })())); // prettier-ignore
  const before = [...run.market.orders.values()]
    .filter((order) => order.state !== 'cancelled')
    .map((order) => order.id);
  assert.ok(ended(run.market).open > 0);
  const day = run.start();
  await run.advance(75 * MINUTE_MS);
  const left = before.filter((id) => !['delivered', 'cancelled'].includes(run.market.orders.get(id)!.state));
  assert.deepEqual(left, []);
  assert.deepEqual(run.market.faults, []);
  assert.deepEqual(run.failures, []);
  await run.stop(day);
});

test('orders that an operator cancels under way disturb nobody', async (context) => {
  const run = await begin(context);
  const day = run.start();
  for (let round = 0; round < 10; round++) {
    await run.advance(6 * MINUTE_MS);
    const open = [...run.market.orders.values()].find((order) => ['accepted', 'ready'].includes(order.state));
    if (open !== undefined) run.market.cancel(open.id);
  }
  await run.advance(30 * MINUTE_MS);
  const { delivered, cancelled } = ended(run.market);
  assert.ok(delivered >= 8 && cancelled >= 3, `${delivered} delivered, ${cancelled} cancelled`);
  assert.deepEqual(run.failures, []);
  await run.stop(day);
});

test('couriers whose shift ended while nobody played finish what they carry and go home', async (context) => {
  const run = await begin(context);
  const day = run.start();
  await run.advance(50 * MINUTE_MS);
  await run.stop(day);
  assert.ok(run.market.couriersOnShift() > 0);
  const carried = [...run.market.orders.values()]
    .filter((order) => order.state === 'picked_up')
    .map(({ id }) => id);
  // Five in the morning: everyone's shift is over, and the next has not begun.
  run.clock.advanceTo(epochMs(NOON + 17.5 * HOUR_MS));
  const night = run.start();
  await run.advance(40 * MINUTE_MS);
  assert.equal(run.market.couriersOnShift(), 0);
  for (const id of carried) assert.equal(run.market.orders.get(id)!.state, 'delivered');
  assert.deepEqual(run.failures, []);
  await run.stop(night);
});

test('a store with a person at the till has ten minutes for each step before the integrator acts', async (context) => {
  const run = await begin(context);
  const day = run.start(new Set(run.market.cast.stores.values()));
  await run.advance(10 * MINUTE_MS);
  const orders = () => [...run.market.orders.values()];
  assert.ok(orders().length > 0);
  assert.ok(orders().every(({ state }) => state === 'placed'));
  await run.advance(70 * MINUTE_MS);
  assert.ok(ended(run.market).delivered > 0);
  assert.deepEqual(run.failures, []);
  await run.stop(day);
});
