import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@halfhour/contract';
import { DAY_MS, addMs, keyOf, systemNow, toRfc3339 } from '@halfhour/kernel';
import { selectStock } from '@halfhour/platform/inventory';
import type { CityMarket } from '../acceptance/city-market.ts';
import { send } from '../acceptance/platform.ts';
import { assertSound } from '../acceptance/soundness.ts';
import { startHalfhour } from '../halfhour-process.ts';
import {
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

const SHOPPERS = 60;
const OILS = 10;
const PLACES = 10;

const {
  db,
  url: databaseUrl,
  market,
  addMarket,
} = await sharedDatabase({
  shoppers: SHOPPERS,
  couriers: 4,
  oilOnHand: OILS,
});
const { marketId, operator } = market;
const [one, two] = await Promise.all([serve(databaseUrl), serve(databaseUrl)]);
const urls = [one.url, two.url];
const urlOf = (index: number): string => urls[index % urls.length]!;
const rice = basketOf(market, market.rice.offerId);
const riceTotal = await totalOf(one.url, market, rice);

test('two processes that start at once take numbers of their own, and a third may not have one of theirs', async () => {
  assert.deepEqual([one.node, two.node].toSorted(), [0, 1]);
  const third = startHalfhour(['serve', '--port', '0'], {
    DATABASE_URL: databaseUrl,
    HALFHOUR_NODE: String(two.node),
  });
  assert.equal((await third.ended(60_000)).code, 1);
  assert.match(
    third.output(),
    new RegExp(`Node ${two.node} is the number of another process .*${two.process.pid} on`),
  );
});

test('the same key at both processes at the same time places one order, and answers the same', async () => {
  const answers = await Promise.all(
    market.shoppers.slice(0, 30).map(async (shopper, index) => {
      const placement = { shopper, key: `at-both-${index}`, basket: rice, totalMinor: riceTotal };
      const asked = await Promise.all([0, 1, 2, 3].map((n) => place(urlOf(index + n), market, placement)));
      return asked.map(({ status, body }) => [status, body.id]);
    }),
  );
  for (const [first, ...others] of answers) {
    assert.equal(first![0], 201);
    for (const other of others) assert.deepEqual(other, first);
  }
  assert.equal(new Set(answers.map(([first]) => first![1])).size, 30);
  const [row] = await db.query<{ orders: number }>(
    'select count(*)::int as orders from ordering.order where market_id = $1',
    [keyOf(marketId)],
  );
  assert.equal(row!.orders, 30);
  // A key that the other process has seen is refused with another body.
  const [shopper] = market.shoppers;
  const reused = {
    shopper: shopper!,
    key: 'at-both-0',
    basket: { ...rice, tipMinor: 60 },
    totalMinor: riceTotal + 10,
  };
  for (const url of urls) {
    const { status, body } = await place(url, market, reused);
    assert.deepEqual([status, body.code], [409, 'idempotency_key_reused']);
  }
});

test('of the last ten of an article exactly ten are sold through both processes', async () => {
  const basket = { ...basketOf(market), lines: [{ offerId: market.oil.offerId, quantity: 1 }] };
  const totalMinor = await totalOf(two.url, market, basket);
  const answers = await Promise.all(
    market.shoppers.map((shopper, index) =>
      place(urlOf(index), market, { shopper, key: `last-ten-${index}`, basket, totalMinor }),
    ),
  );
  const got = answers.filter(({ status }) => status === 201);
  assert.equal(got.length, OILS);
  const refused = answers
    .filter(({ status }) => status !== 201)
    .map(({ status, body }) => `${status} ${body.code}`);
  assert.deepEqual([...new Set(refused)], ['409 out_of_stock']);
  const stock = await selectStock(db, marketId, market.shopId, [market.oil.articleId]);
  assert.deepEqual(stock.get(market.oil.articleId), { onHand: OILS, reserved: OILS });
  await assertSound(db, marketId);
});

test('of the last ten places of a slot exactly ten are taken through both processes', async () => {
  const token = market.merchants[0].token;
  const stores = `${market.path}/stores/${market.shopId}`;
  const slots = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({
    weekday,
    startsMinute: 720,
    lengthMinutes: 60,
    capacity: PLACES,
  }));
  const body = { slots, cutoffMinutes: 60, daysAhead: 3 };
  const set = await send(one.url, { method: 'PUT', path: `${stores}/slot-plan`, token, body });
  assert.equal(set.status, 200);
  const tomorrow = toRfc3339(addMs(systemNow(), DAY_MS)).slice(0, 10);
  const listed = (url: string) =>
    send<{ items: { start: string; left: number }[] }>(url, {
      method: 'GET',
      path: `${stores}/slots?day=${tomorrow}`,
    });
  const [slot] = (await listed(two.url)).body.items;
  assert.equal(slot!.left, PLACES);
  const basket = { ...rice, slot: slot!.start };
  const answers = await Promise.all(
    market.shoppers.map((shopper, index) =>
      place(urlOf(index), market, { shopper, key: `last-place-${index}`, basket, totalMinor: riceTotal }),
    ),
  );
  const codes = answers.map(({ status, body: { code } }) => `${status} ${code ?? ''}`.trim()).toSorted();
  assert.deepEqual(codes, [
    ...Array<string>(PLACES).fill('201'),
    ...Array<string>(SHOPPERS - PLACES).fill('409 slot_full'),
  ]);
  for (const url of urls) assert.equal((await listed(url)).body.items[0]!.left, 0);
  await assertSound(db, marketId);
});

