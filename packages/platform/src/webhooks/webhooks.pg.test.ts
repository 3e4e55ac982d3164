import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { Webhook as Verifier } from 'standardwebhooks';
import type { Webhook, WebhookMessage } from '@halfhour/contract';
import {
  DAY_MS,
  HOUR_MS,
  type IdSource,
  ManualClock,
  type Id,
  type IdPrefix,
  type MarketId,
  type MerchantId,
  type WebhookId,
  addMs,
  createIdSource,
  idFromKey,
  keyOf,
  seededRandom,
  systemNow,
  systemTicker,
  toRfc3339,
} from '@halfhour/kernel';
import type { Authority } from '../api/index.ts';
import { appendEvents, readEvents, readHead, BEGINNING } from '../events/index.ts';
import { TEST_START, createTestDatabase, createTestMarket, createTestOrdering } from '../testing/index.ts';
import { type WebhookDeps, createWebhooks } from './create-webhooks.ts';
import { MAX_OF_MARKET, MAX_OF_MERCHANT } from './endpoint.ts';
import { takeMessages } from './message-store.ts';
import { MAX_WAITING } from './make-messages.ts';
import { RETRY_AFTER_MS } from './retry.ts';
import { createWebhookRoutes } from './routes.ts';
import { FAILING_LIMIT_MS, LEASE_MS } from './send-messages.ts';

