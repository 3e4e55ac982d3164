import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ticker, createIdSource, epochMs, systemTicker } from '@halfhour/kernel';
import { createTestDatabase } from '../testing/index.ts';
import { type HeldNode, NodeRefused, holdNode, releaseWork, takeWork } from './index.ts';

const db = await createTestDatabase();
const ids = createIdSource(() => epochMs(1_780_000_000_000), 7);

/** Real time that passes at once whenever somebody waits for it, at most `steps` times. */
function quickTicker(steps: number, onStep: (step: number) => Promise<unknown>): Ticker {
  let step = 0;
  return {
    elapsedMs: () => 0,
    after(_, callback) {
      if (step < steps) void onStep(++step).then(callback);
      return () => {};
    },
  };
}

interface Asked {
  readonly node?: number;
  readonly takeOver?: boolean;
  readonly ticker?: Ticker;
  readonly onLost?: (node: number) => void;
}

function hold(
  name: string,
  { node, takeOver = false, ticker = systemTicker, onLost }: Asked = {},
): Promise<HeldNode> {
  const onError = (error: unknown): void => assert.fail(String(error));
  return holdNode(
    { db, ticker, onLost: onLost ?? ((lost) => assert.fail(`${name} lost ${lost}`)), onError },
    { holder: name, about: `${name} on here`, takeOver, ...(node === undefined ? {} : { node }) },
  );
}

const expire = (node: number): Promise<unknown> =>
  db.query('update processes.node set expires_at = clock_timestamp() where node = $1', [node]);

test('twenty processes that start at once get twenty numbers, and none is given again at once', async () => {
  const held = await Promise.all(Array.from({ length: 20 }, (_, index) => hold(`process ${index}`)));
  assert.deepEqual(
    held.map(({ node }) => node).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index),
  );
  await Promise.all(held.map((each) => each.release()));
  const later = await hold('later');
  assert.equal(later.node, 20, 'the number that has been free for the longest');
  await later.release();
});

test('a number whose process renews it is refused, and says whose it is', async () => {
  const first = await hold('first', { node: 100 });
  const renewing = quickTicker(5, () =>
    db.query(`update processes.node set expires_at = expires_at + interval '1 s' where node = 100`),
  );
  await assert.rejects(hold('second', { node: 100, ticker: renewing }), (error: unknown) => {
    assert.ok(error instanceof NodeRefused);
    assert.match(error.message, /Node 100 .*first on here.*HALFHOUR_NODE/);
    return true;
  });
  await first.release();
  const second = await hold('second', { node: 100 });
  await second.release();
});

test('a number whose process has died is waited for, or taken over where nobody else can have it', async () => {
  await hold('dead', { node: 101, ticker: quickTicker(0, () => Promise.resolve()) });
  const waiting = quickTicker(3, async (step) => step === 3 && (await expire(101)));
  assert.equal((await hold('next', { node: 101, ticker: waiting })).node, 101);
  const successor = await hold('successor', { node: 101, takeOver: true });
  await successor.release();
});

test('a process whose number was taken from it is told once; one that was only late keeps it', async () => {
  const lost: number[] = [];
  let told = (): void => {};
  const losing = new Promise<void>((resolve) => (told = resolve));
  const ticker = quickTicker(3, async (step) => {
    await expire(102);
    if (step === 2) await db.query(`update processes.node set holder = 'other' where node = 102`);
  });
  const held = await hold('late', {
    node: 102,
    ticker,
    onLost: (node) => {
      lost.push(node);
      told();
    },
  });
  await losing;
  assert.deepEqual(lost, [102]);
  await held.release();
  const [row] = await db.query<{ holder: string }>('select holder from processes.node where node = 102');
  assert.equal(row?.holder, 'other', 'a number that was lost is not given back');
});

test('when all numbers are taken the start is refused', async () => {
  await db.query(
    `insert into processes.node (node, holder, about, expires_at)
     select node, 'crowd', 'crowd', clock_timestamp() + interval '1 hour' from generate_series(0, 1023) as n (node)
     on conflict (node) do update set holder = 'crowd', expires_at = excluded.expires_at`,
  );
  await assert.rejects(hold('one too many'), /All 1,024 node numbers/);
  await db.query(`delete from processes.node where holder = 'crowd'`);
});

test('of those who would do the same work one does, until it gives it back or its time is over', async () => {
  const marketId = ids.next('mkt');
  const claim = (holder: string, name = 'sweep') => takeWork(db, { marketId, name, holder, seconds: 60 });
  const tried = await Promise.all(Array.from({ length: 10 }, (_, index) => claim(`worker ${index}`)));
  assert.equal(tried.filter(Boolean).length, 1);
  const leader = `worker ${tried.indexOf(true)}`;
  assert.equal(await claim(leader), true, 'renewed');
  assert.equal(await claim('other', 'end shifts'), true, 'other work is free');
  const elsewhere = { marketId: undefined, name: 'sweep', holder: 'other', seconds: 60 };
  assert.equal(await takeWork(db, elsewhere), true, 'so is that of no market');
  await releaseWork(db, leader);
  assert.equal(await claim('next'), true);
  await db.query(`update processes.work set expires_at = clock_timestamp() where holder = 'next'`);
  assert.equal(await claim('last'), true);
});
