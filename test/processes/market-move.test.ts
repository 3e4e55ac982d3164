import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Order } from '@halfhour/contract';
import { keyOf, parseId } from '@halfhour/kernel';
import { openDatabase, sqlState } from '@halfhour/platform/postgres';
import { type RawRequest, send } from '../acceptance/platform.ts';
import { assertSound } from '../acceptance/soundness.ts';
import { startHalfhour } from '../halfhour-process.ts';
import { basketOf, listen, serve, sharedDatabase, totalOf, until } from './several.ts';

const SHOPPERS = 12;
const MOVE_MS = 120_000;

const source = await sharedDatabase({ shoppers: SHOPPERS, oilOnHand: 1_000_000 });
const target = await sharedDatabase({ shoppers: 1 });
const { market } = source;
const { marketId } = market;
const [here, there] = await Promise.all([serve(source.url), serve(target.url)]);
const basket = basketOf(market);
const totalMinor = await totalOf(here.url, market, basket);

interface Acknowledged {
  readonly shopper: number;
  readonly key: string;
  readonly id: string;
  readonly atMs: number;
}

let base = here.url;
const acknowledged: Acknowledged[] = [];
const answers = new Map<number, number>();
let stopped = false;

/** As a client should: until there is an answer, with the same key, and where it is told to go. */
async function insist(request: RawRequest): Promise<{ readonly status: number; readonly body: Order }> {
  for (;;) {
    const answer = await send<Order & { readonly movedTo?: string }>(base, request);
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
    if (answer.status === 421) base = answer.body.movedTo!;
    else if (answer.status !== 503 && answer.status !== 429) return answer;
    else await delay(50);
  }
}

async function shop(index: number): Promise<void> {
  const { token } = market.shoppers[index]!;
  for (let count = 0; !stopped; count++) {
    const key = `move-${index}-${count}`;
    const body = { ...basket, expectedTotalMinor: totalMinor, payment: { method: 'test_approve' } };
    const path = `${market.path}/orders`;
    const placed = await insist({ method: 'POST', path, token, key, body });
    assert.equal(placed.status, 201, JSON.stringify(placed.body));
    const { id } = placed.body;
    acknowledged.push({ shopper: index, key, id, atMs: performance.now() });
    const steps = count % 3 === 0 ? ['cancel'] : ['accept', 'ready'];
    for (const step of steps) {
      const made = await insist({
        method: 'POST',
        path: `${path}/${id}/${step}`,
        token: step === 'cancel' ? token : market.merchants[0].token,
        key: `${key}-${step}`,
        body: {},
      });
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
  }
}

function move(to: string, ...more: string[]) {
  const args = ['market', 'move', '--market', marketId, '--to', to, '--url', there.url, ...more];
  return startHalfhour(args, { DATABASE_URL: source.url });
}

const shopping = market.shoppers.map((_, index) => shop(index));
// Told where it is awaited.
for (const each of shopping) each.catch(() => undefined);

test('what cannot be moved safely is refused, and the market goes on', async () => {
  for (const [to, words] of [
    [source.url, /is the database that the market is in/],
    ['postgres://nobody@localhost/halfhour?host=/nowhere', /cannot be reached/],
  ] as const) {
    const refused = move(to);
    assert.equal((await refused.ended(MOVE_MS)).code, 1);
    assert.match(refused.output(), words);
  }
  const { shoppers } = market;
  const set = (db: typeof source.db, email: string, userId: string): Promise<object[]> =>
    db.query('update identity.user_account set email = $1, email_key = $1 where user_id = $2', [
      email,
      keyOf(parseId('usr', userId)!),
    ]);
  await set(source.db, 'ana@example.org', shoppers[0]!.userId);
  await set(target.db, 'ana@example.org', target.market.operator.userId);
  const stranger = move(target.url);
  assert.equal((await stranger.ended(MOVE_MS)).code, 1);
  assert.match(stranger.output(), /somebody else at the target: ana@example.org/);
  await set(target.db, 'other@example.org', target.market.operator.userId);
});

test('a mover that dies or is stopped leaves the market running where it is', async () => {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const mover = move(target.url);
    await mover.printed(/copying while the market runs/, MOVE_MS);
    mover.send(signal);
    await mover.ended(MOVE_MS);
    const before = acknowledged.length;
    await until(
      'ordered on',
      () => Promise.resolve(acknowledged.length),
      (count) => count > before + 20,
    );
    assert.equal(base, here.url);
  }
});

