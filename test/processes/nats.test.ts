import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '@halfhour/kernel';
import { send } from '../acceptance/platform.ts';
import { assertSound } from '../acceptance/soundness.ts';
import { WITHOUT_NATS, natsServer } from '../nats-server.ts';
import {
  type Served,
  basketOf,
  listen,
  place,
  reportPosition,
  serve,
  sharedDatabase,
  startShift,
  totalOf,
  until,
} from './several.ts';

const { db, url: databaseUrl, market } = await sharedDatabase({ shoppers: 4, couriers: 2 });
const nats = await natsServer();
const { marketId, operator, path } = market;
const courierId = market.courierIds[0]!;

async function gauge({ url }: Served, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

test(
  'two api processes and a worker work together over NATS, without it, and with it again',
  { skip: WITHOUT_NATS },
  async () => {
    // No NATS at first: the start does not wait for it.
    const environment = { NATS_URL: nats.url };
    const [first, second, worker] = await Promise.all([
      serve(databaseUrl, ['--role', 'api'], environment),
      serve(databaseUrl, ['--role', 'api'], environment),
      serve(databaseUrl, ['--role', 'worker'], environment),
    ]);
    const all = [first, second, worker];
    const connected = (value: number): Promise<unknown> =>
      until(
        value === 1 ? 'connected' : 'noticed',
        () => Promise.all(all.map((each) => gauge(each, 'halfhour_nats_connected'))),
        (values) => values.every((each) => each === value),
      );
    await connected(0);

    assert.equal((await fetch(`${worker.url}/health/ready`)).status, 200);
    const refused = await send<{ code: string; detail: string }>(worker.url, {
      method: 'GET',
      path: '/v1/markets',
    });
    assert.deepEqual([refused.status, refused.body.code], [404, 'not_found']);
    assert.match(refused.body.detail, /worker/);

    await startShift(first.url, market, 0);
    const basket = basketOf(market);
    const totalMinor = await totalOf(first.url, market, basket);
    const stream = await listen(second.url, `${path}/stream`, operator);
    let round = 0;
    const ordersAndPositionsCross = async (): Promise<void> => {
      round += 1;
      const lat = Number((40.001 + round / 10_000).toFixed(4));
      await reportPosition(first.url, market, 0, { lat, lng: 20.001 });
      const placement = { shopper: market.shoppers[0]!, key: `round-no-${round}`, basket, totalMinor };
      const { status, body } = await place(first.url, market, placement);
      assert.equal(status, 201);
      assert.equal((await place(second.url, market, placement)).body.id, body.id);
      await stream.heard(new RegExp(`OrderPlaced[^]*"${body.id}"|"${body.id}"[^]*OrderPlaced`));
      await stream.heard(new RegExp(`${courierId}[^]*"lat":${lat}`));
    };

    await ordersAndPositionsCross();
    for (let life = 1; life <= 2; life++) {
      await nats.start();
      await connected(1);
      await ordersAndPositionsCross();
      await nats.kill();
      // At once, while they may not have noticed yet.
      await ordersAndPositionsCross();
      await connected(0);
      await ordersAndPositionsCross();
      assert.ok((await gauge(first, 'halfhour_nats_dropped_messages')) > 0);
    }
    stream.close();

    const [orders] = await db.query<{ orders: number }>(
      'select count(*)::int as orders from ordering.order where market_id = $1',
      [keyOf(marketId)],
    );
    assert.equal(orders!.orders, round);
    await assertSound(db, marketId);
    // What nobody asks for is the worker's alone.
    const holders = await db.query<{ holder: string }>(
      'select holder from dispatch.lease union select holder from processes.work',
    );
    assert.deepEqual(holders, [{ holder: `node-${worker.node}` }]);
  },
);
