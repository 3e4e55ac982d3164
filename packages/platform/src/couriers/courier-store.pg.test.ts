import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CourierId,
  type MarketId,
  type Ticker,
  HOUR_MS,
  ManualClock,
  addMs,
  createIdSource,
  epochMs,
  parseId,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority, CommandKey } from '../api/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { createEmptyMarket, createTestDatabase, eventsOf } from '../testing/index.ts';
import {
  type Couriers,
  createCourierRoutes,
  createCouriers,
  insertCouriers,
  selectCouriers,
  selectShiftSeconds,
  selectShifts,
  setCourierWork,
} from './index.ts';
import { createPositionBoard } from './position-board.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();
const clock = new ManualClock(epochMs(1_780_000_000_000));
const corner = { lat: -34.9, lng: -56.16 };

/** A ticker whose time comes when the test says so. */
function manualTicker(): Ticker & { fire(): void } {
  let waiting: (() => void)[] = [];
  return {
    elapsedMs: () => 0,
    after(_, callback) {
      waiting.push(callback);
      return () => {
        waiting = waiting.filter((each) => each !== callback);
      };
    },
    fire() {
      const due = waiting;
      waiting = [];
      for (const callback of due) callback();
    },
  };
}

async function market(count: number): Promise<{ id: MarketId; couriers: CourierId[] }> {
  const id = await createEmptyMarket(db, ids);
  const couriers = Array.from({ length: count }, () => ids.next('cou'));
  await db.transaction((tx) =>
    insertCouriers(
      tx,
      id,
      couriers.map((courier, index) => ({ id: courier, name: `C${index}`, vehicle: 'bicycle' })),
    ),
  );
  return { id, couriers };
}

const fail = (error: unknown): never => {
  throw error;
};
const start = (ticker: Ticker = manualTicker()): Couriers =>
  createCouriers({ db, clock, ids, ticker, onError: fail });
const operator: Authority = {
  userId: ids.next('usr'),
  role: 'operator',
  scope: 'market',
  merchantIds: [],
  courierIds: [],
};
const self = (courierId: CourierId): Authority => ({
  ...operator,
  role: 'courier',
  scope: 'own',
  courierIds: [courierId],
});
const command = (key: string, bodyHash = 'same'): CommandKey => ({ caller: 'usr', key, bodyHash });
const shift = () => ({ position: corner, endsAt: addMs(clock.now(), 4 * HOUR_MS) });
const statusOf = async (marketId: MarketId, courierId: CourierId) =>
  (await selectCouriers(db, marketId, [courierId]))[0]?.status;

test('a courier goes on shift idle and off shift again, and both are told', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const started = await module.startShift(id, courier, shift(), self(courier));
  assert.ok(started.ok && started.value.status === 'idle');
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0], started.value);
  clock.advanceBy(HOUR_MS);
  const ended = await module.endShift(id, courier, self(courier));
  assert.ok(ended.ok && ended.value.status === 'off_shift' && ended.value.shiftEndsAt === undefined);
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0], ended.value);
  const events = await eventsOf(db, id, courier);
  assert.deepEqual(
    events.map((event) => [event.type, event.by]),
    [
      ['ShiftStarted', 'courier'],
      ['ShiftEnded', 'courier'],
    ],
  );
  const { shiftId, ...told } = events[1]!.data;
  assert.deepEqual(told, {
    courierId: courier,
    startedAt: toRfc3339(epochMs(clock.now() - HOUR_MS)),
    breakMs: 0,
  });
  assert.ok(parseId('shf', String(shiftId)) !== undefined);
  assert.equal(await selectShiftSeconds(db, id, epochMs(clock.now() - 2 * HOUR_MS), clock.now()), 3_600);
  assert.equal(await selectShiftSeconds(db, id, epochMs(clock.now() - HOUR_MS / 2), clock.now()), 1_800);
  await module.close();
});

