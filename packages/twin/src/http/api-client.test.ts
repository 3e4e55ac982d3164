import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';

import { seededRandom, type CourierId, type MarketId, type OrderId, type Ticker } from '@halfhour/kernel';
import { createApiClient } from './api-client.ts';
import type { ApiClient } from './api-types.ts';

/** Timers that fire at once, except the long ones, which stand for deadlines. */
const eager: Ticker = {
  elapsedMs: () => 0,
  after(milliseconds, callback) {
    if (milliseconds >= 15_000) return () => {};
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  },
};
const params = { marketId: 'mkt_0000000000001' as MarketId, orderId: 'ord_0000000000001' as OrderId };

async function serve(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ api: ApiClient; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    api: createApiClient({ baseUrl, token: 'secret', ticker: eager, random: seededRandom(1) }),
    server,
  };
}

function problem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', status, code, title: code, hint: '' }));
}

test('a command that meets a busy server and a lost connection is sent again with the same Idempotency-Key', async (context) => {
  const keys: (string | string[] | undefined)[] = [];
  const { api } = await serve(context, (request, response) => {
    keys.push(request.headers['idempotency-key']);
    if (keys.length === 1) return problem(response, 503, 'overloaded');
    if (keys.length === 2) return request.socket.destroy();
    if (keys.length === 3) return problem(response, 429, 'too_many_requests');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: params.orderId }));
  });
  const answer = await api.call('acceptOrder', { params, body: {}, idempotencyKey: 'accept-0001' });
  assert.equal(answer.ok && answer.value.id, params.orderId);
  assert.deepEqual(keys, ['accept-0001', 'accept-0001', 'accept-0001', 'accept-0001']);
});

test('a problem that a retry cannot mend is returned at once', async (context) => {
  let calls = 0;
  const { api } = await serve(context, (_, response) => {
    calls += 1;
    problem(response, 409, 'wrong_state');
  });
  const answer = await api.call('markOrderReady', { params, body: {}, idempotencyKey: 'ready-0001' });
  assert.equal(!answer.ok && answer.error.code, 'wrong_state');
  assert.equal(calls, 1);
});

test('a POST without a key whose connection was lost is not repeated, since it may have run', async (context) => {
  let calls = 0;
  const { api } = await serve(context, (request) => {
    calls += 1;
    request.socket.destroy();
  });
  const answer = await api.call('createApiKey', { body: { name: 'key' } });
  assert.equal(!answer.ok && answer.error.code, 'unreachable');
  assert.equal(calls, 1);
});

test('retries end, and the last problem is returned', async (context) => {
  let calls = 0;
  const { api } = await serve(context, (_, response) => {
    calls += 1;
    problem(response, 503, 'unavailable');
  });
  const answer = await api.call('getOrder', { params });
  assert.equal(!answer.ok && answer.error.code, 'unavailable');
  assert.equal(calls, 6);
});

test('a stream that breaks goes on after the last event that was seen', async (context) => {
  const positions: (string | string[] | undefined)[] = [];
  const { api } = await serve(context, (request, response) => {
    positions.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const at = '2026-01-01T00:00:00Z';
    response.write(
      `id: ${positions.length}\ndata: ${JSON.stringify({ type: 'order_ready', orderId: params.orderId, at })}\n\n`,
    );
    setImmediate(() => response.destroy());
  });
  const seen: string[] = [];
  const courierParams = { marketId: params.marketId, courierId: 'cou_0000000000001' as CourierId };
  for await (const item of api.stream('streamCourier', { params: courierParams })) {
    if (item.kind === 'event') seen.push(item.id);
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, ['1', '2', '3']);
  assert.deepEqual(positions.slice(0, 3), [undefined, '1', '2']);
});

test('a stream that is not allowed is refused instead of tried for ever', async (context) => {
  const { api } = await serve(context, (_, response) => problem(response, 403, 'forbidden'));
  const first = api.stream('streamMarket', { params: { marketId: params.marketId } }).next();
  await assert.rejects(first, { name: 'StreamRefused' });
});
