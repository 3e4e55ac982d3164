import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { idFromKey } from '@halfhour/kernel';
import { startTestApp } from './test-app.ts';

let postgresAnswers = true;
const server = await startTestApp({
  checks: {
    postgres: async () => postgresAnswers,
    migrations: () => (postgresAnswers ? Promise.resolve(true) : Promise.reject(new Error('gone'))),
  },
  gauges: [
    {
      name: 'halfhour_queue_commands',
      help: 'Commands that wait',
      labelNames: ['queue'],
      read: () => [{ labels: { queue: 'placement' }, value: 12 }],
    },
  ],
  trustProxy: '127.0.0.1',
});
after(() => server.stop());

test('it is ready while every check holds, and alive regardless', async () => {
  const ready = await fetch(`${server.url}/health/ready`);
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), {
    status: 'ready',
    checks: { postgres: true, migrations: true, running: true },
  });
  postgresAnswers = false;
  const away = await fetch(`${server.url}/health/ready`);
  assert.equal(away.status, 503);
  assert.deepEqual(((await away.json()) as { checks: unknown }).checks, {
    postgres: false,
    migrations: false,
    running: true,
  });
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
  postgresAnswers = true;
});

test('it is not ready while it shuts down', async () => {
  const stopping = await startTestApp();
  stopping.app.drain();
  assert.equal((await fetch(`${stopping.url}/health/ready`)).status, 503);
  await stopping.stop();
});

test('metrics count requests by route of the contract, and read the queues', async () => {
  await fetch(`${server.url}/v1/markets/${idFromKey('mkt', 5n)}`);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(
    text,
    /http_request_duration_seconds_count\{route="\/v1\/markets\/\{marketId\}",method="GET",status="404"\} 1/,
  );
  assert.match(text, /halfhour_queue_commands\{queue="placement"\} 12/);
  assert.match(text, /nodejs_eventloop_lag_seconds/);
  assert.doesNotMatch(text, /mkt_/);
});

test('from elsewhere metrics are for operators and admins', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9', ...headers } });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ authorization: `Bearer ${server.tokenOf({ role: 'shopper' })}` })).status, 403);
  assert.equal((await ask({ authorization: `Bearer ${server.tokenOf({ role: 'admin' })}` })).status, 200);
});

test('a proxy on this machine that nobody told us of does not open the metrics', async () => {
  const untold = await startTestApp();
  const response = await fetch(`${untold.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  assert.equal(response.status, 401);
  await untold.stop();
});