test('the same command starts one shift; starting twice or ending none is the wrong state', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const asked = shift();
  const begin = (hash?: string) =>
    module.startShift(id, courier, asked, self(courier), command('start-1', hash));
  const [first, second] = await Promise.all([begin(), begin()]);
  assert.ok(first.ok && second.ok);
  assert.deepEqual(first.value, second.value);
  const reused = await begin('other');
  assert.ok(!reused.ok && reused.error.code === 'idempotency_key_reused');
  const again = await module.startShift(id, courier, asked, self(courier), command('start-2'));
  assert.ok(!again.ok && again.error.code === 'wrong_state' && again.error['state'] === 'idle');
  const end = () => module.endShift(id, courier, self(courier), command('end-1'));
  const [ended, endedToo] = await Promise.all([end(), end()]);
  assert.deepEqual(ended, endedToo);
  const none = await module.endShift(id, courier, self(courier), command('end-2'));
  assert.ok(!none.ok && none.error.code === 'wrong_state');
  const past = await module.startShift(id, courier, { ...asked, endsAt: clock.now() }, self(courier));
  assert.ok(!past.ok && past.error.code === 'invalid_request');
  await module.close();
});

test('a courier on break takes no new work; the break runs from the last door on and is no time on shift', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  await module.startShift(id, courier, shift(), self(courier));
  const work = (status: 'idle' | 'to_shopper', load: number) =>
    db.transaction((tx) => setCourierWork(tx, id, [{ courierId: courier, status, load }], clock.now()));
  assert.ok((await work('to_shopper', 1)).has(courier));
  const pause = (onBreak: boolean, key: string) =>
    module.setBreak(id, courier, onBreak, self(courier), command(key));
  const paused = await pause(true, 'break-1');
  assert.ok(paused.ok && paused.value.onBreak && paused.value.load === 1);
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0], paused.value);
  clock.advanceBy(HOUR_MS / 4);
  assert.equal((await work('idle', 0)).has(courier), false, 'no new work');
  clock.advanceBy(HOUR_MS / 2);
  const back = await pause(false, 'break-2');
  assert.ok(back.ok && !back.value.onBreak);
  assert.deepEqual(
    await pause(true, 'break-1'),
    paused,
    'a retry answers the same and begins no other break',
  );
  assert.equal((await selectCouriers(db, id, [courier]))[0]!.onBreak, false);
  assert.ok((await work('idle', 0)).has(courier));
  await pause(true, 'break-3');
  clock.advanceBy(HOUR_MS / 4);
  assert.ok((await module.endShift(id, courier, self(courier))).ok);
  const [shiftDone] = await selectShifts(db, id, courier, { limit: 1 });
  assert.equal(shiftDone?.breakMs, (3 * HOUR_MS) / 4);
  const events = await eventsOf(db, id, courier);
  assert.deepEqual(
    events.map((event) => event.type),
    ['ShiftStarted', 'BreakStarted', 'BreakEnded', 'BreakStarted', 'ShiftEnded'],
  );
  assert.equal(events.at(-1)!.data['breakMs'], (3 * HOUR_MS) / 4);
  assert.equal((await selectCouriers(db, id, [courier]))[0]!.onBreak, false);
  const off = await pause(true, 'break-4');
  assert.ok(!off.ok && off.error.code === 'wrong_state');
  await module.close();
});

test('a courier with work in hand goes off shift with the last delivery', async () => {
  const { id, couriers } = await market(2);
  const courier = couriers[0]!;
  const module = start();
  await module.startShift(id, courier, shift(), self(courier));
  const work = (status: 'idle' | 'to_shopper', load: number) =>
    db.transaction((tx) => setCourierWork(tx, id, [{ courierId: courier, status, load }], clock.now()));
  await work('to_shopper', 2);
  const ending = await module.endShift(id, courier, self(courier));
  assert.ok(ending.ok && ending.value.status === 'to_shopper' && ending.value.shiftEnding);
  await work('to_shopper', 1);
  assert.equal(await statusOf(id, courier), 'to_shopper');
  await work('idle', 0);
  assert.equal(await statusOf(id, courier), 'off_shift');
  const events = await eventsOf(db, id, courier);
  assert.deepEqual(
    events.map((event) => [event.type, event.by]),
    [
      ['ShiftStarted', 'courier'],
      ['ShiftEnded', 'system'],
    ],
  );
  await work('to_shopper', 1);
  assert.equal(await statusOf(id, courier), 'off_shift', 'work for one who is off shift is passed over');
  await module.close();
});

