import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type OrderId, type Random, seededRandom } from '@halfhour/kernel';
import type { Database } from '@halfhour/platform/postgres';
import { dataFolder } from '../halfhour-process.ts';
import { Histories, countOpen, selectWaiting } from './audit.ts';
import { Journal } from './journal.ts';
import { type PreparedMarket, prepareMarket } from './prepared-market.ts';
import { assertNothingTwice, assertPromisesKept } from './promises.ts';
import { mountSmallDisk } from './small-disk.ts';
import { type Setting, type Stage, prepareStage } from './stage.ts';
import { type TrafficOptions, allowRefunds, askTotals, makeTraffic } from './traffic.ts';

/**
 * Rounds of traffic with a fault in each. `HALFHOUR_TEST_FAULT_ROUNDS=300` for a night of it,
 * `HALFHOUR_TEST_FAULT_SEED` for the same faults at the same moments again, `HALFHOUR_TEST_FAULTS` with names of
 * faults, comma-separated, for these alone.
 */
const ROUNDS = Number(process.env['HALFHOUR_TEST_FAULT_ROUNDS'] ?? 4);
const SEED = process.env['HALFHOUR_TEST_FAULT_SEED'] ?? String(process.pid);
const CHOSEN = process.env['HALFHOUR_TEST_FAULTS']?.split(',');
/** Of the market's time. */
const PAYMENT_EXPIRY_SECONDS = 120;
/** Enough that they deliver what is ordered while it is ordered. */
const COURIERS = 12;
const DISK_MEGABYTES = 768;
/** Nothing is stuck that has moved within this time, however busy the machine is. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 200;

interface Fault {
  readonly setting: Setting | 'any';
  /** What shoppers pay with in its round; else the provider answers as it mostly does. */
  readonly methods?: readonly string[];
  /** Does harm to the stage and sees that it stands again. @returns what to tell of it */
  strike(stage: Stage, random: Random): Promise<string>;
}

const between = (random: Random, least: number, most: number): number => least + random.below(most - least);
const PAYING = [
  ...Array<string>(30).fill('test_approve'),
  'test_late',
  'test_late',
  'test_twice',
  'test_decline',
  'test_decline',
];

const disk = await mountSmallDisk(DISK_MEGABYTES);

const FAULTS: Readonly<Record<string, Fault>> = {
  'server killed': {
    setting: 'any',
    async strike(stage) {
      const { setting } = stage;
      await stage.killServer();
      await stage.start(setting!);
      return '';
    },
  },
  'server stopped': {
    setting: 'any',
    async strike(stage) {
      const { setting } = stage;
      await stage.stop();
      await stage.start(setting!);
      return '';
    },
  },
  'Postgres killed': {
    setting: 'any',
    async strike(stage) {
      await stage.killPostgres('SIGKILL');
      return '';
    },
  },
  'Postgres stopped at once': {
    setting: 'any',
    async strike(stage) {
      await stage.killPostgres('SIGQUIT');
      return '';
    },
  },
  'both killed': {
    setting: 'embedded',
    async strike(stage) {
      await Promise.all([stage.killPostgres('SIGKILL'), stage.killServer()]);
      await stage.start('embedded');
      return '';
    },
  },
  'clients cut off': {
    setting: 'any',
    async strike(stage, random) {
      const before = stage.front.cuts;
      stage.front.cutWithin(between(random, 1_000, 20_000));
      await delay(between(random, 300, 2_000));
      stage.front.cutWithin(0);
      return `${stage.front.cuts - before} connections`;
    },
  },
  'Postgres cut off': {
    setting: 'apart',
    async strike(stage, random) {
      const before = stage.back.cuts;
      stage.back.cutWithin(between(random, 5_000, 200_000));
      await delay(between(random, 300, 2_000));
      stage.back.cutWithin(0);
      return `${stage.back.cuts - before} connections`;
    },
  },
  'disk full': {
    setting: 'embedded',
    async strike(_, random) {
      if (typeof disk === 'string') return disk;
      const milliseconds = between(random, 500, 4_000);
      await disk.fill();
      await delay(milliseconds);
      await disk.free();
      return `for ${milliseconds} ms`;
    },
  },
  'provider silent': {
    setting: 'any',
    methods: [...PAYING.slice(0, 20), 'test_late', ...Array<string>(5).fill('test_timeout')],
    async strike(_, random) {
      await delay(between(random, 500, 1_500));
      return '';
    },
  },
};

const folder = await dataFolder(typeof disk === 'string' ? undefined : disk.folder);
after(async () => {
  if (typeof disk !== 'string') await disk.unmount();
});