test('streams of one process tell of orders and positions of the other, in the same order as there', async () => {
  const streams = await Promise.all(urls.map((url) => listen(url, `${market.path}/stream`, operator)));
  const [shopper] = market.shoppers;
  const placed = [];
  for (let index = 0; index < 12; index++) {
    placed.push(
      place(urlOf(index), market, {
        shopper: shopper!,
        key: `told-of-${index}`,
        basket: rice,
        totalMinor: riceTotal,
      }),
    );
  }
  const ids = (await Promise.all(placed)).map(({ body }) => body.id);
  for (const stream of streams)
    for (const id of ids) await stream.heard(new RegExp(`"${id}"[^]*OrderPlaced|OrderPlaced[^]*"${id}"`));

  await startShift(one.url, market, 0);
  await reportPosition(one.url, market, 0, { lat: 40.00321, lng: 20.00123 });
  const courierId = market.courierIds[0]!;
  for (const stream of streams) await stream.heard(new RegExp(`${courierId}[^]*40\\.00321`));
  // The courier goes on by the other process, as a load balancer may have it.
  await reportPosition(two.url, market, 0, { lat: 40.00456, lng: 20.00123 });
  for (const stream of streams) await stream.heard(new RegExp(`${courierId}[^]*40\\.00456`));
  const shown = await send<{ position: unknown }>(one.url, {
    method: 'GET',
    path: `${market.path}/couriers/${courierId}`,
    token: operator.token,
  });
  assert.deepEqual(shown.body.position, { lat: 40.00456, lng: 20.00123 });

  // What both have been told since both listen, one and the same sequence.
  const [here, there] = streams.map((stream) => stream.positions());
  const common = here!.filter((id) => there!.includes(id));
  assert.ok(common.length >= 12, `only ${common.length} events in common`);
  assert.deepEqual(
    there!.filter((id) => here!.includes(id)),
    common,
  );
  for (const stream of streams) stream.close();
});

/** Made while the two run. */
const later = await addMarket();

const dispatcherOf = async (market: CityMarket): Promise<string | undefined> => {
  const [lease] = await db.query<{ holder: string }>(
    'select holder from dispatch.lease where market_id = $1',
    [keyOf(market.marketId)],
  );
  return lease?.holder;
};

test('a market that is made while they run is taken up by both', async () => {
  await until(
    'dispatched',
    () => dispatcherOf(later),
    (holder) => holder !== undefined,
  );
  for (const url of urls) {
    const live = await send(url, { method: 'GET', path: `${later.path}/live`, token: later.operator.token });
    assert.equal(live.status, 200);
  }
});

test('when one is killed the other goes on, takes its dispatch and assigns what was placed with the dead one', async () => {
  const before = await dispatcherOf(later);
  const [dying, living] = before === `node-${one.node}` ? [one, two] : [two, one];
  assert.equal(before, `node-${dying.node}`);
  await startShift(dying.url, later, 1);
  const [shopper] = later.shoppers;
  const basket = basketOf(later);
  const totalMinor = await totalOf(living.url, later, basket);
  const placement = { shopper: shopper!, key: 'the-orphan', basket, totalMinor };
  const { body: orphan } = await place(dying.url, later, placement);
  dying.process.send('SIGKILL');
  await dying.process.ended(10_000);

  const again = await place(living.url, later, placement);
  assert.deepEqual([again.status, again.body.id], [201, orphan.id]);
  for (const step of ['accept', 'ready']) {
    const { status } = await send(living.url, {
      method: 'POST',
      path: `${later.path}/orders/${orphan.id}/${step}`,
      token: later.merchants[0].token,
      key: `orphan-${step}`,
      body: {},
    });
    assert.equal(status, 200);
  }
  // As though its time had run out; it would in 45 s.
  await db.query('update dispatch.lease set expires_at = clock_timestamp() where holder = $1', [before]);
  await until(
    'taken over',
    () => dispatcherOf(later),
    (holder) => holder === `node-${living.node}`,
  );
  const order = await until(
    'assigned',
    async () => {
      const path = `${later.path}/orders/${orphan.id}`;
      return (await send<Order>(living.url, { method: 'GET', path, token: later.operator.token })).body;
    },
    ({ courierId }) => courierId !== undefined,
  );
  assert.equal(order.courierId, later.courierIds[1]);
  const after = await place(living.url, later, { ...placement, key: 'after-it' });
  assert.equal(after.status, 201);
  await assertSound(db, later.marketId);
  await assertSound(db, marketId);
});

test('a process that stops gives its number and its work back at once', async () => {
  const living = await serve(databaseUrl);
  living.process.send('SIGTERM');
  assert.deepEqual(await living.process.ended(30_000), { code: 0, signal: null });
  const held = await db.query<{ node: number }>(
    `select node from processes.node where expires_at > clock_timestamp() and node = $1
     union all select 0 from processes.work where holder = $2 and expires_at > clock_timestamp()`,
    [living.node, `node-${living.node}`],
  );
  assert.deepEqual(held, []);
});
