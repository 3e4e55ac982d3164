import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CourierId,
  ManualClock,
  type MarketId,
  type Ticker,
  createIdSource,
  epochMs,
} from '@halfhour/kernel';
import type { CourierPosition, PositionListener } from '@halfhour/platform/couriers';
import { joinProcesses } from './between-processes.ts';
import type { Link } from './nats-link.ts';

const NOW = epochMs(1_780_000_000_000);
const ids = createIdSource(() => NOW, 1);
const market = ids.next('mkt');
const [ana, beto] = [ids.next('cou'), ids.next('cou')];

/** One process with a link on which the test hears and speaks, and time that comes when the test says so. */
function join() {
  const sent: [string, string][] = [];
  const subscriptions = new Map<string, (subject: string, text: string) => void>();
  const link: Link = {
    connected: true,
    dropped: 0,
    publish: (subject, text) => sent.push([subject, text]),
    subscribe: (subject, listener) => subscriptions.set(subject, listener),
    close: () => Promise.resolve(),
  };
  let due: (() => void)[] = [];
  const ticker: Ticker = {
    elapsedMs: () => 0,
    after(_, callback) {
      due.push(callback);
      return () => (due = due.filter((each) => each !== callback));
    },
  };
  const pokes: (MarketId | undefined)[] = [];
  const received: [MarketId, CourierId, CourierPosition][] = [];
  let report: PositionListener = () => assert.fail('nobody listens');
  const between = joinProcesses({
    link,
    clock: new ManualClock(NOW),
    ticker,
    feed: { poke: (marketId) => pokes.push(marketId) },
    couriers: {
      onReport(listener) {
        report = listener;
        return () => {};
      },
      receivePositions: (marketId, positions) =>
        [...positions].forEach(([courierId, position]) => received.push([marketId, courierId, position])),
    },
    serves: (marketId) => marketId === market,
  });
  return {
    between,
    sent,
    pokes,
    received,
    report: (...given: Parameters<PositionListener>) => report(...given),
    passTime() {
      const callbacks = due;
      due = [];
      for (const callback of callbacks) callback();
    },
    hear(subject: string, text: string): void {
      subscriptions.get(subject.replace(/[^.]+$/, '*'))!(subject, text);
    },
  };
}

const at = (lat: number, after = 0): CourierPosition => ({
  place: { lat, lng: 20 },
  at: epochMs(NOW + after),
});

test('positions of a moment go out as one message with the last of each courier, and come in as they were', () => {
  const here = join();
  here.report(market, ana, at(1));
  here.report(market, ana, at(2, 1));
  here.report(market, beto, at(3));
  assert.equal(here.sent.length, 0);
  here.passTime();
  assert.equal(here.sent.length, 1);
  const [[subject, text]] = here.sent as [[string, string]];
  assert.equal(subject, `halfhour.positions.${market}`);
  const there = join();
  there.hear(subject, text);
  assert.deepEqual(there.received, [
    [market, ana, at(2, 1)],
    [market, beto, at(3)],
  ]);
  here.passTime();
  assert.equal(here.sent.length, 1, 'nothing is told twice');
});

test('a crowd is told in messages of bounded size', () => {
  const here = join();
  for (let index = 0; index < 1_201; index++) here.report(market, ids.next('cou'), at(1));
  here.passTime();
  assert.deepEqual(
    here.sent.map(([, text]) => (JSON.parse(text) as unknown[]).length),
    [500, 500, 201],
  );
});

test('commits are told by market, once a moment, and wake the feed of the others', () => {
  const here = join();
  for (let commit = 0; commit < 100; commit++) here.between.committed(market);
  here.between.committed();
  here.passTime();
  assert.deepEqual(here.sent, [
    [`halfhour.events.${market}`, ''],
    ['halfhour.events.any', ''],
  ]);
  const there = join();
  for (const [subject, text] of here.sent) there.hear(subject, text);
  assert.deepEqual(there.pokes, [market, undefined]);
});

test('what no process of this installation would say is passed over', () => {
  const there = join();
  const elsewhere = ids.next('mkt');
  const say = (rows: unknown): void => there.hear(`halfhour.positions.${market}`, JSON.stringify(rows));
  there.hear(`halfhour.positions.${elsewhere}`, JSON.stringify([[ana, 1, 20, NOW]]));
  there.hear(`halfhour.events.${elsewhere}`, '');
  there.hear('halfhour.events.rubbish', '');
  there.hear(`halfhour.positions.${market}`, 'not JSON');
  say({ courier: ana });
  say([[ana, 91, 20, NOW]]);
  say([[ana, '1', 20, NOW]]);
  say([['mer_0000000000000', 1, 20, NOW]]);
  say(Array.from({ length: 501 }, () => [ana, 1, 20, NOW]));
  // Far ahead of this clock: it would keep out what the courier reports next.
  say([[ana, 1, 20, NOW + 3_600_000]]);
  assert.deepEqual([there.received, there.pokes], [[], []]);
  say([[ana, 1, 20, NOW]]);
  assert.equal(there.received.length, 1);
});

test('one that is closed tells no more', () => {
  const here = join();
  here.between.committed(market);
  here.between.close();
  here.between.committed(market);
  here.passTime();
  assert.deepEqual(here.sent, []);
});