const db = await createTestDatabase();
let nodes = 300;

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on this machine that answers what the test says, 200 unless it says otherwise. */
async function startReceiver() {
  const received: Received[] = [];
  const receiver = {
    url: '',
    received,
    answer: (response: ServerResponse, _request: Received): void => void response.writeHead(200).end(),
    /** What arrived at a path, parsed. */
    typesAt: (path: string) =>
      received
        .filter((one) => one.path === path)
        .map((one) => (JSON.parse(one.body) as { type: string }).type),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      receiver.answer(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close().closeAllConnections());
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

const receiver = await startReceiver();

/** The module on a market of its own, with clocks that the test moves; the wall's begins now, for verifiers look. */
async function start(options: Partial<WebhookDeps> = {}) {
  const wallClock = new ManualClock(systemNow());
  const ids: IdSource = createIdSource(() => wallClock.now(), nodes++);
  const market = await createTestMarket(db, ids);
  const deps: WebhookDeps = {
    db,
    clock: new ManualClock(TEST_START),
    wallClock,
    ticker: systemTicker,
    ids,
    random: seededRandom('webhooks'),
    secrets: { bytes: randomBytes },
    development: true,
    onCommit: () => undefined,
    onError: (error) => assert.fail(String(error)),
    ...options,
  };
  const webhooks = createWebhooks(deps);
  after(() => webhooks.close());
  const routes = createWebhookRoutes(webhooks);
  const operator: Authority = {
    userId: ids.next('usr'),
    role: 'operator',
    scope: 'market',
    merchantIds: [],
    courierIds: [],
  };
  return { ...market, deps, ids, wallClock, webhooks, routes, operator };
}

type Started = Awaited<ReturnType<typeof start>>;

/** What the routes answer, all of it together. */
type Answer = Webhook &
  WebhookMessage & {
    readonly secret: string;
    readonly oldSecretsUntil: string;
    readonly replayed: number;
    readonly more: boolean;
    readonly items: WebhookMessage[];
    readonly next?: string;
  };

const REQUEST = { command: undefined, requestId: 'test', signal: new AbortController().signal };

/** Calls a route as the operator, or as `authority`; fails the test where it is refused. */
async function call(
  { routes, operator, marketId }: Started,
  route: keyof ReturnType<typeof createWebhookRoutes>,
  request: { params?: object; query?: object; body?: object; authority?: Authority } = {},
) {
  const answer = await callAnyhow({ routes, operator, marketId }, route, request);
  assert.ok(answer.ok, `${route}: ${JSON.stringify(answer)}`);
  return answer.value;
}

async function callAnyhow(
  { routes, operator, marketId }: Pick<Started, 'routes' | 'operator' | 'marketId'>,
  route: keyof ReturnType<typeof createWebhookRoutes>,
  request: { params?: object; query?: object; body?: object; authority?: Authority } = {},
): Promise<{ ok: true; value: Answer } | { ok: false; error: { code: string; detail?: string } }> {
  return (routes[route] as (one: object) => Promise<never>)({
    ...REQUEST,
    authority: request.authority ?? operator,
    params: { marketId, ...request.params },
    query: { limit: 50, ...request.query },
    body: request.body ?? {},
  });
}

let paths = 0;

/** An endpoint at a path of its own at the receiver. */
async function endpoint(
  on: Started,
  draft: object = {},
): Promise<{ id: WebhookId; path: string; secret: string }> {
  const path = `/${paths++}`;
  const created = await call(on, 'createWebhook', {
    body: { url: receiver.url + path, eventTypes: [], ...draft },
  });
  return { id: created.id, path, secret: created.secret };
}

/** Appends events of a type that need no state behind them. */
async function happen(
  marketId: MarketId,
  count: number,
  type = 'StoreOpened',
  subject: Id<IdPrefix> = idFromKey('sto', 1n),
) {
  await db.transaction(async (tx) => {
    appendEvents(
      tx,
      marketId,
      Array.from({ length: count }, (_, n) => ({
        type,
        subject,
        at: TEST_START,
        by: 'operator',
        data: { n },
      })),
    );
  });
}

async function messagesOf(on: Started, webhookId: WebhookId, state?: string): Promise<WebhookMessage[]> {
  return (await call(on, 'listWebhookMessages', { params: { webhookId }, query: { state, limit: 200 } }))
    .items;
}

const answerWith =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end();

async function deliver({ webhooks, marketId }: Pick<Started, 'webhooks' | 'marketId'>): Promise<void> {
  await webhooks.makeDue(marketId);
  await webhooks.sendDue(marketId);
}

test('an event arrives as Standard Webhooks says, and an independent verifier accepts it', async () => {
  const on = await start();
  const { path, secret } = await endpoint(on);
  await happen(on.marketId, 1);
  await deliver(on);
  const [one, ...more] = receiver.received.filter((each) => each.path === path);
  assert.deepEqual(more, []);
  const verified = new Verifier(secret).verify(one!.body, one!.headers as Record<string, string>);
  assert.deepEqual(verified, {
    type: 'StoreOpened',
    timestamp: toRfc3339(TEST_START),
    data: {
      marketId: on.marketId,
      subject: 'sto_0000000000001',
      position: await readHead(db, on.marketId),
      by: 'operator',
      facts: { n: 0 },
    },
  });
  assert.equal(one!.headers['content-type'], 'application/json');
  const forged = one!.body.replace('operator', 'merchant');
  assert.throws(() => new Verifier(secret).verify(forged, one!.headers as Record<string, string>));
});

test('an endpoint gets the types it asked for, from its creation on', async () => {
  const on = await start();
  await happen(on.marketId, 3);
  const chosen = await endpoint(on, { eventTypes: ['OfferChanged'] });
  const all = await endpoint(on);
  await happen(on.marketId, 1, 'OfferChanged');
  await happen(on.marketId, 1, 'ShiftEnded');
  await deliver(on);
  assert.deepEqual(receiver.typesAt(chosen.path), ['OfferChanged']);
  assert.deepEqual(receiver.typesAt(all.path).toSorted(), ['OfferChanged', 'ShiftEnded']);
});

test('a market without endpoints is not read, and its first endpoint does not begin with its past', async () => {
  const on = await start();
  await happen(on.marketId, 1_200);
  await on.webhooks.makeDue(on.marketId);
  const readers = await db.query('select seq from webhooks.reader where market_id = $1', [
    keyOf(on.marketId),
  ]);
  assert.deepEqual(readers, []);
  const { id } = await endpoint(on);
  await on.webhooks.makeDue(on.marketId);
  assert.deepEqual(await messagesOf(on, id), []);
});

test('a reader that was away catches up without missing or repeating, also beside another', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  for (let round = 0; round < 5; round++) await happen(on.marketId, 700);
  await Promise.all([on.webhooks.makeDue(on.marketId), on.webhooks.makeDue(on.marketId)]);
  const queued = await positionsOf(on.marketId, id);
  const happened = await allPositions(on.marketId);
  assert.equal(queued.length, 3_500);
  assert.deepEqual(queued, happened);
});

async function positionsOf(marketId: MarketId, id: WebhookId): Promise<string[]> {
  const rows = await db.query<{ seq: string }>(
    `select seq from webhooks.message where market_id = $1 and endpoint_id = $2 order by seq`,
    [keyOf(marketId), keyOf(id)],
  );
  return rows.map((row) => row.seq);
}

async function allPositions(marketId: MarketId): Promise<string[]> {
  const positions: string[] = [];
  for (let place = BEGINNING; ;) {
    const events = await readEvents(db, marketId, place, 1_000);
    if (events.length === 0) return positions;
    positions.push(...events.map((event) => event.position));
    place = events.at(-1)!.position;
  }
}

test('a process that dies between taking and sending: the message is sent when its lease has ended', async () => {
  const on = await start();
  const { id, path } = await endpoint(on);
  await happen(on.marketId, 1);
  await on.webhooks.makeDue(on.marketId);
  const now = on.wallClock.now();
  const taken = await takeMessages(db, on.marketId, id, now, addMs(now, LEASE_MS), 10);
  assert.equal(taken.length, 1);
  await on.webhooks.sendDue(on.marketId);
  assert.deepEqual(receiver.typesAt(path), []);
  on.wallClock.advanceBy(LEASE_MS);
  await on.webhooks.sendDue(on.marketId);
  assert.deepEqual(receiver.typesAt(path), ['StoreOpened']);
  const [message] = await messagesOf(on, id);
  assert.deepEqual([message!.state, message!.attempts, message!.lastStatus], ['delivered', 2, 200]);
});

/** Sends, and while the receiver thinks about it the lease ends and another sender gets the answer `second`. */
async function overtake(on: Started, first: number, second: number): Promise<void> {
  receiver.answer = (response) => {
    receiver.answer = answerWith(second);
    const finish = (): void => answerWith(first)(response);
    on.wallClock.advanceBy(LEASE_MS);
    void on.webhooks.sendDue(on.marketId).then(finish, finish);
  };
  await on.webhooks.sendDue(on.marketId);
  receiver.answer = answerWith(200);
}

test('of two attempts that overlap the later one decides, but what was delivered is delivered', async () => {
  for (const [first, second, state, status] of [
    [500, 200, 'delivered', 200],
    [500, 503, 'waiting', 503],
    [200, 503, 'delivered', 200],
  ] as const) {
    const on = await start();
    const { id } = await endpoint(on);
    await happen(on.marketId, 1);
    await on.webhooks.makeDue(on.marketId);
    await overtake(on, first, second);
    const [message] = await messagesOf(on, id);
    assert.deepEqual([message!.state, message!.attempts, message!.lastStatus], [state, 2, status]);
  }
});

test('a message that one sender is taking is passed over by another, which takes the next', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  await happen(on.marketId, 20);
  await on.webhooks.makeDue(on.marketId);
  const now = on.wallClock.now();
  const until = addMs(now, LEASE_MS);
  await db.transaction(async (one) => {
    const first = await takeMessages(one, on.marketId, id, now, until, 8);
    const second = await db.transaction(async (other) => {
      await other.query(`set local lock_timeout = '5s'`);
      return takeMessages(other, on.marketId, id, now, until, 8);
    });
    assert.equal(new Set([...first, ...second].map((message) => message.id)).size, 16);
  });
});

