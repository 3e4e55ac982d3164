import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Socket, connect } from 'node:net';
import { after, beforeEach, test } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { type Problem, ROUTES } from '@halfhour/contract';
import { type Result, type Ticker, err, idFromKey, ok } from '@halfhour/kernel';
import type { ApiError, Authority } from '@halfhour/platform/api';
import { startTestApp } from './test-app.ts';

const marketId = idFromKey('mkt', 1n);
const courierId = idFromKey('cou', 1n);
const elsewhere = idFromKey('cou', 2n);

/** Time that passes when the test says so; what is due then runs. */
function steppedTicker(): Ticker & { pass(milliseconds: number): void } {
  let now = 0;
  let waiting: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    elapsedMs: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      waiting.push(timer);
      return () => (waiting = waiting.filter((each) => each !== timer));
    },
    pass(milliseconds) {
      now += milliseconds;
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
  };
}

const ticker = steppedTicker();
const taken: unknown[] = [];
let answer: () => Result<undefined, ApiError> | Promise<Result<undefined, ApiError>>;
beforeEach(() => {
  taken.length = 0;
  answer = () => ok(undefined);
});

interface Asked {
  readonly params: { readonly courierId: typeof courierId };
  readonly authority: Authority | undefined;
}
const server = await startTestApp({
  ticker,
  limits: { sockets: 4 },
  handlers: {
    // As the module does it: the path names the courier, the grants say whether it is the caller's.
    sendPositions: async ({ params, authority }: Asked) =>
      authority?.courierIds.includes(params.courierId) === true
        ? ok((message: unknown) => {
            taken.push(message);
            return answer();
          })
        : err({ code: 'not_found' }),
  },
});
after(async () => {
  const stopped = server.stop();
  ticker.pass(60_000);
  await stopped;
});

const pathOf = (id: string): string => `/v1/markets/${marketId}/couriers/${id}/positions/socket`;
const newCourier = (id = courierId): string => server.tokenOf({ role: 'courier', marketId, courierId: id });
const message = { points: [{ lat: 1, lng: 2, at: '2026-06-01T12:00:00Z' }] };

function dial(
  headers: Record<string, string>,
  id: string = courierId,
  options: ClientOptions = {},
): WebSocket {
  return new WebSocket(server.url.replace('http', 'ws') + pathOf(id), { headers, ...options });
}

async function connected(token = newCourier(), id: string = courierId): Promise<WebSocket> {
  const socket = dial({ authorization: `Bearer ${token}` }, id);
  await once(socket, 'open');
  return socket;
}

/** The problem that an upgrade was refused with. */
async function refusal(socket: WebSocket): Promise<Problem> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  const problem = JSON.parse(body) as Problem;
  assert.equal(problem.status, response.statusCode);
  return problem;
}

async function told(socket: WebSocket): Promise<Problem> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString()) as Problem;
}

async function closed(socket: WebSocket): Promise<string> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return `${code} ${reason.toString()}`;
}

async function hangUp(socket: WebSocket): Promise<void> {
  const gone = closed(socket);
  socket.close();
  await gone;
}

/** A message that is answered comes after all before it. */
async function settled(socket: WebSocket): Promise<void> {
  const said = told(socket);
  socket.send('{');
  assert.equal((await said).code, 'malformed_json');
}

test('messages that fit the contract are taken in order, and nothing is said', async () => {
  const socket = await connected();
  socket.send(JSON.stringify(message));
  socket.send(JSON.stringify({ points: [...message.points, ...message.points] }));
  await settled(socket);
  assert.deepEqual(taken, [message, { points: [...message.points, ...message.points] }]);
  await hangUp(socket);
});

test('who may not send is refused before the upgrade, as on any route', async () => {
  const as = (token: string) => dial({ authorization: `Bearer ${token}` });
  assert.equal((await refusal(dial({}))).code, 'unauthenticated');
  assert.equal((await refusal(as('hh_key_wrong'))).code, 'unauthenticated');
  for (const role of ['shopper', 'operator', 'admin'] as const) {
    const token = server.tokenOf(role === 'operator' ? { role, marketId } : { role });
    assert.equal((await refusal(as(token))).code, 'forbidden', role);
  }
  const merchant = server.tokenOf({ role: 'merchant', marketId, merchantId: idFromKey('mer', 1n) });
  assert.equal((await refusal(as(merchant))).code, 'forbidden');
  assert.equal((await refusal(as(newCourier(elsewhere)))).code, 'not_found', 'another courier');
  const ofAnotherMarket = server.tokenOf({ role: 'courier', marketId: idFromKey('mkt', 2n), courierId });
  assert.equal((await refusal(as(ofAnotherMarket))).code, 'forbidden');
  assert.deepEqual(taken, []);
});

