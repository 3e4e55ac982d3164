import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Problem } from '@halfhour/contract';
import { GroupOverloaded, err, idFromKey, ok } from '@halfhour/kernel';
import { UnboundRoutes } from './bind-routes.ts';
import { startTestApp } from './test-app.ts';

const marketId = idFromKey('mkt', 1n);
const storeId = idFromKey('sto', 1n);
const offerId = idFromKey('off', 1n);
const streets = { type: 'FeatureCollection', features: Array.from({ length: 2_000 }, (_, id) => ({ id })) };

const server = await startTestApp({
  handlers: {
    getStreets: async () => ok(streets),
    getMarket: async () => Promise.reject(new Error('the password is hunter2')),
    listMarkets: async () => Promise.reject(new GroupOverloaded('full')),
    listStores: async () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
    getStore: async () => err({ code: 'wrong_state', state: 'gone', detail: 'It is gone.' }),
  },
});
after(() => server.stop());

const operator = server.tokenOf({ role: 'operator', marketId });
const shopper = server.tokenOf({ role: 'shopper' });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const json = { 'content-type': 'application/json' };
const market = `${server.url}/v1/markets/${marketId}`;
const basket = {
  storeId,
  lines: [{ offerId, quantity: 2 }],
  address: { label: 'Rambla 1', lat: -34.9, lng: -56.1 },
};
const order = { ...basket, expectedTotalMinor: 500, payment: { method: 'test_approve' } };