test('two senders side by side send each message once', async () => {
  const on = await start();
  const { id, path } = await endpoint(on);
  await happen(on.marketId, 200);
  await on.webhooks.makeDue(on.marketId);
  const other = createWebhooks({ ...on.deps, random: seededRandom('other') });
  after(() => other.close());
  await Promise.all([on.webhooks.sendDue(on.marketId), other.sendDue(on.marketId)]);
  const ids = receiver.received.filter((one) => one.path === path).map((one) => one.headers['webhook-id']);
  assert.equal(ids.length, 200);
  assert.equal(new Set(ids).size, 200);
  assert.equal((await messagesOf(on, id, 'delivered')).length, 200);
});

test('what fails is tried again by the schedule under the same id, then is a dead letter, and can be replayed', async () => {
  const on = await start();
  const { id, path, secret } = await endpoint(on);
  await happen(on.marketId, 1);
  receiver.answer = answerWith(503);
  await deliver(on);
  for (const [index, wait] of RETRY_AFTER_MS.entries()) {
    const [message] = await messagesOf(on, id);
    const due = Date.parse(message!.nextAttemptAt!) - on.wallClock.now();
    assert.ok(due >= wait && due <= wait * 1.2, `attempt ${index + 1}: ${due} ms`);
    assert.equal(receiver.typesAt(path).length, index + 1);
    on.wallClock.advanceBy(due - 1);
    await on.webhooks.sendDue(on.marketId);
    assert.equal(receiver.typesAt(path).length, index + 1, 'not before its time');
    on.wallClock.advanceBy(1);
    await on.webhooks.sendDue(on.marketId);
  }
  const [dead] = await messagesOf(on, id, 'failed');
  assert.deepEqual(
    [dead!.state, dead!.attempts, dead!.lastStatus, dead!.nextAttemptAt],
    ['failed', 10, 503, undefined],
  );
  const sent = receiver.received.filter((one) => one.path === path);
  assert.equal(new Set(sent.map((one) => one.headers['webhook-id'])).size, 1);
  assert.equal(new Set(sent.map((one) => one.headers['webhook-timestamp'])).size, 10);
  for (const { headers, body } of sent) {
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    assert.equal(headers['webhook-signature'], new Verifier(secret).sign(dead!.id, at, body));
  }

  receiver.answer = answerWith(204);
  await call(on, 'replayWebhookMessage', { params: { webhookId: id, messageId: dead!.id } });
  await on.webhooks.sendDue(on.marketId);
  const [replayed] = await messagesOf(on, id);
  assert.deepEqual([replayed!.state, replayed!.attempts, replayed!.lastStatus], ['delivered', 1, 204]);
  assert.equal((await call(on, 'getWebhook', { params: { webhookId: id } })).failingSince, undefined);
});

