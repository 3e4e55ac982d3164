import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, seededRandom } from '@halfhour/kernel';
import { type Database, openDatabase } from '@halfhour/platform/postgres';
import { assertSound } from '../acceptance/soundness.ts';
import { type HalfhourProcess, dataFolder, killPostgres, startHalfhour } from '../halfhour-process.ts';
import { type Entry, Journal } from './journal.ts';
import { PAYMENT_EXPIRY_SECONDS, prepareMarket } from './prepared-market.ts';
import { assertNothingTwice, assertPromisesKept } from './promises.ts';
import { allowRefunds, askTotals, makeTraffic } from './traffic.ts';

/** `HALFHOUR_TEST_FAULT_ROUNDS=200` for a night of it; `HALFHOUR_TEST_FAULT_SEED` for the same moments again. */
const ROUNDS = Number(process.env['HALFHOUR_TEST_FAULT_ROUNDS'] ?? 3);
const SEED = process.env['HALFHOUR_TEST_FAULT_SEED'] ?? String(process.pid);
const START_MS = 60_000;
/** How long a server lives under traffic. */
const LIFE_MS = { least: 200, most: 1_200 };
const REVIVAL_MS = 45_000;

const folder = await dataFolder();
const { market, waiting } = await prepareMarket(folder);
const { marketId } = market;
const random = seededRandom(`kill-server/${SEED}`);
const journal = new Journal();
const codes = new Map(waiting.map((order) => [order.id, order.deliveryCode]));
/** Placements whose shopper went away without an answer and never asked again. */
const abandoned = new Set<Entry>();
let server: HalfhourProcess;

/** @returns where it listens */
async function serve(): Promise<string> {
  server = startHalfhour(['serve', '--port', '0', '--data', folder], { HALFHOUR_LOG_LEVEL: 'info' });
  const [, url] = await server.printed(/"event":"listening","url":"([^"]+)"/, START_MS);
  return url!;
}

/** Looks into the tables beside the server. The Postgres that is looked at may die, so each look connects anew. */
async function withDatabase<T>(look: (db: Database) => Promise<T>): Promise<T> {
  const connection = { host: join(folder, 'postgres'), database: 'halfhour', user: 'halfhour' };
  const db = openDatabase({ connection, maxConnections: 2 });
  try {
    return await look(db);
  } finally {
    await db.close();
  }
}

/** Clients that had no answer ask again under the same key; some shoppers never do. */
async function retryAll(url: string): Promise<void> {
  for (const entry of journal.unanswered()) {
    if (abandoned.has(entry)) continue;
    if (entry.kind === 'place' && random.next() < 0.2) abandoned.add(entry);
    else await journal.settle(url, entry);
  }
  // Also those who had an answer may ask again, and get the order that they got.
  const placed = journal.done('place');
  for (let tries = 0; tries < 10 && placed.length > 0; tries++) {
    const entry = random.pick(placed);
    const { id, totalMinor } = entry.answer.body;
    const again = await journal.settle(url, entry);
    assert.deepEqual([again.body['id'], again.body['totalMinor']], [id, totalMinor]);
  }
}

async function assertAllHolds(): Promise<void> {
  await withDatabase(async (db) => {
    await assertPromisesKept(db, marketId, journal);
    await assertNothingTwice(db, marketId, journal, {
      prepared: waiting.length,
      abandoned: abandoned.size,
    });
    await assertSoundNow(db);
  });
}

/** In one snapshot, since dispatcher and sweep are at work. */
function assertSoundNow(db: Database): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    await assertSound(tx, marketId);
  });
}

/** Traffic, and `kill` at some moment in it. @returns what to tell of it */
async function killUnderTraffic(url: string, name: string, kill: () => unknown): Promise<string> {
  const before = journal.entries.length;
  const totals = await askTotals(url, market);
  await allowRefunds(url, market);
  const traffic = makeTraffic({ url, market, journal, random, name: `${SEED}-${name}`, codes, totals });
  const lifeMs = LIFE_MS.least + random.below(LIFE_MS.most - LIFE_MS.least);
  await delay(lifeMs);
  await kill();
  await traffic;
  const commands = journal.entries.length - before;
  return `${name}: killed after ${lifeMs} ms and ${commands} commands, ${journal.unanswered().length - abandoned.size} without an answer`;
}

test(`no acknowledged order is lost and nothing happens twice over ${ROUNDS} kills of the server (seed ${SEED})`, async (context) => {
  for (let round = 1; round <= ROUNDS; round++) {
    const url = await serve();
    await retryAll(url);
    await assertAllHolds();
    context.diagnostic(
      await killUnderTraffic(url, `round ${round}`.replace(' ', '-'), () => server.send('SIGKILL')),
    );
    await server.ended(5_000);
  }
});

test('it answers 503 while its Postgres is dead, starts it again, and loses nothing either', async (context) => {
  const url = await serve();
  await retryAll(url);
  let diedAt = 0;
  const told = await killUnderTraffic(url, 'postgres', async () => {
    await killPostgres(folder, 'SIGKILL');
    diedAt = performance.now();
  });
  context.diagnostic(told);
  const answers = new Set<string>();
  while (!answers.has('200 ')) {
    assert.ok(performance.now() - diedAt < REVIVAL_MS, `not back:\n${server.output().slice(-3_000)}`);
    const answer = await fetch(`${url}${market.path}/orders?limit=1`, {
      headers: { authorization: `Bearer ${market.operator.token}` },
    }).catch((cause: unknown) => {
      throw new Error(`the server itself is gone:\n${server.output().slice(-3_000)}`, { cause });
    });
    const { code = '' } = (await answer.json()) as { code?: string };
    answers.add(`${answer.status} ${code}`);
    if (answer.status !== 200) await delay(50);
  }
  context.diagnostic(`back ${Math.round(performance.now() - diedAt)} ms after it died`);
  assert.deepEqual([...answers], ['503 unavailable', '200 ']);
  await retryAll(url);
  await assertAllHolds();
});

test('in the end every payment is settled, and the server stops cleanly', async (context) => {
  assert.deepEqual(journal.surprises(), [], JSON.stringify(journal.surprises()));
  const patience = performance.now() + (PAYMENT_EXPIRY_SECONDS + 30) * 1_000;
  await withDatabase(async (db) => {
    for (;;) {
      const [left] = await db.query<{ orders: number; payments: number }>(
        `select (select count(*)::int from ordering.order
            where market_id = $1 and state = 'pending_payment') as orders,
           (select count(*)::int from payments.payment
            where market_id = $1 and state in ('authorising', 'capture_due', 'void_due')) +
           (select count(*)::int from payments.refund where market_id = $1 and state = 'due') as payments`,
        [keyOf(marketId)],
      );
      if (left!.orders + left!.payments === 0) break;
      assert.ok(performance.now() < patience, `never settled: ${JSON.stringify(left)}`);
      await delay(250);
    }
    const states = await db.query<{ state: string; orders: number }>(
      'select state, count(*)::int as orders from ordering.order where market_id = $1 group by 1 order by 1',
      [keyOf(marketId)],
    );
    context.diagnostic(states.map(({ state, orders }) => `${orders} ${state}`).join(', '));
  });
  await assertAllHolds();
  const kinds = ['place', 'accept', 'ready', 'cancel', 'complete', 'refund'] as const;
  context.diagnostic(`done: ${kinds.map((kind) => `${kind} ${journal.done(kind).length}`).join(', ')}`);
  server.send('SIGTERM');
  assert.deepEqual(await server.ended(20_000), { code: 0, signal: null });
});
