import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { idFromKey, ok } from '@halfhour/kernel';
import type { StreamMessage } from '@halfhour/platform/api';
import { manualTicker, startTestApp } from './test-app.ts';

const marketId = idFromKey('mkt', 1n);

/** A stream whose messages the test sends, and what the handler was asked with. */
function createSource() {
  const opened: { after: string | undefined; signal: AbortSignal }[] = [];
  let pending: StreamMessage[] = [];
  let wake: () => void = () => {};
  let taken = 0;
  async function* messages(signal: AbortSignal): AsyncGenerator<StreamMessage> {
    const woken = (): void => wake();
    signal.addEventListener('abort', woken);
    while (!signal.aborted) {
      for (const message of pending.splice(0)) {
        taken += 1;
        yield message;
      }
      if (pending.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    opened,
    taken: () => taken,
    send(...sent: StreamMessage[]) {
      pending = [...pending, ...sent];
      wake();
    },
    handler: async ({ after, signal }: { after: string | undefined; signal: AbortSignal }) => {
      opened.push({ after, signal });
      return ok(messages(signal));
    },
  };
}

/** Reads until the text holds `end`, or to the end of the stream. */
function reader(response: Response) {
  const decoder = new TextDecoder();
  const body = response.body!.getReader();
  let text = '';
  return {
    async until(end: string): Promise<string> {
      while (!text.includes(end)) {
        const { done, value } = await body.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
      }
      return text;
    },
    cancel: () => body.cancel(),
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

const source = createSource();
const ticker = manualTicker();
const server = await startTestApp({
  ticker,
  limits: { streams: 5, streamsPerCaller: 2 },
  handlers: { streamMarket: source.handler },
});
after(async () => {
  const stopped = server.stop();
  // The time for running requests is over at once: this server's clock stands still.
  ticker.fire();
  await stopped;
});
const url = `${server.url}/v1/markets/${marketId}/stream`;
const newOperator = () => server.tokenOf({ role: 'operator', marketId });
const open = (token: string, headers: Record<string, string> = {}, query = '') =>
  fetch(url + query, { headers: { authorization: `Bearer ${token}`, ...headers } });

test('events arrive as they happen with id, name and data on one line', async () => {
  const response = await open(newOperator());
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const lines = reader(response);
  source.send({ id: '5-1', event: 'order', data: { note: 'two\nlines' } }, { data: 7 });
  const text = await lines.until('data: 7\n\n');
  assert.equal(text, 'retry: 2000\n\nid: 5-1\nevent: order\ndata: {"note":"two\\nlines"}\n\ndata: 7\n\n');
  await lines.cancel();
  await aborted(source.opened.at(-1)!.signal);
});

test('a lost connection resumes by Last-Event-ID, which goes before the parameter', async () => {
  for (const [headers, query, expected] of [
    [{}, '', undefined],
    [{}, '?after=5-1', '5-1'],
    [{ 'last-event-id': '6-2' }, '?after=5-1', '6-2'],
  ] as const) {
    const response = await open(newOperator(), headers, query);
    assert.equal(source.opened.at(-1)?.after, expected);
    await response.body!.cancel();
    await aborted(source.opened.at(-1)!.signal);
  }
});

test('a quiet stream gets a comment, and ends when its key is revoked', async () => {
  const token = newOperator();
  const lines = reader(await open(token));
  await lines.until('retry');
  ticker.fire();
  assert.match(await lines.until(':\n\n'), /:\n\n$/);
  server.revoke(token);
  // The beat before must have set the next one.
  await new Promise((resolve) => setImmediate(resolve));
  ticker.fire();
  await lines.until('never, so to the end');
  await aborted(source.opened.at(-1)!.signal);
});

test('a caller who does not read holds up only their own stream', async () => {
  const token = newOperator();
  const response = await open(token);
  const before = source.taken();
  const big = 'x'.repeat(100_000);
  source.send(...Array.from({ length: 400 }, (_, index) => ({ data: { index, big } })));
  const lines = reader(response);
  await lines.until('"index":0');
  assert.ok(source.taken() - before < 400, 'the rest waits in the source, not in the server');
  await lines.cancel();
  await aborted(source.opened.at(-1)!.signal);
});

test('too many streams of one caller are refused, also too many in all, and a closed one makes room', async () => {
  const token = newOperator();
  const first = await open(token);
  const second = await open(token);
  const third = await open(token);
  assert.equal(third.status, 429);
  assert.equal(((await third.json()) as { code: string }).code, 'too_many_requests');
  const others = [await open(newOperator()), await open(newOperator()), await open(newOperator())];
  const full = await open(newOperator());
  assert.equal(full.status, 503);
  assert.ok(full.headers.get('retry-after'));
  await full.arrayBuffer();
  const { signal } = source.opened.at(-5)!;
  await first.body!.cancel();
  await aborted(signal);
  const again = await open(token);
  assert.equal(again.status, 200);
  for (const each of [second, again, ...others]) await each.body!.cancel();
});

test('a source that fails ends the stream and is logged', async () => {
  const broken = await startTestApp({
    handlers: {
      streamMarket: async () =>
        ok(
          (async function* () {
            yield { data: 1 };
            throw new Error('the feed broke');
          })(),
        ),
    },
  });
  try {
    const response = await fetch(`${broken.url}/v1/markets/${marketId}/stream`, {
      headers: { authorization: `Bearer ${broken.tokenOf({ role: 'admin' })}` },
    });
    assert.match(await response.text(), /data: 1/);
    assert.match(JSON.stringify(broken.logged()), /stream_failed.*the feed broke/);
  } finally {
    await broken.stop();
  }
});

test('stopping the server ends its streams and lets running requests finish', async () => {
  let answer: () => void = () => {};
  let arrived: () => void = () => {};
  const waiting = new Promise<void>((resolve) => (arrived = resolve));
  const last = createSource();
  const stopping = await startTestApp({
    handlers: {
      streamMarket: last.handler,
      listMarkets: async () => {
        arrived();
        await new Promise<void>((resolve) => (answer = resolve));
        return ok({ items: [] });
      },
    },
  });
  const slow = fetch(`${stopping.url}/v1/markets`);
  await waiting;
  const stream = await fetch(`${stopping.url}/v1/markets/${marketId}/stream`, {
    headers: { authorization: `Bearer ${stopping.tokenOf({ role: 'admin' })}` },
  });
  const stopped = stopping.stop();
  await stream.text();
  answer();
  assert.equal((await slow).status, 200);
  await stopped;
});