test('Retry-After is honoured, up to a day', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  const wait = async (retryAfter: string): Promise<number> => {
    await happen(on.marketId, 1);
    receiver.answer = answerWith(429, { 'retry-after': retryAfter });
    await deliver(on);
    const [message] = await messagesOf(on, id);
    return Date.parse(message!.nextAttemptAt!) - on.wallClock.now();
  };
  assert.equal(await wait('3600'), HOUR_MS);
  assert.equal(await wait('999999999'), DAY_MS);
  const date = new Date(on.wallClock.now() + 2 * HOUR_MS).toUTCString();
  assert.ok(Math.abs((await wait(date)) - 2 * HOUR_MS) < 1_000);
  assert.ok((await wait('soon')) <= 6_000);
  receiver.answer = answerWith(200);
});

test('410 Gone disables the endpoint and says so; enabled again it gets all that happened meanwhile', async () => {
  const on = await start();
  const { id, path } = await endpoint(on);
  const other = await endpoint(on, { eventTypes: ['WebhookDisabled'] });
  await happen(on.marketId, 1);
  receiver.answer = (response, { path: at }) => answerWith(at === path ? 410 : 200)(response);
  await deliver(on);
  const gone = await call(on, 'getWebhook', { params: { webhookId: id } });
  assert.deepEqual([gone.enabled, gone.disabledReason], [false, 'gone']);
  await happen(on.marketId, 60, 'OfferCreated');
  await deliver(on);
  assert.deepEqual(receiver.typesAt(other.path), ['WebhookDisabled']);
  assert.equal(receiver.typesAt(path).length, 1);

  receiver.answer = answerWith(200);
  const back = await call(on, 'updateWebhook', { params: { webhookId: id }, body: { enabled: true } });
  assert.deepEqual([back.enabled, back.disabledReason], [true, undefined]);
  on.wallClock.advanceBy(HOUR_MS);
  await happen(on.marketId, 1, 'OfferChanged');
  await deliver(on);
  const positions = await positionsOf(on.marketId, id);
  assert.deepEqual(positions, await allPositions(on.marketId));
  // The first one was answered 410 and came again.
  assert.equal(receiver.typesAt(path).length, positions.length + 1);
});

