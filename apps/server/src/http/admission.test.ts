import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import type { Problem } from '@halfhour/contract';
import { err, idFromKey, ok } from '@halfhour/kernel';
import { manualTicker, startTestApp } from './test-app.ts';

const marketId = idFromKey('mkt', 1n);
const LIMIT = 3;
/** Answers those who wait for `getMarket`. */
const waiting: (() => void)[] = [];
const ticker = manualTicker();
const server = await startTestApp({
  ticker,
  limits: { requestsInFlight: LIMIT },
  handlers: {
    getMarket: () => new Promise((resolve) => waiting.push(() => resolve(err({ code: 'not_found' })))),
    createQuote: async () => err({ code: 'store_closed' }),
    streamMarket: async () =>
      ok(
        (async function* () {
          yield { data: { type: 'reset' } };
        })(),
      ),
  },
});
after(async () => {
  for (const answer of waiting) answer();
  await server.stop();
});
const market = `${server.url}/v1/markets/${marketId}`;

/** Holds every place; resolves when all are taken. */
async function fill(count = LIMIT): Promise<Promise<Response>[]> {
  const asked = Array.from({ length: count }, () => fetch(market));
  await until(() => waiting.length === count);
  return asked;
}

async function empty(asked: Promise<Response>[]): Promise<void> {
  for (const answer of waiting.splice(0)) answer();
  for (const response of await Promise.all(asked)) assert.equal(response.status, 404);
  await until(async () => (await inFlight()) === 0);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

async function inFlight(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^halfhour_http_requests_in_flight (\d+)$/m.exec(text)![1]);
}

const quote = (body: unknown): Promise<Response> =>
  fetch(`${market}/quotes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('beyond the limit a request is refused at once with when to come back, and served when there is room', async () => {
  const asked = await fill();
  const refused = await quote({ pad: 'x'.repeat(60_000) });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.match(refused.headers.get('content-type')!, /^application\/problem\+json/);
  const problem = (await refused.json()) as Problem;
  assert.deepEqual([problem.code, problem.status], ['overloaded', 503]);
  assert.equal(problem.requestId, refused.headers.get('x-request-id'));
  await empty(asked);
  assert.equal((await quote({})).status, 400, 'there is room again');
});

test('health, metrics and streams are served while the API is full', async () => {
  const asked = await fill();
  const operator = server.tokenOf({ role: 'operator', marketId });
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200);
  assert.equal(await inFlight(), LIMIT);
  const stream = await fetch(`${market}/stream`, { headers: { authorization: `Bearer ${operator}` } });
  assert.equal(stream.status, 200);
  await stream.text();
  assert.equal(await inFlight(), LIMIT, 'a stream takes no place');
  await empty(asked);
});

test('a caller who goes away, and one whose body does not come, hold no place', async () => {
  const { hostname, port } = new URL(server.url);
  const slow = connect(Number(port), hostname);
  await once(slow, 'connect');
  slow.write(
    `POST /v1/markets/${marketId}/quotes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  );
  const gone = rawRequest(market);
  gone.on('error', () => undefined);
  gone.end();
  await until(async () => (await inFlight()) === 1);
  gone.destroy();
  await until(async () => (await inFlight()) === 0);
  slow.destroy();
  for (const answer of waiting.splice(0)) answer();
});

test('refusals are told in one line of the log, with how many there were', async () => {
  ticker.fire();
  const told = () => server.logged().filter((line) => line['event'] === 'overloaded');
  const before = told().length;
  const asked = await fill();
  await Promise.all([quote({}), quote({}), quote({})]);
  ticker.fire();
  assert.deepEqual(
    told()
      .slice(before)
      .map((line) => [line['level'], line['refused'], line['inFlight']]),
    [['warn', 3, LIMIT]],
  );
  await empty(asked);
});
