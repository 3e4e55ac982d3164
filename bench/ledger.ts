import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CourierId,
  type EpochMs,
  type IdSource,
  type MarketId,
  type StoreId,
  addMs,
  createIdSource,
  currency,
  keyOf,
  seededRandom,
  systemNow,
  toRfc3339,
} from '@halfhour/kernel';
import {
  type TransactionDraft,
  COMMISSION,
  SERVICE_FEES,
  clearing,
  courierPayable,
  merchantPayable,
  postTransactions,
  rollUp,
  selectBalance,
  selectBalanceAt,
  selectBalancesAt,
  selectEntries,
  selectImbalance,
  shopperReceivable,
  taxPayable,
  trialBalance,
} from '@halfhour/platform/ledger';
import { type Database, migrate, openDatabase, startEmbeddedPostgres } from '@halfhour/platform/postgres';
import { MODULES_FOLDER } from '@halfhour/platform/testing';
import { postgresCpuMicros, postgresPidOf } from './lib/cpu.ts';
import type { BenchOptions } from './run.ts';

/**
 * The ledger of one market with millions of entries on a durable Postgres (fsync and synchronous_commit on), half of its
 * transactions sales of six entries and half captures of two, evenly over the last 90 days.
 *
 * Balances of any account now and at any moment of those days, a page of a statement from the middle, the trial balance of a
 * moment; the peer is the sum over the account's entries. Then transactions a second in groups of 500 from four at the same
 * time, with the roll-up beside them; the peer is the same code with one transaction a commit, eight at a time.
 *
 * `npm run bench -- ledger [entries] [--json]` has two million entries; `--full` twenty million, 4 GB on the disk meanwhile.
 */
const DAYS = 90;
const DAY_MS = 86_400_000;
const STORES = 400;
const COURIERS = 600;
const BATCH = 100_000;
const GROUP = 500;
const WRITERS = 4;
const PEER_WRITERS = 8;
const ROLL_UP_MS = 5_000;
const READS = 400;
/** Where keys begin to count; see kernel/ids. */
const KEY_EPOCH_MS = Date.UTC(2024, 0, 1);