test('shifts whose time has come end, those with work in hand after it', async () => {
  const { id, couriers } = await market(3);
  const [idle, busy, later] = couriers as [CourierId, CourierId, CourierId];
  const module = start();
  for (const courier of [idle, busy]) await module.startShift(id, courier, shift(), operator);
  await module.startShift(id, later, { position: corner, endsAt: addMs(clock.now(), 9 * HOUR_MS) }, operator);
  await db.transaction((tx) =>
    setCourierWork(tx, id, [{ courierId: busy, status: 'at_store', load: 1 }], clock.now()),
  );
  clock.advanceBy(5 * HOUR_MS);
  assert.deepEqual(await module.endDueShifts(id), [idle]);
  assert.deepEqual(await module.endDueShifts(id), []);
  const [one, two, three] = await selectCouriers(db, id);
  assert.deepEqual(
    [one!.status, two!.status, two!.shiftEnding, three!.status],
    ['off_shift', 'at_store', true, 'idle'],
  );
  await module.close();
});

test('groups of work in any order do not lock each other out', async () => {
  const { id, couriers } = await market(20);
  const module = start();
  for (const courier of couriers) await module.startShift(id, courier, shift(), operator);
  const group = (each: readonly CourierId[]) =>
    db.transaction((tx) =>
      setCourierWork(
        tx,
        id,
        each.map((courierId) => ({ courierId, status: 'to_store', load: 1 })),
        clock.now(),
      ),
    );
  await Promise.all([group(couriers), group(couriers.toReversed()), group(couriers)]);
  assert.ok((await selectCouriers(db, id)).every((courier) => courier.load === 1));
  await module.close();
});

test('a position shows at once, is told to listeners, and is written with the group', async () => {
  const { id, couriers } = await market(2);
  const [courier, other] = couriers as [CourierId, CourierId];
  const ticker = manualTicker();
  const module = start(ticker);
  const routes = createCourierRoutes({ db, couriers: module });
  for (const each of couriers) await module.startShift(id, each, shift(), operator);
  const heard: CourierId[] = [];
  const stop = module.onPosition((_, courierId) => heard.push(courierId));
  clock.advanceBy(1_000);
  const there = { lat: -34.91, lng: -56.17 };
  const request = {
    query: undefined,
    body: undefined,
    command: undefined,
    requestId: 'r',
    signal: new AbortController().signal,
  };
  const params = { marketId: id, courierId: courier };
  const report = await routes.reportPosition({
    ...request,
    params,
    body: there,
    authority: self(courier),
  });
  assert.deepEqual(report, { ok: true, value: undefined });
  assert.deepEqual(heard, [courier]);
  assert.deepEqual(module.positions(id).get(courier), { place: there, at: clock.now() });
  const shown = await routes.getCourier({ ...request, params, authority: self(courier) });
  assert.ok(shown.ok);
  assert.deepEqual(shown.value.position, there);
  const hidden = await routes.getCourier({ ...request, params, authority: self(other) });
  assert.ok(!hidden.ok && hidden.error.code === 'not_found');
  const list = await routes.listCouriers({
    ...request,
    params: { marketId: id },
    query: { limit: 1 },
    authority: operator,
  });
  assert.ok(list.ok && list.value.next === courier);
  assert.deepEqual(list.value.items[0]!.position, there);
  stop();
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0]!.position, corner);
  ticker.fire();
  await module.close();
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0]!.position, there);
});

test('closing writes what is not written yet', async () => {
  const { id, couriers } = await market(1);
  const module = start();
  await module.startShift(id, couriers[0]!, shift(), operator);
  clock.advanceBy(1_000);
  const there = { lat: 1, lng: 2 };
  await module.reportPosition(id, couriers[0]!, there);
  await module.close();
  const [courier] = await selectCouriers(db, id);
  assert.deepEqual([courier!.position, courier!.positionAt], [there, clock.now()]);
});

