import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MarketId, type TaskId, createIdSource, epochMs, keyOf, systemTicker } from '@halfhour/kernel';
import { createEmptyMarket, createTestDatabase, eventsOf } from '../testing/index.ts';
import {
  type EventDraft,
  type StoredEvent,
  BEGINNING,
  appendEvents,
  comparePositions,
  createEventFeed,
  handleNextEvents,
  handleNextOfTypes,
  parsePosition,
  readEvents,
  readHead,
  readHistory,
} from './index.ts';

const ids = createIdSource(() => epochMs(1_780_000_000_000), 5);
const db = await createTestDatabase();
/** Something that events happen to, by a name. */
const things = new Map<string, TaskId>();
const thing = (name: string): TaskId => {
  const id = things.get(name) ?? ids.next('tsk');
  things.set(name, id);
  return id;
};
const draft = (subject: string): EventDraft => ({
  type: 'Tested',
  subject: thing(subject),
  at: epochMs(1_780_000_000_000),
  by: 'system',
  data: { subject },
});
const append = (market: MarketId, ...subjects: string[]): Promise<void> =>
  db.transaction((tx) => Promise.resolve(appendEvents(tx, market, subjects.map(draft))));
const subjects = (events: readonly StoredEvent[]): string[] =>
  events.map((event) => event.data['subject'] as string);

test('events of one transaction are read in the order in which they were written', async () => {
  const market = await createEmptyMarket(db, ids);
  await append(market, 'a', 'b', 'c');
  await append(market, 'd');
  assert.deepEqual(subjects(await readEvents(db, market, BEGINNING, 10)), ['a', 'b', 'c', 'd']);
  const batches = await db.query<{ transaction: string }>(
    'select transaction from events.batch where market_id = $1',
    [keyOf(market)],
  );
  const history = await readHistory(
    db,
    market,
    thing('b'),
    batches.map(({ transaction }) => transaction),
    epochMs(0),
  );
  assert.deepEqual(subjects(history), ['b']);
});

test('events are numbered in the order of their commits, so none appears behind a reader', async () => {
  const market = await createEmptyMarket(db, ids);
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let began = (): void => {};
  const beginning = new Promise<void>((resolve) => (began = resolve));
  const slow = db.transaction(async (tx) => {
    appendEvents(tx, market, [draft('slow')]);
    await tx.query('select 1');
    began();
    await held;
  });
  await beginning;
  await append(market, 'quick');
  const [quick] = await readEvents(db, market, BEGINNING, 10);
  assert.equal(quick?.subject, thing('quick'));
  release();
  await slow;
  assert.deepEqual(subjects(await readEvents(db, market, quick.position, 10)), ['slow']);
  assert.equal(await readHead(db, market), (await readEvents(db, market, BEGINNING, 10)).at(-1)!.position);
});

test('events of one subject are read in the order in which its row was changed', async () => {
  const market = await createEmptyMarket(db, ids);
  await db.query('create table public.thing (id text primary key, changes int)');
  await db.query(`insert into thing values ('a', 0), ('b', 0)`);
  const bump = (names: string[]): Promise<void> =>
    db.transaction(async (tx) => {
      for (const name of names) {
        const [row] = await tx.query<{ changes: number }>(
          'update thing set changes = changes + 1 where id = $1 returning changes',
          [name],
        );
        appendEvents(tx, market, [{ ...draft(name), data: { changes: row!.changes } }]);
      }
    });
  await Promise.all(
    Array.from({ length: 30 }, (_, n) => bump(n % 3 === 0 ? ['a', 'b'] : n % 3 === 1 ? ['a'] : ['b'])),
  );
  for (const name of ['a', 'b']) {
    const seen = (await eventsOf(db, market, thing(name))).map((event) => event.data['changes']);
    assert.deepEqual(
      seen,
      seen.map((_, index) => index + 1),
    );
  }
});

test('a change that is rolled back leaves no event', async () => {
  const market = await createEmptyMarket(db, ids);
  await assert.rejects(
    db.transaction((tx) => {
      appendEvents(tx, market, [draft('gone')]);
      return Promise.reject(new Error('no'));
    }),
  );
  assert.deepEqual(await readEvents(db, market, BEGINNING, 10), []);
});

