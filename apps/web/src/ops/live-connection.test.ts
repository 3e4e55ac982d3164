import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBLEMS, type LiveSnapshot, type MarketEvent } from '@halfhour/contract';
import { epochMs, ManualClock, type Ticker } from '@halfhour/kernel';
import { ProblemError, Unreachable } from '../api/problem-error.ts';
import { type EventStream, GAP_MS, LiveConnection, type LiveView, SILENCE_MS } from './live-connection.ts';
import { anOrder, aSnapshot, NOW } from './live-market.fixture.ts';

/** An EventSource that the test drives. */
class ScriptedStream implements EventStream {
  readyState = 0;
  onopen: EventStream['onopen'] = null;
  onmessage: EventStream['onmessage'] = null;
  onerror: EventStream['onerror'] = null;
  reset: () => void = () => {};
  addEventListener(_: 'reset', listener: () => void): void {
    this.reset = listener;
  }
  close(): void {
    this.readyState = 2;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.({} as Event);
  }
  say(event: MarketEvent): void {
    this.onmessage?.({ data: JSON.stringify(event) } as MessageEvent<string>);
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.({} as Event);
  }
}

function setUp(answers: (() => LiveSnapshot)[]) {
  const clock = new ManualClock(epochMs(0));
  const ticker: Ticker = {
    elapsedMs: () => clock.now(),
    after(milliseconds, callback) {
      const cancelling = new AbortController();
      clock.until(epochMs(clock.now() + milliseconds), cancelling.signal).then(callback, () => {});
      return () => cancelling.abort();
    },
  };
  const streams: ScriptedStream[] = [];
  const positions: string[] = [];
  const views: LiveView[] = [];
  let loads = 0;
  const connection = new LiveConnection({
    loadSnapshot: async () => answers[Math.min(loads++, answers.length - 1)]!(),
    openStream: (position) => {
      positions.push(position);
      const stream = new ScriptedStream();
      streams.push(stream);
      return stream;
    },
    ticker,
    onChange: (view) => views.push(view),
  });
  /** Lets the promises that are ready run; a turn of the event loop runs them all. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    connection,
    streams,
    positions,
    loads: () => loads,
    view: () => views.at(-1)!,
    settle,
    pass: async (milliseconds: number) => {
      clock.advanceBy(milliseconds);
      await settle();
    },
  };
}

const snapshotAt = (position: string) => () => aSnapshot({ position });
const refuse = () => {
  const [status, title, hint] = PROBLEMS.unauthenticated;
  throw new ProblemError({ type: 'about:blank', status, code: 'unauthenticated', title, hint });
};

test('the stream continues from the snapshot’s position, and its events are shown together', async () => {
  const { connection, streams, positions, view, settle, pass } = setUp([snapshotAt('41')]);
  connection.start();
  await settle();
  assert.deepEqual(positions, ['41']);
  streams[0]!.open();
  streams[0]!.say({ type: 'order', event: 'OrderPlaced', at: NOW, order: anOrder(1) });
  streams[0]!.say({ type: 'order', event: 'OrderPlaced', at: NOW, order: anOrder(2) });
  await pass(100);
  const shown = view();
  assert.equal(shown.status, 'live');
  assert.equal(shown.status === 'live' && shown.state.orders.size, 2);
  connection.stop();
});

test('a short break shows "reconnecting" and goes on without a new snapshot', async () => {
  const { connection, streams, loads, view, settle, pass } = setUp([snapshotAt('1')]);
  connection.start();
  await settle();
  streams[0]!.open();
  streams[0]!.fail(0);
  assert.equal(view().status, 'reconnecting');
  await pass(1_000);
  streams[0]!.open();
  assert.equal(view().status, 'live');
  assert.equal(loads(), 1);
  connection.stop();
});

test('after a long break, and when the server says reset, the snapshot is fetched again', async () => {
  const { connection, streams, positions, settle, pass } = setUp([
    snapshotAt('1'),
    snapshotAt('2'),
    snapshotAt('3'),
  ]);
  connection.start();
  await settle();
  streams[0]!.open();
  streams[0]!.fail(0);
  await pass(GAP_MS + 1);
  streams[0]!.open();
  await settle();
  assert.deepEqual(positions, ['1', '2']);
  streams[1]!.open();
  streams[1]!.reset();
  await settle();
  assert.deepEqual(positions, ['1', '2', '3']);
  assert.equal(streams[1]!.readyState, 2);
  connection.stop();
});

test('a stream that the browser gave up, or that fell silent, is opened anew', async () => {
  const { connection, streams, settle, pass } = setUp([snapshotAt('1')]);
  connection.start();
  await settle();
  streams[0]!.open();
  streams[0]!.fail(2);
  await pass(1_000);
  assert.equal(streams.length, 2);
  streams[1]!.open();
  await pass(SILENCE_MS);
  assert.equal(streams.length, 3);
  connection.stop();
});

test('an unreachable server is tried again, later and later, until it answers', async () => {
  const away = () => {
    throw new Unreachable(false);
  };
  const { connection, loads, view, settle, pass } = setUp([away, away, snapshotAt('1')]);
  connection.start();
  await settle();
  assert.ok(view().status === 'loading' && 'error' in view());
  await pass(1_000);
  await pass(1_000);
  assert.equal(loads(), 2);
  await pass(1_000);
  assert.equal(loads(), 3);
  assert.equal(view().status, 'live');
  connection.stop();
});

test('a refusal is final', async () => {
  const { connection, loads, view, settle, pass } = setUp([refuse]);
  connection.start();
  await settle();
  assert.equal(view().status, 'refused');
  await pass(120_000);
  assert.equal(loads(), 1);
  connection.stop();
});

test('after a stop nothing is opened or shown any more', async () => {
  const { connection, streams, settle } = setUp([snapshotAt('1')]);
  connection.start();
  connection.stop();
  await settle();
  assert.equal(streams.length, 0);
});

test('the answer to a command shows at once, and nothing is shown before there is a market', async () => {
  const { connection, view, settle } = setUp([snapshotAt('1')]);
  const placed: MarketEvent = { type: 'order', event: 'OrderPlaced', at: NOW, order: anOrder(1) };
  connection.apply(placed);
  connection.start();
  await settle();
  connection.apply(placed);
  const shown = view();
  assert.equal('state' in shown && shown.state.orders.size, 1);
  connection.stop();
});