/** The answer as a problem, after checking what holds of each. */
async function problemOf(response: Response): Promise<Problem> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  assert.equal(problem.status, response.status);
  assert.equal(problem.type, `urn:halfhour:problem:${problem.code}`);
  assert.ok(problem.title.length > 0 && problem.hint.length > 0);
  assert.equal(problem.requestId, response.headers.get('x-request-id'));
  return problem;
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(market + path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

test('a start with routes that have no handler fails and names them', async () => {
  await assert.rejects(
    startTestApp({ handlers: { getOrder: undefined, getLive: undefined } as never }),
    (error: unknown) =>
      error instanceof UnboundRoutes &&
      error.routes.join() === 'getOrder,getLive' &&
      /getLive/.test(error.message),
  );
});

test('bad requests get the problem that says what to do, and reach no handler', async () => {
  const before = server.calls.length;
  const raw = (body: string, headers: Record<string, string>) =>
    fetch(`${market}/quotes`, { method: 'POST', headers, body });
  const expected: [Promise<Response>, number, string][] = [
    [raw('{"storeId":', json), 400, 'malformed_json'],
    [raw('', json), 400, 'malformed_json'],
    [raw('{"__proto__":{"x":1}}', json), 400, 'malformed_json'],
    [
      raw('storeId=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    [raw('hello', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    [raw(JSON.stringify({ pad: 'x'.repeat(70_000) }), json), 413, 'body_too_large'],
    [post('/quotes', { ...basket, lines: [] }), 400, 'invalid_request'],
    [post('/quotes', { ...basket, coupon: 'FREE' }), 400, 'invalid_request'],
    [post('/quotes', { ...basket, lines: [{ offerId, quantity: '2' }] }), 400, 'invalid_request'],
    [fetch(`${market}/stores?limit=lots`), 400, 'invalid_request'],
    [fetch(`${server.url}/v1/markets/mkt_nonsense`), 404, 'not_found'],
    [fetch(`${server.url}/v1/nothing`), 404, 'not_found'],
    [fetch(`${server.url}/v1/%E0%A4%A`), 400, 'invalid_request'],
    [fetch(`${market}/orders`), 401, 'unauthenticated'],
    [post('/orders', order, bearer('hh_key_wrong')), 401, 'unauthenticated'],
    [fetch(market, { headers: { authorization: 'Basic abc' } }), 401, 'unauthenticated'],
    [post('/orders', order, bearer(operator)), 403, 'forbidden'],
    [post('/orders', order, bearer(shopper)), 400, 'idempotency_key_missing'],
    [
      post('/orders', order, { ...bearer(shopper), 'idempotency-key': 'short' }),
      400,
      'idempotency_key_missing',
    ],
  ];
  for (const [answer, status, code] of expected) {
    const problem = await problemOf(await answer);
    assert.deepEqual([problem.status, problem.code], [status, code]);
  }
  assert.equal(server.calls.length, before);
});

test('problems carry what the caller needs: fields, the limit, the roles, Allow, Retry-After', async () => {
  const fields = await problemOf(
    await post('/quotes', { ...basket, lines: [{ offerId, quantity: 0, x: 1 }] }),
  );
  assert.deepEqual((fields['errors'] as { field: string }[]).map((error) => error.field).sort(), [
    'body.lines.0.quantity',
    'body.lines.0.x',
  ]);
  const large = await problemOf(await post('/quotes', { pad: 'x'.repeat(70_000) }));
  assert.equal(large['limitBytes'], 65_536);
  const forbidden = await problemOf(await fetch(`${market}/live`, { headers: bearer(shopper) }));
  assert.deepEqual(forbidden['roles'], ['operator', 'admin']);
  const method = await fetch(`${market}/quotes`, { method: 'DELETE' });
  assert.equal(method.headers.get('allow'), 'POST');
  assert.equal((await problemOf(method)).code, 'method_not_allowed');
  const full = await fetch(`${server.url}/v1/markets`);
  assert.equal(full.headers.get('retry-after'), '1');
  assert.equal((await problemOf(full)).code, 'overloaded');
  const state = await problemOf(await fetch(`${market}/stores/${storeId}`));
  assert.deepEqual([state.status, state['state'], state.detail], [409, 'gone', 'It is gone.']);
});

test('a failure is told without details and logged with its stack; Postgres away is 503', async () => {
  const broken = await problemOf(await fetch(market));
  assert.equal(broken.code, 'internal_error');
  assert.ok(!JSON.stringify(broken).includes('hunter2'));
  const away = await problemOf(await fetch(`${market}/stores`));
  assert.deepEqual([away.status, away.code], [503, 'unavailable']);
  const failure = server
    .logged()
    .find((line) => line['requestId'] === broken.requestId && line['event'] === 'failure');
  assert.match(JSON.stringify(failure), /hunter2.*app\.test\.ts/);
});

test('a handler gets parsed parameters, defaults, who calls, and the same hash for the same command', async () => {
  const headers = { ...bearer(shopper), 'idempotency-key': 'key-number-1' };
  await post('/orders', order, headers);
  await post('/orders', { payment: order.payment, expectedTotalMinor: 500, ...basket }, headers);
  await post('/orders', { ...order, expectedTotalMinor: 501 }, headers);
  const [first, same, other] = server.calls.slice(-3).map((call) => call.request);
  assert.deepEqual(first!.body, { ...order, tipMinor: 0, lines: [{ offerId, quantity: 2, options: [] }] });
  assert.deepEqual([first!.authority?.role, first!.authority?.scope], ['shopper', 'own']);
  assert.equal(first!.command?.caller, server.userOf(shopper));
  assert.equal(first!.command?.key, 'key-number-1');
  assert.equal(first!.command?.bodyHash, same!.command?.bodyHash);
  assert.notEqual(first!.command?.bodyHash, other!.command?.bodyHash);
  await fetch(`${market}/orders?limit=7&state=placed&cursor=`, { headers: bearer(operator) });
  assert.deepEqual(server.calls.at(-1)?.request.query, { limit: 7, state: 'placed' });
  await fetch(`${market}/orders?limit=`, { headers: bearer(operator) });
  assert.deepEqual(server.calls.at(-1)?.request.query, { limit: 50 });
  const noBody = await fetch(`${market}/orders/${idFromKey('ord', 1n)}/ready`, {
    method: 'POST',
    headers: { ...bearer(operator), 'idempotency-key': 'key-number-2' },
  });
  assert.equal(noBody.status, 404, 'from the handler: a command without members needs no body');
});

test('a change by cookie is taken from our own pages only; a key works from anywhere', async () => {
  const cookie = { cookie: `halfhour_session=${operator}` };
  const send = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      // fetch would set these headers itself.
      const sent = rawRequest(
        `${market}/clock`,
        { method: 'PUT', headers: { ...json, ...headers } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        },
      );
      sent.on('error', reject);
      sent.end('{"speed":1}');
    });
  const { host, origin } = new URL(server.url);
  assert.equal(await send({ ...cookie, origin: 'https://evil.example' }), 403);
  assert.equal(await send({ ...cookie, 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await send({ ...cookie, 'sec-fetch-site': 'same-site', origin }), 403);
  assert.equal(await send(cookie), 403);
  assert.equal(await send({ ...cookie, origin: 'null' }), 403);
  assert.equal(await send({ ...cookie, origin, host }), 404);
  assert.equal(await send({ ...cookie, 'sec-fetch-site': 'same-origin' }), 404);
  assert.equal(await send({ ...bearer(operator), origin: 'https://dashboard.example' }), 404);
});

test('an expired cookie does not keep anyone from public pages', async () => {
  const response = await fetch(`${market}/stores/${storeId}`, {
    headers: { cookie: 'halfhour_session=old' },
  });
  assert.equal(response.status, 409, 'the answer of the handler');
});

test('a large answer that stays the same is compressed once and can be revalidated', async () => {
  const zipped = await new Promise<Buffer>((resolve, reject) => {
    rawRequest(`${market}/streets`, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      assert.equal(answer.headers['content-encoding'], 'gzip');
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts)));
    })
      .on('error', reject)
      .end();
  });
  assert.deepEqual(JSON.parse(gunzipSync(zipped).toString()), streets);
  const plain = await fetch(`${market}/streets`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.deepEqual(await plain.json(), streets);
  const again = await fetch(`${market}/streets`, {
    headers: { 'if-none-match': plain.headers.get('etag')! },
  });
  assert.equal(again.status, 304);
});