test('an endpoint that takes nothing for days is disabled; one success begins the count anew', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  const read = () => call(on, 'getWebhook', { params: { webhookId: id } });
  const fail = async (): Promise<void> => {
    receiver.answer = answerWith(500);
    await happen(on.marketId, 1);
    await deliver(on);
  };
  await fail();
  assert.equal((await read()).failingSince, toRfc3339(on.wallClock.now()));
  on.wallClock.advanceBy(FAILING_LIMIT_MS - 1);
  receiver.answer = answerWith(200);
  await deliver(on);
  assert.equal((await read()).failingSince, undefined);
  await fail();
  on.wallClock.advanceBy(FAILING_LIMIT_MS - 1);
  await fail();
  assert.equal((await read()).enabled, true);
  on.wallClock.advanceBy(1);
  await fail();
  const disabled = await read();
  assert.deepEqual([disabled.enabled, disabled.disabledReason], [false, 'failing']);
  const events = await readEvents(db, on.marketId, BEGINNING, 100);
  assert.deepEqual(
    events
      .filter((event) => event.type === 'WebhookDisabled')
      .map((event) => [event.subject, event.at, event.data]),
    [[id, TEST_START, { webhookId: id, reason: 'failing' }]],
  );
  receiver.answer = answerWith(200);
});

test('a queue is bounded: the rest waits in the outbox, holds up nobody else, and follows', async () => {
  const on = await start();
  const full = await endpoint(on);
  await call(on, 'testWebhook', { params: { webhookId: full.id } });
  // As if it had failed for a while.
  await db.query(
    `insert into webhooks.message (market_id, message_id, endpoint_id, type, body, state, attempts, due_at, created_at)
     select $1, n, $2, 'OfferChanged', '{}', 'waiting', 1, $3::timestamptz, $3::timestamptz
     from generate_series(1, $4::int) as n`,
    [keyOf(on.marketId), keyOf(full.id), toRfc3339(addMs(on.wallClock.now(), DAY_MS)), MAX_WAITING - 1],
  );
  const other = await endpoint(on);
  for (let round = 0; round < 3; round++) await happen(on.marketId, 400);
  await on.webhooks.makeDue(on.marketId);
  assert.deepEqual(await positionsOf(on.marketId, other.id), await allPositions(on.marketId));
  assert.deepEqual(
    (await positionsOf(on.marketId, full.id)).filter((seq) => seq !== null),
    [],
  );
  await db.query(`delete from webhooks.message where endpoint_id = $1 and seq is null`, [keyOf(full.id)]);
  await on.webhooks.makeDue(on.marketId);
  await happen(on.marketId, 1);
  await on.webhooks.makeDue(on.marketId);
  assert.deepEqual(await positionsOf(on.marketId, full.id), await allPositions(on.marketId));
  assert.deepEqual(await positionsOf(on.marketId, other.id), await allPositions(on.marketId));
});

test('all that was not delivered since a time is replayed at once, and nothing before it', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  receiver.answer = answerWith(500);
  await happen(on.marketId, 2);
  await deliver(on);
  on.wallClock.advanceBy(HOUR_MS);
  const since = toRfc3339(on.wallClock.now());
  await happen(on.marketId, 3);
  await deliver(on);
  for (const wait of RETRY_AFTER_MS) {
    on.wallClock.advanceBy(wait * 1.2);
    await on.webhooks.sendDue(on.marketId);
  }
  await call(on, 'updateWebhook', { params: { webhookId: id }, body: { enabled: true } });
  assert.equal((await messagesOf(on, id, 'failed')).length, 5);
  receiver.answer = answerWith(200);
  const replayed = await call(on, 'replayWebhook', { params: { webhookId: id }, body: { since } });
  assert.deepEqual([replayed.replayed, replayed.more], [3, false]);
  await on.webhooks.sendDue(on.marketId);
  assert.equal((await messagesOf(on, id, 'failed')).length, 2);
  assert.equal((await messagesOf(on, id, 'delivered')).length, 3);
  const again = await call(on, 'replayWebhook', { params: { webhookId: id }, body: { since } });
  assert.equal(again.replayed, 0);
});

