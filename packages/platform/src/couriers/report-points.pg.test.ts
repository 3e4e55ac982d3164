import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CourierId,
  type MarketId,
  DAY_MS,
  GroupOverloaded,
  HOUR_MS,
  ManualClock,
  addMs,
  createIdSource,
  distanceMetres,
  epochMs,
  keyOf,
  seededRandom,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { exampleMarket } from '../markets/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { createEmptyMarket, createTestDatabase } from '../testing/index.ts';
import { type Couriers, createCouriers, insertCouriers, selectCouriers } from './index.ts';
import { createPositionBoard } from './position-board.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 1);
const db = await createTestDatabase();
const clock = new ManualClock(epochMs(1_780_000_000_000));
const corner = { lat: -34.9, lng: -56.16 };
const operator: Authority = {
  userId: ids.next('usr'),
  role: 'operator',
  scope: 'market',
  merchantIds: [],
  courierIds: [],
};
const fleetOf = (...courierIds: CourierId[]): Authority => ({
  ...operator,
  role: 'courier',
  scope: 'own',
  courierIds,
});
const fail = (error: unknown): never => {
  throw error;
};
const start = (): Couriers => createCouriers({ db, clock, ids, ticker: systemTicker, onError: fail });

async function market(count: number, onShift = count): Promise<{ id: MarketId; couriers: CourierId[] }> {
  const id = await createEmptyMarket(db, ids);
  const couriers = Array.from({ length: count }, () => ids.next('cou'));
  await db.transaction((tx) =>
    insertCouriers(
      tx,
      id,
      couriers.map((courier, index) => ({ id: courier, name: `C${index}`, vehicle: 'bicycle' })),
    ),
  );
  const module = start();
  const shift = { position: corner, endsAt: addMs(clock.now(), 12 * HOUR_MS) };
  for (const courier of couriers.slice(0, onShift)) {
    assert.ok((await module.startShift(id, courier, shift, operator)).ok);
  }
  await module.close();
  clock.advanceBy(60_000);
  return { id, couriers };
}

/** A point so many seconds from now, told apart by its latitude. */
const point = (seconds: number, lat: number) => ({
  lat,
  lng: 1,
  at: toRfc3339(addMs(clock.now(), seconds * 1_000)),
});

test('of the points of a courier the newest counts, in whatever order they come', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const report = async (...points: ReturnType<typeof point>[]) => {
    const outcome = await module.reportPoints(id, courier, points);
    assert.ok(outcome.ok);
    return outcome.value;
  };
  assert.deepEqual(await report(point(-30, 1), point(-10, 3), point(-20, 2)), {
    taken: 2,
    older: 1,
    ahead: 0,
  });
  assert.equal(module.positions(id).get(courier)?.place.lat, 3);
  assert.deepEqual(await report(point(-11, 4)), { taken: 0, older: 1, ahead: 0 });
  assert.deepEqual(await report(point(-10, 5)), { taken: 1, older: 0, ahead: 0 });
  assert.equal(module.positions(id).get(courier)?.place.lat, 5, 'of one moment the later report');
  await module.close();
  const [written] = await selectCouriers(db, id, [courier]);
  assert.deepEqual([written!.position?.lat, written!.positionAt], [5, addMs(clock.now(), -10_000)]);
});

test('a clock that is a little ahead counts as now, one that is further ahead keeps nobody out', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const ahead = await module.reportPoints(id, courier, [point(61, 1), point(3_600, 2)]);
  assert.ok(!ahead.ok && ahead.error.code === 'point_ahead_of_time');
  assert.equal(ahead.error['now'], toRfc3339(clock.now()));
  assert.deepEqual(await module.reportPoints(id, courier, [point(60, 3), point(61, 4)]), {
    ok: true,
    value: { taken: 1, older: 0, ahead: 1 },
  });
  assert.deepEqual(module.positions(id).get(courier), { place: { lat: 3, lng: 1 }, at: clock.now() });
  clock.advanceBy(1);
  assert.deepEqual(await module.reportPoints(id, courier, [point(0, 5)]), {
    ok: true,
    value: { taken: 1, older: 0, ahead: 0 },
  });
  await module.close();
});