test('a cookie opens a socket for pages of this server alone', async () => {
  const token = newCourier();
  const cookie = `halfhour_session=${token}`;
  const origin = (name: string) => ({ cookie, origin: name });
  assert.equal((await refusal(dial({ cookie }))).code, 'forbidden', 'a page that hides where it is from');
  assert.equal((await refusal(dial(origin('https://elsewhere.example')))).code, 'forbidden');
  const foreign = { ...origin(server.url), 'sec-fetch-site': 'cross-site' };
  assert.equal((await refusal(dial(foreign))).code, 'forbidden');
  const socket = dial(origin(server.url));
  await once(socket, 'open');
  await hangUp(socket);
  // A key is sent by a program that means it, whatever page it runs in.
  const byKey = dial({ authorization: `Bearer ${token}`, origin: 'https://elsewhere.example' });
  await once(byKey, 'open');
  await hangUp(byKey);
});

test('what is not taken is told with a problem, and the socket stays', async () => {
  const socket = await connected();
  const tell = async (data: string | Buffer): Promise<Problem> => {
    const said = told(socket);
    socket.send(data);
    return said;
  };
  assert.equal((await tell('no JSON')).code, 'malformed_json');
  assert.equal((await tell(Buffer.from('{}'))).code, 'unsupported_media_type');
  for (const bad of [
    {},
    [],
    null,
    { points: [] },
    { points: [{ lat: 91, lng: 0, at: '2026-06-01T12:00:00Z' }] },
    { points: [{ lat: 1, lng: 0, at: 'now' }] },
    { points: message.points, more: 1 },
    { points: Array.from({ length: 101 }, () => message.points[0]) },
    JSON.parse(`{"__proto__":{},"points":${JSON.stringify(message.points)}}`) as object,
  ]) {
    const problem = await tell(JSON.stringify(bad));
    assert.equal(problem.code, 'invalid_request', JSON.stringify(bad));
    assert.match(JSON.stringify(problem['errors']), /"message/);
  }
  assert.deepEqual(taken, []);
  answer = () => err({ code: 'courier_off_shift' });
  const refused = await tell(JSON.stringify(message));
  assert.deepEqual([refused.code, refused.status], ['courier_off_shift', 409]);
  assert.ok(refused.hint.length > 0 && refused.requestId !== undefined);
  answer = () => Promise.resolve(err({ code: 'point_ahead_of_time' }));
  assert.equal((await tell(JSON.stringify(message))).code, 'point_ahead_of_time');
  answer = () => Promise.reject(new Error('a secret of ours'));
  const failed = await tell(JSON.stringify(message));
  assert.equal(failed.code, 'internal_error');
  assert.ok(!JSON.stringify(failed).includes('secret'));
  assert.ok(server.logged().some(({ event }) => event === 'failure'));
  await hangUp(socket);
});

test('a message that is too large closes the socket, and was never taken', async () => {
  const socket = await connected();
  const gone = closed(socket);
  socket.send(JSON.stringify({ ...message, more: 'x'.repeat(16 * 1_024) }));
  assert.match(await gone, /^1009 /);
  assert.deepEqual(taken, []);
});

test('twenty messages at once are taken and ten a second, more closes the socket', async () => {
  const socket = await connected();
  const send = (count: number): void => {
    for (let each = 0; each < count; each++) socket.send(JSON.stringify(message));
  };
  send(19);
  await settled(socket);
  assert.equal(taken.length, 19);
  ticker.pass(1_000);
  send(9);
  await settled(socket);
  assert.equal(taken.length, 28);
  const gone = closed(socket);
  send(30);
  assert.equal(await gone, '1008 too_many_requests');
  assert.equal(taken.length, 28);
});

test('a courier has two sockets: a third one closes the oldest', async () => {
  const token = newCourier();
  const [oldest, other] = [await connected(token), await connected(token)];
  const gone = closed(oldest);
  // Another way to write the same path.
  const third = await connected(token, courierId.replace('c', '%63'));
  assert.equal(await gone, '1008 replaced');
  await settled(other);
  await settled(third);
  await Promise.all([hangUp(other), hangUp(third)]);
});

test('more sockets than the server holds are told to come back', async () => {
  const couriers = [1n, 2n, 3n, 4n].map((key) => idFromKey('cou', key));
  const held = await Promise.all(couriers.map((id) => connected(newCourier(id), id)));
  const fifth = idFromKey('cou', 5n);
  const refused = await refusal(dial({ authorization: `Bearer ${newCourier(fifth)}` }, fifth));
  assert.deepEqual([refused.code, refused.status], ['overloaded', 503]);
  await Promise.all(held.map(hangUp));
  await hangUp(await connected(newCourier(fifth), fifth));
});

test('a session that has ended closes its socket at the next heartbeat, others stay', async () => {
  const token = newCourier();
  const [ended, stays] = [await connected(token), await connected()];
  server.revoke(token);
  const gone = closed(ended);
  ticker.pass(15_000);
  assert.equal(await gone, '1008 unauthenticated');
  await settled(stays);
  await hangUp(stays);
});

test('who does not answer heartbeats is cut off', async () => {
  const socket = dial({ authorization: `Bearer ${newCourier()}` }, courierId, { autoPong: false });
  await once(socket, 'open');
  const gone = closed(socket);
  for (let beat = 0; beat < 3; beat++) {
    ticker.pass(15_000);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
  assert.match(await gone, /^1006/);
});

test('without an upgrade the path says that it is a WebSocket, to those who may use it', async () => {
  const get = (token: string) =>
    fetch(server.url + pathOf(courierId), { headers: { authorization: `Bearer ${token}` } });
  const response = await get(newCourier());
  assert.deepEqual([response.status, response.headers.get('upgrade')], [426, 'websocket']);
  assert.equal(((await response.json()) as Problem).code, 'upgrade_required');
  assert.equal((await get(newCourier(elsewhere))).status, 404);
});

/** What the server answers to a request that is written by hand, until it closes or has said `end`. */
async function raw(request: string, end?: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket: Socket = connect(Number(port), hostname);
  socket.write(request);
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (end !== undefined && text.includes(end)) break;
  }
  return text;
}

test('other paths pass the header over, and a broken handshake ends the connection', async () => {
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n';
  const live = await raw(`GET /health/live HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`, '"live"');
  assert.match(live, /^HTTP\/1.1 200 /);
  const headers = `host: x\r\nauthorization: Bearer ${newCourier()}\r\n${upgrade}`;
  // Ends by itself: the loop of `raw` would wait for ever where the server kept the connection.
  assert.match(await raw(`GET ${pathOf(courierId)} HTTP/1.1\r\n${headers}\r\n`), /^HTTP\/1.1 400 /);
  assert.match(await raw(`GET ${pathOf(elsewhere)} HTTP/1.1\r\n${headers}\r\n`), /^HTTP\/1.1 404 /);
  assert.match(await raw(`GET /nowhere/socket HTTP/1.1\r\n${headers}\r\n`), /^HTTP\/1.1 404 /);
  assert.match(await raw(`POST ${pathOf(courierId)} HTTP/1.1\r\n${headers}\r\n`), /^HTTP\/1.1 405 /);
  assert.ok(ROUTES.sendPositions.path.endsWith('/socket'));
});

test('a server that stops closes its sockets and takes no new ones', async () => {
  const [socket, deaf] = [await connected(), await connected()];
  // Does not read the close and so never answers it.
  deaf.pause();
  const gone = closed(socket);
  server.app.drain();
  assert.equal(await gone, '1001 the server stops');
  assert.equal((await refusal(dial({ authorization: `Bearer ${newCourier()}` }))).code, 'unavailable');
  const held = async (): Promise<string> =>
    /^halfhour_sockets_open (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())![1]!;
  while ((await held()) !== '1');
  ticker.pass(2_000);
  while ((await held()) !== '0');
});
