import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import type { ClockState, Market, MarketEvent, Order } from '@halfhour/contract';
import { SECOND_MS, fromRfc3339, seededRandom, systemTicker } from '@halfhour/kernel';
import { type ApiClient, createApiClient } from '@halfhour/twin/http';
import { dataFolder, postgresPid } from '../halfhour-process.ts';
import { type Demo, startDemo } from '../start-demo.ts';
import { valueOf } from './order-steps.ts';
import { assertSound } from './soundness.ts';
import { openDatabase } from '@halfhour/platform/postgres';

const DELIVERED = 3;
const PATIENCE_MS = 60_000;
const STOP_MS = 20_000;

const folder = await dataFolder();

async function operatorOf({ url, email, password }: Demo): Promise<ApiClient> {
  const client = { baseUrl: url, ticker: systemTicker, random: seededRandom('operator') };
  const signedIn = await createApiClient(client).call('createSession', { body: { email, password } });
  return createApiClient({ ...client, token: valueOf(signedIn).token });
}

async function marketOf(operator: ApiClient): Promise<Market> {
  const { items } = valueOf(await operator.call('listMarkets', {}));
  const [market, ...others] = items.filter(({ sandbox }) => !sandbox);
  assert.equal(others.length, 0);
  return market!;
}

/** Follows the market's stream until orders have been seen to be delivered by its own people. */
async function untilDelivered(
  operator: ApiClient,
  marketId: Market['id'],
  count: number,
): Promise<Order['id'][]> {
  const delivered = new Set<Order['id']>();
  const input = { params: { marketId }, signal: AbortSignal.timeout(PATIENCE_MS) };
  for await (const item of operator.stream('streamMarket', input)) {
    if (item.kind !== 'event') continue;
    const event: MarketEvent = item.data;
    if (event.type === 'order' && event.event === 'OrderDelivered') delivered.add(event.order.id);
    if (delivered.size === count) break;
  }
  return [...delivered];
}

/** As Ctrl-C does. */
async function stop(demo: Demo): Promise<void> {
  demo.process.send('SIGINT');
  const end = await demo.process.ended(STOP_MS);
  assert.deepEqual(end, { code: 0, signal: null }, demo.process.output().slice(-4_000));
}

test('the demo starts, its people get their orders, it stops cleanly, and it goes on where it was', async (context) => {
  const first = await startDemo({ folder, speed: 120 });
  const operator = await operatorOf(first);
  const { id: marketId } = await marketOf(operator);
  const params = { marketId };
  const delivered = await untilDelivered(operator, marketId, DELIVERED);
  context.diagnostic(
    `${DELIVERED} orders were delivered ${Math.round(performance.now() - first.readyAt)} ms after it was ready`,
  );
  const before: ClockState = valueOf(await operator.call('getClock', { params }));
  assert.deepEqual([before.speed, before.adjustable], [120, true]);
  const timeline = valueOf(
    await operator.call('getOrderTimeline', { params: { marketId, orderId: delivered[0]! } }),
  );
  assert.equal(timeline.items[0]?.type, 'OrderReceived');
  const inOrder = { marketId, orderId: delivered[0]! };
  const { placedAt, promise } = valueOf(await operator.call('getOrder', { params: inOrder }));
  const { parts } = valueOf(await operator.call('getOrderPromise', { params: inOrder }));
  assert.equal(
    Object.values(parts).reduce((sum, seconds) => sum + seconds, 0) * SECOND_MS,
    fromRfc3339(promise.latest)! - fromRfc3339(placedAt)!,
  );
  const { load } = valueOf(await operator.call('getShortage', { params }));
  assert.ok(load.couriersOnShift > 0 && load.openOrders > 0, JSON.stringify(load));

  await stop(first);
  assert.equal(await postgresPid(folder), undefined, 'no Postgres is left');
  await assert.rejects(stat(`${folder}/halfhour.pid`), { code: 'ENOENT' });

  const second = await startDemo({ folder, speed: 120 });
  const again = await operatorOf(second);
  assert.equal(second.password, first.password);
  assert.equal((await marketOf(again)).id, marketId, 'the market is loaded once');
  const after = valueOf(await again.call('getClock', { params }));
  assert.ok(fromRfc3339(after.now)! >= fromRfc3339(before.now)!, `${after.now} is before ${before.now}`);
  for (const orderId of delivered) {
    const order = valueOf(await again.call('getOrder', { params: { marketId, orderId } }));
    assert.equal(order.state, 'delivered');
  }
  await untilDelivered(again, marketId, 1);

  // A crash is not the end either.
  second.process.send('SIGKILL');
  await second.process.ended(STOP_MS);
  const third = await startDemo({ folder, speed: 120 });
  const last = await operatorOf(third);
  const resumed = valueOf(await last.call('getClock', { params }));
  assert.ok(fromRfc3339(resumed.now)! >= fromRfc3339(after.now)!);
  await untilDelivered(last, marketId, 1);
  valueOf(await last.call('setClockSpeed', { params, body: { speed: 0 } }));
  const connection = { host: `${folder}/postgres`, database: 'halfhour', user: 'halfhour' };
  const db = openDatabase({ connection, maxConnections: 1 });
  try {
    await db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      await assertSound(tx, marketId);
      const [learned] = await tx.query<{ deliveries: number }>(
        `select (learned->>'learned')::int as deliveries from promises.history where store_id = 0 limit 1`,
      );
      assert.ok(learned!.deliveries > 0, 'promises are learned from deliveries');
    });
  } finally {
    await db.close();
  }
  await stop(third);
  const complaints = [first, second, third].flatMap(({ process }) =>
    process
      .output()
      .split('\n')
      .filter((line) => /"level":"(error|fatal)"/.test(line)),
  );
  assert.deepEqual(complaints, []);
});
