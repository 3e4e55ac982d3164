import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { Problem } from '@halfhour/contract';
import { toRfc3339 } from '@halfhour/kernel';
import { goOnShift, newKey, valueOf } from './order-steps.ts';
import { servePlatform } from './platform.ts';

const platform = await servePlatform({ couriers: 3 });
const { url, market, elsewhere, clock } = platform;
const { marketId, courierIds } = market;
const [ana, beto, carla] = courierIds as [
  (typeof courierIds)[0],
  (typeof courierIds)[0],
  (typeof courierIds)[0],
];
const params = { marketId, courierId: ana };
const courier = await goOnShift(platform, 0);
const operator = platform.clientOf(market.operator);
const north = (metres: number) => ({ lat: 40 + metres / 111_195, lng: 20, at: toRfc3339(clock.now()) });
const whereIs = async (courierId: typeof ana) =>
  valueOf(await operator.call('getCourier', { params: { marketId, courierId } })).position?.lat;

const CODES = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' } as const;
const path = `/v1/markets/${marketId}/couriers/${ana}/positions/socket`;
const dial = (token: string | undefined): WebSocket =>
  new WebSocket(url.replace('http', 'ws') + path, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

test('a courier reports points in a batch and over its socket, and the operator sees the newest', async () => {
  const body = { points: [north(100), { ...north(50), at: toRfc3339((clock.now() - 5_000) as never) }] };
  const reported = valueOf(await courier.call('reportPoints', { params, body }));
  assert.deepEqual(reported, { taken: 1, older: 1, ahead: 0 });
  assert.equal(await whereIs(ana), north(100).lat);

  const socket = dial(market.couriers[0]!.token);
  await once(socket, 'open');
  const told = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(JSON.stringify({ points: [north(200)] }));
  socket.send('?');
  assert.equal((JSON.parse((await told)[0].toString()) as Problem).code, 'malformed_json');
  assert.equal(await whereIs(ana), north(200).lat);
  socket.close();
  await once(socket, 'close');
});

test('nobody sends where a courier is but the courier, and those who may steer it', async () => {
  const others = [
    undefined,
    market.shoppers[0]!,
    market.merchants[0],
    market.couriers[1]!,
    market.operator,
    elsewhere.operator,
    elsewhere.couriers[0]!,
    market.admin,
  ];
  const before = await whereIs(ana);
  for (const [index, other] of others.entries()) {
    const [, response] = (await once(dial(other?.token), 'unexpected-response')) as [
      unknown,
      { statusCode: number; resume(): void },
    ];
    response.resume();
    const expected = index === 0 ? 401 : index === 3 ? 404 : 403;
    assert.equal(response.statusCode, expected, `socket, ${index}`);
    const single = await platform
      .clientOf(other)
      .call('reportPoints', { params, body: { points: [north(1)] } });
    assert.ok(!single.ok && single.error.code === CODES[expected], `points, ${index}`);
  }
  const fleet = { params: { marketId }, body: { positions: [{ courierId: ana, ...north(2) }] } };
  for (const other of [
    undefined,
    market.shoppers[0]!,
    market.merchants[0],
    elsewhere.operator,
    elsewhere.couriers[0]!,
  ]) {
    const answer = await platform.clientOf(other).call('reportFleet', fleet);
    assert.ok(!answer.ok && ['unauthenticated', 'forbidden'].includes(answer.error.code));
  }
  const another = valueOf(await platform.clientOf(market.couriers[1]).call('reportFleet', fleet));
  assert.deepEqual(another, { taken: 0, older: 0, refused: [{ courierId: ana, code: 'not_found' }] });
  const foreign = { ...fleet, params: { marketId: elsewhere.marketId } };
  const refused = valueOf(await platform.clientOf(elsewhere.operator).call('reportFleet', foreign));
  assert.deepEqual(refused.refused, [{ courierId: ana, code: 'courier_off_shift' }]);
  assert.equal(await whereIs(ana), before);
});

test('an operator reports a fleet, and asks who is near and free', async () => {
  await goOnShift(platform, 1);
  const positions = [
    { courierId: ana, ...north(300) },
    { courierId: beto, ...north(-100) },
    { courierId: carla, ...north(0) },
  ];
  const reported = valueOf(await operator.call('reportFleet', { params: { marketId }, body: { positions } }));
  assert.deepEqual(reported.refused, [{ courierId: carla, code: 'courier_off_shift' }]);
  const query = { lat: 40, lng: 20, free: 'yes' as const };
  const near = async (more: object = {}) => {
    const { items } = valueOf(
      await operator.call('listNearbyCouriers', { params: { marketId }, query: { ...query, ...more } }),
    );
    return items.map(({ courier: each, distanceMetres }) => [each.id, distanceMetres]);
  };
  // The live view learns of a shift with the feed.
  while ((await near()).length < 2);
  assert.deepEqual(await near(), [
    [beto, 100],
    [ana, 300],
  ]);
  assert.deepEqual(await near({ limit: 1 }), [[beto, 100]]);
  assert.deepEqual(await near({ withinMetres: 99 }), []);
  const asked = { params: { marketId }, query };
  for (const other of [market.couriers[0], market.merchants[0], market.shoppers[0], elsewhere.operator]) {
    const answer = await platform.clientOf(other).call('listNearbyCouriers', asked);
    assert.ok(!answer.ok && answer.error.code === 'forbidden');
  }
  valueOf(
    await operator.call('endShift', {
      params: { marketId, courierId: beto },
      body: {},
      idempotencyKey: newKey(),
    }),
  );
  while ((await near()).length > 1);
  assert.deepEqual(await near({ free: 'no' }), [[ana, 300]]);
});