test('each request is one log line without secrets', async () => {
  const signIn = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { ...json, cookie: 'halfhour_session=very-secret' },
    body: JSON.stringify({ email: 'a@example.com', password: 'very-secret' }),
  });
  const list = await fetch(`${market}/orders?cursor=private`, { headers: bearer(operator) });
  await server.lineOf(signIn);
  const last = await server.lineOf(list);
  assert.deepEqual(
    [last['level'], last['method'], last['route'], last['status'], last['userId']],
    ['info', 'GET', '/v1/markets/{marketId}/orders', 404, server.userOf(operator)],
  );
  assert.ok(!Number.isNaN(Date.parse(String(last['time']))));
  const about = server.logged().filter((line) => line['requestId'] === last['requestId']);
  assert.equal(about.length, 1);
  assert.ok(typeof last['ms'] === 'number' && typeof last['requestId'] === 'string');
  assert.doesNotMatch(JSON.stringify(server.logged()), /very-secret|private/);
});

test('the web app: pages fall back to index.html, hashed assets stay for ever, API paths stay problems', async () => {
  const html = { headers: { accept: 'text/html' } };
  const missing = await fetch(server.url, html);
  assert.match(await missing.text(), /npm run build/);
  await mkdir(join(server.folder, 'assets'));
  await writeFile(join(server.folder, 'index.html'), '<!doctype html>the app');
  await writeFile(join(server.folder, 'assets', 'main-abc123.js'), 'run()');
  for (const path of ['/', '/ops/live', '/shop']) {
    const page = await fetch(server.url + path, html);
    assert.equal(await page.text(), '<!doctype html>the app', path);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /script-src 'self';worker-src 'self' blob:/,
    );
  }
  const asset = await fetch(`${server.url}/assets/main-abc123.js`);
  assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.match(asset.headers.get('content-type') ?? '', /javascript/);
  for (const path of [
    '/assets/gone-1.js',
    '/v1/nothing',
    '/..%2f..%2fetc/passwd',
    '/assets/%2e%2e/%2e%2e/x.js',
  ]) {
    const response = await fetch(server.url + path, html);
    assert.ok(response.status === 404 || response.status === 403, path);
    await problemOf(response);
  }
  assert.equal((await fetch(`${server.url}/ops/live`)).status, 404, 'not asked for HTML');
});

test('the documentation is served whole by this server', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as { openapi: string };
  assert.equal(document.openapi, '3.1.1');
  const page = await fetch(`${server.url}/docs`);
  const text = await page.text();
  assert.match(text, /swagger-ui/);
  assert.doesNotMatch(text, /https?:\/\//);
  for (const [, path] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await fetch(new URL(path!, page.url));
    assert.equal(asset.status, 200, path);
    await asset.arrayBuffer();
  }
});

test('an answer that the contract does not allow is found by the check for tests', async () => {
  const checked = await startTestApp({
    checkAnswers: true,
    handlers: {
      getClock: async () => ok({ now: '2026-11-23T12:00:00.000Z', speed: 1, adjustable: false, extra: 1 }),
      listMarkets: async () => ok({ items: [] }),
    },
  });
  try {
    const token = checked.tokenOf({ role: 'admin' });
    const wrong = await fetch(`${checked.url}/v1/markets/${marketId}/clock`, { headers: bearer(token) });
    assert.equal(wrong.status, 500);
    assert.deepEqual(await (await fetch(`${checked.url}/v1/markets`)).json(), { items: [] });
  } finally {
    await checked.stop();
  }
});

test('what a provider posts comes with its bytes and its signature; other bodies do not', async () => {
  const text = '{ "type":"ping",  "emoji":"\\u00e9é" }';
  await fetch(`${market}/payments/stripe/notifications`, {
    method: 'POST',
    headers: { ...json, 'stripe-signature': 't=1,v1=00' },
    body: text,
  });
  const told = server.calls.at(-1)!;
  assert.equal(told.route, 'receivePaymentNotification');
  assert.equal(told.request.raw!.text, text);
  assert.equal(told.request.raw!.headers['stripe-signature'], 't=1,v1=00');
  await post('/quotes', basket);
  assert.equal(server.calls.at(-1)!.route, 'createQuote');
  assert.equal(server.calls.at(-1)!.request.raw, undefined);
});
