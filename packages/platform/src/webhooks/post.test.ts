import assert from 'node:assert/strict';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { after, test } from 'node:test';
import { type Ticker, systemTicker } from '@halfhour/kernel';
import { type ResolveHost, createDnsResolver } from './addresses.ts';
import { TIMEOUT_MS, createPoster } from './post.ts';

/** A service of the private network that must not be reached: counts who connects. */
async function startInner(): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const server = createTcpServer((socket) => {
    count += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return { port: (server.address() as AddressInfo).port, connections: () => count };
}

async function startReceiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function poster(options: { development?: boolean; resolve?: ResolveHost; ticker?: Ticker } = {}) {
  const made = createPoster({ ticker: systemTicker, development: false, ...options });
  after(() => made.close());
  return made;
}

const REFUSED = { error: 'address_refused' };

/** A name server on this machine that knows one answer: the address given, for every name. */
async function startNameServer(address: string): Promise<string> {
  const server: Socket = createSocket('udp4');
  server.on('message', (query, from) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const isA = question.readUInt16BE(question.length - 4) === 1;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(isA ? 1 : 0, 6);
    header.fill(0, 8, 12);
    // A pointer to the name, type A, class IN, one second, four bytes.
    const answer = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
    server.send(Buffer.concat([header, question, ...(isA ? [answer] : [])]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

test('a name that DNS resolves to 127.0.0.1 is refused before any connection', async () => {
  const inner = await startInner();
  const resolve = createDnsResolver([await startNameServer('127.0.0.1')]);
  assert.deepEqual(await resolve('hook.example.com'), ['127.0.0.1']);
  const outcome = await poster({ resolve }).post(`https://hook.example.com:${inner.port}/`, {}, '{}');
  assert.deepEqual(outcome, REFUSED);
  assert.equal(inner.connections(), 0);
});

test('one private address among public ones refuses them all', async () => {
  const inner = await startInner();
  const resolve: ResolveHost = async () => ['1.1.1.1', '::ffff:127.0.0.1'];
  assert.deepEqual(await poster({ resolve }).post(`https://example.com:${inner.port}/`, {}, ''), REFUSED);
  assert.equal(inner.connections(), 0);
});

test('a name that says something else when asked again gains nothing: it is asked once', async () => {
  const url = await startReceiver((_, response) => void response.end());
  const port = Number(new URL(url).port);
  const other = createTcpServer(() => assert.fail('connected to what the second answer would have been'));
  other.listen(port, '127.0.0.2');
  await once(other, 'listening');
  after(() => other.close());
  let asked = 0;
  const resolve: ResolveHost = async () => [asked++ === 0 ? '127.0.0.1' : '127.0.0.2'];
  const outcome = await poster({ development: true, resolve }).post(`http://example.com:${port}/`, {}, '');
  assert.deepEqual(outcome, { status: 200, retryAfter: undefined });
  assert.equal(asked, 1);
});

test('the connection goes to the address that was resolved, whatever the name', async () => {
  let host: string | undefined;
  const url = await startReceiver((request, response) => {
    host = request.headers.host;
    response.end();
  });
  const { port } = new URL(url);
  const { post } = poster({ development: true, resolve: async () => ['127.0.0.1'] });
  const outcome = await post(`http://hook.example.com:${port}/`, {}, '{}');
  assert.deepEqual(outcome, { status: 200, retryAfter: undefined });
  assert.equal(host, `hook.example.com:${port}`);
});

test('addresses in the URL are refused where names would be, and http without the setting', async () => {
  const inner = await startInner();
  const { post } = poster();
  for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '169.254.169.254']) {
    assert.deepEqual(await post(`https://${host}:${inner.port}/`, {}, ''), REFUSED, host);
  }
  assert.deepEqual(await post(`http://1.1.1.1:${inner.port}/`, {}, ''), REFUSED);
  assert.equal(inner.connections(), 0);
});

test('a name that the system knows as its own is refused', async () => {
  const outcome = await poster({ resolve: async () => ['127.0.0.1', '::1'] }).post(
    'https://localhost/',
    {},
    '',
  );
  assert.deepEqual(outcome, REFUSED);
});

test('a redirect is an answer and is not followed', async () => {
  const inner = await startInner();
  const url = await startReceiver((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${inner.port}/` }).end();
  });
  const outcome = await poster({ development: true }).post(url, {}, '{}');
  assert.deepEqual(outcome, { status: 302, retryAfter: undefined });
  assert.equal(inner.connections(), 0);
});

test('an answer without end is cut off after some kilobytes', async () => {
  let sent = 0;
  let cut = (): void => undefined;
  const isCut = new Promise<void>((resolve) => (cut = resolve));
  const url = await startReceiver((_, response) => {
    response.writeHead(200);
    const more = (): void => {
      sent += 65_536;
      response.write(Buffer.alloc(65_536), (error) => (error == null ? more() : undefined));
    };
    response.on('close', cut);
    more();
  });
  assert.deepEqual(await poster({ development: true }).post(url, {}, '{}'), {
    status: 200,
    retryAfter: undefined,
  });
  await isCut;
  // What the sockets of both sides hold, not what the receiver would have liked to send.
  assert.ok(sent < 16 * 1_048_576, `${sent} bytes`);
});

test('an endpoint that does not answer in time is given up', async () => {
  const waits: { milliseconds: number; callback: () => void }[] = [];
  const ticker: Ticker = {
    elapsedMs: () => 0,
    after(milliseconds, callback) {
      waits.push({ milliseconds, callback });
      return () => undefined;
    },
  };
  const url = await startReceiver(() => waits[0]!.callback());
  assert.deepEqual(await poster({ development: true, ticker }).post(url, {}, '{}'), { error: 'timeout' });
  assert.deepEqual(
    waits.map(({ milliseconds }) => milliseconds),
    [TIMEOUT_MS],
  );
});

test('a connection that is refused or a certificate that nobody signed is an error with its code', async () => {
  const { post } = poster({ development: true });
  const closed = createTcpServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, 'close');
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`, {}, ''), { error: 'ECONNREFUSED' });
  const url = await startReceiver((_, response) => void response.end());
  const plain = await post(url.replace('http:', 'https:'), {}, '');
  assert.ok('error' in plain && plain.error !== 'timeout');
});