test('messages are listed newest first by pages, and shown with their payload', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  await happen(on.marketId, 5);
  await deliver(on);
  const list = (query: object) => call(on, 'listWebhookMessages', { params: { webhookId: id }, query });
  const first = await list({ limit: 3 });
  const rest = await list({ limit: 3, cursor: first.next });
  const all = [...first.items, ...rest.items];
  assert.equal(new Set(all.map((message) => message.id)).size, 5);
  assert.deepEqual(
    all,
    all.toSorted((a, b) => (a.id < b.id ? 1 : -1)),
  );
  assert.equal(rest.next, undefined);
  const shown = await call(on, 'getWebhookMessage', { params: { webhookId: id, messageId: all[0]!.id } });
  assert.deepEqual((shown as unknown as { payload: { data: { facts: unknown } } }).payload.data.facts, {
    n: 4,
  });
  const bad = await callAnyhow(on, 'listWebhookMessages', {
    params: { webhookId: id },
    query: { cursor: 'x' },
  });
  assert.ok(!bad.ok && bad.error.code === 'invalid_request');
});

test('a rotated secret signs beside the new one for a day, and is never shown again', async () => {
  const on = await start();
  const { id, path, secret } = await endpoint(on);
  const rotated = await call(on, 'rotateWebhookSecret', { params: { webhookId: id } });
  assert.equal(rotated.oldSecretsUntil, toRfc3339(addMs(on.wallClock.now(), DAY_MS)));
  const verifies = async (): Promise<boolean[]> => {
    await happen(on.marketId, 1);
    await deliver(on);
    const { headers, body } = receiver.received.filter((one) => one.path === path).at(-1)!;
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    const signatures = (headers['webhook-signature'] as string).split(' ');
    return [secret, rotated.secret].map((one) =>
      signatures.includes(new Verifier(one).sign(headers['webhook-id'] as string, at, body)),
    );
  };
  assert.deepEqual(await verifies(), [true, true]);
  on.wallClock.advanceBy(DAY_MS);
  assert.deepEqual(await verifies(), [false, true]);

  const shown = JSON.stringify([
    await call(on, 'getWebhook', { params: { webhookId: id } }),
    await call(on, 'listWebhooks'),
    await call(on, 'updateWebhook', { params: { webhookId: id }, body: {} }),
    await messagesOf(on, id),
  ]);
  assert.ok(!shown.includes('whsec') && !shown.includes(rotated.secret.slice(6)));
  for (let n = 0; n < 4; n++) await call(on, 'rotateWebhookSecret', { params: { webhookId: id } });
  const more = await callAnyhow(on, 'rotateWebhookSecret', { params: { webhookId: id } });
  assert.ok(!more.ok && more.error.code === 'wrong_state');
  assert.deepEqual(await verifies(), [false, true]);
});

test('a test message goes to an enabled endpoint alone, and ten at a time', async () => {
  const on = await start();
  const { id, path } = await endpoint(on, { eventTypes: ['OrderPlaced'] });
  const params = { webhookId: id };
  const queued = await call(on, 'testWebhook', { params });
  assert.deepEqual([queued.state, queued.type, queued.attempts], ['waiting', 'WebhookTest', 0]);
  await on.webhooks.sendDue(on.marketId);
  assert.deepEqual(receiver.typesAt(path), ['WebhookTest']);
  for (let n = 0; n < 10; n++) await call(on, 'testWebhook', { params });
  assert.ok(!(await callAnyhow(on, 'testWebhook', { params })).ok);
  await call(on, 'updateWebhook', { params, body: { enabled: false } });
  const refused = await callAnyhow(on, 'testWebhook', { params });
  assert.ok(!refused.ok && refused.error.code === 'wrong_state');
  await on.webhooks.sendDue(on.marketId);
  assert.deepEqual(receiver.typesAt(path), ['WebhookTest']);
});

