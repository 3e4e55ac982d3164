import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createOsrmRoads } from './osrm-roads.ts';

const asked: string[] = [];
let respond: (url: URL) => { status: number; body: string } | 'never';
const server: Server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://osrm');
  asked.push(decodeURIComponent(url.pathname + url.search));
  const answer = respond(url);
  if (answer === 'never') return;
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/`;
const roads = createOsrmRoads({ url, timeoutMs: 60_000, maxAnswerBytes: 100_000 });
const ok = (body: object) => ({ status: 200, body: JSON.stringify({ code: 'Ok', ...body }) });
const place = (n: number) => ({ lat: -34.9 + n / 10_000, lng: -56.2 });

/** As osrm-routed does: the pair of places n and m takes n + m seconds and ten times as many metres; 7 is an island. */
function table(target: URL) {
  const places = target.pathname.split('/').at(-1)!;
  const numbers = decodeURIComponent(places)
    .split(';')
    .map((pair) => Math.round((Number(pair.split(',')[1]) + 34.9) * 10_000));
  if (numbers.length > 100) return { status: 400, body: '{"code":"TooBig"}' };
  const pick = (name: string) =>
    target.searchParams
      .get(name)!
      .split(';')
      .map((index) => numbers[Number(index)]!);
  const rows = (factor: number) =>
    pick('sources').map((a) =>
      pick('destinations').map((b) => (a === 7 || b === 7 ? null : factor * (a + b))),
    );
  return ok({ durations: rows(1), distances: rows(10) });
}

test('a large table is asked for in parts that the server takes, and put together; no way is NaN', async () => {
  respond = table;
  asked.length = 0;
  const from = Array.from({ length: 120 }, (_, n) => place(n));
  const to = Array.from({ length: 60 }, (_, n) => place(n));
  const { seconds, metres } = await roads.matrix('bicycle', from, to);
  assert.equal(asked.length, 6);
  assert.ok(asked.every((each) => each.startsWith('/table/v1/cycling/-56.200000,-34.')));
  assert.ok(asked.every((each) => each.includes('annotations=duration,distance')));
  from.forEach((_, a) => {
    to.forEach((__, b) => {
      const at = a * to.length + b;
      const none = a === 7 || b === 7;
      assert.equal(seconds[at], none ? Number.NaN : a + b);
      assert.equal(metres[at], none ? Number.NaN : 10 * (a + b));
    });
  });
});

test('a route has its line in our order of coordinates, and a step for each turn', async () => {
  const step = (distance: number, name: string, type: string, modifier?: string) => ({
    distance,
    name,
    maneuver: { type, ...(modifier === undefined ? {} : { modifier }) },
  });
  respond = () =>
    ok({
      routes: [
        {
          duration: 61.4,
          distance: 420.6,
          geometry: {
            type: 'LineString',
            coordinates: [
              [-56.2, -34.9],
              [-56.1, -34.8],
            ],
          },
          legs: [
            {
              steps: [
                step(200, 'Yi', 'depart', 'left'),
                step(100, '', 'turn', 'sharp right'),
                step(120.6, 'Colonia', 'new name', 'slight left'),
                step(0, 'Colonia', 'arrive'),
              ],
            },
          ],
        },
      ],
    });
  asked.length = 0;
  assert.deepEqual(await roads.route('motorcycle', place(0), place(1)), {
    seconds: 61,
    metres: 421,
    points: [
      { lat: -34.9, lng: -56.2 },
      { lat: -34.8, lng: -56.1 },
    ],
    steps: [
      { turn: 'depart', street: 'Yi', metres: 200 },
      { turn: 'right', street: '', metres: 100 },
      { turn: 'straight', street: 'Colonia', metres: 121 },
    ],
  });
  assert.match(asked[0]!, /^\/route\/v1\/driving\/.*steps=true&geometries=geojson&overview=full$/);
});

test('what is no answer is refused with its reason: an error, another shape, another size, too much, or nothing', async () => {
  const matrix = () => roads.matrix('car', [place(1)], [place(2)]);
  respond = () => ({
    status: 400,
    body: '{"code":"NoSegment","message":"Could not find a matching segment"}',
  });
  await assert.rejects(matrix(), /OSRM answered 400: .*NoSegment/);
  respond = () => ({ status: 200, body: '{"code":"Ok"}' });
  await assert.rejects(matrix(), /durations/);
  respond = () => ({ status: 200, body: '<html>' });
  await assert.rejects(matrix(), SyntaxError);
  respond = () => ok({ durations: [[1, 2]], distances: [[1, 2]] });
  await assert.rejects(matrix(), /not 1 × 1/);
  respond = () => ({ status: 200, body: ' '.repeat(100_001) });
  await assert.rejects(matrix(), /more than 100000 bytes/);
  respond = () => 'never';
  const hasty = createOsrmRoads({ url, timeoutMs: 50 });
  await assert.rejects(hasty.matrix('car', [place(1)], [place(2)]), /did not answer within 50 ms/);
});

test('each vehicle has a server of its own where the address says so', async () => {
  respond = table;
  asked.length = 0;
  const own = createOsrmRoads({ url: `${url}{vehicle}`, timeoutMs: 60_000 });
  await own.matrix('motorcycle', [place(1)], [place(2)]);
  // A question that was given up above may still come in meanwhile.
  assert.ok(asked.some((each) => each.startsWith('/motorcycle/table/v1/driving/')));
});