test('a market moves to another database under traffic: nothing is lost, nothing is twice', async (context) => {
  const watched = await listen(here.url, `${market.path}/stream`, market.operator);
  await watched.heard(/OrderPlaced/);
  const mover = move(target.url);
  assert.equal((await mover.ended(MOVE_MS)).code, 0, mover.output());
  await watched.ended;
  const pause = Number(/paused for ([\d.]+) s/.exec(mover.output())?.[1]);
  assert.ok(pause < 10, mover.output());
  const atMove = acknowledged.length;
  await until(
    'ordered on',
    () => Promise.resolve(acknowledged.length),
    (count) => count > atMove + 50,
  );
  stopped = true;
  await Promise.all(shopping);
  assert.equal(base, there.url);

  let longest = 0;
  for (const [index, { atMs }] of acknowledged.entries()) {
    longest = Math.max(longest, atMs - (acknowledged[index - 1]?.atMs ?? atMs));
  }
  context.diagnostic(
    `${acknowledged.length} orders; paused ${pause} s as the mover saw it, ${(longest / 1_000).toFixed(2)} s ` +
      `between two acknowledged orders as clients saw it; answers ${JSON.stringify([...answers])}`,
  );
  assert.ok((answers.get(503) ?? 0) + (answers.get(421) ?? 0) > 0, 'the pause was not seen');

  const rows = await target.db.query<{ order_id: string }>(
    'select order_id from ordering.progress where market_id = $1',
    [keyOf(marketId)],
  );
  const ids = acknowledged.map(({ id }) => keyOf(parseId('ord', id)!));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(rows.map((row) => row.order_id).toSorted(), ids.toSorted());
  await assertSound(target.db, marketId);
  await assertSound(source.db, marketId);

  // Old keys answer what they answered before, wherever they were first used.
  for (const { shopper, key, id } of acknowledged.filter((_, index) => index % 20 === 0)) {
    const body = { ...basket, expectedTotalMinor: totalMinor, payment: { method: 'test_approve' } };
    const { token } = market.shoppers[shopper]!;
    const again = await insist({ method: 'POST', path: `${market.path}/orders`, token, key, body });
    assert.deepEqual([again.status, again.body.id], [201, id]);
  }
});

test('the source says where the market is, and takes no write of it for good', async () => {
  for (const path of [market.path, `${market.path}/stores`, `${market.path}/live`]) {
    const { status, body } = await send(here.url, { method: 'GET', path, token: market.operator.token });
    assert.deepEqual([status, body['movedTo']], [421, there.url], path);
  }
  await assert.rejects(
    source.db.query('update inventory.stock set reserved = reserved where market_id = $1', [keyOf(marketId)]),
    (error) => sqlState(error) === 'HM002',
  );
  const again = move(target.url);
  assert.equal((await again.ended(MOVE_MS)).code, 1);
  assert.match(again.output(), /has a market/);
  // Rights do not spread: an admin of the source is nobody at the target.
  const path = '/v1/me';
  assert.equal((await send(there.url, { method: 'GET', path, token: market.admin.token })).status, 401);
  const operator = await send<{ grants: unknown[] }>(there.url, {
    method: 'GET',
    path,
    token: market.operator.token,
  });
  assert.deepEqual(operator.body.grants, [{ role: 'operator', marketId }]);
});

test('a move that was cut off in its last step is finished by running it again', async () => {
  const other = await source.addMarket();
  const key = keyOf(other.marketId);
  const args = ['market', 'move', '--market', other.marketId, '--to', target.url, '--url', there.url];
  const mover = startHalfhour(args, { DATABASE_URL: source.url });
  assert.equal((await mover.ended(MOVE_MS)).code, 0, mover.output());
  const db = openDatabase({ connection: target.url, maxConnections: 1 });
  after(() => db.close());
  await db.query('delete from markets.market where market_id = $1', [key]);
  const again = startHalfhour(args, { DATABASE_URL: source.url });
  assert.equal((await again.ended(MOVE_MS)).code, 0, again.output());
  assert.equal((await db.query('select 1 as one from markets.market where market_id = $1', [key])).length, 1);
});