test('a merchant gets the events of its own orders and nothing else, and sees no other endpoint', async () => {
  const ordering = await createTestOrdering(db);
  const on = await start();
  const world = { ...on, marketId: ordering.market.marketId };
  const { merchantId } = ordering.market;
  const as = (...merchantIds: MerchantId[]): Authority => ({
    ...on.operator,
    role: 'merchant',
    scope: 'own',
    merchantIds,
  });
  const stranger = as(on.ids.next('mer'));
  const ofMarket = await endpoint(world);
  const path = `/${paths++}`;
  const body = { merchantId, url: receiver.url + path, eventTypes: [] };
  const own = await call(world, 'createWebhook', { body, authority: as(merchantId) });

  const orderId = await ordering.place();
  await happen(world.marketId, 1, 'StoreStatusChanged', ordering.market.storeId);
  await happen(world.marketId, 1, 'OrderPlaced', on.ids.next('ord'));
  await deliver(world);
  const events = await readEvents(db, world.marketId, BEGINNING, 100);
  assert.deepEqual(
    receiver.typesAt(path).toSorted(),
    events
      .filter((event) => event.subject === orderId)
      .map((event) => event.type)
      .toSorted(),
  );
  assert.equal(receiver.typesAt(ofMarket.path).length, events.length);
  assert.ok(events.length > receiver.typesAt(path).length && receiver.typesAt(path).length >= 2);

  const listed = await call(world, 'listWebhooks', { authority: as(merchantId) });
  assert.deepEqual(
    listed.items.map((item) => item.id as string),
    [own.id],
  );
  assert.deepEqual((await call(world, 'listWebhooks', { authority: stranger })).items, []);
  const [message] = await messagesOf(world, own.id as unknown as WebhookId);
  for (const [route, params] of [
    ['getWebhook', {}],
    ['updateWebhook', {}],
    ['deleteWebhook', {}],
    ['rotateWebhookSecret', {}],
    ['testWebhook', {}],
    ['listWebhookMessages', {}],
    ['getWebhookMessage', { messageId: message!.id }],
    ['replayWebhookMessage', { messageId: message!.id }],
    ['replayWebhook', {}],
  ] as const) {
    for (const authority of [stranger, as()]) {
      const request = {
        params: { webhookId: own.id, ...params },
        body: route === 'replayWebhook' ? { since: '2020-01-01T00:00:00Z' } : {},
        authority,
      };
      const hidden = await callAnyhow(world, route, request);
      assert.ok(!hidden.ok && hidden.error.code === 'not_found', route);
    }
    // The market's own is not a merchant's, nor is anything of another market an operator's here.
    const elsewhere = { params: { webhookId: ofMarket.id, ...params }, authority: as(merchantId) };
    const hidden = await callAnyhow(world, route, { ...elsewhere, body: { since: '2020-01-01T00:00:00Z' } });
    assert.ok(!hidden.ok && hidden.error.code === 'not_found', route);
    const there = await callAnyhow(on, route, {
      params: { webhookId: own.id, ...params },
      body: { since: '2020-01-01T00:00:00Z' },
    });
    assert.ok(!there.ok && there.error.code === 'not_found', route);
  }
  for (const [draft, code] of [
    [{ merchantId }, 'not_found'],
    [{}, 'invalid_request'],
  ] as const) {
    const refused = await callAnyhow(world, 'createWebhook', {
      body: { url: receiver.url, eventTypes: [], ...draft },
      authority: stranger,
    });
    assert.ok(!refused.ok && refused.error.code === code);
  }
});