test('a courier off shift has no position to report, also when another process ended the shift', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const elsewhere = start();
  const off = await module.reportPosition(id, courier, corner);
  assert.ok(!off.ok && off.error.code === 'courier_off_shift');
  const unknown = await module.reportPosition(id, ids.next('cou'), corner);
  assert.ok(!unknown.ok);
  await elsewhere.startShift(id, courier, shift(), operator);
  assert.ok((await module.reportPosition(id, courier, corner)).ok);
  await elsewhere.endShift(id, courier, operator);
  assert.ok((await module.reportPosition(id, courier, corner)).ok, 'not known here yet');
  await module.close(); // the write tells
  assert.ok(!(await module.reportPosition(id, courier, corner)).ok);
  assert.equal(module.positions(id).size, 0);
  await elsewhere.close();
});

test('positions that could not be written are kept, told as an error and written with the next group', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  await module.startShift(id, courier, shift(), operator);
  await module.close();
  let broken = true;
  const flaky: Queryable = {
    query: (text, values) =>
      broken && text.includes('insert into couriers.position')
        ? Promise.reject(new Error('connection lost'))
        : db.query(text, values),
  };
  const ticker = manualTicker();
  const errors: unknown[] = [];
  const failed = Promise.withResolvers<void>();
  const board = createPositionBoard({
    db: flaky,
    ticker,
    flushMs: 1_000,
    onError: (error) => {
      errors.push(error);
      failed.resolve();
    },
  });
  clock.advanceBy(1_000);
  const there = { lat: 5, lng: 6 };
  await board.report(id, [{ courierId: courier, position: { place: there, at: clock.now() } }]);
  ticker.fire();
  await failed.promise;
  broken = false;
  ticker.fire();
  await board.close();
  assert.equal(errors.length, 1);
  assert.deepEqual((await selectCouriers(db, id, [courier]))[0]!.position, there);
});

test('what one process was told the others read from Postgres, the later position of a courier wins', async () => {
  const { id, couriers } = await market(3);
  const [ana, beto, carla] = couriers as [CourierId, CourierId, CourierId];
  const tickers = [manualTicker(), manualTicker()] as const;
  const [one, two] = [start(tickers[0]), start(tickers[1])];
  for (const courierId of [ana, beto]) {
    const shift = { position: corner, endsAt: addMs(clock.now(), HOUR_MS) };
    assert.ok((await one.startShift(id, courierId, shift, self(courierId))).ok);
  }
  const stop = new AbortController();
  let heard: [CourierId, number][] = [];
  let look = (): void => {};
  two.onPosition((_, courierId, { place }) => {
    heard.push([courierId, place.lat]);
    look();
  });
  const reports: CourierId[] = [];
  two.onReport((_, courierId) => reports.push(courierId));
  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => heard.length >= count && resolve();
      look();
    });
  const following = two.followPositions(id, { signal: stop.signal, everyMs: () => 1_000, onError: fail });
  await until(2);
  assert.deepEqual(
    heard.map(([courierId]) => courierId).sort(),
    [ana, beto].sort(),
    'all that is written comes first',
  );

  heard = [];
  clock.advanceBy(1_000);
  assert.ok((await one.reportPosition(id, ana, { lat: 1, lng: 2 })).ok);
  await one.close();
  const looking = until(1);
  tickers[1].fire();
  await looking;
  assert.deepEqual(heard, [[ana, 1]], 'only what has changed is told');
  assert.deepEqual(two.positions(id).get(ana), { place: { lat: 1, lng: 2 }, at: clock.now() });

  // By message, a later one and then the earlier one again.
  const message = (lat: number, at: number) => new Map([[beto, { place: { lat, lng: 2 }, at: epochMs(at) }]]);
  two.receivePositions(id, message(7, clock.now() + 5));
  two.receivePositions(id, message(6, clock.now() + 4));
  assert.equal(two.positions(id).get(beto)?.place.lat, 7);
  assert.deepEqual(reports, [], 'what came from another is not told on');
  assert.equal(two.positions(id).has(carla), false);
  stop.abort();
  await following;
  await two.close();
  const [written] = await selectCouriers(db, id, [beto]);
  assert.deepEqual(written?.position, corner, 'what came from another is not written again');
});