test('points from before the shift and of no moment do not move a courier, also in a process that knows nothing', async () => {
  const { id, couriers } = await market(1);
  const courier = couriers[0]!;
  const module = start();
  const early = await module.reportPoints(id, courier, [
    { ...point(0, 9), at: '0001-01-01T00:00:00Z' },
    point(-DAY_MS / 1_000, 1),
    point(-61, 2),
  ]);
  assert.deepEqual(early, { ok: true, value: { taken: 0, older: 3, ahead: 0 } });
  assert.deepEqual(module.positions(id).get(courier)?.place, corner);
  for (const at of ['2026-02-30T00:00:00Z', 'yesterday']) {
    const bad = await module.reportPoints(id, courier, [point(0, 1), { ...point(0, 1), at }]);
    assert.ok(!bad.ok && bad.error.code === 'invalid_request' && bad.error.detail?.includes('points.1.at'));
  }
  assert.deepEqual(module.positions(id).get(courier)?.place, corner);
  await module.close();
});

test('who is off shift, or unknown, reports nothing', async () => {
  const { id, couriers } = await market(1, 0);
  const module = start();
  for (const courier of [couriers[0]!, ids.next('cou')]) {
    const off = await module.reportPoints(id, courier, [point(0, 1)]);
    assert.ok(!off.ok && off.error.code === 'courier_off_shift');
  }
  assert.equal(module.positions(id).size, 0);
  await module.close();
});

test('of a fleet each courier is taken or refused by itself, and only those of the caller', async () => {
  const { id, couriers } = await market(4, 3);
  const [ana, beto, carla, offShift] = couriers as [CourierId, CourierId, CourierId, CourierId];
  const elsewhere = await market(1);
  const positions = [
    { courierId: ana, ...point(-5, 1) },
    { courierId: ana, ...point(-9, 2) },
    { courierId: beto, ...point(-5, 3) },
    { courierId: carla, ...point(300, 4) },
    { courierId: carla, ...point(301, 4) },
    { courierId: offShift, ...point(-5, 5) },
    { courierId: elsewhere.couriers[0]!, ...point(-5, 6) },
  ];
  const latitudes = (of: Couriers) => [...of.positions(id)].map(([, { place }]) => place.lat).sort();

  const module = start();
  assert.deepEqual(await module.reportFleet(id, positions, fleetOf(ana, carla)), {
    ok: true,
    value: {
      taken: 1,
      older: 1,
      refused: [
        { courierId: beto, code: 'not_found' },
        { courierId: offShift, code: 'not_found' },
        { courierId: elsewhere.couriers[0], code: 'not_found' },
        { courierId: carla, code: 'point_ahead_of_time' },
      ],
    },
  });
  assert.deepEqual(latitudes(module), [1]);
  await module.close();

  const another = start();
  assert.deepEqual(await another.reportFleet(id, positions, operator), {
    ok: true,
    value: {
      taken: 2,
      older: 1,
      refused: [
        { courierId: offShift, code: 'courier_off_shift' },
        { courierId: elsewhere.couriers[0], code: 'courier_off_shift' },
        { courierId: carla, code: 'point_ahead_of_time' },
      ],
    },
  });
  assert.deepEqual(latitudes(another), [1, 3]);
  const bad = await another.reportFleet(id, [positions[0]!, { ...positions[2]!, at: 'never' }], operator);
  assert.ok(!bad.ok && bad.error.detail?.includes('positions.1.at'));
  await another.close();
});