test('endpoints are limited, also for two who create at the same time, and a deleted one makes room', async () => {
  const on = await start();
  const created = await Promise.all(
    Array.from({ length: MAX_OF_MARKET + 3 }, () =>
      callAnyhow(on, 'createWebhook', { body: { url: receiver.url, eventTypes: [] } }),
    ),
  );
  const given = created.flatMap((one) => (one.ok ? [one.value.id as unknown as WebhookId] : []));
  assert.equal(given.length, MAX_OF_MARKET);
  const body = { url: receiver.url, eventTypes: [], merchantId: on.merchantId };
  for (let n = 0; n < MAX_OF_MERCHANT; n++) await call(on, 'createWebhook', { body });
  const refused = await callAnyhow(on, 'createWebhook', { body });
  assert.ok(!refused.ok && refused.error.code === 'wrong_state');
  assert.match(refused.error.detail ?? '', /5 endpoints/);
  await call(on, 'deleteWebhook', { params: { webhookId: given[0] } });
  await call(on, 'createWebhook', { body: { url: receiver.url, eventTypes: [] } });
});

test('a deleted endpoint gets nothing more, and its messages, secrets and row go in bulk', async () => {
  const on = await start();
  const { id, path } = await endpoint(on);
  await happen(on.marketId, 30);
  await on.webhooks.makeDue(on.marketId);
  await call(on, 'deleteWebhook', { params: { webhookId: id } });
  await call(on, 'deleteWebhook', { params: { webhookId: id } });
  await happen(on.marketId, 1);
  await deliver(on);
  assert.deepEqual(receiver.typesAt(path), []);
  const hidden = await callAnyhow(on, 'getWebhook', { params: { webhookId: id } });
  assert.ok(!hidden.ok && hidden.error.code === 'not_found');
  assert.equal(await on.webhooks.forget(on.marketId, 20), 20);
  assert.equal(await on.webhooks.forget(on.marketId, 20), 10);
  for (const table of ['endpoint', 'secret', 'message']) {
    const rows = await db.query(`select from webhooks.${table} where market_id = $1`, [keyOf(on.marketId)]);
    assert.equal(rows.length, 0, table);
  }
});

test('delivered messages are forgotten after a week, failed ones after a month, waiting ones never', async () => {
  const on = await start();
  const { id } = await endpoint(on);
  await happen(on.marketId, 3);
  await on.webhooks.makeDue(on.marketId);
  const settle = (state: string, limit: number) =>
    db.query(
      `update webhooks.message set state = $3, due_at = null, settled_at = $4::timestamptz where message_id in (
         select message_id from webhooks.message where market_id = $1 and endpoint_id = $2 and state = 'waiting' limit $5)`,
      [keyOf(on.marketId), keyOf(id), state, toRfc3339(on.wallClock.now()), limit],
    );
  await settle('delivered', 1);
  await settle('failed', 1);
  const states = async () => (await messagesOf(on, id)).map((message) => message.state).toSorted();
  on.wallClock.advanceBy(7 * DAY_MS + 1);
  await on.webhooks.forget(on.marketId, 100);
  assert.deepEqual(await states(), ['failed', 'waiting']);
  on.wallClock.advanceBy(23 * DAY_MS);
  await on.webhooks.forget(on.marketId, 100);
  assert.deepEqual(await states(), ['waiting']);
});

/** A clock that stands still, on which every wait lasts one turn of the event loop. */
class RestlessClock extends ManualClock {
  override until(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
  }
}

test('a slow endpoint does not hold up another', async () => {
  const on = await start();
  const slow = await endpoint(on);
  const quick = await endpoint(on);
  await happen(on.marketId, 20);
  await on.webhooks.makeDue(on.marketId);
  const held: ServerResponse[] = [];
  let release = (): void => undefined;
  const quickDone = new Promise<void>((resolve) => (release = resolve));
  receiver.answer = (response, { path }) => {
    if (path === slow.path) held.push(response);
    else response.writeHead(200).end();
    if (receiver.typesAt(quick.path).length === 20) release();
  };
  const ended = new AbortController();
  const running = createWebhooks({ ...on.deps, wallClock: new RestlessClock(on.wallClock.now()) });
  after(() => running.close());
  const run = running.run(on.marketId, ended.signal);
  await quickDone;
  assert.ok(held.length <= 16);
  ended.abort();
  receiver.answer = answerWith(200);
  for (const response of held) response.writeHead(200).end();
  await run;
  // What was under way when the work ended is written.
  assert.equal((await messagesOf(on, slow.id, 'delivered')).length, held.length);
});
