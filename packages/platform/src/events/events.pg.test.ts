import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarketId, createIdSource, epochMs, systemTicker } from '@halfhour/kernel';
import { createTestDatabase } from '../testing/index.ts';
import {
  type EventDraft,
  type StoredEvent,
  BEGINNING,
  appendEvents,
  comparePositions,
  createEventFeed,
  handleNextEvents,
  parsePosition,
  readEvents,
  readHead,
  readHistory,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 5);
const db = await createTestDatabase();
const draft = (subject: string): EventDraft => ({
  type: 'Tested',
  subject,
  at: epochMs(1_780_000_000_000),
  by: 'system',
  data: { subject },
});
const append = (market: MarketId, ...subjects: string[]): Promise<void> =>
  db.transaction((tx) => appendEvents(tx, market, subjects.map(draft)));
const subjects = (events: readonly StoredEvent[]): string[] => events.map((event) => event.subject);

test('events of one transaction are read in the order in which they were written', async () => {
  const market = ids.next('mkt');
  await append(market, 'a', 'b', 'c');
  await append(market, 'd');
  assert.deepEqual(subjects(await readEvents(db, market, BEGINNING, 10)), ['a', 'b', 'c', 'd']);
  assert.deepEqual(subjects(await readHistory(db, market, 'b')), ['b']);
});

test('an event waits for every transaction that began before it, so none appears behind the reader', async () => {
  const market = ids.next('mkt');
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let wrote = (): void => {};
  const written = new Promise<void>((resolve) => (wrote = resolve));
  const slow = db.transaction(async (tx) => {
    await appendEvents(tx, market, [draft('slow')]);
    wrote();
    await held;
  });
  await written;
  await append(market, 'quick');
  assert.deepEqual(subjects(await readEvents(db, market, BEGINNING, 10)), []);
  assert.equal(await readHead(db, market), BEGINNING);
  release();
  await slow;
  assert.deepEqual(subjects(await readEvents(db, market, BEGINNING, 10)), ['slow', 'quick']);
});

test('a change that is rolled back leaves no event', async () => {
  const market = ids.next('mkt');
  await assert.rejects(
    db.transaction(async (tx) => {
      await appendEvents(tx, market, [draft('gone')]);
      throw new Error('no');
    }),
  );
  assert.deepEqual(await readEvents(db, market, BEGINNING, 10), []);
});

test('a follower sees each event of many concurrent writers once, in order', async () => {
  const market = ids.next('mkt');
  const feed = createEventFeed(db, systemTicker, 5);
  const stop = new AbortController();
  const seen: StoredEvent[] = [];
  const following = new Promise<void>((resolve, reject) => {
    void feed.follow(
      market,
      (event) => {
        seen.push(event);
        if (seen.length === 200) resolve();
      },
      { from: BEGINNING, signal: stop.signal, onError: reject },
    );
  });
  await Promise.all(
    Array.from({ length: 50 }, async (_, writer) => {
      await append(market, ...[0, 1, 2, 3].map((n) => `${writer}-${n}`));
      feed.poke();
    }),
  );
  await following;
  stop.abort();
  assert.equal(new Set(subjects(seen)).size, 200);
  for (let index = 1; index < seen.length; index++) {
    assert.ok(comparePositions(seen[index - 1]!.position, seen[index]!.position) < 0);
  }
});

test('a named reader that fails half way handles the same events again and takes effect once', async () => {
  const market = ids.next('mkt');
  await append(market, 'a', 'b');
  const counted = ids.next('mkt');
  const effect = (fail: boolean): Promise<number> =>
    handleNextEvents(db, market, 'counter', async (tx, events) => {
      await appendEvents(
        tx,
        counted,
        events.map((event) => draft(`seen ${event.subject}`)),
      );
      if (fail) throw new Error('crashed');
    });
  await assert.rejects(effect(true));
  assert.equal(await effect(false), 2);
  assert.equal(await effect(false), 0);
  await append(market, 'c');
  assert.deepEqual(await Promise.all([effect(false), effect(false)]).then((counts) => counts.sort()), [0, 1]);
  assert.deepEqual(subjects(await readEvents(db, counted, BEGINNING, 10)), ['seen a', 'seen b', 'seen c']);
});

test('only texts that are positions are taken as such', () => {
  assert.equal(parsePosition('12-34'), '12-34');
  for (const text of ['', '12', '12-', 'a-b', '1-2-3', "1-2'; drop"])
    assert.equal(parsePosition(text), undefined);
});