test('whoever asks while couriers are looked up waits for one statement; more than may wait are told so', async () => {
  const { id, couriers } = await market(1);
  const courierId = couriers[0]!;
  let statements = 0;
  const gate = Promise.withResolvers<void>();
  const slow: Queryable = {
    query: async (text, values) => {
      statements += 1;
      await gate.promise;
      return db.query(text, values);
    },
  };
  const board = createPositionBoard({ db: slow, ticker: systemTicker, flushMs: 60_000, onError: fail });
  const report = () =>
    board.report(id, [{ courierId, position: { place: corner, at: clock.now() } }]) as Promise<unknown>;
  const asked = Array.from({ length: 11_100 }, report);
  const outcomes = Promise.allSettled(asked);
  gate.resolve();
  const refused = (await outcomes).filter((each) => each.status === 'rejected');
  assert.ok(refused.length > 0 && refused.length <= 1_100);
  assert.ok(refused.every(({ reason }) => reason instanceof GroupOverloaded));
  assert.ok(statements < 50, `${statements} statements`);
  assert.ok(!(report() instanceof Promise), 'known from now on');
  await board.close();
});

test('more positions than one statement writes are all written', async () => {
  const { id, couriers } = await market(1);
  const writes: number[] = [];
  const counting: Queryable = {
    query: (text, values) => {
      if (text.includes('insert into couriers.position')) writes.push((values![2] as unknown[]).length);
      return db.query(text, values);
    },
  };
  const more = Array.from({ length: 5_002 }, () => ids.next('cou'));
  await db.query(
    `insert into couriers.courier (market_id, courier_id, name, vehicle, status, shift_id)
     select market_id, unnest($2::bigint[]), 'M', vehicle, 'idle', shift_id
     from couriers.courier where courier_id = $1`,
    [keyOf(couriers[0]!), more.map(keyOf)],
  );
  const board = createPositionBoard({ db: counting, ticker: systemTicker, flushMs: 60_000, onError: fail });
  const position = { place: { lat: 7, lng: 8 }, at: clock.now() };
  const reported = await board.report(
    id,
    more.map((courierId) => ({ courierId, position })),
  );
  assert.deepEqual(reported, { taken: 5_002, older: 0, offShift: [] });
  await board.close();
  assert.deepEqual(writes, [5_000, 2]);
  const written = await selectCouriers(db, id, more);
  assert.ok(written.every(({ position: each }) => each?.lat === 7));
});

test('who is near is who looking at all of them finds, as couriers move, come and go', async () => {
  const { id, couriers } = await market(60);
  const here = exampleMarket(id);
  const module = start();
  const random = seededRandom('nearby');
  const anywhere = () => ({ lat: -34.95 + random.next() * 0.15, lng: -56.3 + random.next() * 0.3 });
  const query = { limit: 7, withinMetres: 6_000 };
  let found = 0;
  for (let round = 0; round < 60; round++) {
    clock.advanceBy(1_000);
    for (let each = 0; each < 10; each++) await module.reportPosition(id, random.pick(couriers), anywhere());
    if (round % 10 === 9) await module.endShift(id, couriers[round]!, operator);
    const place = anywhere();
    const even = (courierId: CourierId): boolean => couriers.indexOf(courierId) % 2 === 0;
    const nearby = module.nearby(here, place, { ...query, accepts: even });
    const expected = [...module.positions(id)]
      .filter(([courierId]) => even(courierId))
      .map(([courierId, position]) => ({ courierId, metres: distanceMetres(position.place, place) }))
      .filter(({ metres }) => metres <= query.withinMetres)
      .sort((a, b) => a.metres - b.metres)
      .slice(0, query.limit);
    assert.equal(nearby.length, expected.length);
    nearby.forEach((each, rank) => {
      const metres = expected[rank]!.metres;
      assert.ok(Math.abs(each.distanceMetres - metres) <= 3 + metres * 0.005, `${round}: ${rank}`);
    });
    found += nearby.length;
  }
  assert.ok(found > 200);
  await module.close();
});