test('a follower sees each event of many concurrent writers once, in order', async () => {
  const market = await createEmptyMarket(db, ids);
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

test('what is done at the beginning is tried again until it goes well, and no event is handed out before', async () => {
  const market = await createEmptyMarket(db, ids);
  const feed = createEventFeed(db, systemTicker, 5);
  const stop = new AbortController();
  const told: string[] = [];
  let tries = 0;
  await append(market, 'before');
  await new Promise<void>((resolve) => {
    void feed.follow(
      market,
      ({ data }) => {
        told.push(String(data['n'] ?? 'event'));
        resolve();
      },
      {
        signal: stop.signal,
        onError: () => told.push('failed'),
        async begin() {
          if (++tries < 3) throw new Error('not yet');
          told.push('begun');
          // After the place was taken, so it is handed out.
          await append(market, 'during');
        },
      },
    );
  });
  stop.abort();
  assert.deepEqual(told.slice(0, 3), ['failed', 'failed', 'begun']);
  assert.equal(told.length, 4);
});

test('two processes see the events of both in the same order, woken by a poke that names the market or none', async () => {
  const market = await createEmptyMarket(db, ids);
  const other = await createEmptyMarket(db, ids);
  // They never look by themselves: a poke must reach them.
  const never = { elapsedMs: () => 0, after: () => () => {} };
  const feeds = [createEventFeed(db, never, 1), createEventFeed(db, never, 1)] as const;
  const stop = new AbortController();
  const count = 60;
  const seen = feeds.map((feed) => {
    const positions: string[] = [];
    const done = new Promise<void>((resolve, reject) => {
      void feed.follow(
        market,
        (event) => {
          positions.push(event.position);
          if (positions.length === count) resolve();
        },
        { from: BEGINNING, signal: stop.signal, onError: reject },
      );
    });
    return { positions, done };
  });
  await Promise.all(
    Array.from({ length: count }, async (_, writer) => {
      await append(writer % 6 === 5 ? other : market, `${writer}`);
      if (writer % 6 === 5) await append(market, `${writer}`);
      for (const feed of feeds) feed.poke(writer % 2 === 0 ? market : undefined);
    }),
  );
  for (const feed of feeds) feed.poke(market);
  await Promise.all(seen.map(({ done }) => done));
  stop.abort();
  assert.deepEqual(seen[0]!.positions, seen[1]!.positions);
  assert.equal(new Set(seen[0]!.positions).size, count);
});

test('a named reader that fails half way handles the same events again and takes effect once', async () => {
  const market = await createEmptyMarket(db, ids);
  await append(market, 'a', 'b');
  const counted = await createEmptyMarket(db, ids);
  const effect = (fail: boolean): Promise<number> =>
    handleNextEvents(db, market, 'counter', async (tx, events) => {
      appendEvents(
        tx,
        counted,
        events.map((event) => draft(`seen ${event.data['subject'] as string}`)),
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

test('who wants events of one type gets each of them once, whatever else is in their batches', async () => {
  const market = await createEmptyMarket(db, ids);
  const seen: string[] = [];
  const next = (fail = false): Promise<boolean> =>
    handleNextOfTypes(db, market, 'typed', ['Wanted'], async (_, events) => {
      if (fail) throw new Error('crashed');
      seen.push(...subjects(events));
    });
  assert.equal(await next(), false);
  const wanted = (subject: string): EventDraft => ({ ...draft(subject), type: 'Wanted' });
  const batches = [
    [draft('a')],
    [draft('b'), wanted('c'), draft('d'), wanted('e')],
    [draft('f')],
    [wanted('g')],
  ];
  for (const batch of batches) await db.transaction(async (tx) => appendEvents(tx, market, batch));
  await assert.rejects(next(true));
  while (await next());
  assert.deepEqual(seen, ['c', 'e', 'g']);
  await db.transaction(async (tx) => appendEvents(tx, market, [draft('h'), wanted('i')]));
  while (await next());
  assert.deepEqual(seen, ['c', 'e', 'g', 'i']);
  assert.equal(await next(), false);
});

test('only texts that are positions are taken as such', () => {
  assert.equal(parsePosition('1234'), '1234');
  for (const text of ['', '12-34', '-1', 'a', "1'; drop", '9'.repeat(19)])
    assert.equal(parsePosition(text), undefined);
});