const random = seededRandom(`faults/${SEED}`);
const began = Date.now();
const { market, waiting }: PreparedMarket = await prepareMarket(folder, {
  paymentExpirySeconds: PAYMENT_EXPIRY_SECONDS,
  couriers: COURIERS,
  // The first ones; the dispatcher gives the others.
  routesEach: 1,
});
const { marketId } = market;
const journal = new Journal();
const histories = new Histories();
const codes = new Map<OrderId, string>(waiting.map((order) => [order.id, order.deliveryCode]));
const stage = await prepareStage(folder, began, random);

/** Looks until nothing is left; throws where what is left has been the same for too long. */
async function untilNothingIsLeft(
  look: (db: Database) => Promise<Readonly<Record<string, number>>>,
): Promise<void> {
  let [before, since] = ['', performance.now()];
  for (;;) {
    const left = await stage.look(look);
    if (Object.values(left).every((count) => count === 0)) return;
    const told = JSON.stringify(left);
    if (told !== before) [before, since] = [told, performance.now()];
    assert.ok(performance.now() - since < PATIENCE_MS, `stuck: ${told}\n${stage.output()}`);
    await delay(LOOK_MS);
  }
}

/** Waits until the platform has come to everything that it does by itself, and then sees that all holds. */
async function assertAllHolds(): Promise<void> {
  await untilNothingIsLeft((db) => selectWaiting(db, marketId));
  assert.deepEqual(journal.unanswered(), []);
  assert.deepEqual(journal.surprises(), [], JSON.stringify(journal.surprises()));
  await stage.look(async (db) => {
    await assertPromisesKept(db, marketId, journal);
    await assertNothingTwice(db, marketId, journal, { prepared: waiting.length, abandoned: 0 });
    await histories.assertAllHolds(db, marketId);
  });
}

/** Those who had their answer ask again, and get the order that they got. */
async function askAgain(): Promise<void> {
  const placed = [...journal.placed()];
  for (let tries = 0; tries < 5 && placed.length > 0; tries++) {
    const [entry, id] = random.pick(placed);
    const { answer } = entry;
    const { body } = await journal.settle(stage.url, entry);
    assert.equal(body['id'] ?? body['orderId'], id, JSON.stringify(answer));
  }
}

/** Whether all rounds went well. */
let stood = false;

/** Lets everyone act until `run` is over and each of them has the answer that they wait for. */
async function duringTraffic<T>(
  name: string,
  options: Pick<TrafficOptions, 'methods' | 'isOpen'>,
  run: () => Promise<T>,
): Promise<T> {
  const totals = await askTotals(stage.url, market);
  await allowRefunds(stage.url, market);
  const enough = new AbortController();
  const traffic = makeTraffic({
    url: stage.url,
    market,
    journal,
    random,
    codes,
    name,
    totals,
    until: enough.signal,
    ...options,
  });
  // Where traffic fails it is told when it is waited for.
  traffic.catch(() => undefined);
  try {
    return await run();
  } finally {
    enough.abort();
    await traffic;
  }
}

const names = Object.keys(FAULTS).filter((name) => CHOSEN?.includes(name) ?? true);

test(`nothing is lost and nothing happens twice over ${ROUNDS} rounds of faults (seed ${SEED})`, async (context) => {
  if (typeof disk === 'string') context.diagnostic(`the disk is never full: ${disk}`);
  let bag: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    // Each fault once before any comes again.
    if (bag.length === 0) bag = [...names];
    const [name] = bag.splice(random.below(bag.length), 1);
    const fault = FAULTS[name!]!;
    // Settings change seldom, since it takes a second or two.
    const changed = random.next() < 0.3 ? random.pick(['embedded', 'apart'] as const) : stage.setting;
    await stage.start(fault.setting === 'any' ? (changed ?? 'embedded') : fault.setting);
    const before = journal.entries.length;
    const lifeMs = between(random, 200, 1_200);
    const told = await duringTraffic(`${SEED}-${round}`, { methods: fault.methods ?? PAYING }, async () => {
      await delay(lifeMs);
      const done = await fault.strike(stage, random);
      await delay(between(random, 300, 800));
      return done;
    }).catch((cause: unknown) => {
      throw new Error(`round ${round}, ${name}\n${stage.output()}`, { cause });
    });
    await askAgain();
    await assertAllHolds();
    context.diagnostic(
      `round ${round}, ${stage.setting}: ${name} ${told} after ${lifeMs} ms; ${journal.entries.length - before} commands`,
    );
  }
  stood = true;
});

test('in the end every order comes to its end, and the server stops cleanly', async (context) => {
  if (!stood) return context.skip('after a round that failed');
  await duringTraffic(`${SEED}-end`, { isOpen: false }, () =>
    untilNothingIsLeft((db) => countOpen(db, marketId)),
  );
  await assertAllHolds();
  const kinds = ['place', 'accept', 'ready', 'cancel', 'complete', 'refund'] as const;
  context.diagnostic(`done: ${kinds.map((kind) => `${kind} ${journal.done(kind).length}`).join(', ')}`);
  await stage.close();
});
