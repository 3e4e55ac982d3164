import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { idFromKey } from '@halfhour/kernel';
import { startTestApp } from './test-app.ts';

const bodies: string[] = [];
const collector = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    bodies.push(`${request.url} ${body}`);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
}).listen(0, '127.0.0.1');
await once(collector, 'listening');
after(() => collector.close());

test('with an endpoint set, each request is a span under the trace of its caller', async () => {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] =
    `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const server = await startTestApp({ traces: true });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await fetch(`${server.url}/v1/markets/${idFromKey('mkt', 1n)}`, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  await server.stop();
  const sent = bodies.find((body) => body.startsWith('/v1/traces'));
  assert.ok(sent !== undefined && sent.includes(traceId));
  assert.match(sent, /"name":"GET \/v1\/markets\/\{marketId\}"/);
  assert.match(sent, /"key":"http\.response\.status_code","value":\{"intValue":404\}/);
});