export async function run({ json, full, args }: BenchOptions): Promise<void> {
  const entries = Number(args[0] ?? (full ? 20_000_000 : 2_000_000));
  const seconds = full ? 15 : 8;
  const say = (line: string): void => void (json || console.log(line));
  const folder = await mkdtemp(join(tmpdir(), 'halfhour-bench-'));
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({
    folder,
    settings: { shared_buffers: '2GB', max_wal_size: '8GB' },
  });
  const db = openDatabase({ connection: postgres.connection, maxConnections: 12 });
  try {
    const migrated = await migrate(db, MODULES_FOLDER);
    if (!migrated.ok) throw new Error(migrated.error.message);
    const ids = createIdSource(systemNow, 901);
    const books = await fill(db, ids, entries, say);
    const read = await measureReads(db, books, say);
    const written = await measureWrites(db, ids, books, { seconds, pid: await postgresPidOf(folder) }, say);
    const { sumMinor, unbalanced } = await selectImbalance(db, books.marketId);
    if (sumMinor !== 0 || unbalanced !== 0) throw new Error('the ledger does not balance');
    if (json) console.log(JSON.stringify({ entries, ...written, ...read }));
  } finally {
    await db.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Books {
  readonly marketId: MarketId;
  readonly stores: readonly StoreId[];
  readonly couriers: readonly CourierId[];
  readonly from: EpochMs;
  readonly codes: readonly string[];
}

/** Transactions of the past, set-based, and their pages. */
async function fill(
  db: Database,
  ids: IdSource,
  entries: number,
  say: (line: string) => void,
): Promise<Books> {
  const marketId = ids.next('mkt');
  const market = keyOf(marketId);
  const from = addMs(systemNow(), -DAYS * DAY_MS);
  await db.query(`select halfhour.ensure_partitions($1, $2::timestamptz::date)`, [market, toRfc3339(from)]);
  await db.query(`select halfhour.ensure_partitions($1, current_date + 1)`, [market]);
  const stores = Array.from({ length: STORES }, () => ids.next('sto'));
  const couriers = Array.from({ length: COURIERS }, () => ids.next('cou'));
  // The first posting makes the accounts.
  await db.transaction(async (tx) =>
    postTransactions(tx, marketId, ids, [
      ...stores.map((store, index) => sale(ids, store, couriers[index % COURIERS]!, from)),
      ...couriers.map((courier, index) => sale(ids, stores[index % STORES]!, courier, from)),
      capture(ids, from),
    ]),
  );
  const accounts = await db.query<{ account_id: string; code: string }>(
    `select account_id, code from ledger.account where market_id = $1`,
    [market],
  );
  const idOf = new Map(accounts.map(({ code, account_id }) => [code, account_id]));
  const named = ({ code }: { readonly code: string }): string => idOf.get(code)!;
  const transactions = Math.ceil(entries / 4);
  const stepMicros = (DAYS * DAY_MS * 1_000) / (transactions + 1);
  let started = performance.now();
  for (let done = 0; done < transactions; done += BATCH) {
    await db.query(
      `insert into ledger.transaction
         (market_id, transaction_id, kind, reference_kind, reference, posted_at, account_ids, amounts_minor)
       select $1, key, case when is_sale then 'sale' else 'capture' end, 'ord', key + 1,
         to_timestamp(ms / 1000.0),
         case when is_sale then array[$6::bigint, ($11::bigint[])[(1 + n / 2 * 7919 % $13::int)::int], $7, $8, $9,
             ($12::bigint[])[(1 + n / 2 * 104729 % $14::int)::int]]
           else array[$10::bigint, $6] end,
         case when is_sale then array[1300 + n % 900, -(900 + n % 900), -200, -50, -100, -50]::bigint[]
           else array[1300, -1300]::bigint[] end
       from generate_series($2::bigint, $3::bigint - 1) as n
       cross join lateral (select $4::bigint + floor(n * $5::float8 / 1000)::bigint as ms, n % 2 = 0 as is_sale) as at
       cross join lateral (select ((ms - ${KEY_EPOCH_MS}) << 22) + (n % 2000) * 2 as key) as made`,
      [
        market,
        done,
        Math.min(done + BATCH, transactions),
        from,
        stepMicros,
        named(shopperReceivable),
        named(COMMISSION),
        named(SERVICE_FEES),
        named(taxPayable('state')),
        named(clearing('test')),
        `{${stores.map((id) => named(merchantPayable(id))).join(',')}}`,
        `{${couriers.map((id) => named(courierPayable(id))).join(',')}}`,
        STORES,
        COURIERS,
      ],
    );
  }
  await db.query(
    `insert into ledger.balance (market_id, account_id, amount_minor)
     select $1, account_id, sum(amount_minor) from ledger.posting where market_id = $1 group by account_id
     on conflict (market_id, account_id) do update set amount_minor = excluded.amount_minor`,
    [market],
  );
  say(`${entries} entries filled in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  await db.query('vacuum analyze ledger.transaction');
  started = performance.now();
  const rolled = await rollUp(db, ids, marketId);
  const micros = ((performance.now() - started) * 1_000) / (rolled * 4);
  await db.query('vacuum analyze ledger.page');
  await db.query('checkpoint');
  const [size] = await db.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  say(
    `rolled up at ${micros.toFixed(1)} µs an entry; ${(Number(size!.bytes) / 1e9).toFixed(1)} GB on the disk`,
  );
  return { marketId, stores, couriers, from, codes: accounts.map(({ code }) => code) };
}

async function measureReads(db: Database, { marketId, from, codes }: Books, say: (line: string) => void) {
  const random = seededRandom('reads');
  // Half of what is asked is about the accounts that every order touches.
  const busy = [COMMISSION, SERVICE_FEES, shopperReceivable, clearing('test'), taxPayable('state')];
  const anyCode = (): string => (random.below(2) === 0 ? random.pick(busy).code : random.pick(codes));
  const anyMoment = (): EpochMs => addMs(from, random.below(DAYS * 86_400) * 1_000);
  const now = await time(READS, () => selectBalance(db, marketId, anyCode()));
  const then = await time(READS, () => selectBalanceAt(db, marketId, anyCode(), anyMoment()));
  const trial = await time(5, async () => trialBalance(await selectBalancesAt(db, marketId, anyMoment())));
  const newest = await selectEntries(db, marketId, COMMISSION.code, { limit: 1 });
  const middle = await time(20, () =>
    selectEntries(db, marketId, COMMISSION.code, { before: newest![0]!.transactionId, limit: 50 }),
  );
  // The peer, and that it says the same.
  const at = anyMoment();
  let naive = 0;
  const sum = await time(2, async () => {
    const [row] = await db.query<{ sum: string }>(
      `select coalesce(sum(amount_minor), 0) as sum
       from ledger.transaction, unnest(account_ids, amounts_minor) as posting (account_id, amount_minor)
       where market_id = $1 and posted_at <= $2::timestamptz
         and account_id = (select account_id from ledger.account where market_id = $1 and code = $3)`,
      [keyOf(marketId), toRfc3339(at), COMMISSION.code],
    );
    naive = Number(row!.sum);
  });
  const ours = await selectBalanceAt(db, marketId, COMMISSION.code, at);
  if (ours !== naive) throw new Error(`${ours} is not the sum of the entries, ${naive}`);
  say(
    [
      `balance now: ${now.p50.toFixed(2)} ms, p99 ${now.p99.toFixed(2)}`,
      `balance at a moment: ${then.p50.toFixed(2)} ms, p99 ${then.p99.toFixed(2)}`,
      `  the sum over the entries: ${sum.p50.toFixed(0)} ms, ${(sum.p50 / then.p50).toFixed(0)} times as long`,
      `trial balance at a moment: ${trial.p50.toFixed(0)} ms`,
      `50 entries of a statement: ${middle.p50.toFixed(1)} ms`,
    ].join('\n'),
  );
  return {
    balanceNowMs: round(now.p50),
    balanceNowP99Ms: round(now.p99),
    balanceThenMs: round(then.p50),
    balanceThenP99Ms: round(then.p99),
    trialBalanceMs: Math.round(trial.p50),
    statementMs: round(middle.p50),
    naiveBalanceThenMs: Math.round(sum.p50),
  };
}

async function measureWrites(
  db: Database,
  ids: IdSource,
  books: Books,
  { seconds, pid }: { readonly seconds: number; readonly pid: number },
  say: (line: string) => void,
) {
  const appBefore = process.cpuUsage();
  const postgresBefore = await postgresCpuMicros(pid);
  const grouped = await post(db, ids, books, { writers: WRITERS, group: GROUP, seconds });
  const app = process.cpuUsage(appBefore);
  const postgres = (await postgresCpuMicros(pid)) - postgresBefore;
  const cpuMicros = (app.user + app.system + postgres) / grouped.posted;
  const oneByOne = await post(db, ids, books, { writers: PEER_WRITERS, group: 1, seconds: seconds / 2 });
  say(
    [
      `transactions posted in groups of ${GROUP}: ${Math.round(grouped.perSecond)} a second, ${Math.round(grouped.perSecond * 4)} entries; ${cpuMicros.toFixed(0)} µs CPU each, the roll-up included`,
      `  one a commit: ${Math.round(oneByOne.perSecond)} a second; groups are ${(grouped.perSecond / oneByOne.perSecond).toFixed(1)} times as many`,
    ].join('\n'),
  );
  return {
    postingsPerSecond: Math.round(grouped.perSecond),
    cpuMicrosPerPosting: Math.round(cpuMicros),
    oneByOnePerSecond: Math.round(oneByOne.perSecond),
  };
}

/** Transactions. */
async function post(
  db: Database,
  ids: IdSource,
  { marketId, stores, couriers }: Books,
  { writers, group, seconds }: { readonly writers: number; readonly group: number; readonly seconds: number },
): Promise<{ readonly posted: number; readonly perSecond: number }> {
  const random = seededRandom('posts');
  const until = performance.now() + seconds * 1_000;
  let posted = 0;
  const rolling = new AbortController();
  const roll = async (): Promise<void> => {
    while (!rolling.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, ROLL_UP_MS));
      await rollUp(db, ids, marketId);
    }
  };
  const rolled = roll();
  const started = performance.now();
  const write = async (): Promise<void> => {
    while (performance.now() < until) {
      const drafts = Array.from({ length: group }, (_, index) =>
        index % 2 === posted % 2
          ? sale(ids, random.pick(stores), random.pick(couriers), systemNow())
          : capture(ids, systemNow()),
      );
      await db.transaction(async (tx) => postTransactions(tx, marketId, ids, drafts));
      posted += group;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const elapsed = (performance.now() - started) / 1_000;
  rolling.abort();
  await rolled;
  return { posted, perSecond: posted / elapsed };
}

function sale(ids: IdSource, store: StoreId, courier: CourierId, postedAt: EpochMs): TransactionDraft {
  return {
    kind: 'sale',
    reference: ids.next('ord'),
    currency: currency('EUR'),
    postedAt,
    postings: [
      { account: shopperReceivable, amountMinor: 2_000 },
      { account: merchantPayable(store), amountMinor: -1_600 },
      { account: COMMISSION, amountMinor: -200 },
      { account: SERVICE_FEES, amountMinor: -50 },
      { account: taxPayable('state'), amountMinor: -100 },
      { account: courierPayable(courier), amountMinor: -50 },
    ],
  };
}

function capture(ids: IdSource, postedAt: EpochMs): TransactionDraft {
  return {
    kind: 'capture',
    reference: ids.next('ord'),
    currency: currency('EUR'),
    postedAt,
    postings: [
      { account: clearing('test'), amountMinor: 2_000 },
      { account: shopperReceivable, amountMinor: -2_000 },
    ],
  };
}

async function time(runs: number, act: () => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const each: number[] = [];
  for (let index = 0; index < runs; index++) {
    const started = performance.now();
    await act();
    each.push(performance.now() - started);
  }
  each.sort((a, b) => a - b);
  return { p50: each[Math.floor(runs / 2)]!, p99: each[Math.floor(runs * 0.99)]! };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
